"""Forest cover in the programme: what is promised is what the cohorts make of the plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from layers.base.errors import InputError
from layers.base.language import Phrase
from tests.zones.allocation.allocation_cases import YEARS, inputs_of
from tests.zones.forest.trajectory.cases import YEAR, cover_of, measured
from tests.zones.forest.trajectory.test_forecast import targets_of
from zones.allocation import cover_target
from zones.allocation.allocate import Allocation, allocate
from zones.allocation.cover_target import (
    MISS_POINTS,
    CoverLand,
    CoverTargets,
    allocate_with_cover,
    sharing_sources,
)
from zones.allocation.explain.about_cover import about_cover
from zones.allocation.explain.commune_reasons import explain_commune
from zones.allocation.explain.sentences import Voice
from zones.allocation.inputs import AllocationInputs
from zones.allocation.prepare import Prepared
from zones.allocation.rounded import round_allocation
from zones.allocation.scenario import change_inputs
from zones.forest.trajectory.forecast import Promise, likely_path, prepare
from zones.forest.trajectory.promise import placed_planting
from zones.project.trajectory import TrajectorySection
from zones.tables import TARGETS

ROWS = measured(
    ("A", "natural_forest", "", None, 500),
    ("A", "planted_forest", "acacia", YEAR - 8, 70),
    ("A", "not_yet_forest", "acacia", YEAR - 1, 20),
    ("A", "bare", "", None, 200),
    ("B", "natural_forest", "", None, 300),
    ("B", "planted_forest", "pine", YEAR - 20, 100),
    ("B", "not_yet_forest", "pine", YEAR - 2, 10),
    ("B", "bare", "", None, 50),
)
CERTAIN = {"low": 1, "likely": 1, "high": 1}
CROPS = pd.Series({"acacia": "acacia", "pine": "pine", "na": "custard_apple"})


@dataclass
class Case:
    """A project in a few words: its cohorts, and what the allocation may place."""

    section: TrajectorySection
    percent: float
    importance: float = 1.0
    targets: pd.DataFrame | None = None

    @property
    def asked(self) -> CoverTargets:
        due = targets_of((2030, self.percent))
        more = self.targets if self.targets is not None else TARGETS.empty()
        tables = {
            "measured": ROWS,
            "forest_cover": cover_of(ROWS),
            "targets": pd.concat([due, more], ignore_index=True),
            "zone_names": pd.DataFrame({"zone": CROPS.index, "crop": CROPS.to_numpy()}),
        }
        land = CoverLand(tables, self.section, layer="forest", year=YEAR, until=2030)
        return CoverTargets(land, due[["target", "clause", "year", "low"]], CROPS, self.importance)

    def rate_of(self, inputs: AllocationInputs, allocation: Allocation) -> float:
        """Rate of 2030 (%) that the forecast itself makes of an allocation, from the start."""
        placed = placed_planting(allocation.plan, sharing_sources(inputs), CROPS)
        setup = prepare(
            ROWS, cover_of(ROWS), Promise(placed, pd.Series(dtype="float64")), self.section,
            year=YEAR, to=2030,
        )  # fmt: skip
        return float(100 * likely_path(setup).rate_ha[:, -1, 0].sum() / 2000)


def section(**values: object) -> TrajectorySection:
    still = {"harvest_share": 0.0, "survival": CERTAIN, "planting_ha": 0.0, "lag_from": "table"}
    lags = {"lag": {"acacia": 3, "pine": 5}}
    return TrajectorySection.model_validate(still | lags | values)


def land(**more: object) -> AllocationInputs:
    """200 ha of bare land in A, 50 in B, fields in A; 60 ha of acacia and of pine are asked for."""
    return inputs_of(
        land={("A", "bare_production"): 200.0, ("B", "bare_production"): 50.0, ("A", "fields"): 30},
        targets={"acacia": (60.0, 200.0), "pine": (60.0, 200.0), "na": (10.0, 200.0)},
        suitability={
            **{(z, "bare_production", c): 1.0 for z in ("acacia", "pine") for c in "AB"},
            ("na", "fields", "A"): 1.0,
        },
        **more,  # type: ignore[arg-type]
    )


def solved(case: Case, inputs: AllocationInputs) -> Allocation:
    allocation, _, told = allocate_with_cover(inputs, YEARS, case.asked)
    assert told == []
    return allocation


def planned(allocation: Allocation, zone: str, until: int = 2030) -> float:
    plan = allocation.plan
    return float(plan.loc[(plan["zone"] == zone) & (plan["year"] <= until), "planned_ha"].sum())


def test_acacia_is_planted_early_enough_to_count_and_no_more_than_it_takes() -> None:
    # 1,000 ha of forest in 2030 without the plan (50 %); 54 % are 80 ha more. Acacia of 2026 and
    # 2027 counts in 2030, pine with its lag of five years never does.
    case, inputs = Case(section(), 54.0), land()
    allocation = solved(case, inputs)
    assert planned(allocation, "acacia", 2027) == pytest.approx(80.0, abs=1e-4)
    assert planned(allocation, "acacia") == pytest.approx(80.0, abs=1e-4)
    assert planned(allocation, "pine") == pytest.approx(60.0, abs=1e-4)
    held = allocation.cover.iloc[0]
    assert held["promised_percent"] == pytest.approx(54.0, abs=1e-6)
    assert held["added_ha"] == pytest.approx(80.0, abs=1e-4)
    assert held["shortfall_ha"] == 0
    assert case.rate_of(inputs, allocation) == pytest.approx(held["promised_percent"], abs=1e-6)


def test_what_cannot_be_reached_is_told_in_hectares() -> None:
    # All 250 ha of bare land as acacia by 2027 would give 62.5 %; acacia's ceiling is 200 ha.
    allocation = solved(Case(section(), 65.0, importance=5.0), land())
    held = allocation.cover.iloc[0]
    assert planned(allocation, "acacia", 2027) == pytest.approx(200.0, abs=1e-3)
    assert held["promised_percent"] == pytest.approx(60.0, abs=1e-4)
    assert held["shortfall_ha"] == pytest.approx(100.0, abs=1e-2)
    # Crops and cover are traded openly: pine gives up what a heavier cover takes.
    assert planned(allocation, "pine") == pytest.approx(50.0, abs=1e-3)


def test_a_light_target_takes_nothing_from_a_crop() -> None:
    allocation = solved(Case(section(), 65.0, importance=0.1), land())
    assert allocation.held["shortfall_ha"].sum() == pytest.approx(0.0, abs=1e-3)
    assert planned(allocation, "acacia", 2027) == pytest.approx(190.0, abs=1e-3)


def test_land_of_fields_and_crops_that_never_count_add_nothing() -> None:
    allocation = solved(Case(section(), 54.0), land())
    counted = allocation.inputs.counted
    assert set(counted["zone"]) == {"acacia"}
    assert planned(allocation, "na") == pytest.approx(10.0, abs=1e-4)


@pytest.mark.parametrize("total", [30.0, 100.0])
@pytest.mark.parametrize("harvest", [0.0, 0.1])
def test_the_promise_is_the_forecast_whatever_the_plan_displaces(
    total: float, harvest: float
) -> None:
    # The plan promises a total a year: what is placed of it is no longer planted elsewhere, and
    # where more is placed than promised, nothing is displaced.
    survival = {"low": 0.9, "likely": 0.9, "high": 0.9}
    share = {"low": 0.3, "likely": 0.3, "high": 0.3}
    case = Case(
        section(
            planting_ha=total, harvest_share=harvest, survival=survival, bare_share=share,
            losses={"fire": 0.01}, rotation={"acacia": 7, "pine": 15},
        ),
        54.0,
    )  # fmt: skip
    inputs = land()
    allocation, _, told = allocate_with_cover(inputs, YEARS, case.asked)
    held = allocation.cover.iloc[0]
    exact = case.rate_of(inputs, allocation)
    assert told == []
    assert abs(exact - held["promised_percent"]) <= MISS_POINTS


def test_where_a_limit_is_met_several_forms_hold_together() -> None:
    # Beyond 15 ha a year the plan displaces replanting that there is land for; before, none.
    case = Case(
        section(
            planting_ha=40.0, harvest_share=0.2, rotation={"acacia": 5, "pine": 15},
            bare_share={"low": 0.1, "likely": 0.1, "high": 0.1},
        ),
        58.0,
    )  # fmt: skip
    inputs = land(pace=[{"zone": "acacia", "high_ha": 30.0}])
    allocation = solved(case, inputs)
    held = allocation.cover.iloc[0]
    assert len(allocation.inputs.cover_asked) > 1
    assert abs(case.rate_of(inputs, allocation) - held["promised_percent"]) <= MISS_POINTS


def test_without_a_target_or_a_weight_nothing_changes() -> None:
    plain = allocate(land(), settings=YEARS)
    for asked in (None, Case(section(), 54.0, importance=0.0).asked):
        same, _, told = allocate_with_cover(land(), YEARS, asked)
        assert told == []
        pd.testing.assert_frame_equal(same.plan, plain.plan, check_exact=True)
        assert (same.model.matrix != plain.model.matrix).nnz == 0
        assert same.cover.empty


def test_a_change_begins_with_the_forms_of_the_plan_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = Case(
        section(
            planting_ha=40.0, harvest_share=0.2, rotation={"acacia": 5, "pine": 15},
            bare_share={"low": 0.1, "likely": 0.1, "high": 0.1},
        ),
        58.0,
    )  # fmt: skip
    inputs = land(pace=[{"zone": "acacia", "high_ha": 30.0}])
    base, asked, _ = allocate_with_cover(inputs, YEARS, case.asked)
    assert asked is not None
    solved_programmes = []
    monkeypatch.setattr(
        cover_target,
        "allocate",
        lambda *told, **options: solved_programmes.append(1) or allocate(*told, **options),
    )
    less = land(pace=[{"zone": "acacia", "high_ha": 28.0}])
    near, _, told = allocate_with_cover(less, YEARS, asked, near=base.plan)
    assert told == []
    assert len(solved_programmes) == 1
    assert case.rate_of(less, near) == pytest.approx(near.cover["promised_percent"].iloc[0])
    # Forms that lie below what another plan holds are no ceiling for it.
    wrong = replace(
        asked, forms=tuple(replace(it, counted_ha=it.counted_ha - 20) for it in asked.forms)
    )
    again, _, told = allocate_with_cover(less, YEARS, wrong, near=base.plan)
    assert told == []
    assert case.rate_of(less, again) == pytest.approx(near.cover["promised_percent"].iloc[0])


def test_planting_after_the_last_season_is_worth_nothing() -> None:
    allocation = solved(Case(section(), 54.0), land())
    assert allocation.inputs.counted["year"].max() == 2027
    ratios = allocation.inputs.counted["counted_ratio"].to_numpy()
    np.testing.assert_allclose(ratios, 1.0, atol=1e-9)


def test_a_scenario_stays_near_the_plan_and_moves_for_cover_alone() -> None:
    plain = allocate(land(), settings=YEARS)
    case = Case(section(), 53.5)
    near, _, told = allocate_with_cover(land(), YEARS, case.asked, near=plain.plan)
    assert told == []
    assert near.cover["shortfall_ha"].max() == 0
    assert planned(near, "pine") == pytest.approx(60.0, abs=1e-4)
    assert case.rate_of(land(), near) == pytest.approx(
        float(near.cover["promised_percent"].iloc[0]), abs=1e-6
    )


def prepared(asked: CoverTargets | None) -> Prepared:
    return Prepared(land(), YEARS, {}, (), cover=asked)


def test_what_is_asked_of_cover_may_be_tried_out() -> None:
    asked = Case(section(), 54.0, importance=0.0).asked
    changed = change_inputs(prepared(asked), ["cover.low=56", "cover.importance=1"]).cover
    assert changed is not None
    assert changed.land is asked.land
    allocation, *_ = allocate_with_cover(land(), YEARS, changed)
    assert planned(allocation, "acacia", 2027) == pytest.approx(120.0, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("cover.low=101", "expected a rate from 0 to 100 %"),
        ("cover.importance=-1", "expected 0 or more"),
        ("cover.high=60", "cover.low"),
        ("cover.low=a lot", "a lot"),
    ],
)
def test_what_cannot_be_asked_of_cover_is_refused(change: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        change_inputs(prepared(Case(section(), 54.0).asked), [change])


def test_cover_cannot_be_asked_for_where_nothing_is_forecast() -> None:
    with pytest.raises(InputError, match="no target of the forest cover rate"):
        change_inputs(prepared(None), ["cover.low=56"])


def test_the_report_says_what_is_reached_and_whose_hectares_count() -> None:
    allocation = solved(Case(section(), 65.0, importance=5.0), land())
    voice = Voice(1.0, {zone: Phrase(en=zone, vi=zone) for zone in CROPS.index})
    said = [sentence.phrase.en for sentence in about_cover(allocation, voice)]
    assert said == [
        (
            "Forest cover 65.00 % by 2030: not reached, 60.00 %; 100 ha of forest that counts are "
            "missing. The hectares of this plan make 200 ha of it."
        ),
        (
            "Planting on bare or cut land counts by then where it is done by 2027 at the latest "
            "(acacia); what is planted later or does not grow fast enough adds nothing."
        ),
        "acacia: of 200 ha planted by 2030, 200 ha count as forest then.",
    ]


def test_the_chain_of_a_commune_ends_with_what_counts() -> None:
    allocation = solved(Case(section(), 54.0), land())
    printed = round_allocation(allocation, step=1.0)
    said = explain_commune(allocation, "acacia", "A", printed=printed)
    counted = next(sentence for sentence in said if sentence.key == "chain_cover")
    here = allocation.plan.query("zone == 'acacia' and commune_code == 'A'")["planned_ha"].sum()
    assert counted.figures["counted"] == pytest.approx(round(here), abs=1)
    assert "Forest cover 54.00 % by 2030" in counted.phrase.en
