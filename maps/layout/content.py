"""What annex and atlas are made of: frames, names and heading lines.

The frames arrive rounded: the planner rounds once, so that workbook, document, atlas and map print
the same figures and every printed sum meets. Nothing here measures or rounds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Language, Phrase
from layers.base.messages import joined, message
from layers.base.short_repr import short_repr
from maps.layout.words import page_day, phrase, repeated_keys
from maps.tables import (
    ALLOCATION,
    COVER_YEARS,
    FOREST_COVER,
    GROUP_COVER,
    GROUP_ZONES,
    LOSSES,
    PROGRESS,
    SOURCES,
    SPECIES_AGES,
    TARGETS,
    TASKS,
    ZONE_NAMES,
    ZONES,
)

#: Letters that Office takes in a property of a file.
PROPERTY_LETTERS = 255
_BREAKS = re.compile("[\t\n\r\x85\u2028\u2029]+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

#: Numbers of the forest forms in circular 16/2023, appendix IV.
_FORMS = {"purposes": "02", "cover": "04", "causes": "05", "ages": "06"}

#: What every sheet, page and map of made data says.
DEMO_MARK = Phrase(en="Demo data", vi="Dữ liệu minh họa")


@dataclass(frozen=True, slots=True)
class AnnexHeading:
    """Heading lines of an annex, as Decree 30/2020 lays them out.

    Parameters
    ----------
    number : str
        Roman numeral after "Phụ lục"; empty where there is only one annex.
    title : Phrase
        What the annex is about; printed in capitals.
    attached_to : str
        The document it goes with, for instance ``"Kế hoạch số 12/KH-UBND ngày 02/01/2026 của Ủy ban
        nhân dân tỉnh Lạng Sơn"``; empty leaves a line to fill in.
    province : str
        Name of the province.
    territory : str
        Name of what the communes add up to, as the total row prints it; the province by default.
    signature : tuple of str
        Lines of the block that closes the document, the name last ("" leaves it to be written);
        none without one.
    """

    number: str = "I"
    title: Phrase = field(default_factory=lambda: message("maps.layout.default_title"))
    attached_to: str = ""
    province: str = ""
    territory: str = ""
    signature: tuple[str, ...] = ()

    def lines(self, language: Language) -> tuple[str, str]:
        """Say the number of the annex and the document it goes with, as pages print them."""
        number = phrase("annex.number", number=self.number).text(language).strip()
        document = self.attached_to or "…" * 14
        return number, phrase("annex.attached", document=document).text(language)


@dataclass(frozen=True, slots=True)
class TableNote:
    """A sentence for below a table: a relaxed rounding, a tolerance.

    Parameters
    ----------
    table : str
        Which table it concerns: ``targets``, ``unmeasured`` (targets without a figure), ``zone``,
        ``verdict`` (below a zone's table, and on its map), ``matrix``, ``purposes``, ``cover``,
        ``causes``, ``ages``, ``allocation``, ``path`` or ``sources``.
    text : Phrase
        The sentence.
    zone : str
        Zone of the table, or of a row of the targets; empty for every zone.
    """

    table: str
    text: Phrase
    zone: str = ""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a forest form: its key (``c6`` is column 6) and its heading."""

    key: str
    title: Phrase
    group: Phrase | None = None


@dataclass(frozen=True, slots=True)
class ForestForm:
    """A forest form of the province: classes of forest in rows, hectares in columns."""

    role: Literal["purposes", "causes"]
    title: Phrase
    label: Phrase
    columns: tuple[FormColumn, ...]
    # Columns ``row`` (the form's code), ``name_vi``, ``name_en``, ``level`` and the keys
    rows: pd.DataFrame


@dataclass(frozen=True, slots=True)
class AnnexContent:
    """Everything the tables of an annex print.

    Parameters
    ----------
    targets : pandas.DataFrame
        Columns of ``maps.tables.TARGETS``; ``name_vi`` and ``name_en`` where there are names.
    zones : pandas.DataFrame
        Columns of ``maps.tables.ZONES``, one row per zone and commune.
    zone_names : pandas.DataFrame
        Columns of ``ZONE_NAMES``, in the order in which the zones are to be printed.
    forest_cover : pandas.DataFrame
        Columns of ``maps.tables.FOREST_COVER``, the province last; ``special_use_ha``,
        ``protection_ha``, ``production_ha`` and ``outside_ha`` where the layer tells them.
    sources : pandas.DataFrame
        Columns of ``SOURCES``.
    heading : AnnexHeading
        Heading lines.
    allocation : pandas.DataFrame or None
        Columns of ``ALLOCATION``.
    losses : pandas.DataFrame or None
        Columns of ``LOSSES``: hectares lost by zone, commune and year.
    species_ages : pandas.DataFrame or None
        Columns of ``SPECIES_AGES``: planted forest by species and age class.
    forest_forms : tuple of ForestForm
        Forest by class and purpose (Form 02), and its change by cause (Form 05).
    decimals : int
        Digits that hectares are printed with; the frames carry no more.
    percent_decimals : int
        Digits that rates are printed with.
    demo : bool
        Whether the data is made; then every sheet and page says so.
    language : {"vi", "en"}
        Language of the pages.
    digest : str
        Digest of the rounded frames; every page made from them carries it.
    notes : tuple of TableNote
        Sentences for below the tables they concern.
    sharing : tuple of str
        Land sources whose hectares bear trees as well (under canopy, stands that are converted):
        what the allocation puts there is no new ground and is totalled apart.
    plan_names : mapping
        Name of every plan by the id in the column ``plan`` of ``targets``.
    kinds : mapping
        Kind of every commune (xã, phường) by its code; names without one are printed alone.
    listed_only : bool
        Whether the table of a zone names the communes that the plan lists and gives the others
        together in one row.
    forms : mapping
        Numbers of the forest forms: ``cover``, ``ages``, ``purposes`` and ``causes``; a form
        without one is printed by its title alone.
    form_lines : mapping
        Line below the title of each form, by the same keys: unit, day or period, circular.
    group_zones : pandas.DataFrame or None
        Columns of ``maps.tables.GROUP_ZONES``: hectares of each zone by group of communes.
    group_cover : pandas.DataFrame or None
        Columns of ``maps.tables.GROUP_COVER``: forest by group of communes, the province last.
    progress : pandas.DataFrame or None
        Columns of ``maps.tables.PROGRESS``: hectares of each zone by year, measured and reported.
    cover_years : pandas.DataFrame or None
        Columns of ``maps.tables.COVER_YEARS``: forest of the province in the years of a forecast.
    tasks : pandas.DataFrame or None
        Columns of ``maps.tables.TASKS``: what the plans ask for without a figure.
    """

    targets: pd.DataFrame
    zones: pd.DataFrame
    zone_names: pd.DataFrame
    forest_cover: pd.DataFrame
    sources: pd.DataFrame
    heading: AnnexHeading = field(default_factory=AnnexHeading)
    allocation: pd.DataFrame | None = None
    losses: pd.DataFrame | None = None
    species_ages: pd.DataFrame | None = None
    forest_forms: tuple[ForestForm, ...] = ()
    decimals: int = 1
    percent_decimals: int = 1
    demo: bool = False
    language: Language = "vi"
    digest: str = ""
    notes: tuple[TableNote, ...] = ()
    sharing: tuple[str, ...] = ()
    plan_names: Mapping[str, Phrase] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    listed_only: bool = False
    forms: Mapping[str, str] = field(default_factory=lambda: dict(_FORMS))
    form_lines: Mapping[str, str] = field(default_factory=dict)
    group_zones: pd.DataFrame | None = None
    group_cover: pd.DataFrame | None = None
    progress: pd.DataFrame | None = None
    cover_years: pd.DataFrame | None = None
    tasks: pd.DataFrame | None = None

    __repr__ = short_repr

    def __post_init__(self) -> None:
        """Validate the frames; a zone without a name is refused here, not halfway down a page."""
        frames = (
            ("targets", TARGETS),
            ("zones", ZONES),
            ("zone_names", ZONE_NAMES),
            ("forest_cover", FOREST_COVER),
            ("sources", SOURCES),
            ("allocation", ALLOCATION),
            ("losses", LOSSES),
            ("species_ages", SPECIES_AGES),
            ("group_zones", GROUP_ZONES),
            ("group_cover", GROUP_COVER),
            ("progress", PROGRESS),
            ("cover_years", COVER_YEARS),
            ("tasks", TASKS),
        )
        for name, schema in frames:
            frame = getattr(self, name)
            if frame is not None:
                object.__setattr__(self, name, schema.validate(frame))
        self._check_keys()
        self._check_zone_names()
        self._make_printable([name for name, _ in frames])

    def _make_printable(self, frames: list[str]) -> None:
        """Take out of all texts what no file of a page can hold, and tell how many had any."""
        changed = 0
        for name in frames:
            frame = getattr(self, name)
            if frame is None:
                continue
            for column in frame.select_dtypes(["object", "str"]):
                cells = frame[column].tolist()
                safe = [safe_text(cell) if isinstance(cell, str) else cell for cell in cells]
                differs = sum(
                    one != other
                    for one, other in zip(safe, cells, strict=True)
                    if isinstance(one, str)
                )
                changed += differs
                if differs:
                    made = pd.Series(safe, index=frame.index, dtype=frame[column].dtype)
                    frame = frame.assign(**{column: made})
            object.__setattr__(self, name, frame)
        heading = AnnexHeading(
            safe_text(self.heading.number),
            _safe_phrase(self.heading.title),
            safe_text(self.heading.attached_to),
            safe_text(self.heading.province),
            safe_text(self.heading.territory),
            tuple(safe_text(line) for line in self.heading.signature),
        )
        changed += int(heading != self.heading)
        notes = tuple(TableNote(n.table, _safe_phrase(n.text), n.zone) for n in self.notes)
        told = [TableNote("sources", phrase("note.unprintable", count=changed))] if changed else []
        title = max(len(heading.title.vi), len(heading.title.en), len(heading.attached_to))
        if title > PROPERTY_LETTERS:
            told.append(TableNote("sources", phrase("note.long_title", most=PROPERTY_LETTERS)))
        known = set(notes)
        plans = {plan: _safe_phrase(name) for plan, name in self.plan_names.items()}
        object.__setattr__(self, "plan_names", plans)
        object.__setattr__(self, "heading", heading)
        object.__setattr__(self, "notes", (*notes, *(n for n in told if n not in known)))

    def _check_keys(self) -> None:
        keys = {
            "targets": ["target"],
            "zones": ["zone", "commune_code"],
            "zone_names": ["zone"],
            "forest_cover": ["commune_code"],
            "allocation": ["zone", "commune_code", "land", "year"],
            "losses": ["zone", "commune_code", "year"],
            "species_ages": ["species", "age_class"],
            "progress": ["zone", "told_by", "year", "commune_code"],
            "cover_years": ["year"],
        }
        frames = {name: getattr(self, name) for name in keys}
        faults = [
            told
            for name, frame in frames.items()
            if frame is not None
            for told in repeated_keys(name, frame[keys[name]])
        ]
        if faults:
            raise InputError("maps.layout.keys_repeated", faults=joined(faults))

    def _check_zone_names(self) -> None:
        known = set(self.zone_names["zone"])
        used = set(self.zones["zone"]) | (set(self.targets["zone"]) - {""})
        if self.allocation is not None:
            used |= set(self.allocation["zone"])
        missing = sorted(used - known)
        if missing:
            raise InputError("maps.layout.zones_without_name", count=len(missing), missing=missing)

    @property
    def planned_years(self) -> list[int]:
        """Years of the allocation, ascending; none without one."""
        if self.allocation is None:
            return []
        return sorted(int(year) for year in self.allocation["year"].unique())

    def notes_on(self, table: str, *zones: str) -> tuple[str, ...]:
        """Sentences handed over for a table of some zones, in the language of the pages."""
        told = ("zone", "verdict") if table == "zone" else (table,)
        mine = [note for note in self.notes if note.table in told and note.zone in ("", *zones)]
        return tuple(note.text.text(self.language) for note in mine)

    def zone_name(self, zone: str) -> str:
        """Name of a zone in the language of the pages; the id itself for an unknown zone."""
        names = self.zone_names[f"name_{self.language}"].tolist()
        return str(dict(zip(self.zone_names["zone"].tolist(), names, strict=True)).get(zone, zone))

    def commune_names(self, rows: pd.DataFrame) -> list[str]:
        """Names of the communes of rows, with their kind where it is known."""
        return [
            phrase(f"kind {self.kinds[code]}", name=name).text(self.language)
            if code in self.kinds
            else name
            for code, name in zip(rows["commune_code"], rows["commune"], strict=True)
        ]


def signature_lines(signature: Sequence[str]) -> list[str]:
    """Lines of the block of the signer, with room to sign above the name; none without one."""
    if not signature:
        return []
    return [*signature[:-1], *[""] * 3, signature[-1] or "……………………"]


def safe_text(text: str) -> str:
    """Text without control characters, which have no place in XML; a line break is a space."""
    return _UNPRINTABLE.sub("", _BREAKS.sub(" ", text))


def _safe_phrase(text: Phrase) -> Phrase:
    return Phrase(en=safe_text(text.en), vi=safe_text(text.vi))


def property_text(text: str) -> str:
    """Text as a property of a file holds it."""
    return text if len(text) <= PROPERTY_LETTERS else text[: PROPERTY_LETTERS - 1] + "…"


def source_rows(content: AnnexContent) -> pd.DataFrame:
    """Name what an annex rests on (layer, date, source), in the words of its language."""
    language = content.language
    rows = content.sources.fillna("")
    names = rows.get(f"layer_{language}", rows["layer"])
    days = [page_day(day, language) for day in rows["date"]]
    return rows[["layer", "date", "source"]].assign(layer=names, date=days).astype("str")


def planned_by_year(content: AnnexContent, zone: str, codes: pd.Index) -> pd.DataFrame:
    """Hectares added to a zone by commune and year; NaN in a zone that was not allocated."""
    years = content.planned_years
    unknown = pd.DataFrame(np.nan, index=codes, columns=years)
    if content.allocation is None:
        return unknown
    rows = content.allocation[content.allocation["zone"] == zone]
    if not rows["planned_ha"].notna().any():
        return unknown
    sums = rows.pivot_table(
        index="commune_code", columns="year", values="planned_ha", aggfunc="sum"
    )
    planned = sums.reindex(index=codes, columns=years)
    known = rows.groupby("commune_code")["planned_ha"].count().reindex(codes)
    return planned.fillna(0.0).where(known.ne(0), axis=0).round(content.decimals)


def zones_without_figures(content: AnnexContent) -> list[str]:
    """Zones of which neither a present nor a planned hectare of any commune is known."""
    measured = content.zones.loc[content.zones["present_ha"].notna(), "zone"]
    silent = set(content.zones["zone"]) - set(measured)
    if content.allocation is not None:
        planned = content.allocation["planned_ha"].notna()
        silent -= set(content.allocation.loc[planned, "zone"])
    return [zone for zone in content.zone_names["zone"] if zone in silent]


def unallocated_zones(content: AnnexContent) -> list[str]:
    """Zones with communes that the allocation left out."""
    if content.allocation is None:
        return []
    known = content.allocation.loc[content.allocation["planned_ha"].notna(), "zone"]
    drawn = set(content.zones["zone"]) - set(known)
    return [zone for zone in content.zone_names["zone"] if zone in drawn]
