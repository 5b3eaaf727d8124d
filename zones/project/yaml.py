"""YAML that people edit: read without trusting it, checked with line numbers, saved with comments.

Only plain data is taken. Tags could name Python objects and anchors can multiply a small file into
gigabytes; figures that two people read differently would be wrong in silence. A document with one
of them is refused at its line.
"""

from __future__ import annotations

import io
import json
import pickle
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.parser import RoundTripParser
from ruamel.yaml.representer import RoundTripRepresenter

from layers.base.errors import InputError, MissingFileError, OutputExistsError
from layers.base.files import require_file
from layers.base.language import Phrase
from layers.base.messages import joined, message
from zones.project.schema_faults import fault_phrase, known_keys

#: Seconds of reading: a plan of 200 zones that each list 65 communes has 0.9 MB.
_MAX_BYTES = 1_000_000
_MAX_DEPTH = 24
#: Most keys and values: that plan has 20,000, and as many are read in two seconds.
_MAX_VALUES = 50_000
#: Control characters, halves of characters and what XML and a terminal cannot hold.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: 5.000 is five thousand to the planner and five to YAML.
_TWO_READINGS = re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}")
_TIME_OF_DAY = re.compile(r"\d:\d\d")
_DIRECTIVE = re.compile(r"^%.{0,20}", re.MULTILINE)
_Model = TypeVar("_Model", bound=BaseModel)


class _Representer(RoundTripRepresenter):
    """Writes a missing value as ``null``, so that a blank never looks like an oversight.

    Text that begins with a sign of YAML is quoted: the emitter leaves ": x" bare inside braces,
    and then cannot read it back.
    """

    def represent_text(self, text: str) -> Any:
        style = '"' if text.startswith((":", "?", "-")) else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Representer.add_representer(
    type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null")
)
_Representer.add_representer(str, _Representer.represent_text)


class _NotPlainError(YAMLError):
    """What stands in a document and is not plain data: line, what is wrong, the remedy."""

    def __init__(self, mark: StreamMark, told: Phrase) -> None:
        super().__init__(told.en)
        self.line, self.told = mark.line + 1, told


class _PlainParser(RoundTripParser):
    """Hands on plain data alone, so that nothing else is ever built, in the one pass that reads."""

    depth = values = 0

    def get_event(self) -> Any:
        event = super().get_event()
        if isinstance(event, CollectionStartEvent):
            self.depth += 1
        elif isinstance(event, CollectionEndEvent):
            self.depth -= 1
        if told := self._refused(event):
            raise _NotPlainError(event.start_mark, told)
        return event

    def _refused(self, event: Any) -> Phrase | None:
        if found := _unsafe(event):
            return message("zones.project.plain_data_needed", found=found)
        self.values += isinstance(event, NodeEvent)
        if self.values > _MAX_VALUES:
            return message("zones.project.too_many_values", most=_MAX_VALUES)
        if self.depth > _MAX_DEPTH:
            return message("zones.project.nested_too_deep", max_depth=_MAX_DEPTH)
        if not isinstance(event, ScalarEvent):
            return None
        # With this sign the parser marks where a folded text (``>``) breaks its lines.
        value = event.value.replace("\a", "") if event.style == ">" else event.value
        if sign := _UNPRINTABLE.search(value):
            return message("zones.project.not_a_letter", sign=sign[0])
        if not event.style and _TWO_READINGS.fullmatch(event.value):
            whole, more = event.value.replace(".", ""), event.value + "0"
            return message(
                "zones.project.number_read_two_ways", value=event.value, whole=whole, more=more
            )
        return None


def _unsafe(event: Any) -> str | None:
    """Tag, anchor, alias or directive of an event: they name objects and multiply what is said."""
    if isinstance(event, AliasEvent):
        return "*" + str(event.anchor)
    if isinstance(event, NodeEvent) and event.anchor:
        return "&" + str(event.anchor)
    if isinstance(event, DocumentStartEvent) and (event.version or event.tags):
        return "%YAML" if event.version else "%TAG"
    tag = getattr(event, "tag", None)
    return str(tag) if tag else None


def _parser() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.Parser = _PlainParser
    yaml.Representer = _Representer
    yaml.preserve_quotes = True
    yaml.width = 1_000_000  # never folds a line the planner wrote
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    yaml.allow_duplicate_keys = False
    return yaml


@lru_cache(maxsize=8)
def _parsed(text: str) -> bytes:
    """What a text says, read once: a run, the desk and every step ask for the same few plans."""
    return pickle.dumps(_parser().load(text))


