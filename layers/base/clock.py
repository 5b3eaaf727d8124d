"""Today, or the day that SOURCE_DATE_EPOCH names, so that a run can be repeated to the byte."""

from __future__ import annotations

import os
from datetime import UTC, datetime

__all__ = ["this_year"]


def this_year() -> int:
    """Year of today, or of SOURCE_DATE_EPOCH where it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.now(UTC) if epoch is None else datetime.fromtimestamp(int(epoch), UTC)
    return now.year
