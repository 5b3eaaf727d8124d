"""A process beside this one: it works, and is gone when this one is, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from layers.base.errors import ClusterError
from layers.base.second_process import processes


def test_it_works_and_ends_with_its_block(tmp_path: Path) -> None:
    with processes(1, tmp_path) as beside:
        beside.load(["wave"]).result()
        pool = beside.pool
        other = pool.submit(os.getpid).result()
        assert other != os.getpid()
        assert pool.submit(eval, "'wave' in __import__('sys').modules").result()
    assert not _alive(other)
    assert beside.folder == tmp_path


def test_what_it_cannot_load_is_told(tmp_path: Path) -> None:
    with processes(1, tmp_path) as beside, pytest.raises(ModuleNotFoundError, match="no_such_room"):
        beside.load(["layers.no_such_room"]).result()


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_one_that_is_killed_ends_in_a_line(tmp_path: Path) -> None:
    def killed() -> None:
        with processes(1, tmp_path) as beside:
            os.kill(beside.pool.submit(os.getpid).result(), signal.SIGKILL)
            beside.load(["wave"]).result()

    with pytest.raises(ClusterError, match="ended from outside"):
        killed()


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_it_does_not_outlive_a_process_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, signal
            from pathlib import Path
            from layers.base.second_process import processes
            if __name__ == "__main__":
                with processes(1, Path()) as beside:
                    print(beside.pool.submit(os.getpid).result(), flush=True)
                    os.kill(os.getpid(), signal.SIGKILL)
            """
        ),
        "utf-8",
    )
    here = str(Path(__file__).parents[3])
    told = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": here}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    other = int(told.stdout)
    for _ in range(600):
        if not _alive(other):
            break
        time.sleep(0.1)
    assert not _alive(other)


def _alive(process: int) -> bool:
    """Whether a process runs; one that has ended and is not yet taken away does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
