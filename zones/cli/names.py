"""``zones names``: which commune is meant, which there are, and tables of old ones made new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from zones.cli.convert import convert
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import grouped

if TYPE_CHECKING:
    from layers.communes.match_result import Match, NoMatch

_JSON = typer.Option(False, "--json", help=say("zones.cli.help_machine_readable_output"))
_PROVINCE = typer.Option(
    "", "--province", help=say("zones.cli.help_province_code_name"), show_default=False
)
_ON = typer.Option(
    "",
    "--on",
    metavar="DATE",
    help=say("zones.cli.help_today_s_communes_without"),
    show_default=False,
)


def resolve(
    texts: list[str] = typer.Argument(
        ..., metavar="TEXT…", help=say("zones.cli.help_names_written")
    ),
    province: str = _PROVINCE,
    on: str = _ON,
    as_list: bool = typer.Option(
        False,
        "--list",
        help=say("zones.cli.help_each_text_sentence_list"),
    ),
    verbose: bool = typer.Option(
        False, "-v", "--verbose", help=say("zones.cli.help_tell_runners_up")
    ),
    as_json: bool = _JSON,
) -> None:
    """Resolve names; exit code 1 where one must be confirmed or means no single commune."""
    from layers.communes.match_result import NoMatch
    from layers.communes.matching import match_commune

    found: list[Match | NoMatch] = []
    lists: list[dict[str, Any]] = []
    for text in texts:
        if as_list:
            matches, told = _read_list(text, province, on)
            found += matches
            lists.append(told)
        else:
            found.append(match_commune(text, province=province or None, on=on or None))
    if as_json:
        print_json({"names": [_record(one) for one in found], "lists": lists})
    else:
        for one in found:
            _print_found(one, verbose=verbose)
        for told in lists:
            if told["communes"] or told["open"]:
                _print_list(told)
    doubtful = any(isinstance(one, NoMatch) or one.confirm for one in found)
    if doubtful or any(told["duplicates"] for told in lists):
        raise typer.Exit(1)


def _read_list(text: str, province: str, on: str) -> tuple[list[Match | NoMatch], dict[str, Any]]:
    from layers.base.errors import InputError
    from layers.communes.name_lists import read_name_list

    if not province:
        raise InputError("zones.cli.one_province_needed")
    names = read_name_list(text, province=province, on=on or None)
    told = {
        "text": text,
        "communes": len(names.codes),
        "open": names.open,
        "whole_province": names.whole_province,
        "duplicates": [duplicate.name for duplicate in names.duplicates],
    }
    return [*names.matches, *names.unresolved], told


def _record(found: Match | NoMatch) -> dict[str, Any]:
    from layers.communes.match_result import NoMatch

    if isinstance(found, NoMatch):
        others = [
            {"code": c.unit.code, "name": c.unit.name, "score": c.score} for c in found.candidates
        ]
        message = found.message.text(language())
        return {
            "text": found.text,
            "code": None,
            "reason": found.reason,
            "message": message,
            "candidates": others,
        }
    return {
        "text": found.text,
        "code": found.code,
        "name": found.name,
        "kind": found.unit.kind,
        "province": found.unit.province,
        "district": found.unit.district or None,
        "vintage": found.unit.vintage,
        "how": found.how,
        "score": found.score,
        "confirm": found.confirm,
        "remark": found.remark.text(language()) if found.remark else None,
        "runners_up": [
            {"code": c.unit.code, "name": c.unit.name, "score": c.score} for c in found.runners_up
        ],
    }


def _print_found(found: Match | NoMatch, *, verbose: bool) -> None:
    from layers.communes.match_result import NoMatch

    if isinstance(found, NoMatch):
        print_line(f"{found.text!r}: – ({found.message.text(language())})")
        return
    ways = {
        "exact": say("zones.cli.exact"),
        "spelling": say("zones.cli.spelling"),
        "alias": say("zones.cli.alias"),
        "near": say("zones.cli.near_confirm", score=found.score),
    }
    remark = f"; {found.remark.text(language())}" if found.remark else ""
    print_line(f"{found.text!r}: {found.unit.label} ({ways[found.how]}{remark})")
    if verbose:
        for other in found.runners_up:
            print_line(f"    {other.score:.2f}  {other.unit.label}")


def _print_list(told: dict[str, Any]) -> None:
    whole = say("zones.cli.whole_province") if told["whole_province"] else ""
    end = say("zones.cli.open_list") if told["open"] else say("zones.cli.closed_list")
    twice = ", ".join(told["duplicates"])
    more = say("zones.cli.named_twice", twice=twice) if twice else ""
    print_line(say("zones.cli.communes_count", communes=told["communes"]) + end + whole + more)


def list_units(province: str = _PROVINCE, on: str = _ON, as_json: bool = _JSON) -> None:
    """List the communes in force on a day."""
    from layers.communes.gazetteer import communes_on

    units = communes_on(province or None, on or None).values()
    if as_json:
        names = ("code", "name", "kind", "province", "district", "vintage")
        print_json([{name: getattr(unit, name) or None for name in names} for unit in units])
        return
    for unit in units:
        district = f"\t{unit.district}" if unit.district else ""
        print_line(f"{unit.code}\t{unit.kind}\t{unit.name}{district}")


def register(application: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=say("zones.cli.help_names_2"),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command(
        "resolve",
        help=say("zones.cli.help_names_resolve"),
    )(resolve)
    group.command(
        "list",
        help=say("zones.cli.help_names_list"),
    )(list_units)
    group.command(
        "convert",
        help=say("zones.cli.help_names_convert"),
    )(grouped(convert))
    application.add_typer(group, name="names")
