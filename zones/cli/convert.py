"""``zones names convert``: a table or layer of old communes carried to those of today."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json, Overwrite

if TYPE_CHECKING:
    from layers.convert.columns import ColumnRoles
    from layers.convert.rows import CommuneColumns
    from zones.inputs.convert_file import Boundaries, FileConversion


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """The file that is read."""

    table: Annotated[
        Path,
        typer.Argument(metavar="TABLE", help=say("zones.cli.help_table_layer")),
    ]
    layer: Annotated[str, typer.Option("--layer", help=say("zones.cli.help_layer_file"))] = ""
    sheet: Annotated[str, typer.Option("--sheet", help=say("zones.cli.help_sheet"))] = ""


@dataclass(frozen=True, kw_only=True)
class DateOptions:
    """From which communes to which."""

    from_: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="DATE",
            help=say("zones.cli.help_day_year_communes"),
        ),
    ]
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="DATE",
            help=say("zones.cli.help_day_year_wanted_default"),
            show_default=False,
        ),
    ] = ""
    province: Annotated[
        str,
        typer.Option(
            "--province",
            help=say("zones.cli.help_province_code_name"),
            show_default=False,
        ),
    ] = ""


@dataclass(frozen=True, kw_only=True)
class CommuneOptions:
    """Which commune a row is about."""

    code_column: Annotated[str, typer.Option("--code-column", help=say("zones.cli.help_codes"))] = (
        ""
    )
    name_column: Annotated[str, typer.Option("--name-column", help=say("zones.cli.help_names"))] = (
        ""
    )
    district_column: Annotated[
        str, typer.Option("--district-column", help=say("zones.cli.help_districts"))
    ] = ""
    confirm: Annotated[
        list[str],
        typer.Option(
            "--confirm",
            metavar="TEXT=CODE",
            help=say("zones.cli.help_misspelt_name_you_checked"),
        ),
    ] = field(default_factory=list)

    def columns(self) -> CommuneColumns:
        """Columns of codes, names and districts, with the names that were confirmed."""
        from layers.base.errors import InputError
        from layers.convert.rows import CommuneColumns

        if not self.code_column and not self.name_column:
            raise InputError("zones.cli.say_commune_column")
        confirmed = {}
        for text in self.confirm:
            name, _, code = text.rpartition("=")
            if not (name and code):
                raise InputError("zones.cli.bad_confirmation", text=text)
            confirmed[name] = code
        return CommuneColumns(
            code=self.code_column or None,
            name=self.name_column or None,
            district=self.district_column or None,
            confirmed=confirmed,
        )


@dataclass(frozen=True, kw_only=True)
class FigureOptions:
    """What is done with the figures of a row."""

    sums: Annotated[
        list[str],
        typer.Option(
            "--sum",
            metavar="COLUMN",
            help=say("zones.cli.help_figures_add_repeat"),
        ),
    ] = field(default_factory=list)
    keys: Annotated[
        list[str],
        typer.Option(
            "--by",
            metavar="COLUMN",
            help=say("zones.cli.help_tells_rows_apart_repeat"),
        ),
    ] = field(default_factory=list)
    rates: Annotated[
        list[str],
        typer.Option(
            "--rate",
            metavar="NAME=A/B*100",
            help=say("zones.cli.help_rate"),
        ),
    ] = field(default_factory=list)
    decimal: Annotated[str, typer.Option("--decimal", help=say("zones.cli.help_decimal"))] = ""
    rows: Annotated[
        str,
        typer.Option(
            "--rows",
            metavar="keep|add",
            help=say("zones.cli.help_keep_records_add_figures"),
        ),
    ] = ""

    def roles(self) -> ColumnRoles:
        """Which columns add, tell rows apart or are rates."""
        from layers.convert.columns import ColumnRoles, parse_rate

        return ColumnRoles(
            tuple(self.sums) or None,
            tuple(self.keys) or None,
            dict(parse_rate(rate) for rate in self.rates),
            _one_of(self.decimal, (",", "."), "--decimal"),
        )


@dataclass(frozen=True, kw_only=True)
class GroundOptions:
    """Polygons that tell how divided units were divided."""

    communes: Annotated[
        Path | None,
        typer.Option(
            "--communes",
            help=say("zones.cli.help_boundaries"),
            show_default=False,
        ),
    ] = None
    communes_code: Annotated[
        str,
        typer.Option(
            "--communes-code", metavar="COLUMN", help=say("zones.cli.help_boundaries_code")
        ),
    ] = "code"
    communes_layer: Annotated[
        str,
        typer.Option(
            "--communes-layer", metavar="LAYER", help=say("zones.cli.help_boundaries_layer")
        ),
    ] = ""
    plots: Annotated[
        Path | None,
        typer.Option(
            "--plots",
            help=say("zones.cli.help_plots_to_measure"),
            show_default=False,
        ),
    ] = None
    plots_code: Annotated[
        str,
        typer.Option("--plots-code", metavar="COLUMN", help=say("zones.cli.help_plots_code")),
    ] = "maxa"

    def boundaries(self) -> tuple[Boundaries | None, Boundaries | None]:
        """Communes of today, and plots of before."""
        from zones.inputs.convert_file import Boundaries

        layer = self.communes_layer or None
        return (
            Boundaries(self.communes, self.communes_code, layer) if self.communes else None,
            Boundaries(self.plots, self.plots_code) if self.plots else None,
        )


@dataclass(frozen=True, kw_only=True)
class OutputOptions:
    """What is written and told."""

    out: Annotated[Path, typer.Option("-o", "--out", help=say("zones.cli.help_output"))]
    overwrite: Overwrite = False
    verbose: Annotated[
        bool,
        typer.Option("-v", "--verbose", help=say("zones.cli.help_tell_every_link")),
    ] = False
    as_json: Json = False


def convert(
    file: FileOptions,
    dates: DateOptions,
    commune: CommuneOptions,
    figures: FigureOptions,
    ground: GroundOptions,
    output: OutputOptions,
) -> None:
    """Convert a table or layer; exit code 1 where something was split by guess or set aside."""
    from zones.inputs.convert_file import Request, convert_file

    communes, plots = ground.boundaries()
    request = Request(
        path=file.table,
        out=output.out,
        from_=dates.from_,
        to=dates.to or None,
        province=dates.province,
        units=commune.columns(),
        figures=figures.roles(),
        rows=_one_of(figures.rows, ("keep", "add"), "--rows"),
        layer=file.layer or None,
        sheet=file.sheet or None,
        communes=communes,
        plots=plots,
        overwrite=output.overwrite,
    )
    done = convert_file(request, language=language())
    _report(done, verbose=output.verbose, as_json=output.as_json)


def _one_of(text: str, allowed: tuple[str, ...], option: str) -> Any:
    from layers.base.errors import InputError

    if not text or text in allowed:
        return text or None
    raise InputError("zones.cli.not_allowed", option=option, allowed=allowed, text=text)


def _report(done: FileConversion, *, verbose: bool, as_json: bool) -> None:
    conversion = done.conversion
    changes = conversion.links.groupby("change")["rows"].sum()
    if as_json:
        print_json(
            {
                "files": [str(path) for path in done.files],
                "rows": {str(change): int(count) for change, count in changes.items()},
                "totals": conversion.totals.to_dict("records"),
                "findings": [
                    {
                        "severity": one.severity,
                        "kind": one.kind,
                        "message": one.message.text(language()),
                        "count": one.count,
                    }
                    for one in conversion.findings.items
                ],
            }
        )
    else:
        _print_report(done, verbose=verbose)
    if conversion.findings.of("problem") or conversion.findings.of("error"):
        raise typer.Exit(1)


def _print_report(done: FileConversion, *, verbose: bool) -> None:
    from layers.base.findings import SEVERITY_WORDS
    from layers.base.language import format_number

    conversion = done.conversion
    links = conversion.links
    for change in _CHANGES:
        part = links[links["change"] == change]
        if len(part):
            units = part.drop_duplicates(["old_code", "old_name"])
            print_line(say(f"zones.cli.units_{change}", count=len(units)))
        if len(part) and verbose:
            for link in part[_SHOWN].fillna("").to_dict("records"):
                target = f" → {link['new_code']} {link['new_name']}" if link["new_code"] else ""
                print_line(f"    {link['old_code']} {link['old_name']}{target}")
    for total in conversion.totals.to_dict("records"):
        before, after, aside = (
            format_number(value, language(), decimals=2)
            for value in (total["before"], total["after"], total["set_aside"])
        )
        print_line(
            say(
                "zones.cli.column_carried",
                column=total["column"],
                before=before,
                after=after,
                aside=aside,
            )
        )
    for finding in conversion.findings.items:
        severity = SEVERITY_WORDS[finding.severity].text(language())
        print_line(f"{severity}: {finding.message.text(language())}")
    for path in done.files:
        print_line(str(path))


_SHOWN = ["old_code", "old_name", "new_code", "new_name"]

#: Changes in the order of the report.
_CHANGES = ("same", "renamed", "merged", "split", "district", "total", "unmatched")
