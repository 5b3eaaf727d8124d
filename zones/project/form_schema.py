"""Forms as data: what each asks, of whom, by when, and what must hold among its figures.

A form is a file of ``data/forms``: a new form or circular needs no code.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from layers.base.errors import InputError
from layers.base.language import Phrase
from layers.base.resources import data_path
from zones.project.yaml import read_document, validate_document

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")]
DayOfYear = Annotated[str, StringConstraints(pattern=r"^\d{2}-\d{2}$")]
Reporter = Literal["commune", "department"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Name(_Part):
    """A name in both languages."""

    vi: str
    en: str

    @property
    def phrase(self) -> Phrase:
        """The name as a sentence takes it."""
        return Phrase(en=self.en, vi=self.vi)


class Due(_Part):
    """When a form is due: between two days of the year, or so many days after what it tells of."""

    first_day: DayOfYear | None = None
    last_day: DayOfYear
    consolidated: DayOfYear | None = None
    within_days: int | None = Field(default=None, ge=1)


class FormColumn(_Part):
    """A column: what it asks, in which unit (``row``: that of each row), how others head it.

    ``known`` columns are filled in before the form goes out: last year's figure of another column,
    or the register's hectares. ``adds`` and ``takes`` make a column a sum of others. Of a
    ``yearly`` one, what a year planted or lost, last year's figure tells nothing.
    """

    column: Slug
    name: Name
    unit: str = ""
    kind: Literal["number", "whole", "text", "date", "choice"] = "number"
    group: Name | None = None
    words: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    known: str = ""
    adds: tuple[Slug, ...] = ()
    takes: tuple[Slug, ...] = ()
    per: tuple[Slug, Slug] | None = None
    negative: bool = False
    yearly: bool = False

    @property
    def is_figure(self) -> bool:
        """Whether the column holds figures that are reported."""
        return self.kind in ("number", "whole")

    @property
    def is_asked(self) -> bool:
        """Whether the reporter fills the column in."""
        return not (self.known or self.adds or self.per)


class Identity(_Part):
    """What must hold in every row: ``equals`` = sum of ``plus`` − sum of ``minus``.

    With ``of`` the right-hand side is divided by that column and multiplied by ``times``. With
    ``most`` in place of ``equals`` the column may not exceed the right-hand side.
    """

    identity: Slug
    name: Name
    equals: Slug | None = None
    most: Slug | None = None
    plus: tuple[Slug, ...]
    minus: tuple[Slug, ...] = ()
    of: Slug | None = None
    times: float = 1.0
    tolerance: float = 0.05
    article: str = ""

    @property
    def subject(self) -> str:
        """Column that the identity speaks of."""
        return str(self.equals or self.most)


class Agreement(_Part):
    """What must hold in every row between two forms: ``column`` = ``other`` of another ``form``."""

    identity: Slug
    name: Name
    column: Slug
    form: Slug
    other: Slug
    tolerance: float = 0.05
    article: str = ""


class RowSum(_Part):
    """What must hold in every column: a row is the sum of others."""

    row: str
    parts: tuple[str, ...]
    article: str = ""


class FixedRow(_Part):
    """A row of a form that is the same for everybody."""

    row: str
    name: Name
    unit: str = ""
    crop: str = ""
    words: tuple[str, ...] = ()
    level: int = Field(default=0, ge=0, le=4)


class FormTable(_Part):
    """A table of a form: its rows are the plan's zones or indicators, fixed, or open."""

    table: Slug
    name: Name
    rows: Literal["zones", "indicators", "fixed", "open", "units"]
    columns: tuple[FormColumn, ...]
    fixed: tuple[FixedRow, ...] = ()
    land_kinds: tuple[str, ...] = ()
    open_rows: int = Field(default=20, ge=1, le=500)
    label: Name = Name(vi="Nội dung", en="Item")
    identities: tuple[Identity, ...] = ()
    row_sums: tuple[RowSum, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    total: bool = False

    @model_validator(mode="after")
    def _names_are_known(self) -> FormTable:
        known = {column.column for column in self.columns}
        named = {
            name
            for item in self.identities
            for name in (item.subject, *item.plus, *item.minus, *filter(None, (item.of,)))
        }
        named |= {name for column in self.columns for name in (*column.adds, *column.takes)}
        named |= {item.column for item in self.agreements}
        if loose := sorted(named - known):
            raise ValueError(f"table {self.table}: no columns {loose}")
        rows = {row.row for row in self.fixed}
        sums = {name for item in self.row_sums for name in (item.row, *item.parts)}
        if loose := sorted(sums - rows):
            raise ValueError(f"table {self.table}: no rows {loose}")
        return self

    def column(self, name: str) -> FormColumn:
        """Column of a name."""
        return next(column for column in self.columns if column.column == name)


class Department(_Part):
    """A department, and the indicators that it reports and no commune does."""

    department: Slug
    name: Name
    indicators: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()


class Form(_Part):
    """A form."""

    form: Slug
    version: int = Field(ge=1)
    name: Name
    reporter: Reporter = "commune"
    article: str = ""
    due: Due
    how: tuple[str, ...] = ()
    departments: tuple[Department, ...] = ()
    tables: tuple[FormTable, ...]

    def table(self, name: str) -> FormTable | None:
        """Table of a name."""
        return next((table for table in self.tables if table.table == name), None)


@lru_cache(maxsize=1)
def form_paths() -> dict[str, Path]:
    """Embedded forms by id."""
    return {path.stem: path for path in sorted(data_path("forms").glob("*.yaml"))}


@lru_cache(maxsize=32)
def load_form(name: str) -> Form:
    """Form of an id, or of a file of the reader's own."""
    known = form_paths()
    path = known.get(name) or Path(name)
    if name not in known and path.suffix not in (".yaml", ".yml"):
        raise InputError("zones.project.unknown_form", form=name, forms=known)
    return validate_document(Form, read_document(path), path)
