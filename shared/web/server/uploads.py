"""Where uploads go while they come in."""

from __future__ import annotations

import tempfile
from typing import IO, cast

from flask import Request, current_app

from shared.web.settings import Settings

IN_MEMORY_BYTES = 500_000


class UploadRequest(Request):
    """Large files come to the data folder, where there is room for them, and not to a small memory disk.

    The method is Werkzeug's documented way to say so.
    """

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        settings: Settings = current_app.extensions["loket_settings"]
        return cast(IO[bytes], tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, "w+b", dir=str(settings.data)))
