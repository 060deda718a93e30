"""The base class of every section of a study."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


def many(value: Any) -> Any:
    """Return a list or tuple as it is, and any other value as a list of one."""
    return value if isinstance(value, list | tuple) else (value,)


class Section(BaseModel):
    """One part of the study; unknown keys are errors, and values cannot be changed.

    Every field's ``description`` completes the sentence "expected ..." in error messages.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")
