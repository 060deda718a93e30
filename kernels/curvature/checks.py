"""What is refused before second derivatives of a loss are taken: modes and operations that have none."""

from __future__ import annotations

import re

from landsweep.kernels.loss.batchnorm import normalisation_layers
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.utils.checkpoint import CheckpointFunction

_ONCE = once_differentiable(lambda _: None).__code__
"""Every function decorated with torch's ``once_differentiable`` shares this code object, by which :func:`check_twice`
finds it."""
_MISSING = re.compile(
    r"derivative for '?(?:aten::)?(?P<op>[\w:.]+?)(?: \w+)?'? is not implemented"
    r"|Trying to backward through (?P<custom>[\w:.]+?)(?:\.\w+)? but no autograd formula"
)
"""What torch says where an operation, or the one that is its gradient, has no derivative."""


class NoSecondDerivativeError(NotImplementedError):
    """An operation of the loss has no second derivative, by torch's own words."""


def named(error: Exception) -> Exception:
    """Return an error of a second derivative in words that name the operation, where torch says that one is missing.

    Other errors are returned as they are.

    Examples
    --------
    >>> print(str(named(RuntimeError("derivative for aten::_ctc_loss_backward is not implemented"))).partition(",")[0])
    the loss uses ctc_loss
    """
    found = _MISSING.search(str(error))
    if found is None:
        return error
    op = (found["op"] or found["custom"]).strip(":")
    function = re.sub(r"(_for_cpu)?_(backward(_\w+)?|grad)\Z", "", op)
    times = "once but not twice" if function != op else "not at all, or not twice"
    made = NoSecondDerivativeError(
        f"the loss uses {function.strip('_')}, which torch differentiates {times} ({op} has no derivative), expected "
        "second derivatives: write it with operations that have them, or ask for no Hessian"
    )
    made.__cause__ = error
    return made


def check_twice(value: Tensor) -> tuple[set[str], frozenset[str]]:
    """Return the names of the user's functions of autograd, whose derivatives torch trusts, and of all operations.

    They are those in the graph of ``value``.

    Raises
    ------
    ValueError
        Where a part of the graph says that it has no second derivatives. Otherwise torch silently takes such a part for
        a constant if its gradient does not depend on another one.
    """
    seen, nodes, names, operations = set(), [value.grad_fn], set(), set()
    while nodes:
        node = nodes.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        operations.add(node.name())
        nodes += [following for following, _ in node.next_functions]
        function = getattr(node, "_forward_cls", None)
        if function is CheckpointFunction:
            raise ValueError(
                "the network checkpoints activations with use_reentrant=True, which has no second derivatives, "
                "expected use_reentrant=False"
            )
        if function is not None and getattr(function.backward, "__code__", None) is _ONCE:
            raise ValueError(
                f"the loss uses {function.__name__}, whose backward is once_differentiable, expected second "
                "derivatives: write it with operations that have them"
            )
        if function is not None:
            names.add(str(function.__name__))
    return names, frozenset(operations)


def check_mode(model: nn.Module) -> None:
    """Raise ValueError for a network in a mode in which its loss changes from call to call."""
    dropouts = [m for m in model.modules() if isinstance(m, nn.modules.dropout._DropoutNd) and m.p > 0]
    if model.training and (normalisation_layers(model) or dropouts):
        raise ValueError(
            "the network is in training mode, in which its loss is another one at each call, expected evaluation mode: "
            "call model.eval()"
        )