def copied(document: CommentedMap) -> CommentedMap:
    """A copy of a document; ``copy.deepcopy`` of a list takes the square of its length."""
    return cast("CommentedMap", pickle.loads(pickle.dumps(document)))  # noqa: S301 - our own bytes


def is_there(path: Path) -> bool:
    """Whether a path exists; a name that no file system takes does not."""
    try:
        return path.exists()
    except OSError:
        return False


def read_text(path: Path) -> str:
    """Text of a YAML file, of a size that a person writes."""
    require_file(path)
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise InputError(
            "zones.project.file_too_large",
            file=path.name,
            size=size / 1000000.0,
            max_bytes=_MAX_BYTES / 1000000.0,
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("zones.project.not_utf8", file=path.name, start=error.start) from error


def read_document(path: Path) -> CommentedMap:
    """Read a YAML mapping with its comments."""
    return parse_document(read_text(path), path)


def parse_document(text: str, path: Path) -> CommentedMap:
    """Mapping that the text of a file holds, with its comments."""
    if found := _DIRECTIVE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise InputError("zones.project.directive_found", file=path.name, line=line, found=found[0])
    try:
        # Who asked may change it; a copy of a time of day loses its time zone.
        shared = not _TIME_OF_DAY.search(text)
        document = pickle.loads(_parsed(text)) if shared else _parser().load(text)  # noqa: S301
    except _NotPlainError as error:
        raise InputError(
            "zones.project.at_line", file=path.name, line=error.line, told=error.told
        ) from error
    except MarkedYAMLError as error:
        raise _syntax_error(error, text, path) from error
    except (YAMLError, ValueError) as error:
        why = message("zones.project.check_syntax", problem=_problem(str(error).splitlines()[0]))
        raise InputError("zones.project.not_yaml", file=path.name, why=why) from error
    if not isinstance(document, CommentedMap):
        raise InputError(
            "zones.project.keys_and_values_needed", file=path.name, found=_kind_of(document)
        )
    return document


def _syntax_error(error: MarkedYAMLError, text: str, path: Path) -> InputError:
    """Name the line and show it: the parser tells its trouble in English only."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 0
    lines = text.splitlines() or [""]
    shown = lines[min(line, len(lines)) - 1].strip()[:60]
    problem = str(error.problem or error.context).splitlines()[0]
    if isinstance(error, DuplicateKeyError):
        key = [*problem.split('"'), ""][1]
        why = message("zones.project.key_repeated", problem=Phrase(en=problem, vi=key))
    elif "\t" in (lines[line - 1] if line <= len(lines) else ""):
        why = message("zones.project.tabs_found")
    else:
        why = message("zones.project.check_syntax", problem=_problem(problem))
    return InputError(
        "zones.project.line_not_yaml", file=path.name, line=line, shown=shown, why=why
    )


#: What the parser says, and the key of the same in both languages.
_PROBLEMS = (
    ("mapping values are not allowed", "colon_too_much"),
    ("could not find expected ':'", "colon_lacking"),
    ("<block end>", "indent_differs"),
    ("expected ',' or", "bracket_open"),
    ("unexpected end of stream", "quote_open"),
    ("cannot start any token", "sign_unquoted"),
    ("alphabetic or numeric character", "sign_unquoted"),
    ("escape", "escape_unknown"),
    ("special characters are not allowed", "control_character"),
    ("unacceptable character", "control_character"),
)


def _problem(told: str) -> Phrase:
    """What the parser says, in words of ours where it is one of the common faults."""
    key = next((key for words, key in _PROBLEMS if words in told), "other")
    return Phrase(en=told, vi=message(f"zones.project.yaml_{key}").vi)


def _whereabouts(document: Any, place: Sequence[str | int]) -> tuple[int, str]:
    """Line (from 1) of the deepest part of a place that the document has, and its key in full."""
    node, line = document, 1
    steps: list[str] = []
    for number, step in enumerate(place, start=1):
        if number < len(place) and isinstance(node, Mapping) and node.get("kind") == step:
            continue  # by the kind of a layer pydantic names its model; no one wrote it as a key
        steps.append(str(step))
        data = getattr(getattr(node, "lc", None), "data", None) or {}
        if step in data:
            line = data[step][0] + 1
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
    return line, ".".join(steps) or "(top)"


def _kind_of(document: Any) -> Phrase:
    """What a document holds in place of keys and values."""
    if document is None:
        return message("zones.project.found_nothing")
    if isinstance(document, list):
        return message("zones.project.found_list")
    return message("zones.project.found_value", value=_written(document)[:60])


def _written(value: Any) -> str:
    """Value as it may stand in the file: no word of the parser's or of Python's."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_written(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    return repr(str(value)) if isinstance(value, str) else str(value)


def _found(fault: Mapping[str, Any]) -> Phrase | str:
    """Show what stands there, as the planner wrote it."""
    value = fault["input"]
    if fault["type"] in ("missing", "union_tag_not_found"):
        return ""
    if fault["type"] == "union_tag_invalid":
        value = fault["ctx"]["tag"]
    if isinstance(value, Mapping) and "error" in (fault.get("ctx") or {}):
        return ""  # our own rules name what they found; the keys of a whole section would not
    if isinstance(value, Mapping):
        return ", ".join(map(str, value))[:60]
    if value is None:
        return message("zones.project.found_nothing")
    return _written(value)[:60]


def validate_document(model: type[_Model], document: CommentedMap, path: Path) -> _Model:
    """Validate a document; every fault is named with its key and line."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        keys = known_keys(model)
        faults = [
            _told(*_whereabouts(document, fault["loc"]), fault_phrase(fault, keys), _found(fault))
            for fault in error.errors(include_url=False)
        ]
    rest = len(faults) - 5
    more = f" (+{rest})" if rest > 0 else ""
    raise InputError(
        "zones.project.document_faults", file=path.name, faults=joined(faults[:5]), more=more
    )


def _told(line: int, key: str, words: Phrase, found: Phrase | str) -> Phrase:
    shown = message("zones.project.found", found=found) if found else ""
    return message("zones.project.fault_at", line=line, key=key, words=words, found=shown)


def _key_of(item: Any, keys: Sequence[str]) -> Any:
    if isinstance(item, Mapping):
        return next((item[key] for key in keys if key in item), None)
    return None


def _merge_list(old: CommentedSeq, new: Sequence[Any], keys: Sequence[str]) -> None:
    waiting: dict[Any, list[Any]] = {}  # a list may name one commune twice
    for item in old:
        waiting.setdefault(_key_of(item, keys), []).append(item)
    merged = []
    for item in new:
        partners = waiting.get(_key_of(item, keys))
        merged.append(_merged(partners.pop(0) if partners else None, item, keys))
    if len(merged) == len(old) and all(a is b for a, b in zip(old, merged, strict=True)):
        return
    for place, item in enumerate(merged):
        if place < len(old):
            old[place] = item
        else:
            old.append(item)
    while len(old) > len(merged):
        del old[len(old) - 1]


def _merged(old: Any, new: Any, keys: Sequence[str]) -> Any:
    if isinstance(old, CommentedMap) and isinstance(new, Mapping):
        merge_document(old, new, keys=keys)
        return old
    if isinstance(old, CommentedSeq) and isinstance(new, list):
        _merge_list(old, new, keys)
        return old
    if type(new) is float and new.is_integer():
        new = int(new)
    return old if old is not None and old == new else new


def merge_document(document: CommentedMap, data: Mapping[str, Any], *, keys: Sequence[str]) -> None:
    """Bring a document to the state of ``data``, keeping comments and order of what stays."""
    for key in [key for key in document if key not in data]:
        del document[key]
    for key, value in data.items():
        merged = _merged(document.get(key), value, keys)
        if key not in document or merged is not document[key]:
            document[key] = merged


def dump_document(document: Mapping[str, Any], *, closing: Sequence[str] = ()) -> str:
    """Give a document as YAML text."""
    text = io.StringIO()
    _parser().dump(document, text)
    # A line break inside a remark must not end the comment.
    plain = ("".join(sign if sign.isprintable() else " " for sign in line) for line in closing)
    remarks = [f"# {' '.join(line.split())}".rstrip() for line in plain]
    return text.getvalue() + "".join(f"{remark}\n" for remark in remarks)


def write_document(
    document: Mapping[str, Any],
    path: Path,
    *,
    overwrite: bool = False,
    closing: Sequence[str] = (),
) -> None:
    """Write a YAML document through a temporary file and a rename."""
    if path.exists() and not overwrite:
        raise OutputExistsError("zones.project.exists", path=path)
    from layers.io.atomic import save_text

    if not path.parent.is_dir():
        raise MissingFileError("zones.project.no_folder", parent=path.parent)
    save_text(dump_document(document, closing=closing), path)
