"""``zones check``: read every input, tell what is wrong, and write the plots to fix."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zones.cli.terminal.console import records
from zones.cli.terminal.language import language, print_json, print_line, say
from zones.cli.terminal.options import Json, Overwrite, ProjectFile, Verbose

if TYPE_CHECKING:
    from layers.base.findings import Finding
    from zones.inputs.read import Inputs


def check(
    project: ProjectFile,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help=say("zones.cli.help_folder_of_plots"),
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Check the inputs of a project."""
    from zones.cli.terminal.console import telling
    from zones.inputs.faulty_plots import FAULTY_FILES
    from zones.inputs.paste import lines_to_paste
    from zones.inputs.read import read_inputs
    from zones.output.findings_table import findings_table
    from zones.output.folder import refuse_existing
    from zones.project.beside import folder_beside
    from zones.project.model import load_project

    loaded = load_project(project)
    folder = out or folder_beside(loaded, "check")
    # A folder that was chosen holds nothing else, or the plots of an earlier check.
    made = FAULTY_FILES if out else ()
    refuse_existing(folder, overwrite=True, inputs=loaded.input_paths().values(), made_by=made)
    with telling(quiet=as_json) as teller:
        inputs = read_inputs(loaded, progress=teller.part)
    findings = inputs.findings.items
    written, kept = _write(inputs, folder, overwrite=overwrite)
    if as_json:
        table = findings_table(findings)
        print_json(
            {
                "findings": records(table),
                "files": [str(path) for path in written],
                "paste": lines_to_paste(inputs, language())[1:],
            }
        )
    else:
        _print(inputs, findings, verbose=verbose)
        _print_files(written, kept)
        for line in lines_to_paste(inputs, language()):
            print_line(line)
    if inputs.findings.of("error"):
        raise typer.Exit(2)
    if inputs.findings.of("problem"):
        raise typer.Exit(1)


def _print(inputs: Inputs, findings: list[Finding], *, verbose: bool) -> None:
    from layers.base.findings import SEVERITY_WORDS
    from zones.inputs.faulty_plots import layer_lines

    for item in findings:
        if item.source not in inputs.plots and (verbose or item.severity != "note"):
            print_line(
                f"{SEVERITY_WORDS[item.severity].text(language())} [{item.source}] "
                f"{item.message.text(language())}"
            )
    for name, layer in inputs.plots.items():
        print_line()
        for line in layer_lines(
            name,
            layer,
            # Notes too: they count what was taken as established, converted or assumed.
            [item for item in findings if item.source == name],
            disagreements=inputs.disagreements.get(name),
            language=language(),
        ):
            print_line(line)
    counts = [len(inputs.findings.of(kind)) for kind in ("error", "problem", "note")]
    print_line()
    print_line(
        say("zones.cli.count_of_findings", errors=counts[0], problems=counts[1], notes=counts[2])
    )


def _write(inputs: Inputs, folder: Path, *, overwrite: bool) -> tuple[list[Path], list[Path]]:
    """Write the plots to fix; the second list is what was there and stays."""
    from zones.inputs.faulty_plots import FAULTY_FILES, faulty_plots, save_faulty_plots

    earlier = [folder / name for name in FAULTY_FILES if (folder / name).exists()]
    if earlier and not overwrite:
        return [], earlier
    plots = {
        name: faulty_plots(
            layer,
            [item for item in inputs.findings.items if item.source == name],
            language=language(),
        )
        for name, layer in inputs.plots.items()
    }
    return save_faulty_plots(plots, folder, language=language()), []


def _print_files(written: list[Path], kept: list[Path]) -> None:
    if written:
        names = ", ".join(str(path) for path in written)
        print_line(say("zones.cli.plots_fix", names=names))
    if kept:
        names = ", ".join(str(path) for path in kept)
        print_line(say("zones.cli.earlier_files_kept", names=names))


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    application.command(
        "check",
        help=say("zones.cli.help_check"),
    )(check)
