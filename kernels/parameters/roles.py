"""What a parameter is for, by the class of its layer, by its shape and by its name: which are biases, which of norms.

The rules ``bias`` and ``norm`` of a subspace's ``ignore`` go by these roles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

import torch
from landsweep.kernels.parameters.structure import class_name
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd
from torch.nn.parameter import is_lazy
from torch.nn.utils.parametrizations import _WeightNorm
from torch.nn.utils.parametrize import ParametrizationList

Role = Literal["bias", "norm"]
"""``bias``: the parameter is added to the outputs of a layer; ``norm``: it is a gain or a shift of a normalisation."""
ROLES: tuple[Role, ...] = ("bias", "norm")
"""These rules of ``ignore`` are roles; any other is a pattern of names."""
NORMS: tuple[type[nn.Module], ...] = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.LocalResponseNorm, nn.RMSNorm)
"""Torch's normalisations: batch and instance (also lazy and synchronised ones), layer, group, RMS."""
LAYERS: tuple[type[nn.Module], ...] = (
    nn.Linear,
    nn.Bilinear,
    _ConvNd,
    nn.Embedding,
    nn.EmbeddingBag,
    nn.RNNBase,
    nn.RNNCellBase,
    nn.MultiheadAttention,
    nn.PReLU,
)
"""Torch's layers with parameters that are no normalisations, whatever they are called."""
_WEIGHTS = (*NORMS, *(kind for kind in LAYERS if not issubclass(kind, (nn.Embedding, nn.EmbeddingBag))))
"""The only parameter of such a layer multiplies its input; that of a table may be added to outputs."""
_CONTAINERS = (nn.ParameterList, nn.ParameterDict)
_OF_NORMS = {*"abgsw", "weight", "gain", "scale", "gamma", "bias", "beta", "shift", "offset", "alpha", "loc", "logs"}
_OF_NORMS |= {"mean", "var"}  # shares of means and variances, as graph and switchable normalisation have
_OF_NORMS |= {"tau", "v", "eps"}  # thresholds and slopes of normalisations with an activation of their own
"""The parameters of a normalisation are called so, before any number or underscore."""
_NORM = re.compile(r"norm(?!al(?!i[sz])|ali[sz]ing)", re.IGNORECASE)
"""The pattern finds a normalisation in a name, but not a normal distribution nor a normalising flow."""
_TABLES = re.compile(r"(?<!linear)(?<!dense)(?<!conv)norm(\d+d)?\Z", re.IGNORECASE)
"""Classes called so multiply element by element, also by several vectors of gains: one for each type or head."""
_ALONE = re.compile(r"(layer|batch|group|instance|rms|scale)_?norm(\d+d)?\Z", re.IGNORECASE)
"""Classes called so do with gains alone, where others may multiply by a matrix."""
_ABBREVIATED = {"norm", "layernorm", "batchnorm", "groupnorm", "rmsnorm", "ln", "bn", "gn", "grn", "frn"}
_B = re.compile(r"b([a-z]|\d\w*|_\w+)?\Z")
"""Biases in modules of one's own: b, b1, b_1, b_ih, bh."""


@dataclass(frozen=True)
class _Place:
    """Where a parameter belongs: parts of a parametrisation, and members of a list, belong to the layer around it."""

    layer: nn.Module
    attribute: str
    """The name of the layer in its parent."""
    local: str
    """The name of the tensor in the layer."""
    gain: bool
    """Whether it is the gain of weight normalisation."""


