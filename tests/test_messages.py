"""The catalogues: every key in the code exists, every sentence is used, both languages agree."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("layers", "maps", "zones")


class _Use(NamedTuple):
    """A key in the code; where only its beginning is known, ``whole`` is false."""

    where: str
    key: str
    whole: bool
    values: frozenset[str]
    all_known: bool


def _catalogues() -> dict[str, dict[str, str]]:
    """Every sentence of the packages, by key."""
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("messages.toml"):
            room = ".".join(path.parent.relative_to(ROOT).parts)
            for name, words in tomllib.loads(path.read_text("utf-8")).items():
                found[f"{room}.{name}"] = words
    return found


def _uses() -> Iterator[_Use]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and node.args and _says(node.func):
                    key, whole = _key(node.args[0])
                    if key:
                        names = [item.arg for item in node.keywords]
                        where = f"{path.relative_to(ROOT)}:{node.lineno}"
                        values = frozenset(name for name in names if name)
                        yield _Use(where, key, whole, values, None not in names)


def _says(function: ast.expr) -> bool:
    name = getattr(function, "attr", getattr(function, "id", ""))
    return name in ("message", "say") or name.endswith("Error")


def _key(node: ast.expr) -> tuple[str, bool]:
    """Key that a call names, or its beginning."""
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        text, whole = str(node.values[0].value), False
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        text, whole = node.value, True
    else:
        return "", True
    return (text, whole) if text.split(".")[0] in PACKAGES and " " not in text else ("", True)


def _placeholders(words: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(words) if field is not None}


CATALOGUES = _catalogues()


@cache
def _used() -> list[_Use]:
    return list(_uses())


def test_every_key_in_the_code_exists() -> None:
    missing = [
        f"{use.where}: {use.key}"
        for use in _used()
        if not (use.key in CATALOGUES if use.whole else _begun(use.key))
    ]
    assert not missing


def _begun(beginning: str) -> list[str]:
    return [key for key in CATALOGUES if key.startswith(beginning)]


def test_every_sentence_of_a_catalogue_is_used() -> None:
    used = {use.key for use in _used() if use.whole}
    used.update(key for use in _used() if not use.whole for key in _begun(use.key))
    assert not sorted(set(CATALOGUES) - used)


def test_both_languages_say_the_same() -> None:
    unlike = [
        key
        for key, words in CATALOGUES.items()
        if set(words) != {"en", "vi"}
        or not all(text.strip() for text in words.values())
        or _placeholders(words["en"]) != _placeholders(words["vi"])
    ]
    assert not unlike


def test_calls_give_exactly_what_a_sentence_needs() -> None:
    unlike = []
    for use in _used():
        for key in [use.key] if use.whole else _begun(use.key):
            needed = _placeholders(CATALOGUES[key]["en"]) if key in CATALOGUES else set()
            if not (use.values == needed if use.all_known else use.values <= needed):
                unlike.append(f"{use.where}: {key} needs {sorted(needed)}")
    assert not unlike


def test_a_counted_noun_has_its_singular() -> None:
    """``{count:,} {count:plot|plots}``: "1 plots" is no English."""
    wrong = [
        f"{key}: {found[0]}"
        for key, words in CATALOGUES.items()
        if (found := re.search(r"\{count(:,)?\} (?:(?:more|other|invalid) )?(\w+s)\b", words["en"]))
        and found[2] not in ("times", "species")
    ]
    assert not wrong
