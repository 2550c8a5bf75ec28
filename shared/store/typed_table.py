"""Tables of SQLAlchemy Core written as typed classes: the class has the columns, its objects are rows with the values.

They read like the classes of SQLAlchemy's ORM and are no more than a table. The mapping of the ORM, which nothing here
uses, made a start a sixth longer and the server 9 MB larger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import ClassVar, Generic, Literal, TypeVar, overload

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Time,
)
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.types import TypeDecorator, TypeEngine

T = TypeVar("T")
S = TypeVar("S")


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database (SQLite has no time zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def words_of(enum: type[StrEnum], length: int) -> Enum:
    """A column of the words of an enum."""
    return Enum(enum, native_enum=False, length=length, values_callable=lambda e: [m.value for m in e])


TYPES: Mapping[str, object] = {
    "int": Integer,
    "float": Double,
    "bool": Boolean,
    "str": String,
    "date": Date,
    "time": Time,
    "datetime": Moment,
    "dict[str, object]": JSON,
    "list[object]": JSON,
    "list[int]": JSON,
    "list[dict[str, object]]": JSON,
}
"""What stands in an annotation -> the type of the column."""


class Mapped(Generic[T]):
    """An attribute of a table's class: there it is the column, in a row its value.

    Its annotation says the type where `mapped_column` says none, and with `| None` that the column may be NULL.
    """

    def __init__(self, own_type: object, references: ForeignKey | None, make: Callable[..., Column[T]]) -> None:
        self._own_type, self._references, self._make = own_type, references, make
        self._column: Column[T] | None = None

    def named(self, name: str, annotation: str, types: Mapping[str, object]) -> Column[T]:
        """The column, made; `annotation`: "Mapped[int | None]"."""
        python_type = annotation.removeprefix("Mapped[").removesuffix("]").removesuffix(" | None")
        parts = (self._own_type or types[python_type], *([self._references] if self._references is not None else []))
        self._column = self._make(name, *parts, nullable=annotation.endswith(" | None]"))
        return self._column

    @overload
    def __get__(self, row: None, table: object) -> Column[T]: ...
    @overload
    def __get__(self, row: object, table: object) -> T: ...
    def __get__(self, row: object, table: object) -> Column[T] | T | None:
        return self._column  # only of the class: a row has its values itself


def mapped_column(
    of: TypeEngine[S] | type[TypeEngine[S]] | ForeignKey | None = None,
    *,
    primary_key: bool = False,
    unique: bool | None = None,
    default: object = None,
    server_default: str | None = None,
    autoincrement: bool | Literal["auto"] = "auto",
) -> Mapped[T]:
    """`of`: its type, or whose key it is."""
    references = of if isinstance(of, ForeignKey) else None
    make = partial(
        Column,
        primary_key=primary_key,
        unique=unique,
        default=default,
        server_default=server_default,
        autoincrement=autoincrement,
    )
    return Mapped(None if references is not None else of, references, make)


class _TableClass(type):
    """SQLAlchemy takes the class wherever it takes a table."""

    __table__: Table

    def __clause_element__(cls) -> Table:
        return cls.__table__


class TypedTable(metaclass=_TableClass):
    """One row."""

    metadata: ClassVar[MetaData]
    types: ClassVar[Mapping[str, object]]
    """Of columns, by what stands in the annotation."""
    __tablename__: ClassVar[str]
    __table_args__: ClassVar[tuple[SchemaItem, ...]] = ()
    """Its indexes and constraints."""
    __table_options__: ClassVar[Mapping[str, object]] = {}
    """What one kind of database is told beside: `sqlite_with_rowid`."""

    def __init__(self, **values: object) -> None:
        self.__dict__.update(values)

    def __init_subclass__(cls) -> None:
        if "__tablename__" not in cls.__dict__:
            return
        columns = []
        for name, annotation in cls.__annotations__.items():
            if not annotation.startswith("Mapped["):
                continue
            mapped = cls.__dict__.get(name)
            if mapped is None:
                mapped = mapped_column()
                setattr(cls, name, mapped)
            columns.append(mapped.named(name, annotation, cls.types))
        cls.__table__ = Table(cls.__tablename__, cls.metadata, *columns, *cls.__table_args__, info={"class": cls})
        cls.__table__.dialect_kwargs.update(cls.__table_options__)
