"""Which form a sheet that came back is, and whose; what it is not is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePath

from layers.communes.crosswalk import successors
from layers.communes.gazetteer import vintage_on
from zones.project.form_schema import Form
from zones.reports.layout import HOW, Identity, Reporter, Sheet, lay_out, project_id
from zones.reports.reading.entries import PageReading, told_together
from zones.reports.reading.header import Desk
from zones.reports.reading.intake import Page, cell_name
from zones.reports.reading.other_table import read_other
from zones.reports.reading.own_form import find_identity, read_own
from zones.reports.reading.words import Vocabulary, name_in, place_in
from zones.reports.year_round import Round

#: Rules by which a file is another province's.
ELSEWHERE = ("other-project", "other-province")


class Reader:
    """Reads sheets that came back in a round."""

    def __init__(self, asked: Round, forms: Sequence[Form]) -> None:
        self.asked = asked
        self.forms = {form.form: form for form in forms}
        self.first = forms[0]
        self.reporters: dict[str, Reporter] = {
            one.code: one for form in forms for one in asked.reporters(form)
        }
        self.project = project_id(asked.plans)
        self.province = asked.plans[0].province
        self._laid_out: tuple[str, str, list[Sheet]] = ("", "", [])

    @cached_property
    def desk(self) -> Desk:
        """What foreign tables are read with: rows of the first form for any commune."""
        anybody = replace(self.asked.communes[0], code="")
        sheets = {
            sheet.table.table: sheet for sheet in lay_out(self.first, self.asked.plans, anybody)
        }
        vintage, year = self.asked.vintage, self.asked.year
        words = Vocabulary(list(sheets.values()))
        return Desk(self.first, sheets, words, self.province, vintage, year)

    def read(self, page: Page) -> PageReading:
        """Read a sheet as what it is."""
        found = find_identity(page)
        if found is None:
            return self._read_other(page)
        identity, corner = found
        form, reading = self.forms.get(identity.form), PageReading(page)
        if rule := self._refused(identity, form):
            expected = {"other-year": self.asked.year, "other-project": self.project}.get(rule, "")
            seen = (
                identity.year if rule == "other-year" else f"{identity.form}, {identity.reporter}"
            )
            # Every province has departments that are called alike.
            ours = rule != "other-project" and identity.reporter in self.reporters
            who = identity.reporter if ours else ""
            reading.tell(rule, reporter=who, cell=cell_name(*corner), expected=expected, found=seen)
            return _all_rows(reading, "asked")
        reporter = self.reporters[self._reporter(identity)]
        sheet = self._sheet(identity, form, reporter)  # type: ignore[arg-type]
        reading = read_own(page, form, sheet, reporter.code, corner, self.asked.known)  # type: ignore[arg-type]
        self._compare(reading, identity, form, reporter, corner)  # type: ignore[arg-type]
        return reading

    def named(self, file: str) -> str:
        """Reporter whose code or name a file bears; empty where it bears none."""
        stem = PurePath(file).stem
        codes = [code for code in re.findall(r"(?<!\d)\d{5}(?!\d)", stem) if code in self.reporters]
        where = self.province, self.asked.vintage
        places = (place_in(stem, *where), name_in(stem, *where))
        named = [one.code for one in places if one.rule != "commune-near"]
        return next((code for code in (*codes, *named) if code in self.reporters), "")

    def _refused(self, identity: Identity, form: Form | None) -> str:
        """Rule that the identity of a sheet breaks."""
        if form is None or form.table(identity.table) is None:
            return "unknown-form"
        if identity.year != self.asked.year:
            return "other-year"
        if identity.project.split(":")[0] != self.province:
            return "other-project"
        return "" if self._reporter(identity) in self.reporters else "unknown-reporter"

    def _reporter(self, identity: Identity) -> str:
        """Reporter of an identity; a commune of an older form by what became of it."""
        code = identity.reporter
        if not code.isdecimal() or identity.vintage >= self.asked.vintage:
            return code
        vintage = vintage_on(identity.vintage, province=self.province)
        if vintage == vintage_on(self.asked.vintage, province=self.province):
            return code
        after = successors(self.province, from_=identity.vintage, to=self.asked.vintage)
        became = after.get(code, ())
        return became[0] if len(became) == 1 else ""

    def _sheet(self, identity: Identity, form: Form, reporter: Reporter) -> Sheet:
        if self._laid_out[:2] != (form.form, reporter.code):
            # The sheets of one file follow each other.
            self._laid_out = form.form, reporter.code, lay_out(form, self.asked.plans, reporter)
        return next(one for one in self._laid_out[2] if one.table.table == identity.table)

    def _compare(
        self,
        reading: PageReading,
        identity: Identity,
        form: Form,
        reporter: Reporter,
        corner: tuple[int, int],
    ) -> None:
        """Hold what a sheet of ours says in its titles against its identity."""
        titles = [
            str(cell)
            for (row, _), cell in reading.page.cells.items()
            if corner[0] < row <= corner[0] + 3 and isinstance(cell, str)
        ]
        for text in titles:
            place = place_in(text, self.province, self.asked.vintage)
            if place.code and place.code != reporter.code and reporter.code.isdecimal():
                named = self.asked.names().get(place.code, place.code)
                reading.findings += told_together(
                    reading.entries, "identity-disagrees", expected=reporter.name, found=named
                )
                break
        if identity.version != form.version:
            reading.tell(
                "older-form",
                reporter=reporter.code,
                cell=cell_name(*corner),
                expected=form.version,
                found=identity.version,
            )

    def _read_other(self, page: Page) -> PageReading:
        reading = None if page.sheet == HOW else read_other(page, self.desk)
        if reading is not None:
            return reading
        numbers = [at for at, cell in page.cells.items() if isinstance(cell, float)]
        reading = PageReading(page)
        if page.sheet == HOW or not numbers:
            return _all_rows(reading, "note")
        reading.tell("sheet-unplaced", cell=cell_name(*min(numbers)), found=len(numbers))
        return _all_rows(reading, "asked")


def _all_rows(reading: PageReading, kind: str) -> PageReading:
    """Give every row of a sheet one kind."""
    for row, _ in reading.page.cells:
        reading.rows[row] = kind  # type: ignore[assignment]
    return reading
