"""``zones plan``: list, show, lint, extract and compare plans."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zones.cli.plan_files import add_to
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json, Overwrite, Verbose

if TYPE_CHECKING:
    from zones.plan.extract.draft import Draft
    from zones.plan.extract.unread import Passage
    from zones.plan.findings import PlanFinding
    from zones.plan.model import Plan
    from zones.project.model import Project

_PlanName = Annotated[
    str,
    typer.Argument(metavar="PLAN", help=say("zones.cli.help_id_embedded_plan_path")),
]


def listing(as_json: Json = False, verbose: Verbose = False) -> None:
    """List the embedded plans."""
    from zones.plan.files import embedded_plans, load_plan

    plans = [load_plan(name) for name in embedded_plans()]
    if as_json:
        print_json([_summary(plan) for plan in plans])
        return
    for plan in plans:
        name = plan.name.vi if language() == "vi" else plan.name.en
        print_line(f"{plan.plan:<24} {name}")
        if verbose:
            counts = _summary(plan)
            print_line(
                say(
                    "zones.cli.plan_counts",
                    zones=counts["zones"],
                    targets=counts["targets"],
                    tasks=counts["tasks"],
                )
            )


def _summary(plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan.plan,
        "name": plan.name.model_dump(),
        "province": plan.province,
        "vintage": plan.vintage,
        "first": plan.horizon.first,
        "last": plan.horizon.last,
        "zones": len(plan.zones),
        "targets": len(plan.all_targets()),
        "tasks": len(plan.tasks),
    }


def show(
    plan: _PlanName,
    as_yaml: Annotated[bool, typer.Option("--yaml", help=say("zones.cli.help_as_yaml"))] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Show a plan."""
    from zones.cli.lines.plan import plan_lines
    from zones.plan.files import load_plan
    from zones.project.yaml import dump_document

    loaded = load_plan(plan)
    if as_yaml:
        print_line(dump_document(loaded.remembered).rstrip("\n"))
        return
    if as_json:
        print_json(_with_names(loaded))
        return
    for line in plan_lines(loaded):
        print_line(line)
    if verbose and loaded.source is not None:
        print_line(f"{loaded.source.file} · SHA-256 {loaded.source.sha256}")


def _with_names(plan: Plan) -> dict[str, Any]:
    """Plain data of a plan, every listed commune with its official name."""
    from zones.plan.frames import communes_of

    known = communes_of(plan)
    data = plan.model_dump(mode="json", by_alias=True)
    owners = [*data["zones"], *data["indicators"]]
    for owner in owners:
        for commune in owner.get("communes", []):
            unit = known.get(commune["code"])
            commune["commune"] = unit.name if unit else commune["as_written"]
    return data


