"""Masked and causal language models of Hugging Face transformers, from a local folder, on a text from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from landsweep.jobs.problems.classification import at_least_one
from landsweep.kernels.problem import Batch, OnStep, Start
from torch import Tensor, nn

TEST = 0.1
"""This share of the blocks of text, the last ones, is kept for the split ``test``."""
IGNORED = -100
"""Labels of this number count in no loss."""
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
"""A folder with one of these files holds trained weights."""


class LanguageModel:
    """The mean cross-entropy per predicted token of a language model; nothing is downloaded.

    A masked model predicts a share of the tokens that is chosen once by the draw (Devlin et al. 2019,
    arXiv:1810.04805: of these 80 % are replaced by the mask, 10 % by a random token, 10 % stay); a causal model
    predicts every next token. Needs ``pip install 'landsweep[transformers]'``.

    Parameters
    ----------
    model
        The folder of a model: ``config.json``, and its weights unless the study lists checkpoints.
    text
        A text file, which is tokenised by the folder's tokenizer, or a ``.npy`` file with the numbers of its tokens.
    objective
        ``masked`` or ``causal``; by default what the configuration's architecture says.
    length
        Tokens of a block.
    blocks
        Landscapes are averaged over so many blocks of a split, the first ones, or as many that a draw above 0 picks.
    batch_size
        Blocks of a batch.
    share
        The share of the tokens that a masked model predicts.
    steps, rate
        Training: AdamW's steps over batches of ``batch_size`` blocks, 0 to take the folder's weights as they are, and
        its learning rate.

    Raises
    ------
    ValueError
        Where the folder, the text or an argument is not what is expected.
    ImportError
        Where transformers is not installed.
    """

    def __init__(
        self,
        model: str,
        text: str,
        objective: str | None = None,
        length: int = 128,
        blocks: int = 64,
        batch_size: int = 8,
        share: float = 0.15,
        steps: int = 0,
        rate: float = 5e-5,
    ) -> None:
        at_least_one(length=length, blocks=blocks, batch_size=batch_size)
        if objective not in (None, "masked", "causal"):
            raise ValueError(f"objective is {objective!r}, expected masked or causal")
        if not 0 < share < 1:
            raise ValueError(f"share is {share!r}, expected a number between 0 and 1")
        if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
            raise ValueError(f"steps is {steps!r}, expected a whole number of at least 0")
        self.folder, self.text = Path(model), Path(text)
        if not (self.folder / "config.json").is_file():
            raise ValueError(f"{self.folder} holds no config.json, expected the folder of a model of transformers")
        if not self.text.is_file():
            raise ValueError(f"{self.text} does not exist, expected a text file, or a .npy file of tokens")
        self.config = _transformers().AutoConfig.from_pretrained(self.folder, local_files_only=True)
        self.masked = self._is_masked() if objective is None else objective == "masked"
        self.length, self.blocks, self.batch_size, self.share = length, blocks, batch_size, share
        self.steps, self.rate = steps, rate

    @property
    def files(self) -> list[str]:
        """The text and the files of the model, by whose content a run is bound."""
        return [str(path.resolve()) for path in (self.text, *sorted(self.folder.iterdir())) if path.is_file()]

    def build(self, seed: int) -> nn.Module:
        """Return the folder's network with its weights, or with fresh ones where it has none."""
        kind = f"AutoModelFor{'MaskedLM' if self.masked else 'CausalLM'}"
        auto = getattr(_transformers(), kind)
        if self._has_weights():
            network, told = auto.from_pretrained(
                self.folder, local_files_only=True, dtype=torch.float32, output_loading_info=True
            )
            if lacking := sorted(told["missing_keys"]):
                more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
                raise ValueError(
                    f"{self.folder} lacks the weights {lacking[0]}{more}, expected those of {type(network).__name__}: "
                    "another head would be random; set problem.params.objective, or list checkpoints in the study"
                )
        else:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                network = auto.from_config(self.config)
        found: nn.Module = network.float().eval()
        return found

    def batches(self, split: str = "train", draw: int = 0) -> Iterator[Batch]:
        """Yield blocks of tokens with the labels to predict; the weight is the number of predicted tokens.

        Raises
        ------
        ValueError
            Where the split is neither ``train`` nor ``test``, or the text has no block for it.
        """
        if split not in ("train", "test"):
            raise ValueError(f"split is {split!r}, expected train or test")
        rng = np.random.default_rng([draw, ("train", "test").index(split)])
        blocks = self._blocks(split)
        n = min(self.blocks, len(blocks))
        chosen = rng.integers(len(blocks), size=n) if draw else np.arange(n)
        for part in np.array_split(chosen, -(-n // self.batch_size)):
            yield self._batch(blocks[part], rng)

    def loss(self, model: Callable[..., Any], batch: Batch) -> dict[str, Tensor]:
        """Return the mean cross-entropy per predicted token, and the share that is predicted right."""
        data = batch.data
        options = {} if self.masked else {"use_cache": False}
        logits, labels = model(input_ids=data["tokens"], **options).logits, data["labels"]
        if not self.masked:
            logits, labels = logits[:, :-1], labels[:, 1:]
        flat, wanted = logits.reshape(-1, logits.shape[-1]), labels.reshape(-1)
        counts = wanted != IGNORED
        right = (flat.argmax(dim=-1) == wanted) & counts
        return {
            "loss": nn.functional.cross_entropy(flat, wanted, ignore_index=IGNORED),
            "accuracy": right.to(flat.dtype).sum() / counts.to(flat.dtype).sum(),
        }

    def train(
        self, model: nn.Module, seed: int, *, start: Start | None = None, on_step: OnStep | None = None
    ) -> nn.Module:
        """Return the folder's weights, trained further by ``steps`` steps of AdamW.

        Raises
        ------
        ValueError
            Where there is nothing trained: no weights in the folder, and no steps.
        """
        if not self.steps and not self._has_weights():
            raise ValueError(
                f"{self.folder} holds no weights and steps is 0, expected one of them: list checkpoints under "
                "sweep.checkpoint, or train by problem.params.steps"
            )
        parameter = next(model.parameters())
        optimizer = torch.optim.AdamW(model.parameters(), lr=self.rate)
        if start is not None:
            optimizer.load_state_dict(start.optimizer_state)
        blocks = self._blocks("train")
        for step in range(0 if start is None else start.step, self.steps):
            rng = np.random.default_rng([seed, step])
            batch = self._batch(blocks[rng.integers(len(blocks), size=self.batch_size)], rng)
            optimizer.zero_grad()
            loss = self.loss(model, batch.to(parameter.device, parameter.dtype))["loss"]
            loss.backward()  # type: ignore[no-untyped-call]  # torch
            optimizer.step()
            if on_step is not None:
                on_step(step + 1, model, optimizer.state_dict())
        return model

    def quality(self, model: nn.Module) -> dict[str, float]:
        """Return the mean loss and accuracy on the blocks of both splits, where the text has any."""
        parameter = next(model.parameters())
        found: dict[str, float] = {}
        for split in ("train", "test"):
            if not len(self._parts[split]):
                continue
            batches = [b.to(parameter.device, parameter.dtype) for b in self.batches(split)]
            weight = sum(b.weight for b in batches)
            with torch.no_grad():
                values = [(self.loss(model, b), b.weight) for b in batches]
            for name in ("loss", "accuracy"):
                found[f"{split}_{name}"] = sum(float(v[name]) * w for v, w in values) / weight
        return found

    def _batch(self, tokens: np.ndarray, rng: np.random.Generator) -> Batch:
        labels = tokens.copy()
        if self.masked:
            hidden = rng.random(tokens.shape) < self.share
            hidden[:, 0] |= ~hidden.any(axis=1)  # a block without a masked token would have no loss
            labels[~hidden] = IGNORED
            kind = rng.random(tokens.shape)
            tokens = np.where(hidden & (kind < 0.8), self._mask_token, tokens)
            tokens = np.where(hidden & (kind >= 0.9), rng.integers(self.config.vocab_size, size=tokens.shape), tokens)
        predicted = (labels if self.masked else labels[:, 1:]) != IGNORED
        data = {"tokens": torch.from_numpy(tokens), "labels": torch.from_numpy(labels)}
        return Batch(data, weight=float(predicted.sum()))

    def _blocks(self, split: str) -> np.ndarray:
        blocks = self._parts[split]
        if not len(blocks):
            count = sum(map(len, self._parts.values()))
            raise ValueError(
                f"{self.text} has {count} blocks of {self.length} tokens, of which none is for split {split}: expected "
                "a longer text, or fewer tokens a block (problem.params.length)"
            )
        return blocks

    @cached_property
    def _parts(self) -> dict[str, np.ndarray]:
        """The blocks ``(n, length)`` int64 of each split; what does not fill the last block is left out."""
        tokens = self._tokens()
        n = len(tokens) // self.length
        blocks = tokens[: n * self.length].reshape(n, self.length)
        first = n - int(TEST * n)
        return {"train": blocks[:first], "test": blocks[first:]}

    def _tokens(self) -> np.ndarray:
        if self.text.suffix == ".npy":
            tokens = np.load(self.text, allow_pickle=False)
            if tokens.ndim != 1 or tokens.dtype.kind not in "iu":
                raise ValueError(f"{self.text} holds {tokens.dtype} {tokens.shape}, expected whole numbers (n,)")
        else:
            written = self._tokenizer()(self.text.read_text(encoding="utf-8"), add_special_tokens=False)
            tokens = np.asarray(written["input_ids"])
        if len(tokens) and not 0 <= tokens.min() <= tokens.max() < self.config.vocab_size:
            raise ValueError(
                f"{self.text} has tokens {tokens.min()} to {tokens.max()}, expected 0 to {self.config.vocab_size - 1} "
                "(vocab_size of the model)"
            )
        return tokens.astype(np.int64)

    def _tokenizer(self) -> Any:
        return _transformers().AutoTokenizer.from_pretrained(self.folder, local_files_only=True)

    @cached_property
    def _mask_token(self) -> int:
        given = getattr(self.config, "mask_token_id", None)
        found = given if given is not None else self._tokenizer().mask_token_id
        if found is None:
            raise ValueError(f"the tokenizer in {self.folder} has no mask token, expected one: set objective: causal")
        return int(found)

    def _is_masked(self) -> bool:
        names = " ".join(getattr(self.config, "architectures", None) or [])
        if ("MaskedLM" in names) == ("CausalLM" in names or "LMHead" in names):
            raise ValueError(
                f"{self.folder / 'config.json'} names the architectures {names or '(none)'}, which do not tell whether "
                "it is masked or causal: set problem.params.objective"
            )
        return "MaskedLM" in names

    def _has_weights(self) -> bool:
        return any((self.folder / name).exists() for name in WEIGHTS)


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as error:
        raise ImportError(
            "language models need transformers, which is not installed: pip install 'landsweep[transformers]'"
        ) from error
    transformers.utils.logging.disable_progress_bar()  # a model is read at once, and a run has a line of its own
    return transformers
