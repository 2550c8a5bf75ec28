"""Long lists in pages: which one is asked for, and the addresses of its neighbours with the same filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import request, url_for

from shared.web.bounds import query_number

SIZE = 50


@dataclass(frozen=True, slots=True)
class Pager:
    """One page of a list; `count`: how many rows there are in all."""

    endpoint: str
    kept: dict[str, str]
    """The filters of the list as they stand in the address."""
    page: int = 1
    size: int = SIZE
    count: int = 0

    @classmethod
    def asked(cls, endpoint: str, filters: Sequence[str]) -> Pager:
        """As the address says; raises `Invalid("fields")`."""
        kept = {name: request.args[name] for name in filters if request.args.get(name)}
        return cls(endpoint, kept, max(1, query_number("page") or 1))

    def of(self, count: int) -> Pager:
        return replace(self, count=count)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def first(self) -> int:
        """The place of the first row that is shown; 0 when there is none."""
        return min(self.offset + 1, self.count)

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.count)

    @property
    def before(self) -> str | None:
        return self._at(self.page - 1) if self.page > 1 else None

    @property
    def after(self) -> str | None:
        return self._at(self.page + 1) if self.last < self.count else None

    def _at(self, page: int) -> str:
        return url_for(self.endpoint, page=page, **self.kept)  # type: ignore[arg-type]
