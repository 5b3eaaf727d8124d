"""Fixtures shared by all tests."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from layers.base.errors import OutputError
from layers.io.lock import locked
from zones.cli.main import run
from zones.cli.terminal.language import set_language

# Tests make millions of objects and hardly a circle, and every library is loaded: Python's own pace
# of looking for circles takes a third of their time.
gc.set_threshold(50_000, 20, 50)

# Errors in Python and programs that tests start speak English; these then have nothing to tell
# about choosing a language.
_SPOKEN = {"VUNGTRONG_LANG": "en"}
os.environ.update(_SPOKEN)

# A slow machine is no fault of an example.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def _language_of_a_new_process() -> Iterator[None]:
    """No test hears what language the one before it chose, here or in the environment."""
    set_language("vi")
    yield
    os.environ.update(_SPOKEN)


@pytest.fixture(scope="session", autouse=True)
def _settings_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes what the person at this machine keeps."""
    folder = str(tmp_path_factory.mktemp("settings"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", folder)
        patch.setenv("APPDATA", folder)
        yield


@pytest.fixture
def shared() -> Path:
    """Folder of real data beside the checkout; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("real data is not beside the checkout (../shared)")
    return SHARED


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder that ``zones demo`` made, once for all workers; who writes takes a copy."""
    base = tmp_path_factory.getbasetemp()
    place = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = place / "nơi làm việc" / "Tỉnh minh họa"
    folder.parent.mkdir(exist_ok=True)
    made = folder.with_name("made")
    while not made.exists():
        try:
            with locked(made):
                if not made.exists():
                    set_language("vi")
                    assert run(["demo", "--out", str(folder)]) == 0
                    made.touch()
        except OutputError:  # another worker is making it
            time.sleep(0.2)
    return folder
