"""Classes: no class is empty, fixed ones come from the target, few values are no fault."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.symbols.classes import Classing, classify, fixed_classes, natural_breaks, round_breaks
from maps.symbols.legends import scale_colours


def test_fixed_classes_are_those_of_the_target() -> None:
    assert fixed_classes() == Classing("fixed", (0.25, 0.5, 0.75, 1.0))


def test_clusters_are_told_apart() -> None:
    clusters = [(1.0, 1.3), (10.0, 11.7), (100.0, 101.0), (210.0, 213.0), (500.0, 501.0)]
    breaks = classify(np.ravel(clusters), scheme="natural").breaks
    assert breaks == (2.0, 20.0, 200.0, 300.0)


def test_round_borders() -> None:
    values = np.linspace(30, 80, 65)
    assert classify(values, scheme="pretty").breaks == (40.0, 50.0, 60.0, 70.0)


@pytest.mark.parametrize(
    ("values", "scheme"),
    [([], "none"), ([0.0, np.nan, -1.0], "none"), ([3.0], "single"), ([2.0, 2.0, 0.0], "single")],
)
def test_few_values(values: list[float], scheme: str) -> None:
    assert classify(np.array(values), scheme="natural") == Classing(scheme)  # type: ignore[arg-type]


def test_many_values_are_sampled_the_same_way() -> None:
    values = np.random.default_rng(1).lognormal(3, 1, 5_000)
    first = classify(values, scheme="natural")
    assert first == classify(np.random.default_rng(2).permutation(values), scheme="natural")
    assert len(first.breaks) == 4


@given(
    st.lists(st.floats(1e-3, 1e6), min_size=2, max_size=80),
    st.sampled_from(["natural", "pretty"]),
)
def test_no_class_is_empty(values: list[float], scheme: str) -> None:
    array = np.array(values)
    found = classify(array, scheme=scheme)  # type: ignore[arg-type]
    edges = [0.0, *found.breaks, np.inf]
    assert edges == sorted(set(edges))
    assert len(edges) <= 9
    for low, high in itertools.pairwise(edges):
        assert ((array > low) & (array <= high)).any()


@pytest.mark.parametrize("decimals", [0, 1, 6])
def test_natural_classes_are_those_of_mapclassify(decimals: int) -> None:
    import mapclassify  # which compiles for seconds: not while tests are collected

    source = np.random.default_rng(7)
    for number in range(150):
        count = int(source.integers(2, 90))
        values = np.sort(source.lognormal(3, 1.5, count).round(decimals))
        values = values[values > 0] if number % 3 else np.sort(source.integers(1, 9, count) * 1.0)
        classes = min(5, len(np.unique(values)))
        if classes > 1:
            twin = mapclassify.FisherJenks(values, k=classes).bins[:-1]
            assert natural_breaks(values, classes) == twin.tolist()
            round_twin = mapclassify.PrettyBreaks(values, k=classes).bins[:-1]
            assert round_breaks(values, classes) == round_twin.tolist()


def test_scales_go_from_light_to_dark() -> None:
    for classes in range(1, 9):
        colours = scale_colours("present", classes)
        light = [sum(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in colours]
        assert len(set(colours)) == classes
        assert light == sorted(light, reverse=True)
