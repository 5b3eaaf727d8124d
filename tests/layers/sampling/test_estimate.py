"""Areas and accuracy from a sample: published examples, a second implementation, faults."""

import math

import numpy as np
import pandas as pd
import pytest

from layers import InputError, estimate_area

Z = 1.959963984540054

#: Olofsson and others (2014), table 8: map classes down, classes on the ground across.
OLOFSSON = pd.DataFrame(
    [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]],
    index=["deforestation", "gain", "forest", "other"],
    columns=["deforestation", "gain", "forest", "other"],
)
OLOFSSON_PIXELS = {
    "deforestation": 200_000,
    "gain": 150_000,
    "forest": 3_200_000,
    "other": 6_450_000,
}
PIXEL_HA = 0.09

#: Stehman (2014), table 2: strata, map classes and classes on the ground of forty pixels.
STEHMAN_STRATA = "AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDDDDDDDDDD"
STEHMAN_MAP = "AAAAAAABBBABBBBBBBBBBBCCCCCCBBDDDDDDDDDD"
STEHMAN_TRUE = "AAAAACBABCABBBBBAABBCCCCCDDBBADDDDDDDCCB"
STEHMAN_PIXELS = {"A": 40_000, "B": 30_000, "C": 20_000, "D": 10_000}


def sample_of(table: pd.DataFrame) -> pd.DataFrame:
    """One row per point of an error matrix of counts."""
    cells = table.rename_axis("stratum").reset_index().melt("stratum", var_name="reference_class")
    points = cells.loc[cells.index.repeat(cells["value"])]
    return points[["stratum", "reference_class"]].reset_index(drop=True)


def stehman() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "stratum": list(STEHMAN_STRATA),
            "map_class": list(STEHMAN_MAP),
            "reference_class": list(STEHMAN_TRUE),
        }
    )


def of(table: pd.DataFrame, measure: str, name: str, column: str = "ratio") -> float:
    rows = table[(table["measure"] == measure) & (table["class"] == name)]
    return float(rows[column].iloc[0])


def test_olofsson_2014_as_published() -> None:
    areas = {name: pixels * PIXEL_HA for name, pixels in OLOFSSON_PIXELS.items()}
    found = estimate_area(sample_of(OLOFSSON), areas, interval="normal")
    table = found.areas.set_index("class")
    # Hectares and margins of the paper's section 5.2, printed with z = 1.96 and few digits.
    published = {
        "deforestation": (21_158, 6_158),
        "gain": (11_686, 3_756),
        "forest": (285_770, 15_510),
        "other": (581_386, 16_282),
    }
    for name, (area, margin) in published.items():
        assert table.loc[name, "area_ha"] == pytest.approx(area, abs=1)
        assert 1.96 * table.loc[name, "standard_error_ha"] == pytest.approx(margin, abs=1)
        assert table.loc[name, "high_ha"] - table.loc[name, "area_ha"] == pytest.approx(
            Z * table.loc[name, "standard_error_ha"], rel=1e-12
        )
    assert table["area_ha"].sum() == pytest.approx(900_000, rel=1e-12)
    accuracy = found.accuracy
    assert round(of(accuracy, "overall", ""), 2) == 0.95
    users = [round(of(accuracy, "users", name), 2) for name in OLOFSSON.index]
    producers = [round(of(accuracy, "producers", name), 2) for name in OLOFSSON.index]
    assert users == [0.88, 0.73, 0.93, 0.96]
    assert producers == [0.75, 0.85, 0.93, 0.96]
    margins = [
        round(1.96 * of(accuracy, measure, name, "standard_error_ratio"), 2)
        for measure, names in (("users", OLOFSSON.index), ("producers", OLOFSSON.index[:1]))
        for name in names
    ]
    assert margins == [0.07, 0.10, 0.04, 0.02, 0.21]


