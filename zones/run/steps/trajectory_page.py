"""Step ``trajectory_page``: the forecast of forest cover in words and as a chart."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.project.model import wants_trajectory
from zones.publish.publish import PublishedFigures
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import (
    BACKTEST,
    LEVERS,
    TARGETS,
    TRAJECTORY,
    TRAJECTORY_ASSUMPTIONS,
    TRAJECTORY_CAUSES,
    TRAJECTORY_FINDINGS,
    TRAJECTORY_SEASONS,
    TRAJECTORY_TARGETS,
)

_READS = (
    TARGETS,
    TRAJECTORY,
    TRAJECTORY_TARGETS,
    TRAJECTORY_SEASONS,
    TRAJECTORY_CAUSES,
    TRAJECTORY_ASSUMPTIONS,
    LEVERS,
    BACKTEST,
    TRAJECTORY_FINDINGS,
)


def work(context: Context) -> Made:
    """Write ``trajectory.html``, ``trajectory.svg`` and ``trajectory.png``."""
    # Loaded where pages are made: a run with fewer steps, and the desk, do not wait for it
    from zones.pages.trajectory import save_trajectory

    tables = {schema: context[schema] for schema in _READS}
    present = context[PublishedFigures].forest_cover.iloc[-1]
    save_trajectory(context.project, tables, present, context.stage)
    return {}


STEP = Step(
    label=Phrase("Write the forecast", "Viết trang dự báo"),
    work=work,
    reads=(*_READS, PublishedFigures),
    files=("trajectory.html", "trajectory.svg", "trajectory.png"),
    settings=(
        *("title", "title_en", "demo", "annex.language", "decimals", "rate_decimals", "certainty"),
        "allocation",
    ),
    wanted=wants_trajectory,
)
