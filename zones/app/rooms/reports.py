"""Reports: forms out, files in, questions, who has reported, the year's report, three witnesses.

Everything stands in folders beside the project, named by the year, as ``zones reports`` makes them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from layers.base.clock import this_year, today
from layers.base.messages import message
from layers.kinds.crops import load_crops
from maps.interactive.content import check_content
from maps.interactive.page_data import page_ground
from zones.app.desk import Desk, records, words
from zones.app.question import Question
from zones.app.refused import RefusedError
from zones.app.uploads import returned_folder
from zones.output.folder import refuse_existing
from zones.project.beside import folder_beside
from zones.project.form_schema import form_paths, load_form
from zones.project.model import Project
from zones.reports.collect import collect as read_all
from zones.reports.collected import keep, save_collected
from zones.reports.ledger import Ledger
from zones.reports.reconciliation.reconcile import WITNESSES
from zones.reports.status import due_day, open_questions, round_status
from zones.reports.writing.forms_out import save_forms
from zones.reports.writing.year_report import save_report
from zones.run.reconciliation import reconcile_project
from zones.run.year_round import expected_round, prepare_round, year_result

#: The annual report of the plan is what a round is about.
_ANNUAL = "plan-annual"
_MOST_ROWS = 300
_STATES = ("on_time", "late", "asked", "unread", "missing", "expected")


class Asked(Question):
    """A round: its year (this one where none is given) and its form."""

    year: Annotated[int, Field(ge=0, le=2100)] = 0
    form: str = _ANNUAL


class Back(Asked):
    """A folder of files that came back; the one for dropped files where none is given."""

    folder: str = ""


def state(desk: Desk, asked: Asked) -> dict[str, Any]:
    """Who has reported, what there is in the folders, and the ground to draw it on."""
    project, year = desk.project(), asked.year or this_year()
    expected = expected_round(project, year)
    form = expected.dated(load_form(_known(asked.form)))
    ledger = _ledger(project)
    history, findings = ledger.history(year), open_questions(ledger, form, expected)
    table = round_status(form, expected, history, findings, today())
    ground = page_ground(check_content(desk.base().content))
    return {
        "year": year,
        "due": due_day(form, year).isoformat(),
        "forms": [{"form": name, "name": _form_name(name)} for name in form_paths()],
        "status": records(table),
        "states": {name: words(message(f"zones.reports.state_{name}")) for name in _STATES},
        "history": len(history),
        "folders": {name: str(path) for name, path in _folders(project, year).items()},
        "files": {name: _files(path) for name, path in _folders(project, year).items()},
        "ground": {key: ground[key] for key in ("grid", "bounds", "communes", "colours")},
        "decimals": project.decimals,
    }


def _form_name(form: str) -> dict[str, str]:
    name = load_form(form).name
    return {"vi": name.vi, "en": name.en}


def _known(form: str) -> str:
    if form not in form_paths():
        raise RefusedError(404, message("zones.app.no_form", form=form[:80]))
    return form


def _ledger(project: Project) -> Ledger:
    return Ledger(project.resolve(project.reports.ledger))


def _folders(project: Project, year: int) -> dict[str, Path]:
    names = {"forms": f"forms-{year}", "replies": f"replies-{year}", "report": f"report-{year}"}
    return {
        **{name: folder_beside(project, folder) for name, folder in names.items()},
        "returned": returned_folder(project.file.parent, year),
    }


def _files(folder: Path) -> int:
    return sum(item.is_file() for item in folder.rglob("*")) if folder.is_dir() else 0


def make(desk: Desk, asked: Asked) -> dict[str, Any]:
    """Write the forms of a year beside the project; forms that lie there are not replaced."""
    desk.may_write()
    project, year = desk.project(), asked.year or this_year()
    form, folder = load_form(_known(asked.form)), _folders(project, year)["forms"]
    last = _ledger(project).figures(year - 1)
    ready = prepare_round(project, year, last=last, teller=desk.teller)
    desk.teller.step("make", message("zones.reports.making_forms"), 1, 1)
    made = save_forms(ready.dated(form), ready, folder, progress=desk.teller.part)
    return {"folder": str(folder), "count": len(made)}


def collect(desk: Desk, asked: Back) -> dict[str, Any]:
    """Read, check and keep what came back; letters and tables are written beside the project."""
    desk.may_write()
    project, year = desk.project(), asked.year or this_year()
    folders = _folders(project, year)
    source = desk.session.inside(asked.folder) if asked.folder else folders["returned"]
    out = folders["replies"]
    refuse_existing(out, overwrite=True, inputs=[*project.input_paths().values(), source])
    ledger = _ledger(project)
    ready = prepare_round(project, year, last=ledger.figures(year - 1), teller=desk.teller)
    desk.teller.step("collect", message("zones.reports.reading_reports"), 1, 1)
    forms = [ready.dated(load_form(_known(asked.form)))]
    collected = read_all(source, ready, forms, ledger=ledger, progress=desk.teller.part)
    keep(collected, ledger)
    save_collected(collected, ready, out, ledger=ledger, form=project.csv)
    files = collected.files
    names = ready.names()
    told = {row["verdict"] for row in records(files)}
    first, count = collected.first_findings(_MOST_ROWS)
    return {
        "files": [
            {**row, "who": [names.get(code, code) for code in str(row["reporters"]).split()]}
            for row in records(files)
        ],
        "verdicts": {name: words(message(f"zones.reports.verdict_{name}")) for name in told},
        "questions": [
            {**row, "who": names.get(row["reporter"], row["reporter"])} for row in records(first)
        ],
        "count": count,
        "folder": str(out),
    }


def write(desk: Desk, asked: Asked) -> dict[str, Any]:
    """Write the department's report of a year and its workbook."""
    desk.may_write()
    project, year = desk.project(), asked.year or this_year()
    ledger, folder = _ledger(project), _folders(project, year)["report"]
    result = year_result(project, year, ledger, desk.teller)
    desk.teller.step("write", message("zones.reports.writing_report"), 1, 1)
    made = save_report(result, folder, overwrite=True)
    return {"folder": str(folder), "files": [path.name for path in made]}


def witnesses(desk: Desk) -> dict[str, Any]:
    """Map, register and report of each crop and commune side by side, the widest apart first."""
    project = desk.project()
    found = desk.made_once("witnesses", lambda: reconcile_project(project, desk.teller))
    names = load_crops().set_index("crop")
    apart = found.table[found.table["cause"] != ""]
    columns = ["commune", "crop", *(f"{name}_ha" for name in (*WITNESSES, "reconciled"))]
    told = apart[[*columns, "leads", "evidence_vi", "evidence_en"]]
    return {
        "rows": [
            {**row, "name": _crop_name(names, row["crop"])}
            for row in records(told.head(_MOST_ROWS))
        ],
        "names": {name: words(message(f"zones.cli.witness_{name}")) for name in _WORDS},
        "count": len(apart),
        "all": len(found.table),
    }


_WORDS = (*WITNESSES, "reconciled", "leads")


def _crop_name(names: Any, crop: str) -> dict[str, str]:
    if crop not in names.index:
        return {"vi": crop, "en": crop}
    return {"vi": str(names.at[crop, "name_vi"]), "en": str(names.at[crop, "name_en"])}


ACTIONS: dict[str, Callable[..., Any]] = {
    "state": state,
    "make": make,
    "collect": collect,
    "write": write,
    "witnesses": witnesses,
}
