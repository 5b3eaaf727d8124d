"""What an annex holds: the frames, names and heading lines from which every page of it is made.

The frames arrive rounded: the planner rounds once, so that workbook, document, atlas and map print
the same figures and every printed sum meets. Nothing here measures or rounds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from layers.base.errors import InputError
from layers.base.language import Language, Phrase
from layers.base.schema import Schema
from maps.tables import (
    ALLOCATION,
    FOREST_COVER,
    LOSSES,
    SOURCES,
    SPECIES_AGES,
    TARGETS,
    ZONE_NAMES,
    ZONES,
)

__all__ = ["DEMO_MARK", "AnnexContent", "AnnexHeading", "TableNote"]

#: Up to ``planned_ha``.
_PLANNED_COLUMNS = 6

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
        Name of the province, as the total row prints it.
    """

    number: str = "I"
    title: Phrase = field(
        default_factory=lambda: Phrase(
            en="Production zones by commune", vi="Các vùng sản xuất theo xã, phường"
        )
    )
    attached_to: str = ""
    province: str = ""


@dataclass(frozen=True, slots=True)
class TableNote:
    """A sentence for below a table: a relaxed rounding, a tolerance.

    Parameters
    ----------
    table : str
        Which table it concerns: ``targets``, ``zone``, ``matrix``, ``cover``, ``ages``,
        ``allocation`` or ``sources``.
    text : Phrase
        The sentence.
    zone : str
        Zone of the table; empty for every zone.
    """

    table: str
    text: Phrase
    zone: str = ""


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
        Columns of ``ALLOCATION``; ``present_ha`` and ``binding`` may be left out, present areas are
        printed as ``zones`` has them.
    losses : pandas.DataFrame or None
        Columns of ``LOSSES``: hectares lost by zone, commune and year.
    species_ages : pandas.DataFrame or None
        Columns of ``SPECIES_AGES``: planted forest by species and age class.
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
    decimals: int = 1
    percent_decimals: int = 1
    demo: bool = False
    language: Language = "vi"
    digest: str = ""
    notes: tuple[TableNote, ...] = ()
    sharing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Validate the frames; a zone without a name is refused here, not halfway down a page."""
        frames = (
            ("targets", TARGETS),
            ("zones", ZONES),
            ("zone_names", ZONE_NAMES),
            ("forest_cover", FOREST_COVER),
            ("sources", SOURCES),
            ("allocation", Schema("allocation", ALLOCATION.columns[:_PLANNED_COLUMNS])),
            ("losses", LOSSES),
            ("species_ages", SPECIES_AGES),
        )
        for name, schema in frames:
            frame = getattr(self, name)
            if frame is not None:
                object.__setattr__(self, name, schema.validate(frame))
        self._check_keys()
        self._check_zone_names()

    def _check_keys(self) -> None:
        keys = {
            "targets": ["target"],
            "zones": ["zone", "commune_code"],
            "zone_names": ["zone"],
            "forest_cover": ["commune_code"],
            "allocation": ["zone", "commune_code", "land", "year"],
            "losses": ["zone", "commune_code", "year"],
            "species_ages": ["species", "age_class"],
        }
        faults = []
        for name, columns in keys.items():
            frame = getattr(self, name)
            twice = None if frame is None else frame.loc[frame.duplicated(columns), columns]
            if twice is not None and len(twice):
                first = ", ".join("/".join(map(str, row)) for row in twice.head(5).to_numpy())
                faults.append(f"{name}: {len(twice)} ({first})")
        if faults:
            text = "; ".join(faults)
            raise InputError(
                en=f"Annex: every row of a table must stand once; repeated in {text}.",
                vi=f"Phụ lục: mỗi dòng của bảng chỉ được có một lần; bị lặp ở {text}.",
            )

    def _check_zone_names(self) -> None:
        known = set(self.zone_names["zone"])
        used = set(self.zones["zone"]) | (set(self.targets["zone"]) - {""})
        if self.allocation is not None:
            used |= set(self.allocation["zone"])
        missing = sorted(used - known)
        if missing:
            raise InputError(
                en=f"Annex: {len(missing)} zones have no name, first {missing[:5]}; add them to "
                "the table of zone names.",
                vi=f"Phụ lục: {len(missing)} vùng chưa có tên, đầu tiên {missing[:5]}; hãy bổ sung "
                "vào bảng tên vùng.",
            )

    @property
    def planned_years(self) -> list[int]:
        """Years of the allocation, ascending; none without one."""
        if self.allocation is None:
            return []
        return sorted(int(year) for year in self.allocation["year"].unique())

    def notes_on(self, table: str, zone: str = "") -> tuple[str, ...]:
        """Sentences handed over for a table, in the language of the pages.

        Parameters
        ----------
        table : str
            Which table.
        zone : str
            Id of its zone, if it is one's.

        Returns
        -------
        tuple of str
            The sentences.
        """
        mine = [note for note in self.notes if note.table == table and note.zone in ("", zone)]
        return tuple(note.text.text(self.language) for note in mine)

    def zone_name(self, zone: str) -> str:
        """Name of a zone in the language of the pages.

        Parameters
        ----------
        zone : str
            Id of the zone.

        Returns
        -------
        str
            Its name; the id itself for an unknown zone.
        """
        column = "name_vi" if self.language == "vi" else "name_en"
        names = self.zone_names.set_index("zone")[column]
        return str(names.get(zone, zone))
