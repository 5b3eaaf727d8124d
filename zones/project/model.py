"""The project file: which communes, plans and layers, and how they are to be read.

Written in YAML by a planner, validated here key by key; every fault is named with its line. Paths
are relative to the project file.
"""

from __future__ import annotations

import datetime as dt
import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from layers.base.errors import InputError, MissingFileError
from layers.base.files import require_file
from layers.base.language import Language, Phrase
from layers.base.messages import joined, message
from layers.base.not_there import in_its_place, nearest_name
from layers.base.resources import rows_put_back
from layers.base.short_repr import short_repr
from layers.communes.gazetteer import province_name, provinces
from layers.kinds.crops import crop_named
from maps.interactive.policy import tile_sources
from zones.project.own_words import Corrections, OwnCrop, OwnUnit, read_own_words
from zones.project.part import CropName, Number, Part
from zones.project.trajectory import TrajectorySection, refuse_past_year
from zones.project.yaml import is_there, read_document, validate_document

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap

#: A Word document takes no longer title.
Title = Annotated[str, StringConstraints(max_length=255)]
#: Kinds of layers that are no polygons.
_WITHOUT_PLOTS = ("raster", "report", "reconciled")
ErrorPercent = Annotated[Number, Field(gt=0, le=100)]
Repair = Literal["repair", "never"]
Decimal = Literal[".", ","]


def _last_day(value: object) -> object:
    """Day that a bare year stands for: 2024 still had districts, 2025 ended without them."""
    text = str(value)
    return f"{text}-12-31" if len(text) == 4 and text.isdigit() else value


Vintage = Annotated[dt.date, BeforeValidator(_last_day)]


class NaturalAreasSource(Part):
    """Table of official natural areas."""

    path: Path
    code_column: str = "code"
    area_column: str = "official_area_ha"
    sheet: str | None = None
    decimal: Decimal | None = None


class CommunesSource(Part):
    """Commune boundaries."""

    vintage: Vintage
    path: Path
    layer: str | None = None
    crs: str | None = None
    code_column: str = "code"
    name_column: str = "name"
    natural_areas: NaturalAreasSource
    encoding: str | None = None
    part_of_province: bool = False
    repair: Repair = "repair"


class _Source(Part):
    path: Path
    date: dt.date
    source: str = ""
    vintage: Vintage | None = None


class PolygonSource(_Source):
    """What the kinds of polygon layers have in common."""

    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    repair: Repair = "repair"


class ForestStatusSource(PolygonSource):
    """Forest status layer (lớp diễn biến rừng)."""

    kind: Literal["forest_status"]
    columns: dict[str, str | None] = Field(default_factory=dict)
    code_table: Literal["auto", "93", "98", "55"] = "auto"
    species: dict[str, CropName] = Field(default_factory=dict)

    @field_validator("code_table", mode="before")
    @classmethod
    def _number_as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value


class CropPlotsSource(PolygonSource):
    """Polygons of crops outside the forest layer."""

    kind: Literal["crop_plots"]
    columns: dict[str, str] = Field(default_factory=dict)
    crops: dict[str, CropName] = Field(default_factory=dict)


class LandUseSource(PolygonSource):
    """Land-use map (bản đồ hiện trạng sử dụng đất)."""

    kind: Literal["land_use"]
    columns: dict[str, str] = Field(default_factory=dict)


class RasterSource(_Source):
    """Raster of classes."""

    kind: Literal["raster"]
    crs: str | None = None
    band: int = Field(default=1, ge=1)
    classes: dict[int, str]


class ReportSource(_Source):
    """Table of commune, crop, year, hectares: what communes report, or what was reconciled."""

    kind: Literal["report", "reconciled"]
    sheet: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    crops: dict[str, CropName] = Field(default_factory=dict)
    communes: dict[str, str] = Field(default_factory=dict)
    decimal: Decimal | None = None


LayerSource = Annotated[
    ForestStatusSource | CropPlotsSource | LandUseSource | RasterSource | ReportSource,
    Field(discriminator="kind"),
]