#: Olofsson and others (2013), examples 1 and 2: pixels, and parts of the whole.
OLOFSSON_2013 = (
    [[97, 0, 3], [3, 279, 18], [2, 1, 97]],
    {"1": 22_353.0, "2": 1_122_543.0, "3": 610_228.0},
)
OLOFSSON_2013_RARE = (
    [[127, 66, 54], [2, 322, 17], [0, 15, 540]],
    {"1": 0.007, "2": 0.295, "3": 0.698},
)
#: Accuracies and half-widths of 95 % intervals as the R package mapaccuracy has them for the two
#: examples of 2013 (the second in five digits) and for table 8 of 2014, by class.
MAPACCURACY = (
    (
        *OLOFSSON_2013,
        1e-7,
        {
            "users": [(0.97, 0.03360292), (0.93, 0.02892031), (0.97, 0.03360292)],
            "producers": [
                (0.4806308, 0.22453045),
                (0.9941887, 0.01132522),
                (0.8969259, 0.04120541),
            ],
            "overall": [(0.9444168, None)],
        },
    ),
    (
        *OLOFSSON_2013_RARE,
        1e-5,
        {
            "users": [(0.51417, 0.06246), (0.94428, 0.02438), (0.97297, 0.01350)],
            "producers": [(0.67535, 0.30458), (0.93072, 0.02938), (0.97664, 0.00960)],
        },
    ),
    (
        OLOFSSON.to_numpy().tolist(),
        {str(number): pixels for number, pixels in enumerate(OLOFSSON_PIXELS.values(), start=1)},
        1e-7,
        {
            "users": [
                (0.88, 0.07403962),
                (0.7333333, 0.10075516),
                (0.9272727, 0.03974464),
                (0.9630769, 0.02053312),
            ],
            "producers": [
                (0.7486614, 0.21330593),
                (0.8471564, 0.25440369),
                (0.9345089, 0.03432379),
                (0.9616090, 0.01836120),
            ],
            "overall": [(0.9465119, 0.01848328)],
        },
    ),
)


@pytest.mark.parametrize(("counts", "areas", "digits", "printed"), MAPACCURACY)
def test_accuracies_are_those_of_mapaccuracy(
    counts: list[list[int]],
    areas: dict[str, float],
    digits: float,
    printed: dict[str, list[tuple[float, float | None]]],
) -> None:
    table = pd.DataFrame(counts, index=list(areas), columns=list(areas))
    found = estimate_area(sample_of(table), areas, interval="normal").accuracy
    for measure, values in printed.items():
        names = [""] if measure == "overall" else list(areas)
        for name, (ratio, half) in zip(names, values, strict=True):
            assert of(found, measure, name) == pytest.approx(ratio, abs=digits)
            if half is not None:
                error = of(found, measure, name, "standard_error_ratio")
                assert Z * error == pytest.approx(half, abs=digits)


def test_olofsson_2013_as_published() -> None:
    counts, pixels = OLOFSSON_2013
    table = pd.DataFrame(counts, index=list(pixels), columns=list(pixels))
    found = estimate_area(sample_of(table), pixels, interval="normal").areas.set_index("class")
    # Eqs. 10 to 12 of the paper: 45,112 pixels, standard error 10,751, margin 21,072.
    assert found.loc["1", "area_ha"] == pytest.approx(45_112.4, abs=0.05)
    assert found.loc["1", "standard_error_ha"] == pytest.approx(10_751, abs=1)
    assert found.loc["1", "high_ha"] - found.loc["1", "area_ha"] == pytest.approx(21_072, abs=2)
    assert found["area_ha"].sum() == pytest.approx(1_755_124, abs=1e-6)


