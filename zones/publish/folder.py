"""The folder ``tables/printed``: what the pages of a run print, as tables that carry the digest.

With it a workbook or a document that comes back can be held against what it once said.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd
from pydantic import BaseModel, Field, ValidationError

from layers.base.errors import InputError, MissingFileError
from layers.base.json_text import json_bytes
from layers.base.language import Phrase
from layers.base.schema import Column, Schema
from layers.io.table import read_csv_text, require_columns
from layers.io.table_output import plain_text
from layers.kinds.crops import crop_phrase
from maps.tables import (
    COVER_YEARS,
    FOREST_COVER,
    GROUP_COVER,
    GROUP_ZONES,
    LOSSES,
    SOURCES,
    TARGETS,
    TASKS,
    ZONE_NAMES,
    ZONES,
)
from zones.forest.species import species_ages
from zones.output.folder import TABLES_FOLDER, save_table
from zones.output.result_csv import read_result_csv
from zones.publish.forest_form_pages import forest_forms
from zones.tables import (
    ALLOCATION,
    FOREST_FORM_CAUSES,
    FOREST_FORM_PURPOSES,
    PLANTED_SPECIES,
    PROGRESS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps import AnnexContent

#: Folder of the printed figures beside the pages.
PUBLISHED_FOLDER = f"{TABLES_FOLDER}/printed"
#: Tables under the digest, in the order in which it reads them.
PUBLISHED_ORDER = (
    *("targets", "zones", "forest_cover", "allocation", "losses", "planted_species", "land"),
    *("forest_form_purposes", "forest_form_causes", "progress", "group_zones", "group_cover"),
)

_ABOUT = "annex.json"
_WORDS = {"zone_names": ZONE_NAMES, "sources": SOURCES}
_FIGURES = {
    "targets": TARGETS,
    "zones": ZONES,
    "forest_cover": FOREST_COVER,
    "allocation": ALLOCATION,
    "losses": LOSSES,
    "planted_species": PLANTED_SPECIES,
    "land": Schema(
        "land",
        (
            Column("commune_code", "text", "commune"),
            Column("land", "text", "land class"),
            Column("area_ha", "number", "printed area", "ha"),
        ),
    ),
    "forest_form_purposes": FOREST_FORM_PURPOSES,
    "forest_form_causes": FOREST_FORM_CAUSES,
    "progress": PROGRESS,
    "group_zones": GROUP_ZONES,
    "group_cover": GROUP_COVER,
    "cover_years": COVER_YEARS,
    "tasks": TASKS,
}
#: Printed tables that an annex holds as they are.
_HELD = ("group_zones", "group_cover", "cover_years", "tasks")
#: Columns that name a row of a printed table.
_ROWS = {
    "targets": ["target"],
    "zones": ["zone", "commune_code"],
    "forest_cover": ["commune_code"],
    "allocation": ["zone", "commune_code", "land", "year"],
    "losses": ["zone", "commune_code", "year"],
    "planted_species": ["crop"],
    "land": ["commune_code", "land"],
    "forest_form_purposes": ["row"],
    "forest_form_causes": ["row"],
    "progress": ["zone", "told_by", "year", "commune_code"],
    "group zones": ["zone", "group"],
    "group cover": ["group"],
    "cover years": ["year"],
    "tasks": ["task"],
    "allocation_targets": ["target", "year"],
}
_NUMBERS = ("_ha", "_ratio", "_percent", "figure_low", "figure_high", "_interval")


def save_published(content: AnnexContent, frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write the printed figures and words of an annex."""
    held = {name: getattr(content, name) for name in _HELD}
    made = {name: frame for name, frame in held.items() if frame is not None}
    for name, frame in {**made, **frames}.items():
        save_table(frame.assign(digest=content.digest), folder, name)
    for name in _WORDS:
        save_table(getattr(content, name), folder, name)
    heading = content.heading
    about = {
        "digest": content.digest,
        "language": content.language,
        "decimals": content.decimals,
        "percent_decimals": content.percent_decimals,
        "demo": content.demo,
        "number": heading.number,
        "title": {"vi": heading.title.vi, "en": heading.title.en},
        "attached_to": heading.attached_to,
        "province": heading.province,
        "territory": heading.territory,
        "sharing": list(content.sharing),
        "plan_names": {plan: [name.vi, name.en] for plan, name in content.plan_names.items()},
        "own_names": _own_names(content.targets),
        "kinds": dict(content.kinds),
        "listed_only": content.listed_only,
        "forms": dict(content.forms),
        # A project's own crops have names that no other program knows.
        "species": {
            crop: [crop_phrase(crop).vi, crop_phrase(crop).en]
            for crop in frames["planted_species"]["crop"]
        },
        "notes": [
            {"table": note.table, "zone": note.zone, "vi": note.text.vi, "en": note.text.en}
            for note in content.notes
        ],
    }
    text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
    (folder / _ABOUT).write_text(text, encoding="utf-8", newline="\n")


