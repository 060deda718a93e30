"""What stored numbers stand for: scale_factor, add_offset, _FillValue and their kin of the CF conventions."""

from __future__ import annotations

import base64
import struct
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from landsweep.base.errors import UserError

SCALING = ("scale_factor", "add_offset")
MASKING = ("_FillValue", "missing_value")
PACKING = (*SCALING, *MASKING, "_Unsigned")
"""xarray applies the attributes of these names; it applies no other, such as ``valid_range``."""
VALID = ("valid_range", "valid_min", "valid_max")
"""Attributes that say which numbers are meant, and which xarray does not apply."""


@dataclass(frozen=True)
class Packing:
    """What the stored numbers of an array stand for: the numbers that ``xarray.open_zarr`` decodes, bit by bit.

    Where a mask is given with more digits than the array holds, what it is rounded to is missing as well.

    Parameters
    ----------
    dtype
        The dtype as it is stored.
    attributes
        Those of :data:`PACKING` that the array has.
    missing
        Further stored numbers that stand for missing points.
    """

    dtype: np.dtype
    attributes: Mapping[str, Any]
    missing: tuple[Any, ...] = ()

    @classmethod
    def of(cls, dtype: np.dtype, attributes: Mapping[str, Any], fill_values: Sequence[str] = ()) -> Packing:
        """Return the packing that attributes and the texts of ``--fill-value`` say.

        Raises
        ------
        UserError
            For a fill value that an array of this dtype cannot hold.
        """
        known = {name: attributes[name] for name in PACKING if name in attributes}
        return cls(dtype.newbyteorder("="), known, tuple(_stored(text, dtype) for text in fill_values))

    def __bool__(self) -> bool:
        return bool(self.attributes or self.missing)

    def values(self, stored: np.ndarray) -> np.ndarray:
        """Return the numbers that stored ones stand for; missing points are NaN.

        Raises
        ------
        ValueError
            Where float64 rounds codes of 64 bits, so that different ones may have become equal.
        """
        values = self.decoded(stored)
        if (
            self
            and stored.dtype.kind in "iu"
            and stored.itemsize == 8
            and np.any(_rounds(stored) & np.isfinite(values))
        ):
            raise ValueError(
                f"field cannot be ordered exactly: got {self.dtype} numbers that float64 rounds, expected numbers that "
                "float64 holds, such as integers up to 2^53."
            )
        return values

    def decoded(self, stored: np.ndarray) -> np.ndarray:
        """Return the numbers as :meth:`values` does, also where float64 rounds them."""
        if not self:
            return stored
        import xarray as xr

        if stored.dtype.kind == "b":  # which has no float to promote to
            stored = stored.view(np.uint8)
        dims = [f"axis_{k}" for k in range(stored.ndim)]
        packed = xr.Dataset({"field": xr.Variable(dims, stored, self._all())})
        with warnings.catch_warnings():  # about more than one fill value, which is meant, or one that cannot occur
            warnings.simplefilter("ignore", xr.SerializationWarning)
            decoded = xr.decode_cf(
                packed, concat_characters=False, decode_times=False, decode_coords=False, decode_timedelta=False
            )
            values: np.ndarray = decoded["field"].values
        return values

    @property
    def _rounded(self) -> list[Any]:
        """The masks that the array's precision rounds, as it holds them: -99.99 of a float64 is no float32.

        xarray compares the two and finds no mask, although the writer has put one there.
        """
        if self.dtype.kind != "f":
            return []
        masks = (m for name in MASKING for m in np.ravel(self.attributes.get(name, [])).tolist())
        numbers = (m for m in masks if isinstance(m, int | float) and np.isfinite(m))
        with np.errstate(over="ignore"):
            return [held for m in numbers if (held := self.dtype.type(m).item()) != m and np.isfinite(held)]

    def _all(self) -> dict[str, Any]:
        """Return the attributes with the further missing numbers among them, in the form in which they are compared."""
        if not self.missing and not self._rounded:
            return dict(self.attributes)
        signs = {("i", "true"): "u", ("u", "false"): "i"}
        kind = signs.get((self.dtype.kind, str(self.attributes.get("_Unsigned"))))
        read_as = self.dtype if kind is None else np.dtype(f"{kind}{self.dtype.itemsize}")
        more = [np.array(number, self.dtype).view(read_as).item() for number in self.missing]
        known = np.ravel(self.attributes.get("missing_value", [])).tolist()
        return {**self.attributes, "missing_value": np.array([*known, *more, *self._rounded], dtype=object)}

    def text(self) -> str:
        """Return a sentence that says what is done with the stored numbers; empty where nothing is."""
        scale, offset = (np.ravel(self.attributes[n]).tolist()[0] if n in self.attributes else None for n in SCALING)
        parts = []
        if scale is not None or offset is not None:
            product = "code" if scale is None else f"{scale!r} * code"
            sign = "" if offset is None else f" {'-' if offset < 0 else '+'} {abs(offset)!r}"
            parts.append(f"value = {product}{sign}")
        if self.dtype.kind in "iu" and str(self.attributes.get("_Unsigned")) in ("true", "false"):
            parts.append(f"codes are {'un' if self.attributes['_Unsigned'] == 'true' else ''}signed")
        masks = {name: self.attributes[name] for name in MASKING if name in self.attributes}
        if self.missing:
            masks["--fill-value"] = list(self.missing)
        for name, numbers in masks.items():
            shown = [str(n) for n in np.ravel(np.array(numbers, dtype=object)).tolist() if n == n]
            if shown:
                parts.append(f"{name} {', '.join(shown)} counts as not finite")
        return "; ".join(parts)


def decoded_fill(value: Any, dtype: np.dtype) -> Any:
    """Return the number of an attribute ``_FillValue`` in Zarr 3, where xarray writes floats as Base64 of 8 bytes."""
    if isinstance(value, str) and dtype.kind == "f":
        try:
            return struct.unpack("<d", base64.b64decode(value, validate=True))[0]
        except (ValueError, struct.error):
            return float(value)  # of another writer, such as "NaN"
    return value


def _rounds(codes: np.ndarray) -> np.ndarray:
    limit = 2**53
    return (codes > limit) | ((codes < -limit) if codes.dtype.kind == "i" else False)


def _stored(text: str, dtype: np.dtype) -> Any:
    """Return the number of a text, as an array of this dtype holds it."""
    wrong = UserError(f"--fill-value is {text!r}, expected a number such as -9999.")
    try:
        number: Any = int(text)
    except ValueError:
        try:
            number = float(text)
        except ValueError:
            raise wrong from None
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            held = dtype.type(number).item()
        if np.isinf(held) and abs(number) < float("inf"):
            raise UserError(f"--fill-value is {text}, expected a number that {dtype} holds, as the array does.")
        return held
    low, high = (0, 1) if dtype.kind == "b" else (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
    if number != number or number % 1 or not low <= number <= high:
        raise UserError(
            f"--fill-value is {text}, expected a whole number from {low} to {high}, as the array is stored as {dtype}: "
            "fill values are compared with stored numbers, before scale_factor and add_offset."
        )
    return int(number)
