"""Lint of a plan's lists of communes: twice, unknown, of another time, misspelt, left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from layers.base.messages import message
from layers.communes.gazetteer import Unit, communes_on, vintages
from layers.communes.spelling import exact_key, spelling_key, split_kind, tidy
from zones.plan.findings import PlanFinding
from zones.plan.frames import communes_of
from zones.plan.model import ListedCommune, Plan, Zone


def _other_vintage(plan: Plan, code: str) -> Unit | None:
    """Find the unit that bore a code at another time, in the plan's province."""
    for vintage in reversed(vintages(plan.province)):
        unit = communes_on(plan.province, vintage).get(code)
        if unit is not None:
            return unit
    return None


def _lint_code(
    plan: Plan, owner: str, clause: str | None, commune: ListedCommune
) -> Iterator[PlanFinding]:
    other = _other_vintage(plan, commune.code)
    if other is None:
        yield PlanFinding(
            "commune-unknown",
            owner,
            clause,
            message("zones.plan.commune_unknown", code=commune.code, as_written=commune.as_written),
            detail=commune.code,
        )
        return
    yield PlanFinding(
        "commune-other-vintage",
        owner,
        clause,
        message(
            "zones.plan.commune_other_vintage",
            code=commune.code,
            as_written=commune.as_written,
            label=other.label,
            vintage=other.vintage,
            vintage_2=plan.vintage,
        ),
        detail=commune.code,
    )


def _spelt(written: str, name: str) -> bool:
    """Whether a name is written in one of its accepted spellings, capitals included."""
    readings = [text for _, text in split_kind(tidy(written))]
    return any(
        spelling_key(text) == spelling_key(name)
        and [word[:1].isupper() for word in text.split()]
        == [word[:1].isupper() for word in name.split()]
        for text in readings
    )


def _lint_name(
    owner: str, clause: str | None, commune: ListedCommune, known: Mapping[str, Unit]
) -> Iterator[PlanFinding]:
    unit = known[commune.code]
    if _spelt(commune.as_written, unit.name):
        return
    written = {exact_key(text) for _, text in split_kind(tidy(commune.as_written))}
    meant = [u for u in known.values() if exact_key(u.name) in written and u.code != unit.code]
    if meant:
        yield PlanFinding(
            "name-is-another-commune",
            owner,
            clause,
            message(
                "zones.plan.name_is_another_commune",
                as_written=commune.as_written,
                label=unit.label,
                label_2=meant[0].label,
            ),
            detail=commune.as_written,
        )
        return
    yield PlanFinding(
        "name-misspelt",
        owner,
        clause,
        message("zones.plan.name_misspelt", as_written=commune.as_written, label=unit.label),
        detail=commune.as_written,
    )


def _lint_list(
    plan: Plan, owner: str, clause: str | None, communes: Sequence[ListedCommune]
) -> Iterator[PlanFinding]:
    known = communes_of(plan)
    for code, count in Counter(commune.code for commune in communes).items():
        if count > 1:
            name = known[code].label if code in known else code
            yield PlanFinding(
                "commune-twice",
                owner,
                clause,
                message("zones.plan.commune_twice", name=name, count=count),
                detail=code,
            )
    for commune in {commune.as_written + commune.code: commune for commune in communes}.values():
        if known and commune.code not in known:
            yield from _lint_code(plan, owner, clause, commune)
        elif known:
            yield from _lint_name(owner, clause, commune, known)
        if commune.confirm:
            yield PlanFinding(
                "commune-unconfirmed",
                owner,
                clause,
                message(
                    "zones.plan.commune_unconfirmed",
                    as_written=commune.as_written,
                    code=commune.code,
                ),
                detail=commune.as_written,
            )


def _lint_zone_name(zone: Zone) -> Iterator[PlanFinding]:
    written = [(zone.clause, zone.as_written)]
    written += [(one.clause, one.as_written) for target in zone.targets for one in target.also]
    for clause, name in written:
        if name and spelling_key(name) != spelling_key(zone.name.vi):
            yield PlanFinding(
                "name-misspelt",
                zone.zone,
                clause,
                message("zones.plan.zone_misspelt", name=name, zone=zone.name.vi),
                detail=name,
            )


def lint_lists(plan: Plan) -> Iterator[PlanFinding]:
    """Find what is wrong in the lists of a plan."""
    for zone in plan.zones:
        yield from _lint_zone_name(zone)
    owners = [(zone.zone, zone.clause, zone.listing, zone.communes) for zone in plan.zones]
    owners += [
        (target.target, target.clause, target.listing, target.communes)
        for _, target in plan.all_targets()
    ]
    for owner, clause, listing, communes in owners:
        if listing == "open":
            yield PlanFinding(
                "open-list",
                owner,
                clause,
                message("zones.plan.open_list", count=len(communes)),
            )
        yield from _lint_list(plan, owner, clause, communes)
