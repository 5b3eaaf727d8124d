"""Write the pages of ``docs/reference`` and ``docs/vi/reference`` that follow from the code.

python scripts/write_reference.py

Both languages come from the same catalogues: help texts, steps, findings and tables say what they
are in English and Vietnamese; what else the pages say stands in ``reference.toml``.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import os
import re
import string
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

from layers.base.language import Language
from layers.base.schema import Schema

ROOT = Path(__file__).resolve().parent.parent
FOLDERS: dict[Language, Path] = {
    "en": ROOT / "docs" / "reference",
    "vi": ROOT / "docs" / "vi" / "reference",
}
PACKAGES = ("layers", "zones", "maps")


@functools.cache
def _catalogue() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((ROOT / "scripts" / "reference.toml").read_text("utf-8"))


def _say(page: str, name: str, language: Language) -> str:
    return _catalogue()[page][name][language]


def _start(page: str, language: Language) -> list[str]:
    """Title, link to the page in the other language, introduction."""
    twin = {
        "en": f"*[Tiếng Việt](../vi/reference/{page}.md)*",
        "vi": f"*[English](../../reference/{page}.md)*",
    }
    title, introduction = (_say(page, name, language) for name in ("title", "introduction"))
    return [f"# {title}", "", twin[language], "", introduction.strip()]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _head(page: str, language: Language) -> list[str]:
    cells = _say(page, "columns", language).split(" | ")
    return [_row(*cells), f"|{'---|' * len(cells)}"]


def tables(language: Language) -> str:
    """Tables of a run, from their schemas."""
    from zones.tables import RESULT_TABLES

    lines = _start("tables", language)
    for schema in RESULT_TABLES:
        lines += ["", f"## {schema.name}", "", *_head("tables", language)]
        lines += _columns(schema, language)
    return "\n".join(lines) + "\n"


def _columns(schema: Schema, language: Language) -> Iterator[str]:
    for column in schema.columns:
        meaning = column.meaning if language == "en" else column.meaning_vi
        if not meaning:
            sys.exit(f"tables.csv: {schema.name}, {column.name} has no meaning_vi")
        unit = column.unit or "–"
        if language == "vi":
            unit = _catalogue()["units"].get(unit, {"vi": unit})["vi"]
        kind, null = (
            _say("tables", word, language)
            for word in (column.kind, "yes" if column.nullable else "no")
        )
        yield _row(f"`{column.name}`", kind, unit, null, meaning)


def api(language: Language) -> str:
    """Exported names of the three packages, each with what it is for."""
    lines = _start("api", language)
    for package in PACKAGES:
        module = importlib.import_module(package)
        first = (module.__doc__ or "").strip().splitlines()[0]
        if language == "vi":
            first = _say("api", package, language)
        lines += ["", f"## {package}", "", first, "", *_head("api", language)]
        for name in sorted(module.__all__, key=str.lower):
            told = _told(package, name, getattr(module, name), language)
            lines.append(_row(f"`{name}`", told.replace("|", chr(92) + "|").replace("``", "`")))
    return "\n".join(lines) + "\n"


def _told(package: str, name: str, thing: object, language: Language) -> str:
    """First sentence of the docstring, its Vietnamese twin, or the columns of a schema."""
    if not (inspect.isclass(thing) or callable(thing)):
        names = getattr(thing, "names", None)
        return _say("api", "schema", language) + ", ".join(names) if names else str(thing)
    if language == "en":
        return (inspect.getdoc(thing) or "").split("\n")[0]
    if name not in _catalogue()["names"][package]:
        sys.exit(f"scripts/reference.toml: [names.{package}] says nothing of {name}")
    return str(_catalogue()["names"][package][name])


def commands(language: Language) -> str:
    """Commands with their options, as ``--help`` says it.

    Help texts are built when the commands are loaded, so a process of its own speaks the language.
    """
    own = [sys.executable, str(Path(__file__).resolve()), language]
    done = subprocess.run(own, cwd=ROOT, capture_output=True, check=True, env=_ENVIRONMENT)  # noqa: S603
    return done.stdout.decode("utf-8")


_ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def _commands_in(language: Language) -> str:
    from zones.cli.terminal.language import set_language

    set_language(language)
    import typer

    from zones.cli.main import application

    lines = _start("commands", language)
    lines += _commands(typer.main.get_command(application), "zones", language)
    return "\n".join(lines) + "\n"


def _commands(command: Any, path: str, language: Language) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner is not None:
        for name in sorted(inner):
            yield from _commands(inner[name], f"{path} {name}", language)
        return
    yield f"\n## {path}\n"
    yield re.sub(r"\n\n(Example|Ví dụ): (.*)$", r"\n\n\1: `\2`", command.help or "")
    yield "\n" + "\n".join(_head("commands", language))
    for parameter in command.params:
        names = ", ".join(f"`{name}`" for name in parameter.opts)
        if parameter.param_type_name == "argument":
            names = f"`{parameter.metavar or parameter.name}`"
        if parameter.name != "help":
            yield _row(names, " ".join((parameter.help or "").split()))


def steps(language: Language) -> str:
    """Steps of a run, from what they declare."""
    from zones.run.step import load_steps
    from zones.run.store import key_name

    lines = [*_start("steps", language), "", *_head("steps", language)]
    for name, step in load_steps().items():
        reads = ", ".join(key_name(key) for key in step.reads) or _say("steps", "files", language)
        made = ", ".join([*(key_name(key) for key in step.writes), *step.files])
        settings = ", ".join(f"`{part}`" for part in step.settings) or "–"
        lines.append(_row(f"`{name}`", step.label.text(language), reads, made, settings))
    return "\n".join(lines) + "\n"


def findings(language: Language) -> str:
    """Kinds of findings, with their severity and words, from where they are made."""
    functions = [one for named in _functions().values() for one in named]
    rows = sorted({row for one in functions for row in _found(one, language)})
    lines = [*_start("findings", language), "", *_head("findings", language)]
    lines += [
        _row(f"`{kind}`", _say("findings", severity, language), text)
        for kind, severity, text in rows
    ]
    return "\n".join(lines) + "\n"


def _modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@functools.cache
def _of_modules() -> list[set[ast.FunctionDef]]:
    """Functions of each module of the three packages."""
    trees = [ast.parse(path.read_text("utf-8")) for path in _modules()]
    return [{it for it in ast.walk(tree) if isinstance(it, ast.FunctionDef)} for tree in trees]


@functools.cache
def _functions() -> dict[str, list[ast.FunctionDef]]:
    """Functions of the three packages by name."""
    found: dict[str, list[ast.FunctionDef]] = {}
    for functions in _of_modules():
        for function in functions:
            found.setdefault(function.name, []).append(function)
    return found


def _beside(function: ast.FunctionDef) -> set[ast.FunctionDef]:
    """Functions of the module of one."""
    return next((them for them in _of_modules() if function in them), set())


def _found(function: ast.FunctionDef, language: Language) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(function):
        if not _calls(node, "Finding"):
            continue
        given = {item.arg: item.value for item in node.keywords}
        given |= dict(zip(("severity", "kind", "source", "message"), node.args, strict=False))
        kind, severity = given.get("kind"), given.get("severity")
        if isinstance(kind, ast.Constant) and isinstance(severity, ast.Constant):
            for said in _written(given.get("message"), function):
                yield str(kind.value), str(severity.value), _words(said, language)


def _calls(node: ast.AST, name: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _written(said: ast.expr | None, function: ast.FunctionDef) -> list[ast.AST | None]:
    """What a message is made of: where it has a name, what the name was given before."""
    if isinstance(said, ast.BoolOp):
        return [it for value in said.values for it in _written(value, function)]
    if isinstance(said, ast.Name):
        given = [value for node in ast.walk(function) for value in _given(node, said.id)]
        return _written(given[-1], function) if given else [None]
    if isinstance(said, ast.Call):
        name = ast.unparse(said.func)
        made = [it for it in _functions().get(name, []) if it in _beside(function)]
        made = made or _functions().get(name, [])
        return _returned(made[0]) if len(made) == 1 and name != "message" else [said]
    return [said]


def _returned(made: ast.FunctionDef) -> list[ast.AST | None]:
    """A function that makes a message, or those that it leaves it to."""
    if any(_calls(node, "message") for node in ast.walk(made)):
        return [made]
    ways = [node.value for node in ast.walk(made) if isinstance(node, ast.Return)]
    left = [way for way in ways if isinstance(way, ast.Call) and ast.unparse(way.func) != made.name]
    return [it for way in left for it in _written(way, made)] or [made]


def _given(node: ast.AST, name: str) -> list[ast.expr]:
    """What a name is given in a place of a function; of a loop, what it goes over."""
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.NamedExpr):
        targets, value = [node.target], node.value
    elif isinstance(node, ast.comprehension):
        targets, value = [node.target], node.iter
    else:
        return []
    return [value] if name in map(ast.unparse, targets) else []


def _words(said: ast.AST | None, language: Language) -> str:
    """Sentences of the keys that a message is made of, figures and names left out."""
    if isinstance(said, ast.Attribute):
        return _say("findings", "of_error", language)
    keys = [
        node.args[0] for node in ast.walk(said or ast.Constant(None)) if _calls(node, "message")
    ]
    texts = [text for key in keys[:1] for text in _sentences(key, language)]
    return " / ".join(_without_values(text) for text in texts) or "–"


def _without_values(text: str) -> str:
    parts = list(string.Formatter().parse(text))
    given = [
        "" if name is None else (spec or "").rpartition("|")[2] if "|" in (spec or "") else "…"
        for _, name, spec, _ in parts
    ]
    return "".join(words + value for (words, *_), value in zip(parts, given, strict=True)).replace(
        "|", "/"
    )


@functools.cache
def _messages(room: str) -> dict[str, dict[str, str]]:
    path = ROOT.joinpath(*room.split("."), "messages.toml")
    return tomllib.loads(path.read_text("utf-8"))


def _sentences(key: ast.expr, language: Language) -> list[str]:
    """Sentences of one key, or of all that begin as it does."""
    begins = key.values[0] if isinstance(key, ast.JoinedStr) else key
    room, _, name = str(ast.literal_eval(begins)).rpartition(".")
    words = _messages(room)
    names = [name] if begins is key else [one for one in words if one.startswith(name)]
    return [words[one][language] for one in names]


PAGES = {"tables": tables, "steps": steps, "api": api, "commands": commands, "findings": findings}


def main() -> None:
    """Write the pages; with a language's code print its page of commands alone."""
    if asked := [code for code in FOLDERS if sys.argv[1:] == [code]]:
        sys.stdout.buffer.write(_commands_in(asked[0]).encode("utf-8"))
        return
    for language, folder in FOLDERS.items():
        folder.mkdir(parents=True, exist_ok=True)
        for name, make in PAGES.items():
            (folder / f"{name}.md").write_text(make(language), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
