"""Step ``cover``: the forest cover rate and planted species, from the newest forest layer."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.forest.cover import check_forest_cover, measured_cover
from zones.forest.species import planted_areas, planted_species_table
from zones.output.findings_table import findings_table
from zones.project.model import newest_forest_layer
from zones.run.context import Context
from zones.run.step import Made, Step
from zones.tables import COVER_FINDINGS, FINDINGS, FOREST_COVER, MEASURED, PLANTED_SPECIES


def work(context: Context) -> Made:
    """Forest cover by commune; empty tables where the project has no forest layer."""
    project = context.project
    name = newest_forest_layer(project)
    if name is None:
        return {
            FOREST_COVER: FOREST_COVER.empty(),
            PLANTED_SPECIES: PLANTED_SPECIES.empty(),
            COVER_FINDINGS: findings_table([]),
        }
    measured = context[MEASURED]
    measured = measured[measured["layer"] == name]
    communes, crs = context.communes()
    table = measured_cover(
        measured,
        communes,
        crs,
        province_code=project.province,
        province=project.territory("vi"),
        log=context.closures,
    )
    year = project.layers[name].date.year
    species = planted_species_table(planted_areas(measured), year=year, log=context.closures)
    told = context[FINDINGS]
    beyond = told[told["source"].eq(name) & told["kind"].eq("forest-exceeds-area")]
    known = [set(named.split(", ")) for named in beyond["examples"]]
    found = [  # The same communes are not told again
        item
        for item in check_forest_cover(table, measured, source=name)
        if item.kind != "forest-exceeds-area"
        or item.count not in beyond["count"].tolist()
        or set(item.examples) not in known
    ]
    return {
        FOREST_COVER: table,
        PLANTED_SPECIES: species,
        COVER_FINDINGS: findings_table(found),
    }


STEP = Step(
    label=Phrase("Forest cover", "Tỷ lệ che phủ rừng"),
    work=work,
    reads=(MEASURED, FINDINGS),
    writes=(FOREST_COVER, PLANTED_SPECIES, COVER_FINDINGS),
)
