"""The folder ``printed/``: what the pages of a run print, as tables that carry the digest.

With it a workbook or a document that comes back can be held against what it once said.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.base.errors import InputError, MissingFileError
from layers.base.language import Language, Phrase
from layers.base.schema import Schema
from layers.io.table_output import plain_text
from maps.tables import (
    ALLOCATION,
    FOREST_COVER,
    LOSSES,
    SOURCES,
    TARGETS,
    ZONE_NAMES,
    ZONES,
)
from zones.forest.species import species_ages
from zones.output.folder import save_table
from zones.tables import PLANTED_SPECIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps import AnnexContent

__all__ = ["PUBLISHED_FOLDER", "PUBLISHED_ORDER", "load_published", "save_published", "text_digest"]

#: Folder of the printed figures beside the pages.
PUBLISHED_FOLDER = "printed"
#: Tables under the digest, in the order in which it reads them.
PUBLISHED_ORDER = (
    *("targets", "zones", "forest_cover", "allocation", "losses", "planted_species", "land"),
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
}
_NUMBERS = ("_ha", "_ratio", "_percent", "figure_low", "figure_high")


def save_published(content: AnnexContent, frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write the printed figures and words of an annex."""
    folder.mkdir(exist_ok=True)
    for name, frame in frames.items():
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
        "sharing": list(content.sharing),
        "plan_names": {plan: [name.vi, name.en] for plan, name in content.plan_names.items()},
        "kinds": dict(content.kinds),
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
        name: _read(folder / f"{name}.csv", _FIGURES.get(name))
        for name in PUBLISHED_ORDER
        if (folder / f"{name}.csv").is_file()
    }
    words = {name: _read(folder / f"{name}.csv", schema) for name, schema in _WORDS.items()}
    absent = [name for name in ("targets", "zones", "forest_cover") if name not in frames]
    if absent:
        raise _missing(folder / f"{absent[0]}.csv")
    content = AnnexContent(
        targets=frames["targets"],
        zones=frames["zones"],
        zone_names=words["zone_names"],
        forest_cover=frames["forest_cover"],
        sources=words["sources"],
        heading=AnnexHeading(
            number=about["number"],
            title=Phrase(**about["title"]),
            attached_to=about["attached_to"],
            province=about["province"],
        ),
        allocation=_unless_empty(frames.get("allocation")),
        losses=_unless_empty(frames.get("losses")),
        species_ages=_species_ages(frames.get("planted_species"), about["language"]),
        decimals=about["decimals"],
        percent_decimals=about["percent_decimals"],
        demo=about["demo"],
        language=about["language"],
        digest=about["digest"],
        notes=tuple(
            TableNote(note["table"], Phrase(en=note["en"], vi=note["vi"]), note["zone"])
            for note in about["notes"]
        ),
        sharing=tuple(about.get("sharing", ())),
        plan_names={
            plan: Phrase(vi=vi, en=en) for plan, (vi, en) in about.get("plan_names", {}).items()
        },
        kinds=about.get("kinds", {}),
    )
    return content, frames


def _unless_empty(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if frame is None or frame.empty else frame


def _species_ages(species: pd.DataFrame | None, language: Language) -> pd.DataFrame | None:
    if species is None or species.empty:
        return None
    return species_ages(species, language=language)


def _missing(path: Path) -> MissingFileError:
    return MissingFileError(
        en=f"{path} is not there: expected an output folder of 'zones run' with its folder "
        f"{PUBLISHED_FOLDER}/ whole.",
        vi=f"Không có {path}: cần thư mục kết quả của 'zones run' với đủ thư mục "
        f"{PUBLISHED_FOLDER}/.",
    )


def _about(folder: Path) -> dict[str, Any]:
    path = folder / _ABOUT
    if not path.is_file():
        raise _missing(path)
    needed = {
        *("digest", "language", "decimals", "percent_decimals", "demo", "number", "title"),
        *("attached_to", "province", "notes"),
    }
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(
            en=f"{path}: expected JSON as a run writes it ({error}).",
            vi=f"{path}: cần tệp JSON do phần mềm ghi ra ({error}).",
        ) from error
    found = set(about) if isinstance(about, dict) else set()
    if not needed <= found:
        raise InputError(
            en=f"{path}: expected the keys {sorted(needed)}, missing {sorted(needed - found)}.",
            vi=f"{path}: cần các khóa {sorted(needed)}, thiếu {sorted(needed - found)}.",
        )
    return dict(about)


def _read(path: Path, schema: Schema | None) -> pd.DataFrame:
    """Read a table as it was: codes as text, missing figures missing."""
    if not path.is_file():
        raise _missing(path)
    frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    kinds = {column.name: column.kind for column in schema.columns} if schema else {}
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
            en=f"{path}: {int(bad.sum())} figures of column {text.name!r} are no numbers, first in "
            f"lines {rows}.",
            vi=f"{path}: {int(bad.sum())} giá trị ở cột {text.name!r} không phải số, đầu tiên ở "
            f"các dòng {rows}.",
        )
    return figures


def text_digest(folder: Path) -> str:
    """Digest of the tables as their files say it now."""
    total = hashlib.sha256()
    for name in PUBLISHED_ORDER:
        path = folder / f"{name}.csv"
        if not path.is_file():
            continue
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
        last = rows[0].index("digest") if "digest" in rows[0] else len(rows[0])
        plain = io.StringIO()
        writer = csv.writer(plain, lineterminator="\n")
        for row in rows:
            kept = row[:last] + row[last + 1 :]
            writer.writerow([plain_text(field) for field in kept])
        total.update(plain.getvalue().encode("utf-8"))
    return total.hexdigest()[:16]