def lint(
    plan: _PlanName,
    project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="PROJECT",
            help=say("zones.cli.help_measure_project_first"),
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Find what is wrong with a plan."""
    from zones.cli.lines.plan import finding_lines
    from zones.plan.files import load_plan
    from zones.plan.lint import lint_plan
    from zones.project.model import load_project

    # The project first: a plan may name its crops and units.
    land = None if project is None else load_project(project)
    loaded = load_plan(plan, check_codes=False)
    found = lint_plan(loaded)
    if land is not None:
        found += _against_land(loaded, land)
    if as_json:
        print_json(
            [
                {
                    "severity": finding.severity,
                    "kind": finding.kind,
                    "subject": finding.subject,
                    "clause": finding.clause,
                    "detail": finding.detail,
                    "message": {"en": finding.message.en, "vi": finding.message.vi},
                }
                for finding in found
            ]
        )
    else:
        notes = [finding for finding in found if finding.severity == "note"]
        told = found if verbose else [finding for finding in found if finding not in notes]
        for line in finding_lines(loaded, told):
            print_line(line)
        if notes and not verbose:
            print_line(say("zones.cli.notes_with_v", count=len(notes)))
        if not found:
            print_line(say("zones.cli.nothing_found"))
    if any(finding.severity != "note" for finding in found):
        raise typer.Exit(1)


def _against_land(plan: Plan, project: Project) -> list[PlanFinding]:
    """Measure a project, without writing, and hold the plan against its land."""
    from zones.plan.lint_project import lint_project
    from zones.run.context import RunOptions
    from zones.run.run import run_project
    from zones.tables import MEASURED

    print_line(say("zones.cli.measuring_project"), error=True)
    measured = run_project(project, options=RunOptions(only=("measure",), write=False))
    return lint_project(plan, project, measured[MEASURED])


def extract(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=say("zones.cli.help_document"),
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="PLAN.yaml",
            help=say("zones.cli.help_where_write_draft"),
            show_default=False,
        ),
    ] = None,
    plan_id: Annotated[
        str, typer.Option("--id", help=say("zones.cli.help_id_plan"), show_default=False)
    ] = "",
    province: Annotated[
        str,
        typer.Option(
            "--province", help=say("zones.cli.help_province_code_name"), show_default=False
        ),
    ] = "",
    project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="PROJECT",
            help=say("zones.cli.help_words_of_project"),
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Draft a plan from a document."""
    from layers.communes.gazetteer import find_province
    from zones.plan.draft_remarks import draft_remarks
    from zones.plan.extract.document import read_document_text
    from zones.plan.extract.draft import draft_plan
    from zones.plan.extract.zones import slug
    from zones.plan.files import save_plan
    from zones.project.model import project_file, read_project

    if project is not None:
        read_project(project_file(project))
    name = plan_id or slug((output or file).stem).replace("_", "-")
    # A code is kept as it is: an older plan may be of a province that has joined another since.
    code = province if province.isdigit() or not province else find_province(province)
    draft = draft_plan(read_document_text(file), plan_id=name, province=code or None)
    remarks = list(draft_remarks(draft, language()))
    if output is not None:
        save_plan(draft.plan, output, overwrite=overwrite, closing=remarks)
    if as_json:
        print_json(_draft_data(draft))
    elif output is None:
        _print_draft(draft, remarks)
    else:
        shown = remarks if verbose else remarks[:_MOST_REMARKS]
        for line in shown:
            print_line(line)
        if len(remarks) > len(shown):
            rest = len(remarks) - len(shown)
            print_line(say("zones.cli.more_in_file", rest=rest, output=output))
        quote = shlex.quote(str(output))
        if near := len(draft.plan.unconfirmed()):
            print_line(say("zones.cli.confirm_draft", count=near, quote=quote))
        print_line(say("zones.cli.check_draft", quote=quote))
    if draft.near or draft.unsure or draft.unread or draft.notes:
        raise typer.Exit(1)


_MOST_REMARKS = 12


def _print_draft(draft: Draft, remarks: list[str]) -> None:
    from zones.plan.files import plan_text

    print_line(plan_text(draft.plan, closing=remarks).rstrip("\n"))


def _draft_data(draft: Draft) -> dict[str, Any]:
    return {
        "plan": draft.plan.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "quantities": draft.quantities,
        "notes": [{"en": note.en, "vi": note.vi} for note in draft.notes],
        "confirm": [
            {"clause": n.clause, "line": n.line, "written": n.written, "meant": n.meant}
            for n in draft.near
        ],
        "loose_lists": [
            {
                "clause": one.clause,
                "line": one.line,
                "communes": [commune.model_dump() for commune in one.communes],
                "claims": list(one.claims),
            }
            for one in draft.loose_lists
        ],
        "unsure": [{"target": one.target, **_passage_data(one.passage)} for one in draft.unsure],
        "no_targets": [{"role": one.role, **_passage_data(one.passage)} for one in draft.apart],
        "not_understood": [_passage_data(unread) for unread in draft.unread],
    }


def _passage_data(passage: Passage) -> dict[str, Any]:
    return {
        "clause": passage.clause,
        "line": passage.line,
        "figure": passage.figure,
        "sentence": passage.sentence,
    }


def diff(
    old: Annotated[str, typer.Argument(metavar="A", help=say("zones.cli.help_earlier_plan"))],
    new: Annotated[str, typer.Argument(metavar="B", help=say("zones.cli.help_later_plan"))],
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Tell what changed from one plan to another."""
    from zones.cli.lines.plan import diff_lines
    from zones.plan.diff import diff_plans
    from zones.plan.files import load_plan

    before, after = load_plan(old), load_plan(new)
    found = diff_plans(before, after)
    if not as_json:
        for line in diff_lines(before, after, found, unchanged=verbose):
            print_line(line)
        return
    print_json(
        {
            "targets": [
                {
                    "change": change.change,
                    "zone": change.zone,
                    "indicator": change.indicator,
                    "old": change.old and change.old.model_dump(mode="json", exclude_unset=True),
                    "new": change.new and change.new.model_dump(mode="json", exclude_unset=True),
                }
                for change in found.targets
            ],
            "lists": [
                {
                    "zone": change.zone,
                    "change": change.change,
                    "old_clause": change.old_clause,
                    "new_clause": change.new_clause,
                    "entered": list(change.entered),
                    "left": list(change.left),
                }
                for change in found.lists
            ],
        }
    )


def schema() -> None:
    """Print the JSON Schema of a plan file, for editors."""
    from zones.plan.model import Plan

    print_json(Plan.model_json_schema(by_alias=True))


def register(application: typer.Typer) -> None:
    """Add the commands."""
    plans = typer.Typer(
        help=say("zones.cli.help_plan"),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    plans.command(
        "list",
        help=say("zones.cli.help_plan_list"),
    )(listing)
    plans.command(
        "show",
        help=say("zones.cli.help_plan_show"),
    )(show)
    plans.command(
        "lint",
        help=say("zones.cli.help_plan_lint"),
    )(lint)
    plans.command(
        "extract",
        help=say("zones.cli.help_plan_extract"),
    )(extract)
    plans.command(
        "diff",
        help=say("zones.cli.help_plan_diff"),
    )(diff)
    plans.command(
        "schema",
        help=say("zones.cli.help_plan_schema"),
    )(schema)
    add_to(plans)
    application.add_typer(plans, name="plan")
