"""The notebooks run from top to bottom on the public interface."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

#: What each story comes to: the demo's forest cover rate, hectares that close, sums that close.
SAID = {
    "01-first-look": "64.",
    "02-own-frames": "70.8 ha of plots, 70.8 ha in the table",
    "03-another-province": "(True, True)",
}
FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
#: The first story makes what ``zones demo`` has made: it gets a copy, and its run takes over what
#: still holds there. The third one makes a province and runs all of it.
MADE = """
import inspect, shutil, zones
from pathlib import Path

build, run = zones.build_demo, zones.run_project

def copied(*args, **kwargs):
    folder = inspect.signature(build).bind(*args, **kwargs).arguments["folder"]
    return Path(shutil.copytree({demo!r}, folder)) / "project.yaml"

def taken_over(project):
    options = zones.RunOptions(only=("compare", "cover"), overwrite=True)
    return run(project, options=options)

zones.build_demo, zones.run_project = copied, taken_over
"""


def runs(path: Path, before: str = "") -> None:
    notebook = nbformat.read(path, as_version=4)
    if before:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(before))
    # What a reader sees in the file stays as it is; only the copy in memory is executed.
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": FOLDER.parent}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    told = "".join(str(cell.outputs) for cell in code)
    assert SAID[path.stem] in told


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_the_first_notebook_runs_on_the_demo(demo: Path) -> None:
    runs(FOLDER / "01-first-look.ipynb", MADE.format(demo=str(demo)))


@pytest.mark.parametrize("name", list(SAID)[1:])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_a_notebook_runs(name: str) -> None:
    runs(FOLDER / f"{name}.ipynb")


def test_every_notebook_is_run() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(SAID)
