"""Standards of other offices, from the kiosk to the hand-over: each example, by each way through it."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
from filing import APPLICANT, Filing, examples
from sqlalchemy import select, update

from shared.domain.files.letters import LetterSeries
from shared.domain.files.procedure import FileState
from shared.domain.standards.parts import DeclaredField, Fee, FieldKind, Option, Promise, PromisePart, Rate, Unit
from shared.domain.standards.standard import Collects, Role
from shared.store import tables
from shared.store.files.views import net_hours
from shared.store.office import Store

EXAMPLES = examples()


@pytest.fixture
def filing(sqlite_store: Store, tmp_path: Path) -> Filing:
    return Filing(sqlite_store, tmp_path, EXAMPLES.values())


@pytest.mark.parametrize("variant", [0, 1, 2])
@pytest.mark.parametrize("name", [name for name, each in EXAMPLES.items() if not each.queue_only])
def test_every_example_goes_from_the_kiosk_to_the_hand_over(filing: Filing, name: str, variant: int) -> None:
    file, way = filing.run(EXAMPLES[name], variant)

    assert file.state == FileState.COMPLETED
    assert way == [step.key for step in file.way(EXAMPLES[name])[1:]]


def test_the_letter_of_a_chain_is_initialled_twice_and_signed_once(filing: Filing) -> None:
    standard = EXAMPLES["dispensasi-nikah"]
    file = filing.open(standard)
    for _ in range(4):
        filing.step(file)

    filing.step(file, who=Role.SEKCAM)

    signed = filing.file(file).collected
    assert [signed.at(key)["signature"]["signs"] for key in ("paraf_kasi", "paraf_sekcam")] == ["paraf", "paraf"]
    last = signed.at("tanda_tangan")["signature"]
    assert (last["signs"], last["role"], last["on_behalf_of"]) == ("signature", "sekcam", "camat")
    assert "a.n. Camat, Sekretaris camat" in filing.page("sekcam", f"counter/cases/{file}")


def test_heirs_and_witnesses_are_written_down_and_read_back(filing: Filing) -> None:
    file, _ = filing.run(EXAMPLES["surat-ahli-waris"], variant=1)

    page = filing.page("kasi", f"counter/cases/{file.id}")
    assert isinstance(file.matter["saksi"], list)
    assert len(file.matter["saksi"]) == 2
    assert re.search(r"<dt>Ahli waris 1</dt><dd>.*Anak</dd>", page)
    assert "<dt>Saksi 2</dt>" in page
    assert "bermeterai" in filing.slip("receipt")
    assert file.letters[0][0] in filing.slip("handover")


def test_two_parties_come_before_the_camat_and_pay_a_share_of_the_value(filing: Filing) -> None:
    file, way = filing.run(EXAMPLES["akta-hibah"])

    page = filing.page("kasi", f"counter/cases/{file.id}")
    assert (file.fee, way[3]) == (1_500_000, "akta")
    assert "Nama penerima hibah" in page
    assert len(file.collected.at("akta")["confirmation"]) > 1
    receipt = filing.slip("receipt")
    assert "asli diperlihatkan; 2 lembar fotokopi" in receipt
    assert "Rp1.500.000" in receipt


def test_an_answer_leads_by_the_long_way_and_promises_more_time(filing: Filing) -> None:
    standard = EXAMPLES["izin-keramaian"]
    parts = (PromisePart("3 (tiga) hari kerja", 3, Unit.WORKING_DAYS, when=(("lapangan", "perlu"),)),)
    promise = replace(standard.promise or Promise(), parts=parts)
    filing.save(replace(standard, promise=promise))
    short, short_way = filing.run(standard, 0)
    long, long_way = filing.run(standard, 1)

    assert long_way == ["tinjau", *short_way]
    assert short.due_at is not None
    assert long.due_at is not None
    assert (long.due_at - short.due_at) > timedelta(days=1)
    assert long.matter["hasil"]
    assert "hasil" not in short.matter


def test_the_time_at_another_house_is_not_ours(filing: Filing) -> None:
    file = filing.open(EXAMPLES["izin-bangunan"])
    before = filing.file(file)
    assert "sedang di: UPPU" in filing.page("operator", f"counter/cases/{file}")
    filing.now += timedelta(days=3)

    filing.step(file)

    after, office = filing.file(file), filing.store.office_config(filing.id)
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at > before.due_at
    assert [(each.reason, each.until_at) for each in after.pauses] == [
        ("elsewhere", filing.now),
        ("elsewhere", None),
    ]
    assert net_hours(after, None, office, filing.now) == 0
    assert after.collected.at("ukur")["foreign"]["number"] == "471.2/17/DISDUK"


@pytest.mark.parametrize(("variant", "billed"), [(0, 300_000), (1, 720_000), (2, 0)])
def test_the_fee_follows_the_rate_and_the_cashier_has_a_list(filing: Filing, variant: int, billed: int) -> None:
    kinds = tuple(Option(key, key) for key in ("kain", "papan", "sosial"))
    each_m2 = (("kain", 25_000), ("papan", 60_000))
    rates = (*(Rate(key, each, "luas", when=(("bahan", key),)) for key, each in each_m2), Rate("sosial", 0))
    standard = replace(
        EXAMPLES["izin-bangunan"],
        fee=Fee(text="Menurut luas", rates=(*rates[:2], replace(rates[2], when=(("bahan", "sosial"),)))),
        fields=(
            *EXAMPLES["izin-bangunan"].fields,
            DeclaredField("bahan", "Bahan", kind=FieldKind.CHOICE, options=kinds),
        ),
    )
    filing.save(standard)
    file = filing.open(standard, variant)
    assert filing.file(file).fee == billed
    filing.step(file)
    filing.post(
        "operator",
        f"counter/cases/{file}/advance",
        {"collected": {"foreign": {"number": "SKRD-1"}, "bill": {"amount": billed}}},
    )

    filing.step(file, who=Role.KASIR)

    paid = filing.file(file)
    assert paid.paid_at == filing.now
    if billed:
        said = f"{billed:,}".replace(",", ".")
        assert f"data-total>Rp{said}<" in filing.page("kasir", "counter/payments")
        assert f"<dd>Rp{said}</dd>" in filing.page("kasir", "counter")
        assert f"Rp{said}" in filing.slip("receipt")


def test_what_was_paid_stays_when_the_bill_changes_afterwards(filing: Filing) -> None:
    standard = EXAMPLES["izin-bangunan"]
    keys = [step.key for step in standard.steps]
    billing = next(step.key for step in standard.steps if Collects.BILL in step.collects)
    after = keys[keys.index(next(step.key for step in standard.steps if Collects.PAYMENT in step.collects)) + 1]
    steps = tuple(replace(one, may_send_back_to=(billing,)) if one.key == after else one for one in standard.steps)
    filing.save(replace(standard, steps=steps))
    standard = replace(standard, steps=steps)
    file = filing.open(standard)
    while filing.file(file).step != after:
        filing.step(file)
    paid = filing.file(file)
    role = next(step.role for step in standard.steps if step.key == after)
    back = {"target": billing, "reason": "Luas salah"}
    filing.post(role.value, f"counter/cases/{file}/send_back", back)

    filing.post("operator", f"counter/cases/{file}/collect", {"collected": {"bill": {"amount": 900_000}}})

    assert (filing.file(file).fee, filing.file(file).paid_at) == (paid.fee, paid.paid_at)
    assert "data-total>Rp250.000<" in filing.page("kasir", "counter/payments")


def test_minutes_are_promised_to_the_minute_and_any_of_several_may_sign(filing: Filing) -> None:
    file = filing.open(EXAMPLES["surat-ahli-waris"])

    filing.step(file, who=Role.KASI)

    signed = filing.file(file)
    assert signed.due_at is not None
    assert signed.due_at.astimezone(filing.now.tzinfo) == filing.now + timedelta(minutes=90)
    assert signed.collected.at("sahkan")["signature"]["on_behalf_of"] == "camat"


def test_a_service_has_hours_of_its_own(filing: Filing) -> None:
    filing.now -= timedelta(hours=1)

    refused = filing.number("ahli-waris", {}, (409,))

    assert refused["error"]["code"] == "outside_hours"
    filing.now += timedelta(hours=1)
    filing.number("ahli-waris", {})
    filing.now += timedelta(hours=2, minutes=30)
    assert filing.number("ahli-waris", {}, (409,))["error"]["code"] == "outside_hours"


def test_a_service_without_a_procedure_ends_at_the_counter(filing: Filing) -> None:
    filing.number("konsultasi", {})
    ticket = filing.call(1, "loket")

    refused = filing.post("loket", f"counter/1/tickets/{ticket}/file", {"action": "accept"}, (409,))
    done = filing.post("loket", f"counter/1/tickets/{ticket}/finish", {})

    assert refused["error"]["code"] == "no_procedure"
    assert done["state"] == "done"


def test_who_decides_refuses_with_a_reason_and_a_letter(filing: Filing) -> None:
    standard = EXAMPLES["izin-keramaian"]
    file = filing.open(standard)
    said = {"reason": "Lokasi di jalur hijau", "letter_number": "300/9/2026", "letter_on": "2026-11-27"}

    told = filing.post("loket", f"counter/cases/{file}/refuse", said, (403,))
    missing = filing.post("kasi", f"counter/cases/{file}/refuse", {}, (422,))
    mistyped = filing.post("kasi", f"counter/cases/{file}/refuse", {**said, "letter_on": "31-11-2026"}, (400,))
    filing.post("kasi", f"counter/cases/{file}/refuse", said)

    refused = filing.file(file)
    assert told["error"]["code"] == "wrong_role"
    assert missing["error"]["missing"] == ["reason"]
    assert mistyped["error"]["code"] == "day"
    assert (refused.state, refused.step, refused.refusal["number"]) == (FileState.REFUSED, None, "300/9/2026")
    assert "Lokasi di jalur hijau" in filing.slip("refused")
    assert "300/9/2026" in filing.client.get(f"/t/{refused.token}").text
    filing.post("kasi", f"counter/cases/{file}/undo", {})
    assert filing.file(file).state == FileState.OPEN


def test_a_draft_is_given_back_to_its_own_file_and_day_alone(filing: Filing) -> None:
    """After a restore another file has its number; the note of yesterday's closing is none for today."""
    file = filing.open(EXAMPLES["izin-keramaian"])

    of_file = re.findall('data-draft="([^"]+)"', filing.page("kasi", f"counter/cases/{file}"))
    of_day = re.findall('data-draft="([^"]+)"', filing.page("kasi", "counter/day"))

    opened = int(filing.file(file).opened_at.timestamp())
    assert of_file
    assert all(each.startswith(f"file-{file}-{opened}-") for each in of_file)
    assert of_day == ["day-opening-2026-11-27", "day-closing-2026-11-27"]


