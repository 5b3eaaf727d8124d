"""Every link of the documentation leads to a file that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    files = [link.partition("#")[0] for link in links if "://" not in link]
    assert not [name for name in files if name and not (page.parent / name).exists()]


def test_every_page_stands_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    pages = [page for page in (ROOT / "docs").rglob("*.md") if "decisions" not in page.parts]
    missing = [
        name
        for page in pages
        if (name := page.relative_to(ROOT / "docs").as_posix()) != "README.md" and name not in index
    ]
    assert not missing
