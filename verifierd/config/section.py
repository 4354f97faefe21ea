"""What every table of the configuration has in common, and the kinds of value that several have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Amount = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _whole(value: Any) -> Any:
    """Refuse what the system would read as ended before its end."""
    if "\0" in str(value):
        raise ValueError("must not hold the character NUL")
    return value


Text = Annotated[str, AfterValidator(_whole)]
Folder = Annotated[Path, AfterValidator(_whole)]


class Section(BaseModel):
    """A table of the TOML file: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
