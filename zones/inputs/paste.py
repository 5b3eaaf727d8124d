"""Lines that a planner pastes into the project, once sure, for names that nobody knows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from layers.base.clock import today
from layers.base.language import Language
from layers.base.messages import message
from layers.communes.match_result import Match
from layers.communes.matching import match_commune
from layers.kinds.crops import load_crops, near_crop, unknown_crops

if TYPE_CHECKING:
    from zones.inputs.read import Inputs


def strange_crops(inputs: Inputs) -> list[str]:
    """Names of the layers that are no crop, each once, in the order of the layers."""
    frames = [layer.crop_weights for layer in inputs.plots.values()]
    frames += [report.table for report in inputs.reports.values()]
    named = [frame["crop"].dropna() for frame in frames]
    return list(dict.fromkeys(str(crop) for crops in named for crop in crops[unknown_crops(crops)]))


def strange_communes(inputs: Inputs) -> list[str]:
    """Names of communes in reports that mean none, each once."""
    told = [item for item in inputs.findings.items if item.kind == "unmatched"]
    return list(dict.fromkeys(name for item in told for name in item.examples))


def lines_to_paste(inputs: Inputs, language: Language) -> list[str]:
    """Section ``corrections`` of a project, with the nearest crop or commune where there is one."""
    crops = [_line(name, *_nearest_crop(name, language)) for name in strange_crops(inputs)]
    places = [_line(name, *_nearest_commune(inputs, name)) for name in strange_communes(inputs)]
    parts = [("crops", crops), ("communes", places)]
    lines = [line for key, found in parts if found for line in (f"  {key}:", *found)]
    if not lines:
        return []
    intro = message("zones.inputs.paste_once_sure").text(language)
    return [intro, "corrections:", *lines]


def _line(written: str, means: str, name: str) -> str:
    """One entry; whoever confirms it puts the name in."""
    quoted = json.dumps(written, ensure_ascii=False)
    meant = json.dumps(means or "…", ensure_ascii=False)
    remark = f"  # {name}?" if name else ""
    return (
        f'    - {{written: {quoted}, means: {meant}, by: "…", on: {today().isoformat()}}}{remark}'
    )


def _nearest_crop(text: str, language: Language) -> tuple[str, str]:
    """Id and name of the crop that a text may mean."""
    near = near_crop(text)
    names = load_crops().set_index("crop")[f"name_{language}"]
    return near, str(names[near]) if near else ""


def _nearest_commune(inputs: Inputs, text: str) -> tuple[str, str]:
    """Code and name of the commune that a text may mean."""
    project = inputs.project
    found = match_commune(text, province=project.province, on=str(project.communes.vintage))
    if isinstance(found, Match):
        return found.code, found.name
    return next(((one.unit.code, one.unit.name) for one in found.candidates), ("", ""))
