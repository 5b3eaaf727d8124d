"""Seasons, varieties, standards and methods of crops: none is the area of the whole crop."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.plan_reader import draft_corpus_item
from zones.plan.draft_remarks import draft_remarks
from zones.plan.frames import parts_of_one_thing
from zones.plan.model import Plan, Target
from zones.plan.words import target_name
from zones.project.own_words import Corrections, OwnCrop, use_own_words

_FILE = Path(__file__).parents[3] / "golden" / "crop_parts.txt"
_RIGHT = re.compile(r"= (?P<crop>\S+) (?P<figure>[\d.]+)(?: \[(?P<words>.+?)\])?")


@dataclass(frozen=True)
class _Right:
    """A figure that an item must give, of the whole crop or of the part with these words."""

    crop: str
    figure: float
    words: str | None


def _items() -> dict[int, tuple[dict[str, Any], list[_Right]]]:
    found: dict[int, tuple[dict[str, Any], list[_Right]]] = {}
    number = 0
    for line in _FILE.read_text("utf-8").splitlines():
        if said := _RIGHT.match(line):
            found[number][1].append(_Right(said["crop"], float(said["figure"]), said["words"]))
        elif not line.startswith("#"):
            first, province, text = line.split(" ", 2)
            number = int(first)
            key = "table" if " // " in text else "text"
            item = {"province": province, key: text.split(" // ") if key == "table" else text}
            found[number] = (item, [])
    return found


ITEMS = _items()


def _crop(plan: Plan, zone: str, target: Target) -> str:
    own = next((one.crop for one in plan.zones if one.zone == zone), None)
    return target.crop or own or "-"


def faults(item: dict[str, Any], rights: list[_Right]) -> list[str]:
    """What an item's draft has wrong: "silent" is a part that passes for its whole, or worse."""
    draft = draft_corpus_item(item)
    plan, remarks = draft.plan, " ".join(draft_remarks(draft, "vi"))
    parts = parts_of_one_thing(plan)
    # (crop, figure, whether it is held against all of the crop, name)
    found = [
        (
            _crop(plan, zone, target),
            one.ends[0],
            bool(zone) and target.indicator == "area" and target.target not in parts,
            target_name(plan, zone, target, "vi").lower(),
        )
        for zone, target in plan.all_targets()
        if target.unit.startswith("ha")
        for one in (target, *target.also)
    ]
    wrong = []
    for right in rights:
        of = [one for one in found if one[1] == right.figure]
        if not of:
            printed = f"{right.figure:,.0f}".replace(",", ".")
            wrong.append(f"{'told' if printed in remarks else 'lost'} {right}")
            continue
        crop, _, whole, name = of[0]
        found.remove(of[0])
        if right.words is None:
            if crop != right.crop or (right.crop != "-" and not whole):
                wrong.append(f"not all of it {right}: {of[0]}")
        elif whole:
            wrong.append(f"silent {right}: {of[0]}")
        elif crop != right.crop or not any(map(name.__contains__, right.words.lower().split("/"))):
            wrong.append(f"named {right}: {of[0]}")
    wrong += [f"more {one}" for one in found]
    return wrong


@pytest.mark.parametrize("of_ten", range(10))
def test_no_part_of_a_crop_is_held_against_all_of_it(of_ten: int) -> None:
    """Spring rice, early lychee and safe vegetables were each the area of the whole crop."""
    chosen = {number: item for number, item in ITEMS.items() if number % 10 == of_ten}
    assert {number: found for number, item in chosen.items() if (found := faults(*item))} == {}


def _draft(text: str) -> Any:
    return draft_corpus_item({"province": "24", "text": text})


def test_parts_have_their_own_lists_of_communes_and_are_told() -> None:
    draft = _draft(
        "Vải thiều 28.000 ha tại các xã Lục Ngạn, Biên Sơn, trong đó vải sớm 7.500 ha tại các xã"
        " Phúc Hòa, Tân Yên."
    )
    (zone,) = draft.plan.zones
    assert [one.as_written for one in zone.communes] == ["Lục Ngạn", "Biên Sơn"]
    whole, part = zone.targets
    assert (part.indicator, part.within) == ("early_lychee_area", whole.target)
    assert [one.as_written for one in part.communes] == ["Phúc Hòa", "Tân Yên"]
    assert (part.name.vi, part.name.en) == ("Diện tích vải sớm", "Lychee, early harvest: area")
    remarks = list(draft_remarks(draft, "vi"))[1:]
    assert len(remarks) == 1
    assert "không đem so với diện tích cả cây" in remarks[0]
    assert "Diện tích vải sớm" in remarks[0]


def test_a_crop_of_the_project_is_measured_under_the_name_that_a_part_has() -> None:
    """What the remark tells to do: a crop of its own for the early lychee."""
    early = OwnCrop(name_vi="Vải sớm", land_kind="orchard", counts_for_cover="never")
    use_own_words({"early_lychee": early}, {}, Corrections())
    try:
        plan = _draft("Vải thiều 28.000 ha; vải sớm 7.500 ha.").plan
    finally:
        use_own_words({}, {}, Corrections())
    areas = {zone.crop: target.figure for zone in plan.zones for target in zone.targets}
    assert areas == {"lychee": 28000, "early_lychee": 7500}
