"""The one date source: local, or told by SOURCE_DATE_EPOCH."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import pytest

from layers import InputError
from layers.base import clock


@pytest.fixture
def in_hanoi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Ho_Chi_Minh")
        time.tzset()
        yield
    time.tzset()


class _LastEvening(dt.datetime):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> _LastEvening:
        return cls(2025, 12, 31, 23, 30, tzinfo=dt.UTC)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has no tzset")
def test_the_year_turns_at_local_midnight(in_hanoi: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock.dt, "datetime", _LastEvening)
    # 23:30 in Greenwich is 6:30 of the next morning in Hà Nội.
    assert clock.today() == dt.date(2026, 1, 1)
    assert clock.this_year() == 2026


def test_source_date_epoch_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225599")
    assert clock.today().isoformat() == "2025-12-31"
    assert clock.midnight().isoformat() == "2025-12-31T00:00:00+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="whole seconds since 1970, found 'yesterday'"):
        clock.this_year()
