"""What a plan is: its head, zones, targets, other indicators, tasks and calendar of reports.

The model checks the form only. Whether the content makes sense (a reversed range, one thing with
two figures, an unknown commune) is for the lint to say, because documents do contain such faults
and a plan file must be able to hold what the document says.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Strict,
    StringConstraints,
    Tag,
    model_validator,
)

from layers.base.clock import today
from layers.base.short_repr import short_repr
from layers.kinds.crops import crop_named


def _crop_id(value: object) -> object:
    """Id of a crop given by a name ("Na"); the lint tells one that nobody knows."""
    return crop_named(value)[0] or value if isinstance(value, str) else value


Bound = Literal["exact", "range", "at_least", "at_most", "about", "maintain"]
Period = Literal["by_year", "per_year", "in_year", "cumulative"]
ListKind = Literal["open", "closed", "province", "none"]

#: A bare number: one in quotes has more than one reading ("5.000").
Number = Annotated[float, Strict()]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")]
CropId = Annotated[Slug, BeforeValidator(_crop_id)]
ProvinceCode = Annotated[str, StringConstraints(pattern=r"^\d{2}$")]
CommuneCode = Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
IsoDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(?:-\d{2}){0,2}$")]
DayOfYear = Annotated[str, StringConstraints(pattern=r"^\d{2}-\d{2}$")]
Deadline = Annotated[str, StringConstraints(pattern=r"^(?:\d{4}(?:-\d{2}){0,2}|\d{2}-\d{2})$")]
Span = Annotated[str, StringConstraints(pattern=r"^\d{4}(?:-\d{2})?/\d{4}(?:-\d{2})?$")]

#: Which keys carry the figures of each kind of bound.
FIGURE_KEYS: dict[str, tuple[str, ...]] = {
    "exact": ("figure",),
    "about": ("figure",),
    "maintain": ("figure",),
    "range": ("low", "high"),
    "at_least": ("low",),
    "at_most": ("high",),
}


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", validate_assignment=True, validate_by_name=True, allow_inf_nan=False
    )


class Names(_Part):
    """A name in both languages."""

    vi: str
    en: str


class Horizon(_Part):
    """First and last year a plan speaks for."""

    first: int = Field(ge=1990, le=2100)
    last: int = Field(ge=1990, le=2100)

    @model_validator(mode="after")
    def _runs_forwards(self) -> Horizon:
        if self.first > self.last:
            raise ValueError("the first year is after the last")
        return self


class Source(_Part):
    """The document a plan was taken from."""

    file: str
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Figure(_Part):
    """A quantity with the kind of its bound.

    ``figure`` belongs to exact, about and maintain; ``low`` to at_least; ``high`` to at_most; both
    to a range. ``words`` are the words of bound as printed, where the bound alone does not tell
    them: "khoảng" before a range, "khoảng trên" before a floor.
    """

    bound: Bound
    figure: Number | None = None
    low: Number | None = None
    high: Number | None = None
    words: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _figures_fit_bound(self) -> Figure:
        expected = set(FIGURE_KEYS[self.bound])
        given = {key for key in ("figure", "low", "high") if getattr(self, key) is not None}
        if given != expected:
            wanted, found = sorted(expected), sorted(given)
            raise ValueError(f"bound {self.bound!r} takes {wanted}, found {found}")
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """Lower and upper end in the unit of the figure; NaN where the bound leaves it open."""
        if self.figure is not None:
            return self.figure, self.figure
        low = math.nan if self.low is None else self.low
        high = math.nan if self.high is None else self.high
        return low, high


class Statement(Figure):
    """The same target as another clause of the document states it."""

    clause: str | None
    line: int | None = Field(default=None, ge=1)
    as_written: str | None = None
    unit: str | None = None
    year: int | None = Field(default=None, ge=1990, le=2100)


class ListedCommune(_Part):
    """A commune of a list, by its code, with the name as the document writes it."""

    code: CommuneCode
    as_written: str
    confirm: bool = False
    by: str | None = None  # Who confirmed it, and when
    on: dt.date | None = None

    def confirm_by(self, name: str) -> None:
        """Take the mark off, in the name of whoever held it against the document."""
        self.confirm, self.by, self.on = False, name, today()


class Target(Figure):
    """One target or indicator."""

    kind: Literal["quantity"] = "quantity"
    target: Slug
    indicator: Slug
    name: Names | None = None
    unit: str
    year: int | None = Field(default=None, ge=1990, le=2100)
    period: Period = "by_year"
    during: Span | None = None
    clause: str | None
    line: int | None = Field(default=None, ge=1)
    scope: Literal["province", "commune"] = "province"
    commune: CommuneCode | None = None
    measure: Literal["layer", "report", "none"] = "none"
    crop: CropId | None = None
    part_of: Slug | None = None
    within: Slug | None = None
    also: list[Statement] = Field(default_factory=list)
    listing: ListKind = Field(default="none", alias="list")
    communes: list[ListedCommune] = Field(default_factory=list)
    confidence: Number | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _commune_fits_scope(self) -> Target:
        if (self.scope == "commune") != (self.commune is not None):
            raise ValueError("scope 'commune' and the key 'commune' go together")
        return self

    @property
    def wholes(self) -> list[str]:
        """Targets that this one is a part of: that it lies within, and the total it adds up to."""
        return [link for link in (self.within, self.part_of) if link is not None]


class Zone(_Part):
    """A production zone: one crop, its communes and its targets."""

    zone: Slug
    clause: str | None
    name: Names
    as_written: str | None = None
    crop: CropId | None = None
    species: list[str] = Field(default_factory=list)
    land_kind: Literal["forest", "orchard", "annual", "paddy", "water", "understorey"]
    counts_for_cover: Literal["established", "never", "by_land"]
    listing: ListKind = Field(alias="list")
    communes: list[ListedCommune] = Field(default_factory=list)
    targets: list[Target] = Field(default_factory=list)
    confidence: Number | None = Field(default=None, ge=0, le=1)


class Task(_Part):
    """Something to be done by a date, without a figure."""

    kind: Literal["task"] = "task"
    task: Slug
    name: Names
    clause: str | None
    deadline: Deadline | None
    responsible: list[str]
    provinces: list[ProvinceCode] = Field(default_factory=list)
    every: Literal["once", "year", "half_year", "always"] = "once"


class Report(_Part):
    """Who reports to whom, every year, between two days (month-day)."""

    reporter: Names
    recipient: Names
    clause: str | None
    first_day: DayOfYear | None = None
    last_day: DayOfYear
    before: bool = False


def _repeated(names: list[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _kind_of_indicator(value: Any) -> str:
    kind = value.get("kind", "") if isinstance(value, dict) else getattr(value, "kind", "")
    return "task" if kind == "task" else "quantity"


Indicator = Annotated[
    Annotated[Target, Tag("quantity")] | Annotated[Task, Tag("task")],
    Discriminator(_kind_of_indicator),
]


class Plan(_Part):
    """A plan, with its targets as data."""

    plan: Slug
    name: Names
    issuer: str | None
    number: str | None
    date: IsoDate | None
    province: ProvinceCode
    other_provinces: list[ProvinceCode] = Field(default_factory=list)
    vintage: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    horizon: Horizon
    natural_area_ha: Number | None = Field(default=None, gt=0)
    source: Source | None = None
    predecessor: Slug | None = None
    zones: list[Zone] = Field(default_factory=list)
    indicators: list[Indicator] = Field(default_factory=list)
    reports: list[Report] = Field(default_factory=list)

    __repr__ = short_repr

    _document: Any = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Plan:
        ids = [target.target for _, target in self.all_targets()]
        ids += [task.task for task in self.tasks]
        twice = _repeated(ids)
        if twice:
            raise ValueError(f"ids of targets and tasks must be unique, twice: {twice[:5]}")
        twice = _repeated([zone.zone for zone in self.zones])
        if twice:
            raise ValueError(f"ids of zones must be unique, twice: {twice[:5]}")
        wholes = {target.target: target.wholes for _, target in self.all_targets()}
        loose = sorted({link for links in wholes.values() for link in links} - set(wholes))
        if loose:
            raise ValueError(f"part_of and within must name targets of the plan: {loose[:5]}")
        try:
            TopologicalSorter(wholes).prepare()
        except CycleError as error:
            raise ValueError(f"part_of and within go in a circle: {error.args[1][:5]}") from error
        return self

    @property
    def tasks(self) -> list[Task]:
        """Indicators of kind ``task``: work with a deadline and no figure."""
        return [item for item in self.indicators if isinstance(item, Task)]

    @property
    def remembered(self) -> Any:
        """The YAML document the plan was loaded from, or None for a plan made in memory."""
        return self._document

    def remember(self, document: Any) -> None:
        """Keep the document the plan was loaded from, for its comments and order.

        Parameters
        ----------
        document : CommentedMap
            The document.
        """
        self._document = document

    def all_targets(self) -> list[tuple[str, Target]]:
        """All targets of the plan, each with the id of its zone.

        Returns
        -------
        list of (str, Target)
            Zones first, in order, then indicators of the whole plan, whose zone is ``""``.
        """
        of_zones = [(zone.zone, target) for zone in self.zones for target in zone.targets]
        return of_zones + [("", item) for item in self.indicators if isinstance(item, Target)]

    def listed(self) -> list[tuple[str, ListedCommune]]:
        """All communes named in lists, each with the id of the zone or target that lists it.

        Returns
        -------
        list of (str, ListedCommune)
            In the order of the file.
        """
        found = [(zone.zone, commune) for zone in self.zones for commune in zone.communes]
        for _, target in self.all_targets():
            found += [(target.target, commune) for commune in target.communes]
        return found

    def unconfirmed(self) -> list[tuple[str, ListedCommune]]:
        """Communes whose name was only nearly matched and that nobody confirmed yet.

        Returns
        -------
        list of (str, ListedCommune)
            Id of the zone or target, and the entry marked ``confirm: true``.
        """
        return [(owner, commune) for owner, commune in self.listed() if commune.confirm]
