"""The certificate that this server shows to whoever comes with https."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.web.settings import Settings


def certificate(settings: Settings) -> ssl.SSLContext:
    """What `loket tls` has put in place. Raises `InvalidSettings`, in a sentence."""
    try:
        return _loaded(settings)
    except OSError:  # ssl.SSLError too
        raise settings.no_certificate() from None


class Renewed:
    """The certificate of now, for every next handshake: a new one is shown without a start of the server."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._written = settings, _written(settings)
        self.context = certificate(settings)

    def look(self) -> None:
        """Takes what was put in place since; half of a pair, or one that is gone, leaves the one before."""
        with suppress(OSError):
            written = _written(self._settings)
            if written != self._written:
                _loaded(self._settings)
                self.context.load_cert_chain(*self._settings.certificate())
                self._written = written


def _loaded(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*settings.certificate())
    return context


def _written(settings: Settings) -> list[int]:
    return [file.stat().st_mtime_ns if file.exists() else 0 for file in settings.certificate()]
