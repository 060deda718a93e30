"""Which tensors of a checkpoint are the weights of a network: a prefix under which every name and shape fits.

Names are compared without what wrappers add (``module.`` of DataParallel, ``_orig_mod.`` of torch.compile) and with the
names of today (``gamma``, ``weight_g``). What fits is taken only where it is the one answer: several sets of weights
that differ, such as raw ones and their moving average, are refused, and so are weights of a larger network.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from landsweep.base.errors import UserError
from landsweep.base.yamlfile import nearest
from landsweep.disk.checkpoints.stored import Stored
from landsweep.disk.checkpoints.torchfile import Tree
from torch import Tensor, nn

WRAPPERS = {"module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"}
"""Wrappers put a network under one of these names."""
RENAMED = (
    (re.compile(r"(^|\.)gamma$"), r"\1weight"),
    (re.compile(r"(^|\.)beta$"), r"\1bias"),
    (re.compile(r"(^|\.)parametrizations\.(\w+)\.original0$"), r"\1\2_g"),
    (re.compile(r"(^|\.)parametrizations\.(\w+)\.original1$"), r"\1\2_v"),
)
"""Names that versions of libraries give differently to the same tensor: normalisations, weight_norm."""
OPTIONAL = "num_batches_tracked"
"""Batch normalisation has this counter since torch 0.4.1; no value depends on it where momentum is a number."""
NO_WEIGHTS = re.compile(
    r"(^|\.)((\w+_)?(opt|optims?|optimizers?|optimisers?)(_(states?|state_dicts?|dicts?|\w))?|optimi[sz]ers?_\w+"
    r"|(momentums?|momenta|velocity|velocities)(_(buffers?|states?))?|(max_)?exp_avgs?(_sqs?)?|exp_inf|square_avgs?"
    r"|(\w+_)?(grads?|gradients?)|(fisher|hessian)(_(diag|diagonal|matrix|information|trace))?)(\.|$)"
)
"""Entries of such names, whole words between dots, have the shapes of the network's tensors, but are not its weights.