def test_stehman_2014_as_published() -> None:
    found = estimate_area(stehman(), STEHMAN_PIXELS, unit_ha=1.0)
    share = found.areas.set_index("class") / 100_000
    assert share.loc["A", "area_ha"] == pytest.approx(0.35, abs=1e-12)
    assert share.loc["C", "area_ha"] == pytest.approx(0.20, abs=1e-12)
    assert round(share.loc["A", "standard_error_ha"], 3) == 0.082
    assert round(share.loc["C", "standard_error_ha"], 3) == 0.064
    accuracy = found.accuracy
    assert of(accuracy, "overall", "") == pytest.approx(0.63, abs=1e-12)
    assert round(of(accuracy, "overall", "", "standard_error_ratio"), 3) == 0.085
    assert round(of(accuracy, "users", "B"), 3) == 0.574
    assert round(of(accuracy, "users", "B", "standard_error_ratio"), 3) == 0.125
    assert round(of(accuracy, "producers", "B"), 3) == 0.794
    error = of(accuracy, "producers", "B", "standard_error_ratio")
    assert error == pytest.approx(0.116, abs=1e-3)
    assert found.error_matrix.loc["B", "C"] == pytest.approx(0.08, abs=1e-12)


def test_stehman_2014_has_the_errors_of_mapaccuracy() -> None:
    """Printed by mapaccuracy 0.1.2 (R) for the example of the paper, seven digits."""
    found = estimate_area(stehman(), STEHMAN_PIXELS, unit_ha=1.0, interval="normal")
    error = found.areas.set_index("class")["standard_error_ha"] / 100_000
    assert error["A"] == pytest.approx(0.0822478, abs=1e-7)
    assert error["C"] == pytest.approx(0.06427977, abs=1e-7)
    for measure, name, ratio, expected in (
        ("overall", "", 0.63, 0.08464219),
        ("users", "B", 0.5744681, 0.1247822),
        ("producers", "B", 0.7941176, 0.1165479),
    ):
        assert of(found.accuracy, measure, name) == pytest.approx(ratio, abs=1e-7)
        printed = of(found.accuracy, measure, name, "standard_error_ratio")
        assert printed == pytest.approx(expected, abs=1e-7)


def test_olofsson_2014_has_the_hectares_of_mapaccuracy() -> None:
    """Hectares and half-widths of 95 % intervals, seven digits, by the same package."""
    areas = {name: pixels * PIXEL_HA for name, pixels in OLOFSSON_PIXELS.items()}
    found = estimate_area(sample_of(OLOFSSON), areas, interval="normal").areas
    half = found["high_ha"] - found["area_ha"]
    printed = [21_157.76, 11_686.15, 285_769.9, 581_386.2]
    assert found["area_ha"].tolist() == pytest.approx(printed, rel=5e-7)
    margins = [6_157.521, 3_755.757, 15_509.55, 16_281.36]
    assert half.tolist() == pytest.approx(margins, rel=5e-7)


def second_implementation(
    sample: pd.DataFrame, areas: dict[str, float], y: np.ndarray, x: np.ndarray, unit: float | None
) -> tuple[float, float]:
    """Stehman's eqs. 3, 25, 27 and 28 unit by unit, with sums spelt out and no counting."""
    total, top, bottom = sum(areas.values()), 0.0, 0.0
    for name, area in areas.items():
        mine = (sample["stratum"] == name).to_numpy()
        top += area * float(np.mean(y[mine])) / total
        bottom += area * float(np.mean(x[mine])) / total
    ratio, variance = top / bottom, 0.0
    for name, area in areas.items():
        mine = (sample["stratum"] == name).to_numpy()
        n = int(mine.sum())
        covariance = np.cov(y[mine], x[mine], ddof=1)
        spread = covariance[0, 0] + ratio**2 * covariance[1, 1] - 2 * ratio * covariance[0, 1]
        fraction = 0.0 if unit is None else n * unit / area
        variance += (area / total) ** 2 * (1 - fraction) * spread / n
    return ratio, math.sqrt(variance) / bottom


