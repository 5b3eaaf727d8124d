"""The one way to open a PDF: whatever pypdf gives up with is one clear error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from layers.base.errors import InputError

#: What pypdf raises of a file that is damaged, one way or another.
_ERRORS = (
    *(PyPdfError, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError),
    *(RuntimeError, AssertionError),
)


@contextmanager
def opened_pdf(path: Path) -> Iterator[PdfReader]:
    """PDF that is read within the block."""
    try:
        with path.open("rb") as opened:
            yield PdfReader(opened)
    except InputError:
        raise
    except _ERRORS as error:
        raise InputError("layers.io.unreadable_pdf", file=path.name) from error
