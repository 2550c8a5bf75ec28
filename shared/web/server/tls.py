"""The certificate that this server shows to whoever comes with https."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.web.settings import Settings


def certificate(settings: Settings) -> ssl.SSLContext:
    """What `loket tls` has put in place. Raises `InvalidSettings`, in a sentence."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(*settings.certificate())
    except OSError:  # ssl.SSLError too
        raise settings.no_certificate() from None
    return context
