"""Start of the desk: what the command line was given, the demo, recent projects, a new one."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from tests.zones.app.conftest import Sitting
from zones.app.address import kept_desk
from zones.app.session import Session, first_session, recent_projects
from zones.cli.main import run
from zones.cli.terminal.language import set_language


def test_what_was_given_is_what_is_open(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert first_session(project).project == project.resolve()
    assert first_session(project.parent).project == project.parent / "project.yaml"
    empty = project.parent / "out"
    assert first_session(empty).project is None
    assert first_session(empty).roots == (empty.resolve(),)
    monkeypatch.chdir(project.parent)
    assert first_session(None).demo == Path.cwd() / "demo"


def test_without_a_project_the_demo_is_opened(project: Path) -> None:
    desk = Sitting(Session(demo=project.parent))
    told = desk.ask("start", "hello")
    assert told["project"] is None
    assert told["demo"] == str(project.parent)
    assert desk.ask("start", "demo")["at"] == str(project.resolve())
    assert recent_projects() == [project.resolve()]
    project.unlink()
    assert recent_projects() == []


def test_a_damaged_list_of_recent_projects_is_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "config" / "vungtrong" / "recent.json"
    file.parent.mkdir(parents=True)
    for text in ("{", "7", '{"a": 1}', "\0"):
        file.write_text(text, "utf-8")
        assert recent_projects() == []


@pytest.mark.parametrize("arguments", [["nowhere.yaml"], ["--port", "70000"]])
def test_what_cannot_be_opened_is_one_line(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    set_language("vi")
    assert run(["app", "--no-browser", *arguments]) == 2
    assert capsys.readouterr().err.startswith("Lỗi: ")


def test_a_busy_port_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    set_language("en")
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        assert run(["app", "--no-browser", "--port", port]) == 2
    assert "in use by another program" in capsys.readouterr().err


def test_a_folder_without_a_project_is_opened_but_says_so(tmp_path: Path) -> None:
    desk = Sitting(Session())
    with pytest.raises(Exception, match="No project file"):
        desk.ask("start", "open", path=str(tmp_path))
    assert desk.ask("start", "browse", path=str(tmp_path))["files"] == []
    with pytest.raises(Exception, match="Expected a path"):
        desk.ask("start", "open", path=" ")


def test_a_desk_that_was_killed_is_taken_up_at_its_address(project: Path) -> None:
    session = Session(project=project)
    with kept_desk(session) as first:
        (file,) = (project.parent.parent / "config" / "vungtrong").glob("desk-*.json")
        left = file.read_text("utf-8")
        first.listening.close()
    assert not file.exists()  # it ended on its own: the key is gone with it
    file.write_text(left, "utf-8")  # as a program leaves it that is killed
    file.chmod(0o600)
    with kept_desk(session) as second:
        assert second.address == first.address
        with kept_desk(session) as beside:  # while that one runs
            beside.listening.close()
            assert beside.address.partition("#")[2] != first.address.partition("#")[2]
        assert file.exists()
        second.listening.close()
    with kept_desk(session) as third:
        third.listening.close()
        assert third.address != first.address


def test_a_left_key_is_stale_after_a_day_and_is_no_link(project: Path, tmp_path: Path) -> None:
    session = Session(project=project)
    with kept_desk(session) as first:
        (file,) = (project.parent.parent / "config" / "vungtrong").glob("desk-*.json")
        kept = file.read_text("utf-8")
        first.listening.close()
    key = first.address.partition("#")[2]
    now = time.time()
    for written, same in ((now - 3600, True), (now - 25 * 3600, False), (now + 7200, False)):
        file.write_text(kept, "utf-8")
        file.chmod(0o600)
        os.utime(file, (written, written))
        with kept_desk(session) as desk:
            desk.listening.close()
            assert (desk.address.partition("#")[2] == key) is same
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text(kept, "utf-8")
    elsewhere.chmod(0o600)
    file.symlink_to(elsewhere)
    with kept_desk(session) as desk:
        desk.listening.close()
        assert desk.address.partition("#")[2] != key
    assert elsewhere.read_text("utf-8") == kept  # what the link names is not written to


def test_a_desk_that_ran_for_days_is_taken_up_too(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(project=project)
    with kept_desk(session) as first:
        first.listening.close()
        (file,) = (project.parent.parent / "config" / "vungtrong").glob("desk-*.json")
        left, now = file.read_text("utf-8"), time.time()
        monkeypatch.setattr("zones.app.address.time.time", lambda: now + 3 * 24 * 3600)
        bell = first.server.site.state.bell
        monkeypatch.setattr("zones.app.site._BEAT_SECONDS", 0.01)

        async def listen() -> list[str]:
            lines = bell.listen()
            return [await anext(lines) for _ in range(2)]

        assert asyncio.run(listen())[1] == ": alive\n\n"
        written = file.stat().st_mtime
    file.write_text(left, "utf-8")  # as a program leaves it that is killed
    file.chmod(0o600)
    os.utime(file, (written, written))
    with kept_desk(session) as second:
        second.listening.close()
        assert second.address == first.address


def test_a_left_address_that_others_could_have_written_is_not_taken(project: Path) -> None:
    session = Session(project=project)
    with kept_desk(session) as first:
        (file,) = (project.parent.parent / "config" / "vungtrong").glob("desk-*.json")
        kept = file.read_text("utf-8")
        first.listening.close()
        assert os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == 0o600
    for text, mode in ((kept, 0o644), ("{", 0o600), ('{"port": 80, "key": "x"}', 0o600)):
        file.write_text(text, "utf-8")
        file.chmod(mode)
        with kept_desk(session) as desk:
            desk.listening.close()
            assert desk.address != first.address