def load_published(folder: Path) -> tuple[AnnexContent, dict[str, pd.DataFrame]]:
    """Read the printed figures back."""
    from maps import AnnexContent, AnnexHeading, TableNote

    about = _about(folder)
    frames = {
        name: load_table(folder / f"{name}.csv", _FIGURES[name])
        for name in _FIGURES
        if (folder / f"{name}.csv").is_file()
    }
    words = {name: load_table(folder / f"{name}.csv", schema) for name, schema in _WORDS.items()}
    absent = [name for name in ("targets", "zones", "forest_cover") if name not in frames]
    if absent:
        raise _missing(folder / f"{absent[0]}.csv")
    content = AnnexContent(
        targets=_with_own_names(frames["targets"], about),
        zones=frames["zones"],
        zone_names=words["zone_names"],
        forest_cover=frames["forest_cover"],
        sources=words["sources"],
        heading=AnnexHeading(
            number=about.number,
            title=Phrase(en=about.title.en, vi=about.title.vi),
            attached_to=about.attached_to,
            province=about.province,
            territory=about.territory,
        ),
        allocation=_unless_empty(frames.get("allocation")),
        losses=_unless_empty(frames.get("losses")),
        progress=_unless_empty(frames.get("progress")),
        species_ages=_species_ages(frames.get("planted_species"), about),
        forest_forms=forest_forms(
            *(frames.get(f"forest_form_{name}") for name in ("purposes", "causes"))
        ),
        forms=about.forms,
        form_lines={},  # Words of the pages: no figure is held against them
        decimals=about.decimals,
        percent_decimals=about.percent_decimals,
        demo=about.demo,
        language=about.language,
        digest=about.digest,
        notes=tuple(
            TableNote(note.table, Phrase(en=note.en, vi=note.vi), note.zone) for note in about.notes
        ),
        sharing=tuple(about.sharing),
        plan_names={plan: Phrase(vi=vi, en=en) for plan, (vi, en) in about.plan_names.items()},
        kinds=dict(about.kinds),
        listed_only=about.listed_only,
        **{name: frames.get(name) for name in _HELD},
    )
    return content, frames


_NAMED = ["plan", "target", "name_vi", "name_en"]


def _own_names(targets: pd.DataFrame) -> list[list[str]]:
    if not set(_NAMED) <= set(targets.columns):
        return []
    return [list(row) for row in targets[_NAMED].dropna().itertuples(index=False)]


def _with_own_names(targets: pd.DataFrame, about: _About) -> pd.DataFrame:
    if about.own_names is None:  # written when no page named the commune of a target
        return targets.assign(commune_code="")
    names = pd.DataFrame(about.own_names, columns=_NAMED, dtype="str")
    return targets.merge(names, on=_NAMED[:2], how="left")


