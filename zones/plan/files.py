"""Plans on disk: the embedded ones and the planner's own, loaded and saved with their comments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from layers.base.errors import InputError, MissingFileError, NameResolutionError
from layers.base.files import require_file
from layers.base.not_there import in_its_place
from layers.base.resources import data_path
from zones.plan.frames import communes_of
from zones.plan.model import Plan
from zones.project.yaml import (
    copied,
    dump_document,
    is_there,
    merge_document,
    read_document,
    validate_document,
    write_document,
)

#: Keys by which the items of a plan's lists are recognised when they moved.
_ITEM_KEYS = ("zone", "target", "task", "code")
#: Keys whose values stand on one line.
_INLINE = frozenset({"name", "reporter", "recipient", "horizon", "words", "species"})
#: Keys that come first, in this order; the others follow as the model has them.
_FIRST = ("target", "indicator", "name", "clause", "line")
_FIRST_OF_STATEMENT = ("clause", "line")
#: Keys whose items stand on one line each.
_INLINE_ITEMS = frozenset({"communes", "also"})
#: Texts of digits that YAML would read as numbers.
_CODES = frozenset({"code", "province", "commune", "date", "vintage", "last_day", "first_day"})


def embedded_plans() -> dict[str, Path]:
    """Plans that ship with the project.

    Returns
    -------
    dict of str to pathlib.Path
        Path of each plan file by id, sorted.

    Examples
    --------
    >>> "lang-son-2026-2030" in embedded_plans()
    True
    """
    return {path.stem: path for path in sorted(data_path("plans").glob("*.yaml"))}


def _locate(plan: str | Path) -> Path:
    embedded = embedded_plans()
    if str(plan) in embedded:
        return embedded[str(plan)]
    path = Path(plan)
    if path.suffix in (".yaml", ".yml") or is_there(path):
        return require_file(path)
    known = ", ".join(embedded)
    raise MissingFileError(
        "zones.plan.no_such_plan", plan=plan, known=known, there=in_its_place(path)
    )


def _refuse_unknown_codes(plan: Plan, path: Path) -> None:
    known = communes_of(plan)
    unknown = {c.code: owner for owner, c in plan.listed() if known and c.code not in known}
    if unknown:
        first = ", ".join(f"{code} ({owner})" for code, owner in list(unknown.items())[:5])
        raise NameResolutionError(
            "zones.plan.unknown_communes",
            file=path.name,
            count=len(unknown),
            known_count=len(known),
            province=plan.province,
            vintage=plan.vintage,
            first=first,
        )


def load_plan(plan: str | Path, *, check_codes: bool = True) -> Plan:
    """Load a plan.

    Parameters
    ----------
    plan : str or pathlib.Path
        Id of an embedded plan, or path of a plan file.
    check_codes : bool
        Whether a commune code that does not exist is refused; the lint, which reports every one of
        them, goes without.

    Returns
    -------
    Plan
        The plan; it remembers its document, so that ``save_plan`` keeps comments and order.

    Raises
    ------
    MissingFileError
        Neither an embedded plan nor a file.
    InputError
        Not a plan file: each fault with its key and line.
    NameResolutionError
        A commune code that the plan's province and vintage do not have.

    Examples
    --------
    >>> load_plan("lang-son-2026-2030").province
    '20'
    """
    path = _locate(plan)
    document = read_document(path)
    _refuse_project(document, path)
    loaded = validate_document(Plan, document, path)
    if check_codes:
        _refuse_unknown_codes(loaded, path)
    loaded.remember(document)
    return loaded


def _refuse_project(document: Mapping[str, object], path: Path) -> None:
    """Refuse a project file: it names plans, and the two are easily taken for each other."""
    if "layers" in document and "plan" not in document:
        raise InputError("zones.plan.project_instead_of_plan", file=path.name)


def load_plans(plans: Iterable[str | Path]) -> list[Plan]:
    """Load several plans, the leading one first; no two may have one id.

    Parameters
    ----------
    plans : iterable of str or pathlib.Path
        Ids or paths.

    Returns
    -------
    list of Plan
        In the order given.

    Raises
    ------
    InputError
        Two plans have the same id, or one of them is not a plan.
    """
    loaded: dict[str, Plan] = {}
    for name in plans:
        plan = load_plan(name)
        if plan.plan in loaded:
            raise InputError("zones.plan.two_plans_of_one_id", plan=plan.plan, name=name)
        loaded[plan.plan] = plan
    return list(loaded.values())


def _scalar(key: str, value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if key in _CODES and isinstance(value, str):
        return DoubleQuotedScalarString(value)
    return value


def _mapping(data: Mapping[str, Any], *, inline: bool) -> CommentedMap:
    laid = CommentedMap()
    if inline:
        laid.fa.set_flow_style()
    first = _FIRST if "target" in data else _FIRST_OF_STATEMENT if "bound" in data else ()
    keys = [key for key in first if key in data]
    for key in [*keys, *(key for key in data if key not in keys)]:
        value = data[key]
        laid[key] = _node(key, value, inline=inline or key in _INLINE)
    return laid


def _sequence(key: str, data: Sequence[Any], *, inline: bool) -> CommentedSeq:
    laid = CommentedSeq()
    if inline or not data or not isinstance(data[0], Mapping):
        laid.fa.set_flow_style()
    for item in data:
        laid.append(_node(key, item, inline=inline or key in _INLINE_ITEMS))
    if key == "zones":
        for place in range(1, len(laid)):
            laid.yaml_set_comment_before_after_key(place, before="\n")
    return laid


def _node(key: str, value: Any, *, inline: bool) -> Any:
    if isinstance(value, Mapping):
        return _mapping(value, inline=inline)
    if isinstance(value, list):
        return _sequence(key, value, inline=inline)
    return _scalar(key, value)


def _lay_out(plan: Plan) -> CommentedMap:
    """Lay a plan out as YAML: short things on one line, an empty line between zones."""
    data = plan.model_dump(mode="json", by_alias=True, exclude_unset=True)
    laid = _mapping(data, inline=False)
    for key in ("zones", "indicators", "reports"):
        if key in laid:
            laid.yaml_set_comment_before_after_key(key, before="\n")
    return laid


def plan_text(plan: Plan, *, closing: Sequence[str] = ()) -> str:
    """Text of a new plan's file, with remarks at its end."""
    return dump_document(_lay_out(plan), closing=closing)


def save_plan(
    plan: Plan, path: str | Path, *, overwrite: bool = False, closing: Sequence[str] = ()
) -> None:
    """Save a plan; comments and order of the file it was loaded from are kept.

    Parameters
    ----------
    plan : Plan
        The plan.
    path : str or pathlib.Path
        Destination.
    overwrite : bool
        Whether an existing file may be replaced.
    closing : sequence of str
        Lines of comment for the end of a new plan's file.

    Raises
    ------
    OutputExistsError
        The file exists and ``overwrite`` is false.
    InputError
        A new plan has the id of an embedded one.
    """
    path = Path(path)
    remembered = plan.remembered
    if remembered is None:
        if plan.plan in embedded_plans():
            raise InputError("zones.plan.id_is_embedded", plan=plan.plan)
        write_document(_lay_out(plan), path, overwrite=overwrite, closing=closing)
        return
    document = copied(remembered)
    data = plan.model_dump(mode="json", by_alias=True, exclude_unset=True)
    merge_document(document, data, keys=_ITEM_KEYS)
    write_document(document, path, overwrite=overwrite)
