"""``zones plan copy``, ``confirm``, ``export``, ``import``: a plan of one's own, also in Excel."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json, Overwrite

if TYPE_CHECKING:
    from zones.plan.exchange.read import TargetEdit

_PlanName = Annotated[
    str, typer.Argument(metavar="PLAN", help=say("zones.cli.help_id_embedded_plan_path"))
]


def copy(
    plan: _PlanName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("zones.cli.help_copy_plan_to"))],
    plan_id: Annotated[
        str, typer.Option("--id", help=say("zones.cli.help_id_plan"), show_default=False)
    ] = "",
    overwrite: Overwrite = False,
) -> None:
    """Copy a plan to a file of one's own, under an id of its own."""
    from layers.base.errors import InputError
    from zones.plan.extract.zones import slug
    from zones.plan.files import embedded_plans, load_plan, save_plan

    loaded = load_plan(plan)
    name = plan_id or slug(file.stem).replace("_", "-")
    if name in embedded_plans():
        raise InputError("zones.plan.id_is_embedded", plan=name)
    copied = loaded.model_copy(update={"plan": name})
    copied.remember(loaded.remembered)
    save_plan(copied, file, overwrite=overwrite)
    print_line(say("zones.cli.plan_copied", plan=name, file=file, quoted=shlex.quote(str(file))))


def confirm(
    file: Annotated[
        Path, typer.Argument(metavar="PLAN.yaml", help=say("zones.cli.help_confirm_plan"))
    ],
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME…]", help=say("zones.cli.help_confirm_names"), show_default=False
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=say("zones.cli.help_confirm_all"))] = False,
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="NAME", help=say("zones.cli.help_confirm_by"), show_default=False
        ),
    ] = "",
) -> None:
    """List the communes that the reader only nearly matched; take the mark off those confirmed."""
    from layers.base.errors import InputError
    from layers.base.person import account_name
    from layers.communes.spelling import plain_key
    from zones.cli.lines.plan import names_of
    from zones.plan.files import load_plan, save_plan
    from zones.plan.frames import communes_of

    loaded = load_plan(file, check_codes=False)
    open_, known = loaded.unconfirmed(), communes_of(loaded)
    asked = {plain_key(name) for name in names or ()}
    told = {plain_key(one.as_written) for _, one in open_} | {one.code for _, one in open_}
    strange = [name for name in names or () if plain_key(name) not in told]
    if strange:
        raise InputError("zones.cli.nothing_to_confirm", names=strange, plan=file)
    taken, names_by_id = 0, names_of(loaded)
    for owner, one in open_:
        name = known[one.code].name if one.code in known else "…"
        yes = every or bool({plain_key(one.as_written), one.code} & asked)
        taken += yes
        if yes:
            one.confirm_by(by.strip() or account_name())
        line = f"{one.as_written} = {name} ({one.code}), {names_by_id.get(owner, owner)}"
        print_line(
            say("zones.cli.confirmed", told=line) if yes else say("zones.cli.to_confirm", told=line)
        )
    if taken:
        save_plan(loaded, file, overwrite=True)
    print_line(say("zones.cli.confirmed_count", taken=taken, left=len(open_) - taken))
    if not taken and open_:
        print_line(say("zones.cli.how_to_confirm", quoted=shlex.quote(str(file))))


def export(
    plan: _PlanName,
    file: Annotated[
        Path, typer.Argument(metavar="TABLE.xlsx", help=say("zones.cli.help_export_targets_to"))
    ],
    overwrite: Overwrite = False,
) -> None:
    """Write a plan's targets as an Excel table."""
    from zones.plan.exchange.write import export_targets
    from zones.plan.files import load_plan

    loaded = load_plan(plan)
    export_targets(loaded, file, language=language(), overwrite=overwrite)
    print_line(say("zones.cli.targets_exported", count=len(loaded.all_targets()), file=file))


def take_in(
    plan: _PlanName,
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help=say("zones.cli.help_import_targets_from"))
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="PLAN.yaml",
            help=say("zones.cli.help_import_output"),
            show_default=False,
        ),
    ] = None,
    decimal: Annotated[
        str | None,
        typer.Option(
            "--decimal", metavar=", | .", help=say("zones.cli.help_decimal"), show_default=False
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=say("zones.cli.help_import_overwrite"))
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell what a table of targets changes in a plan, and write it where asked."""
    from layers.base.errors import InputError
    from zones.cli.lines.plan import edit_lines
    from zones.plan.exchange.read import import_targets
    from zones.plan.files import embedded_plans, load_plan, save_plan

    if decimal not in (None, ",", "."):
        raise InputError("zones.cli.decimal_mark", found=decimal)
    loaded = load_plan(plan)
    found = import_targets(loaded, table, decimal=decimal)  # type: ignore[arg-type]
    if as_json:
        print_json([_edit_data(edit) for edit in found.edits])
    else:
        for line in edit_lines(found.plan, found.edits):
            print_line(line)
    destination = output or (Path(plan) if overwrite else None)
    if destination is None:
        if not as_json:
            print_line(say("zones.cli.nothing_written_yet"))
        return
    if output is None and plan in embedded_plans():
        raise InputError("zones.cli.embedded_stays", plan=plan)
    save_plan(found.plan, destination, overwrite=overwrite)
    if not as_json:
        print_line(say("zones.cli.plan_written", file=destination))


def _edit_data(edit: TargetEdit) -> dict[str, Any]:
    return {
        "change": edit.change,
        "zone": edit.zone,
        "target": edit.target.target,
        "column": edit.column,
        "old": edit.old,
        "new": edit.new,
    }


def add_to(plans: typer.Typer) -> None:
    """Add the commands to ``zones plan``."""
    plans.command("copy", help=say("zones.cli.help_plan_copy"))(copy)
    plans.command("confirm", help=say("zones.cli.help_plan_confirm"))(confirm)
    plans.command("export", help=say("zones.cli.help_plan_export"))(export)
    plans.command("import", help=say("zones.cli.help_plan_import"))(take_in)
