"""Files: what the project is made of; each file looked at, its columns matched, then written down.

The project file stays the one truth: a section is written as a person would write it, and comments
survive. Nothing else keeps what was chosen here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, TypeAdapter, ValidationError
from ruamel.yaml.comments import CommentedMap

from layers.base.errors import VungTrongError
from layers.base.files import resolved
from layers.base.language import Language
from layers.base.messages import joined, message
from layers.base.person import account_name
from layers.base.resources import rows_put_back
from layers.communes.gazetteer import communes_on
from layers.io.table import read_table
from layers.io.values import Decimal
from layers.kinds.crops import crop_named, load_crops
from layers.kinds.forest_fields import (
    NEEDED as NEEDED_OF_FOREST,
)
from zones.app.desk import Desk, words
from zones.app.entries import entries, sections
from zones.app.listed import make_list
from zones.app.looked import Kind, look, parts_of, province_of
from zones.app.plan_list import known_plans, plan_names, plans_of, zones_of
from zones.app.project_file import can_undo, project_path, undo, with_changes, write_project
from zones.app.question import Question
from zones.app.refused import RefusedError
from zones.app.suggest import misfits
from zones.plan.draft_remarks import draft_remarks
from zones.plan.extract.document import read_document_text
from zones.plan.extract.draft import draft_plan
from zones.plan.extract.zones import slug
from zones.plan.files import load_plan, save_plan
from zones.plan.findings import SURE
from zones.plan.model import Plan
from zones.plan.words import figure_words, target_name
from zones.project.model import CommunesSource, LayerSource, read_project
from zones.project.yaml import dump_document, is_there, read_document, read_text
from zones.project.yaml_blocks import change_block, cut_block, is_block, put_block, put_list
from zones.run.reuse import input_files

#: Kinds of layers that are tables.
_TABLES = ("report", "reconciled")


class Put(Question):
    """A file for the project, with what a person confirmed of it.

    Where the entry lists the file already, it keeps what is not said here; "" takes a column, crop,
    class or commune out.
    """

    path: str
    kind: Kind
    name: str = ""
    new: bool = False  # Whether it must be a layer that the project does not have yet
    date: dt.date | None = None
    source: str = ""
    layer: str | None = None
    sheet: str | None = None
    decimal: Decimal | None = None
    crs: str | None = None
    code_table: Literal["93", "98", "55"] | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    crops: dict[str, str] = Field(default_factory=dict)
    classes: dict[int, str] = Field(default_factory=dict)
    communes: dict[str, str] = Field(default_factory=dict)  # Name in the file: code


class Name(Question):
    """A layer, or a plan, by the name that the project file gives it."""

    name: str


class Present(Question):
    """The layer that tells where a crop stands now; none takes the choice back."""

    crop: str
    layer: str = ""


class PlanOf(Name):
    """A plan, and whether it is to lead: its targets are those that are allocated."""

    lead: bool = False


class Document(Question):
    """A document to read a plan from, and whether that plan is to lead."""

    path: str
    lead: bool = True
    language: Language = "vi"  # Of the remarks at the end of its file


class Text(Question):
    """The project file as a person wrote it, in place of the one that the page shows."""

    text: str
    shown: str


class Confirm(Question):
    """A plan file beside the project, and the communes in it that a person confirmed."""

    file: str
    codes: tuple[str, ...]


class Strike(Question):
    """A plan file beside the project, and a target in it that the document does not set."""

    file: str
    target: str


def state(desk: Desk) -> dict[str, Any]:
    """What the project file names, whether each file is there, and what keeps it from loading."""
    file = project_path(desk)
    answer: dict[str, Any] = {"file": str(file), "folder": str(file.parent), "fault": None}
    answer["undo"] = can_undo(desk)
    try:
        document = read_document(file)
    except VungTrongError as error:
        return answer | _faulty(file, error) | {"parts": []}
    held = None
    try:
        held = desk.crops_by_layer()
    except VungTrongError as error:
        answer |= _faulty(file, error)
    home = document.get("scenario_of")
    crops = load_crops()
    parts = entries(document, file.parent)
    return answer | {
        "scenario_of": None if home is None else str(home),
        "parts": parts,
        "lacking": bool(answer["fault"]) and _only_files_lack(file, parts),
        "plans": plans_of(document, file.parent),
        "known_plans": known_plans(),
        "crops": {
            crop: {"vi": vi, "en": en}
            for crop, vi, en in zip(crops["crop"], crops["name_vi"], crops["name_en"], strict=True)
        },
        "present": {
            _crop(name): str(layer) for name, layer in sections(document, "present").items()
        },
        "held": held,
        "drafts": _unconfirmed(document, file.parent),
    }


def _only_files_lack(file: Path, parts: list[dict[str, Any]]) -> bool:
    """Whether nothing is wrong with a project but that files of its parts are not there yet."""
    try:
        with rows_put_back():
            named = input_files(read_project(file)).values()
    except VungTrongError:
        return False
    lacking = {str(resolved(path)) for path in named if not is_there(path)}
    return bool(lacking) and lacking <= {part["at"] for part in parts if not part["there"]}


def _faulty(file: Path, error: VungTrongError) -> dict[str, Any]:
    """What keeps the project from loading, the text of its file, and the line that is at fault."""
    own = error.phrase.en.startswith(file.name)  # and not of a file that it names
    told = re.search(r"\bline (\d+)", error.phrase.en) if own else None
    text = file.read_text("utf-8", errors="replace")[:100_000] if file.is_file() else ""
    return {"fault": words(error.phrase), "text": text, "line": int(told[1]) if told else None}


def _crop(name: object) -> str:
    """Id of a crop that the project file may name otherwise."""
    return crop_named(str(name))[0] or str(name)


def _unconfirmed(document: CommentedMap, home: Path) -> list[dict[str, Any]]:
    """Communes of the project's own plan files that a person has to confirm."""
    found = []
    for name in plan_names(document):
        path = home / name
        if path.suffix not in (".yaml", ".yml") or not path.is_file():
            continue
        try:
            plan = load_plan(path, check_codes=False)
        except VungTrongError:
            continue  # Its row among the plans says what is wrong with it
        names = {code: unit.name for code, unit in communes_on(plan.province).items()}
        zones = {zone.zone: {"vi": zone.name.vi, "en": zone.name.en} for zone in plan.zones}
        rows = [
            {
                "owner": zones.get(owner, {"vi": owner, "en": owner}),
                "code": item.code,
                "written": item.as_written,
                "meant": names.get(item.code, ""),
            }
            for owner, item in plan.unconfirmed()
        ]
        told = {"targets": len(plan.all_targets()), "figures": _figures(plan)}
        found.append({"file": str(name), "confirm": rows, **told})
    return found


