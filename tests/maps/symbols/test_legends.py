"""Symbology: complete, distinct in colour and in grey, editable, and checked when edited."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from layers.base.errors import InputError
from layers.kinds.crops import load_crops
from layers.kinds.plots import LAND_CLASSES
from maps.symbols.legends import (
    load_area_symbols,
    load_class_symbols,
    load_line_symbols,
    zone_symbols,
)


def _grey(colour: str) -> float:
    red, green, blue = to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_every_land_class_has_a_symbol() -> None:
    # Every class of land has a name: QGIS showed "crop" for one that had none.
    assert "crop" in load_area_symbols("land")
    assert set(LAND_CLASSES) <= set(load_area_symbols("land"))


def test_every_crop_that_a_plan_may_name_has_a_symbol_of_its_own() -> None:
    symbols = load_area_symbols("zones")
    needed = {
        *("pine", "anise", "acacia", "cinnamon", "macadamia", "custard_apple", "citrus"),
        *("persimmon", "grass_jelly", "chestnut", "coconut", "medicinal", "cypress", "eucalyptus"),
    }
    assert needed <= set(load_crops()["crop"])
    assert needed <= set(symbols)


def test_zones_can_be_told_apart_in_grey() -> None:
    for first, second in itertools.combinations(load_area_symbols("zones").values(), 2):
        same_hatch = set(first.hatch) == set(second.hatch)
        distance = abs(_grey(first.fill) - _grey(second.fill))
        assert not (same_hatch and distance < 0.05), (first.symbol, second.symbol)


def test_zones_can_be_told_apart_by_colour_blind_readers() -> None:
    # Viénot, Brettel and Mollon 1999: red and green cones confounded, in linear light.
    def seen(colour: str) -> tuple[float, float, float]:
        red, green, blue = (part**2.2 for part in to_rgb(colour))
        yellow = 0.29275 * red + 0.70725 * green
        return yellow ** (1 / 2.2), yellow ** (1 / 2.2), max(blue, 0) ** (1 / 2.2)

    for first, second in itertools.combinations(load_area_symbols("zones").values(), 2):
        apart = max(abs(a - b) for a, b in zip(seen(first.fill), seen(second.fill), strict=True))
        assert set(first.hatch) != set(second.hatch) or apart > 0.1, (first.symbol, second.symbol)


@pytest.mark.parametrize("name", ["cover", "shares"])
def test_classes_darken(name: str) -> None:
    classes = load_class_symbols(name)
    greys = [_grey(symbol.fill) for symbol in classes]
    assert classes[0].from_percent == 0
    assert greys == sorted(greys, reverse=True)


def test_lines_have_what_every_sheet_draws() -> None:
    symbols = load_line_symbols()
    assert {"commune", "neighbour", "road", "river", "grid"} <= set(symbols)
    assert symbols["commune"].dashes == (8, 2, 1.5, 2)


def test_zone_takes_its_own_symbol_that_of_its_crop_or_a_spare_one() -> None:
    names = pd.DataFrame(
        {"zone": ["pine", "na-chi-lang", "bees"], "name_vi": list("abc"), "name_en": list("ABC")}
    )
    made = zone_symbols(names, crops={"na-chi-lang": "custard_apple"})
    table = load_area_symbols("zones")
    assert made["pine"].fill == table["pine"].fill
    assert made["na-chi-lang"].fill == table["custard_apple"].fill
    assert made["bees"].fill == table["spare_1"].fill
    assert made["bees"].name.vi == "c"


def test_edited_table_leads_and_the_others_stay(tmp_path: Path) -> None:
    head = "symbol,name_vi,name_en,fill,hatch,hatch_colour\n"
    folder = _write(tmp_path, "zones.csv", head + "pine,Thông,Pine,#123456,//,\n")
    assert load_area_symbols("zones", folder)["pine"].fill == "#123456"
    assert "bare" in load_area_symbols("land", folder)


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("zones.csv", "symbol,fill\npine,#123456\n", r"columns name_vi, name_en"),
        (
            "zones.csv",
            "symbol,name_vi,name_en,fill,hatch,hatch_colour\npine,a,b,green,//,\n",
            r"zones.csv:2 fill='green'",
        ),
        (
            "zones.csv",
            "symbol,name_vi,name_en,fill,hatch,hatch_colour\npine,a,b,#123456,zz,\n",
            r"zones.csv:2 hatch='zz'",
        ),
    ],
)
def test_faulty_area_table_is_refused(tmp_path: Path, name: str, text: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        load_area_symbols("zones", _write(tmp_path, name, text))


def test_faulty_line_table_is_refused(tmp_path: Path) -> None:
    head = "symbol,name_vi,name_en,colour,width_pt,dashes,casing\n"
    with pytest.raises(InputError, match="width_pt and dashes must be numbers"):
        load_line_symbols(_write(tmp_path, "lines.csv", head + "road,a,b,#000000,thick,,\n"))


@pytest.mark.parametrize("ends", [("0", "0"), ("5", "1"), ("0", "x")])
def test_faulty_class_table_is_refused(tmp_path: Path, ends: tuple[str, str]) -> None:
    rows = "".join(f"{end},#000000\n" for end in ends)
    with pytest.raises(InputError, match="from_percent must be ascending numbers"):
        load_class_symbols("cover", _write(tmp_path, "cover.csv", "from_percent,fill\n" + rows))