@pytest.mark.parametrize("unit", [None, 0.5])
def test_twin_on_random_samples(unit: float | None) -> None:
    random = np.random.default_rng(21)
    areas = {"p": 400.0, "q": 900.0, "r": 2500.0}
    names = np.array(["a", "b", "c", "d"])
    strata = np.repeat(list(areas), [40, 70, 110])
    sample = pd.DataFrame(
        {
            "stratum": strata,
            "map_class": random.choice(names, len(strata), p=[0.5, 0.3, 0.15, 0.05]),
            "reference_class": random.choice(names, len(strata), p=[0.3, 0.3, 0.3, 0.1]),
        }
    )
    found = estimate_area(sample, areas, unit_ha=unit)
    truth, mapped = sample["reference_class"], sample["map_class"]
    one = np.ones(len(sample))
    for name in names:
        row = found.areas.set_index("class").loc[name]
        ratio, error = second_implementation(
            sample, areas, (truth == name).to_numpy(float), one, unit
        )
        assert row["area_ha"] == pytest.approx(ratio * 3800, rel=1e-9)
        assert row["standard_error_ha"] == pytest.approx(error * 3800, rel=1e-9)
        both = ((truth == name) & (mapped == name)).to_numpy(float)
        for measure, whole in (("users", mapped), ("producers", truth)):
            x = (whole == name).to_numpy(float)
            ratio, error = second_implementation(sample, areas, both, x, unit)
            assert of(found.accuracy, measure, name) == pytest.approx(ratio, rel=1e-9)
            printed = of(found.accuracy, measure, name, "standard_error_ratio")
            assert printed == pytest.approx(error, rel=1e-9)
    ratio, error = second_implementation(
        sample, areas, (truth == mapped).to_numpy(float), one, unit
    )
    assert of(found.accuracy, "overall", "") == pytest.approx(ratio, rel=1e-9)
    assert of(found.accuracy, "overall", "", "standard_error_ratio") == pytest.approx(
        error, rel=1e-9
    )


def test_cochran_1977_a_share_of_a_finite_list() -> None:
    """Section 3.3: 38 of 200 addresses of 3,042 are wrong: 578 of all, ± 81.8."""
    sample = pd.DataFrame({"stratum": "list", "reference_class": ["wrong"] * 38 + ["right"] * 162})
    wrong = (
        estimate_area(sample, {"list": 3042.0}, unit_ha=1.0).areas.set_index("class").loc["wrong"]
    )
    assert wrong["area_ha"] == pytest.approx(577.98, abs=1e-9)
    assert wrong["standard_error_ha"] == pytest.approx(81.8, abs=0.05)
    by_hand = math.sqrt(3042 * (3042 - 200) * 0.19 * 0.81 / (200 - 1))
    assert wrong["standard_error_ha"] == pytest.approx(by_hand, rel=1e-9)


def test_cochran_1977_shares_of_strata_drawn_without_replacement() -> None:
    """Eq. 5.53: the variance of a stratified share, summed by hand over three strata."""
    strata = {"a": (800.0, 40, 12), "b": (600.0, 30, 3), "c": (200.0, 20, 15)}
    rows = [
        pd.DataFrame({"stratum": name, "reference_class": ["yes"] * yes + ["no"] * (n - yes)})
        for name, (_, n, yes) in strata.items()
    ]
    areas = {name: area for name, (area, _, _) in strata.items()}
    found = estimate_area(pd.concat(rows, ignore_index=True), areas, unit_ha=1.0)
    yes = found.areas.set_index("class").loc["yes"]
    assert yes["area_ha"] == pytest.approx(800 * 0.3 + 600 * 0.1 + 200 * 0.75, rel=1e-12)
    parts = [
        area * (area - n) * (hits / n) * (1 - hits / n) / (n - 1)
        for area, n, hits in strata.values()
    ]
    assert yes["standard_error_ha"] == pytest.approx(math.sqrt(sum(parts)), rel=1e-12)


