"""YAML that people edit: read without trusting it, checked with line numbers, saved with comments.

Only plain data is taken. Tags could name Python objects and anchors can multiply a small file into
gigabytes; figures that two people read differently would be wrong in silence. A document with one
of them is refused at its line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

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
from layers.base.language import Phrase
from zones.project.messages import fault_phrase, known_keys

#: Seconds of reading: a plan of 200 zones that each list 65 communes has 0.9 MB.
_MAX_BYTES = 1_000_000
_MAX_DEPTH = 24
#: Control characters, halves of characters and what XML and a terminal cannot hold.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: 5.000 is five thousand to the planner and five to YAML.
_TWO_READINGS = re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}")
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

    depth = 0

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
            return Phrase(
                f"expected plain data, found {found!r}; write the value out",
                f"chỉ nhận dữ liệu thuần, nhưng gặp {found!r}; hãy viết thẳng giá trị ra",
            )
        if self.depth > _MAX_DEPTH:
            return Phrase(
                f"nested deeper than {_MAX_DEPTH} levels; this is no such file",
                f"lồng sâu quá {_MAX_DEPTH} cấp; đây không phải tệp hợp lệ",
            )
        if not isinstance(event, ScalarEvent):
            return None
        if sign := _UNPRINTABLE.search(event.value):
            return Phrase(
                f"{sign[0]!r} is no letter; take it out",
                f"{sign[0]!r} không phải chữ; hãy xóa đi",
            )
        if not event.style and _TWO_READINGS.fullmatch(event.value):
            whole, more = event.value.replace(".", ""), event.value + "0"
            return Phrase(
                f"{event.value} can be read in two ways; write {whole}, or {more} for the decimal",
                f"{event.value} có thể hiểu hai cách; hãy ghi {whole}, hoặc {more} nếu là số lẻ",
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


def is_there(path: Path) -> bool:
    """Whether a path exists; a name that no file system takes does not."""
    try:
        return path.exists()
    except OSError:
        return False


def _read_text(path: Path) -> str:
    if not is_there(path) or not path.is_file():
        raise MissingFileError(
            en=f"No file {path}; check the path.", vi=f"Không có tệp {path}; hãy xem lại đường dẫn."
        )
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise InputError(
            en=f"{path.name}: {size / 1e6:.1f} MB; a YAML file of at most "
            f"{_MAX_BYTES / 1e6:.0f} MB was expected.",
            vi=f"{path.name}: {size / 1e6:.1f} MB; chỉ nhận tệp YAML không quá "
            f"{_MAX_BYTES / 1e6:.0f} MB.",
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            en=f"{path.name}: not UTF-8 text (byte {error.start}); save it as UTF-8.",
            vi=f"{path.name}: không phải văn bản UTF-8 (byte {error.start}); hãy lưu lại UTF-8.",
        ) from error


def read_document(path: Path) -> CommentedMap:
    """Read a YAML mapping with its comments."""
    text = _read_text(path)
    if found := _DIRECTIVE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise InputError(
            en=f"{path.name}, line {line}: expected plain data, found the directive {found[0]!r}; "
            "take the line out.",
            vi=f"{path.name}, dòng {line}: chỉ nhận dữ liệu thuần, nhưng gặp chỉ thị {found[0]!r}; "
            "hãy xóa dòng đó.",
        )
    try:
        document = _parser().load(text)
    except _NotPlainError as error:
        raise InputError(
            en=f"{path.name}, line {error.line}: {error.told.en}.",
            vi=f"{path.name}, dòng {error.line}: {error.told.vi}.",
        ) from error
    except MarkedYAMLError as error:
        raise _syntax_error(error, text, path) from error
    except (YAMLError, ValueError) as error:
        problem = str(error).splitlines()[0]
        raise InputError(
            en=f"{path.name}: not YAML: {problem}.",
            vi=f"{path.name}: không đúng cú pháp YAML; hãy xem lại dấu hai chấm, thụt lề, ngoặc và "
            "dấu nháy.",
        ) from error
    if not isinstance(document, CommentedMap):
        raise InputError(
            en=f"{path.name}: expected keys and values, found {type(document).__name__}.",
            vi=f"{path.name}: cần các khóa và giá trị, nhưng gặp {type(document).__name__}.",
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
        why = Phrase(problem, "khóa này đã có ở trên, mỗi khóa chỉ ghi một lần")
    elif "\t" in (lines[line - 1] if line <= len(lines) else ""):
        why = Phrase(
            "indent with spaces, not with tabs", "hãy thụt lề bằng dấu cách, không dùng tab"
        )
    else:
        why = Phrase(problem, "hãy xem lại dấu hai chấm, thụt lề, ngoặc và dấu nháy ở đó")
    return InputError(
        en=f"{path.name}, line {line} ({shown!r}): not YAML: {why.en}.",
        vi=f"{path.name}, dòng {line} ({shown!r}): không đúng cú pháp YAML: {why.vi}.",
    )


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


def _found(fault: Mapping[str, Any]) -> str:
    """Show what stands there, as the planner wrote it."""
    value = fault["input"]
    if fault["type"] in ("missing", "union_tag_not_found"):
        return ""
    if fault["type"] == "union_tag_invalid":
        value = fault["ctx"]["tag"]
    if isinstance(value, Mapping):
        return "{" + ", ".join(map(str, value))[:60] + "}"
    return repr(value)[:60]


def validate_document(model: type[_Model], document: CommentedMap, path: Path) -> _Model:
    """Validate a document; every fault is named with its key and line."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        keys = known_keys(model)
        faults = [
            (*_whereabouts(document, fault["loc"]), fault_phrase(fault, keys), _found(fault))
            for fault in error.errors(include_url=False)
        ]
    rest = len(faults) - 5
    more = f" (+{rest})" if rest > 0 else ""
    lines = "; ".join(
        f"line {line}, {key}: {words.en}" + (f", found {found}" if found else "")
        for line, key, words, found in faults[:5]
    )
    dong = "; ".join(
        f"dòng {line}, {key}: {words.vi}" + (f", gặp {found}" if found else "")
        for line, key, words, found in faults[:5]
    )
    raise InputError(en=f"{path.name}: {lines}{more}.", vi=f"{path.name}: {dong}{more}.")


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
        raise OutputExistsError(
            en=f"{path} exists; choose another name or ask for overwriting.",
            vi=f"{path} đã có; hãy chọn tên khác hoặc cho phép ghi đè.",
        )
    from layers.io.atomic import save_text

    if not path.parent.is_dir():
        raise MissingFileError(
            en=f"No folder {path.parent}; make it first.",
            vi=f"Không có thư mục {path.parent}; hãy tạo trước.",
        )
    save_text(dump_document(document, closing=closing), path)
