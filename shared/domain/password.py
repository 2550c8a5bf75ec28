"""Which passwords are too easily guessed: short, one of the usual ones, made of the office's or the officer's name."""

from __future__ import annotations

import re
from collections.abc import Iterable

SHORTEST = 10
FEWEST_SIGNS = 5
"""Different signs in a password."""
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
    "zaq12wsxcde34rfvbgt56yhn",
)
_SHORTEST_RUN = 4
_LONG_NAME = 5
"""A shorter name may be part of a longer password."""
_USUAL = """
password passwords passw0rd passwort kata sandi katasandi kata-sandi sandi rahasia rahasiaku sayang sayangku
cinta cintaku bismillah alhamdulillah assalamualaikum indonesia indonesiaku merdeka pancasila garuda jakarta
surabaya jawatimur jawatengah jawabarat lumajang semeru bromo kecamatan kelurahan desa kantor kabupaten pemkab
camat pegawai petugas operator admin administrator superadmin loket antrean antrian pelayanan layanan publik
puskesmas bupati selamat selamatdatang welcome letmein login masuk user guest test testing coba cobacoba
qwerty qwertyuiop asdfgh iloveyou monkey dragon master superman batman football sunshine princess shadow
michael jordan charlie freedom whatever trustno login access secret changeme default computer internet samsung
android google facebook instagram whatsapp januari februari maret april juni juli agustus september oktober
november desember senin selasa rabu kamis jumat sabtu minggu persija persebaya arema persib doraemon naruto
"""
USUAL = frozenset(_USUAL.split())
"""Words that begin most guessed passwords here; what is added to one of them is guessed too."""


def fault(password: str, names: Iterable[str] = ()) -> str | None:
    """The code of what is wrong with a new password: `password_short`, `password_common`; None when it will do.

    `names`: what everybody knows: the officer's and the office's names.
    """
    if len(password) < SHORTEST:
        return "password_short"
    plain = password.casefold()
    own = {part for name in names for part in _parts(name)}
    known = USUAL | {part for part in own if len(part) >= _LONG_NAME}
    is_a_name = re.sub(r"[\W\d_]+", "", plain) in own
    is_guessed = not _unguessed(plain, known) or not _unguessed(plain.translate(_LEET), known)
    return "password_common" if is_a_name or is_guessed or len(set(plain)) < FEWEST_SIGNS else None


def _unguessed(text: str, known: frozenset[str] | set[str]) -> str:
    """What is left of the text without known words, runs of the keyboard, and what people put around them.

    Nothing is left of "Kecamatan2026!", "qwerty12345", "loketloket"; a sentence keeps its other words.
    """
    for row in _ROWS:
        for line in (row, row[::-1]):
            for begin in range(len(line)):
                for end in range(len(line), begin + _SHORTEST_RUN - 1, -1):
                    text = text.replace(line[begin:end], " ")
    for word in sorted(known, key=len, reverse=True):
        text = text.replace(word, " ")
    letters = re.sub(r"[\W\d_]+", "", text)
    return letters if len(set(letters)) > 2 else _digits(text)


def _digits(text: str) -> str:
    """Digits alone are enough when they are many and no date, year or repetition."""
    digits = re.sub(r"\D+", "", text)
    return digits if len(digits) > 8 and len(set(digits)) > 4 else ""


def _parts(name: str) -> set[str]:
    """A name and its words."""
    plain = name.casefold()
    return {*re.split(r"[\W\d_]+", plain), re.sub(r"[\W_]+", "", plain)} - {""}
