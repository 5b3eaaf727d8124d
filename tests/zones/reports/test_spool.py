"""Reports of many communes: files are put aside on disk, memory does not grow with them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks._report_country import FIGURES, country_round, write_reports
from layers.kinds.report_entries import words_of
from zones.project.form_schema import load_form
from zones.reports.collect import collect
from zones.reports.collected import Collected, keep, save_collected
from zones.reports.ledger import Ledger
from zones.reports.reading.figures import decimal_mark
from zones.reports.spool import Spool
from zones.reports.year_round import Round


def test_items_come_back_in_order_and_by_number() -> None:
    spool: Spool[dict[str, int]] = Spool()
    for number in range(3):
        spool.add({"a": number})
    assert spool[1] == {"a": 1}
    spool.add({"a": 3})
    assert [one["a"] for one in spool] == [0, 1, 2, 3]
    assert len(spool) == 4


@pytest.fixture(scope="module")
def country(round_2026: Round, tmp_path_factory: pytest.TempPathFactory) -> tuple[Round, Path]:
    folder = tmp_path_factory.mktemp("back")
    asked = country_round(round_2026, 16)
    write_reports(folder, asked, load_form("plan-annual"))
    return asked, folder


@pytest.fixture(scope="module")
def got(country: tuple[Round, Path]) -> Collected:
    return collect(country[1], country[0], [load_form("plan-annual")])


def test_what_is_held_of_a_commune_is_a_fraction_of_its_figures(
    country: tuple[Round, Path], got: Collected
) -> None:
    """A commune's figures are 60 kB of cells: no more than 4 kB of it may stay."""
    asked, folder = country
    held: list[int] = []

    def take_note(done: int, total: int) -> None:
        if done in (total // 2, total):
            held.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    again = collect(folder, asked, [load_form("plan-annual")], progress=take_note)
    tracemalloc.stop()
    half, whole = held
    assert (whole - half) / (len(asked.communes) / 2) < 4000
    assert again.figures_count == got.figures_count == len(asked.communes) * FIGURES


def test_texts_that_come_once_are_not_kept() -> None:
    """Names, codes and figures of each commune pass by; labels that come again stay at hand."""
    tracemalloc.start()
    for number in range(20_000):
        words_of(f"xã {number:05}")
        decimal_mark([f"{number},5 ha"])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2_000_000


def test_tables_written_in_pieces_are_whole(
    country: tuple[Round, Path], got: Collected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, _ = country
    ledger = Ledger(tmp_path / "ledger.sqlite")
    written = []
    for size in (99, 10_000):
        monkeypatch.setattr("zones.reports.collected._AT_A_TIME", size)
        save_collected(got, asked, tmp_path / str(size), ledger=ledger)
        names = ("figures", "findings", "rows", "files")
        written.append([(tmp_path / str(size) / f"{name}.csv").read_bytes() for name in names])
    assert written[0] == written[1]
    assert written[0][0].count(b"\n") == 1 + len(asked.communes) * FIGURES
    assert len(got.figures) == got.figures_count


def test_the_first_findings_and_their_count(country: tuple[Round, Path], tmp_path: Path) -> None:
    asked, folder = country
    lower = {key: value / 100 for key, value in asked.known.last.items()}
    doubted = replace(asked, known=replace(asked.known, last=lower))
    got: Collected = collect(folder, doubted, [load_form("plan-annual")])
    first, count = got.first_findings(3)
    assert len(first) == 3
    assert count == len(got.findings) > 3
    ledger = Ledger(tmp_path / "ledger.sqlite")
    keep(got, ledger)
    asked_back: Iterator[str] = (reporter for reporter, _ in got.questions(ledger))
    assert list(asked_back) == sorted(one.code for one in asked.communes)