def test_what_is_not_declared_or_not_sound_is_refused_with_its_name(filing: Filing) -> None:
    file = filing.open(EXAMPLES["izin-keramaian"], variant=1)

    unknown = filing.post("kasi", f"counter/cases/{file}/collect", {"matter": {"warna": "biru"}}, (400,))
    filing.step(file, variant=1)
    unsound = filing.number("reklame", {})

    assert unknown["error"]["code"] == "not_collected_here"
    assert unsound["number"]


def test_a_field_says_what_is_wrong_in_it(filing: Filing) -> None:
    standard = EXAMPLES["surat-ahli-waris"]
    filing.number(standard.slug, {})
    ticket = filing.call(1, "loket")
    sent = {"action": "accept", "matter": {"waris": [{"nama": "Ani", "nik": "12"}], "meninggal": "31-02-2026"}}

    refused = filing.post("loket", f"counter/1/tickets/{ticket}/file", sent, (400,))

    assert refused["error"]["code"] == "matter"
    assert "Ahli waris 1: NIK" in refused["error"]["message"]
    assert "Tanggal meninggal" in refused["error"]["message"]


@pytest.mark.parametrize("name", [name for name, each in EXAMPLES.items() if not each.queue_only])
def test_every_page_has_a_field_for_all_that_a_step_asks_for(filing: Filing, name: str) -> None:
    """Filled in as a form, as officers do: what the driver sends has its field on the page, and ends the step."""
    standard = EXAMPLES[name]
    case_id = filing.open_by_form(standard, variant=1)

    while (file := filing.file(case_id)).step is not None:
        filing.step_by_form(case_id, variant=1)

    assert file.state == FileState.COMPLETED


