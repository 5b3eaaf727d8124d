"""A small project on the desk, and a live server that answers on a port of this machine."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.factories import write_project
from zones.app.desk import Desk
from zones.app.process import do
from zones.app.serve import open_desk
from zones.app.session import Session
from zones.app.worker import Worker
from zones.project.model import load_project
from zones.run.context import RunOptions
from zones.run.run import run_project


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a small project that has been run; tests work on copies."""
    file = write_project(tmp_path_factory.mktemp("Bàn") / "vùng trồng")
    run_project(load_project(file), options=RunOptions(only=("publish",)))
    return file.parent


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "config"))


@pytest.fixture
def project(measured: Path, tmp_path: Path) -> Path:
    """Project file of a copy."""
    return Path(shutil.copytree(measured, tmp_path / "dự án")) / "project.yaml"


class Sitting:
    """A person at the desk, without a server between."""

    def __init__(self, session: Session) -> None:
        self.told: list[dict[str, Any]] = []
        self.desk = Desk(session, self.told.append)

    def ask(self, room: str, action: str, **asked: Any) -> Any:
        answer = do(self.desk, room, action, asked)
        return json.loads(json.dumps(answer, allow_nan=False))


@pytest.fixture
def sit() -> Callable[[Path], Sitting]:
    """Sit down at a project."""
    return lambda file: Sitting(Session(project=file).with_root(file.parent))


@pytest.fixture(scope="session")
def seated(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sitting]:
    """One desk for all tests that write nothing."""
    folder = Path(shutil.copytree(measured, tmp_path_factory.mktemp("seated") / "dự án"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder.parent))
        yield Sitting(Session(project=folder / "project.yaml").with_root(folder))


@dataclass
class Live:
    """A server that runs, and plain requests to it."""

    port: int
    token: str
    worker: Worker

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str | None] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask as the page does, but for the headers given; None leaves one out."""
        own = f"127.0.0.1:{self.port}"
        sent: dict[str, str | None] = {"Host": own, "x-zones-token": self.token}
        if method == "POST":
            sent |= {
                "Origin": f"http://{own}",
                "Content-Type": "application/json",
                "Sec-Fetch-Site": "same-origin",
                "Content-Length": str(len(body or b"")),
            }
        sent |= headers or {}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value is not None:
                line.putheader(name, value)
        line.endheaders(body)
        answer = line.getresponse()
        found = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        line.close()
        return found

    def ask(self, room: str, action: str, **asked: Any) -> tuple[int, Any]:
        status, _, body = self.request("POST", f"/do/{room}/{action}", json.dumps(asked).encode())
        return status, json.loads(body)


def serve(session: Session, port: int = 0) -> Iterator[Live]:
    """Serve a desk until the test is over."""
    desk = open_desk(session, port=port)
    thread = threading.Thread(target=desk.server.run, kwargs={"sockets": [desk.listening]})
    thread.start()
    port = desk.listening.getsockname()[1]
    try:
        yield Live(port, desk.address.partition("#token=")[2], desk.server.site.state.worker)
    finally:
        desk.server.should_exit = True
        thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def live(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A live server on a copy of the project; its worker starts with the first real question."""
    folder = shutil.copytree(measured, tmp_path_factory.mktemp("live") / "dự án")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder.parent))
        yield from serve(Session(project=folder / "project.yaml").with_root(folder))
