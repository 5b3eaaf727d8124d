"""Errors of the project: each says what was expected, what was found and what to do, twice.

A message is a sentence of the room's catalogue (``messages.toml``), in English and Vietnamese.
``str(error)``, and so a traceback, is in the language that the environment says
(``VUNGTRONG_LANG``, else the locale), English where it says none; ``error.text(language)`` in
either: the command line prints that.
"""

from __future__ import annotations

from layers.base.language import Language, Phrase, language_for_python
from layers.base.messages import message


class VungTrongError(Exception):
    """Base of every error the project raises on purpose.

    Parameters
    ----------
    what : str or Phrase
        Key of the message in the catalogue of its room, for instance ``"zones.plan.no_target"``;
        or the message itself.
    **values : object
        What belongs into the message.
    """

    def __init__(self, what: str | Phrase, /, **values: object) -> None:
        self.phrase = message(what, **values) if isinstance(what, str) else what
        super().__init__(self.phrase.en)

    def __str__(self) -> str:
        """Message in the language that the environment says."""
        return self.phrase.text(language_for_python())

    def text(self, language: Language) -> str:
        """Message in a language.

        Parameters
        ----------
        language : {"en", "vi"}
            Language of the reader.

        Returns
        -------
        str
            One line.
        """
        return self.phrase.text(language)

    def __reduce__(self) -> tuple[type[VungTrongError], tuple[Phrase]]:
        """Keep both languages when the error crosses a process border."""
        return type(self), (self.phrase,)


class InputError(VungTrongError, ValueError):
    """A file or a value is not what it must be."""


class SchemaError(InputError):
    """A frame lacks a column, or a column has the wrong type, unit or range."""


class CrsError(InputError):
    """A CRS is missing, geographic where metres are needed, mismatched or unfit for areas."""


class MissingCrsError(CrsError):
    """A layer has no CRS, or one without a place on Earth."""


class NameResolutionError(InputError, LookupError):
    """A commune name or code is unknown, ambiguous or of another vintage."""


class MissingFileError(VungTrongError, FileNotFoundError):
    """A file or a layer of a file does not exist."""


class OutputError(VungTrongError, OSError):
    """An output could not be written: the disk is full, or the folder is locked."""


class OutputExistsError(VungTrongError, FileExistsError):
    """An output exists and overwriting was not asked for."""


class ClosureError(VungTrongError, ArithmeticError):
    """Parts and remainder of a table do not equal the whole."""


class ClusterError(VungTrongError, RuntimeError):
    """Workers of a cluster died or were lost too often to finish the work."""
