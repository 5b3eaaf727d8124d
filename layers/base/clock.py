"""Today, or the day that SOURCE_DATE_EPOCH names, so that a run can be repeated to the byte."""

from __future__ import annotations

import datetime as dt
import os

from layers.base.errors import InputError


def today() -> dt.date:
    """Date of today where the computer stands, or the UTC date of SOURCE_DATE_EPOCH."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = dt.datetime.now(tz=dt.UTC)
    if epoch is None:
        return now.astimezone().date()
    try:
        return dt.datetime.fromtimestamp(int(epoch), tz=dt.UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise InputError("layers.base.bad_source_date_epoch", epoch=epoch) from error


def midnight() -> dt.datetime:
    """Stamp of a file: a fixed time of day keeps the bytes of one day the same."""
    return dt.datetime.combine(today(), dt.time(tzinfo=dt.UTC))


def this_year() -> int:
    """Year of today."""
    return today().year