def test_a_correction_changes_the_matter_and_a_page_grows_with_what_was_typed(filing: Filing) -> None:
    file = filing.open(EXAMPLES["dispensasi-nikah"])
    filing.step(file)
    said = {"applicant": {"name": "Siti Contoh"}, "matter": {"akad": "5-12-2026"}}

    filing.post("operator", f"counter/cases/{file}/correct", said)

    after = filing.file(file)
    assert (after.matter["akad"], after.collected.data_version) == ("2026-12-05", 2)
    assert after.matter["pasangan"] == "Isi Nama calon pasangan"
    filing.number("ahli-waris", {})
    ticket = filing.call(1, "loket")
    page = filing.form("loket", f"counter/1/tickets/{ticket}/file", {"_answer": "=", "matter.waris.2.nama": "Ani"})
    assert 'name="matter.waris.4.nama"' in page
    assert 'value="Ani"' in page


def test_a_letter_gets_the_next_number_of_its_book_and_keeps_it_when_the_step_is_done_again(filing: Filing) -> None:
    standard = EXAMPLES["dispensasi-nikah"]
    steps = tuple(replace(one, letter_series="umum") if one.key == "nomor" else one for one in standard.steps)
    filing.save(replace(standard, steps=steps))
    books = [asdict(LetterSeries("umum", "Surat keluar", "400/{no}/427.90/{year}"))]
    filing.store.write(
        update(tables.Office).values(settings={"letter_series": books}, setup_version=tables.Office.setup_version + 1)
    )
    file = filing.open(filing.store.office_config(filing.id).service(standard.slug).standard)
    for _ in range(5):
        filing.step(file)
    kept = {"collected": {"archive": {"number": "1", "place": "Rak 1"}}}
    mistyped = {"collected": {**kept["collected"], "letter": {"on": "31-11-2026"}}}

    told = filing.post("loket", f"counter/cases/{file}/advance", mistyped, (400,))
    for _ in range(2):
        filing.post("loket", f"counter/cases/{file}/advance", kept)
        given = filing.file(file).letters
        filing.post("loket", f"counter/cases/{file}/undo", {})

    assert told["error"]["code"] == "day"
    assert given == [("400/1/427.90/2026", "2026-11-27")]


