"""SETTINGS: everything that the environment can say, with its default and its meaning."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, NamedTuple, get_type_hints
from urllib.parse import urlsplit

from shared.printing.address import Reach, networks

_KEY = re.compile("[0-9a-f]{64}")
_LABEL = re.compile("[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?")


class InvalidSettings(ValueError):
    """A setting that stops the start; the text is a sentence for the person who set it."""


class Says(NamedTuple):
    """What a setting means, and between which numbers it lies."""

    meaning: str
    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Settings:
    """Read from `LOKET_<NAME>`, or from the file that `LOKET_<NAME>_FILE` names.

    No model of pydantic: the process that only watches the server holds these too, and would hold that library.
    """

    data: Annotated[Path, Says("folder of the database, the secret key and the media")] = Path("data")
    database_url: Annotated[str, Says("SQLAlchemy URL; empty is SQLite in the data folder")] = ""
    redis_url: Annotated[str, Says("redis://... when several processes serve the same office")] = ""
    host: Annotated[str, Says("address to listen on; 0.0.0.0 lets the office's network in")] = "127.0.0.1"
    port: Annotated[int, Says("port to listen on", 1, 65535)] = 8000
    tls_port: Annotated[int, Says("port for https with the certificate of loket tls; 0: none", 0, 65535)] = 0
    public_url: Annotated[str, Says("what phones open, such as http://192.168.1.10:8000; empty is guessed")] = ""
    hosts: Annotated[str, Says("further names in this server's addresses, as loket.kab.go.id, by comma")] = ""
    mdns_name: Annotated[str, Says("name in the office's network: loket is loket.local; empty: none")] = "loket"
    connections: Annotated[int, Says("connections of one address that may wait at once", 4)] = 60
    proxies: Annotated[str, Says("addresses of reverse proxies on other machines, by comma")] = ""
    printer_addresses: Annotated[
        str, Says("networks that printers may have although they are refused: 127.0.0.0/8, 10.0.0.9 ...")
    ] = ""
    webhook_addresses: Annotated[
        str, Says("networks that are told of changes although they are refused: 127.0.0.0/8 ...")
    ] = ""
    log_folder: Annotated[str, Says("folder of loket.log, JSON line by line, 6 files of 10 MB; empty: none")] = ""
    secure_cookies: Annotated[bool, Says("cookies only over https: set it behind a TLS proxy")] = False

    def __post_init__(self) -> None:
        """Raises ValueError for a value that no setting may have."""
        for name, says in _SAYS.items():
            _check(name, says, getattr(self, name.removeprefix("LOKET_").lower()))

    def printer_reach(self) -> Reach:
        """Which network addresses printers may have: those of the database and of Redis never."""
        return Reach(networks(self.printer_addresses), self._own_services())

    def webhook_reach(self) -> Reach:
        """The same for programs that are told of changes."""
        return Reach(networks(self.webhook_addresses), self._own_services())

    def _own_services(self) -> frozenset[tuple[str, int]]:
        services = ((self.database_url, 5432), (self.redis_url, 6379))
        parts = [(urlsplit(url), port) for url, port in services if "://" in url]
        return frozenset((each.hostname, each.port or port) for each, port in parts if each.hostname)

    def database(self) -> str:
        """The SQLAlchemy URL to use; makes the data folder when it is missing."""
        self.data.mkdir(parents=True, exist_ok=True)
        return self.database_url or f"sqlite:///{(self.data / 'loket.db').resolve()}"

    def certificate(self) -> tuple[Path, Path]:
        """Where `loket tls` puts the certificate and its key."""
        return self.data / "tls/server.crt", self.data / "tls/server.key"

    def no_certificate(self) -> InvalidSettings:
        folder = self.data / "tls"
        return InvalidSettings(
            f"LOKET_TLS_PORT: tidak ada sertifikat yang utuh di {folder}: jalankan dulu loket tls "
            f"(no sound certificate there: run loket tls first)"
        )

    def proxy_addresses(self) -> list[str]:
        return [each.strip() for each in self.proxies.split(",") if each.strip()]

    def has_key(self) -> bool:
        """Whether there is a secret key, and it is whole."""
        try:
            return bool(_KEY.fullmatch((self.data / "secret_key").read_bytes().decode("ascii", "replace").strip()))
        except FileNotFoundError:
            return False

    def secret_key(self) -> str:
        """Signs sessions; made once and kept in the data folder, readable by its owner only.

        A damaged one, as a power cut may leave it, is made anew: everybody signs in once more.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        path = self.data / "secret_key"
        if self.has_key():
            return path.read_text().strip()
        fresh = self.data / f".secret_key.{os.getpid()}"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            fresh.replace(path)
        else:
            with suppress(FileExistsError):  # another process was faster
                os.link(fresh, path)
            fresh.unlink()
        return path.read_text()


_SAYS = {
    f"LOKET_{name.upper()}": each.__metadata__[0]
    for name, each in get_type_hints(Settings, include_extras=True).items()
}
_DEFAULTS = {f"LOKET_{each.name.upper()}": each.default for each in fields(Settings)}
SETTINGS = {variable: (str(default), _SAYS[variable].meaning) for variable, default in _DEFAULTS.items()}
"""Variable -> (default, meaning); the README shows the same table."""

_TRUE = frozenset({"true", "1", "yes", "on", "t", "y"})
_FALSE = frozenset({"false", "0", "no", "off", "f", "n"})


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises `InvalidSettings` with one sentence per wrong value; an unknown LOKET_ variable is wrong too."""
    values: dict[str, object] = {}
    wrong: list[str] = []
    for variable, value in environment.items():
        if not variable.startswith("LOKET_"):
            continue
        name = variable.removesuffix("_FILE")
        if name not in SETTINGS:
            raise InvalidSettings(f"{variable}: tidak dikenal (unknown setting). Dikenal: {', '.join(SETTINGS)}")
        try:
            text = Path(value).read_text().strip() if variable.endswith("_FILE") else value
        except OSError as error:
            raise InvalidSettings(f"{variable}: {error.strerror}: {value}") from None
        try:
            values[name.removeprefix("LOKET_").lower()] = _read(name, text)
        except ValueError as error:
            wrong.append(f"{name}: {error} ({text!r})")
    if wrong:
        raise InvalidSettings("; ".join(wrong))
    return Settings(**values)  # type: ignore[arg-type]


def _read(variable: str, text: str) -> object:
    """Raises ValueError that says what is wanted."""
    default = _DEFAULTS[variable]
    if isinstance(default, bool):
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError("true atau false (true or false)")
        return text.lower() in _TRUE
    if isinstance(default, int):
        number = int(text) if re.fullmatch(r"\s*[0-9]{1,9}\s*", text) else -1
        _check(variable, _SAYS[variable], number)
        return number
    _check(variable, _SAYS[variable], text)
    return Path(text) if isinstance(default, Path) else text


def _check(variable: str, says: Says, value: object) -> None:
    if variable in ("LOKET_PRINTER_ADDRESSES", "LOKET_WEBHOOK_ADDRESSES"):
        networks(str(value))
    elif variable == "LOKET_MDNS_NAME" and value and not _LABEL.fullmatch(str(value)):
        raise ValueError("huruf, angka, dan tanda hubung, seperti loket (letters, digits and hyphens, such as loket)")
    elif isinstance(value, int) and not says.least <= value <= (value if says.most is None else says.most):
        span = f">= {says.least}" if says.most is None else f"{says.least}-{says.most}"
        raise ValueError(f"bilangan bulat {span} (a whole number {span})")
