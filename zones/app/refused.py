"""What the desk does not do: an error that server and worker share."""

from __future__ import annotations

from layers.base.errors import VungTrongError
from layers.base.language import Phrase


class RefusedError(VungTrongError):
    """A request that is not answered, with the status that says so."""

    def __init__(self, status: int, what: Phrase) -> None:
        super().__init__(what)
        self.status = status

    def __reduce__(self) -> tuple[type[RefusedError], tuple[int, Phrase]]:  # type: ignore[override]
        """Keep status and message when the error crosses a process border."""
        return type(self), (self.status, self.phrase)
