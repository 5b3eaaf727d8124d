"""In which language the command line speaks, and how it ends.

The language is settled before the commands are loaded, because their help texts are built then:
``--lang`` anywhere on the line, else ``VUNGTRONG_LANG``, else the environment's locale (Vietnamese
for ``vi_VN``, English for any other), and Vietnamese where the environment says nothing.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from layers.base.errors import InputError
from layers.base.language import Language, said_by_environment
from layers.base.messages import message

_language: Language = "vi"
_asked = False


def language() -> Language:
    """Language of this process."""
    return _language


def language_of_pages() -> Language | None:
    """Language that pages open in because ``--lang`` says so."""
    return _language if _asked else None


def set_language(code: Language, *, asked: bool = False) -> None:
    """Speak a language from now on."""
    global _asked, _language
    _language, _asked = code, asked


def settle_language(arguments: list[str]) -> tuple[Language, list[str]]:
    """Language asked for by the command line or the environment."""
    asked, rest, waiting = "", [], False
    for argument in arguments:
        if waiting or argument.startswith("--lang="):
            asked, waiting = argument.removeprefix("--lang="), False
        elif argument == "--lang":
            waiting = True
        else:
            rest.append(argument)
    if asked and asked not in ("vi", "en"):
        raise InputError("zones.cli.bad_language", asked=asked)
    asked = asked or said_by_environment() or "vi"
    return ("vi" if asked.lower().startswith("vi") else "en"), rest


def tell_how_to_choose() -> None:
    """Say once on a machine how to choose, where neither line nor environment names a language."""
    if _asked or said_by_environment().partition(".")[0] not in ("", "C", "POSIX"):
        return
    import typer  # knows where each system keeps settings; loaded for the commands anyway

    told = Path(typer.get_app_dir("vungtrong")) / "language-told"
    if told.exists():
        return
    how = message("zones.cli.how_to_choose_language")
    print_line(f"{how.vi} / {how.en}", error=True)
    with contextlib.suppress(OSError):  # a folder that cannot be written: it is said again
        told.parent.mkdir(parents=True, exist_ok=True)
        told.touch()


def say(key: str, /, **values: object) -> str:
    """Message in the language of this process."""
    return message(key, **values).text(_language)


#: Bytes of a path that the locale of the console could not read.
_UNREAD = re.compile("[\udc80-\udcff]+")


def _as_utf8(found: re.Match[str]) -> str:
    return found[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def print_line(text: str = "", *, error: bool = False) -> None:
    """Print a plain line, on a stream that may not know every letter."""
    stream = sys.stderr if error else sys.stdout
    encoding = stream.encoding or "utf-8"
    text = _UNREAD.sub(_as_utf8, text)
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def print_json(data: Any) -> None:
    """Print data as JSON on the output stream, letters kept, keys in given order."""
    print_line(json.dumps(data, ensure_ascii=False, indent=2, default=str))
