"""Twin: the second tutorial of libcbm, followed by our recursion, by libcbm and by hand.

libcbm cuts 200 ha a year of stands of 80 years and more and plants them again in the same year; a
stand that is planted in a year is one year old at its end there, and of age 0 here. So an age of
libcbm is ours and one; "younger than 10" there is "not yet forest" here with a lag of nine years,
and the 200 ha of age 0 at its start are bare land that is planted in the first year.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.zones.forest.trajectory.cases import YEAR, cover_of, measured, placed
from zones.forest.trajectory.cohorts import start_of
from zones.forest.trajectory.draws import Unknowns, draw_rates
from zones.forest.trajectory.lags import SpeciesLag
from zones.forest.trajectory.model import Causes, simulate
from zones.forest.trajectory.model import Path as LandPath
from zones.forest.trajectory.planting import lay_out_planting

STEPS = 12
#: Area younger than ten years by hand: 200 ha a year come, 100 ha a year leave for nine years, the
#: 200 ha of age 0 in the tenth, then what came.
BY_HAND = [1100 + 100 * step for step in range(10)] + [1800] * 3


def ours() -> LandPath:
    ages = range(1, 201)
    rows = measured(
        ("A", "bare", "", None, 200),
        *(
            (
                "A",
                "not_yet_forest" if age < 10 else "planted_forest",
                "fir",
                YEAR + 1 - age,
                100,
            )
            for age in ages
        ),
    )
    span = range(YEAR + 1, YEAR + 1 + STEPS)
    plan = placed(
        ("A", "fir", YEAR + 1, "bare", 200),
        *(("A", "fir", year, "harvested", 200) for year in span),
    )
    start = start_of(rows, cover_of(rows, 20_200), year=YEAR, ages=250)
    planting = lay_out_planting(
        start, plan, years=span, total_ha=pd.Series(dtype="float64"), usual=pd.Series({"fir": 1.0})
    )
    certain = (1.0, 1.0, 1.0)
    unknowns = Unknowns(
        [SpeciesLag("fir", 9, "setting")], 3, certain, certain, np.zeros(1), np.array([200.0]), 0.0
    )
    blank = np.zeros((1, STEPS))
    causes = Causes(np.array([79]), 0.0, 0.0, 0.0, np.zeros(STEPS), blank, blank)
    return simulate(start, planting, draw_rates(unknowns, draws=1, seed=0), causes)


def test_the_cohorts_by_hand() -> None:
    path = ours()
    young = (path.young_ha + path.bare_ha + path.harvested_ha)[0, :, 0]
    assert young.tolist() == pytest.approx(BY_HAND[1:], abs=1e-9)
    whole = young + path.forest_ha[0, :, 0]
    assert whole.tolist() == pytest.approx([20_200.0] * STEPS, abs=1e-9)
    assert path.cut_ha[0, :, 0].tolist() == pytest.approx([200] * STEPS, abs=1e-9)


def theirs() -> pd.DataFrame:
    """Area by step of all land, and of stands younger than ten years, as libcbm has it."""
    resources = pytest.importorskip("libcbm.resources", reason="libcbm is not installed")
    from libcbm.input.sit import sit_cbm_factory
    from libcbm.model.cbm import cbm_simulator
    from libcbm.model.cbm.cbm_output import CBMOutput

    folder = Path(resources.get_test_resources_dir()) / "cbm3_tutorial2"
    sit = sit_cbm_factory.load_sit(str(folder / "sit_config.json"))
    classifiers, inventory = sit_cbm_factory.initialize_inventory(sit)
    output = CBMOutput(
        classifier_map=sit.classifier_value_names, disturbance_type_map=sit.disturbance_name_map
    )
    with sit_cbm_factory.initialize_cbm(sit) as cbm:
        rules = sit_cbm_factory.create_sit_rule_based_processor(sit, cbm)
        cbm_simulator.simulate(
            cbm,
            n_steps=STEPS,
            classifiers=classifiers,
            inventory=inventory,
            pre_dynamics_func=rules.pre_dynamics_func,
            reporting_func=output.append_simulation_result,
        )
    keys = ["identifier", "timestep"]
    rows = output.state.to_pandas().merge(output.area.to_pandas()[[*keys, "area"]], on=keys)
    rows = rows.assign(young=rows["area"].where(rows["age"] < 10, 0.0))
    return rows.groupby("timestep")[["area", "young"]].sum()


def test_the_cohorts_of_libcbm() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = theirs()
    assert peer["area"].tolist() == pytest.approx([20_200.0] * (STEPS + 1), abs=1e-6)
    assert peer["young"].tolist() == pytest.approx(BY_HAND, abs=1e-6)
    path = ours()
    young = (path.young_ha + path.bare_ha + path.harvested_ha)[0, :, 0]
    assert np.abs(young - peer["young"].to_numpy()[1:]).max() < 1e-6
