"""Attacks on a local server: each is refused or harmless, and nothing is lost."""

from __future__ import annotations

import json
import os
import socket
import stat
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import zones.app.guard
from layers.base.errors import OutputError
from tests.zones.app.conftest import Live, serve
from zones.app.serve import open_browser, open_desk
from zones.app.session import Session

HELLO = "/do/start/hello"
FORM = "application/x-www-form-urlencoded"

#: Attack: method, path, headers that differ from the page's own, status that refuses it.
ATTACKS: dict[str, tuple[str, str, dict[str, str | None], int]] = {
    "a name that was bound to this machine": ("POST", HELLO, {"Host": "evil.example:80"}, 421),
    "a name like ours": ("POST", HELLO, {"Host": "127.0.0.1.evil.example"}, 421),
    "another port in the host": ("GET", "/", {"Host": "127.0.0.1:1"}, 421),
    "no host": ("GET", "/", {"Host": None}, 400),
    "a page of another origin": ("POST", HELLO, {"Origin": "https://evil.example"}, 403),
    "a page from a file": ("POST", HELLO, {"Origin": "null"}, 403),
    "another port's page": ("POST", HELLO, {"Origin": "http://127.0.0.1:1"}, 403),
    "no origin": ("POST", HELLO, {"Origin": None}, 403),
    "a page of another site, told by the browser": (
        "POST",
        HELLO,
        {"Sec-Fetch-Site": "cross-site"},
        403,
    ),
    "a page beside ours": ("GET", "/events", {"Sec-Fetch-Site": "same-site"}, 403),
    "a picture of another page": ("GET", "/events", {"Sec-Fetch-Site": "cross-site"}, 403),
    "a form": ("POST", HELLO, {"Content-Type": FORM}, 415),
    "a form that looks like text": ("POST", HELLO, {"Content-Type": "text/plain"}, 415),
    "no token": ("POST", HELLO, {"x-zones-token": None}, 401),
    "an empty token": ("POST", HELLO, {"x-zones-token": ""}, 401),
    "a wrong token": ("POST", HELLO, {"x-zones-token": "a" * 43}, 401),
    "a token of letters beyond ASCII": (
        "POST",
        HELLO,
        {"x-zones-token": "é" * 9},
        401,
    ),
    "a token in the address": ("POST", HELLO + "?token=TOKEN", {"x-zones-token": None}, 401),
    "events without a token": ("GET", "/events", {"x-zones-token": None}, 401),
    "a change by GET": ("GET", HELLO, {}, 404),
    "a question before the question": ("OPTIONS", HELLO, {"Origin": "https://evil.example"}, 403),
    "another method": ("PUT", HELLO, {}, 405),
    "deleting": ("DELETE", "/", {}, 405),
    "up and out": ("GET", "/static/../session.py", {}, 404),
    "up and out, encoded": ("GET", "/static/%2e%2e/session.py", {}, 404),
    "up and out, encoded twice": ("GET", "/static/%252e%252e%252fsession.py", {}, 404),
    "up and out, with backslashes": ("GET", "/static/..%5c..%5csession.py", {}, 404),
    "an absolute path": ("GET", "//etc/passwd", {}, 404),
    "an action that is none": ("POST", "/do/start/__import__", {}, 404),
    "a room that is none": ("POST", "/do/desk/hello", {}, 404),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused(attack: str, live: Live) -> None:
    method, path, headers, status = ATTACKS[attack]
    found, sent, body = live.request(method, path.replace("TOKEN", live.token), headers=headers)
    if attack.startswith("a question before"):  # a preflight gets no leave, whatever the status
        assert found in (403, 405)
    else:
        assert found == status
    assert not [name for name in sent if name.startswith("access-control-")]
    assert b"passwd" not in body
    assert b"def " not in body


def test_the_page_itself_is_answered(live: Live) -> None:
    status, told = live.ask("start", "hello")
    assert status == 200
    assert told["project"]["title"]["vi"]
    own = f"localhost:{live.port}"
    named = {"Host": own, "Origin": f"http://{own}"}
    assert live.request("POST", HELLO, b"{}", named)[0] == 200


def test_the_shell_holds_no_data_and_may_load_nothing_from_outside(live: Live) -> None:
    status, headers, body = live.request("GET", "/", headers={"x-zones-token": None})
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert b"<script>" not in body
    assert b"style=" not in body
    assert b"onclick" not in body
    assert b"http" not in body


def test_several_hosts_or_tokens_are_none(live: Live) -> None:
    lines = [
        "POST /do/start/hello HTTP/1.1",
        f"Host: 127.0.0.1:{live.port}",
        f"Origin: http://127.0.0.1:{live.port}",
        "Content-Type: application/json",
        "x-zones-token: wrong",
        f"x-zones-token: {live.token}",
        "Content-Length: 2",
    ]
    assert _raw(live, "\r\n".join(lines) + "\r\n\r\n{}").startswith(b"HTTP/1.1 401")


def test_a_recorded_request_does_nothing_when_it_is_sent_again(project: Path) -> None:
    with contextmanager(serve)(Session(project=project).with_root(project.parent)) as live:
        stamp = live.ask("targets", "ground")[1]["stamp"]
        asked = json.dumps({"changes": ["low.pine=40"], "stamp": stamp}).encode()
        recorded = ("POST", "/do/targets/save", asked)
        status, _, answer = live.request(*recorded)
        assert status == 200
        later = {"changes": ["low.pine=41"], "stamp": json.loads(answer)["stamp"]}
        assert live.ask("targets", "save", **later)[0] == 200
        saved = project.read_bytes()
        assert live.request(*recorded)[0] == 409  # what was saved since stays
        port, key = live.port, live.token
    again = Session(project=project).with_root(project.parent)
    with contextmanager(partial(serve, port=port))(again) as live:
        assert live.request(*recorded, {"x-zones-token": key})[0] == 401  # the next session's key
    assert project.read_bytes() == saved


def _raw(live: Live, text: str) -> bytes:
    with socket.create_connection(("127.0.0.1", live.port), timeout=20) as line:
        line.sendall(text.encode())
        return line.recv(4096)


def test_a_websocket_is_no_way_in(live: Live) -> None:
    text = (
        f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        "Sec-WebSocket-Version: 13\r\nOrigin: https://evil.example\r\n\r\n"
    )
    assert _raw(live, text).split(b" ")[1] in (b"400", b"403", b"401")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(live: Live) -> None:
    told = live.request("POST", HELLO, b"{}", {"Content-Length": "2000000000"})
    assert told[0] == 413
    assert live.request("POST", HELLO, b" " * 1_000_001)[0] == 413


def test_a_body_that_does_not_arrive_is_given_up(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zones.app.guard, "BODY_SECONDS", 0.3)
    assert live.request("POST", HELLO, b"{", {"Content-Length": "10"})[0] == 408


@pytest.mark.parametrize(
    "body", [b"[]", b"no json", b"\xff\xfe", b"[" * 100_000, b'{"path": "x", "more": 1}', b"null"]
)
def test_a_question_that_is_none_is_refused(body: bytes, live: Live) -> None:
    status, _, answer = live.request("POST", "/do/start/browse", body)
    assert status == 400
    assert set(json.loads(answer)["error"]) == {"vi", "en"}


@pytest.mark.parametrize(
    "action", ["do/start/folder", "do/files/look", "do/files/edit", "file/print", "take-away"]
)
def test_half_a_letter_is_no_text(action: str, live: Live) -> None:
    body = rb'{"path": "/tmp/\ud800", "text": "\ud800", "shown": ["\ud800"], "\udcff": 1}'
    status, _, answer = live.request("POST", f"/{action}", body)
    assert status == 400
    assert r"found '\ud800', which is no letter" in json.loads(answer)["error"]["en"]
    assert live.request("POST", f"/{action}", rb'{"path": "/tmp/\ud83d\ude00"}')[0] != 500


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX alone")
def test_a_file_whose_name_is_no_utf8_is_listed_and_told(live: Live) -> None:
    folder = live.worker.session.roots[0]
    path = folder / os.fsdecode(b"r\xf9ng.csv")
    try:
        path.write_text("a\n1\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    try:
        status, listed = live.ask("start", "browse", path=str(folder))
        assert (status, path.name in listed["files"]) == (200, True)
        status, told = live.ask("files", "look", path=str(path))
        assert (status, "give that another name" in told["error"]["en"]) == (400, True)
    finally:
        path.unlink()


@pytest.mark.parametrize(
    "path",
    ["/", "/etc", "..", "../..", "C:\\", "\\\\server\\share", "//server/share", "a\0b", "~", ""],
)
def test_no_folder_is_seen_that_was_not_opened(path: str, live: Live) -> None:
    status, told = live.ask("start", "browse", path=path)
    assert status in (403, 404)
    assert "error" in told


def test_a_link_that_leads_out_is_not_followed(sit: Any, project: Path) -> None:
    (project.parent / "ra-ngoai").symlink_to("/etc")
    (project.parent / "mat-khau.csv").symlink_to("/etc/passwd")
    desk = sit(project)
    seen = desk.ask("start", "browse", path=str(project.parent))
    assert "communes.gpkg" in seen["files"]
    assert "ra-ngoai" not in seen["folders"]
    assert "mat-khau.csv" not in seen["files"]
    with pytest.raises(Exception, match="outside the folders"):
        desk.ask("start", "browse", path=str(project.parent / "ra-ngoai"))


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("../x.csv", 400),
        ("..%5Cx.csv", 400),
        (".profile", 400),
        ("x.sh", 415),
        ("x.csv.exe", 415),
        ("project.yaml", 409),
        ("a%00.csv", 400),
        ("", 400),
    ],
)
def test_a_file_of_a_bad_name_or_kind_is_not_kept(name: str, status: int, live: Live) -> None:
    kind = {"Content-Type": "application/octet-stream"}
    assert live.request("POST", f"/upload?name={name}", b"a,b\n", kind)[0] == status


