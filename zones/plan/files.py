"""Plans on disk: the embedded ones and the planner's own, loaded and saved with their comments."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from layers.base.errors import InputError, MissingFileError, NameResolutionError
from layers.base.resources import data_path
from zones.plan.model import Plan
from zones.plan.plan_communes import communes_of
from zones.plan.plan_layout import lay_out
from zones.project.yaml import (
    merge_document,
    read_document,
    validate_document,
    write_document,
)

__all__ = ["Plan", "embedded_plans", "load_plan", "load_plans", "save_plan"]

#: Keys by which the items of a plan's lists are recognised when they moved.
_ITEM_KEYS = ("zone", "target", "task", "code")


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
    if path.is_file():
        return path
    known = ", ".join(embedded)
    raise MissingFileError(
        en=f"No plan {str(plan)!r}: expected a path or one of the ids {known}.",
        vi=f"Không có kế hoạch {str(plan)!r}: cần đường dẫn hoặc một trong các mã {known}.",
    )


def _refuse_unknown_codes(plan: Plan, path: Path) -> None:
    known = communes_of(plan)
    unknown = {c.code: owner for owner, c in plan.listed() if known and c.code not in known}
    if unknown:
        first = ", ".join(f"{code} ({owner})" for code, owner in list(unknown.items())[:5])
        raise NameResolutionError(
            en=f"{path.name}: {len(unknown)} commune codes are not among the {len(known)} of "
            f"province {plan.province} at {plan.vintage}: {first}; correct the codes.",
            vi=f"{path.name}: {len(unknown)} mã xã không có trong {len(known)} đơn vị của tỉnh "
            f"{plan.province} tại thời điểm {plan.vintage}: {first}; hãy sửa lại mã.",
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
        raise InputError(
            en=f"{path.name}: expected a plan, found a project file; give one of the plans that it "
            "names under 'plans:'.",
            vi=f"{path.name}: cần tệp quy hoạch, nhưng đây là tệp dự án; hãy chỉ một quy hoạch ghi "
            "ở mục 'plans:' của nó.",
        )


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
            raise InputError(
                en=f"Two plans have the id {plan.plan!r} (the second is {str(name)!r}); "
                "give one of them another id.",
                vi=f"Hai kế hoạch cùng mã {plan.plan!r} (bản thứ hai là {str(name)!r}); "
                "hãy đổi mã của một bản.",
            )
        loaded[plan.plan] = plan
    return list(loaded.values())


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
    data = plan.model_dump(mode="json", by_alias=True, exclude_unset=True)
    remembered = plan.remembered
    if remembered is None:
        if plan.plan in embedded_plans():
            raise InputError(
                en=f"The id {plan.plan!r} is that of an embedded plan; choose another.",
                vi=f"Mã {plan.plan!r} đã thuộc một kế hoạch có sẵn; hãy chọn mã khác.",
            )
        write_document(lay_out(data), path, overwrite=overwrite, closing=closing)
        return
    document = copy.deepcopy(remembered)
    merge_document(document, data, keys=_ITEM_KEYS)
    write_document(document, path, overwrite=overwrite)
