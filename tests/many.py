"""An office with forty services, as offices publish them, in groups or without."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from world import STEPS

from shared.domain.numbering import letters
from shared.domain.standards.standard import Requirement, Role, ServiceStandard
from shared.engine.founding import Plan, PlannedCounter, PlannedService, found
from shared.store.office import Store

GROUPS = {
    "Kependudukan": """Kartu Keluarga, KTP-el, Pindah datang, Pindah keluar, Kartu identitas anak, Biodata penduduk,
        Konsolidasi NIK, Legalisasi KK dan KTP""",
    "Surat keterangan": """Keterangan tidak mampu, Keterangan domisili, Keterangan usaha, Keterangan ahli waris,
        Keterangan belum menikah, Keterangan kematian, Keterangan kelahiran, Keterangan penghasilan,
        Keterangan bersih diri, Keterangan janda/duda""",
    "Perizinan": """NIB usaha mikro (OSS), Izin keramaian, Izin reklame, Izin mendirikan bangunan, Izin hiburan,
        Izin penelitian""",
    "Pertanahan": "Akta jual beli, Akta hibah, Pembagian hak bersama, Keterangan tanah, Pertimbangan tanah",
    "Pernikahan": "Dispensasi nikah, Pengantar nikah, Rekomendasi nikah",
    "Sosial": "Rekomendasi BPJS PBI, Bantuan sosial, Rekomendasi panti, Santunan kematian",
    "Pengaduan dan informasi": "Pengaduan, Konsultasi, Permohonan informasi, Buku tamu",
}
"""Group -> the short names of its services: forty in all."""


def many_services(*, groups: bool) -> Sequence[ServiceStandard]:
    """Forty services; their names stand on the tiles as long as real ones."""
    named = [(group, name) for group, names in GROUPS.items() for name in re.split(r",\s+", names)]
    return [
        ServiceStandard(
            f"layanan-{number}",
            series,
            f"Pelayanan {name}",
            name,
            group=group if groups else None,
            requirements=(Requirement("ktp", "Fotokopi KTP"),),
            steps=STEPS,
        )
        for number, ((group, name), series) in enumerate(zip(named, letters(), strict=False), 1)
    ]


def found_many(store: Store, slug: str, *, groups: bool) -> int:
    """The id of a new office with these services, all served at one counter."""
    services = [PlannedService(each) for each in many_services(groups=groups)]
    counters = [PlannedCounter(1, "Loket 1", (Role.LOKET,))]
    plan = Plan(slug, f"Kecamatan {slug.title()}", [], services=services, counters=counters, holidays={})
    return store.write_with(found, plan, datetime.now(UTC), "test")
