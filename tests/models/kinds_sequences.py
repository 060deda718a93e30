"""Kinds: sequences, words and lengths."""

import torch
from kinds import Kind, labels, randn
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Recurrent(nn.Module):
    def __init__(self, layer, features):
        super().__init__()
        self.rnn, self.head = layer, nn.Linear(features, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


class Lstm(Kind):
    """LSTM"""

    known = "`bias` means `bias_ih_l0` and `bias_hh_l0` too"
    moved = "rnn.weight_ih_l0 rnn.weight_hh_l0 head.weight"
    together = False  # torch has no rule for the recurrent kernels under vmap

    def build(self, seed):
        torch.manual_seed(seed)
        return Recurrent(nn.LSTM(2, 3, batch_first=True), 3)

    def batches(self, split="train", draw=0):
        x = randn(6, 4, 2, seed=draw)
        yield Batch((x, x.sum((1, 2))[:, None]), weight=6)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.mse_loss(model(x), y)}


class BidirectionalGru(Lstm):
    """bidirectional GRU"""

    known = "the names of the backward direction end in `_reverse`; its biases are biases"
    moved = "rnn.weight_ih_l0 rnn.weight_hh_l0 rnn.weight_ih_l0_reverse rnn.weight_hh_l0_reverse head.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Recurrent(nn.GRU(2, 2, batch_first=True, bidirectional=True), 4)


class Elman(Lstm):
    """plain RNN of two layers with dropout between them"""

    known = "dropout inside recurrent layers is off as well"
    moved = "rnn.weight_ih_l0 rnn.weight_hh_l0 rnn.weight_ih_l1 rnn.weight_hh_l1 head.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Recurrent(nn.RNN(2, 3, num_layers=2, dropout=0.5, batch_first=True), 3)


class Packed(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.GRU(2, 3, batch_first=True), nn.Linear(3, 1)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        out, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.shape[1])
        return self.head(out)[..., 0]


class PackedInside(Kind):
    """recurrent layer on sequences that are packed by their lengths"""

    known = "lengths are whole numbers of the batch and stay so"
    moved = "rnn.weight_ih_l0 rnn.weight_hh_l0 head.weight"
    together = False

    def build(self, seed):
        torch.manual_seed(seed)
        return Packed()

    def batches(self, split="train", draw=0):
        yield Batch({"x": randn(5, 4, 2, seed=draw), "lengths": torch.tensor([4, 2, 3, 1, 4])}, weight=5)

    def loss(self, model, batch):
        x, lengths = batch.data["x"], batch.data["lengths"]
        mask = torch.arange(x.shape[1], device=x.device) < lengths[:, None]
        error = (model(x, lengths) - x.sum(-1)).square()
        return {"loss": (error * mask).sum() / mask.sum()}


class Steps(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.head = nn.GRUCell(2, 3), nn.Linear(3, 1)

    def forward(self, x):
        h = x.new_zeros(len(x), 3)
        for t in range(x.shape[1]):
            h = self.cell(x[:, t], h)
        return self.head(h)


class Cells(Lstm):
    """recurrent cell in a loop"""

    known = "cells go many at once, unlike whole recurrent layers"
    moved = "cell.weight_ih cell.weight_hh head.weight"
    together = True

    def build(self, seed):
        torch.manual_seed(seed)
        return Steps()


class Ctc(Kind):
    """CTC loss with lengths"""

    known = "torch's CTC loss has no second derivative"
    moved = "0.weight 2.weight"
    hessian = "ctc_loss|second derivative"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 4))

    def batches(self, split="train", draw=0):
        yield Batch(
            {
                "x": randn(4, 8, 3, seed=draw),
                "y": labels(12, 3, draw).reshape(4, 3) + 1,
                "frames": torch.tensor([8, 7, 8, 6]),
                "letters": torch.tensor([3, 2, 3, 1]),
            },
            weight=4,
        )

    def loss(self, model, batch):
        b = batch.data
        scores = model(b["x"]).log_softmax(-1).transpose(0, 1)
        return {"loss": F.ctc_loss(scores, b["y"], b["frames"], b["letters"])}