def _figures(plan: Plan) -> list[dict[str, Any]]:
    """Figures of a plan that were read from a text, and how sure the reading is, 0 to 1."""
    rows = [
        {
            "target": item.target,
            "name": {code: target_name(plan, owner, item, code) for code in get_args(Language)},
            "figure": words(figure_words(item, item.unit)),
            "year": item.year,
            "clause": item.clause or "",
            "sure": item.confidence,
            "unsure": item.confidence < SURE,
        }
        for owner, item in plan.all_targets()
        if item.confidence is not None
    ]
    return sorted(rows, key=lambda row: row["sure"])


def put(desk: Desk, asked: Put) -> dict[str, Any]:
    """Write a file into the project: its section of the project file, everything else as it was."""
    desk.may_write()
    file = project_path(desk)
    path = desk.session.inside(asked.path)
    document = read_document(file)
    if asked.kind in _TABLES and asked.columns:
        _refuse_misfits(asked, path)
    write = _with_communes if asked.kind == "communes" else _with_layer
    write_project(desk, write(document, asked, path, file))
    return state(desk)


def _refuse_misfits(asked: Put, path: Path) -> None:
    """Refuse columns that hold no crops or no years: no room of the project would open."""
    try:
        frame = read_table(path, sheet=asked.sheet)
    except VungTrongError:
        return  # The check says what is wrong with it
    if told := misfits(frame, asked.columns):
        raise RefusedError(422, message("zones.app.columns_unlike", told=joined(told)))


def _with_communes(document: CommentedMap, asked: Put, path: Path, file: Path) -> str:
    """Text of the project file with the file of the communes."""
    left = _left(sections(document, "communes"), path, file.parent)

    def change(section: CommentedMap) -> None:
        section.update(left)
        same = _is_same(section, asked, path, file.parent)
        values: dict[str, Any] = {key: getattr(asked, key) for key in ("layer", "crs")}
        told = {key for key in values if key in asked.model_fields_set}
        for field in ("code", "name"):
            values[f"{field}_column"] = asked.columns.get(field) or None
            told |= {f"{field}_column"} if field in asked.columns else set()
        if not same:
            values |= {"path": _relative(path, file.parent), "encoding": None}
        for key, value in values.items():
            if key in told or not same:
                _set(section, key, value, by_path=True)
        _validate(CommunesSource, section)

    if isinstance(document.get("communes"), CommentedMap):
        return change_block(read_text(file), file, ("communes",), change)
    document["communes"] = CommentedMap()
    change(document["communes"])
    return dump_document(document)