def test_one_stratum_has_wilsons_interval() -> None:
    sample = pd.DataFrame({"stratum": "all", "reference_class": ["pine"] * 3 + ["other"] * 97})
    found = estimate_area(sample, {"all": 1000.0}).areas.set_index("class").loc["pine"]
    p, n = 0.03, 100
    middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    assert found["low_ha"] == pytest.approx(1000 * (middle - half), rel=1e-9)
    assert found["high_ha"] == pytest.approx(1000 * (middle + half), rel=1e-9)


def test_class_never_seen_has_an_upper_end() -> None:
    table = pd.DataFrame([[30, 0], [0, 300]], index=["rare", "other"], columns=["rare", "other"])
    rare = estimate_area(sample_of(table), {"rare": 2.0, "other": 998.0}).areas.loc[0]
    assert rare["standard_error_ha"] == 0.0
    # Nothing found in 300 points still leaves room: one of 300 would be three hectares.
    assert rare["high_ha"] > 10
    assert rare["low_ha"] < 2.0


@pytest.mark.parametrize("points", [*range(10, 400, 7), 1_530, 2_230, 2_530, 5_030])
def test_an_interval_never_shrinks_to_its_estimate_where_points_left_something_open(
    points: int,
) -> None:
    """All of a small stratum and none of a large one were found: nobody saw the rest of either."""
    sample = pd.DataFrame(
        {
            "stratum": ["chestnut"] * points + ["pine"] * 231 + ["other"] * 566,
            "reference_class": ["chestnut"] * points + ["pine"] * 231 + ["other"] * 566,
        }
    )
    areas = {"chestnut": 350.7, "pine": 149_473.2, "other": 680_176.1}
    found = estimate_area(sample, areas).areas.set_index("class")
    assert (found["low_ha"] < found["area_ha"] * (1 - 1e-6)).all()
    assert (found["high_ha"] > found["area_ha"] * (1 + 1e-6)).all()
    # Wilson's bound of the one stratum: nothing of the class was found elsewhere.
    z2 = 1.959963984540054**2
    assert found.loc["chestnut", "low_ha"] == pytest.approx(350.7 * points / (points + z2))


def test_shares_of_a_whole_are_hectares() -> None:
    sample = sample_of(OLOFSSON)
    shares = {name: pixels / 1e7 for name, pixels in OLOFSSON_PIXELS.items()}
    areas = {name: share * 900_000 for name, share in shares.items()}
    by_share = estimate_area(sample, shares, total_ha=900_000).areas
    pd.testing.assert_frame_equal(by_share, estimate_area(sample, areas).areas)
    shares["other"] -= 0.01
    with pytest.raises(InputError, match=r"expected a sum of 1, found 0\.99"):
        estimate_area(sample, shares, total_ha=900_000)


def test_strata_without_and_with_one_point_are_told() -> None:
    sample = pd.DataFrame(
        {
            "stratum": ["a"] * 20 + ["b"],
            "reference_class": ["a"] * 18 + ["b"] * 2 + ["b"],
        }
    )
    one = estimate_area(sample, {"a": 100.0, "b": 50.0})
    assert [item.kind for item in one.findings.items] == ["stratum-with-one-point"]
    assert one.areas["area_ha"].tolist() == pytest.approx([90.0, 60.0])
    assert one.areas["standard_error_ha"].isna().all()
    assert (one.areas["low_ha"] < one.areas["area_ha"]).all()
    none = estimate_area(sample, {"a": 100.0, "b": 50.0, "c": 30.0})
    assert [item.kind for item in none.findings.items] == [
        "stratum-without-points",
        "stratum-with-one-point",
    ]
    assert none.areas["area_ha"].isna().all()
    # The thirty hectares nobody looked at may be of any class.
    wider = none.areas["high_ha"].to_numpy()[:2] - one.areas["high_ha"].to_numpy()
    assert wider == pytest.approx([30.0, 30.0])


