"""Findings as a table: what ``findings.csv`` and the pages show."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from layers.base.findings import Finding, Findings
from zones.tables import FINDINGS


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Table of findings, columns of ``FINDINGS``, areas in hectares."""
    return FINDINGS.validate(Findings(list(findings)).to_frame())
