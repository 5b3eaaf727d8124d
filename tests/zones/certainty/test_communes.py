"""Intervals by commune: from boundaries and from points, and when a figure is called unsure."""

import numpy as np
import pandas as pd
import pytest

from tests.zones.certainty.test_verdict import ZONES, Z, errors, targets
from zones.certainty.communes import with_commune_intervals
from zones.certainty.design import OTHER, Design
from zones.certainty.survey import survey_errors, survey_of
from zones.certainty.verdict import with_verdicts, zone_intervals
from zones.measure.targets import ToleratedBounds, compare_targets, share_zones
from zones.publish.rounded_figures import round_zones

HELD = {"06148": 1_000.0, "06184": 50.0, "06193": 0.0}


def zones() -> pd.DataFrame:
    present = pd.DataFrame(
        {"zone": "pine", "commune_code": list(HELD), "present_ha": list(HELD.values())}
    )
    names = pd.DataFrame({"commune_code": [*HELD, "06199"], "commune": ["A", "B", "C", "D"]})
    return share_zones(present, present[["zone", "commune_code"]].iloc[:1], communes=names)


def told(found: pd.DataFrame, own: pd.DataFrame | None = None) -> pd.DataFrame:
    """Zones by commune; ``own`` are targets of communes."""
    intervals = zone_intervals(found, ZONES, None, None)
    asked = targets("at_least", 100.0, None) if own is None else own
    keys = ["zone", "indicator", "commune_code", "unit"]
    compared = compare_targets(
        asked,
        asked[keys].assign(present=asked["commune_code"].map(HELD)),
        tolerated=ToleratedBounds(),
    )
    judged = with_verdicts(compared, intervals, level_percent=95.0, tolerated=ToleratedBounds())
    result = with_commune_intervals(zones(), intervals, judged, level_percent=95.0)
    return result.set_index("commune_code")


def drawn(**half: float) -> pd.DataFrame:
    """Errors of drawing by commune (half-widths, ha)."""
    rows = [errors(commune_code=code[1:], standard_error_ha=ha / Z) for code, ha in half.items()]
    return pd.concat([errors(), *rows])


def test_boundaries_give_each_commune_its_interval_and_wide_ones_are_told() -> None:
    found = told(drawn(c06148=100.0, c06184=5.1))
    assert found.loc["06148", "low_interval_ha"] == pytest.approx(900)
    assert found.loc["06148", "high_interval_ha"] == pytest.approx(1_100)
    # ± 10 % is not wide, ± 10.2 % is.
    assert found["unsure"].to_dict() == {"06148": "", "06184": "wide", "06193": "", "06199": ""}
    # What nobody measured, or stated an accuracy of, has no interval.
    assert found.loc[["06193", "06199"], "low_interval_ha"].isna().all()
    assert (found["verdict"] == "").all()
    assert found["own_weight_ratio"].isna().all()


def test_an_interval_never_falls_below_nothing() -> None:
    assert told(drawn(c06184=80.0)).loc["06184", "low_interval_ha"] == 0


def test_only_a_commune_with_a_target_of_its_own_has_a_verdict() -> None:
    asked = pd.concat(
        [
            targets("at_least", 100.0, None),
            targets("at_least", 950.0, None, target="own", commune_code="06148"),
            targets("at_least", 10.0, None, target="other", commune_code="06184"),
        ],
        ignore_index=True,
    )
    found = told(drawn(c06148=100.0, c06184=1.0), asked)
    assert found["verdict"].to_dict() == {
        "06148": "cannot_tell", "06184": "met", "06193": "", "06199": "",
    }  # fmt: skip
    # Not to be told is graver than a wide interval.
    assert found.loc["06148", "unsure"] == "cannot_tell"


def test_points_lead_and_a_figure_that_is_mostly_the_province_s_is_told() -> None:
    of_points = {"origin": "sample", "error_m": np.nan, "points": 3}
    rows = [
        errors(commune_code="06148", area_ha=1_000.0, low_ha=950.0, high_ha=1_050.0,
               own_weight_ratio=0.8, **of_points),
        errors(commune_code="06184", area_ha=70.0, low_ha=66.0, high_ha=74.0,
               own_weight_ratio=0.49, **of_points),
    ]  # fmt: skip
    found = told(pd.concat([drawn(c06148=1.0), *rows]))
    ends = found[["low_interval_ha", "high_interval_ha"]]
    assert ends.loc["06148"].tolist() == [950.0, 1_050.0]
    # The interval is that of the estimate, wherever the map's figure (50 ha) lies.
    assert ends.loc["06184"].tolist() == [66.0, 74.0]
    assert found["unsure"].to_dict() == {
        "06148": "", "06184": "composite", "06193": "", "06199": "",
    }  # fmt: skip


def test_ends_are_rounded_with_the_figures() -> None:
    raw = told(drawn(c06148=10.04)).reset_index()
    printed = round_zones(raw, decimals=1).set_index("commune_code")
    ends = printed.loc["06148", ["low_interval_ha", "high_interval_ha"]]
    assert ends.tolist() == [990.0, 1_010.0]


def design(**changes: object) -> Design:
    """Two strata over two communes: 100 and 200 ha of ground each, half of it pine."""
    by_commune = {"06148": {"pine": 50.0, OTHER: 50.0}, "06184": {"pine": 100.0, OTHER: 100.0}}
    settings = {
        "layer": "forest", "digest": "", "crs": "EPSG:9215", "seed": 1,
        "strata_ha": {"pine": 150.0, OTHER: 150.0}, "classes": ["pine", OTHER], "points": {},
        "commune_strata_ha": by_commune,
    }  # fmt: skip
    return Design(**(settings | changes))  # type: ignore[arg-type]


def sample(pine_wrong: int) -> pd.DataFrame:
    """Forty points a stratum, ten of them in the first commune."""
    strata = ["pine"] * 40 + [OTHER] * 40
    labels = [OTHER] * pine_wrong + ["pine"] * (40 - pine_wrong) + [OTHER] * 40
    codes = (["06148"] * 10 + ["06184"] * 30) * 2
    return pd.DataFrame({"stratum": strata, "reference_class": labels, "commune_code": codes})


def test_a_survey_tells_of_communes_what_adds_up_to_the_province() -> None:
    found = survey_errors(survey_of(design(), sample(4), level_percent=95.0))
    pine = found[found["subject"] == "pine"].set_index("commune_code")
    province = pine.loc["", "area_ha"]
    assert province == pytest.approx(150 * 36 / 40)
    communes = pine.drop("")
    assert communes["area_ha"].sum() == pytest.approx(province)
    assert np.isnan(pine.loc["", "own_weight_ratio"])
    assert communes["own_weight_ratio"].between(0, 1).all()
    assert (communes["low_ha"] < communes["area_ha"]).all()
    # Every wrong point lies in the first commune: its pine falls by more than its share.
    assert communes.loc["06148", "area_ha"] / 50 < communes.loc["06184", "area_ha"] / 100


@pytest.mark.parametrize("reason", ["an earlier design", "a stratum without points"])
def test_where_communes_cannot_be_estimated_the_province_still_is(reason: str) -> None:
    points = sample(4)
    if reason == "an earlier design":
        survey = survey_of(design(commune_strata_ha={}), points, level_percent=95.0)
    else:
        survey = survey_of(design(), points[points["stratum"] == "pine"], level_percent=95.0)
    assert set(survey_errors(survey)["commune_code"]) == {""}
