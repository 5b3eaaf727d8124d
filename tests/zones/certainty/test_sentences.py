"""Verdicts in words: what would decide, in both languages, with the reader's figures."""

import numpy as np
import pandas as pd
import pytest

from zones.certainty.sentences import (
    cover_sentences,
    needed_words,
    verdict_sentences,
    without_points,
    zone_verdicts,
)
from zones.publish.notes import verdict_notes

NAMES = pd.DataFrame({"zone": ["pine"], "name_vi": ["Thông"], "name_en": ["Pine"]})


def targets(**columns: object) -> pd.DataFrame:
    row = {
        "target": "pine-area",
        "zone": "pine",
        "indicator": "area",
        "unit": "ha",
        "commune_code": "",
        "bound": "range",
        "figure_low": 155_000.0,
        "figure_high": 160_000.0,
        "year": 2030,
        "low": 155_000.0,
        "present": 155_400.0,
        "low_interval": 154_400.0,
        "high_interval": 156_400.0,
        "interval_from": "points",
        "told_by": "layer",
        "points": 1_094,
        "points_found": 147,
        "estimate": 155_380.0,
        "verdict": "cannot_tell",
        "needed": "points:320:pine+other",
    } | columns
    return pd.DataFrame([row])


def told(frame: pd.DataFrame) -> list:
    found = verdict_sentences(frame, NAMES, level_percent=95.0, decimals=(0, 2))
    return [sentence for _, sentence in found]


def test_cannot_tell_says_what_would_decide() -> None:
    general, sentence = told(targets())
    assert "95 %" in general.en
    assert sentence.en == (
        "Pine, 155,000–160,000 ha by 2030 asked for: cannot tell yet; 155,400 ha on the map; by "
        "1,094 reference points, 147 of them this crop: 155,380 ha, 95 % interval "
        "154,400–156,400 ha (about ± 1,000); "
        "about 320 more points where the map says Pine, Other would decide in eight of ten "
        "surveys, if the ground is as the present points show it."
    )
    assert sentence.vi == (
        "Thông, chỉ tiêu 155.000–160.000 ha đến năm 2030: chưa kết luận được; theo bản đồ 155.400 "
        "ha; theo 1.094 điểm kiểm tra, trong đó 147 điểm là cây này: 155.380 ha, khoảng "
        "tin cậy 95 %: 154.400–156.400 ha (khoảng ± 1.000); "
        "cần thêm khoảng 320 điểm kiểm tra ở nơi bản đồ ghi Thông, Khác: nếu thực địa đúng "
        "như các điểm hiện có cho thấy thì mười lần điều tra có tám lần kết luận được."
    )


def test_a_sentence_stands_below_the_targets_of_its_zone_alone() -> None:
    found = verdict_sentences(targets(), NAMES, level_percent=95.0, decimals=(0, 2))
    assert [zone for zone, _ in found] == ["", "pine"]


def test_errors_of_drawing_alone_are_said_to_be_no_more() -> None:
    general, only, sentence = told(targets(needed="error_m:0.8", interval_from="boundaries"))
    assert "wrong species" in only.en
    assert sentence.en.endswith("boundaries drawn to 0.8 m would decide.")
    assert sentence.vi.endswith("ranh giới phải chính xác đến 0,8 m mới kết luận được.")
    assert "(about ± 1,000), of errors of drawing alone;" in sentence.en
    assert "(khoảng ± 1.000), chỉ tính sai số khoanh vẽ;" in sentence.vi
    assert general.vi != general.en


def test_points_are_no_errors_of_drawing_though_all_is_decided() -> None:
    (general,) = told(targets(verdict="met", needed=""))
    assert "95 % confidence" in general.en


def test_a_map_that_the_points_do_not_bear_out_is_told() -> None:
    *_, sentence = told(targets(present=157_000.0))
    assert "157,000 ha on the map; by 1,094 reference points" in sentence.en
    assert "(about ± 1,000), and the map's own figure lies outside it" in sentence.en
    assert "số liệu trên bản đồ nằm ngoài khoảng này" in sentence.vi


def test_an_interval_that_reaches_further_on_one_side_has_no_plus_or_minus() -> None:
    anise = {"estimate": 69_105.0, "low_interval": 61_623.0, "high_interval": 79_930.0}
    *_, sentence = told(targets(**anise))
    assert "69,105 ha, 95 % interval 61,623–79,930 ha" in sentence.en
    assert "±" not in sentence.en + sentence.vi