def _unless_empty(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if frame is None or frame.empty else frame


def _species_ages(species: pd.DataFrame | None, about: _About) -> pd.DataFrame | None:
    if species is None or species.empty:
        return None
    names = {crop: Phrase(vi=vi, en=en) for crop, (vi, en) in about.species.items()}
    return species_ages(species, language=about.language, names=names)


def _missing(path: Path) -> MissingFileError:
    return MissingFileError(
        "zones.publish.no_published_folder", path=path, published_folder=PUBLISHED_FOLDER
    )


class _Words(BaseModel):
    """Title of the annex, or a note, in both languages."""

    vi: str
    en: str


class _Note(_Words):
    table: str
    zone: str


class _About(BaseModel):
    """Words and digits of an annex beside its tables."""

    digest: str
    language: Literal["vi", "en"]
    decimals: int = Field(ge=0, le=4)
    percent_decimals: int = Field(ge=0, le=4)
    demo: bool
    number: str
    title: _Words
    attached_to: str
    province: str
    territory: str = ""
    notes: list[_Note]
    sharing: list[str] = Field(default_factory=list)
    plan_names: dict[str, tuple[str, str]] = Field(default_factory=dict)
    species: dict[str, tuple[str, str]] = Field(default_factory=dict)
    # Plan, target, Vietnamese and English name of what only the plan has words for.
    own_names: list[tuple[str, str, str, str]] | None = None
    kinds: dict[str, Literal["xã", "phường", "đặc khu"]] = Field(default_factory=dict)
    listed_only: bool = False
    forms: dict[str, str]


def _about(folder: Path) -> _About:
    path = folder / _ABOUT
    if not path.is_file():
        raise _missing(path)
    try:
        return _About.model_validate_json(json_bytes(path))
    except ValidationError as error:
        first = error.errors()[0]
        where, why = ".".join(map(str, first["loc"])), str(first["msg"])
        raise _other_words(path, where or "JSON", why) from error
    except ValueError as error:
        raise _other_words(path, "JSON", str(error)) from error


def _other_words(path: Path, where: str, why: str) -> InputError:
    return InputError("zones.publish.not_as_a_run_writes", path=path, where=where, msg=why)


def load_table(path: Path, schema: Schema) -> pd.DataFrame:
    """Read a table as it was: codes as text, missing figures missing."""
    if not path.is_file():
        raise _missing(path)
    frame = read_result_csv(path, schema.name)
    frame.columns = [plain_text(name) for name in frame.columns]
    require_columns(frame, {name: name for name in schema.names}, source=str(path))
    twice = frame[frame.duplicated(_ROWS.get(schema.name, [*frame.columns]))]
    if len(twice):
        rows = [int(row) + 2 for row in twice.index[:5]]
        raise InputError("zones.publish.rows_repeated", path=path, count=len(twice), rows=rows)
    kinds = {column.name: column.kind for column in schema.columns}
    for name in frame.columns:
        text = frame[name]
        kind = kinds.get(name) or ("number" if name.endswith(_NUMBERS) else "text")
        if kind == "boolean":
            frame[name] = text.eq("True")
        elif kind in ("number", "integer"):
            frame[name] = _numbers(path, text)
        else:
            frame[name] = text.map(plain_text)
    return frame


def _numbers(path: Path, text: pd.Series[str]) -> pd.Series[float]:
    figures = pd.to_numeric(text.where(text != ""), errors="coerce").astype("float64")
    bad = figures.isna() & (text != "")
    if bad.any():
        rows = [int(row) + 2 for row in bad[bad].index[:5]]
        raise InputError(
            "zones.publish.figures_no_numbers",
            path=path,
            count=int(bad.sum()),
            text=text.name,
            rows=rows,
        )
    return figures


def text_digest(folder: Path) -> str:
    """Digest of the tables as their files say it now."""
    total = hashlib.sha256()
    for name in PUBLISHED_ORDER:
        path = folder / f"{name}.csv"
        if not path.is_file():
            continue
        frame = read_csv_text(path).drop(columns="digest", errors="ignore")
        plain = frame.map(plain_text).set_axis(
            [plain_text(name) for name in frame.columns], axis="columns"
        )
        total.update(plain.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    return total.hexdigest()[:16]
