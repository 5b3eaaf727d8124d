"""The house: rooms of bounded size, no circle, short functions, folders without code of their own.

Who may import whom is held by the contracts in ``pyproject.toml``.
"""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("layers", "maps", "zones")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FOLDERS = sorted({path.parent for path in FILES})
#: Most lines of a body, most parameters; kernels compiled by numba take what they need.
BODY_LINES, PARAMETERS = 60, 8


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _imports(path: Path) -> set[str]:
    """Modules of ours that a module names in its imports, for types alone as well."""
    found: set[str] = set()
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{item.name}" for item in node.names)}
        elif isinstance(node, ast.Import):
            found |= {item.name for item in node.names}
    return found


def test_no_module_leads_back_to_itself() -> None:
    modules = {_name(path): path for path in FILES if path.name != "__init__.py"}
    graph = {name: _imports(path) & set(modules) for name, path in modules.items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(modules)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_folder_can_be_looked_over(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) <= 25
    tree = ast.parse((folder / "__init__.py").read_text("utf-8"))
    stub = folder / "__init__.pyi"
    assert stub.exists() or len(tree.body) == 1, "an __init__ says what its folder is for"


def _is_kernel(node: ast.FunctionDef) -> bool:
    return any("kernel" in ast.unparse(item) or "jit" in ast.unparse(item)
               for item in node.decorator_list)  # fmt: skip


def test_functions_are_short_and_take_few_parameters() -> None:
    long, wide = [], []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef) or _is_kernel(node):
                continue
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = sum(item.arg not in ("self", "cls") for item in given)
            if lines > BODY_LINES:
                long.append(f"{_name(path)}.{node.name}: {lines} lines")
            if count > PARAMETERS:
                wide.append(f"{_name(path)}.{node.name}: {count} parameters")
    assert not long
    assert not wide