class Thresholds(Part):
    """Limits of the comparison with the plan; every one of them is shown on the pages.

    ``rate_tolerance_points`` stands apart from ``tolerance_percent`` because 5 % of a forest cover
    rate of 67 % would hide three and a half points.
    """

    tolerance_percent: Number = Field(default=0.0, ge=0, le=50)
    rate_tolerance_points: Number = Field(default=0.0, ge=0, le=5)
    listed_min_percent: Number = Field(default=1.0, ge=0, le=100)
    unlisted_max_percent: Number = Field(default=5.0, ge=0, le=100)


class BoundaryPrecision(Part):
    """How precisely boundaries were drawn, where none of the usual sources says it."""

    error_m: Number = Field(gt=0, le=500)
    correlation_m: Number = Field(default=50.0, ge=0, le=10_000)


class CertaintySettings(Part):
    """How sure figures are: how boundaries were drawn, which reference points there are.

    ``boundaries`` names polygon layers with where their boundaries come from (a source of
    ``data/boundary_errors.csv``) or with metres; ``sample`` and ``cover_sample`` are folders of
    ``zones sample``, of points for the crops and for the forest cover rate.
    """

    level_percent: Number = Field(default=95.0, gt=50, lt=100)
    boundaries: dict[str, Literal["gps", "orthophoto", "map_10000"] | BoundaryPrecision] = Field(
        default_factory=dict
    )
    sample: Path | None = None
    cover_sample: Path | None = None

    @property
    def samples(self) -> dict[str, Path]:
        """Folders of samples by their key."""
        named = {"sample": self.sample, "cover_sample": self.cover_sample}
        return {key: folder for key, folder in named.items() if folder is not None}


#: Files of a sample's folder that a run reads.
SAMPLE_FILES = ("design.json", "labelled.csv")


class ReconcileSettings(Part):
    """Map, register and report set side by side (``zones reconcile``).

    ``leads`` names the figure that holds for a crop, the register's by default; ``totals`` is a
    table of known sums (``commune_code, crop, area_ha, error_percent``). ``error_percent`` is each
    witness's standard error, and so its weight.
    """

    leads: dict[CropName, Literal["map", "register", "report", "reconciled"]] = Field(
        default_factory=dict
    )
    error_percent: dict[Literal["map", "register", "report"], ErrorPercent] = Field(
        default_factory=dict
    )
    totals: Path | None = None


class AllocationTables(Part):
    """Tables that stand in for the defaults; columns as in ``docs/explanation/allocation.md``."""

    land_sources: Path | None = None
    crop_suitability: Path | None = None
    available: Path | None = None
    suitability: Path | None = None
    pace: Path | None = None
    locks: Path | None = None
    losses: Path | None = None


class AllocationSection(Part):
    """How targets are shared out.

    ``changes`` are figures of the allocation that are tried out in place of the plan's own, each
    written as ``zones allocate --what-if`` takes it (``low.anise=60000``).
    """

    first_year: int | None = Field(default=None, ge=1990, le=2100)
    last_year: int | None = Field(default=None, ge=1990, le=2100)
    importance: dict[str, Number] = Field(default_factory=dict)
    cover_importance: Number = Field(default=0.0, ge=0)
    lists: dict[str, Literal["open", "closed"]] = Field(default_factory=dict)
    unlisted_cost: Number = Field(default=1.0, ge=0)
    must_weight: Number = Field(default=10.0, ge=0)
    harvest: Literal["none", "forecast"] = "none"
    pace_years: int = Field(default=10, ge=1, le=100)
    pace_by_zone: bool = False
    changes: tuple[str, ...] = ()
    rounding_nodes: int = Field(default=500, ge=1)
    elevation: Path | None = None
    decimal: Literal[".", ","] | None = None
    tables: AllocationTables = AllocationTables()

    def paths(self) -> dict[str, Path]:
        """Name every file the allocation reads."""
        named = {f"allocation {name}": path for name, path in self.tables if path is not None}
        if self.elevation is not None:
            named["allocation elevation"] = self.elevation
        return named


