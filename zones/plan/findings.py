"""What is wrong with a plan: findings with clause and severity."""

from __future__ import annotations

from dataclasses import dataclass

from layers.base.findings import Finding, Severity
from layers.base.language import Phrase

#: A target of a draft below this confidence is for a person to confirm.
SURE = 0.65

#: Kinds of findings and what each means; ``docs/how-to/plans.md`` explains them.
PLAN_FINDING_KINDS: dict[str, Severity] = {
    "range-reversed": "error",
    "crop-unknown": "error",
    "unit-unknown": "error",
    "two-figures": "problem",
    "two-bounds": "problem",
    "mixed-bound": "note",
    "parts-do-not-add-up": "problem",
    "part-exceeds-whole": "problem",
    "parts-exceed-whole": "problem",
    "implausible-unit": "problem",
    "implausible-magnitude": "problem",
    "commune-twice": "problem",
    "commune-unknown": "error",
    "commune-other-vintage": "error",
    "commune-unconfirmed": "problem",
    "name-is-another-commune": "error",
    "name-misspelt": "note",
    "open-list": "note",
    "zone-crop-unknown": "problem",
    "target-unsure": "problem",
    "owner-unknown": "problem",
    "one-thing-two-targets": "problem",
    "target-without-year": "note",
    "span-outside-horizon": "note",
    "zone-without-target": "problem",
    "crop-in-two-zones": "problem",
    "target-below-present": "note",
    "target-above-land": "problem",
    "zones-exceed-land": "problem",
}


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """One thing that is wrong with a plan, or that a reader of it should know."""

    kind: str  # One of ``PLAN_FINDING_KINDS``
    subject: str  # Id of the target or zone; several are joined by " + "
    clause: str | None  # Clause of the document
    message: Phrase  # What the plan says and what is wrong with it
    detail: str = ""  # Figure or name the finding is about, for telling findings of one kind apart

    @property
    def severity(self) -> Severity:
        """``error`` must be corrected, ``problem`` decided, ``note`` known."""
        return PLAN_FINDING_KINDS[self.kind]

    def as_finding(self, plan: str) -> Finding:
        """Give the same as a finding of an input, for a run's report."""
        return Finding(
            severity=self.severity,
            kind=self.kind,
            source=plan,
            message=self.message,
            examples=tuple(filter(None, (self.clause, self.subject, self.detail))),
        )
