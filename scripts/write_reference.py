"""Write the pages of ``docs/reference`` that follow from the code.

python scripts/write_reference.py
"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
PACKAGES = ("layers", "zones", "maps")


def tables() -> str:
    """Tables of a run, from their schemas."""
    from zones.tables import tables_page

    return tables_page()


def api() -> str:
    """Exported names of the three packages, each with its first sentence."""
    lines = [
        "# Python",
        "",
        "What the three packages export. `help(layers.overlay_area)` shows parameters, columns,",
        "units and errors.",
    ]
    for package in PACKAGES:
        module = importlib.import_module(package)
        first = (module.__doc__ or "").strip().splitlines()[0]
        lines += ["", f"## {package}", "", first, "", "| name | what |", "|---|---|"]
        for name in sorted(module.__all__, key=str.lower):
            thing = getattr(module, name)
            described = inspect.isclass(thing) or callable(thing)
            told = (inspect.getdoc(thing) or "").split("\n")[0] if described else _schema(thing)
            lines.append(f"| `{name}` | {told.replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"


def _schema(thing: object) -> str:
    names = getattr(thing, "names", None)
    return f"columns {', '.join(names)}" if names else str(thing)


def commands() -> str:
    """Commands with their options, as ``--help`` says it in English.

    Help texts are built when the commands are loaded, so a process of its own speaks English.
    """
    own = [sys.executable, str(Path(__file__).resolve()), "commands"]
    done = subprocess.run(own, cwd=ROOT, capture_output=True, check=True, env=_ENVIRONMENT)  # noqa: S603
    return done.stdout.decode("utf-8")


_ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def _commands_in_english() -> str:
    from zones.cli.terminal.language import set_language

    set_language("en")
    import typer

    from zones.cli.main import application

    lines = ["# Commands", "", "`--lang vi|en` anywhere on the line chooses the language."]
    lines += _commands(typer.main.get_command(application), "zones")
    return "\n".join(lines) + "\n"


def _commands(command: Any, path: str) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner is not None:
        for name in sorted(inner):
            yield from _commands(inner[name], f"{path} {name}")
        return
    yield f"\n## {path}\n"
    yield (command.help or "").replace("\n\nExample: ", "\n\nExample: `") + (
        "`" if "\n\nExample: " in (command.help or "") else ""
    )
    yield "\n| option | meaning |\n|---|---|"
    for parameter in command.params:
        names = ", ".join(f"`{name}`" for name in parameter.opts)
        if parameter.param_type_name == "argument":
            names = f"`{parameter.metavar or parameter.name}`"
        if parameter.name != "help":
            yield f"| {names} | {' '.join((parameter.help or '').split())} |"


def steps() -> str:
    """Steps of a run, from what they declare."""
    from zones.run.step import load_steps
    from zones.run.store import key_name

    lines = [
        "# Steps of a run",
        "",
        "In their order. `--only STEP` does a step and what it needs. Names with a capital are",
        "objects that live in memory; the others are [tables](tables.md).",
        "",
        "| step | what | reads | makes | decided by |",
        "|---|---|---|---|---|",
    ]
    for name, step in load_steps().items():
        reads = ", ".join(key_name(key) for key in step.reads) or "the project's files"
        made = ", ".join([*(key_name(key) for key in step.writes), *step.files])
        settings = ", ".join(f"`{part}`" for part in step.settings) or "–"
        lines.append(f"| `{name}` | {step.label.en} | {reads} | {made} | {settings} |")
    return "\n".join(lines) + "\n"


def findings() -> str:
    """Kinds of findings, with their severity and words, from where they are made."""
    rows = sorted({row for path in _modules() for row in _found(path)})
    lines = [
        "# Findings",
        "",
        "An *error* stops a run, a *problem* is listed while the rest is measured, a *note* tells",
        "what was assumed, converted or repaired. `…` stands for a figure or a name.",
        "",
        "| kind | severity | what it says |",
        "|---|---|---|",
    ]
    lines += [f"| `{kind}` | {severity} | {text} |" for kind, severity, text in rows]
    return "\n".join(lines) + "\n"


def _modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _found(path: Path) -> Iterator[tuple[str, str, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding"):
            continue
        given = {item.arg: item.value for item in node.keywords}
        given |= dict(zip(("severity", "kind", "source", "message"), node.args, strict=False))
        kind, severity = given.get("kind"), given.get("severity")
        if isinstance(kind, ast.Constant) and isinstance(severity, ast.Constant):
            yield str(kind.value), str(severity.value), _words(given.get("message"))


def _words(message: ast.expr | None) -> str:
    """English sentences of the keys that a message is made of, figures and names left out."""
    keys = [
        node.args[0]
        for node in ast.walk(message or ast.Constant(None))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "message"
    ]
    texts = [text for key in keys[:1] for text in _sentences(key)]
    return " / ".join(re.sub(r"{[^}]*}", "…", text).replace("|", "/") for text in texts) or "–"


def _sentences(key: ast.expr) -> list[str]:
    """English sentences of one key, or of all that begin as it does."""
    begins = key.values[0] if isinstance(key, ast.JoinedStr) else key
    room, _, name = str(ast.literal_eval(begins)).rpartition(".")
    path = ROOT.joinpath(*room.split("."), "messages.toml")
    words = tomllib.loads(path.read_text("utf-8"))
    names = [name] if begins is key else [one for one in words if one.startswith(name)]
    return [words[one]["en"] for one in names]


PAGES = {"tables": tables, "steps": steps, "api": api, "commands": commands, "findings": findings}


def main() -> None:
    """Write the pages; with the word ``commands`` print that page alone."""
    if sys.argv[1:] == ["commands"]:
        sys.stdout.buffer.write(_commands_in_english().encode("utf-8"))
        return
    for name, make in PAGES.items():
        (FOLDER / f"{name}.md").write_text(make(), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
