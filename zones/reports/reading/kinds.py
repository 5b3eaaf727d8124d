"""Kinds of files that can be a report that came back; it imports no reader."""

from __future__ import annotations

from layers.base.errors import InputError
from layers.io.endings import WORKBOOK_KINDS

TEXT_KINDS = (".csv", ".tsv", ".txt")
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".webp", ".pdf")
_DOCUMENTS = (".doc", ".docx", ".odt", ".rtf")


def unread_report(kind: str, name: str) -> InputError | None:
    """Error of a file whose ending is none of a report."""
    if kind in (*WORKBOOK_KINDS, *TEXT_KINDS):
        return None
    if kind in _PICTURES:
        return InputError("zones.reports.refused_picture", file=name, kind=kind)
    if kind in _DOCUMENTS:
        return InputError("zones.reports.refused_document", file=name, kind=kind)
    return InputError("zones.reports.refused_kind", file=name, kind=kind or "?")
