"""Tensors of checkpoints are read with the values that torch gives them."""

import sys

import numpy as np
import pytest
import torch
from landsweep.disk.checkpoints import formats
from landsweep.disk.checkpoints.inert import Storage, TensorRecord
from landsweep.disk.checkpoints.stored import of_record
from torch import nn


@pytest.mark.parametrize("zipped", [True, False])
def test_conjugates_and_negatives_that_torch_saves_as_such(zipped, tmp_path):
    w = torch.tensor([[1 + 2j, 3 - 4j], [5j, 6]])
    state = {
        "conj": w.conj(),
        "neg": w.clone().conj().imag,
        "parameter": nn.Parameter(w.conj().T),
        "both": w.conj()[1:]._neg_view(),
    }
    torch.save(state, tmp_path / "weights", _use_new_zipfile_serialization=zipped)
    found = formats.read(tmp_path / "weights")
    assert found.keys() == state.keys()
    for name, value in state.items():
        read = found[name].load()
        assert (read.is_conj(), read.is_neg()) == (False, False)
        assert torch.equal(read, value.detach().resolve_conj().resolve_neg())


@pytest.mark.parametrize("code", ["c8", "c16", "f4", "i2", "u1"])
def test_numbers_of_another_byte_order(code):
    kind = {"c8": "ComplexFloat", "c16": "ComplexDouble", "f4": "Float", "i2": "Short", "u1": "Byte"}[code]
    values = np.arange(4).astype(code) * (1 + 2j if code[0] == "c" else 3)
    other = {"little": ("big", ">"), "big": ("little", "<")}[sys.byteorder]
    content = values.astype(other[1] + code).tobytes()
    record = TensorRecord(Storage(f"{kind}Storage", "0", 4), 1, (3,), (1,))
    assert of_record(record, lambda _: content, other[0]).load().tolist() == values[1:].tolist()
