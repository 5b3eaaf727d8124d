"""Fixtures shared by all tests."""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from layers.base.errors import OutputError
from layers.io.lock import locked
from tests.factories import write_project
from zones.cli.main import run
from zones.cli.terminal.language import set_language
from zones.project.model import load_project
from zones.run.run import run_project

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


def _made_once(factory: pytest.TempPathFactory, place: str, make: Callable[[Path], object]) -> Path:
    """Folder that is made once for all workers."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / place
    folder.parent.mkdir(exist_ok=True)
    made = folder.with_name("made")
    while not made.exists():
        try:
            with locked(made):
                if not made.exists():
                    set_language("vi")
                    make(folder)
                    made.touch()
        except OutputError:  # another worker is making it
            time.sleep(0.2)
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder that ``zones demo`` made; who writes takes a copy."""

    def make(folder: Path) -> None:
        assert run(["demo", "--out", str(folder)]) == 0

    return _made_once(tmp_path_factory, "nơi làm việc/Tỉnh minh họa", make)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Project file of the small project after a whole run; who writes takes ``done``."""

    def make(folder: Path) -> None:
        run_project(load_project(write_project(folder)))

    return _made_once(tmp_path_factory, "bàn/vùng trồng", make) / "project.yaml"


@pytest.fixture
def done(whole: Path, tmp_path: Path) -> Path:
    """Project file of a copy after a whole run: one more step starts from what is there."""
    return Path(shutil.copytree(whole.parent, tmp_path / "dự án")) / whole.name
