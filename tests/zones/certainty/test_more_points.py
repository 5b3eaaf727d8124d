"""How many more points would decide, held against surveys that are simulated."""

import numpy as np
import pytest

from layers.sampling.score_interval import score_interval
from zones.certainty.more_points import Seen, more_points

Z = 1.959963984540054


def decided(seen: Seen, strata: list[str], more: float, ends: list[float]) -> float:
    """Part of the surveys of the ground as it was found that decide with so many more points."""
    here = np.array([name in strata for name in seen.strata])
    added = np.where(here, np.round(more * seen.points / seen.points[here].sum()), 0)
    shares = seen.hits / np.maximum(seen.points, 1)
    rng = np.random.default_rng(1)
    hits = seen.hits[:, None] + rng.binomial(added.astype(int), shares, (500, len(added))).T
    whole = seen.areas_ha.sum()
    low, high = score_interval(
        hits, seen.points + added, seen.areas_ha / whole, z=Z, finite=np.ones(len(added))
    )
    within = [(low * whole <= end) & (end <= high * whole) for end in ends]
    return float(1 - np.any(within, axis=0).mean())


@pytest.mark.parametrize(
    ("seen", "ends"),
    [
        ("pine:20000:1500:1300+other:80000:2000:40", [19_300.0]),
        ("pine:20000:1500:1300+other:80000:2000:40", [18_600.0]),
        # Between two ends the estimate must come to lie away from both.
        ("pine:20000:1500:1300+other:80000:2000:40", [18_400.0, 20_400.0]),
        ("acacia:50000:200:160+other:500000:300:4+pine:150000:300:6+oak:9000:40:3", [46_500.0]),
        ("rare:12000:60:48+other:600000:300:1+pine:150000:141:0", [10_000.0, 15_000.0]),
    ],
)
def test_eight_of_ten_surveys_of_that_size_decide(seen: str, ends: list[float]) -> None:
    counts = Seen.read(seen)
    found = more_points(counts, ends, z=Z)
    assert found is not None
    more, strata = found
    assert 0.74 < decided(counts, strata, more, ends) < 0.88
    assert decided(counts, strata, more / 2, ends) < 0.72


@pytest.mark.parametrize(
    ("seen", "end"),
    [
        # Nothing was found outside: the upper end shrinks as 1/n, not as its root.
        ("pine:400:100:100+other:80000:500:0", 480.0),
        ("pine:5000:40:40+other:20000:60:0+oak:3000:30:1", 5_400.0),
    ],
)
def test_where_little_was_found_so_many_points_decide_and_some_fewer_do_not(
    seen: str, end: float
) -> None:
    counts = Seen.read(seen)
    more, strata = more_points(counts, [end], z=Z)
    assert decided(counts, strata, 1.15 * more, [end]) > 0.74
    assert decided(counts, strata, 0.7 * more, [end]) < 0.78


def test_where_the_doubt_is_of_one_stratum_points_in_the_other_are_not_asked_for() -> None:
    counts = Seen.read("pine:400:100:100+other:80000:500:0")
    assert more_points(counts, [480.0], z=Z)[1] == ["other"]


def test_three_strata_that_need_fewer_points_than_all_are_named() -> None:
    """A large stratum of which nobody doubts takes most of what is shared over all."""
    counts = Seen.read(
        "acacia:50000:150:120+anise:30000:60:6+gum:30000:60:6+pine:150000:640:0+other:9000:40:0"
    )
    more, strata = more_points(counts, [44_500.0], z=Z)
    assert "pine" not in strata
    assert len(strata) >= 2
    assert decided(counts, list(counts.strata), more, [44_500.0]) < 0.74


def test_the_number_has_two_digits() -> None:
    counts = Seen.read("pine:20000:1500:1300+other:80000:2000:40")
    more, _ = more_points(counts, [19_300.0], z=Z)
    assert more == int(f"{more:.1e}".partition("e")[0].replace(".", "")) * 10 ** (
        len(str(more)) - 2
    )


def test_at_the_end_no_number_of_points_decides() -> None:
    counts = Seen.read("pine:20000:100:80+other:80000:100:0")
    assert more_points(counts, [16_000.0], z=Z) is None


def test_counts_are_read_as_they_were_written() -> None:
    text = "pine:400.500000:100:97+other:80000.000000:500:0"
    assert str(Seen.read(text)) == text


def test_a_stratum_without_points_is_not_asked_for_more() -> None:
    counts = Seen.read("pine:400:100:100+other:80000:500:0+bare:0.1:0:0")
    more, strata = more_points(counts, [480.0], z=Z)
    assert strata == ["other"]
    assert more > 0
