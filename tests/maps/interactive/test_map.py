"""The page as text: what it carries, what it forbids, what it refuses, what it says."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from PIL import Image
from shapely.geometry import Point, box

from benchmarks._map_content import made_content
from layers.base.errors import CrsError, InputError, OutputExistsError, SchemaError
from layers.base.language import Phrase
from maps import MapContent, TableNote, build_map, interactive, save_map
from maps.interactive.content import COMMUNE_LIMIT, LIMITS, check_content
from maps.interactive.page_data import build_page_data, read_page_data
from tests.maps.interactive.made_map import (
    coloured,
    province_content,
    real_communes,
    squares,
    with_intervals,
)


@pytest.fixture(scope="module")
def content() -> MapContent:
    return made_content(squares())


@pytest.fixture(scope="module")
def page(content: MapContent) -> str:
    return build_map(content)


def notes_of(content: MapContent) -> str:
    return "\n".join(note["en"] for note in build_page_data(check_content(content))["notes"])


def test_the_same_content_gives_the_same_page(content: MapContent, page: str) -> None:
    assert build_map(content) == page


def test_the_page_asks_nobody_for_anything(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc\s*=", page)
    assert not re.search(r"<link[^>]*\shref=\"(?!data:)", page)
    assert not re.search(r"url\((?!data:|#|\\?\"?#)", page)
    assert "sourceMappingURL" not in page
    assert "unsafe-inline" not in page


def test_policy_hashes_are_those_of_the_blocks(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    blocks = re.findall(r"<script>(.*?)</script>|<style>(.*?)</style>", page, re.DOTALL)
    hashes = {
        base64.b64encode(hashlib.sha256("".join(block).encode()).digest()).decode()
        for block in blocks
    }
    assert len(blocks) == 4
    assert set(re.findall(r"'sha256-([^']*)'", policy.group(1))) == hashes


def test_hostile_names_stay_data() -> None:
    name = "<script>alert(1)</script>"
    made = made_content(squares(names={0: name}), title_vi=name, digest='"><img src=x>')
    hostile = build_map(made)
    assert name not in hostile
    assert "<img" not in hostile
    assert read_page_data(hostile)["communes"]["name"][0] == name


def test_figures_survive_the_page(content: MapContent, page: str) -> None:
    data = read_page_data(page)
    for zone in data["zones"]:
        rows = content.zone_communes[content.zone_communes["zone"] == zone["id"]]
        for measure, column in (("present", "present_ha"), ("share", "share_ratio")):
            values = [np.nan if v is None else v for v in zone["values"].get(measure, [None] * 4)]
            assert values == pytest.approx(rows[column], abs=5.1e-5, nan_ok=True)


def test_years_sum_to_the_whole(page: str) -> None:
    zone = read_page_data(page)["zones"][0]
    total = np.sum([zone["years"][year] for year in zone["years"]], axis=0)
    assert zone["values"]["planned"] == pytest.approx(total, abs=5e-4)
    assert list(zone["years"]) == ["2026", "2027", "2028", "2029", "2030"]


def test_allocation_by_land_is_summed(content: MapContent) -> None:
    assert content.planned is not None
    halves = content.planned.assign(planned_ha=content.planned["planned_ha"] / 2)
    split = pd.concat([halves.assign(land="bare"), halves.assign(land="cut")], ignore_index=True)
    whole = build_page_data(check_content(content))
    assert build_page_data(check_content(replace(content, planned=split))) == whole


def test_the_dust_of_a_sum_is_no_border_of_a_class(content: MapContent) -> None:
    assert content.planned is not None
    zone, codes = content.planned["zone"].iloc[0], content.planned["commune_code"].unique()
    rows = [
        (codes[0], 2026, 0.3),
        (codes[0], 2027, 1.1),
        (codes[1], 2026, 1.7),
        (codes[2], 2026, 3),
    ]
    assert 0.3 + 1.1 != 1.4
    planned = pd.DataFrame(rows, columns=["commune_code", "year", "planned_ha"]).assign(zone=zone)
    made = build_page_data(check_content(replace(content, planned=planned)))
    mine = next(item for item in made["zones"] if item["id"] == zone)
    assert mine["classes"]["planned"][0]["breaks"] == [1.4, 2.0]


def test_the_chart_takes_the_area_and_the_printed_figures(content: MapContent) -> None:
    targets = content.targets.assign(indicator="area", figure_low=1.0, figure_high=2.0)
    other = targets.iloc[[0]].assign(target="pine-large-timber", indicator="large_timber")
    # Nor may what one commune is to have stand as the target of the zone.
    of_one = targets.iloc[[0]].assign(target="pine-of-one", commune_code="06001")
    both = pd.concat([other, of_one, targets], ignore_index=True)
    found = build_page_data(check_content(replace(content, targets=both)))["targets"]
    assert [target["target"] for target in found if target["main"]] == list(targets["target"])
    assert {(target["figure_low"], target["figure_high"]) for target in found} == {(1, 2)}


def test_the_chart_gets_intervals_and_verdicts_where_there_are_any(content: MapContent) -> None:
    judged = content.targets.assign(
        low_interval=1.5, high_interval=[2.5, *[np.nan] * (len(content.targets) - 1)],
        verdict="cannot_tell",
    )  # fmt: skip
    found = build_page_data(check_content(replace(content, targets=judged)))["targets"]
    assert (found[0]["low_interval"], found[0]["high_interval"]) == (1.5, 2.5)
    assert found[0]["verdict"] == "cannot_tell"
    assert found[1]["high_interval"] is None
    assert "verdict" not in build_page_data(check_content(content))["targets"][0]


def test_missing_is_not_zero(content: MapContent) -> None:
    frame = content.zone_communes.copy()
    pine = frame.index[frame["zone"] == "pine"]
    frame.loc[pine[0], ["present_ha", "share_ratio"]] = np.nan
    frame.loc[pine[1], ["present_ha", "share_ratio"]] = 0.0
    frame = frame.drop(index=pine[2])
    data = build_page_data(check_content(replace(content, zone_communes=frame)))
    present = data["zones"][0]["values"]["present"]
    assert present[0] is None
    assert present[1] == 0
    assert present[2] is None


def test_absent_measures_are_said_so(content: MapContent) -> None:
    empty = content.zone_communes.assign(held_ratio=np.nan, available_ha=np.nan, gap_ha=np.nan)
    assert (
        "held"
        not in build_page_data(check_content(replace(content, zone_communes=empty)))["measures"]
    )
    bare = replace(
        content,
        planned=None,
        forest_cover=None,
        zone_communes=content.zone_communes.drop(columns=["held_ratio", "available_ha", "gap_ha"]),
    )
    data = build_page_data(check_content(bare))
    assert data["measures"] == ["present", "share"]
    notes = notes_of(bare)
    for words in ("share of each zone's target", "no allocation yet", "cover", "land available"):
        assert words in notes


def test_a_commune_without_boundary_stays_in_the_table(content: MapContent) -> None:
    communes = content.communes.copy()
    communes.loc[1, "geometry"] = None
    lacking = replace(content, communes=communes)
    data = build_page_data(check_content(lacking))
    assert data["communes"]["rings"][1] is None
    assert data["communes"]["name"][1] == "Xã số 2"
    assert "Not drawn for lack of a boundary (1): Xã số 2" in notes_of(lacking)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "Pine: the present area is 0 in every commune"),
        (7.5, "Pine: all communes have the same value"),
        (np.nan, "Pine: the present area is not measured"),
    ],
)
def test_a_zone_that_shows_nothing_says_so(content: MapContent, value: float, words: str) -> None:
    frame = content.zone_communes.copy()
    frame.loc[frame["zone"] == "pine", "present_ha"] = value
    assert words in notes_of(replace(content, zone_communes=frame))


def test_outlines_are_drawn_or_said_to_be_too_many(
    content: MapContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    plots = gpd.GeoDataFrame(geometry=[Point(106.05, 21.05).buffer(0.02)], crs=4326)
    shown = replace(content, plot_outlines=plots)
    assert build_page_data(check_content(shown))["outlines"]["lines"]
    monkeypatch.setattr("maps.interactive.page_data._OUTLINE_LIMIT", 5)
    assert build_page_data(check_content(shown))["outlines"] is None
    assert "Plot outlines are not drawn" in notes_of(shown)


def picture(data: dict[str, Any], legend: int) -> npt.NDArray[np.uint8]:
    """Picture of a legend, put together as the page does; red, green, blue, opacity."""
    head, rest = data["parts"]
    text = head + data["legends"][legend]["palette"] + rest
    with Image.open(io.BytesIO(base64.b64decode(text, validate=True))) as image:
        return np.asarray(image.convert("RGBA"))


def test_plots_are_one_picture_with_a_palette_for_each_legend(content: MapContent) -> None:
    plots = gpd.GeoDataFrame(
        {"class": [1, 2]},
        geometry=[box(106, 21, 106.2, 21.1), box(106.3, 21, 106.4, 21.1)],
        crs=4326,
    )
    shown = replace(content, plot_outlines=coloured(plots))
    data = build_page_data(check_content(shown))["outlines"]
    (south, west), (north, east) = data["bounds"]
    assert (west, south, east, north) == pytest.approx((106, 21, 106.4, 21.1))
    for legend, first, last in ((0, "112233", "445566"), (1, "00d000", "ffd8b0")):
        cells = picture(data, legend)
        assert cells[100, 10].tobytes().hex() == f"{first}ff"
        assert cells[100, -10].tobytes().hex() == f"{last}ff"
        # Between 106.2 and 106.3 there is no plot: a quarter of the width is seen through.
        assert (cells[:, :, 3] == 0).mean() == pytest.approx(0.25, abs=0.005)
    assert data["legends"][1]["entries"][0] == ["Một", "A", "#00d000"]
    assert build_map(shown) == build_map(shown)


def test_a_picture_is_as_fine_as_fits(content: MapContent, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0).uniform(0, 1, (400, 2)) * (0.4, 0.1) + (106, 21)
    shapes = [Point(*xy).buffer(0.004) for xy in random]
    plots = gpd.GeoDataFrame({"class": [1 + n % 2 for n in range(400)]}, geometry=shapes, crs=4326)
    shown = check_content(replace(content, plot_outlines=coloured(plots)))
    fine = picture(build_page_data(shown)["outlines"], 0).shape
    monkeypatch.setattr("maps.interactive.plot_picture._LIMIT_BYTES", 20_000)
    coarse = build_page_data(shown)["outlines"]
    assert picture(coarse, 0).shape[1] < fine[1] == 2000
    assert len(coarse["parts"][1]) < 30_000
    empty = replace(shown, plot_outlines=coloured(plots.iloc[:0]))
    assert build_page_data(empty)["outlines"] is None


def test_only_named_tile_hosts_pass_the_policy(content: MapContent) -> None:
    for host in ("tiles.example.org", "https://tiles.example.org", "https://tiles.example.org/"):
        page = build_map(replace(content, tile_hosts=(host,)))
        assert "img-src data: https://tiles.example.org;" in page
        assert read_page_data(page)["tiles"] == [
            ["https://tiles.example.org", "https://tiles.example.org/{z}/{x}/{y}.png"]
        ]


@pytest.mark.parametrize(
    "entry",
    ["http://tiles.example.org/{z}/{x}/{y}.png", "https://x.org/a.png", "x.org; script-src *", "*"],
)
def test_a_wrong_tile_host_is_refused(content: MapContent, entry: str) -> None:
    with pytest.raises(InputError, match=r"Tile hosts: expected tiles\.example\.org"):
        build_map(replace(content, tile_hosts=(entry,)))


def test_too_many_communes_are_refused_with_the_remedy(content: MapContent) -> None:
    many = squares(COMMUNE_LIMIT + 1)
    with pytest.raises(InputError, match="found 5,001: make one map per province"):
        build_map(replace(content, communes=many))


def test_all_faults_come_at_once(content: MapContent) -> None:
    frame = content.zone_communes
    stranger = frame.iloc[[0]].assign(commune_code="99999")
    twice = pd.concat([frame, frame.iloc[[0]], stranger], ignore_index=True)
    assert content.forest_cover is not None
    cover = content.forest_cover.iloc[:-1]
    with pytest.raises(InputError, match=r"1 key occurs twice \(pine / 00001\).*99999.*province"):
        check_content(replace(content, zone_communes=twice, forest_cover=cover))


@pytest.mark.parametrize("column", ["held_ratio", "present_ha", "gap_ha"])
def test_figures_must_be_finite(content: MapContent, column: str) -> None:
    frame = content.zone_communes.copy()
    frame.loc[0, column] = np.inf
    with pytest.raises(InputError, match=f"zone_communes: 1 value of {column} is no finite number"):
        check_content(replace(content, zone_communes=frame))


def test_words_among_the_figures_are_refused(content: MapContent) -> None:
    frame = content.zone_communes.astype({"gap_ha": "object"})
    frame.loc[2, "gap_ha"] = "nhiều"
    with pytest.raises(InputError, match="zone_communes: 1 value of gap_ha is no finite number"):
        check_content(replace(content, zone_communes=frame))


def test_a_warning_for_an_unknown_commune_is_not_lost(content: MapContent) -> None:
    assert content.warnings is not None
    stray = content.warnings.assign(commune_code="99999")
    with pytest.raises(InputError, match=r"warnings: 1 value of commune_code is unknown"):
        check_content(replace(content, warnings=stray))


def test_a_layer_without_crs_is_refused(content: MapContent) -> None:
    bare = content.communes.set_crs(None, allow_override=True)
    with pytest.raises(CrsError, match="without CRS: communes"):
        check_content(replace(content, communes=bare))


def test_a_missing_column_is_refused(content: MapContent) -> None:
    with pytest.raises(SchemaError, match="name_en"):
        check_content(replace(content, zones=content.zones.drop(columns="name_en")))


def test_an_unknown_kind_of_list_is_refused(content: MapContent) -> None:
    with pytest.raises(InputError, match=r"zones: 1 value of list is unknown \(some\)"):
        check_content(replace(content, zones=content.zones.assign(list="some")))


def test_an_unknown_limit_is_refused(content: MapContent) -> None:
    limited = content.zone_communes.assign(binding="weather")
    with pytest.raises(InputError, match=r"zone_communes: 1 value of binding is unknown \(wea"):
        check_content(replace(content, zone_communes=limited))


def test_every_limit_has_its_words_and_both_languages_the_same() -> None:
    file = Path(interactive.__file__).parent / "templates" / "words.json"
    words = json.loads(file.read_text("utf-8"))
    assert list(words["vi"]) == list(words["en"])
    # Where no more is asked for, nothing limits and nothing is said.
    told = {f"limit {limit}" for limit in LIMITS if limit != "target"}
    assert told == {key for key in words["vi"] if key.startswith("limit ")}


def test_limits_are_written_by_their_place_and_missing_stays_missing(content: MapContent) -> None:
    frame = content.zone_communes.assign(binding="target")
    pine = frame.index[frame["zone"] == "pine"]
    frame.loc[pine, "binding"] = ["list", None, "target", "no_land"]
    data = build_page_data(check_content(replace(content, zone_communes=frame)))
    assert data["zones"][0]["limits"] == [1, None, 9, 0]
    assert "limits" not in build_page_data(check_content(content))["zones"][0]


def test_sources_have_a_name_in_each_language(content: MapContent) -> None:
    assert content.sources is not None
    named = content.sources.assign(layer_en="Forest layer", layer_vi="Lớp rừng")
    told = build_page_data(check_content(replace(content, sources=named)))["sources"]
    assert {(item["vi"], item["en"]) for item in told} == {("Lớp rừng", "Forest layer")}
    plain = build_page_data(check_content(content))["sources"]
    assert plain[0]["vi"] == plain[0]["en"] == content.sources["layer"].iloc[0]


def test_a_page_of_someone_else_is_refused() -> None:
    with pytest.raises(InputError, match="carries no map data"):
        read_page_data("<html></html>")


def test_a_file_is_never_overwritten_unasked(content: MapContent, tmp_path: Path) -> None:
    target = tmp_path / "bản đồ.html"
    save_map(content, target)
    with pytest.raises(OutputExistsError, match="exists"):
        save_map(content, target)
    save_map(content, target, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["bản đồ.html"]


def test_a_failing_page_leaves_the_old_file(content: MapContent, tmp_path: Path) -> None:
    target = tmp_path / "map.html"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(InputError, match="Tile hosts"):
        save_map(replace(content, tile_hosts=("*",)), target, overwrite=True)
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_a_full_province_stays_small() -> None:
    assert len(build_map(province_content()).encode()) < 1_500_000


def test_the_real_province_stays_small(shared: Path) -> None:
    made = made_content(
        real_communes(shared), neighbours=real_communes(shared, "neighbour_communes")
    )
    assert len(build_map(made).encode()) < 1_500_000


def test_planned_area_that_nobody_knows_is_missing(content: MapContent) -> None:
    zone = content.zones["zone"].iloc[0]
    codes = content.communes["commune_code"].tolist()
    planned = pd.DataFrame(
        [(zone, codes[0], 2026, np.nan), (zone, codes[1], 2026, 5.0)],
        columns=["zone", "commune_code", "year", "planned_ha"],
    )
    data = build_page_data(check_content(replace(content, planned=planned)))
    assert data["zones"][0]["values"]["planned"][:2] == [None, 5]
    assert set(data["zones"][0]["values"]["planned"][2:]) <= {0}
    assert data["zones"][0]["years"]["2026"][:2] == [None, 5]


def test_forest_of_a_commune_without_a_layer_is_missing(content: MapContent) -> None:
    codes = content.communes["commune_code"].tolist()
    nothing = dict.fromkeys(
        ("natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha", "cover_percent"), np.nan
    )
    rows = [
        {"commune_code": code, "commune": code, "natural_area_ha": 100.0, **nothing}
        for code in [*codes, "20"]
    ]
    cover = pd.DataFrame(rows).assign(cover_geometry_percent=np.nan)
    data = build_page_data(check_content(replace(content, forest_cover=cover)))
    assert data["cover"]["cover_percent"] == [None] * len(codes)
    assert data["cover"]["natural_forest_ha"][0] is None


def test_words_of_the_page_stand_in_both_languages_with_the_same_values() -> None:
    folder = Path(interactive.__file__).parent / "templates"
    words = json.loads((folder / "words.json").read_text("utf-8"))
    assert list(words["vi"]) == list(words["en"])
    for key, text in words["vi"].items():
        assert text.strip()
        assert words["en"][key].strip()
        names = [sorted(re.findall(r"{(\w+)}", both)) for both in (text, words["en"][key])]
        assert names[0] == names[1], key
    script = "".join(path.read_text("utf-8") for path in folder.glob("script/*.js"))
    said = set(re.findall(r'word\(\s*"(\w+)"\s*[,)]', script))
    assert said - set(words["vi"]) == set()


def test_every_text_of_the_data_is_escaped(content: MapContent) -> None:
    evil = "</script><img src=x onerror=alert(1)>\"'<!--"
    codes = content.communes["commune_code"]
    around = squares().to_crs(4326).assign(commune=evil)
    around["geometry"] = around.geometry.translate(5, 5)
    hostile = replace(
        content,
        communes=content.communes.assign(commune=evil, kind=evil),
        zones=content.zones.assign(name_vi=evil, name_en=evil),
        targets=content.targets.assign(target=[evil + str(n) for n in range(len(content.targets))]),
        title_vi=evil,
        title_en=evil,
        sources=pd.DataFrame({"layer": [evil], "date": [evil], "source": [evil]}),
        neighbours=around,
        warnings=pd.DataFrame(
            {"commune_code": codes.head(1), "message_vi": [evil], "message_en": [evil]}
        ),
        digest=evil,
    )
    page = build_map(hostile)
    assert "<img" not in page
    assert page.count("<!--") == 0
    assert page.count("</script>") == 4
    assert read_page_data(page)["warnings"][0][1] == evil


def test_a_zone_carries_its_verdict_in_words_as_text_and_an_unknown_zone_is_refused(
    content: MapContent,
) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    notes = (
        TableNote("verdict", Phrase(en="Pine: met.", vi="Thông: đạt."), "pine"),
        TableNote("verdict", Phrase(en=evil, vi=evil), "anise"),
    )
    page = build_map(replace(content, verdicts=notes))
    assert evil not in page
    said = {zone["id"]: zone.get("said") for zone in read_page_data(page)["zones"]}
    assert said["pine"] == [{"vi": "Thông: đạt.", "en": "Pine: met."}]
    assert said["anise"] == [{"vi": evil, "en": evil}]
    assert said["acacia"] is None
    with pytest.raises(InputError, match=r"verdicts.*nowhere"):
        build_map(replace(content, verdicts=(replace(notes[0], zone="nowhere"),)))


def test_intervals_of_communes_are_written_and_unknown_reasons_refused() -> None:
    told = with_intervals(province_content())
    zones = {zone["id"]: zone for zone in build_page_data(check_content(told))["zones"]}
    assert "interval" not in zones["anise"]
    interval, present = zones["pine"]["interval"], zones["pine"]["values"]["present"]
    at = interval["unsure"].index("composite")
    assert interval["low"][at] == pytest.approx(0.8 * present[at], abs=1e-3)
    assert interval["own"][at] == 0.12
    assert interval["verdict"][at] == "cannot_tell"
    # No hectare, no interval: missing, not zero.
    empty = present.index(0)
    assert interval["low"][empty] is None
    for column, word in (("unsure", "perhaps"), ("verdict", "maybe")):
        wrong = replace(told, zone_communes=told.zone_communes.assign(**{column: word}))
        with pytest.raises(InputError, match=rf"{column}.*{word}"):
            build_map(wrong)
