"""``zones sample``: points to check a layer with, and what they say when they come back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zones.cli.terminal.console import print_findings, telling
from zones.cli.terminal.language import language, print_line, say
from zones.cli.terminal.options import Overwrite, ProjectFile

_Folder = Annotated[Path, typer.Option("--out", help=say("zones.cli.sample_folder"))]


def make(
    project: ProjectFile,
    out: _Folder,
    layer: Annotated[
        str | None,
        typer.Option(
            "--layer",
            help=say("zones.cli.sample_layer"),
            show_default=False,
        ),
    ] = None,
    cover: Annotated[
        bool, typer.Option("--cover", help=say("zones.cli.sample_cover"), show_default=False)
    ] = False,
    precision: Annotated[
        float,
        typer.Option(
            "--precision",
            min=0.5,
            max=100,
            help=say("zones.cli.sample_precision"),
        ),
    ] = 10.0,
    points: Annotated[
        int | None,
        typer.Option(
            "--points",
            min=1,
            help=say("zones.cli.sample_points"),
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help=say("zones.cli.sample_seed"))] = 1,
    overwrite: Overwrite = False,
) -> None:
    """Draw a sample."""
    from layers.base.errors import OutputExistsError
    from layers.base.language import Phrase
    from layers.base.messages import message
    from zones.certainty.design import DESIGN_FILE, class_name, is_rare
    from zones.output.findings_table import finding_records, findings_table
    from zones.project.model import load_project
    from zones.run.accuracy_sample import SampleRequest, make_sample

    if (out / DESIGN_FILE).exists() and not overwrite:
        # Points that somebody may be out in the field with are not drawn anew by accident.
        raise OutputExistsError("layers.io.output_exists", path=out / DESIGN_FILE)
    request = SampleRequest(out, layer, cover, precision, points, seed)
    with telling(quiet=False) as teller:
        design, size, found = make_sample(load_project(project), request, teller)
    lines = [
        message(
            "zones.certainty.drawn",
            points=len(design.points),
            strata=len(design.strata_ha),
            folder=out,
            mixed=Phrase("", "") if cover else message("zones.certainty.mixed_stand"),
        )
    ]
    lines += [
        message(
            "zones.certainty.stratum_line",
            stratum=class_name(name),
            area_ha=area,
            points=size.points[name],
        )
        for name, area in design.strata_ha.items()
    ]
    lines += [
        message(
            "zones.certainty.precision_line",
            name=class_name(row["class"]),
            area_ha=design.strata_ha[row["class"]],
            expected_ha=row["expected_ha"],
        )
        for row in size.precision.to_dict("records")
    ]
    rare = [
        class_name(row["class"])
        for row in size.precision.to_dict("records")
        if is_rare(row, design)
    ]
    if rare:
        lines.append(message("zones.certainty.rare_crops", crops=rare))
    if unsampled := [class_name(name) for name in design.classes if name not in design.strata_ha]:
        lines.append(message("zones.certainty.unsampled", crops=unsampled))
    for line in lines:
        print_line(line.text(language()))
    print_findings(finding_records([findings_table(found)]), verbose=True)
    if any(item.severity == "problem" for item in found):
        raise typer.Exit(1)


def more(
    project: ProjectFile,
    of: Annotated[Path, typer.Option("--of", help=say("zones.cli.sample_of"))],
    out: Annotated[Path, typer.Option("--out", help=say("zones.cli.sample_new_folder"))],
    points: Annotated[
        int, typer.Option("--points", min=1, help=say("zones.cli.sample_more_points"))
    ],
    stratum: Annotated[
        list[str] | None,
        typer.Option("--stratum", help=say("zones.cli.sample_stratum"), show_default=False),
    ] = None,
) -> None:
    """Draw more points for a sample."""
    from layers.base.messages import message
    from zones.certainty.design import class_name
    from zones.output.findings_table import finding_records, findings_table
    from zones.project.model import load_project
    from zones.run.accuracy_sample import MorePoints, add_points

    request = MorePoints(of, out, points, tuple(stratum or ()))
    with telling(quiet=False) as teller:
        design, counts, found = add_points(load_project(project), request, teller)
    listed = [
        message("zones.certainty.more_in", stratum=class_name(name), points=count)
        for name, count in counts.items()
    ]
    facts = {"points": points, "listed": listed, "folder": out, "all": len(design.points)}
    print_line(message("zones.certainty.more_drawn", **facts).text(language()))
    print_findings(finding_records([findings_table(found)]), verbose=True)
    if any(item.severity == "problem" for item in found):
        raise typer.Exit(1)


def read(
    project: ProjectFile,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=say("zones.cli.sample_file"),
        ),
    ],
    out: _Folder,
    overwrite: Overwrite = False,
) -> None:
    """Read labelled points back."""
    from layers.base.messages import message
    from zones.certainty.design import class_name, key_of
    from zones.certainty.sample_files import LABELS
    from zones.project.model import load_project
    from zones.run.accuracy_sample import leads, name_in, read_sample

    settled = load_project(project)
    survey, returned = read_sample(settled, out, file, overwrite=overwrite)
    overall = survey.estimate.accuracy.iloc[0]
    lines = [item.message for item in (*returned.findings.items, *survey.estimate.findings.items)]
    read_from = {label: returned.columns.get(label, "–") for label in LABELS}
    lines.append(message("zones.certainty.columns_line", **read_from))
    lines.append(
        message(
            "zones.certainty.accuracy_line",
            ratio=100 * overall["ratio"],
            low=100 * overall["low_ratio"],
            high=100 * overall["high_ratio"],
            agreement=100 * returned.agreement_ratio,
            both=returned.both,
            alone=returned.alone,
        )
    )
    lines += [
        message(
            "zones.certainty.estimate_line",
            name=class_name(row["class"]),
            **{key: row[key] for key in ("mapped_ha", "area_ha", "low_ha", "high_ha")},
        )
        for row in survey.estimate.areas.to_dict("records")
    ]
    if not leads(settled, out):
        key, folder = key_of(survey.design), name_in(settled, out)
        lines.append(message("zones.certainty.not_named", key=key, folder=folder))
    for line in lines:
        print_line(line.text(language()))


def register(application: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=say("zones.cli.sample_help"),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command(
        "make",
        help=say("zones.cli.sample_make_help"),
    )(make)
    group.command(
        "more",
        help=say("zones.cli.sample_more_help"),
    )(more)
    group.command(
        "read",
        help=say("zones.cli.sample_read_help"),
    )(read)
    application.add_typer(group, name="sample")