def roles(model: nn.Module) -> dict[str, frozenset[Role]]:
    """Return the roles of each parameter, frozen ones too, by its name in ``named_parameters()``.

    A *bias* is called ``bias``; or has ``bias`` as a word of its name and at most one axis longer than 1
    (``bias_ih_l0``, ``in_proj_bias``, ``bias_k``, ``biases.0``); or is the only parameter, of such a shape, of a module
    that is called so (``user_bias = nn.Embedding(n, 1)``); or is called ``b``, ``b1``, ``b_ih``, ``bh``, ``beta``,
    ``shift``, ``offset`` or ``intercept`` and stands beside a weight.

    What torch's own layers are called says nothing: ``norm_head = nn.Linear(8, 1)`` holds a weight and a bias. Only a
    table may be a bias by its name.

    A parameter *of a norm* belongs to one of :data:`NORMS`; or to a module whose class or name contains ``norm`` (or
    the word ``ln``, ``bn``, ``gn``, ``grn`` or ``frn``) and that owns nothing but gains and shifts (at most one axis
    longer than 1, called ``weight``, ``gain``, ``scale``, ``gamma``, ``g``, ``bias``, ``beta`` or the like), or gains
    and shifts of any one shape, if the class's name ends with ``Norm`` (one row for each type of node, class or head:
    PyG's ``HeteroLayerNorm``; gains alone need a name such as ``RMSNorm`` or ``LayerNorm``); or is called
    ``norm_weight``, ``ln_scale`` or the like; or is the gain g of weight normalisation, w = g v/|v|, whose v has, as
    the weights before a batch normalisation, a direction that counts and a length that does not.

    Examples
    --------
    >>> from torch import nn
    >>> found = roles(nn.Sequential(nn.LSTM(2, 3), nn.LayerNorm(3)))
    >>> {name: sorted(those) for name, those in found.items()}  # doctest: +NORMALIZE_WHITESPACE
    {'0.weight_ih_l0': [], '0.weight_hh_l0': [], '0.bias_ih_l0': ['bias'], '0.bias_hh_l0': ['bias'],
     '1.weight': ['norm'], '1.bias': ['bias', 'norm']}
    """
    modules = dict(model.named_modules())
    named = dict(model.named_parameters())
    places = {name: _place(name, modules) for name in named}
    beside: dict[int, dict[str, Tensor]] = {}
    for name, place in places.items():
        beside.setdefault(id(place.layer), {})[name] = named[name]
    result: dict[str, frozenset[Role]] = {}
    for name, place in places.items():
        family = {other: (places[other].local, p) for other, p in beside[id(place.layer)].items()}
        is_bias, is_norm = _is_bias(name, place, family), _is_of_norm(named[name], place, list(family.values()))
        result[name] = frozenset(role for role, has in zip(ROLES, (is_bias, is_norm), strict=True) if has)
    return result


def ignored(model: nn.Module, rules: Sequence[str]) -> dict[str, bool]:
    """Return for each parameter, by name, whether one of the ``rules`` means it.

    A rule is ``bias`` or ``norm`` (:func:`roles`) or a pattern of names (``"head.*"``), which may be any of the names
    that a tied parameter has.
    """
    found, names = roles(model), _names(model)
    return {name: any(rule in those or _matches(rule, names[name]) for rule in rules) for name, those in found.items()}


def unmatched(model: nn.Module, rules: Sequence[str]) -> list[str]:
    """Return the patterns among ``rules`` that match no parameter's name, such as misspelt ones."""
    names = [alias for aliases in _names(model).values() for alias in aliases]
    return [rule for rule in rules if rule not in ROLES and not _matches(rule, names)]


def _matches(rule: str, names: Iterable[str]) -> bool:
    return any(fnmatchcase(name, rule) for name in names)


def _names(model: nn.Module) -> dict[str, list[str]]:
    """Return all names of each parameter, by the first."""
    found: dict[int, list[str]] = {}
    everywhere = list(model.named_parameters(remove_duplicate=False))  # all alive, so that no two have one id
    for name, p in everywhere:
        found.setdefault(id(p), []).append(name)
    return {names[0]: names for names in found.values()}


def _place(name: str, modules: dict[str, nn.Module]) -> _Place:
    prefix, _, local = name.rpartition(".")
    gain = False
    around = modules[prefix]
    if isinstance(around, ParametrizationList):  # LAYER.parametrizations.TENSOR.original0
        gain = local == "original0" and any(isinstance(kind, _WeightNorm) for kind in around)
        prefix, _, local = prefix.rpartition(".")
        prefix = prefix.removesuffix("parametrizations").removesuffix(".")
    while prefix and isinstance(modules[prefix], _CONTAINERS):
        prefix, _, attribute = prefix.rpartition(".")
        local = f"{attribute}.{local}"
    return _Place(modules[prefix], prefix.rpartition(".")[2], local, gain)