def _relative(path: Path, home: Path) -> str:
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)


def _with_layer(document: CommentedMap, asked: Put, path: Path, file: Path) -> str:
    """Text of the project file with a layer put in, or put in the place of the one of its name."""
    found = document.get("layers")
    layers = found if isinstance(found, CommentedMap) else CommentedMap()
    name = asked.name or slug(Path(asked.path).stem)
    there = layers.get(name)
    if there is not None and asked.new:
        raise RefusedError(409, message("zones.app.layer_there", layer=name))
    text = read_text(file)
    if isinstance(there, CommentedMap) and there.get("kind") == asked.kind:
        others = [it for key, it in layers.items() if key != name and isinstance(it, CommentedMap)]
        left = _left(there, path, file.parent, others)

        def change(section: CommentedMap) -> None:
            section.update(left)
            _fill(section, asked, path, file.parent)

        return change_block(text, file, ("layers", name), change)
    section = CommentedMap()
    _fill(section, asked, path, file.parent)
    if not is_block(document, "layers"):
        layers[name] = section
        document["layers"] = layers
        return dump_document(document)
    if there is not None:
        text = cut_block(text, "layers", name)
    if _is_sketch(layers.get("forest"), file.parent) and name != "forest":
        text = cut_block(text, "layers", "forest")
    return put_block(text, "layers", name, section)


def _lists(section: CommentedMap, path: Path, home: Path) -> bool:
    """Whether an entry lists the file already."""
    return bool(section.get("path")) and (home / str(section["path"])).resolve() == path


def _left(
    section: CommentedMap, path: Path, home: Path, others: Sequence[CommentedMap] = ()
) -> dict[str, str]:
    """The only layer or sheet of a file, by its key, where that which the entry names is gone.

    None where another entry has it: the same plots would count twice.
    """
    key = "sheet" if section.get("kind") in _TABLES else "layer"
    named = str(section.get(key) or "")
    if not named or not _lists(section, path, home) or not path.exists():
        return {}
    parts = parts_of(path, named=named)
    if len(parts) != 1 or named in parts:
        return {}
    taken = [it.get(key) in (None, parts[0]) for it in others if _lists(it, path, home)]
    return {} if any(taken) else {key: parts[0]}


def _is_same(section: CommentedMap, asked: Put, path: Path, home: Path) -> bool:
    """Whether an entry lists the file already, and the same layer or sheet of it."""
    if not _lists(section, path, home):
        return False
    part = asked.layer or asked.sheet
    return part is None or (section.get("layer") or section.get("sheet")) in (None, part)


def _fill(section: CommentedMap, asked: Put, path: Path, home: Path) -> None:
    """Write into a layer's section: of the same file what is not said stays, else it goes.

    Comments stay, and keys that no form has.
    """
    same, kind = _is_same(section, asked, path, home), asked.kind
    wanted = {
        "kind": kind,
        "path": _relative(path, home),
        "date": asked.date,
        "source": asked.source or ("" if "source" in section else None),
        "layer": asked.layer if kind not in (*_TABLES, "raster") else None,
        "sheet": asked.sheet if kind in _TABLES else None,
        "decimal": asked.decimal if kind in _TABLES else None,
        "crs": asked.crs if kind not in _TABLES else None,
        "code_table": asked.code_table if kind == "forest_status" else None,
        "encoding": None,  # That is how the other file is written
    }
    for key, value in wanted.items():
        if not same or (key in asked.model_fields_set and key != "path"):
            _set(section, key, value)
    _merge(section, "columns", _columns(section, asked, same=same), same=same)
    _merge(section, "crops", asked.crops, same=same)
    _merge(section, "classes", asked.classes, same=same)
    if kind in _TABLES:
        _merge(section, "communes", asked.communes, same=same)
    _validate(LayerSource, section)


