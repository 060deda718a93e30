"""A reader of pickles that calls nothing: numbers, text and containers are built, all else becomes a description.

A pickle is a program whose instructions name functions and call them. Here every name is answered with a class of this
module, so that the program can only write down what it would have made. The parts from which torch and NumPy make
tensors and arrays are written down as :class:`TensorRecord` and :class:`ArrayRecord`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any


class Described:
    """What a pickle says about an object: the name ``of`` of its class or function, its arguments and its state."""

    of = ""

    def __new__(cls, *args: Any, **keywords: Any) -> Described:
        """Keep the arguments; whatever the class is, this is all that happens."""
        made = super().__new__(cls)
        made.arguments, made.state, made.items = args, None, []
        return made

    def __init__(self, *args: Any, **keywords: Any) -> None:
        self.arguments: tuple[Any, ...]
        self.state: Any
        self.items: list[Any]

    def __call__(self, *args: Any, **keywords: Any) -> Described:
        """Return the description of a call of what is described, such as a method."""
        return type(self)(*args)

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __setitem__(self, key: Any, value: Any) -> None:
        self.items.append((key, value))

    def append(self, item: Any) -> None:
        """Keep an item of an object that is like a list."""
        self.items.append(item)

    def extend(self, items: Any) -> None:
        """Keep items of an object that is like a list."""
        self.items.extend(items)

    def add(self, item: Any) -> None:
        """Keep an item of an object that is like a set."""
        self.items.append(item)


class Mapping(dict[Any, Any]):
    """A dictionary of any class; what else its object held, such as the metadata of a ``state_dict``, is dropped."""

    def __init__(self, *args: Any) -> None:
        super().__init__(args[0] if args and isinstance(args[0], dict | list) else ())

    def __setstate__(self, state: Any) -> None:
        return


@dataclass
class Storage:
    """The memory of tensors: its class by name, its key in the archive, or its own bytes as torch would save them."""

    kind: str
    key: str
    numel: int
    saved: bytes | None = None


@dataclass
class TensorRecord:
    """A strided tensor in a storage, in elements.

    ``dtype`` is the name of its type where the storage has none; ``conj`` and ``neg`` say that its values are the
    conjugates or the negatives of what is stored, as those of ``w.conj()`` are.
    """

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]
    dtype: str = ""
    conj: bool = False
    neg: bool = False


class DtypeRecord:
    """A data type of NumPy, as its code such as ``f4`` and its byte order."""

    def __init__(self, code: str = "", *_: Any) -> None:
        self.code, self.order = code, "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]


class ArrayRecord:
    """An array of NumPy."""

    def __init__(self, *_: Any) -> None:
        self.shape: tuple[int, ...] = ()
        self.dtype = DtypeRecord()
        self.fortran, self.content = False, b""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, self.shape, self.dtype, self.fortran, self.content = state


class _Maker:
    """A function that a pickle may call; unlike a function of Python, it has no attributes that one could set."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self._make(*args, **keywords)

    def __setstate__(self, state: Any) -> None:
        raise pickle.UnpicklingError("it gives a function a state")


@_Maker
def _from_buffer(content: Any, dtype: Any, shape: Any, order: str) -> ArrayRecord:
    array = ArrayRecord()
    array.__setstate__((1, shape, dtype, order == "F", bytes(content)))
    return array


@_Maker
def _tensor(
    storage: Any, offset: Any, size: Any, stride: Any, grad: Any = None, hooks: Any = None, metadata: Any = None
) -> TensorRecord:
    return TensorRecord(storage, offset, tuple(size), tuple(stride), "", *_bits(metadata))


@_Maker
def _typed(
    storage: Any, offset: Any, size: Any, stride: Any, grad: Any, hooks: Any, dtype: Any, metadata: Any = None
) -> TensorRecord:
    return TensorRecord(storage, offset, tuple(size), tuple(stride), getattr(dtype, "of", ""), *_bits(metadata))


def _bits(metadata: Any) -> tuple[bool, bool]:
    """Return whether torch's metadata of a tensor say that what is stored is to be conjugated, and negated."""
    said = metadata if isinstance(metadata, dict) else {}
    return bool(said.get("conj")), bool(said.get("neg"))


