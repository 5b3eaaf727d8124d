"""Tables as data: columns read from ``tables.csv``, each table in use, and what a frame must be."""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from layers.base.errors import SchemaError
from layers.base.schema import Column, Kind, Schema, read_schema

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("layers", "maps", "zones")


def _rows() -> list[dict[str, str]]:
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("tables.csv")):
            room = ".".join(path.parent.relative_to(ROOT).parts)
            with path.open(encoding="utf-8", newline="") as file:
                found += [{"room": room, **row} for row in csv.DictReader(file)]
    return found


ROWS = _rows()


def _asked() -> set[tuple[str, str]]:
    """Every room and table that the code reads a schema of."""
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "read_schema":
                    found.add(tuple(ast.literal_eval(part) for part in node.args))
    return found


def test_every_table_is_used_and_every_asked_one_is_there() -> None:
    assert {(row["room"], row["table"]) for row in ROWS} == _asked()


def test_every_column_is_whole() -> None:
    names = [(row["room"], row["table"], row["column"]) for row in ROWS]
    assert len(set(names)) == len(names)
    for row in ROWS:
        assert row["kind"] in get_args(Kind), row
        assert row["null"] in ("", "yes"), row
        assert row["meaning"], row
        assert row["minimum"] == "" or float(row["minimum"]) >= 0, row
        # A unit stands in the name as well, so that no figure is read in another.
        suffix = {"ha": "_ha", "%": "_percent"}.get(row["unit"])
        of_the_law = re.fullmatch(r"c\d+", row["column"])  # numbered as the circular numbers it
        assert suffix is None or of_the_law or row["column"].endswith(suffix), row


def test_tables_of_one_room_stand_together() -> None:
    order = [(row["room"], row["table"]) for row in ROWS]
    runs = [key for at, key in enumerate(order) if at == 0 or order[at - 1] != key]
    assert len(set(runs)) == len(runs)


def test_a_schema_is_what_its_rows_say() -> None:
    column = read_schema("zones", "forest_cover").columns[3]
    assert column == Column(
        *("natural_forest_ha", "number", "natural forest, by the ledger", "ha", True, 0.0),
        meaning_vi="rừng tự nhiên, theo sổ",
    )


TREES = Schema("trees", (Column("trees", "integer", "trees", minimum=1), Column("k", "text", "k")))


def test_a_frame_is_put_in_order() -> None:
    frame = TREES.validate(pd.DataFrame({"more": [0.5], "k": ["a"], "trees": [2]}))
    assert list(frame.columns) == ["trees", "k", "more"]
    assert str(frame["trees"].dtype) == "Int64"


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ({"k": ["a"]}, "expected columns 'trees', found 'k'"),
        ({"k": ["a"], "trees": [0]}, "trees: 1 below 1"),
        ({"k": [None], "trees": [1]}, "k: 1 missing"),
        ({"k": ["a"], "trees": ["x"]}, "trees: integer expected"),
    ],
)
def test_a_frame_that_is_not_as_it_must_be_is_refused(frame: dict[str, object], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        TREES.validate(pd.DataFrame(frame))
