"""A Zarr store that does not take a lost chunk for its fill value."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from landsweep.base.errors import LOST, Damaged, DamagedShard
from zarr.storage import LocalStore

CHUNKS = "/c/"
"""The key of a chunk or shard has this part between the name of its array and its place."""


class WholeStore(LocalStore):
    """The store of a hypercube: every chunk is written, so one that is absent was lost.

    A shard of a field may be absent as long as that of ``status``, which is written after it, is absent too: its unit
    is not yet evaluated. Zarr itself reads fill values for both.
    """

    async def get(self, key: str, *arguments: Any, **options: Any) -> Any:
        """Return what lies at a key; raise :class:`~landsweep.base.errors.Damaged` for a lost chunk."""
        found = await super().get(key, *arguments, **options)
        return await super().get(key, *arguments, **options) if found is None and self._written(key) else found

    async def get_partial_values(self, prototype: Any, key_ranges: Iterable[tuple[str, Any]]) -> list[Any]:
        """Return what lies at keys, as :meth:`get`."""
        return [await self.get(key, prototype, byte_range) for key, byte_range in key_ranges]

    def get_sync(self, key: str, **options: Any) -> Any:
        """Return what lies at a key, as :meth:`get`; not all versions of Zarr have this method, or call it."""
        found = super().get_sync(key, **options)
        return super().get_sync(key, **options) if found is None and self._written(key) else found

    @cached_property
    def fields(self) -> frozenset[str]:
        """The names of the fields, which are chosen when the hypercube is created."""
        return frozenset(json.loads(Path(self.root, "zarr.json").read_text())["attributes"]["fields"])

    def _written(self, key: str) -> bool:
        """Return whether what was absent has just been written; raise where it was lost."""
        array, chunk, place = key.partition(CHUNKS)
        if not chunk or array == "status":
            return False
        path = Path(self.root, key)
        sharded = array in self.fields
        if sharded and not self._complete(place.split("/")):
            return False
        if not path.exists():
            raise DamagedShard(path, LOST) if sharded else Damaged(path, LOST)
        return True

    def _complete(self, place: list[str]) -> bool:
        """Return whether there is a shard of the status at the place of one of a field, which may have more axes."""
        return any(Path(self.root, "status", "c", *place[:n]).is_file() for n in range(len(place), 0, -1))
