"""Lint of a plan's lists of communes: twice, unknown, of another time, misspelt, left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from layers.base.language import Phrase
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
            Phrase(
                en=f"no commune has the code {commune.code} ({commune.as_written}); correct it",
                vi=f"không có xã nào mang mã {commune.code} ({commune.as_written}); hãy sửa lại",
            ),
            detail=commune.code,
        )
        return
    yield PlanFinding(
        "commune-other-vintage",
        owner,
        clause,
        Phrase(
            en=f"{commune.code} ({commune.as_written}) is {other.label} of {other.vintage}, not of "
            f"{plan.vintage}; give the code of that day",
            vi=f"{commune.code} ({commune.as_written}) là {other.label} từ {other.vintage}, không "
            f"phải tại {plan.vintage}; hãy ghi mã của thời điểm đó",
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
            Phrase(
                en=f"{commune.as_written!r} has the code of {unit.label}, but is {meant[0].label}",
                vi=f"{commune.as_written!r} mang mã của {unit.label}, nhưng là {meant[0].label}",
            ),
            detail=commune.as_written,
        )
        return
    yield PlanFinding(
        "name-misspelt",
        owner,
        clause,
        Phrase(
            en=f"{commune.as_written!r} stands for {unit.label}",
            vi=f"{commune.as_written!r} là {unit.label}",
        ),
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
                Phrase(
                    en=f"{name} is named {count} times; perhaps one of them should be another",
                    vi=f"{name} được nêu {count} lần; có thể một lần phải là xã khác",
                ),
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
                Phrase(
                    en=f"{commune.as_written!r} was taken for {commune.code}; check it and remove "
                    "'confirm: true'",
                    vi=f"{commune.as_written!r} được hiểu là {commune.code}; hãy kiểm tra rồi xóa "
                    "'confirm: true'",
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
                Phrase(en=f"{name!r} stands for {zone.name.vi}", vi=f"{name!r} là {zone.name.vi}"),
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
                Phrase(
                    en=f"the list of {len(communes)} communes ends in '…': others may join",
                    vi=f"danh sách {len(communes)} xã kết thúc bằng “…”: còn có thể thêm xã",
                ),
            )
        yield from _lint_list(plan, owner, clause, communes)
