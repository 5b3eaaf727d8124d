"""How sure a figure is: intervals of what was measured, and verdicts on the targets."""
