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


def test_every_page_stands_once_in_the_index() -> None:
    root = ROOT / "docs"
    index = (root / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| \[[^\]]+\]\(([^)]+\.md)\)", index, flags=re.MULTILINE)
    pages = [page.relative_to(root) for page in root.rglob("*.md")]
    # the Vietnamese index is held by tests/test_two_languages.py
    expected = [page.as_posix() for page in pages if not {"decisions", "vi"} & set(page.parts)]
    assert sorted(listed) == sorted(name for name in expected if name != "README.md")
