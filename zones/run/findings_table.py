"""Findings as a table: what ``findings.csv`` and the pages show."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from layers.base.findings import Finding
from layers.base.schema import Column, Schema

__all__ = ["FINDINGS", "findings_table"]

FINDINGS = Schema(
    "findings",
    (
        Column("severity", "text", "error, problem or note"),
        Column("kind", "text", "stable identifier of the kind of fault"),
        Column("source", "text", "layer's name in the project file"),
        Column("count", "integer", "records concerned"),
        Column("area_ha", "number", "their area", "ha", nullable=True),
        Column("examples", "text", "the first identifiers"),
        Column("message_vi", "text", "message in Vietnamese"),
        Column("message_en", "text", "message in English"),
    ),
)


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Table of findings."""
    rows = [
        {
            "severity": item.severity,
            "kind": item.kind,
            "source": item.source,
            "count": item.count,
            "area_ha": item.area_ha,
            "examples": ", ".join(item.examples),
            "message_vi": item.message.vi,
            "message_en": item.message.en,
        }
        for item in findings
    ]
    return FINDINGS.validate(pd.DataFrame(rows)) if rows else FINDINGS.empty()
