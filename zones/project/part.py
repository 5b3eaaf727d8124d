"""What every part of a project file has in common: no unknown key, no infinite number."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Strict

from layers.kinds.crops import crop_named

#: A bare number: one in quotes has more than one reading ("5.000").
Number = Annotated[float, Strict()]


def _crop_id(value: object) -> object:
    """Id of a crop given by a name; what is none is told when its layer is read."""
    return crop_named(value)[0] or value if isinstance(value, str) else value


CropName = Annotated[str, BeforeValidator(_crop_id)]


class Part(BaseModel):
    """A section of the project file."""

    # Before 2.10 pydantic warns of every field that begins with "model_".
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
        protected_namespaces=(),
    )
