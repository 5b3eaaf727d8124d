"""Each page of the documentation has its twin: neither language lacks a key, a command or a table.

Two twins have the same headings, tables, blocks of code, images and links, and in each section the
same words in code: keys, commands, files, columns. What is said around them is for people to check.
"""

from __future__ import annotations

import itertools
import re
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
VIETNAMESE = DOCS / "vi"

#: Records of decisions may be shorter in Vietnamese: title, headings, tables and blocks are held.
SHORT = "explanation/decisions/"
#: Words of examples that each language has its own way.
OWN_WORDS = {"ke-hoach": "my-plan", "-NĂM": "-YEAR"}

NAMES = sorted(
    path.relative_to(DOCS).as_posix()
    for path in DOCS.rglob("*.md")
    if VIETNAMESE not in path.parents
)
README = (ROOT / "README.md", ROOT / "README.vi.md")
TWINS = [README, *((DOCS / name, VIETNAMESE / name) for name in NAMES)]
IDS = ["the readme", *NAMES]

#: A bar that parts cells: neither escaped nor inside code.
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|(?![^`|]*`(?:[^`]*`[^`]*`)*[^`]*$)")


class Section:
    """What stands below one heading."""

    def __init__(self, heading: str) -> None:
        self.level = len(heading) - len(heading.lstrip("#"))
        self.title = heading.lstrip("# ")
        self.blocks: list[tuple[str, list[str]]] = []
        self.lines: list[str] = []

    @property
    def text(self) -> str:
        """Its lines without blocks of code."""
        return "\n".join(self.lines)

    @property
    def rows(self) -> list[tuple[int, set[str]]]:
        """Rows of its tables: how many cells, and the words in code; between tables none."""
        found: list[tuple[int, set[str]]] = []
        for line in self.lines:
            cells = _BETWEEN_CELLS.split(line)[1:-1] if line.startswith("|") else []
            if cells or (found and found[-1][0]):
                found.append((len(cells), _in_code(line) if cells else set()))
        return found

    @property
    def programs(self) -> list[tuple[str, list[str]]]:
        """Its blocks of code without comments; of a drawing only how many lines it has."""
        return [(kind, _program(kind, lines)) for kind, lines in self.blocks]

    @property
    def code(self) -> set[str]:
        """Its words in code."""
        return _in_code(self.text)


def _in_code(text: str) -> set[str]:
    return {_common(found) for found in re.findall(r"`([^`]+)`", " ".join(text.split()))}


def _common(text: str) -> str:
    for own, word in OWN_WORDS.items():
        text = text.replace(own, word)
    return text


def _sections(page: Path) -> list[Section]:
    """Sections of a page; what comes before the first heading belongs to none."""
    sections: list[Section] = []
    block: list[str] | None = None
    for line in page.read_text("utf-8").splitlines():
        if line.lstrip().startswith("```"):
            if block is None:
                block = []
                sections[-1].blocks.append((line.strip("` "), block))
            else:
                block = None
        elif block is not None:
            block.append(line)
        elif re.match(r"#+ ", line):
            sections.append(Section(line))
        else:
            sections[-1].lines.append(line)
    return sections


def _program(kind: str, lines: list[str]) -> list[str]:
    if not kind:
        return [""] * len(lines)
    flush = textwrap.dedent("\n".join(lines)).splitlines()
    bare = [re.sub(r"(^|\s+)#\s.*$", "", line).rstrip() for line in flush]
    return [_common(line) for line in bare if line]


def _targets(section: Section, page: Path) -> Iterator[str]:
    """Links and images of a section: English path of the page they lead to, and whether a part."""
    for link in re.findall(r"\]\(([^)\s]+)\)", section.text):
        if "://" in link:
            yield link
            continue
        path, _, part = link.partition("#")
        file = (page.parent / path).resolve() if path else page
        file, away = _as_english(file, page)
        if file == ROOT / "README.vi.md":
            file = ROOT / "README.md"
        yield f"{away}{file.relative_to(ROOT).as_posix()}{'#' if part else ''}"


def _as_english(file: Path, page: Path) -> tuple[Path, str]:
    """English twin of a linked page, and a word where the link leaves the language of its page."""
    if DOCS not in file.parents:
        return file, ""
    name, stays = _name(file), _is_vietnamese(file) == _is_vietnamese(page)
    if stays or name == _name(page) or not (VIETNAMESE / name).exists():
        return DOCS / name, ""
    return DOCS / name, "in the other language: "


def _is_vietnamese(page: Path) -> bool:
    return VIETNAMESE in page.parents or page.name == README[1].name


def _name(page: Path) -> Path:
    inside = next((folder for folder in (VIETNAMESE, DOCS) if folder in page.parents), ROOT)
    return page.relative_to(inside)


def test_both_languages_have_the_same_pages() -> None:
    vietnamese = {path.relative_to(VIETNAMESE).as_posix() for path in VIETNAMESE.rglob("*.md")}
    assert vietnamese == set(NAMES)


@pytest.mark.parametrize(("english", "vietnamese"), TWINS, ids=IDS)
def test_twins_say_the_same(english: Path, vietnamese: Path) -> None:
    assert list(_differences(english, vietnamese)) == []


def _differences(english: Path, vietnamese: Path) -> Iterator[str]:
    """What one of two pages has and the other has not."""
    ours, theirs = _sections(english), _sections(vietnamese)
    if [one.level for one in ours] != [one.level for one in theirs]:
        yield f"headings: {[one.title for one in ours]} and {[one.title for one in theirs]}"
        return
    short = SHORT in english.as_posix()
    for one, other in zip(ours, theirs, strict=True):
        where = f"{one.title} / {other.title}"
        for block, block_vi in itertools.zip_longest(one.programs, other.programs):
            if block != block_vi:
                yield f"{where}: blocks of code: {block} and {block_vi}"
        for row, row_vi in itertools.zip_longest(one.rows, other.rows):
            if row != row_vi:
                yield f"{where}: rows of tables: {row} and {row_vi}"
        if not short and one.code != other.code:
            yield f"{where}: in code: {sorted(one.code ^ other.code)}"
        links = [sorted(_targets(*pair)) for pair in ((one, english), (other, vietnamese))]
        if not short and links[0] != links[1]:
            yield f"{where}: links: {links[0]} and {links[1]}"


@pytest.mark.parametrize(("english", "vietnamese"), TWINS, ids=IDS)
def test_each_page_leads_to_its_twin(english: Path, vietnamese: Path) -> None:
    for page, twin, label in (
        (english, vietnamese, "Tiếng Việt"),
        (vietnamese, english, "English"),
    ):
        title, blank, link = page.read_text("utf-8").splitlines()[:3]
        assert title.startswith("# ")
        assert not blank
        found = re.fullmatch(rf"\*\[{label}\]\((.+)\)\*", link)
        assert found, f"{page}: the third line is the link to the other language"
        assert (page.parent / found[1]).resolve() == twin


@pytest.mark.parametrize(
    "page", sorted(DOCS.rglob("*.md")), ids=lambda p: p.relative_to(DOCS).as_posix()
)
def test_links_to_a_part_of_a_page_lead_to_its_heading(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+#[^)\s]+)\)|\]\((#[^)\s]+)\)", page.read_text("utf-8")):
        path, _, part = (link[0] or link[1]).partition("#")
        if "://" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert part in {_anchor(section.title) for section in _sections(target)}, link


def _anchor(title: str) -> str:
    """Anchor that a heading gets: letters, digits, hyphens and underscores, spaces as hyphens."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize(
    ("name", "lacks"),
    [
        ("how-to/own-province.md", "zones run ke-hoach/project.yaml\n"),  # a command
        ("reference/project-file.md", r"\| `province` \|.*\n"),  # a row of a table
        ("reference/project-file.md", r" \| mặc định \|"),  # a column
        ("how-to/app.md", "    - low.anise=60000\n"),  # a line of a file
        ("how-to/app.md", r"!\[Kiểm tra.*\n"),  # an image
        ("how-to/map.md", "## Giới hạn\n"),  # a heading
        ("how-to/planning-map.md", "`planning: {exclude: .*}`"),  # a key
        ("how-to/trajectory.md", r"\(\.\./explanation/trajectory\.md\)"),  # a link
    ],
)
def test_what_one_language_lacks_is_found(
    name: str, lacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "docs"
    shutil.copytree(DOCS, copy, ignore=shutil.ignore_patterns("*.png"))
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    monkeypatch.setattr(f"{__name__}.DOCS", copy)
    monkeypatch.setattr(f"{__name__}.VIETNAMESE", copy / "vi")
    assert list(_differences(copy / name, copy / "vi" / name)) == []
    page = copy / "vi" / name
    shorter, times = re.subn(lacks, "", page.read_text("utf-8"), count=1)
    assert times == 1
    page.write_text(shorter, "utf-8")
    assert list(_differences(copy / name, page)) != []
