"""Options and arguments that several commands share, each worded once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from zones.cli.terminal.language import say

ProjectFile = Annotated[
    Path, typer.Argument(metavar="PROJECT", help=say("zones.cli.help_project_file_yaml"))
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help=say("zones.cli.help_output_folder"), show_default=False),
]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help=say("zones.cli.help_replace_earlier_results")),
]
Json = Annotated[bool, typer.Option("--json", help=say("zones.cli.help_machine_readable_output"))]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help=say("zones.cli.help_tell_everything"))
]
PageLanguage = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="vi|en",
        help=say("zones.cli.help_page_language"),
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class PageOptions:
    """Where pages go and how they speak; the same for every command that makes them."""

    out: Out = None
    overwrite: Overwrite = False
    page_language: PageLanguage = None
    as_json: Json = False
    verbose: Verbose = False


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take dataclasses whose fields are options; the command line stays flat."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}

    def run(**values: Any) -> None:
        made = {
            name: kind(**{field.name: values.pop(field.name) for field in fields(kind)})
            for name, kind in groups.items()
        }
        command(**made, **values)

    options = [
        parameter
        for name, one in inspect.signature(command).parameters.items()
        for parameter in (
            _options(groups[name])
            if name in groups
            else [one.replace(annotation=hints[name], kind=one.KEYWORD_ONLY)]
        )
    ]
    run.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    run.__annotations__ = {option.name: option.annotation for option in options}
    run.__doc__ = command.__doc__
    return run


def _options(group: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(field.name, kind, default=_default(field), annotation=hints[field.name])
        for field in fields(group)
    ]


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    return inspect.Parameter.empty
