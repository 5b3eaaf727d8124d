"""Findings as a table: what ``findings.csv`` and the pages show."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from layers.base.findings import Finding
from zones.tables import FINDINGS


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Table of findings, columns of ``FINDINGS``, areas in hectares."""
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
