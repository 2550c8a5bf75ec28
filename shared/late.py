"""Modules that are loaded when something of them is first asked for: most starts never need them.

    if TYPE_CHECKING:
        import xlsxwriter
    else:
        xlsxwriter = late("xlsxwriter")

Type checker and house tests see the import; the interpreter loads it at `xlsxwriter.Workbook(...)`.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


class _Late(ModuleType):
    """Stands for the module; whoever patches that one is heard, for nothing of it is kept here."""

    def __getattr__(self, name: str) -> object:
        return getattr(import_module(self.__name__), name)


def late(name: str) -> ModuleType:
    return _Late(name)
