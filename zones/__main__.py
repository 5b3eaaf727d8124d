"""Entry point of the command ``zones``: what streams, signals and the network may do is settled."""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import threading
import warnings
from types import FrameType
from typing import Any, TextIO

from layers.base.errors import InputError
from zones.cli.terminal.language import (
    print_line,
    say,
    set_language,
    settle_language,
    tell_how_to_choose,
)

#: What GDAL, PROJ and curl read when they are loaded: no address is ever opened.
_ALONE = {
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "GDAL_HTTP_PROXY": "127.0.0.1:0",
    "NO_PROXY": "",
    "no_proxy": "",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "PROJ_NETWORK": "OFF",
}
_RETRY_SECONDS = 0.05
#: Time to stop in order; code from C, such as a driver in a loop, may never look up.
_PATIENCE_SECONDS = 15.0
#: Objects made between two looks for circles, and looks between two of older ones: a run makes
#: millions of objects and hardly a circle; Python's 700 and 10 take a sixth of its time.
_CIRCLES = (200_000, 20, 100)


def main() -> None:
    """Run the command line and exit with its code; asked to stop, at any time, says one line."""
    _stop_when_asked()
    gc.set_threshold(*_CIRCLES)
    try:
        code = _run()
        _too_late_to_stop()
    except KeyboardInterrupt:
        _too_late_to_stop()
        print_line(say("zones.cli.stopped"), error=True)
        code = 2
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as head, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _run() -> int:
    """Settle streams, network and language, then load the commands and run the one asked for."""
    os.environ.update(_ALONE)
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # of libraries; what a planner must know is a finding
    try:
        chosen, arguments = settle_language(sys.argv[1:])
    except InputError as error:
        print_line(error.text("vi") + " / " + error.text("en"), error=True)
        return 2
    set_language(chosen, asked=arguments != sys.argv[1:])
    tell_how_to_choose()
    _end_when_deaf()
    if "--json" in arguments:
        _keep_output_for_json()
    from zones.cli.main import run  # help texts are built in the language settled above

    return run(arguments)


def _speak_utf8(stream: TextIO | Any) -> None:
    """Write UTF-8 whatever the console or the pipe was opened with: cp1258 lacks letters."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _keep_output_for_json() -> None:
    """Send what libraries print to the error stream, so that only JSON reaches the output."""
    own = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = os.fdopen(own, "w", encoding="utf-8", errors="backslashreplace")


def _stop_when_asked() -> None:
    """Let SIGTERM end a run as Ctrl-C does, and let neither get lost in a callback.

    An exception that a signal raises inside a callback from C (the compiler's, GDAL's) is dropped
    by Python with an "Exception ignored" line: the signal is then sent again. What a file that is
    let go could not write was told when it was written.
    """
    told = sys.unraisablehook

    def again(dropped: sys.UnraisableHookArgs) -> None:
        if issubclass(dropped.exc_type, KeyboardInterrupt):
            _later(signal.SIGINT)
        elif not issubclass(dropped.exc_type, OSError):
            told(dropped)

    sys.unraisablehook = again
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)


def _end_when_deaf() -> None:
    """Let a child of ours end a run that does not heed a signal, as when GDAL reads without end.

    Python's handlers wait until C code returns, other threads as well; the wake-up pipe does not.
    What was written before stays whole, as after a kill.
    """
    if not hasattr(os, "fork"):
        return
    reading, writing = os.pipe()
    run = os.getpid()
    if os.fork() == 0:
        os.close(writing)
        _watch(reading, run)
        os._exit(0)
    os.close(reading)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)


def _watch(reading: int, run: int) -> None:
    """Wait for a signal to the run, then for its end: the pipe is closed with it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    asked = {signal.SIGINT, signal.SIGTERM}
    while not asked & set(told := os.read(reading, 64)):
        if not told:
            return
    while select.select([reading], [], [], _PATIENCE_SECONDS)[0]:
        if not os.read(reading, 64):
            return
    print_line(say("zones.cli.ended_hard"), error=True)
    os.kill(run, signal.SIGKILL)


def _too_late_to_stop() -> None:
    """Ignore signals once the answer stands: results are written, and the code says so.

    An interrupt that passed an exec of text, whoever met it, would outlive us: the interpreter
    remembers it until the next exec, and ends by signal where it was started with ``-m``.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    exec("")  # noqa: S102 - see above


def _stop(number: int, _frame: FrameType | None) -> None:
    """Stop between two compilations, not within one."""
    compiler = sys.modules.get("numba.core.compiler_lock")
    if compiler is not None and compiler.global_compiler_lock.is_locked():
        _later(signal.Signals(number))
        return
    raise KeyboardInterrupt


def _later(number: signal.Signals) -> None:
    timer = threading.Timer(_RETRY_SECONDS, _send, [number])
    timer.daemon = True
    timer.start()


def _send(number: signal.Signals) -> None:
    main_thread = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main_thread is not None:
        signal.pthread_kill(main_thread, number)  # wakes it where it waits
    else:
        signal.raise_signal(number)


if __name__ == "__main__":
    main()
