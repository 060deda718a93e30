"""Taylor polynomials of second order through a loss: value, gradient and Hessian along a few directions, forwards.

A :class:`Jet` is a tensor-valued function ``T(a)`` of d numbers, cut off after second order at ``a = 0``: its value,
its first derivatives and, of each pair, its second ones. Every operation maps the jets of its inputs to that of its
output (Griewank and Walther 2008, Evaluating Derivatives, chapter 13). The weights ``theta + a @ Delta`` have no second
derivatives, and data have none at all: what is zero is not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations_with_replacement
from typing import Any, cast

import torch
from landsweep.kernels.curvature.along import Expansion, Order, Slice, WithoutAutograd
from landsweep.kernels.loss.strategies import select
from landsweep.kernels.problem import Batch
from torch import Tensor, nn

DIRECTIONS = 3
"""Along more directions, derivatives backwards cost less: a jet has ``(d + 1) (d + 2) / 2`` parts."""
Part = Tensor | None
"""A part of a jet; None is zero."""
_aten = torch.ops.aten


class NoRule(BaseException):
    """An operation has no rule; this is no ``Exception``, so that a loss that catches those does not go on without."""


class Jet(torch.Tensor):
    """A function of d numbers to second order, of which torch sees the value.

    Operations without a rule raise :class:`NoRule`, also where the loss would read the value.

    Attributes
    ----------
    d
        The number of directions.
    parts
        The value, the d first derivatives, and the second ones of the pairs (0, 0), (0, 1), ... (d - 1, d - 1).
    """

    d: int
    parts: list[Part]

    @staticmethod
    def __new__(cls, d: int, parts: Sequence[Part]) -> Jet:
        """Return a tensor with the shape of the value and no memory of its own."""
        value = parts[0]
        assert value is not None
        made: Jet = torch.Tensor._make_wrapper_subclass(
            cls, value.shape, strides=value.stride(), dtype=value.dtype, device=value.device
        )
        made.d, made.parts = d, list(parts)
        return made

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]  # torch's stubs
        """Return what it is; the values of a wrapper cannot be printed."""
        return f"Jet({tuple(self.shape)}, d={self.d})"

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Let torch take operations apart into those that have rules; products with a vector change it in place."""
        if func is nn.functional.linear and not kwargs and args[0].ndim == 1:
            return nn.functional.linear(args[0][None], *args[1:])[0]
        with torch._C.DisableTorchFunctionSubclass():
            return func(*args, **(kwargs or {}))

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]  # torch's stubs
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Return the jet that an operation makes of those among its arguments."""
        rule = _RULES.get(func.overloadpacket)
        # What is computed under no_grad counts as constant, and what is written into a tensor has no rule.
        if rule is None or func._schema.is_mutable or not torch.is_grad_enabled():
            raise NoRule(f"{func} has no rule for Taylor polynomials")
        try:
            return rule(func, args, kwargs or {})
        except Exception as error:
            raise NoRule(f"{func} has no rule for these arguments") from error


class Taylor(Slice):
    """The derivatives at one row after another, by Taylor polynomials through the loss.

    On the shipped PINN (7 851 parameters, d = 2, one thread) a Hessian takes as long as 11 losses in float64; by
    :class:`landsweep.kernels.curvature.along.Together` it is 19 where many are asked for at once, 25 where one is.

    Parameters
    ----------
    args, options
        As for :class:`landsweep.kernels.curvature.along.Slice`.

    Raises
    ------
    NotImplementedError
        By a call, where the loss has an operation without a rule.
    """

    resident = True

    def __call__(self, rows: Tensor, order: Order = 2) -> Expansion:
        """Return the expansion at ``rows`` ``(w, P)``, of second order."""
        assert order == 2
        found = [self.mean(lambda batch, row=row: self._batch(row, batch)) for row in rows]  # type: ignore[misc]
        return tuple(torch.stack(part) for part in zip(*found, strict=True))

    def _batch(self, row: Tensor, batch: Batch) -> Sequence[Tensor]:
        d = len(self._delta)
        none: list[Part] = [None] * (d * (d + 1) // 2)
        pieces = [self._layout.split(part) for part in (row, *self._delta)]

        def work() -> Tensor:
            theta = {name: Jet(d, [*(piece[name] for piece in pieces), *none]) for name in self._layout.names}
            with torch.enable_grad(), WithoutAutograd():
                return select(self._loss.at(theta | self._loss.copies(), batch), (self._field,))[self._field]

        try:
            found = self._loss.run(work)
        except NoRule as error:
            raise NotImplementedError(str(error)) from error
        if not isinstance(found, Jet):
            raise NotImplementedError("the loss does not depend on the weights by operations that have rules")
        value = _value(found)
        zero = value.new_zeros(())
        first = [zero if part is None else part for part in found.parts[1 : d + 1]]
        second = value.new_zeros(d, d)
        for (i, j), part in zip(_pairs(d), found.parts[d + 1 :], strict=True):
            if part is not None:
                second[i, j] = second[j, i] = part
        return value, torch.stack(first), second


def _pairs(d: int) -> list[tuple[int, int]]:
    return list(combinations_with_replacement(range(d), 2))


def _value(x: Jet) -> Tensor:
    value = x.parts[0]
    assert value is not None
    return value


def _parts(x: Any, d: int) -> list[Part]:
    """Return the parts of an operand that may be no jet."""
    return x.parts if isinstance(x, Jet) else [x, *[None] * (d + d * (d + 1) // 2)]


def _degree(*operands: Any) -> int:
    return next(x.d for x in operands if isinstance(x, Jet))


def _linear(func: Any, args: Any, kwargs: Any) -> Any:
    """Apply an operation that is linear in its first argument, a jet, to every part of that."""
    x, *others = args
    if not isinstance(x, Jet) or any(isinstance(other, Jet) for other in others):
        raise NotImplementedError(f"{func} of several Taylor polynomials has no rule")
    made = [None if part is None else func(part, *others, **kwargs) for part in x.parts]
    if isinstance(made[0], Tensor):
        return Jet(x.d, made)
    assert made[0] is not None
    return [Jet(x.d, [None if part is None else part[k] for part in made]) for k in range(len(made[0]))]


def _padded(func: Any, args: Any, kwargs: Any) -> Jet:
    """Apply ``constant_pad_nd``, whose constant is part of the value alone."""
    x, pad, *constant = args
    value, *rest = x.parts
    return Jet(x.d, [func(value, pad, *constant), *(None if part is None else func(part, pad) for part in rest)])


def _joined(func: Any, args: Any, kwargs: Any) -> Jet:
    """Apply ``cat`` or ``stack``."""
    tensors, *others = args
    d = _degree(*tensors)
    rows = [_parts(x, d) for x in tensors]
    values = [x.parts[0] if isinstance(x, Jet) else x for x in tensors]
    made: list[Part] = []
    for column in zip(*rows, strict=True):
        if all(part is None for part in column):
            made.append(None)
            continue
        full = [
            torch.zeros_like(cast("Tensor", value)) if p is None else p for value, p in zip(values, column, strict=True)
        ]
        made.append(func(full, *others, **kwargs))
    return Jet(d, made)


def _added(func: Any, args: Any, kwargs: Any) -> Jet:
    """Apply ``add``, ``sub`` or ``rsub``, with their factor."""
    a, b, *rest = args
    factor = kwargs.get("alpha", rest[0] if rest else 1)
    packet = func.overloadpacket
    if packet is _aten.rsub:
        a, b = b, a
    d, sign = _degree(a, b), factor if packet is _aten.add else -factor
    value, *rest = [_combined(one, other, sign) for one, other in zip(_parts(a, d), _parts(b, d), strict=True)]
    assert value is not None
    return Jet(
        d, [value, *(None if p is None else p if p.shape == value.shape else p.expand(value.shape) for p in rest)]
    )


def _combined(one: Any, other: Any, sign: Any) -> Part:
    """Return ``one + sign * other`` of parts, or of numbers."""
    if one is None or other is None:
        return one if other is None else other if sign == 1 else sign * other
    found: Tensor = one + other if sign == 1 else one - other if sign == -1 else one + sign * other
    return found


def _product(times: Callable[[Any, Any], Tensor], a: Any, b: Any, more: Callable[..., Tensor] | None = None) -> Jet:
    """Return the jet of an operation that is linear in each of two operands.

    ``more(found, p, q, factor)`` adds ``factor * times(p, q)`` to what was found, in place.
    """
    d = _degree(a, b)
    x, y = _parts(a, d), _parts(b, d)
    value = times(x[0], y[0])

    def total(*terms: tuple[Part, Part, int]) -> Part:
        found: Part = None
        for p, q, factor in terms:
            if p is None or q is None:
                continue
            if more is not None and found is not None and found.shape == value.shape:
                found = more(found, p, q, factor)
            else:
                made = times(p, q) if factor == 1 else factor * times(p, q)
                found = made if found is None else found + made
        return found if found is None or found.shape == value.shape else found.expand(value.shape)

    made: list[Part] = [value]
    made += [total((x[i], y[0], 1), (x[0], y[i], 1)) for i in range(1, d + 1)]
    for k, (i, j) in enumerate(_pairs(d), d + 1):
        mixed = [(x[1 + i], y[1 + j], 1), (x[1 + j], y[1 + i], 1)] if i != j else [(x[1 + i], y[1 + i], 2)]
        made.append(total((x[k], y[0], 1), (x[0], y[k], 1), *mixed))
    return Jet(d, made)


def _bilinear(func: Any, args: Any, kwargs: Any) -> Jet:
    a, b = args
    return _product(func, a, b, _MORE.get(func.overloadpacket))


def _times(func: Any, args: Any, kwargs: Any) -> Jet:
    """Apply ``mul``, of jets, tensors and numbers."""
    a, b = args
    if isinstance(a, Jet) and isinstance(b, Jet):
        return _product(torch.mul, a, b, _add_product)
    jet, other = (a, b) if isinstance(a, Jet) else (b, a)
    return Jet(jet.d, [None if part is None else part * other for part in jet.parts])


def _divided(func: Any, args: Any, kwargs: Any) -> Jet:
    a, b = args
    if kwargs:
        raise NotImplementedError(f"{func} that rounds has no rule")
    if isinstance(b, Jet):
        return cast("Jet", a * b.reciprocal())
    return Jet(a.d, [None if part is None else part / b for part in a.parts])


def _affine(func: Any, args: Any, kwargs: Any) -> Any:
    """Apply ``addmm``: a bias and a product of matrices."""
    bias, a, b = args
    if kwargs:
        raise NotImplementedError(f"{func} with factors has no rule")
    return _added(_aten.add.Tensor, (bias, torch.mm(a, b)), {})


def _convolved(func: Any, args: Any, kwargs: Any) -> Any:
    x, weight, bias, *others = args
    made = _product(lambda p, q: func(p, q, None, *others), x, weight)
    return made if bias is None else made + bias.view(-1, *[1] * (made.ndim - 2))


def _chained(x: Jet, value: Tensor, first: Tensor, second: Part) -> Jet:
    """Return the jet of a function of each entry, given it and its derivatives at the value of x."""
    d = x.d
    slopes = x.parts[1 : d + 1]
    bent = [None if second is None or slope is None else second * slope for slope in slopes]
    made: list[Part] = [value, *(None if slope is None else first * slope for slope in slopes)]
    for k, (i, j) in enumerate(_pairs(d), d + 1):
        part, one, other = x.parts[k], bent[i], slopes[j]
        found = None if part is None else first * part
        if one is not None and other is not None:
            found = one * other if found is None else found.addcmul_(one, other)
        made.append(found)
    return Jet(d, made)


def _each(derivatives: Callable[..., tuple[Tensor, Tensor, Part]]) -> Callable[..., Jet]:
    """Return the rule of a function of each entry from one for it and its two derivatives."""

    def rule(func: Any, args: Any, kwargs: Any) -> Jet:
        x, *others = args
        if not isinstance(x, Jet) or any(isinstance(other, Tensor) for other in others):
            raise NotImplementedError(f"{func} of several tensors has no rule")
        value = _value(x)
        return _chained(x, *derivatives(value, func(value, *others, **kwargs), *others, **kwargs))

    return rule


def _sigmoid(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Part]:
    first = y - y * y
    return y, first, torch.addcmul(first, first, y, value=-2)


def _tanh(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Part]:
    first = 1 - y * y
    return y, first, -2 * y * first


def _power(x: Tensor, y: Tensor, n: float) -> tuple[Tensor, Tensor, Part]:
    if n == 2:
        return y, 2 * x, torch.full((), 2.0, dtype=x.dtype, device=x.device)
    first = n * x ** (n - 1) if n else torch.zeros_like(x)
    return y, first, n * (n - 1) * x ** (n - 2) if n not in (0, 1) else None


def _relu(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Part]:
    return y, (x > 0).to(x.dtype), None


def _log_softmax(func: Any, args: Any, kwargs: Any) -> Jet:
    """Apply ``log_softmax``: of ``x_i - log sum exp x`` the derivatives of the sum are moments under the softmax."""
    x, dim, _ = args
    value = func(_value(x), *args[1:])
    share, d = value.exp(), x.d

    def expected(part: Tensor) -> Tensor:
        return (share * part).sum(dim, keepdim=True)

    slopes = x.parts[1 : d + 1]
    means = [None if slope is None else expected(slope) for slope in slopes]
    made: list[Part] = [value, *(None if s is None else s - m for s, m in zip(slopes, means, strict=True))]
    for k, (i, j) in enumerate(_pairs(d), d + 1):
        one, other, part = slopes[i], made[1 + j], x.parts[k]
        found = None if part is None else part - expected(part)
        if one is not None and other is not None:
            spread = expected(one * other)
            found = -spread.expand(value.shape) if found is None else found - spread
        made.append(found)
    return Jet(d, made)


def _softmax(func: Any, args: Any, kwargs: Any) -> Any:
    return _log_softmax(_aten._log_softmax.default, args, kwargs).exp()


def _negative_likelihood(func: Any, args: Any, kwargs: Any) -> tuple[Jet, Tensor]:
    x, *others = args
    made = [None if part is None else func(part, *others) for part in x.parts]
    assert made[0] is not None
    return Jet(x.d, [None if part is None else part[0] for part in made]), made[0][1]


def _square_error(func: Any, args: Any, kwargs: Any) -> Any:
    a, b, *rest = args
    squares = (a - b).square()
    return (lambda: squares, squares.mean, squares.sum)[rest[0] if rest else kwargs.get("reduction", 1)]()


def _normalised(func: Any, args: Any, kwargs: Any) -> Any:
    """Apply normalisation of batches by statistics that are given."""
    x, weight, bias, mean_, variance, *rest = args
    training = rest[0] if func.overloadpacket is _aten.native_batch_norm else False
    if training or any(isinstance(part, Jet) for part in (mean_, variance)):
        raise NotImplementedError(f"{func} by statistics of the batch has no rule")
    shape = (1, -1, *[1] * (x.ndim - 2))
    y = (x - mean_.view(shape)) * (variance + rest[-1]).rsqrt().view(shape)
    y = y if weight is None else y * weight.view(shape)
    empty = mean_.new_empty(0)
    return (y if bias is None else y + bias.view(shape)), empty, empty


def _add_product(found: Tensor, p: Tensor, q: Tensor, factor: int) -> Tensor:
    return found.addcmul_(p, q, value=factor)


_MORE: dict[Any, Callable[..., Tensor]] = {
    _aten.mm: lambda found, p, q, factor: found.addmm_(p, q, alpha=factor),
    _aten.bmm: lambda found, p, q, factor: found.baddbmm_(p, q, alpha=factor),
}
"""How products are added to others in place."""
_RULES: dict[Any, Callable[..., Any]] = {
    **dict.fromkeys(
        (
            _aten.alias, _aten.clone, _aten.expand, _aten.flip, _aten.index, _aten.mean, _aten.neg, _aten.permute,
            _aten.select, _aten.slice, _aten.split, _aten.split_with_sizes, _aten.squeeze, _aten.sum, _aten.t,
            _aten.transpose, _aten.unbind, _aten.unsqueeze,
        ),
        _linear,
    ),
    # The order of a part's entries in memory may be another than that of the value.
    **dict.fromkeys((_aten.view, _aten._unsafe_view), lambda _, *given: _linear(_aten.reshape.default, *given)),
    _aten.constant_pad_nd: _padded,
    **dict.fromkeys((_aten.cat, _aten.stack), _joined),
    **dict.fromkeys((_aten.add, _aten.sub, _aten.rsub), _added),
    **dict.fromkeys((_aten.mm, _aten.bmm, _aten.dot, _aten.mv), _bilinear),
    _aten.mul: _times,
    _aten.div: _divided,
    _aten.addmm: _affine,
    _aten.convolution: _convolved,
    _aten.pow: _each(_power),
    _aten.square: _each(lambda x, y: _power(x, y, 2)),
    _aten.sigmoid: _each(_sigmoid),
    _aten.tanh: _each(_tanh),
    _aten.relu: _each(_relu),
    _aten.exp: _each(lambda x, y: (y, y, y)),
    _aten.log: _each(lambda x, y: (y, 1 / x, -1 / x**2)),
    _aten.sin: _each(lambda x, y: (y, x.cos(), -y)),
    _aten.cos: _each(lambda x, y: (y, -x.sin(), -y)),
    _aten.sqrt: _each(lambda x, y: (y, 0.5 / y, -0.25 / (x * y))),
    _aten.rsqrt: _each(lambda x, y: (y, -0.5 * y**3, 0.75 * y**5)),
    _aten.reciprocal: _each(lambda x, y: (y, -(y**2), 2 * y**3)),
    _aten._log_softmax: _log_softmax,
    _aten._softmax: _softmax,
    _aten.nll_loss_forward: _negative_likelihood,
    _aten.mse_loss: _square_error,
    _aten.native_batch_norm: _normalised,
    _aten._native_batch_norm_legit_no_training: _normalised,
}  # fmt: skip
