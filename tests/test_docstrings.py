"""The docstrings of exported names are complete: parameters, returns, errors."""

import importlib

import pydantic
import pytest

validate = pytest.importorskip("numpydoc.validate", reason="numpydoc is an extra (lint)")

#: Codes of numpydoc: sections and their order, a summary of one line, parameters and returns.
CHECKS = {"GL01", "GL03", "GL08", "SS01", "SS03", "PR01", "PR02", "PR03", "RT01"}
NAMES = [
    f"{package}.{name}"
    for package in ("layers", "maps", "zones")
    for name in importlib.import_module(package).__all__
    if callable(getattr(importlib.import_module(package), name))
]


@pytest.mark.parametrize("name", NAMES)
def test_docstring_is_complete(name: str) -> None:
    package, attribute = name.split(".")
    thing = getattr(importlib.import_module(package), attribute)
    # Errors are raised, and models of files are read, without a caller of their constructor.
    checks = CHECKS - {"PR01"} if _has_no_caller(thing) else CHECKS
    found = validate.validate(f"{thing.__module__}.{thing.__qualname__}")["errors"]
    assert not [f"{code}: {text}" for code, text in found if code in checks]


def _has_no_caller(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, (Exception, pydantic.BaseModel))
