"""The reference pages that follow from the code say what the code says, in both languages."""

from __future__ import annotations

import pytest

from layers.base.language import Language
from scripts.write_reference import FOLDERS, PAGES


@pytest.mark.parametrize("language", FOLDERS)
@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_written_from_the_code(name: str, language: Language) -> None:
    written = (FOLDERS[language] / f"{name}.md").read_text("utf-8")
    assert written == PAGES[name](language), "run: python scripts/write_reference.py"


@pytest.mark.parametrize("language", FOLDERS)
def test_every_option_of_a_command_says_what_it_is(language: Language) -> None:
    page = (FOLDERS[language] / "commands.md").read_text("utf-8")
    assert not [line for line in page.splitlines() if line.endswith("|  |")]


@pytest.mark.parametrize("language", FOLDERS)
def test_every_finding_says_what_it_says(language: Language) -> None:
    page = (FOLDERS[language] / "findings.md").read_text("utf-8")
    assert not [line for line in page.splitlines() if line.endswith("| – |")]
