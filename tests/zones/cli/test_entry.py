"""The program as the system sees it: streams, signals, the last handler."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import zones.cli.main
from tests.factories import write_project
from zones.cli.terminal.language import set_language, tell_how_to_choose

ROOT = Path(__file__).resolve().parents[3]


def zones_(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "zones", *arguments],
        cwd=ROOT, env=os.environ | environment, capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "cp1258", "ascii"])
def test_vietnamese_is_utf8_whatever_the_console(encoding: str) -> None:
    done = zones_("run", "--help", "--lang", "vi", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Chạy toàn bộ: kiểm tra, tính diện tích" in done.stdout.decode("utf-8")
    done = zones_("runn", "--lang", "vi", PYTHONIOENCODING=encoding)
    assert done.returncode == 2
    assert done.stderr.decode("utf-8").startswith("Lỗi: câu lệnh chưa đúng")


NAMES = ("VUNGTRONG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def test_a_path_that_the_locale_cannot_read_keeps_its_letters() -> None:
    """Under LC_ALL=C the bytes of a name come as they are."""
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = zones_("check", "Dự án/kế hoạch.yaml", "--lang", "vi", **plain)
    assert done.returncode == 2
    assert "Không có tệp Dự án/kế hoạch.yaml" in done.stderr.decode("utf-8")


@pytest.mark.parametrize("locale", [{}, {"LANG": "C"}, {"LC_ALL": "POSIX", "LANG": "vi_VN"}])
def test_who_chose_no_language_is_told_once_how(
    locale: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("typer.get_app_dir", lambda name: str(tmp_path / "thiết lập" / name))
    set_language("vi")
    tell_how_to_choose()
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "Ngôn ngữ: đặt biến VUNGTRONG_LANG" in told
    assert "Language: set VUNGTRONG_LANG" in told
    tell_how_to_choose()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("choice", ["VUNGTRONG_LANG=en", "LANG=en_US.UTF-8", "LC_ALL=vi_VN", ""])
def test_who_chose_a_language_is_told_nothing(
    choice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    if choice:
        monkeypatch.setenv(*choice.split("="))
    monkeypatch.setattr("typer.get_app_dir", lambda _name: str(tmp_path))
    set_language("vi", asked=not choice)
    tell_how_to_choose()
    set_language("vi")
    assert (capsys.readouterr().err, list(tmp_path.iterdir())) == ("", [])


def test_where_nothing_can_be_noted_it_is_said_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "settings").touch()  # a file where the folder should be
    monkeypatch.setattr("typer.get_app_dir", lambda name: str(tmp_path / "settings" / name))
    set_language("vi")
    for _ in range(2):
        tell_how_to_choose()
        assert capsys.readouterr().err.startswith("Ngôn ngữ: đặt biến VUNGTRONG_LANG")


def test_the_program_says_how_to_choose_before_anything_else(tmp_path: Path) -> None:
    home = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "APPDATA"), str(tmp_path))
    done = zones_("--help", **dict.fromkeys(NAMES, ""), **home)
    assert done.returncode == 0
    assert done.stderr.decode("utf-8").startswith("Ngôn ngữ: đặt biến VUNGTRONG_LANG")
    assert "Phân bổ chỉ tiêu" in done.stdout.decode("utf-8")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Error: the program"), ("vi", "Lỗi: chương")]
)
def test_what_nobody_foresaw_is_one_line_and_a_report(
    language: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_arguments: list[str], standalone_mode: bool) -> int:
        raise KeyError("zone\ntotals")

    monkeypatch.setattr(zones.cli.main, "_command", lambda: fail)
    set_language(language)  # type: ignore[arg-type]
    assert zones.cli.main.run(["run", "dự án.yaml"]) == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(said)
    assert printed.err.count("\n") == 1
    assert "KeyError" in printed.err
    report = Path(next(word for word in printed.err.split() if "zones-report-" in word))
    text = report.read_text("utf-8")
    report.unlink()
    assert "zones run dự án.yaml" in text
    assert "Traceback (most recent call last)" in text


def test_what_nobody_foresaw_is_one_line_where_no_report_can_be_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_arguments: list[str], standalone_mode: bool) -> int:
        raise KeyError("zone")

    def full(**_names: str) -> tuple[int, str]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zones.cli.main, "_command", lambda: fail)
    monkeypatch.setattr(tempfile, "mkstemp", full)
    set_language("en")
    assert zones.cli.main.run([]) == 3
    told = capsys.readouterr().err
    assert told.endswith("no report of it could be written: the disk is full.\n")
    assert told.count("\n") == 1


def test_too_little_memory_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_arguments: list[str], standalone_mode: bool) -> int:
        raise MemoryError

    monkeypatch.setattr(zones.cli.main, "_command", lambda: fail)
    set_language("en")
    assert zones.cli.main.run([]) == 2
    assert capsys.readouterr().err.startswith("Error: not enough memory")


BANNER = """
import os, sys
import zones.cli.check, zones.__main__
def loud(*_arguments, **_options):
    os.write(1, b"solver 1.0 banner\\n")
    from zones.cli.terminal.language import print_json
    print_json({"xã": "Lộc Bình"})
    return 0