def test_points_that_decide_against_the_map_are_told() -> None:
    """The map's 155,400 ha lie within the target, the points say far more."""
    far = {"estimate": 171_000.0, "low_interval": 165_000.0, "high_interval": 178_000.0}
    *_, sentence = told(targets(verdict="not_met", needed="", **far))
    assert sentence.en.startswith("Pine, 155,000–160,000 ha by 2030 asked for: not met, exceeded; ")
    assert sentence.vi.endswith("số liệu trên bản đồ nằm ngoài khoảng này.")


def test_of_intervals_of_two_origins_those_of_drawing_alone_are_named() -> None:
    tea = targets(zone="tea", target="Tea", verdict="met", interval_from="boundaries")
    _, only, sentence = told(pd.concat([targets(), tea, rate(verdict="not_met")]))
    assert only.en.startswith("Tea, Forest cover rate: the interval comes only from how")
    assert only.vi.startswith("Tea, Tỷ lệ che phủ rừng: khoảng tin cậy chỉ tính")
    assert sentence.en.startswith("Pine")


def test_without_an_estimate_no_figure_and_no_number_of_points_is_made_up() -> None:
    *_, sentence = told(targets(estimate=np.nan, needed="points:0:pine+other"))
    assert "147 of them this crop: 95 % interval 154,400" in sentence.en
    assert sentence.en.endswith("Pine, Other, are needed to estimate it at all.")
    assert sentence.vi.endswith("nơi bản đồ ghi Thông, Khác, mới ước lượng được.")


def test_a_target_of_one_commune_says_how_many_points_lie_there() -> None:
    *_, sentence = told(targets(points=12, points_found=np.nan, commune_code="06148"))
    assert "by reference points, 12 of them in the commune: 155,380 ha" in sentence.en
    assert "theo điểm kiểm tra, trong xã có 12 điểm: 155.380 ha" in sentence.vi


def test_targets_of_which_no_points_tell_are_named() -> None:
    """A blank cell says nothing: neither why nor what to do."""
    none = {"low_interval": np.nan, "high_interval": np.nan, "interval_from": "", "needed": ""}
    tea = targets(zone="tea", target="Tea", verdict="not_assessed", **none)
    citrus = targets(zone="citrus", target="Citrus", told_by="report", verdict="", **none)
    head = citrus.assign(target="Heads", indicator="heads", unit="head")
    gum = targets(zone="gum", target="Gum", verdict="not_met", interval_from="boundaries")
    rows = pd.concat([targets(), tea, citrus, head, gum])
    _, drawn, untold, reported, _ = told(rows)
    assert drawn.en.startswith("Gum: the interval comes only from how precisely")
    assert untold.en.startswith("Tea: no interval and no verdict; no reference points")
    assert reported.en.startswith("Citrus: figures of reports, of which no reference points")
    assert without_points(rows, NAMES) == [drawn, untold, reported]
    assert without_points(pd.concat([gum, tea]), NAMES) == []


def test_a_target_without_a_year_is_told_without_one() -> None:
    *_, sentence = told(targets(year=pd.NA))
    assert sentence.en.startswith("Pine, 155,000–160,000 ha asked for: cannot tell yet")


def test_what_is_decided_or_was_not_judged_needs_no_sentence() -> None:
    assert len(told(targets(verdict="met", needed="", interval_from="boundaries"))) == 2
    assert told(targets(low_interval=np.nan)) == []


def test_of_a_rare_crop_neither_width_nor_points_mislead() -> None:
    rare = {"present": 350.0, "low_interval": 311.0, "high_interval": 1316.0}
    *_, sentence = told(targets(**rare, needed="points:171915:other+pine"))
    assert "95 % interval 311–1,316 ha; some 171,915 more points would be" in sentence.en
    assert "chỗ chưa chắc nằm ở nơi bản đồ ghi Khác, Thông; hãy khoanh vẽ lại chỗ đó" in sentence.vi
    assert (
        "the doubt lies where the map says Other, Pine; map that ground more exactly" in sentence.en
    )


def test_points_in_all_strata_are_not_said_to_go_where_the_doubt_is_greatest() -> None:
    """Put there alone they would not decide: the other strata have their errors too."""
    *_, sentence = told(targets(needed="points:800:all:pine+other"))
    assert "about 800 more points, shared over all strata as the present ones are" in sentence.en
    assert "ở mọi tầng, chia như các điểm hiện có" in sentence.vi


@pytest.mark.parametrize(
    "needed",
    ["points:1:a", "points:1:all:a+b", "points:0:a", "own_points:pine", "error_m:2", "at_the_end"],
)
def test_every_need_has_words(needed: str) -> None:
    assert needed_words(needed).vi != needed_words(needed).en