def test_the_second_user_of_the_machine_sees_nothing(tmp_path: Path, project: Path) -> None:
    desk = open_desk(Session(project=project))
    assert desk.listening.getsockname()[0] == "127.0.0.1"
    opened: list[str] = []
    page = open_browser(desk.address, opener=lambda url: not opened.append(url))  # type: ignore[func-returns-value]
    desk.listening.close()
    assert page is not None
    assert desk.address.partition("=")[2] not in opened[0]  # a command line is read by everyone
    if os.name != "nt":
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
    page.unlink()


def test_each_session_has_a_key_of_its_own(project: Path) -> None:
    first, second = open_desk(Session(project=project)), open_desk(Session(project=project))
    keys = [desk.address.partition("#token=")[2] for desk in (first, second)]
    first.listening.close()
    second.listening.close()
    assert keys[0] != keys[1]
    assert min(map(len, keys)) >= 40


def test_a_busy_port_is_told(project: Path) -> None:
    busy = socket.create_server(("127.0.0.1", 0))
    with busy, pytest.raises(OutputError, match="in use"):
        open_desk(Session(project=project), port=busy.getsockname()[1])
    with pytest.raises(OutputError, match="from 1024"):
        open_desk(Session(project=project), port=70000)


def test_no_browser_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert open_browser("http://127.0.0.1:1/#token=x", opener=lambda _: False) is None
    assert list(tmp_path.glob("zones-*")) == []