class SignatureSettings(Part):
    """Who signs the annex: lines of the office's title, and the name below them."""

    titles: tuple[str, ...] = Field(min_length=1)
    name: str = ""


class AnnexSettings(Part):
    """Heading lines of the annex, and what it holds.

    ``number`` is the Roman numeral after "Phụ lục"; ``attached_to`` the document it goes with, by
    default number, date and issuer of the leading plan, for which ``document_number`` and
    ``document_date`` stand in; ``signature`` closes the document; ``communes: listed`` prints of
    each zone the communes that the plan lists, and the others in one row; ``commune_maps`` puts the
    maps of these communes, or of all, behind the tables of the document; ``forest_forms`` says how
    the forest forms are numbered (rows of ``data/forest_forms.csv``); ``auto`` takes the numbering
    of monitoring that is in force at the date of the forest layer.
    """

    number: str = "I"
    attached_to: str = ""
    document_number: str = ""
    document_date: dt.date | None = None
    signature: SignatureSettings | None = None
    communes: Literal["all", "listed"] = "all"
    language: Literal["vi", "en"] = "vi"
    commune_maps: Literal["none", "all"] | tuple[str, ...] = "none"
    forest_forms: Literal["auto", "monitoring", "inventory", "older"] = "auto"


class NeighboursSource(Part):
    """Communes around the province, drawn in grey with their names."""

    path: Path
    layer: str | None = None
    crs: str | None = None
    name_column: str = "name"
    code_column: str = "code"


class LinesSource(Part):
    """Roads or rivers."""

    path: Path
    layer: str | None = None
    crs: str | None = None


class MapSettings(Part):
    """The interactive map: what it may load from outside, nothing unless named; what it draws.

    ``outlines`` names a polygon layer of the project whose plots can be switched on;
    ``language`` is the one that the page opens in, that of the annex by default.
    """

    tile_hosts: tuple[str, ...] = ()
    neighbours: NeighboursSource | None = None
    outlines: str | None = None
    language: Literal["vi", "en"] | None = None


class AtlasSettings(Part):
    """The atlas: whether a run makes it, which sheets, what else they show.

    ``forest_legend: tcvn11565`` draws the forest layer in the standard's colours by type, with lot
    labels; otherwise land classes and zones have colours that colour-blind readers tell apart.
    ``scale`` takes, for ``paper: legal``, the scale that the circular lists or the one beside it.
    """

    make: bool = False
    communes: tuple[str, ...] = ()
    overview: bool = True
    paper: Literal["legal", "A4", "A3", "A2", "A1", "A0"] = "legal"
    scale: Literal["listed", "finer", "coarser"] = "listed"
    jobs: int = Field(default=1, ge=1, le=64)
    font: str | None = None
    forest_legend: Literal["colour_blind_safe", "tcvn11565"] = "colour_blind_safe"
    legends: Path | None = None
    neighbours: NeighboursSource | None = None
    roads: LinesSource | None = None
    rivers: LinesSource | None = None

    def layers(self) -> Iterator[tuple[str, NeighboursSource | LinesSource]]:
        """Layers that only the atlas draws."""
        for name in ("neighbours", "roads", "rivers"):
            source = getattr(self, name)
            if source is not None:
                yield name, source


class PlanningSettings(Part):
    """The planning layer: whether a run makes it, plots that it must not take, decisions on plots.

    ``decisions`` is a table with the columns plot, decision and period: ``exclude``, ``first`` or a
    measure of ``data/planning_measures.csv`` that no allocation decides. ``rules`` stands in for
    ``data/planning_rules.csv``: which measure the rest of the forest layer has.
    """

    make: bool = False
    exclude: tuple[str, ...] = ()
    decisions: Path | None = None
    rules: Path | None = None


class QgisSettings(Part):
    """The QGIS project: whether a run makes it."""

    make: bool = False


class BordersSettings(Part):
    """Borders with other provinces: whether a run measures them, how far beside the line it looks.

    ``projects`` are the project files of neighbouring provinces: their communes and plots stand
    across the line, where the layer of neighbours has boundaries only.
    """

    make: bool = False
    distance_m: Number = Field(default=500.0, gt=0, le=10_000)
    projects: tuple[Path, ...] = ()


