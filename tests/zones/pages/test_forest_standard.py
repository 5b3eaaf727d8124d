"""The forest layer in the standard's colours: atlas, map, and what the legends say."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest

from layers.base.resources import data_table
from maps.interactive.page_data import read_page_data
from tests.factories import write_project
from zones.inputs.read import Inputs, read_inputs
from zones.pages.forest_standard import lot_labels, standard_symbols, type_letters
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project

SETTINGS = """
atlas: {make: true, overview: false, forest_legend: tcvn11565}
map: {outlines: forest}
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Project whose atlas and map show the forest layer as the standard does."""
    path = write_project(tmp_path_factory.mktemp("Tiêu chuẩn") / "vùng trồng")
    path.write_text(path.read_text("utf-8") + SETTINGS, "utf-8")
    return path


@pytest.fixture(scope="module")
def out(path: Path) -> Path:
    run_project(load_project(path), options=RunOptions(only=("atlas", "map")))
    return path.parent / "out"


@pytest.fixture(scope="module")
def inputs(path: Path) -> Inputs:
    return read_inputs(load_project(path))


def test_types_have_the_standards_colours_and_their_class(inputs: Inputs) -> None:
    layer = inputs.plots["forest"]
    symbols = standard_symbols(layer)
    assert set(symbols) == set(type_letters(layer))
    colours = data_table("forest_colours_tcvn11565.csv").set_index("ldlr")
    red, green, blue = colours.loc["RTG", ["red", "green", "blue"]]
    assert symbols["RTG"].fill == f"#{red:02x}{green:02x}{blue:02x}"
    assert symbols["RTG"].name.vi == "65 RTG – Rừng gỗ trồng núi đất"
    # In the order of the code table: natural forest before planted, bare land after.
    assert list(symbols).index("TXG") < list(symbols).index("RTG") < list(symbols).index("DT1")


def test_labels_are_number_and_state_over_hectares(inputs: Inputs) -> None:
    layer = inputs.plots["forest"]
    labels = lot_labels(layer, "vi")
    plots = layer.plots
    first = plots.iloc[0]
    assert labels["above"].iloc[0] == f"{first['lo']} – {first['type_code']}"
    assert float(labels["below"].iloc[0].replace(".", "").replace(",", ".")) == pytest.approx(
        first["ledger_ha"], abs=0.005
    )
    assert len(labels) == len(plots)


def test_the_sheet_has_types_labels_and_the_published_hectares(out: Path, inputs: Inputs) -> None:
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(out / "atlas.pdf").pages)
    assert "65 RTG – Rừng gỗ trồng núi đất" in text
    assert "Diện tích theo loại:" in text
    assert "Cộng: diện tích tự nhiên" in text
    above = lot_labels(inputs.plots["forest"], "vi")["above"]
    assert sum(label in text for label in above) > 0
    # Zones of the forest layer are drawn by type, which is no lack: only reports are not drawn.
    assert "Thông (không vẽ)" not in text


def test_the_map_carries_one_picture_and_two_legends(out: Path) -> None:
    data = read_page_data((out / "map.html").read_text("utf-8"))["outlines"]
    safe, standard = data["legends"]
    assert (safe["id"], standard["id"]) == ("colour_blind_safe", "tcvn11565")
    names = [entry[0] for entry in standard["entries"]]
    assert "65 RTG – Rừng gỗ trồng núi đất" in names
    assert len(safe["palette"]) == len(standard["palette"])
    assert safe["palette"] != standard["palette"]