@_Maker
def _subclass(function: Any, kind: Any, arguments: Any, state: Any) -> Any:
    """Return the tensor of a subclass that adds nothing to it, such as a parameter with attributes."""
    if function in (_tensor, _typed, _first):
        return function(*arguments)
    return kind(function, arguments, state)


@_Maker
def _first(value: Any, *_: Any) -> Any:
    return value


@_Maker
def _reconstructed(kind: Any, *_: Any) -> Any:
    """Return an object of the oldest protocols of pickle."""
    return kind() if isinstance(kind, type) and issubclass(kind, Described | Mapping) else Described()


@_Maker
def _latin(text: str, encoding: str = "latin1") -> bytes:
    return text.encode("latin1")


@_Maker
def _storage_from_bytes(saved: Any) -> Storage:
    return Storage("", "", -1, bytes(saved))


KNOWN: dict[str, Any] = {
    "collections.OrderedDict": Mapping,
    "builtins.dict": Mapping,
    "__builtin__.dict": Mapping,
    "torch.Size": tuple,
    "copyreg._reconstructor": _reconstructed,
    "copy_reg._reconstructor": _reconstructed,
    "_codecs.encode": _latin,
    "numpy.dtype": DtypeRecord,
    **{f"numpy.{core}.multiarray._reconstruct": ArrayRecord for core in ("core", "_core")},
    **{f"numpy.{core}.numeric._frombuffer": _from_buffer for core in ("core", "_core")},
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _typed,
    "torch._utils._rebuild_parameter": _first,
    "torch._utils._rebuild_parameter_with_state": _first,
    "torch._utils._rebuild_device_tensor_from_numpy": _first,
    "torch._tensor._rebuild_from_type": _subclass,
    "torch._tensor._rebuild_from_type_v2": _subclass,
    "torch.storage._load_from_bytes": _storage_from_bytes,
}
"""The functions of this module that stand for those of a name; none of them does more than to keep its arguments."""


COMMANDS = {"os", "posix", "nt", "subprocess", "pty", "runpy", "shutil", "ctypes", "importlib", "webbrowser"}
"""No network is made from these modules."""
CALLS = {f"{m}.{name}" for m in ("builtins", "__builtin__") for name in ("eval", "exec", "compile", "__import__")}
"""Nor from these functions."""
OPENING = {"io.open", "_io.open", "builtins.open", "__builtin__.open", "io.FileIO", "_io.FileIO"}
"""Nor from what opens files."""


def shown(name: str) -> str:
    """Return a name that a file gives as one line."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)


class _Reader(pickle.Unpickler):
    """The unpickler: it looks no name up."""

    def __init__(self, file: IO[bytes], storages: dict[str, Storage]) -> None:
        super().__init__(file, encoding="latin1")
        self._classes: dict[str, type[Described]] = {}
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        """Return this module's own class for a name, or a class that describes."""
        full = shown(f"{module}.{name}")
        if full in KNOWN:
            return KNOWN[full]
        if module.partition(".")[0] in COMMANDS or full in CALLS | OPENING:
            raise pickle.UnpicklingError(f"whoever unpickles it runs {full}, so it may be malicious")
        if full not in self._classes:
            self._classes[full] = type("Described", (Described,), {"of": full})
        return self._classes[full]

    def persistent_load(self, pid: Any) -> Any:
        """Return the description of a storage, or the class of a module beside which old versions kept its source."""
        if isinstance(pid, tuple) and len(pid) > 1 and pid[0] == "module":
            return pid[1]
        if not (isinstance(pid, tuple) and len(pid) >= 5 and pid[0] == "storage"):
            raise pickle.UnpicklingError("it refers to objects that are kept elsewhere")
        kind = getattr(pid[1], "of", pid[1])
        if len(pid) > 5 and pid[5] is not None:
            raise pickle.UnpicklingError("it was saved by a version of torch before 0.4")
        storage = Storage(str(kind).rpartition(".")[2], str(pid[2]), int(pid[4]))
        return self._storages.setdefault(storage.key, storage)


def read(file: IO[bytes], storages: dict[str, Storage] | None = None) -> Any:
    """Return what the next pickle of a file says, and put the storages that it refers to into ``storages`` by key.

    Nothing that the pickle names is imported or called.

    Raises
    ------
    Exception
        Of any kind, where the bytes are no pickle, or not one that can be described.
    """
    return _Reader(file, {} if storages is None else storages).load()