def _words(name: str) -> list[str]:
    """Return the words of a name: ``in_projBias2`` has the words in, proj, bias and 2."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def _says_bias(name: str) -> bool:
    return any(word.endswith(("bias", "biases")) and not word.startswith(("unbias", "debias")) for word in _words(name))


def _says_norm(name: str) -> bool:
    return _NORM.search(name) is not None or not _ABBREVIATED.isdisjoint(_words(name))


def _is_a(layer: nn.Module, kinds: tuple[type[nn.Module], ...]) -> bool:
    """Return whether a layer is of one of torch's classes, also a scripted one."""
    scripted = getattr(nn, class_name(layer), None) if isinstance(layer, torch.jit.ScriptModule) else None
    return issubclass(scripted, kinds) if isinstance(scripted, type) else isinstance(layer, kinds)


def _flat(p: Tensor) -> bool:
    """Return whether a parameter has at most one axis longer than 1; of a lazy one nothing is known yet."""
    return not is_lazy(p) and sum(n > 1 for n in p.shape) <= 1


def _last(local: str) -> list[str]:
    """Return the names that say what a tensor is: its own and, in a list, that of the list."""
    return [part for part in local.split(".") if not part.isdecimal()]


def _is_bias(name: str, place: _Place, family: dict[str, tuple[str, Tensor]]) -> bool:
    local, p = family[name]
    if "bias" in (local, local.rpartition(".")[2]):
        return True
    if not (_flat(p) or _is_table(place.layer, list(family.values()))):
        return False
    if _says_bias(local):
        return True
    named = _says_bias(place.attribute) or _says_bias(class_name(place.layer))
    if len(family) == 1 and named and not _is_a(place.layer, _WEIGHTS):
        return True
    return _called_bias(local, p) and any(
        not _says_bias(there)
        and not _called_bias(there, q)
        and (q.ndim > 1 or _words(there)[:1] in (["w"], ["weight"]) or (p.numel() > 1 and q.shape == p.shape))
        for other, (there, q) in family.items()
        if other != name and not is_lazy(q)
    )


def _called_bias(local: str, p: Tensor) -> bool:
    """Return whether a tensor is called as biases are; LoRA's factor ``B`` is none, nor is a scalar of shape ()."""
    return any(
        (p.ndim == 1 and _B.match(part) is not None)
        or (p.ndim >= 1 and _words(part)[:1] in (["beta"], ["shift"], ["offset"], ["intercept"]))
        for part in _last(local)
    )


def _is_of_norm(p: Tensor, place: _Place, family: list[tuple[str, Tensor]]) -> bool:
    layer, local = place.layer, place.local
    if place.gain or _is_a(layer, NORMS):
        return True
    if local.endswith("_g") and any(other == f"{local.removesuffix('_g')}_v" for other, _ in family):
        return True  # of torch.nn.utils.weight_norm
    if _is_table(layer, family):
        return True
    if not _flat(p):
        return False
    words = _words(local)
    if any(word in _ABBREVIATED for word in words) and any(word in _OF_NORMS for word in words):
        return True
    named = _says_norm(class_name(layer)) or _says_norm(place.attribute)
    return (
        named
        and not _is_a(layer, LAYERS)
        and all(_flat(q) and bool(_OF_NORMS.intersection(_words(there)[:1])) for there, q in family)
    )


def _is_table(layer: nn.Module, family: list[tuple[str, Tensor]]) -> bool:
    """Return whether a normalisation has gains, and shifts, of one shape: a row for each type, class or head."""
    pattern = _TABLES if len(family) > 1 else _ALONE
    return (
        pattern.search(class_name(layer)) is not None
        and not _is_a(layer, LAYERS)
        and not any(is_lazy(q) for _, q in family)
        and len({q.shape for _, q in family}) == 1
        and all(_OF_NORMS.intersection(_words(there)[:1]) for there, _ in family)
    )
