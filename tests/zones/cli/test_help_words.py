"""Help of every command in Vietnamese, typer's own words among it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import typer

from zones.cli.main import application, run
from zones.cli.terminal.language import set_language


def _commands(program: typer.Typer, *before: str) -> Iterator[tuple[str, ...]]:
    yield before
    for command in program.registered_commands:
        yield (*before, str(command.name))
    for group in program.registered_groups:
        assert group.typer_instance is not None
        yield from _commands(group.typer_instance, *before, str(group.name))


COMMANDS = list(_commands(application))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_word_of_the_help_is_typers_own(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    set_language("vi")
    assert run([*words, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Cách dùng: ")
    assert "Hiện hướng dẫn này." in text
    english = r"Usage:|Options|Arguments|Commands:|OPTIONS|ARGS|Show this|\[required|\[default"
    english += r"|<(?:path|file|str|int|float|list)"
    assert not re.search(english, text), re.findall(english, text)


def test_english_help_stays_english(capsys: pytest.CaptureFixture[str]) -> None:
    set_language("en")
    assert run(["run", "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Usage: ")
    assert "[required]" in text


def test_the_columns_of_the_vietnamese_help_stand_below_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    texts = {}
    for code in ("en", "vi"):
        set_language(code)
        assert run(["reports", "collect", "--help"]) == 0
        texts[code] = capsys.readouterr().out
    assert re.search(r"(?m)^  PROJECT +Tệp dự án", texts["vi"])
    starts = {re.match(r"  --\S+ <\S+> +", line) for line in texts["vi"].splitlines()} - {None}
    assert len(starts) > 1
    assert len({one.end() for one in starts if one}) == 1