def _columns(section: CommentedMap, asked: Put, *, same: bool) -> dict[str, str | None]:
    """Columns to write; a field of a forest layer that has none is null, a needed one always."""
    if asked.kind != "forest_status" or not asked.columns:
        return dict(asked.columns)
    chosen = {field: name or None for field, name in asked.columns.items()}
    named = {*chosen, *(sections(section, "columns") if same else ())}
    lacking = [choice[0] for choice in NEEDED_OF_FOREST if not named & set(choice)]
    return chosen | dict.fromkeys(lacking)


def _merge(section: CommentedMap, key: str, told: Mapping[Any, str | None], *, same: bool) -> None:
    """Bring what is told into a part of a section; "" takes one out, save where it says null."""
    held = sections(section, key)

    def stays(name: Any) -> bool:
        return (told[name] != "" or held[name] is None) if name in told else same

    for name in [name for name in held if not stays(name)]:
        del held[name]
    for name, value in told.items():
        if value != "" and (name not in held or held[name] != value):
            held[name] = value
    if not held:
        section.pop(key, None)
    elif section.get(key) is not held:
        section[key] = held


def _is_sketch(layer: object, home: Path) -> bool:
    """Whether a layer is the one that a new project only sketches: its file never was there."""
    sketch = isinstance(layer, CommentedMap) and str(layer.get("path")) == "forest_status.gpkg"
    return sketch and not (home / "forest_status.gpkg").exists()


def _set(section: CommentedMap, key: str, value: Any, *, by_path: bool = False) -> None:
    """Put a value into a section, a new one at its end or below its path; None takes it out."""
    if value is None:
        section.pop(key, None)
    elif key not in section and by_path and "path" in section:
        section.insert(list(section).index("path") + 1, key, value)
    elif key not in section or section[key] != value:
        section[key] = value


def _validate(model: Any, section: CommentedMap) -> None:
    try:
        TypeAdapter(model).validate_python(dict(section))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise RefusedError(
            422, message("zones.app.bad_question", key=key, what=first["msg"])
        ) from None


def drop(desk: Desk, asked: Name) -> dict[str, Any]:
    """Take a layer out of the project, with what is chosen of it; the file itself stays."""
    desk.may_write()
    document = read_document(project_path(desk))
    chosen = sections(document, "present")
    told_by_it = [crop for crop, layer in chosen.items() if layer == asked.name]
    if told_by_it:
        for crop in told_by_it:
            del chosen[crop]
        if not chosen:
            del document["present"]
    text = dump_document(document) if told_by_it else read_text(project_path(desk))
    if is_block(document, "layers"):
        text = cut_block(text, "layers", asked.name)
    else:
        sections(document, "layers").pop(asked.name, None)
        text = dump_document(document)
    write_project(desk, text, always=True)
    return state(desk)


def take_back(desk: Desk) -> dict[str, Any]:
    """Undo the last change that the page made to the project file."""
    undo(desk)
    return state(desk)


def edit(desk: Desk, asked: Text) -> dict[str, Any]:
    """Write the project file as a person edited it in the page, at fault or not."""
    desk.may_write()
    file = project_path(desk)
    if read_text(file) != asked.shown:
        raise RefusedError(409, message("zones.app.changed_elsewhere", file=file.name))
    if not asked.text.strip():
        raise RefusedError(422, message("zones.app.empty_text"))
    write_project(desk, asked.text, always=True)
    return state(desk)


def present(desk: Desk, asked: Present) -> dict[str, Any]:
    """Let one layer tell the present area of a crop that stands in several."""
    desk.may_write()
    document = read_document(project_path(desk))
    chosen = sections(document, "present")
    same = [name for name in chosen if _crop(name) == _crop(asked.crop)]
    if asked.layer:
        if asked.layer not in (document.get("layers") or {}):
            raise RefusedError(422, message("zones.app.no_layer", layer=asked.layer))
        chosen[same.pop(0) if same else asked.crop] = asked.layer
    for name in same:
        del chosen[name]
    document["present"] = chosen
    if not chosen:
        del document["present"]
    write_project(desk, document, always=True)
    return state(desk)


def crops(desk: Desk) -> dict[str, Any]:
    """Read the layers for the crops that they hold."""
    desk.inputs()
    return state(desk)


def plan(desk: Desk, asked: PlanOf) -> dict[str, Any]:
    """Add a plan, embedded or a file beside the project, or let it lead: those behind add to it."""
    desk.may_write()
    names = plan_names(read_document(project_path(desk)))
    rest = [name for name in names if name != asked.name]
    there = [name for name in rest if name != "plan.yaml" or _beside(desk, name).exists()]
    at = 0 if asked.lead else names.index(asked.name) if asked.name in names else len(there)
    there.insert(at, asked.name)
    return _write_plans(desk, there)


