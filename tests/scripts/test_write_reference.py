"""The reference pages that follow from the code say what the code says."""

from __future__ import annotations

import pytest

from scripts.write_reference import FOLDER, PAGES


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_written_from_the_code(name: str) -> None:
    written = (FOLDER / f"{name}.md").read_text("utf-8")
    assert written == PAGES[name](), "run: python scripts/write_reference.py"