import zones.cli.main
zones.cli.main._command = lambda: loud
sys.argv[1:] = ["check", "p", "--json"]
zones.__main__.main()
"""


def test_nothing_but_json_stands_on_the_output() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BANNER], cwd=ROOT, capture_output=True, check=False,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("utf-8")) == {"xã": "Lộc Bình"}
    assert done.stderr == b"solver 1.0 banner\n"


def test_a_reader_that_has_had_enough_is_no_fault() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "zones", "run", "--help"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        process.stdout.close()
        assert process.stderr.read() == b""


_STOPPED_EARLY = """
import os, signal, sys
import zones.__main__

class Asked:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            exec("os.kill(os.getpid(), signal.{signal})" if {in_text} else _ASK)

_ASK = compile("os.kill(os.getpid(), signal.{signal})", "asked", "exec")
sys.meta_path.insert(0, Asked())
sys.argv = ["zones", "crops"]
zones.__main__.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process the POSIX way")
@pytest.mark.parametrize("in_text", [False, True])  # libraries make classes by exec of text
@pytest.mark.parametrize("module", ["zones.cli.main", "layers.kinds.crops"])  # before, within
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_signal_while_the_commands_load_is_one_line(
    number: str, module: str, in_text: bool, tmp_path: Path
) -> None:
    text = _STOPPED_EARLY.format(signal=number, in_text=in_text, module=module)
    (tmp_path / "asked_early.py").write_text(text, encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "asked_early"], capture_output=True, text=True, check=False,
        env={**os.environ, "VUNGTRONG_LANG": "en", "PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


_DEAF = """
import collections, itertools, os, signal, sys, time
import zones.__main__
import zones.cli.main

def deaf(*_arguments, **_options):
    run = os.getpid()
    if os.fork() == 0:
        time.sleep(0.3)
        os.kill(run, signal.{signal})
        os._exit(0)
    # A loop in C that keeps Python's lock and never looks up, as a driver's may be.
    collections.deque(itertools.repeat(None), maxlen=0)

zones.__main__._PATIENCE_SECONDS = 0.2
zones.cli.main._command = lambda: deaf
sys.argv = ["zones", "--lang", "en", "check", "p"]
zones.__main__.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process the POSIX way")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_run_that_does_not_heed_a_signal_is_ended(number: str) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _DEAF.format(signal=number)], cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert done.stderr.startswith("Stopped: ")
    assert len(done.stderr.splitlines()) == 1
    assert time.monotonic() - begun < 50


_ASKED_LATE = """
import os, signal, sys
import zones.__main__

class Late:
    def __del__(self, kill=os.kill, own=os.getpid(), number=signal.{signal}):
        kill(own, number)

late = Late()  # goes when the interpreter has let go of its handlers
sys.argv = ["zones", "--version"]
zones.__main__.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process the POSIX way")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_signal_after_the_answer_changes_nothing(number: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ASKED_LATE.format(signal=number)], cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process the POSIX way")
@pytest.mark.parametrize(
    ("how", "kept"), [(signal.SIGTERM, 1), (signal.SIGINT, 7), (signal.SIGTERM, 13)]
)
def test_a_signal_while_kernels_are_compiled_stops_the_run(
    how: int, kept: int, tmp_path: Path
) -> None:
    """After some of the 18 or so kernels of the engine are compiled and kept."""
    path = write_project(tmp_path / "p")
    process = subprocess.Popen(
        [sys.executable, "-m", "zones", "run", str(path), "--only", "measure"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "VUNGTRONG_LANG": "en"},
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "cache").rglob("*.nbc"))) < kept and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(how)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 2, told.decode()
    assert b"Stopped; nothing was written." in told
    assert b"Traceback" not in told
    assert b"Exception ignored" not in told
    assert not (path.parent / "out").exists()
    assert list(path.parent.glob(".out*")) == []


EVERY_HELP = """
import io, sys
import typer
import zones.__main__
sys.argv[1:] = ["--help", "--lang", "vi"]
try:
    zones.__main__.main()
except SystemExit:
    import zones.cli.main
group = typer.main.get_command(zones.cli.main.application)
def walk(command, words):
    yield words
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(inner, [*words, name])
for words in walk(group, []):
    print("##", *words)
    zones.cli.main.run([*words, "--help"])
"""


@pytest.mark.parametrize("encoding", ["cp1252", "cp1258"])
def test_the_help_of_every_command_keeps_its_letters(encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EVERY_HELP], cwd=ROOT, capture_output=True, check=False,
        env=os.environ | {"PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    pages = done.stdout.decode("utf-8").split("## ")[1:]
    assert len(pages) > 25
    for page in pages:
        assert "\\u" not in page
        assert re.search("[ạảấậẩầắặằđếệểềọộốồợớờụứựừ]", page), page