class GroupsSection(Part):
    """Groups of communes that results are summed by; lists lead, then the table, then districts.

    ``lists`` names communes (by name or code) under each group; ``table`` has a row for each
    commune; ``old_districts`` are those of June 2025, where a commune comes of one alone.
    """

    lists: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    table: Path | None = None
    commune_column: str = "commune"
    group_column: str = "group"
    sheet: str | None = None
    old_districts: bool = False


class Scenario(Part):
    """A scenario: a project beside it, with other changes and an output folder of its own."""

    version: Literal[1]
    scenario_of: Path
    title: Title
    changes: tuple[str, ...] = ()
    output: Path


class ReportsSection(Part):
    """Where the year's reports are kept, and which year's round counts (None: the newest)."""

    ledger: Path = Path("reports.sqlite")
    year: int | None = Field(default=None, ge=2000, le=2100)


class Project(Part):
    """A project as its file describes it."""

    version: Literal[1]
    title: Title
    title_en: Title = ""
    demo: bool = False
    province: str = Field(pattern=r"^\d{2}$")
    communes: CommunesSource
    plans: list[str] = Field(default_factory=list)
    crops: dict[str, OwnCrop] = Field(default_factory=dict)
    units: dict[str, OwnUnit] = Field(default_factory=dict)
    corrections: Corrections = Corrections()
    layers: dict[str, LayerSource] = Field(min_length=1)
    present: dict[str, str] = Field(default_factory=dict)
    area_crs: str | None = None
    thresholds: Thresholds = Thresholds()
    certainty: CertaintySettings | None = None
    reconcile: ReconcileSettings = ReconcileSettings()
    decimals: int = Field(default=1, ge=0, le=4)
    rate_decimals: int = Field(default=2, ge=0, le=4)
    csv: Literal["machine", "office"] = "machine"
    map: MapSettings = MapSettings()
    allocation: AllocationSection = AllocationSection()
    trajectory: TrajectorySection = TrajectorySection()
    annex: AnnexSettings = AnnexSettings()
    atlas: AtlasSettings = AtlasSettings()
    planning: PlanningSettings = PlanningSettings()
    qgis: QgisSettings = QgisSettings()
    borders: BordersSettings = BordersSettings()
    groups: GroupsSection | None = None
    reports: ReportsSection = ReportsSection()
    output: Path = Path("out")

    __repr__ = short_repr

    _file: Path = PrivateAttr(default=Path("project.yaml"))
    _scenario_of: Path | None = PrivateAttr(default=None)

    @field_validator("present")
    @classmethod
    def _known_present(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        layers = info.data.get("layers")
        named: dict[str, str] = {}
        for name, layer in value.items():
            crop, near = crop_named(name)
            # A crop without an id goes by the name its layers have; a near miss is a slip.
            if near and not crop:
                raise _unknown("crop", name, {near})
            crop = crop or name
            if named.setdefault(crop, layer) != layer:
                raise InputError(
                    "zones.project.crop_of_two_layers", crop=crop, first=named[crop], second=layer
                )
            # Where the layers themselves are at fault, that alone is told.
            if layers is not None and layer not in layers:
                raise _unknown("layer", layer, set(layers))
            if layers is not None and layers[layer].kind in ("raster", "land_use"):
                raise InputError(
                    "zones.project.layer_without_crops", layer=layer, kind=layers[layer].kind
                )
        return named

    @field_validator("map")
    @classmethod
    def _known_outlines(cls, value: MapSettings, info: ValidationInfo) -> MapSettings:
        layers = info.data.get("layers")
        name = value.outlines
        if name is None or layers is None:
            return value
        polygons = {key for key, item in layers.items() if item.kind not in _WITHOUT_PLOTS}
        if name not in polygons:
            raise _unknown("polygon_layer", name, polygons)
        return value

    @field_validator("certainty")
    @classmethod
    def _known_boundaries(
        cls, value: CertaintySettings | None, info: ValidationInfo
    ) -> CertaintySettings | None:
        layers = info.data.get("layers")
        if value is None or layers is None:
            return value
        polygons = {key for key, item in layers.items() if item.kind not in _WITHOUT_PLOTS}
        for name in value.boundaries:
            if name not in polygons:
                raise _unknown("polygon_layer", name, polygons)
        return value

    @field_validator("layers")
    @classmethod
    def _one_survey_a_day(cls, value: dict[str, LayerSource]) -> dict[str, LayerSource]:
        days: dict[dt.date, str] = {}
        for name, layer in value.items():
            if layer.kind != "forest_status":
                continue
            if layer.date in days:
                pair = f"{days[layer.date]}, {name}"
                raise InputError("zones.project.two_surveys_of_a_day", layers=pair)
            days[layer.date] = name
        return value

    @property
    def file(self) -> Path:
        """The project file."""
        return self._file

    @property
    def scenario_of(self) -> Path | None:
        """The project file that this scenario changes; nothing where it is none."""
        return self._scenario_of

    @property
    def map_neighbours(self) -> NeighboursSource | None:
        """Communes that the map draws around the province: its own, else those of the atlas."""
        return self.map.neighbours or self.atlas.neighbours

    def territory(self, language: Language, *, kind: bool = False) -> str:
        """Name of what the communes add up to: the province, or a part of it.

        Parameters
        ----------
        language : {"vi", "en"}
            Language of the name.
        kind : bool
            Whether the word for the province's kind (tỉnh, thành phố) belongs to it.

        Returns
        -------
        str
            For instance ``"Lạng Sơn"`` or ``"một phần tỉnh Lạng Sơn"``.
        """
        part = self.communes.part_of_province
        name = self.province_label(language) if kind or part else province_name(self.province)
        return message("zones.project.part_of_province", name=name).text(language) if part else name

    def province_label(self, language: Language) -> str:
        """Name of the province with the word for its kind.

        Parameters
        ----------
        language : {"vi", "en"}
            Language of the name.

        Returns
        -------
        str
            For instance ``"tỉnh Lạng Sơn"``.
        """
        name = province_name(self.province)
        known = provinces().get(self.province)
        kind = "city" if known and known.kind.startswith("thành") else "province"
        return message(f"zones.project.territory_{kind}", name=name).text(language)

    def resolve(self, path: Path) -> Path:
        """Path relative to the project file.

        Parameters
        ----------
        path : pathlib.Path
            As written in the project.

        Returns
        -------
        pathlib.Path
            Absolute, or relative to the working folder as the project file's own path is.
        """
        return path if path.is_absolute() else self._file.parent / path

    def input_paths(self) -> dict[str, Path]:
        """Every file the project reads, by what it is called in the record of a run.

        Returns
        -------
        dict of str to pathlib.Path
            ``project``, ``communes``, ``natural_areas`` and one entry per layer.
        """
        paths = {
            "project": self._file,
            "communes": self.resolve(self.communes.path),
            "natural_areas": self.resolve(self.communes.natural_areas.path),
        }
        paths |= {} if self._scenario_of is None else {"scenario_of": self._scenario_of}
        paths |= {
            f"atlas {name}": self.resolve(item.path)
            for name, item in self.atlas.layers()
            if self.atlas.make
        }
        if self.atlas.legends is not None:
            tables = sorted(self.resolve(self.atlas.legends).glob("*.csv"))
            paths |= {f"atlas legend {path.name}": path for path in tables}
        around = self.map_neighbours
        paths |= {} if around is None else {"map neighbours": self.resolve(around.path)}
        paths |= {f"layer {name}": self.resolve(item.path) for name, item in self.layers.items()}
        paths |= {name: self.resolve(path) for name, path in self.allocation.paths().items()}
        ledger = self.resolve(self.reports.ledger)
        paths |= {"reports ledger": ledger} if is_there(ledger) else {}
        samples = {} if self.certainty is None else self.certainty.samples
        paths |= {
            f"certainty {key} {name}": self.resolve(folder) / name
            for key, folder in samples.items()
            for name in SAMPLE_FILES
        }
        if self.planning.decisions is not None:
            paths["planning decisions"] = self.resolve(self.planning.decisions)
        if self.planning.rules is not None:
            paths["planning rules"] = self.resolve(self.planning.rules)
        if self.groups is not None and self.groups.table is not None:
            paths["groups table"] = self.resolve(self.groups.table)
        if self.reconcile.totals is not None:
            paths["reconcile totals"] = self.resolve(self.reconcile.totals)
        return paths | self._paths_across()

    def _paths_across(self) -> dict[str, Path]:
        """Files of the projects across the border, and those that are measured of theirs."""
        paths: dict[str, Path] = {}
        for number, named in enumerate(self.borders.projects, start=1):
            at = project_file(self.resolve(named))
            paths[f"borders {number}"] = at
            if not is_there(at):
                continue
            other = _neighbour(at)
            paths[f"borders {number} communes"] = other.resolve(other.communes.path)
            areas = other.communes.natural_areas.path
            paths[f"borders {number} natural_areas"] = other.resolve(areas)
            layer = newest_forest_layer(other)
            if layer is not None:
                paths[f"borders {number} layer"] = other.resolve(other.layers[layer].path)
        return paths

    def neighbouring_projects(self) -> list[Project]:
        """Projects of the provinces across the border.

        Returns
        -------
        list of Project
            In the order in which ``borders.projects`` names them.

        Raises
        ------
        InputError
            One of them is of this province, or is no project.
        """
        found = [_neighbour(project_file(self.resolve(at))) for at in self.borders.projects]
        for other in found:
            if other.province == self.province:
                raise InputError(
                    "zones.project.same_province", file=other.file, province=self.province
                )
        return found


def forest_layers(project: Project) -> list[str]:
    """Names of the forest status layers, the newest date last."""
    dates = {
        name: source.date
        for name, source in project.layers.items()
        if source.kind == "forest_status"
    }
    return sorted(dates, key=lambda name: dates[name])


def wants_trajectory(project: Project) -> bool:
    """Tell whether a project asks for a forecast of forest cover, and has a layer to start from."""
    return project.trajectory.make and bool(forest_layers(project))


def offers_harvest(project: Project) -> bool:
    """Tell whether the allocation plants on the land that the forecast harvests."""
    return project.allocation.harvest == "forecast"


def land_layers(project: Project) -> dict[str, str]:
    """Kind of the layers that tell land: the newest forest status layer and land-use map."""
    newest: dict[str, str] = {}
    for name, source in sorted(project.layers.items(), key=lambda item: (item[1].date, item[0])):
        if source.kind in ("forest_status", "land_use"):
            newest[source.kind] = name
    return {name: kind for kind, name in newest.items()}


def crop_layers(project: Project) -> list[str]:
    """Names of the layers of plots of crops."""
    return [name for name, source in project.layers.items() if source.kind == "crop_plots"]


def newest_forest_layer(project: Project) -> str | None:
    """Name of the forest status layer of the newest date: it gives the forest cover rate."""
    return next(reversed(forest_layers(project)), None)


def _unknown(what: str, name: str, known: set[str]) -> InputError:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    hint = message("zones.project.perhaps", near=near[0]) if near else ""
    return InputError(
        message(f"zones.project.no_such_{what}", name=name, known=sorted(known), hint=hint)
    )


def load_project(path: str | Path) -> Project:
    """Load and validate a project file.

    Parameters
    ----------
    path : str or pathlib.Path
        ``project.yaml``, or the folder that holds it.

    Returns
    -------
    Project
        The project; its paths resolve against the file's folder.

    Raises
    ------
    MissingFileError
        The project file, or a file it names, does not exist (all of them in one message).
    InputError
        A key is unknown or missing, or a value is not what it must be: key, line, expected, found.
    """
    return load_project_until(path, None)


def load_project_until(path: str | Path, to: int | None) -> Project:
    """Project whose forecast ends in a given year, whatever its file says; none: as it says."""
    project = read_project(project_file(Path(path)))
    if to is not None:
        section = project.trajectory.model_copy(update={"to": to})
        project = project.model_copy(update={"trajectory": section})
    layer = newest_forest_layer(project)
    if layer is not None:
        refuse_past_year(project.trajectory.to, project.layers[layer].date.year)
    _refuse_missing_files(project)
    _refuse_bad_tile_hosts(project)
    return project


def project_file(path: Path) -> Path:
    """Project file that a path names: itself, or ``project.yaml`` in that folder."""
    return path / "project.yaml" if path.is_dir() else path


def read_project(file: Path) -> Project:
    """Project as its file describes it, whether or not the files that it names are there.

    Its own crops, units and confirmed names are known from here on.
    """
    return project_of(read_document(file), file)


def project_of(document: CommentedMap, file: Path) -> Project:
    """Project that a document describes, as ``read_project``."""
    if "scenario_of" in document:
        project = _scenario(validate_document(Scenario, document, file), file)
    else:
        project = _project(document, file)
    project._file = file  # noqa: SLF001 - set once, here
    return project


def _neighbour(file: Path) -> Project:
    """Project across the border; its crops, units and names are not taken over."""
    with rows_put_back():
        return read_project(file)


def _project(document: CommentedMap, file: Path) -> Project:
    """Project of a document; its own crops and units are known from here on."""
    read_own_words(document, file)
    return validate_document(Project, document, file)


def _scenario(scenario: Scenario, file: Path) -> Project:
    """Project that a scenario stands beside, with the scenario's title, changes and output."""
    named = scenario.scenario_of
    at = file.parent / named
    if named.name != str(named) or at == file:
        raise InputError("zones.project.scenario_of_no_project", file=file.name, named=named)
    document = read_document(at)
    if "scenario_of" in document:
        raise InputError(
            "zones.project.scenario_of_scenario",
            file=file.name,
            named=named,
            scenario_of=document["scenario_of"],
        )
    project = _project(document, at)
    update = {
        "title": f"{project.title} – {scenario.title}"[:255],
        "title_en": f"{project.title_en} – {scenario.title}"[:255] if project.title_en else "",
        "allocation": project.allocation.model_copy(update={"changes": scenario.changes}),
        "output": scenario.output,
    }
    changed = project.model_copy(update=update)
    changed._scenario_of = at  # noqa: SLF001 - set once, here
    return changed


def _refuse_missing_files(project: Project) -> None:
    plans = {
        f"plan {name}": project.resolve(Path(name))
        for name in project.plans
        if Path(name).suffix in (".yaml", ".yml") or os.path.lexists(project.resolve(Path(name)))
    }
    named = project.input_paths() | plans
    for at in named.values():
        if os.path.lexists(at):  # a pipe or a device would be read without end
            require_file(at, folder=True)
    missing = {name: at for name, at in named.items() if not is_there(at)}
    if not missing:
        return
    # What a folder holds is said with the first file that it lacks.
    first = {at.parent: name for name, at in reversed(missing.items())}
    listed = [
        _missing_file(name, at, told=first[at.parent] != name) for name, at in missing.items()
    ]
    raise MissingFileError(
        "zones.project.files_missing",
        file=project.file,
        count=len(missing),
        files=joined(listed),
    )


def _missing_file(name: str, at: Path, *, told: bool) -> Phrase:
    """Name a file that is not there, with the nearest name in its folder or what lies there."""
    kind = name.replace("layer ", "lớp ", 1).replace("plan ", "kế hoạch ", 1)
    title, near = Phrase(name, kind), nearest_name(at)
    if told and near is None:
        return message("zones.project.file_alone", title=title, at=at)
    return message("zones.project.file_at", title=title, at=at, there=near or in_its_place(at))


def _refuse_bad_tile_hosts(project: Project) -> None:
    """Read the hosts as the map will, so that no run ends at its last step."""
    try:
        tile_sources(project.map.tile_hosts)
    except InputError as error:
        raise InputError(
            "zones.project.bad_tile_hosts", file=project.file, error=error.phrase
        ) from error
