"""What a result shows at a prompt: one short line."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from pydantic import BaseModel

from layers.base.findings import Finding, Findings
from layers.base.language import Phrase
from layers.base.short_repr import short_repr
from zones.plan.files import load_plan


@dataclass(frozen=True)
class Result:
    table: pd.DataFrame
    findings: Findings
    name: str = ""
    nothing: pd.DataFrame | None = None
    names: tuple[str, ...] = ()

    __repr__ = short_repr


def test_tables_are_told_by_their_size_and_empty_things_are_left_out() -> None:
    table = pd.DataFrame({"a": range(1_500), "b": 0})
    found = Findings([Finding("note", "x", "y", Phrase("z", "z"))])
    assert repr(Result(table, found)) == "Result(table=<1,500 × 2>, findings=<1>)"
    assert repr(Result(table, Findings(), name="n" * 99, names=("a",))) == (
        f"Result(table=<1,500 × 2>, name={'n' * 39}…, names=<1>)"
    )


def test_a_model_shows_what_it_was_given_on_one_line() -> None:
    class Model(BaseModel):
        title: str
        rows: tuple[int, ...] = ()
        note: str = "not given"
        __repr__ = short_repr

    assert repr(Model(title="Kế hoạch", rows=(1, 2))) == "Model(title=Kế hoạch, rows=<2>)"
    assert len(repr(load_plan("lang-son-2026-2030"))) < 300