def drop_plan(desk: Desk, asked: Name) -> dict[str, Any]:
    """Take a plan out of the project; a file beside it stays."""
    desk.may_write()
    names = plan_names(read_document(project_path(desk)))
    return _write_plans(desk, [name for name in names if name != asked.name])


def _beside(desk: Desk, name: str) -> Path:
    return project_path(desk).parent / name


def _write_plans(desk: Desk, names: list[str]) -> dict[str, Any]:
    file = project_path(desk)
    document = read_document(file)
    text = put_list(read_text(file), "plans", names, plan_names(document))
    left = _changes_left(document, names[0] if names else "", file.parent)
    if left:
        # Figures of zones that are no longer shared out would keep every room from opening
        changes = sections(document, "allocation")["changes"]
        text = with_changes(text, file, [it for it in changes if it not in left])
    write_project(desk, text, always=True)
    return state(desk) | {"left": left}


def _changes_left(document: CommentedMap, leading: str, home: Path) -> list[str]:
    """Changed figures that name no zone of the plan that leads, where it can be read."""
    section = document.get("allocation")
    changes = section.get("changes") if isinstance(section, CommentedMap) else None
    zones = zones_of(leading, home)
    if not changes or zones is None:
        return []
    named = [(str(change), str(change).partition("=")[0].split(".")) for change in changes]
    kinds = {"low", "high", "year", "importance", "list", "listed", "lock", "suitability"}
    return [text for text, key in named if key[0] in kinds and key[1:2] and key[1] not in zones]


def extract(desk: Desk, asked: Document) -> dict[str, Any]:
    """Draft a plan from a document, beside the project, and put it in as it was asked."""
    desk.may_write()
    path = desk.session.inside(asked.path)
    name = slug(path.stem).replace("_", "-") or "plan"
    target = _beside(desk, f"plan-{name}.yaml")
    if target.exists():
        raise RefusedError(409, message("zones.app.there_already", name=target.name))
    draft = draft_plan(read_document_text(path), plan_id=name, province=province_of(desk) or None)
    save_plan(draft.plan, target, closing=list(draft_remarks(draft, asked.language)))
    answer = plan(desk, PlanOf(name=target.name, lead=asked.lead))
    read = {
        "targets": len(draft.plan.all_targets()),
        "zones": len(draft.plan.zones),
        "unread": len(draft.unread),
        "unsure": len(draft.unsure),
    }
    return answer | {"read": read, "notes": [words(note) for note in draft.notes]}


def confirm(desk: Desk, asked: Confirm) -> dict[str, Any]:
    """Take the marks off communes that a person has held against the document."""
    desk.may_write()
    path = desk.session.inside(project_path(desk).parent / asked.file)
    known = load_plan(path, check_codes=False)
    for _, item in known.unconfirmed():
        if item.code in asked.codes:
            item.confirm_by(account_name())
    save_plan(known, path, overwrite=True)
    return state(desk)


def strike(desk: Desk, asked: Strike) -> dict[str, Any]:
    """Take a target out of a plan file, and out of what other targets are part of."""
    desk.may_write()
    path = desk.session.inside(project_path(desk).parent / asked.file)
    known = load_plan(path, check_codes=False)
    for _, item in known.all_targets():
        if item.part_of == asked.target:
            item.part_of = None
        if item.within == asked.target:
            item.within = None
    for zone in known.zones:
        zone.targets = [item for item in zone.targets if item.target != asked.target]
    known.indicators = [
        item for item in known.indicators if getattr(item, "target", "") != asked.target
    ]
    save_plan(known, path, overwrite=True)
    return state(desk)


def named(desk: Desk) -> list[str]:
    """Files that the project reads, as its file says, whether or not they are there."""
    with rows_put_back():
        files = input_files(read_project(project_path(desk)))
    return sorted({str(resolved(path)) for path in files.values()})


ACTIONS: dict[str, Callable[..., Any]] = {
    "state": state,
    "look": look,
    "make_list": make_list,
    "put": put,
    "drop": drop,
    "undo": take_back,
    "edit": edit,
    "present": present,
    "crops": crops,
    "plan": plan,
    "drop_plan": drop_plan,
    "extract": extract,
    "confirm": confirm,
    "strike": strike,
    "named": named,
}
