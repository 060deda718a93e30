"""What every section of a study is."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


def many(value: Any) -> Any:
    """Let a single value stand for a list of one."""
    return value if isinstance(value, list | tuple) else (value,)


class Section(BaseModel):
    """A part of the study: unknown keys are errors, values cannot be changed.

    Every field's ``description`` completes the sentence "expected ..." in error messages.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