def test_buffer_stratum_lowers_the_error_of_a_rare_class() -> None:
    """Omissions found in a small buffer weigh little; in the whole rest they weigh much."""
    loose = pd.DataFrame({"rare": [27, 2], "other": [3, 298]}, index=["rare", "other"])
    tight = pd.DataFrame(
        {"rare": [27, 2, 0], "other": [3, 73, 225]}, index=["rare", "buffer", "other"]
    )
    one = estimate_area(sample_of(loose), {"rare": 20.0, "other": 9980.0}).areas
    two = estimate_area(sample_of(tight), {"rare": 20.0, "buffer": 200.0, "other": 9780.0}).areas
    error = [table.set_index("class").loc["rare", "standard_error_ha"] for table in (one, two)]
    assert error[1] < error[0] / 10


def test_class_that_the_map_lacks_is_estimated_and_told() -> None:
    sample = pd.DataFrame(
        {"stratum": ["a"] * 10 + ["b"] * 10, "reference_class": ["a"] * 9 + ["x"] + ["b"] * 10}
    )
    found = estimate_area(sample, {"a": 10.0, "b": 10.0})
    assert [item.kind for item in found.findings.items] == ["class-not-on-map"]
    row = found.areas.set_index("class").loc["x"]
    assert row["mapped_ha"] == 0
    assert row["area_ha"] == pytest.approx(1.0)


def test_class_of_the_map_that_no_point_is_of_is_told() -> None:
    sample = pd.DataFrame({"stratum": ["a"] * 10 + ["b"] * 10, "reference_class": "a"})
    found = estimate_area(sample, {"a": 10.0, "b": 10.0})
    (note,) = found.findings.items
    assert (note.kind, note.examples) == ("class-not-found", ("b",))
    row = found.areas.set_index("class").loc["b"]
    assert row["area_ha"] == 0
    assert row["high_ha"] > 0
    mapped = sample.assign(map_class=["a"] * 19 + ["c"])
    (note,) = estimate_area(mapped, {"a": 10.0, "b": 10.0}).findings.items
    assert note.examples == ("c",)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"stratum": "sea"}, "without map area .*: 20;"),
        ({"reference_class": None}, "without a label: 20 "),
        ({"point": "7"}, "stand more than once: 1 "),
    ],
)
def test_faulty_points(change: dict[str, object], match: str) -> None:
    sample = pd.DataFrame({"stratum": ["a"] * 20, "reference_class": ["a", "b"] * 10})
    with pytest.raises(InputError, match=match) as told:
        estimate_area(sample.assign(**change), {"a": 10.0, "b": 5.0})
    assert told.value.text("vi") != told.value.text("en")


def test_other_faults() -> None:
    sample = pd.DataFrame({"stratum": ["a"], "reference_class": ["a"]})
    with pytest.raises(InputError, match="1 point for 2 strata"):
        estimate_area(sample, {"a": 10.0, "b": 5.0})
    with pytest.raises(InputError, match="one figure of 0 or more"):
        estimate_area(sample, {"a": -1.0})
    with pytest.raises(InputError, match=r"above 0\.5 and below 1"):
        estimate_area(sample, {"a": 1.0}, level=95)
    with pytest.raises(InputError, match="hectares above 0"):
        estimate_area(sample, {"a": 1.0}, unit_ha=0)
    with pytest.raises(InputError, match="more units than stratum a"):
        estimate_area(sample, {"a": 1.0}, unit_ha=2)


def test_order_of_points_does_not_matter() -> None:
    sample = stehman()
    turned = sample.iloc[::-1].reset_index(drop=True)
    one, two = (estimate_area(table, STEHMAN_PIXELS) for table in (sample, turned))
    pd.testing.assert_frame_equal(one.areas, two.areas)
    pd.testing.assert_frame_equal(one.accuracy, two.accuracy)
