"""Reports in: every file read, every figure checked, each accepted, remarked on or asked back."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from layers.base.workers import Progress, run_pieces, silent
from layers.io.workbook import Sheet
from zones.project.form_schema import Form
from zones.reports.checking.agreements import Figures, sums
from zones.reports.checking.checks import check_totals
from zones.reports.checking.earlier_files import EarlierFiles
from zones.reports.checking.left_out import LeftOut
from zones.reports.checking.suspects import Order, Suspects
from zones.reports.checking.within_file import (
    all_entries,
    check_file,
    file_findings,
    known_before,
)
from zones.reports.collected import Collected, Returned
from zones.reports.ledger import Ledger
from zones.reports.reading.entries import PageReading
from zones.reports.reading.intake import Page, read_returned, returned_files
from zones.reports.reading.recognise import ELSEWHERE, Reader
from zones.reports.spool import Spool
from zones.reports.year_round import Round


def collect(
    folder: Path,
    asked: Round,
    forms: Sequence[Form],
    *,
    ledger: Ledger | None = None,
    progress: Progress = silent,
) -> Collected:
    """Read and check what came back; the first form is the one that foreign tables answer.

    ``ledger`` has what was received before: what a later submission leaves out is told. Files are
    read one by one and put aside: a country takes no more memory than a province.
    """
    by_form = {form.form: form for form in forms}
    read: Spool[Returned] = Spool()
    suspects, before = Suspects(asked.known, by_form), EarlierFiles(ledger, asked.year)
    before.join(suspects, by_form)
    order: list[tuple[Order, int]] = []
    for one in _returned(folder, Reader(asked, forms), by_form, progress):
        check_file(one.readings, asked, by_form)
        # Of two versions the one saved last stands after the other.
        order.append(((one.file.modified, one.file.name), len(read)))
        suspects.add(len(read), order[-1][0], one.readings)
        read.add(one)
    earlier = partial(_counting, ledger, asked.year)
    suspicions = suspects.told(asked.names(), earlier)
    left_out = LeftOut(ledger, asked.year, suspects.again)
    doubts = list(before.doubts(suspicions))
    collected = Collected(asked.year, doubts=doubts, form=forms[0].form)
    for _, number in sorted(order):
        one = read[number]
        for suspicion in suspicions.pop(number, ()):
            file_findings(suspicion(all_entries(one.readings)), one.readings)
        file_findings(left_out.tell(one.file.sha256, one.file.modified, one.readings), one.readings)
        collected.add(one)
    return collected


def _returned(
    folder: Path, reader: Reader, forms: Mapping[str, Form], progress: Progress
) -> Iterator[Returned]:
    """Files of a folder with what was read of them."""
    names = returned_files(folder)
    files = run_pieces(partial(read_returned, folder=folder), names, workers=os.cpu_count() or 1)
    for number, file in enumerate(files, start=1):
        pages = [] if file.refused else file.pages
        readings = [_read(reader, page, forms) for page in pages]
        elsewhere = any(told.rule in ELSEWHERE for one in readings for told in one.findings)
        told = any(one.entries or one.reporters for one in readings) or elsewhere
        yield Returned(file, readings, "" if told else reader.named(file.name))
        progress(number, len(names))


def _read(reader: Reader, page: Page, forms: Mapping[str, Form]) -> PageReading:
    """Read a sheet and let its cells go: of many files only what they report is kept."""
    reading = reader.read(page)
    reading.findings += check_totals(reading)
    reading.lines = array("l", sorted({row for row, _ in page.cells}))
    if reading.form:
        form, known = forms[reading.form], reader.asked.known
        reading.blanks = [one for one in reading.blanks if known_before(one, form, known)]
    page.content = Sheet()
    return reading


def _counting(ledger: Ledger | None, year: int, reporter: str, form: str) -> Figures:
    """Figures of the ledger that count, by row and column."""
    known = ledger.counting(year, reporter, form) if ledger else []
    return sums(((one.row, one.column), one.value) for one in known)
