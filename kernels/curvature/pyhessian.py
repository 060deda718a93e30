"""PyHessian 0.1 (Yao et al. 2020, arXiv:1912.07145) on any problem: the second engine for eigenvalues and trace.

PyHessian takes a model, a criterion, and pairs of inputs and targets. Here its model is one whose output is the loss of
a whole batch, its criterion returns that output, and its inputs are handles that know the weight of the batch.
PyHessian computes only in float32. Its density calls ``torch.eig``, which current torch lacks, so the density is not
offered here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from landsweep.kernels.curvature.checks import check_mode
from landsweep.kernels.curvature.derivatives import kernels
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.curvature.spectrum import Eigenpairs, Trace, signed, standard_error
from landsweep.kernels.curvature.watch import Watch
from landsweep.kernels.loss.functional import ModuleLoss, copied
from landsweep.kernels.loss.theta import ThetaLayout, flatten
from landsweep.kernels.problem import Batch, Problem
from torch import Tensor, nn


class PyHessian:
    """PyHessian's ``hessian`` around a network's weights.

    Parameters
    ----------
    problem, model
        The loss and the trained network, in evaluation mode; neither is changed.
    batches
        The data, on the device, float32.
    device
        A CPU, or the current GPU.
    field
        The field, among those that the loss returns, whose Hessian is meant.
    watch
        What hears of every product; PyHessian has no state to keep.

    Attributes
    ----------
    kernels
        The kernels of the derivatives, as :class:`CurvatureProduct` finds them.

    Raises
    ------
    ImportError
        Where PyHessian is not installed.
    ValueError
        Where the network is in training mode with layers that then behave differently, or for a loss of which
        :class:`CurvatureProduct` finds that it has no Hessian.
    """

    def __init__(
        self,
        problem: Problem,
        model: nn.Module,
        batches: Iterable[Batch],
        device: torch.device,
        field: str = "loss",
        watch: Watch | None = None,
    ) -> None:
        check_mode(model)
        engine = _counting(watch or Watch())
        all_ = list(batches)
        found = CurvatureProduct(problem, model, all_, device, torch.float32, field=field)
        self.kernels, self.doubt = found.kernels, found.doubt
        handles = [(_Handle(batch), _Handle(batch)) for batch in all_]
        whole = _WholeLoss(ModuleLoss(problem, copied(model, device, torch.float32)), field, found.leaves)
        data = {"data": handles[0]} if len(handles) == 1 else {"dataloader": handles}
        with self._active():
            self._engine = engine(whole, lambda loss, _: loss, cuda=device.type == "cuda", **data)

    def eigenpairs(self, k: int, tolerance: float = 1e-3, most: int = 100, seed: int = 0) -> Eigenpairs:
        """Return the k eigenpairs of the greatest magnitude, by power iteration with deflation.

        ``tolerance`` is the relative change between two iterations at which the iteration stops, ``most`` the greatest
        number of iterations for each eigenvalue.
        """
        before = self._engine.products
        with self._seeded(seed):
            values, vectors = self._engine.eigenvalues(maxIter=most, tol=tolerance, top_n=k)
        count = self._engine.products - before
        rows = signed(np.stack([row(v) for v in vectors]))
        residuals = [
            float(np.linalg.norm(row(self.product(v)) - value * row(v)))
            for value, v in zip(values, vectors, strict=True)
        ]
        found = np.array(values, dtype=np.float64)
        return Eigenpairs(found, rows, np.array(residuals), count, tolerance * np.abs(found))

    def trace(self, tolerance: float = 1e-3, most: int = 100, seed: int = 0) -> Trace:
        """Return Hutchinson's estimate; PyHessian stops once two running means are close, whatever their error."""
        with self._seeded(seed):
            samples = np.array(self._engine.trace(maxIter=most, tol=tolerance))
        n = len(samples)
        error = float(standard_error(samples)) if n > 1 else float("inf")
        value = float(samples.mean())
        return Trace(value, error, np.array([value]), np.array([error]), n, converged=n < most)

    @property
    def parameters(self) -> list[Tensor]:
        """The parameters in PyHessian's order, which is ours."""
        return list(self._engine.params)

    def product(self, vector: list[Tensor]) -> list[Tensor]:
        """Return PyHessian's product with a vector, parameter by parameter."""
        from pyhessian.utils import hessian_vector_product

        with self._active():
            if self._engine.full_dataset:
                product: list[Tensor] = self._engine.dataloader_hv_product(vector)[1]
                return product
            return list(hessian_vector_product(self._engine.gradsH, self._engine.params, vector))

    @contextmanager
    def _seeded(self, seed: int) -> Iterator[None]:
        with torch.random.fork_rng(), self._active():
            torch.manual_seed(seed)
            yield

    @contextmanager
    def _active(self) -> Iterator[None]:
        with _quiet(), kernels(self.kernels):
            yield


def _counting(watch: Watch) -> Any:
    """Return PyHessian's class, which then counts its products and tells of each."""
    try:
        from pyhessian import hessian
    except ImportError as error:
        raise ImportError(
            "PyHessian was asked for, which is not installed: pip install 'landsweep[hessian]'"
        ) from error

    class Counting(hessian):  # type: ignore[misc]  # untyped
        products = 0

        def count(self) -> None:
            self.products += 1
            watch(lambda: f"product {self.products:,}", dict)

        @property
        def gradsH(self) -> Any:  # read once for each product where there is one batch
            self.count()
            return self._gradients

        @gradsH.setter
        def gradsH(self, gradients: Any) -> None:
            self._gradients = gradients

        def dataloader_hv_product(self, v: Any) -> Any:
            self.count()
            return super().dataloader_hv_product(v)

    return Counting


class _WholeLoss(nn.Module):
    """The loss of a batch as the output of a network, whose parameters are the pieces of theta."""

    def __init__(self, loss: ModuleLoss, field: str, leaves: bool) -> None:
        super().__init__()
        self._loss, self._field, self._leaves = loss, field, leaves
        self._layout = ThetaLayout(loss.network)
        named = dict(loss.network.named_parameters())
        own = [named[name] for name in self._layout.names]
        theta = torch.split(flatten(loss.network).to(own[0].device), self._layout.sizes)
        self.pieces = nn.ParameterList(own if leaves else [piece.clone() for piece in theta])
        if not leaves:
            loss.require(named.values(), False)
            loss.hide(own)

    def forward(self, handle: _Handle) -> Tensor:
        """Return the loss, to which every parameter contributes, if only 0: PyHessian takes no gradient for none."""
        pieces = list(self.pieces)

        def work() -> Tensor:
            if self._leaves:  # as the network needs its own parameters
                return self._loss(handle.batch)[self._field]
            return self._loss.at(self._layout.shaped(pieces) | self._loss.copies(), handle.batch)[self._field]

        return self._loss.run(work) + 0.0 * sum(p.square().sum() for p in pieces)


class _Handle:
    """A handle on a batch, which PyHessian takes for its inputs."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def size(self, axis: int) -> float:
        """Return the weight, which PyHessian takes for the number of samples."""
        return self.batch.weight

    def to(self, device: str) -> _Handle:
        """Return itself: the batch is there already."""
        return self

    def cuda(self) -> _Handle:
        """Return itself."""
        return self


def row(vector: list[Tensor]) -> np.ndarray:
    """Return a vector that is given parameter by parameter as ``(P,)``, float64."""
    flat: np.ndarray = torch.cat([v.detach().reshape(-1) for v in vector]).double().cpu().numpy()
    return flat


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using backward.. with create_graph=True")
        yield
