"""What is wrong with a command line, in Vietnamese: typer's own sentences are English only.

The sentences differ a little from version to version of typer, so a sentence without a pattern here
is shown as it is.
"""

from __future__ import annotations

import re

_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"No such command '(?P<a>[^']*)'\.?", "không có lệnh {a!r}"),
    (r"No such option:? '?(?P<a>[^\s'.]+)'?\.?", "không có tùy chọn {a}"),
    (r"Missing argument '(?P<a>[^']*)'\.?", "thiếu {a}"),
    (r"Missing option '(?P<a>[^']*)'\.?", "thiếu tùy chọn {a}"),
    (r"Missing command\.?", "thiếu tên lệnh"),
    (r"Option '(?P<a>[^']*)' requires an argument\.?", "tùy chọn {a} cần một giá trị"),
    (r"Option '(?P<a>[^']*)' does not take a value\.?", "tùy chọn {a} không nhận giá trị"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((?P<a>[^)]*)\)\.?", "thừa {a!r}"),
    (r"Invalid value for '(?P<a>[^']*)'", "giá trị của {a} không hợp lệ"),
)
_HINTS: tuple[tuple[str, str], ...] = (
    (r"Did you mean '?(?P<a>[^'?]+)'?\?", "có phải {a}?"),
    (r"\(Possible options: (?P<a>[^)]*)\)", "có phải {a}?"),
    (r"greater than or equal to (?P<a>-?[\d.]+)", "cần từ {a} trở lên"),
    (r"valid integer", "cần một số nguyên"),
    (r"valid number", "cần một số"),
)


def usage_fault_vi(message: str) -> str:
    """Say in Vietnamese what is wrong with a command line."""
    parts = [_first(_PATTERNS, message), _first(_HINTS, message)]
    told = "; ".join(part for part in parts if part) if parts[0] else message.rstrip(".")
    return told if told.endswith("?") else f"{told}."


#: What typer prints around the help texts; a column is never made wider in its midst.
_HELP: tuple[tuple[str, str], ...] = (
    (r"(?m)^Usage:", "Cách dùng:"),
    (r"(?m)^Arguments:$", "Tham số:"),
    (r"(?m)^Options:$", "Tùy chọn:"),
    (r"(?m)^Commands:$", "Lệnh:"),
    (r"(?m)\[OPTIONS\]", "[TÙY CHỌN]"),
    (r"(?m)COMMAND \[ARGS\]\.\.\.", "LỆNH …"),
    (r"Show\s+this\s+message\s+and\s+exit\.", "Hiện hướng dẫn này."),
    (r"\[required\]", "[bắt buộc]"),
    (r"\[default:", "[mặc định:"),
    (r"; required\]", "; bắt buộc]"),
)


#: Types of values, none longer in Vietnamese.
_TYPES: tuple[tuple[str, str], ...] = (
    (r"<(?:path|file|directory)>", "<tên>"),
    (r"<str>", "<chữ>"),
    (r"<list\[\w+\]>", "<chữ …>"),
    (r"<(?:int|float)(?: range)?>", "<số>"),
)


def help_vi(text: str) -> str:
    """Help of a command with typer's own words in Vietnamese."""
    for pattern, words in _HELP:
        text = re.sub(pattern, words, text)
    return re.sub(r"(?m)^ +(?:-\S+,? )*\S+ <[^>\n]*> *", _typed_vi, text)


def _typed_vi(found: re.Match[str]) -> str:
    """Name of an option with its type in Vietnamese, or of an argument, whose word says it.

    The column stays where it was.
    """
    line = found[0]
    own_word = not line.lstrip().startswith("-")
    for pattern, words in _TYPES:
        line = re.sub(pattern, words, line)
    if own_word:
        line = re.sub(r" <(?:chữ|tên|chữ …)>", "", line)
    return line.ljust(len(found[0]))


def _first(patterns: tuple[tuple[str, str], ...], message: str) -> str:
    for pattern, words in patterns:
        found = re.search(pattern, message, re.DOTALL)
        if found:
            return words.format(**found.groupdict())
    return ""
