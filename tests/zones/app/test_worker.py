"""The worker behind the server: who asks after it was stopped is answered by a new one."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest

from zones.app.refused import RefusedError
from zones.app.session import Session
from zones.app.worker import Worker


def test_a_question_after_a_stop_is_answered_and_one_under_way_is_told() -> None:
    worker = Worker(Session(), lambda _: None)

    async def sit() -> Any:
        first = await worker.ask("start", "hello", {})
        pid = worker.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)  # it never answers, and takes its time to be gone
        worker.stop()
        second = await worker.ask("start", "hello", {})
        assert worker.pid not in (pid, None)
        os.kill(worker.pid or 0, signal.SIGSTOP)
        two = [asyncio.create_task(worker.ask("start", "hello", {})) for _ in range(2)]
        await asyncio.sleep(0)
        os.kill(worker.pid or 0, signal.SIGKILL)
        with pytest.raises(RefusedError, match="short of memory"):
            await two[0]
        await asyncio.sleep(0)
        worker.stop()  # ends what waits as well
        with pytest.raises(RefusedError, match="Stopped"):
            await two[1]
        worker.close()
        with pytest.raises(RefusedError, match="Stopped"):
            await worker.ask("start", "hello", {})
        return first, second

    first, second = asyncio.run(sit())
    assert first == second
