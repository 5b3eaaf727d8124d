"""The program ``zones``: its commands, its exit codes, and how an error reaches the reader.

Exit codes: 0 done, 1 done but the data has problems, 2 could not be done, 3 a fault of the program,
with a report file. Each file of this folder has a function ``register`` that adds its command;
nothing heavy is imported before one runs.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import tempfile
import traceback
from functools import cache
from pathlib import Path
from typing import Any

import typer

import zones.cli
from layers.base.errors import VungTrongError
from layers.base.files import refusal
from layers.base.language import Phrase
from zones.cli.terminal.language import language, print_line, say
from zones.cli.terminal.usage_words import help_vi, usage_fault_vi

application = typer.Typer(
    name="zones",
    help=say("zones.cli.help_program"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    """Print the versions on which figures rest, and end."""
    if not asked:
        return
    from zones.output.record import software_versions

    versions = software_versions()
    told = say(
        "zones.cli.version",
        vungtrong=versions["vungtrong"],
        python=versions["python"],
        data=versions["data"],
    )
    print_line(told)
    raise typer.Exit


@application.callback()
def _options(
    lang: str = typer.Option("", help=say("zones.cli.help_language")),
    version: bool = typer.Option(
        False,
        "--version",
        is_eager=True,
        callback=_print_version,
        help=say("zones.cli.help_version"),
    ),
) -> None:
    """Take the options that every command shares; the language was settled before."""


# typer carries its own copy of click in some versions: the base of its usage errors is found
# through one that it exports.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]


#: What typer makes of Ctrl-C.
_INTERRUPTED = 130


@cache
def _command() -> Any:
    """Every command with its options, put together once: it takes 40 ms."""
    return typer.main.get_command(application)


def run(arguments: list[str]) -> int:
    """Run the command line."""
    try:
        code = _command()(arguments, standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        return _failed(say("zones.cli.stopped"))
    except _USAGE_ERROR as error:
        told = str(getattr(error, "message", "")) or str(error)
        if hasattr(error, "format_message"):
            told = error.format_message()
        fault = Phrase(en=told, vi=usage_fault_vi(told))
        return _failed(say("zones.cli.usage_fault", fault=fault))
    except VungTrongError as error:
        return _failed(say("zones.cli.error_before") + error.text(language()))
    except OSError as error:
        # What the operating system refuses outside the places that know what it means.
        return _failed(say("zones.cli.error_before") + refusal(error).text(language()))
    except MemoryError:
        return _failed(say("zones.cli.no_memory"))
    except Exception as error:  # noqa: BLE001 - the last handler: nobody is shown a traceback
        return _unforeseen(error, arguments)
    if code == _INTERRUPTED:
        return _failed(say("zones.cli.stopped"))
    return int(code or 0)


def _failed(line: str) -> int:
    print_line(" ".join(line.splitlines()), error=True)
    return 2


def _unforeseen(error: Exception, arguments: list[str]) -> int:
    """Write a report of a fault that no check foresaw, and say where it is."""
    system = f"{platform.platform()}, Python {platform.python_version()}"
    told = "".join(traceback.format_exception(error))
    report = f"zones {' '.join(arguments)}\n{system}\n\n{told}"
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    try:
        handle, path = tempfile.mkstemp(prefix="zones-report-", suffix=".txt")
        os.close(handle)
        Path(path).write_text(report, "utf-8", errors="backslashreplace")
        line = say("zones.cli.unforeseen", what=what, path=path)
    except OSError as refused:
        line = say("zones.cli.unforeseen_unwritten", what=what, why=refusal(refused))
    print_line(line, error=True)
    return 3


#: What stands in this folder and is no command of its own (``convert`` is one of ``names``,
#: ``plan_files`` has three of ``plan``).
_SHARED = {"convert", "lines", "main", "pages", "plan_files", "terminal"}


class _Command(typer.core.TyperCommand):
    """A command whose help is in the reader's language to the last word."""

    def get_help(self, ctx: Any) -> str:
        return _in_language(super().get_help(ctx))


class _Group(typer.core.TyperGroup):
    """Commands together, with their help in the reader's language."""

    def get_help(self, ctx: Any) -> str:
        return _in_language(super().get_help(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        # Its own answer to "no command" is a usage error whose message is the help.
        if not args:
            print_line(self.get_help(ctx))
            ctx.exit()
        return super().parse_args(ctx, args)


def _in_language(told: str) -> str:
    return help_vi(told) if language() == "vi" else told


def _speak(commands: typer.Typer) -> None:
    """Let every command of a program, and of the programs in it, say its help."""
    commands.info.cls = _Group
    for command in commands.registered_commands:
        command.cls = _Command
    for group in commands.registered_groups:
        group.cls = _Group
        if group.typer_instance is not None:
            _speak(group.typer_instance)


def _add_commands() -> None:
    """Add the command of every other file of this folder."""
    for module in pkgutil.iter_modules(zones.cli.__path__):
        if module.name not in _SHARED:
            importlib.import_module(f"zones.cli.{module.name}").register(application)
    _speak(application)


_add_commands()
