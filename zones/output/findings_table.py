"""Findings as a table: what ``findings.csv`` and the pages show."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

from layers.base.findings import Finding, Findings
from zones.tables import FINDINGS


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Table of findings, columns of ``FINDINGS``, areas in hectares."""
    return FINDINGS.validate(Findings(list(findings)).to_frame())


def finding_tables(names: Iterable[str]) -> list[str]:
    """Those of the tables that hold findings, by name."""
    return [name for name in names if name.endswith("findings")]


def finding_records(tables: Iterable[pd.DataFrame]) -> list[dict[Hashable, Any]]:
    """Findings as the record of a run has them."""
    columns = ["severity", "kind", "source", "count", "message_en", "message_vi"]
    return [row for table in tables for row in table[columns].to_dict("records")]
