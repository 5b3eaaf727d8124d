"""How many more points would decide, held against estimates of samples that have them."""

import numpy as np
import pandas as pd
import pytest

from layers import estimate_area
from layers.sampling.score_interval import score_interval
from zones.certainty.more_points import Seen, more_points

Z = 1.959963984540054


def interval_with(seen: Seen, strata: list[str], more: float) -> tuple[float, float]:
    """Interval of pine from rows of points: whole ones, so that shares are not quite the same."""
    now = sum(n for name, n in zip(seen.strata, seen.points, strict=True) if name in strata)
    rows = []
    for name, n, k in zip(seen.strata, seen.points, seen.hits, strict=True):
        factor = 1 + more / now if name in strata else 1.0
        found, every = round(k * factor), round(n * factor)
        rows += [(name, "pine")] * found + [(name, "none")] * (every - found)
    sample = pd.DataFrame(rows, columns=["stratum", "reference_class"])
    areas = dict(zip(seen.strata, seen.areas_ha, strict=True))
    row = estimate_area(sample, areas).areas.set_index("class").loc["pine"]
    return row["low_ha"], row["high_ha"]


@pytest.mark.parametrize(
    ("seen", "end"),
    [
        # Nothing was found outside: the upper end shrinks as 1/n, not as its root.
        ("pine:400:100:100+other:80000:500:0", 480.0),
        ("pine:20000:1500:1300+other:80000:2000:40", 19_300.0),
        ("pine:20000:1500:1300+other:80000:2000:40", 18_600.0),
        ("pine:5000:40:40+other:20000:60:0+oak:3000:30:1", 5_400.0),
    ],
)
def test_so_many_points_decide_and_some_fewer_do_not(seen: str, end: float) -> None:
    counts = Seen.read(seen)
    found = more_points(counts, ["pine", "other"], [end], z=Z)
    assert found is not None
    more, strata = found
    low, high = interval_with(counts, strata, more * 1.15)
    assert not low <= end <= high
    low, high = interval_with(counts, strata, more * 0.85)
    assert low <= end <= high


def test_where_the_doubt_is_of_one_stratum_points_in_the_other_are_not_asked_for() -> None:
    counts = Seen.read("pine:400:100:100+other:80000:500:0")
    assert more_points(counts, ["other", "pine"], [480.0], z=Z)[1] == ["other"]


def test_at_the_end_no_number_of_points_decides() -> None:
    counts = Seen.read("pine:20000:100:80+other:80000:100:0")
    assert more_points(counts, ["pine", "other"], [16_000.0], z=Z) is None


def test_counts_are_read_as_they_were_written() -> None:
    text = "pine:400.500000:100:97+other:80000.000000:500:0"
    assert str(Seen.read(text)) == text


def test_a_stratum_without_points_is_not_asked_for_more() -> None:
    counts = Seen.read("pine:400:100:100+other:80000:500:0+bare:0.1:0:0")
    more, strata = more_points(counts, ["other", "bare"], [480.0], z=Z)
    assert strata == ["other"]
    assert more > 0


@pytest.mark.parametrize("end", [19_300.0, 18_600.0])
def test_so_many_points_decide_in_half_of_surveys_and_twice_as_many_in_most(end: float) -> None:
    """Surveys of the ground as it was found: what the sentence says of so many, and of twice."""
    seen = Seen.read("pine:20000:1500:1300+other:80000:2000:40")
    more, strata = more_points(seen, ["pine", "other"], [end], z=Z)
    here = np.array([name in strata for name in seen.strata])
    rng = np.random.default_rng(1)
    part = {}
    for times in (1, 2):
        added = np.where(here, np.round(times * more * seen.points / seen.points[here].sum()), 0)
        shares = seen.hits / seen.points
        hits = seen.hits[:, None] + rng.binomial(added.astype(int), shares, (500, 2)).T
        whole = seen.areas_ha.sum()
        low, high = score_interval(
            hits, seen.points + added, seen.areas_ha / whole, z=Z, finite=np.ones(2)
        )
        part[times] = ((low * whole > end) | (high * whole < end)).mean()
    assert 0.4 < part[1] < 0.65
    assert part[2] > 0.68
