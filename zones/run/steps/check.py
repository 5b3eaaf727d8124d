"""Step ``check``: read every input, stop at errors, list the rest."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.inputs.read import Inputs, read_inputs
from zones.output.findings_table import findings_table
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import FINDINGS


def work(context: Context) -> Made:
    """Read the project's inputs and put their findings into a table."""
    inputs = read_inputs(context.project, progress=context.teller.part)
    inputs.findings.raise_errors()
    return {Inputs: inputs, FINDINGS: findings_table(inputs.findings.items)}


STEP = Step(
    label=Phrase("Check the inputs", "Kiểm tra dữ liệu vào"),
    work=work,
    writes=(Inputs, FINDINGS),
    settings=(
        *("version", "province", "communes", "plans", "layers", "area_crs"),
        *("crops", "units", "corrections"),
    ),
)
