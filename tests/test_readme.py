"""The README says why each dependency is there, and names only files and commands that exist."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
READMES = ["README.md", "README.vi.md"]


def test_each_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {re.split(r"[<>=\[;~! ]", item)[0] for item in project["dependencies"]}
    text = (ROOT / "README.md").read_text("utf-8").partition("## Dependencies")[2]
    rows = re.findall(r"^\| ([^|]+) \|", text, flags=re.MULTILINE)
    named = {name.strip() for row in rows[1:] for name in row.split(",")}
    assert named == wanted


@pytest.mark.parametrize("name", READMES)
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text)]
    missing = [link for link in links if link and not (ROOT / link).exists()]
    assert not missing


@pytest.mark.parametrize("name", READMES)
def test_commands_exist(name: str) -> None:
    from zones.cli.main import application

    known = {command.name for command in application.registered_commands}
    known |= {group.name for group in application.registered_groups}
    text = (ROOT / name).read_text("utf-8")
    used = set(re.findall(r"^zones ([a-z]+)", text, flags=re.MULTILINE))
    assert used
    assert used <= known
