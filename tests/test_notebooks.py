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


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_a_notebook_runs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    # What a reader sees in the file stays as it is; only the copy in memory is executed.
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": FOLDER.parent}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    told = "".join(str(cell.outputs) for cell in code)
    assert SAID[path.stem] in told
