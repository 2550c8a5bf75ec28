"""SETTINGS: everything that the environment can say, with its default and its meaning."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shared.printing.address import Reach, networks

_KEY = re.compile("[0-9a-f]{64}")
_LABEL = re.compile("[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?")


class InvalidSettings(ValueError):
    """A setting that stops the start; the text is a sentence for the person who set it."""


class Settings(BaseModel):
    """Read from `LOKET_<NAME>`, or from the file that `LOKET_<NAME>_FILE` names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(Path("data"), description="folder of the database, the secret key and the media")
    database_url: str = Field("", description="SQLAlchemy URL; empty is SQLite in the data folder")
    redis_url: str = Field("", description="redis://... when several processes serve the same office")
    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 lets the office's network in")
    port: int = Field(8000, ge=1, le=65535, description="port to listen on")
    tls_port: int = Field(0, ge=0, le=65535, description="port for https with the certificate of loket tls; 0: none")
    public_url: str = Field("", description="what phones open, such as http://192.168.1.10:8000; empty is guessed")
    hosts: str = Field("", description="further names in this server's addresses, as loket.kab.go.id, by comma")
    mdns_name: str = Field("loket", description="name in the office's network: loket is loket.local; empty: none")
    connections: int = Field(60, ge=4, description="connections of one address that may wait at once")
    proxies: str = Field("", description="addresses of reverse proxies on other machines, by comma")
    printer_addresses: str = Field(
        "", description="networks that printers may have although they are refused: 127.0.0.0/8, 10.0.0.9 ..."
    )
    webhook_addresses: str = Field(
        "", description="networks that are told of changes although they are refused: 127.0.0.0/8 ..."
    )
    log_folder: str = Field("", description="folder of loket.log, JSON line by line, 6 files of 10 MB; empty: none")
    secure_cookies: bool = Field(False, description="cookies only over https: set it behind a TLS proxy")

    @field_validator("mdns_name")
    @classmethod
    def _label(cls, text: str) -> str:
        if text and not _LABEL.fullmatch(text):
            raise ValueError("letters, digits and hyphens, such as loket")
        return text

    @field_validator("printer_addresses", "webhook_addresses")
    @classmethod
    def _networks(cls, text: str) -> str:
        networks(text)
        return text

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


SETTINGS = {
    f"LOKET_{name.upper()}": (str(field.default), field.description or "")
    for name, field in Settings.model_fields.items()
}
"""Variable -> (default, meaning); the README shows the same table."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises `InvalidSettings` with one sentence per wrong value; an unknown LOKET_ variable is wrong too."""
    values: dict[str, str] = {}
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
        values[name.removeprefix("LOKET_").lower()] = text
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        sentences = [f"LOKET_{str(e['loc'][0]).upper()}: {e['msg']} ({e['input']!r})" for e in error.errors()]
        raise InvalidSettings("; ".join(sentences)) from None
