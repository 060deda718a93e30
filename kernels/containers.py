"""Tensors inside of what users pass around as a batch: containers of any depth, sparse, packed and graph data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from copy import copy
from dataclasses import fields, is_dataclass
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

Function = Callable[[Tensor], Any]
COMPRESSED = {
    torch.sparse_csr: ("crow_indices", "col_indices", "values"),
    torch.sparse_bsr: ("crow_indices", "col_indices", "values"),
    torch.sparse_csc: ("ccol_indices", "row_indices", "values"),
    torch.sparse_bsc: ("ccol_indices", "row_indices", "values"),
    torch.sparse_coo: ("_indices", "_values", "_values"),
}
"""The methods that return the dense parts of a sparse tensor, by its layout."""


def map_tensors(function: Function, data: Any) -> Any:
    """Return ``data`` with ``function`` applied to each tensor in it.

    Tensors are looked for in mappings, lists, tuples, dataclasses, packed sequences, namespaces, and in attributes of
    objects that have a method ``to``, as batches of graphs have. Containers keep their type; what holds no tensor is
    passed on as it is.

    Examples
    --------
    >>> map_tensors(len, {"x": torch.zeros(3, 2), "names": ["a", (torch.zeros(1),)]})
    {'x': 3, 'names': ['a', (1,)]}
    """
    return _mapped(function, data, {})


def _mapped(function: Function, data: Any, seen: dict[int, Any]) -> Any:
    if isinstance(data, Tensor):
        return function(data)
    if isinstance(data, PackedSequence):  # its batch sizes have to stay on the CPU
        indices = (None if x is None else function(x) for x in (data.sorted_indices, data.unsorted_indices))
        return PackedSequence(function(data.data), data.batch_sizes, *indices)
    if type(data) is dict:
        return {key: _mapped(function, value, seen) for key, value in data.items()}
    if isinstance(data, list | tuple):
        found = [_mapped(function, value, seen) for value in data]
        if all(a is b for a, b in zip(found, data, strict=True)):  # as in a torch.Size
            return data
        return type(data)(*found) if hasattr(data, "_fields") else type(data)(found)
    if isinstance(data, MutableMapping):  # one of a type of its own, as tokenizers and networks return
        made = copy(data)
        for key, value in data.items():
            made[key] = _mapped(function, value, seen)
        return made
    if isinstance(data, Mapping):
        return {key: _mapped(function, value, seen) for key, value in data.items()}
    names = attributes(data)
    if not names:
        return data
    if id(data) not in seen:  # graphs know their parts, and parts their graph
        seen[id(data)] = made = copy(data)
        for name in names:
            before = getattr(made, name)
            if (after := _mapped(function, before, seen)) is not before:
                object.__setattr__(made, name, after)  # of a frozen dataclass too
    return seen[id(data)]


def attributes(data: Any) -> tuple[str, ...]:
    """Return the names of the attributes in which tensors of an object are looked for; none of what is no container."""
    if isinstance(data, type | nn.Module):
        return ()
    if is_dataclass(data):
        return tuple(f.name for f in fields(data) if hasattr(data, f.name))
    if isinstance(data, SimpleNamespace) or (callable(getattr(data, "to", None)) and hasattr(data, "__dict__")):
        return tuple(vars(data))
    return ()


def tensors_in(data: Any) -> list[Tensor]:
    """Return all tensors in ``data``.

    Examples
    --------
    >>> [tuple(x.shape) for x in tensors_in({"x": torch.zeros(3, 2), "y": [torch.zeros(1)]})]
    [(3, 2), (1,)]
    """
    found: list[Tensor] = []

    def note(x: Tensor) -> Tensor:
        found.append(x)
        return x

    map_tensors(note, data)
    return found


def dense_parts(x: Tensor) -> Iterator[Tensor]:
    """Yield the dense tensors that a tensor consists of: itself, or the indices and values of a sparse one."""
    if x.layout in COMPRESSED:
        yield from (getattr(x, name)() for name in dict.fromkeys(COMPRESSED[x.layout]))
    elif x.is_nested:
        yield from x.unbind()
    else:
        yield x


def nbytes(x: Tensor) -> int:
    """Return the bytes of a tensor, dense or sparse.

    Examples
    --------
    >>> nbytes(torch.eye(3)), nbytes(torch.eye(3).to_sparse())
    (36, 60)
    """
    return sum(part.nbytes for part in dense_parts(x))


def cast(x: Tensor, dtype: torch.dtype) -> Tensor:
    """Return a floating tensor in ``dtype``, a complex one in the complex dtype of that precision, others unchanged.

    There is no complex dtype for ``bfloat16``, so complex tensors are not cast to it.
    """
    if x.is_floating_point():
        return x.to(dtype)
    if x.is_complex() and dtype != torch.bfloat16:
        return x.to(dtype.to_complex())
    return x


def samples(data: Any) -> int | None:
    """Return the number of samples in a batch, or None where the batch does not say it without doubt.

    It is the size of the first dimension, on which all tensors in the batch's outermost container have to agree. Where
    that container holds only lists, these have to be as long. Batches of graphs say ``num_graphs``, packed sequences
    how many they are.

    Examples
    --------
    >>> samples((torch.zeros(8, 2), torch.ones(8))), samples({"x": torch.zeros(4, 3), "edges": torch.zeros(2, 9)})
    (8, None)
    """
    if isinstance(data, PackedSequence):
        return int(data.batch_sizes[0])
    if isinstance(count := getattr(data, "num_graphs", None), int):
        return count
    if isinstance(data, Tensor):
        return data.size(0) if data.ndim else None
    if isinstance(data, Mapping):
        parts = list(data.values())
    elif isinstance(data, list | tuple):
        parts = list(data)
    else:
        parts = [getattr(data, name) for name in attributes(data)]
    said = {n for part in parts if (n := _said_by(part)) is not None}
    if not said:  # lists of tensors, one for each sample, as detectors are given
        said = {len(part) for part in parts if isinstance(part, list | tuple)}
        inner = {x.size(0) for part in parts for x in tensors_in(part) if x.ndim}
        said |= inner if len(said) == 1 and len(inner) == 1 else set()
    return said.pop() if len(said) == 1 else None


def _said_by(part: Any) -> int | None:
    if isinstance(part, Tensor):
        return part.size(0) if part.ndim else None
    return samples(part) if isinstance(part, PackedSequence) or hasattr(part, "num_graphs") else None