def test_rate_of_forest_cover_has_its_name() -> None:
    *_, sentence = told(rate())
    assert sentence.en.startswith(
        "Forest cover rate, at least 64.5% by 2030 asked for: cannot tell yet; 64.30 % on the map, "
        "95 % interval 63.90–64.70 % (about ± 0.40), of errors of drawing alone"
    )


def test_a_width_below_the_last_decimal_is_not_said_to_be_nothing() -> None:
    narrow = {"low_interval": 64.29, "high_interval": 64.298, "verdict": "not_met"}
    sentence, _ = cover_sentences(rate(**narrow), level_percent=95.0, rate_decimals=2)
    assert "95 % interval 64.29–64.30 %, of errors of drawing alone." in sentence.en


def rate(**columns: object) -> pd.DataFrame:
    row = {
        "zone": "", "indicator": "forest_cover_rate", "unit": "%", "bound": "at_least",
        "figure_low": 64.5, "figure_high": np.nan, "low": 64.5, "present": 64.3,
        "low_interval": 63.9, "high_interval": 64.7, "needed": "error_m:0.8",
        "interval_from": "boundaries",
    }  # fmt: skip
    return targets(**(row | columns))


@pytest.mark.parametrize(
    ("verdict", "en", "vi"),
    [
        ("met", ": met; 157,000 ha on the map", ": đạt; theo bản đồ 157.000 ha"),
        ("not_met", ": not met; 157,000 ha", ": chưa đạt; theo bản đồ 157.000 ha"),
        ("cannot_tell", ": cannot tell yet; 157,000 ha", ": chưa kết luận được; theo"),
    ],
)
def test_the_page_of_a_zone_says_its_verdict_whatever_it_is(verdict: str, en: str, vi: str) -> None:
    frame = targets(verdict=verdict, present=157_000.0)
    ((zone, sentence),) = zone_verdicts(frame, NAMES, level_percent=95.0, decimals=(0, 2))
    assert zone == "pine"
    assert en in sentence.en
    assert vi in sentence.vi
    assert ("would decide" in sentence.en) == (verdict == "cannot_tell")


def test_the_sentence_of_a_zone_is_handed_on_as_a_verdict() -> None:
    notes = verdict_notes(targets(verdict="met"), NAMES, level_percent=95.0, decimals=(0, 2))
    mine = [(note.zone, ": met;" in note.text.en) for note in notes if note.table == "verdict"]
    assert mine == [("pine", True)]
    assert not [note for note in notes if note.table == "zone"]


def test_about_says_how_far_and_too_much_is_not_called_too_little() -> None:
    about = {"bound": "about", "figure_high": 155_000.0, "tolerance_percent": 3.0}
    ((_, sentence),) = zone_verdicts(
        targets(**about, verdict="met"), NAMES, level_percent=95.0, decimals=(0, 2)
    )
    assert sentence.en.startswith("Pine, about 155,000 ha (± 3 %) by 2030 asked for: met;")
    assert sentence.vi.startswith("Thông, chỉ tiêu khoảng 155.000 ha (± 3 %) đến năm 2030: đạt;")
    most = targets(bound="at_most", figure_low=np.nan, figure_high=150_000.0, verdict="not_met")
    ((_, sentence),) = zone_verdicts(most, NAMES, level_percent=95.0, decimals=(0, 2))
    assert ": not met, exceeded; 155,400 ha on the map" in sentence.en
    assert ": không đạt, vượt mức; theo bản đồ 155.400 ha" in sentence.vi


def test_a_zone_without_an_interval_or_a_target_of_one_commune_has_no_sentence() -> None:
    without = targets(low_interval=np.nan)
    of_one = targets(commune_code="06148")
    rows = pd.concat([without, of_one, rate()])
    assert zone_verdicts(rows, NAMES, level_percent=95.0, decimals=(0, 2)) == []


def test_the_rate_has_interval_and_verdict_and_an_exact_area_below() -> None:
    rows = pd.concat([rate(verdict="met"), rate(low_interval=np.nan), targets()])
    sentence, exact = cover_sentences(rows, level_percent=90.0, rate_decimals=1)
    assert sentence.en == (
        "Forest cover rate, at least 64.5% by 2030 asked for: met; 64.3 % on the map, 90 % "
        "interval 63.9–64.7 % (about ± 0.4), of errors of drawing alone."
    )
    assert "official natural area counts as exact" in exact.en
    assert "64,3 %, khoảng tin cậy 90 %: 63,9–64,7 % (khoảng ± 0,4), chỉ tính" in sentence.vi