def test_the_kiosk_tells_of_a_refused_file_and_of_the_steps_of_this_case(filing: Filing) -> None:
    short, long = (filing.file(filing.open(EXAMPLES["izin-keramaian"], variant)) for variant in (0, 1))
    filing.post("kasi", f"counter/cases/{long.id}/refuse", {"reason": "Lokasi di jalur hijau"})

    told = [filing.post(None, "kiosk/files", {"code": file.token}) for file in (short, long)]

    assert [step["title"] for step in told[0]["steps"]][1] == "Memproses rekomendasi"
    assert (told[1]["state"], told[1]["steps"]) == ("refused", [])


def test_the_phone_of_a_visitor_shows_the_steps_of_their_case(filing: Filing) -> None:
    standard = EXAMPLES["izin-keramaian"]
    before = filing.number(standard.slug, {})["token"]
    filing.call(1, "loket")
    pages = [filing.client.get(f"/t/{before}").text]
    filing.post("loket", "counter/1/tickets/1/finish", {})
    for variant in (0, 1):
        file = filing.open(standard, variant)
        with filing.store.read() as connection:
            token = connection.execute(select(tables.Ticket.token).where(tables.Ticket.case_id == file)).scalar_one()
        pages.append(filing.client.get(f"/t/{token}").text)

    assert ["Verifikasi lapangan" in page for page in pages] == [True, False, True]
    assert all("Memproses rekomendasi" in page for page in pages)


