"""Small faults put into a module on purpose: which there are, and the module with one of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

__all__ = ["Mutant", "mutants_of"]

#: Comparisons turned round; and those that only lose or gain their limit.
FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
LOSING = (ast.Add, ast.Sub, ast.Mult, ast.Div)
#: Smaller constants are tolerances.
TOLERANCE = 1e-5
#: Functions and methods that are easily taken one for the other.
TWINS = {
    name: other
    for pair in (
        ("min", "max"),
        ("minimum", "maximum"),
        ("nanmin", "nanmax"),
        ("floor", "ceil"),
        ("any", "all"),
        ("argmin", "argmax"),
        ("sum", "mean"),
        ("first", "last"),
        ("sin", "cos"),
    )
    for name, other in (pair, pair[::-1])
}
#: Words for people, types and layout are no hectares.
CALLS_FOR_PEOPLE = {
    "Finding",
    "Phrase",
    "message",
    "joined",
    "read_schema",
    "say",
    "Column",
    "Schema",
    "format_number",
    "TypeVar",
    "join",
}
NAMES_FOR_PEOPLE = {"shown", "told", "en", "vi", "message", "words", "__all__"}
FUNCTIONS_FOR_PEOPLE = ("_tell", "tell_", "_raise", "__reduce__")
#: Keywords that change no figure: guards of lengths, kinds of memory, who does the work.
KEYWORDS_OF_LAYOUT = {"strict", "copy", "dtype", "observed", "cache", "workers", "en", "vi"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault.

    Parameters
    ----------
    line : int
        Line of the fault in the module.
    before, after : str
        What stood there and what stands there now.
    source : str
        Whole text of the module with the fault.
    """

    line: int
    before: str
    after: str
    source: str


def mutants_of(source: str, without: frozenset[str] = frozenset()) -> list[Mutant]:
    """All mutants of a module, without those in its words and types, and in the names given."""
    tree = ast.parse(source)
    found = []
    for node in _figures(tree, without):
        for change in _changes(node):
            line, before = node.lineno, ast.unparse(node)
            kind, fields = type(node), dict(node.__dict__)
            change()
            found.append(Mutant(line, before, ast.unparse(node), ast.unparse(tree)))
            node.__class__ = kind
            node.__dict__.clear()
            node.__dict__.update(fields)
    return [mutant for mutant in found if mutant.before != mutant.after]


def _figures(tree: ast.AST, without: frozenset[str]) -> Iterator[Any]:
    """Nodes that may have to do with figures, in the order of the text."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Raise | ast.JoinedStr | ast.arguments | ast.Import):
            continue
        if isinstance(child, ast.keyword) and child.arg in KEYWORDS_OF_LAYOUT:
            continue
        if isinstance(child, ast.FunctionDef) and (
            child.name.startswith(FUNCTIONS_FOR_PEOPLE) or child.name in without
        ):
            continue
        if isinstance(child, ast.Call) and _name(child.func) in CALLS_FOR_PEOPLE:
            continue
        if isinstance(child, ast.Call) and _name(child.func).endswith("Error"):
            continue
        if isinstance(child, ast.Assign | ast.AnnAssign):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            names = {_name(part) for target in targets for part in _parts(target)}
            if names & (NAMES_FOR_PEOPLE | without):
                continue
        yield from _within(child, without)


def _within(node: Any, without: frozenset[str]) -> Iterator[Any]:
    if isinstance(node, ast.expr | ast.AugAssign):
        yield node
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        node = ast.Module(body=node.body, type_ignores=[])  # neither decorators nor annotations
    if isinstance(node, ast.AnnAssign):
        node = ast.Module(body=[ast.Expr(node.value)] if node.value else [], type_ignores=[])
    yield from _figures(node, without)


def _parts(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, ast.Tuple) else [target]


def _name(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _changes(node: Any) -> Iterator[Callable[[], None]]:
    """Ways to make one node wrong; each puts new fields into it."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield lambda: _set(node, ops=[FLIPPED[type(node.ops[0])]()])
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SWAPPED:
        yield lambda: _set(node, op=SWAPPED[type(node.op)]())
        if isinstance(node, ast.BinOp) and isinstance(node.op, LOSING):  # the second term lost
            yield lambda: _become(node, node.left)
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
        yield lambda: _become(node, node.operand)
    elif isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield lambda: _set(node, op=other)
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node)
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)


def _other_calls(node: ast.Call) -> Iterator[Callable[[], None]]:
    if _name(node.func) in TWINS:
        yield lambda: _set(node, func=_renamed(node.func, TWINS[_name(node.func)]))
    for at, keyword in enumerate(node.keywords):
        if keyword.arg and keyword.arg not in KEYWORDS_OF_LAYOUT:
            rest = [*node.keywords[:at], *node.keywords[at + 1 :]]
            yield partial(_set, node, keywords=rest)


def _other_constants(node: ast.Constant) -> Iterator[Callable[[], None]]:
    value = node.value
    if isinstance(value, bool):
        yield lambda: _set(node, value=not value)
    elif isinstance(value, int):
        yield lambda: _set(node, value=value + 1)
        if value > 0:
            yield lambda: _set(node, value=value - 1)
    elif isinstance(value, float):
        # A tolerance becomes one that lets everything pass.
        factor = 1e9 if abs(value) < TOLERANCE else 2.0
        yield lambda: _set(node, value=factor * value if value else 1.0)


def _set(node: Any, **fields: Any) -> None:
    node.__dict__.update(fields)


def _become(node: Any, other: ast.expr) -> None:
    node.__class__ = type(other)
    node.__dict__.update(other.__dict__)


def _renamed(function: ast.expr, name: str) -> ast.expr:
    if isinstance(function, ast.Attribute):
        return ast.Attribute(function.value, name, function.ctx)
    return ast.Name(name, ast.Load())
