"""The atlas: a vector PDF with one page per commune, pages of the province before them.

Pages are drawn in files of a few, several processes at a time, and joined by pypdf, which also
writes the bookmarks (matplotlib writes none). How many pages a file has does not depend on how many
processes there are, so the atlas is the same to the byte either way.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from pypdf import PdfReader, PdfWriter

from layers.base.clock import midnight
from layers.base.errors import InputError
from layers.base.second_process import Processes, processes
from layers.base.workers import Progress, silent
from layers.io.atomic import scratch_folder, written_aside
from maps.atlas.book import AtlasBook
from maps.atlas.border_page import BorderPage, draw_border_page
from maps.atlas.commune_data import commune_page, commune_sheets
from maps.atlas.commune_page import CommunePage, draw_commune_page
from maps.atlas.content import AtlasContent
from maps.atlas.province_data import province_pages
from maps.atlas.province_pages import (
    GlancePage,
    OverviewPage,
    draw_glance_page,
    draw_overview_page,
)
from maps.atlas.sheet import Sheet
from maps.atlas.sheet_layout import lay_out
from maps.layout.content import DEMO_MARK
from maps.layout.words import phrase
from maps.symbols.fonts import FontSet, find_fonts

PageData = CommunePage | OverviewPage | GlancePage | BorderPage

#: Pages per file: few enough that a process holds little, enough that fonts are not repeated often.
_PAGES_PER_FILE = 10
#: Fewer files are drawn here: a process takes as long to start as six pages to be drawn.
_FILES_FOR_PROCESSES = 3
#: Type 42 embeds the TrueType outlines, so that text can be selected and searched.
_SETTINGS: Any = {"pdf.fonttype": 42, "pdf.compression": 6, "path.simplify": False}


@dataclass(frozen=True, slots=True)
class About:
    """What a file of pages says about itself."""

    title: str
    subject: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class AtlasPage:
    """One page to be drawn, its bookmark, the bookmark above it, and what makes its data."""

    bookmark: str
    group: str
    make: Callable[[], PageData]


def list_pages(
    content: AtlasContent, *, communes: Sequence[str] | None, overview: bool, paper: str
) -> list[AtlasPage]:
    """List the pages of an atlas in order.

    Parameters
    ----------
    content : AtlasContent
        What the atlas is made of.
    communes : sequence of str or None
        Codes of the communes to print; None for all.
    overview : bool
        Whether the pages of the province come first.
    paper : {"legal", "A4", "A3", "A2", "A1", "A0"}
        As in ``save_atlas``.

    Returns
    -------
    list of AtlasPage
        All zones at a glance, one page per zone, forest cover, one page per commune.

    Raises
    ------
    InputError
        A code is not among the communes, nothing is to be printed, or the paper is unknown.
    """
    codes = content.communes["commune_code"].tolist()
    wanted = codes if communes is None else list(dict.fromkeys(communes))
    unknown = [code for code in wanted if code not in codes]
    if unknown or not (wanted or overview):
        raise InputError(
            "maps.atlas.unknown_communes", count=len(unknown), unknown=unknown, codes=codes
        )
    book = AtlasBook(content, lay_out(paper))
    names = content.communes.set_index("commune_code")["commune"]
    listed: list[tuple[str, str, Callable[[int, int], PageData]]] = []
    if overview:
        group = book.say("atlas.province")
        listed += [(name, group, make) for name, make in province_pages(book)]
    group = book.say("atlas.communes")
    for code in wanted:
        sheets = commune_sheets(book, code, legal=paper == "legal", preferred=content.scale)
        listed += [
            (str(names[code]), group, partial(commune_page, book, code, sheets, number))
            for number in range(len(sheets.windows))
        ]
    return [
        AtlasPage(name, group, partial(make, number, len(listed)))
        for number, (name, group, make) in enumerate(listed, start=1)
    ]


def save_atlas(
    content: AtlasContent,
    path: Path,
    *,
    communes: Sequence[str] | None = None,
    overview: bool = True,
    paper: str = "A3",
    jobs: int = 1,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Path:
    """Write the atlas.

    Parameters
    ----------
    content : AtlasContent
        Frames, words and geometry.
    path : pathlib.Path
        PDF to write.
    communes : sequence of str or None
        Codes of the communes to print; None for all.
    overview : bool
        Whether the pages of the province come first.
    paper : {"legal", "A4", "A3", "A2", "A1", "A0"}
        ``"legal"``: communes at the scale that circular 33/2018 (as amended by 16/2023) lists for
        their natural area, or ``content.scale`` beside it, or one step coarser, on the smallest
        paper from A3 that holds them, portrait or landscape; several sheets where none does; pages
        of the province on A3. Any other: landscape sheets of this size, at the largest scale of a
        rounded list.
    jobs : int
        Processes to draw with. Above 1 a script that calls this needs the usual
        ``if __name__ == "__main__":``.
    overwrite : bool
        Replace a file that is there.
    progress : callable
        Called with pages done and pages in all.

    Returns
    -------
    pathlib.Path
        ``path``.

    Raises
    ------
    InputError
        A commune or the paper is unknown, or the font lacks Vietnamese letters.
    OutputExistsError
        The file exists and ``overwrite`` is not set.
    OutputError
        The folder cannot be written, or the PDF is open in another program.
    """
    pages = list_pages(content, communes=communes, overview=overview, paper=paper)
    return save_pages(
        pages,
        path,
        _about(content),
        font=content.font,
        jobs=jobs,
        overwrite=overwrite,
        progress=progress,
    )


def begin_atlas(
    content: AtlasContent,
    beside: Processes,
    *,
    communes: Sequence[str] | None = None,
    overview: bool = True,
    paper: str = "A3",
) -> PageDrawing:
    """As ``save_atlas``, the first pages on their way to other processes; it is to be closed."""
    pages = list_pages(content, communes=communes, overview=overview, paper=paper)
    drawing = PageDrawing(pages, _about(content), find_fonts(content.font), beside)
    drawing.begin()
    return drawing


def _about(content: AtlasContent) -> About:
    annex = content.annex
    subject = annex.heading.attached_to
    if annex.demo:
        subject = f"{DEMO_MARK.text(annex.language)} {subject}".strip()
    title = annex.heading.title.text(annex.language)
    return About(phrase("atlas.title", title=title).text(annex.language), subject, annex.digest)


def save_pages(
    pages: Sequence[AtlasPage],
    path: Path,
    about: About,
    *,
    font: str | None = None,
    jobs: int = 1,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Path:
    """Draw pages into one PDF with bookmarks."""
    drawing = PageDrawing(pages, about, find_fonts(font))
    files = -(-len(pages) // _PAGES_PER_FILE)
    with contextlib.ExitStack() as held:
        held.enter_context(contextlib.closing(drawing))
        if jobs > 1 and files >= _FILES_FOR_PROCESSES:
            folder = held.enter_context(scratch_folder())
            drawing.beside = held.enter_context(processes(min(jobs, files), folder))
        return drawing.finish(path, overwrite=overwrite, progress=progress)


@dataclass(slots=True)
class PageDrawing:
    """Pages on their way into one PDF with bookmarks; ``close`` takes away what is not finished."""

    pages: Sequence[AtlasPage]
    about: About
    fonts: FontSet
    beside: Processes | None = None  # Who draws; this process where nobody else does
    files: list[Path] = field(default_factory=list)  # Where pages lie until they are joined
    _steps: Generator[int, None, None] | None = None

    def begin(self) -> None:
        """Send the first pages to the other processes, and leave them to those."""
        self._steps = self._drawn()
        next(self._steps)

    def finish(self, path: Path, *, overwrite: bool, progress: Progress) -> Path:
        """Draw the rest, wait for all and join them."""
        with written_aside(path, program="a PDF reader", overwrite=overwrite) as part:
            part.touch()
            for done in self._steps or self._drawn():
                progress(done, len(self.pages))
                if done == len(self.pages):
                    _join(self.files, self.pages, part, self.about)
        return path

    def close(self) -> None:
        """Take away pages that were drawn."""
        if self._steps is not None:
            self._steps.close()

    def _drawn(self) -> Generator[int, None, None]:
        """Numbers of pages done; the files lie there until the next one is asked for."""
        starts = range(0, len(self.pages), _PAGES_PER_FILE)
        chunks = [self.pages[start : start + _PAGES_PER_FILE] for start in starts]
        place = None if self.beside is None else self.beside.folder
        with tempfile.TemporaryDirectory(
            prefix="atlas-", dir=place, ignore_cleanup_errors=True
        ) as folder:
            self.files = [Path(folder) / f"{number:04d}.pdf" for number in range(len(chunks))]
            work = list(zip(self.files, chunks, strict=True))
            if self.beside is None:
                yield from _draw_here(work, self.fonts)
            else:
                yield from _draw_in_pool(work, self.fonts, self.beside)


def draw_page(page: PageData, fonts: FontSet) -> Sheet:
    """Draw one page of any kind."""
    if isinstance(page, CommunePage):
        return draw_commune_page(page, fonts)
    if isinstance(page, OverviewPage):
        return draw_overview_page(page, fonts)
    if isinstance(page, BorderPage):
        return draw_border_page(page, fonts)
    return draw_glance_page(page, fonts)


def save_page_picture(page: PageData, path: Path, fonts: FontSet, *, dpi: int = 150) -> Path:
    """Write one page as a picture, for instance for a document.

    Parameters
    ----------
    page : CommunePage or OverviewPage or GlancePage or BorderPage
        What it shows.
    path : pathlib.Path
        PNG to write.
    fonts : FontSet
        Fonts.
    dpi : int
        Dots per inch of paper.

    Returns
    -------
    pathlib.Path
        ``path``.
    """
    with mpl.rc_context(_SETTINGS):
        draw_page(page, fonts).figure.savefig(path, dpi=dpi, metadata={"Software": None})
    return path


_Work = Sequence[tuple[Path, Sequence[AtlasPage]]]


def _draw_here(work: _Work, fonts: FontSet) -> Iterator[int]:
    done = 0
    yield done
    for file, chunk in work:
        with _open_file(file) as book:
            for page in chunk[:-1]:
                _draw_into(book, page.make(), fonts)
                done += 1
                yield done
            _draw_into(book, chunk[-1].make(), fonts)
        done += 1
        yield done


def _draw_in_pool(work: _Work, fonts: FontSet, beside: Processes) -> Iterator[int]:
    """Draw files in processes; page data is made when a process is about to be free."""
    waiting: deque[tuple[Future[None], int]] = deque()
    done = 0
    for file, chunk in work:
        if len(waiting) > beside.count:
            yield done
            done += _finished(*waiting.popleft())
        data = [page.make() for page in chunk]
        waiting.append((beside.pool.submit(_draw_file, file, data, fonts), len(chunk)))
    while waiting:
        yield done
        done += _finished(*waiting.popleft())
    yield done


def _finished(drawn: Future[None], pages: int) -> int:
    drawn.result()
    return pages


def _draw_file(path: Path, data: Sequence[PageData], fonts: FontSet) -> None:
    with _open_file(path) as book:
        for page in data:
            _draw_into(book, page, fonts)


@contextlib.contextmanager
def _open_file(path: Path) -> Iterator[PdfPages]:
    # Fonts are written when the file is closed, so the settings must hold until then. No date: the
    # one that counts is written when the files are joined.
    with mpl.rc_context(_SETTINGS):
        nothing = {"CreationDate": None, "Producer": None, "Creator": None}
        with PdfPages(path, metadata=nothing) as book:
            yield book


def _draw_into(book: PdfPages, page: PageData, fonts: FontSet) -> None:
    book.savefig(draw_page(page, fonts).figure)  # type: ignore[no-untyped-call]


def _join(files: Sequence[Path], pages: Sequence[AtlasPage], path: Path, about: About) -> None:
    with PdfWriter() as writer:
        for file in files:
            with PdfReader(file) as reader:
                writer.append(reader, import_outline=False)
        groups = {}
        for number, page in enumerate(pages):
            if page.group not in groups:
                groups[page.group] = writer.add_outline_item(title=page.group, page_number=number)
            writer.add_outline_item(
                title=page.bookmark, page_number=number, parent=groups[page.group]
            )
        writer.add_metadata(
            {
                "/Title": about.title,
                "/Subject": about.subject,
                "/Producer": "vungtrong",
                "/CreationDate": midnight().strftime("D:%Y%m%d000000Z"),
                "/Digest": about.digest,
            }
        )
        writer.page_mode = "/UseOutlines"
        with path.open("wb") as stream:
            writer.write(stream)
