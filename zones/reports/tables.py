"""Tables of the year's round: every figure that came back, and what a year's figures add up to."""

from __future__ import annotations

from layers.base.schema import read_schema

FIGURES = read_schema("zones.reports", "reported_figures")

HISTORY = read_schema("zones.reports", "report_history")

STATUS = read_schema("zones.reports", "report_status")

RETURNED = read_schema("zones.reports", "returned_files")

RETURNED_ROWS = read_schema("zones.reports", "returned_rows")

REPORT_FINDINGS = read_schema("zones.reports", "report_findings")

REPORTED_CROPS = read_schema("zones.reports", "reported_crops")