Words that only begin so, such as ``optimal_model`` and ``momentum_encoder``, are names of networks.
"""
SETTINGS = re.compile(
    r"(callbacks|loops|hyper_?param\w*|config\w*|args|\w*rng\w*|random\w*|\w*scheduler\w*|scaler)([._]|$)"
)
"""Entries of such names, which trainers keep, are no weights of anything."""
SWEEP = "sweep.checkpoint"
"""The section of a study that names the checkpoints of models."""
SHOWN = 3
"""A sentence shows this many names."""


@dataclass(frozen=True)
class Wanted:
    """One tensor of a network, with all its names: a tied one has several."""

    names: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: torch.dtype


def wanted(network: nn.Module) -> dict[str, Wanted]:
    """Return the parameters and persistent buffers of a network by the first of their names."""
    persistent = network.state_dict()
    named = [*network.named_parameters(remove_duplicate=False), *network.named_buffers(remove_duplicate=False)]
    groups: dict[int, list[str]] = {}
    for name, tensor in named:
        if name in persistent:
            groups.setdefault(id(tensor), []).append(name)
    tensors = dict(named)
    return {
        names[0]: Wanted(tuple(names), tuple(tensors[names[0]].shape), tensors[names[0]].dtype)
        for names in groups.values()
    }


def canonical(name: str) -> str:
    """Return a name without wrappers, and as libraries say it today."""
    name = ".".join(part for part in name.split(".") if part not in WRAPPERS)
    for pattern, today in RENAMED:
        name = pattern.sub(today, name)
    return name


@dataclass(frozen=True)
class _Fit:
    """A prefix under which the checkpoint has every tensor of the network, and the names of each in the file."""

    prefix: str
    names: Mapping[str, tuple[str, ...]]

    @property
    def first(self) -> tuple[str, ...]:
        return tuple(names[0] for names in self.names.values())


@dataclass(frozen=True)
class Matcher:
    """The names of a network against those of a checkpoint.

    Parameters
    ----------
    network
        The network's tensors, of :func:`wanted`.
    found
        The checkpoint's entries by dotted names.
    path
        The checkpoint, for messages.
    key, prefix
        Where the weights are, if the study says so: a path of keys, and the beginning of names there.
    section
        The section of the study that names the file.
    """

    network: Mapping[str, Wanted]
    found: Tree
    path: Path
    key: str | None = None
    prefix: str | None = None
    section: str = SWEEP
    notes: list[str] = field(default_factory=list)

    @cached_property
    def _given(self) -> str:
        return (f"{self.key}." if self.key else "") + (self.prefix or "")

    @cached_property
    def _said(self) -> str:
        """Where the study says the beginning of names, in brackets; a study has many subspaces, but one sweep."""
        given = [f"{self.section}.{name}" for name in ("key", "prefix") if getattr(self, name)]
        return "" if self.section == SWEEP else f" ({' and '.join(given)})"

    def _where(self, files: str = "...", **values: str) -> str:
        """Return how the study says where weights are."""
        if self.section == SWEEP:
            said = ", ".join(f"{name}: {value}" for name, value in {"files": files, **values}.items())
            return f"checkpoint: {{{said}}} under sweep"
        return " and ".join(f"{self.section}.{name}: {value}" for name, value in values.items())

    @cached_property
    def _entries(self) -> Tree:
        """The entries that the study points at, without what it says they begin with."""
        given = self._given
        entries = {name.removeprefix(given): v for name, v in self.found.items() if name.startswith(given)}
        if entries or not given:
            return entries
        starts = [name[: m.start()] for name in self.found for m in re.finditer(r"\.", name)]
        heads = list(dict.fromkeys(start.split(".")[0] for start in starts))
        raise UserError(
            f"{self.path} has no entry that begins with {given!r}{self._said}, expected one of {_listed(heads)}"
            f"{nearest(given.rstrip('.'), list(dict.fromkeys(starts))) or '.'}"
        )

    @cached_property
    def _names(self) -> Mapping[str, list[str]]:
        """The names in the file by their canonical ones."""
        names: dict[str, list[str]] = {}
        for name in self._entries:
            names.setdefault(self._canonical(name), []).append(name)
        return names

    @cached_property
    def _plain(self) -> bool:
        """Whether two tensors of the network would have one canonical name, so that names are compared as they are."""
        every = [name for w in self.network.values() for name in w.names]
        return len({canonical(name) for name in every}) < len(every)

    def _canonical(self, name: str) -> str:
        return name if self._plain else canonical(name)

    def tensors(self) -> dict[str, Tensor]:
        """Return the network's weights by its own names, and put into ``notes`` what was stripped, cast or left out.

        Raises
        ------
        UserError
            Where nothing fits, or more than one set of weights does.
        """
        fits = self._fits()
        if not fits:
            raise UserError(self._misfit())
        loaded = [self._load(fit) for fit in fits]
        if any(not _equal(loaded[0], other) for other in loaded[1:]):
            keys = [self._shown(fit) for fit in fits]
            raise UserError(
                f"{self.path} holds {len(fits)} sets of weights that fit the network and differ, {_listed(keys)}: say "
                f"which, such as {self._where(self.path.name, key=keys[0])}"
                f"{' (--key of `landsweep new`)' if self.section == SWEEP else ''}."
            )
        if inside := self._larger(fits[0]):
            raise UserError(
                f"{self.path} holds weights of a larger network: {_listed(inside)} "
                f"{'have' if len(inside) > 1 else 'has'} no place in the one that build() makes, expected the same "
                f"network: let build() make it, or name the part with {self._where(prefix='...')}."
            )
        self._note(fits)
        return loaded[0]

    def _fits(self) -> list[_Fit]:
        """Return every way in which the names fit, in the order of the file, without those within another one."""
        required = [name for name in self.network if not name.endswith(OPTIONAL)]
        fits: dict[tuple[str, ...], _Fit] = {}
        for dropped in self._leads(required):
            for prefix in self._prefixes(required, dropped):
                names = {name: self._find(name, prefix, dropped) for name in self.network}
                fit = _Fit(prefix, {name: found for name, found in names.items() if found})
                if all(names[name] for name in required) and not self._hidden(prefix):
                    fits.setdefault(fit.first, fit)
        shorter = sorted(fits.values(), key=lambda fit: len(fit.prefix))
        outer = [f for k, f in enumerate(shorter) if not any(f.prefix.startswith(o.prefix) for o in shorter[:k])]
        order = list(self._entries)
        return sorted(outer, key=lambda fit: order.index(fit.first[0]))

    def _leads(self, required: list[str]) -> list[str]:
        """Return what all names of the network begin with, and may lack in the file: nothing, ``net.``, ..."""
        if self.prefix is not None:
            return [""]
        parts = [self._canonical(name).split(".")[:-1] for name in required]
        leads, shortest = [""], min(parts, key=len, default=[])
        for k in range(1, len(shortest) + 1):
            if any(p[:k] != shortest[:k] for p in parts):
                break
            leads.append(".".join(shortest[:k]) + ".")
        return leads

    def _aliases(self, name: str, dropped: str) -> list[str]:
        return [self._canonical(alias).removeprefix(dropped) for alias in self.network[name].names]

    def _prefixes(self, required: list[str], dropped: str) -> list[str]:
        """Return all prefixes under which the file has the network's first tensor."""
        if self.prefix is not None:
            return [""]
        found: dict[str, None] = {}
        for alias in self._aliases(required[0], dropped):
            found |= {c[: -len(alias)]: None for c in self._names if f".{c}".endswith(f".{alias}")}
        return list(found)

    def _hidden(self, prefix: str) -> bool:
        """Return whether what is under a prefix is taken for no weights, unless the study says that it is."""
        return self.key is None and NO_WEIGHTS.search(prefix) is not None

    def _at(self, name: str, prefix: str, dropped: str = "") -> list[str]:
        """Return the names in the file of one tensor of the network, one for each name that it has."""
        found = []
        for alias in self._aliases(name, dropped):
            names = self._names.get(prefix + alias, [])
            found += [prefix + alias] if prefix + alias in names else names[:1]
        return list(dict.fromkeys(found))

    def _find(self, name: str, prefix: str, dropped: str = "") -> tuple[str, ...]:
        """Return the names in the file of one tensor of the network, none unless its shape fits."""
        found = [(at, self._entries[at]) for at in self._at(name, prefix, dropped)]
        return tuple(at for at, e in found if isinstance(e, Stored) and e.shape == self.network[name].shape)

    def _shown(self, fit: _Fit) -> str:
        """Return a prefix as it stands in the file, without its last dot."""
        mine, theirs = next(iter(fit.names.items()))
        for k in range(mine.count(".") + 1):
            end = mine.split(".", k)[-1]
            if theirs[0].endswith(end):
                return (self._given + theirs[0].removesuffix(end)).rstrip(".")
        return (self._given + fit.prefix).rstrip(".")

    def _load(self, fit: _Fit) -> dict[str, Tensor]:
        """Return the tensors of a fit; those that the network ties have to be equal in the file."""
        tensors = {}
        for name, names in fit.names.items():
            want, entries = self.network[name], [self._entries[n] for n in names]
            values = [entry.load() for entry in entries if isinstance(entry, Stored)]
            if any(not _same(values[0], other) for other in values[1:]):
                raise UserError(
                    f"{self.path} does not fit the network: {_listed(names)} differ, but build() ties them to one "
                    "tensor, expected equal ones: let build() make the network that was trained."
                )
            if not _castable(values[0], want.dtype):
                raise UserError(
                    f"{self.path} does not fit the network: {names[0]} is {_dtype(values[0].dtype)}, expected "
                    f"{_dtype(want.dtype)}: save the weights as numbers of that kind (a quantised network dequantised)."
                )
            tensors[name] = values[0].to(want.dtype)
        return tensors

    def _larger(self, fit: _Fit) -> list[str]:
        """Return entries that look like parameters within the network, which has no such ones."""
        used = {name for names in fit.names.values() for name in names}
        ends = {name.rpartition(".")[2] for name in self.network} | {"weight", "bias"}
        children = {self._canonical(name).removeprefix(fit.prefix).split(".")[0] for name in fit.first}
        above, _, last = fit.prefix.rstrip(".").rpartition(".")
        numbered = f"{above}." if above else ""
        found = []
        for name, entry in self._entries.items():
            plain = self._canonical(name)
            if name in used or not isinstance(entry, Stored) or not entry.dtype.is_floating_point:
                continue
            if plain.rpartition(".")[2] not in ends or NO_WEIGHTS.search(plain) or self._known(plain):
                continue
            if last.isdigit() and self.prefix is None and plain.startswith(numbered):
                head = plain.removeprefix(numbered).split(".")[0]
                if head.isdigit():  # one of several layers or networks
                    found.append(name)
            elif plain.startswith(fit.prefix):
                head, _, rest = plain.removeprefix(fit.prefix).partition(".")
                if not rest or head in children or (head.isdigit() and any(c.isdigit() for c in children)):
                    found.append(name)
        return found

    def _known(self, plain: str) -> bool:
        """Return whether an entry is one of the network's that has a name more in the file."""
        return any(plain == self._canonical(name) for w in self.network.values() for name in w.names)

    def _note(self, fits: list[_Fit]) -> None:
        fit = fits[0]
        if shown := self._shown(fit):
            self.notes.append(f"the weights are those under {shown!r}")
        lacking = [name for name in self.network if name not in fit.names]
        if lacking:
            self.notes.append(f"{_listed(lacking)} {'are' if len(lacking) > 1 else 'is'} not in it and stays as built")
        casts = Counter(
            (entry.dtype, self.network[name].dtype)
            for name, names in fit.names.items()
            if isinstance(entry := self._entries[names[0]], Stored) and entry.dtype != self.network[name].dtype
        )
        for (has, wants), count in casts.items():
            self.notes.append(f"{count} tensor{'s' * (count > 1)} of {_dtype(has)} became {_dtype(wants)}")
        used = {name for f in fits for names in f.names.values() for name in names}
        others = [name for name, v in self._entries.items() if name not in used and isinstance(v, Stored)]
        ignored = [n for n in others if not (NO_WEIGHTS.search(n) or SETTINGS.match(n) or n.endswith(OPTIONAL))]
        if ignored:
            self.notes.append(f"{_listed(ignored)} {'are' if len(ignored) > 1 else 'is'} left out")

    def _misfit(self) -> str:
        """Return the sentence on weights of another network: the first tensor that is wrong, and what is like it."""
        remedy = (
            "give weights of the network that build() makes, or say where they are with "
            f"{self._where(key='state_dict', prefix='model.')}."
        )
        begin = f"{self.path} does not fit the network"
        if not any(isinstance(entry, Stored) for entry in self._entries.values()):
            kinds = list(dict.fromkeys(str(entry) for entry in self._entries.values()))
            what = f"only {_listed(kinds)}, which is not read without running code" if kinds else "no tensors"
            return (
                f"{self.path} holds {what}, expected a state_dict: names and tensors: save it with "
                "torch.save(model.state_dict(), 'weights.pt')."
            )
        score: Counter[str] = Counter()
        for name in self.network:
            plain = self._canonical(name)
            score.update(c[: -len(plain)] for c in self._names if f".{c}".endswith(f".{plain}"))
        places = [p for p in score if not self._hidden(p)]
        if score and not places:
            others = list(dict.fromkeys((self._given + p).rstrip(".") for p in score))
            return (
                f"{self.path} holds tensors of the network's names under {_listed(others)} alone, which an optimizer "
                "keeps beside the weights, expected the weights: give a file that has them, or, if these are the "
                f"weights, say so with {self._where(key=others[0])}."
            )
        prefix = max(places, key=lambda p: (score[p], -len(p)), default="") if self.prefix is None else ""
        lacking: list[tuple[str, str]] = []
        for name, want in self.network.items():
            if name.endswith(OPTIONAL) or self._find(name, prefix):
                continue
            at = self._at(name, prefix)
            entry = self._entries[at[0]] if at else None
            if isinstance(entry, str):
                return f"{begin}: {at[0]} is a {entry}, which is not read, expected a tensor of shape {want.shape}."
            if isinstance(entry, Stored):
                return f"{begin}: {at[0]} has shape {entry.shape}, expected {want.shape}: {remedy}"
            lacking.append((name, f"of shape {want.shape}"))
        name, shape = lacking[0]
        tensors = [n for n, entry in self._entries.items() if n and isinstance(entry, Stored)]
        others = [n for n in tensors if self._canonical(n).removeprefix(prefix) not in self.network]
        close = difflib.get_close_matches(prefix + name, others, n=SHOWN, cutoff=0.3) or others[:SHOWN]
        near = f"; nearest in it: {_listed(close)}" if close else ""
        count = f"{len(lacking)} of {len(self.network)} tensors are missing"
        return f"{begin}: it lacks {name} {shape} ({count}{near}): {remedy}"


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    shown = ", ".join(names[:SHOWN])
    return f"{shown} and {len(names) - SHOWN} more" if len(names) > SHOWN else shown


def _dtype(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _castable(values: Tensor, wants: torch.dtype) -> bool:
    """Return whether values mean the same in another dtype; numbers of 8 bits are multiples of scales."""
    has = values.dtype
    if has == wants:
        return True
    if has.is_floating_point:
        whole = wants.is_floating_point or (not wants.is_complex and torch.equal(values, values.round()))
        return has.itemsize > 1 and whole
    if has.is_complex:
        return wants.is_complex
    return not wants.is_floating_point and not wants.is_complex


def _equal(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return all(_same(tensor, other[name]) for name, tensor in one.items() if name in other)


def _same(one: Tensor, other: Tensor) -> bool:
    """Return whether two tensors hold the same values, where NaN equals itself."""
    return one.dtype == other.dtype and bool(torch.equal(one, other) or torch.isclose(one, other, 0, 0, True).all())
