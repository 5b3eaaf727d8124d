"""The page of a forecast: both languages, figures of the tables, nothing of a file as HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import write_project
from tests.zones.forest.trajectory.cases import cover_of
from tests.zones.forest.trajectory.test_forecast import ROWS, inputs
from zones.forest.trajectory.result_tables import forecast_tables
from zones.pages.trajectory import chart_pictures, save_trajectory
from zones.project.model import Project, load_project
from zones.project.trajectory import TrajectorySection
from zones.tables import TRAJECTORY


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return load_project(write_project(tmp_path / "dự án"))


def tables():  # type: ignore[no-untyped-def]
    cover = cover_of(ROWS).replace({"commune": {"Một": "<b>Một</b>"}})
    return forecast_tables(replace(inputs(), cover=cover), TrajectorySection(draws=20))


def test_the_page_says_in_both_languages_what_the_tables_say(
    project: Project, tmp_path: Path
) -> None:
    made = tables()
    save_trajectory(project, made, tmp_path)
    page = (tmp_path / "trajectory.html").read_text("utf-8")
    assert page.index('<section lang="vi">') < page.index('<section lang="en">')
    rate = made[TRAJECTORY].query("commune_code == '20' and ledger == 'counts'")["cover_percent"]
    assert f"<td>{rate.iloc[-1]:.2f}</td>" in page
    assert f"<td>{rate.iloc[-1]:.2f}</td>".replace(".", ",") in page
    for part in ("không còn được tính vào ngày 31/12/2030", "no longer counts on 31 December 2030"):
        assert part in page
    assert "what the model missed in other provinces" in page
    assert page.count("<svg") == 2
    assert {path.name for path in tmp_path.glob("trajectory.*")} == {
        *("trajectory.html", "trajectory.svg", "trajectory.png"),
    }


def test_names_of_a_file_are_text(project: Project, tmp_path: Path) -> None:
    save_trajectory(project, tables(), tmp_path)
    page = (tmp_path / "trajectory.html").read_text("utf-8")
    assert "<b>Một" not in page
    assert not re.search(r"<script|https?://(?!www\.w3\.org|purl\.org|creativecommons)", page)


def test_the_document_has_the_chart_only_where_there_is_a_forecast(project: Project) -> None:
    with chart_pictures(project, {}) as none:
        assert none == []
    with chart_pictures(project, tables()) as pictures:
        assert [path.name for _, path in pictures] == ["trajectory.png"]
        assert pictures[0][1].read_bytes().startswith(b"\x89PNG")
    assert not pictures[0][1].exists()