def test_an_outage_of_any_system_that_a_standard_names_rests_its_files_alone(filing: Filing) -> None:
    moving, wedding = (filing.open(EXAMPLES[name]) for name in ("pindah-keluar", "dispensasi-nikah"))

    filing.post("operator", "counter/outage/begin", {"system": "siak"})

    out, other = filing.file(moving), filing.file(wedding)
    assert (out.state, out.pauses[-1].reason, other.state) == (FileState.PAUSED, "system_down", FileState.OPEN)
    tray = filing.page("operator", "counter/files")
    assert "SIAK gangguan sejak" in tray
    assert "1 berkas dijeda" in tray
    assert filing.number("pindah-keluar", {})
    assert "SIAK sedang gangguan" in filing.slip("number")
    filing.number("dispensasi-nikah", {})
    assert "gangguan" not in filing.slip("number")
    assert filing.client.get("/uji/display/board.json").json["outages"] == ["siak"]
    filing.post("operator", "counter/outage/begin", {"system": "pos"}, (404,))
    filing.post("operator", "counter/outage/end", {"system": "siak"})
    assert filing.file(moving).state == FileState.OPEN


def test_the_kiosk_says_in_which_case_a_paper_is_needed_that_depends_on_a_choice_at_the_desk(filing: Filing) -> None:
    standard = EXAMPLES["izin-reklame"]
    sku = replace(standard.requirements[2], when=(("jenis", "papan"), ("jenis", "baliho")))
    filing.save(replace(standard, requirements=(*standard.requirements[:2], sku)))

    filing.number("reklame", {})

    said = "kelurahan setempat (Jenis reklame: Papan nama toko / Baliho)"
    assert said in filing.client.get("/uji/kiosk").text
    assert said.split(" (")[1] in filing.slip("number")
    assert said not in filing.form("loket", f"counter/1/tickets/{filing.call(1, 'loket')}/file", {"_answer": "="})


def test_who_was_refused_gets_a_number_for_the_letter_of_refusal(filing: Filing) -> None:
    file = filing.file(filing.open(EXAMPLES["dispensasi-nikah"]))
    filing.post("kasi", f"counter/cases/{file.id}/refuse", {"reason": "Akad lebih dari 10 hari lagi"})

    look = filing.post(None, "kiosk/files", {"code": file.token})
    filing.post(None, "kiosk/results", {"code": file.token, "nonce": "nonce-refused"}, (201,))
    ticket = filing.call(1, "loket")

    assert look["may_come"]
    assert "surat penolakan" in filing.page("loket", "counter/1")
    filing.post("loket", f"counter/cases/{file.id}/slips/refused", {}, (204,))
    assert filing.post("loket", f"counter/1/tickets/{ticket}/finish", {})["state"] == "done"


def test_who_comes_back_waits_for_whichever_role_of_the_step_has_a_counter(filing: Filing) -> None:
    standard = EXAMPLES["izin-bangunan"]
    filing.store.write(update(tables.Counter).where(tables.Counter.number == 2).values(roles=["operator"]))
    filing.store.write(update(tables.Office).values(setup_version=tables.Office.setup_version + 1))
    kasir = replace(standard.steps[3], also_roles=(Role.LOKET,))
    filing.save(replace(standard, steps=(*standard.steps[:3], kasir, *standard.steps[4:])))
    file = filing.file(filing.open(standard))
    for _ in range(2):
        filing.step(file.id)

    filing.post(None, "kiosk/results", {"code": file.token, "nonce": "nonce-kasir"}, (201,))

    assert filing.call(1, "loket")


def test_a_nik_of_the_matter_is_masked_on_the_desk_and_comes_back_whole(filing: Filing) -> None:
    standard = EXAMPLES["surat-ahli-waris"]
    file = filing.file(filing.open(standard, variant=1))
    filing.post("kasi", f"counter/cases/{file.id}/return_to_applicant", {"reason": "Kurang satu ahli waris"})
    filing.post(None, "kiosk/results", {"code": file.token, "nonce": "nonce-masked"}, (201,))
    path = f"counter/1/tickets/{filing.call(1, 'loket')}/file"

    page = filing.page("loket", path)
    shown = {"nama": "Ani", "nik": "************9992", "hubungan": "anak"}
    sent = filing.given(standard, standard.steps[0], None, {}, 1)
    filing.post("loket", path, sent | {"action": "accept", "matter": sent["matter"] | {"waris": [shown, shown]}})

    assert APPLICANT["nik"] not in page
    assert "************9992" in page
    assert [each["nik"] for each in filing.file(file.id).matter["waris"]] == [APPLICANT["nik"]] * 2  # type: ignore[attr-defined]