class Bag(Kind):
    """embedding bag"""

    known = "offsets are whole numbers of the batch; torch has no second derivative of bags"
    moved = "0.weight 1.weight"
    hessian = "embedding_bag|second derivative"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.ModuleList([nn.EmbeddingBag(7, 3), nn.Linear(3, 2)])

    def batches(self, split="train", draw=0):
        yield Batch((labels(12, 7, draw), torch.tensor([0, 3, 5, 9]), labels(4, 2, draw)), weight=4)

    def loss(self, model, batch):
        words, offsets, y = batch.data
        return {"loss": F.cross_entropy(model[1](torch.tanh(model[0](words, offsets))), y)}


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(6, 4)
        self.mix = nn.Linear(4, 4)
        self.head = nn.Linear(4, 6, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, words):
        return self.head(torch.tanh(self.mix(self.embedding(words))))


class Tied(Kind):
    """tied weights: the embedding is the head"""

    known = "moved once, under the name that comes first"
    moved = "embedding.weight mix.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return LanguageModel()

    def batches(self, split="train", draw=0):
        yield Batch(labels(30, 6, draw).reshape(5, 6), weight=5)

    def loss(self, model, batch):
        words = batch.data
        return {"loss": F.cross_entropy(model(words[:, :-1]).flatten(0, 1), words[:, 1:].flatten(), ignore_index=0)}


class Masked(Tied):
    """masked language model that indexes its masked places"""

    known = "indexing by a mask of the data goes many at once, as the mask is the same at all points"

    def batches(self, split="train", draw=0):
        words = labels(30, 6, draw).reshape(5, 6)
        yield Batch({"words": words, "mask": labels(30, 3, draw + 1).reshape(5, 6) == 0}, weight=5)

    def loss(self, model, batch):
        words, mask = batch.data["words"], batch.data["mask"]
        logits = model(words.masked_fill(mask, 0))
        return {"loss": F.cross_entropy(logits[mask], words[mask])}


class Convolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(6, 3, padding_idx=0)
        self.conv = nn.Conv1d(3, 4, 3, padding=1)
        self.head = nn.Linear(4, 2)

    def forward(self, words):
        return self.head(F.relu(self.conv(self.embedding(words).transpose(1, 2))).amax(-1))


class TextConvolution(Kind):
    """1-D convolutions over words, with padding and maxima over time"""

    surrogate = True
    known = "the row of the padding is zero and stays zero under filter normalisation"
    moved = "embedding.weight conv.weight head.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Convolutions()

    def batches(self, split="train", draw=0):
        yield Batch((labels(30, 6, draw).reshape(5, 6), labels(5, 2, draw)), weight=5)

    def loss(self, model, batch):
        words, y = batch.data
        return {"loss": F.cross_entropy(model(words), y)}


class SparseGradients(Tied):
    """embedding with sparse gradients"""

    known = "derivatives are dense here"
    moved = "0.weight 1.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Embedding(6, 4, sparse=True), nn.Linear(4, 6))


class MaxNorm(Tied):
    """embedding with `max_norm`"""

    known = "rows longer than that are shortened at each point, as in training; torch has no derivatives of that"
    moved = "0.weight 1.weight"
    hessian = "max_norm"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Embedding(6, 4, max_norm=1.0), nn.Linear(4, 6))


class Llama(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.out = nn.Embedding(6, 4), nn.Linear(4, 6, bias=False)
        self.gate, self.up, self.down = (nn.Linear(a, b, bias=False) for a, b in ((4, 5), (4, 5), (5, 4)))
        angles = torch.outer(torch.arange(8), torch.tensor([1.0, 0.1]))
        self.register_buffer("rotation", torch.polar(torch.ones(8, 2), angles), persistent=False)

    def forward(self, words):
        h = self.embedding(words)
        pairs = torch.view_as_complex(h.float().reshape(*h.shape[:-1], 2, 2))
        h = torch.view_as_real(pairs * self.rotation[: h.shape[1]]).flatten(2).type_as(h)
        return self.out(h + self.down(F.silu(self.gate(h)) * self.up(h)))


class Rotary(Tied):
    """rotary positions by complex numbers, and gated layers, as Llama has them"""

    known = "complex buffers are cast with the others; its `.float()` rounds to float32 also in a float64 study"
    moved = "embedding.weight out.weight gate.weight up.weight down.weight"
    rough = True

    def build(self, seed):
        torch.manual_seed(seed)
        return Llama()
