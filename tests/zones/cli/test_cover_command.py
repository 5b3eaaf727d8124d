"""``zones cover``: the rate, planted species, change, and how they are printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layers.base.language import Phrase
from tests.factories import forest_plots, write_project
from tests.zones.borders.border_ground import across, write_own
from zones.cli.main import run
from zones.cli.terminal.language import set_language
from zones.project.model import load_project
from zones.run.context import RunOptions, SilentTeller
from zones.run.kept import kept_results
from zones.run.run import run_project
from zones.tables import COVER_CHANGE, COVER_CHANGE_PIECES


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Project of four communes of 110 official hectares with an earlier forest layer."""
    set_language("en")
    path = write_project(tmp_path / "Che phủ")
    earlier = forest_plots()
    earlier.loc[1, ["ldlr", "maldlr", "thanhrung"]] = ["DTR", 77, 2]
    earlier.loc[3, "namtr"] = 2019
    earlier.to_file(path.parent / "earlier.gpkg")
    return path


def with_earlier(project: Path) -> None:
    text = project.read_text("utf-8")
    entry = "  truoc: {kind: forest_status, path: earlier.gpkg, date: 2020-12-31}\n  fruit:"
    project.write_text(text.replace("  fruit:", entry), "utf-8")


def test_the_rate_of_squares(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cover", str(project), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    province = told["forest_cover"][-1]
    # 50 natural, 20.8 + 40 planted by the ledger, of 4 × 110 ha.
    assert province["commune_code"] == "20"
    assert province["cover_percent"] == pytest.approx(100 * 110.8 / 440, rel=1e-14)
    assert province["not_yet_forest_ha"] == 30
    assert province["wrong_polygon_area_percent"] == pytest.approx(100 * 110.8 / 400)
    first = told["forest_cover"][0]
    assert first["planted_forest_ha"] == pytest.approx(10.4)
    species = {row["crop"]: row for row in told["planted_species"]}
    assert species["pine"]["planted_ha"] == pytest.approx(20.8 + 20 + 30)
    assert species["pine"]["not_yet_ha"] == 30
    assert species["anise"]["class_3_ha"] == pytest.approx(20)
    assert "change" not in told


def test_lines_of_a_terminal(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cover", str(project), "--decimals", "1"]) == 0
    out = capsys.readouterr().out
    assert "Forest cover rate 2025 (forest): 25.2 %" in out
    assert "27.7 %  if divided by the area of the polygons" in out
    assert "32.0 %  if planted land that is not yet forest were counted" in out
    set_language("vi")
    assert run(["cover", str(project)]) == 0
    out = capsys.readouterr().out
    assert "Tỷ lệ che phủ rừng 2025 (forest): 25,18 %" in out
    assert "Thông" in out


def test_change_since_an_earlier_layer(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_earlier(project)
    result = run_project(load_project(project), options=RunOptions(only=("change",), write=False))
    assert not (project.parent / "out").exists()
    table = result[COVER_CHANGE].set_index("cause")
    assert table.loc["became_established", "change_ha"] == pytest.approx(20.8)
    assert table.loc["total", "change_points"] == pytest.approx(100 * 20.8 / 440)
    behind = result[COVER_CHANGE_PIECES].query("cause == 'became_established'")
    assert behind["after_plot"].tolist() == ["1/1/2"]
    assert run(["cover", str(project), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["earlier"] == "truoc"
    assert told["change"][-1]["change_ha"] == pytest.approx(20.8)
    assert len(told["change_pieces"]) == 5
    assert run(["cover", str(project)]) == 0
    out = capsys.readouterr().out
    assert "change since truoc" in out
    assert "planted before, became forest 1 20.8 20.8 4.73" in " ".join(out.split())


def test_forest_outside_the_communes_is_a_problem(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = forest_plots()
    frame["geometry"] = frame.translate(0, -100)
    frame.to_file(project.parent / "forest.gpkg", layer="lop_dien_bien")
    assert run(["cover", str(project)]) == 1
    assert "11.08 ha with forest lie outside every commune" in capsys.readouterr().out


def test_a_project_without_forest_layer(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = project.read_text("utf-8").splitlines(keepends=True)
    project.write_text("".join(line for line in text if "forest:" not in line), "utf-8")
    assert run(["cover", str(project)]) == 2
    assert "no layer of kind forest_status" in capsys.readouterr().err


def test_a_layer_with_errors_stops(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = forest_plots()
    frame.loc[0, "ldlr"] = "??"
    frame.to_file(project.parent / "forest.gpkg", layer="lop_dien_bien")
    assert run(["cover", str(project)]) == 2
    assert "no code table has (14 ?? [98: 14 TXG])" in capsys.readouterr().err


def test_a_run_takes_its_present_areas_from_the_newest_layer(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["run", str(project), "--only", "compare", "--json"]
    assert run(asked) == 0
    alone = json.loads(capsys.readouterr().out)["targets"]
    with_earlier(project)
    assert run([*asked, "--overwrite"]) == 0
    assert json.loads(capsys.readouterr().out)["targets"] == alone


def test_cover_of_a_run_that_holds_is_not_measured_again(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_earlier(project)
    code = run(["cover", str(project), "--json"])
    before = json.loads(capsys.readouterr().out)
    run_project(load_project(project), options=RunOptions(only=("cover", "change")))
    with monkeypatch.context() as patch:
        patch.setattr("zones.run.run._do", None)  # nothing is done
        assert run(["cover", str(project), "--json"]) == code
        assert json.loads(capsys.readouterr().out) == before
        assert run(["cover", str(project)]) == code
        assert "nothing is measured again" in capsys.readouterr().err
    text = project.read_text("utf-8")
    project.write_text(text.replace("path: earlier.gpkg", "path: forest.gpkg"), "utf-8")
    run(["cover", str(project), "--json"])
    assert json.loads(capsys.readouterr().out) != before


def test_cover_of_an_earlier_run_tells_nothing_of_other_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The borders are at fault, 3 m from the communes across: no matter of the cover."""
    set_language("en")
    path = write_own(tmp_path / "giáp ranh", borders="borders: {make: true}\n")
    across(3.0).to_file(path.parent / "around.gpkg", layer="around")
    code = run(["cover", str(path), "--json"])
    before = json.loads(capsys.readouterr().out)
    made = run_project(load_project(path), options=RunOptions(only=("cover", "borders")))
    faults = {(row["kind"], row["source"]) for row in made.record["findings"]}
    assert ("border-lines-differ", "communes") in faults
    assert run(["cover", str(path), "--json"]) == code == 0
    assert json.loads(capsys.readouterr().out) == before


def test_inputs_are_read_only_where_an_earlier_run_may_serve(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, told = load_project(project), Teller()
    run_project(loaded, options=RunOptions(only=("cover",)))

    def kept(*names: str) -> object:
        return kept_results(loaded, names, sources=("forest",), teller=told)

    monkeypatch.setattr("zones.run.reuse._LONG", 1)
    assert kept("cover") is not None
    assert [note[:7] for note in told.notes] == ["Reading"]
    with monkeypatch.context() as patch:
        patch.setattr("zones.run.kept.read_sources", None)  # nothing is read
        assert kept("cover", "change") is None
        patch.setattr("zones.output.record._code_digest", lambda: "another")
        assert kept("cover") is None


class Teller(SilentTeller):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: Phrase) -> None:
        self.notes.append(text.en)
