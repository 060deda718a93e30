"""Checkpoints as users have them, in every format: what can be right is read, what cannot is one sentence."""

import argparse
import io
import json
import os
import pickle
import sys
import types
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed.checkpoint as dcp
from landsweep import UserError
from landsweep.disk.checkpoints import torchfile
from landsweep.disk.checkpoints.loading import load
from safetensors.torch import save_file
from torch import nn


def build(seed=0, width=2):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, width)).eval()


NET = build(1)
STATE = NET.state_dict()
OTHER = {name: value + 1 if value.is_floating_point() else value for name, value in STATE.items()}
"""What a moving average would be: other values under the same names."""


def under(prefix, state=STATE):
    return {prefix + name: value for name, value in state.items()}


def saved(content, **how):
    return lambda path: torch.save(content, path, **how)


def pickled(content, protocol=None):
    return lambda path: path.write_bytes(pickle.dumps(content, protocol))


def exported(path):
    torch.export.save(torch.export.export(NET, (torch.zeros(3, 4),)), path)


def exported_before(content):
    def make(path):
        file = io.BytesIO()
        torch.save(content, file)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("serialized_exported_program.json", "{}")
            archive.writestr("serialized_state_dict.pt", file.getvalue())

    return make


def scripted(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(NET).save(str(path))


def arrays(path):
    with path.open("wb") as file:
        np.savez(file, **{k: v.numpy() for k, v in STATE.items()})


def distributed(content):
    def make(path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dcp.save(content, checkpoint_id=path, no_dist=True)

    return make


def shards(ending, index):
    """A folder of Hugging Face in two parts."""

    def make(path):
        path.mkdir()
        parts = {f"model-0000{k}-of-00002.{ending}": dict(list(STATE.items())[k::2]) for k in range(2)}
        for name, part in parts.items():
            save_file(part, path / name) if ending == "safetensors" else torch.save(part, path / name)
        where = {name: file for file, part in parts.items() for name in part}
        (path / index).write_text(json.dumps({"metadata": {}, "weight_map": where}))

    return make


def inside(name, make):
    def folder(path):
        path.mkdir()
        (path / "config.json").write_text("{}")
        make(path / name)

    return folder


ADAM = torch.optim.AdamW(NET.parameters())
FORMATS = {
    "plain": (saved(STATE), ""),
    "before torch 1.6": (saved(STATE, _use_new_zipfile_serialization=False), ""),
    "safetensors": (lambda path: save_file(STATE, path), ""),
    "npz": (arrays, ""),
    "DataParallel": (saved(under("module.")), "the weights are those under 'module'"),
    "compiled within": (saved(under("net._orig_mod.")), "the weights are those under 'net._orig_mod'"),
    "whole": (saved(NET), ""),
    "whole, before torch 1.6": (saved(NET, _use_new_zipfile_serialization=False), ""),
    "whole, among others": (saved({"model": NET, "ema": None, "epoch": 3}), "the weights are those under 'model'"),
    "optimizer": (saved({"weights": STATE, "optimizer": ADAM.state_dict()}), "the weights are those under 'weights'"),
    "gradients": (saved({"params": STATE, "grads": OTHER}), "the weights are those under 'params'"),
    "Lightning": (
        saved(
            {
                "state_dict": {**under("net."), "loss_fn.weight": torch.ones(2), "net.total_ops": torch.ones(1)},
                "callbacks": {"best": torch.ones(())},
                "hyper_parameters": argparse.Namespace(lr=np.float64(0.1), path=Path("data"), net=nn.Linear(2, 2)),
            }
        ),
        "under 'state_dict.net'; state_dict.loss_fn.weight, state_dict.net.total_ops are left out",
    ),
    "average": (saved(torch.optim.swa_utils.AveragedModel(NET).state_dict()), "n_averaged is left out"),
    "equal sets": (saved({"model": STATE, "ema": STATE}), "the weights are those under 'model'"),
    "old counter": (
        saved({k: v for k, v in STATE.items() if "num_batches" not in k}),
        "1.num_batches_tracked is not in it and stays as built",
    ),
    "double": (
        saved({k: v.double() for k, v in STATE.items()}),
        "8 tensors of float64 became float32; 1 tensor of float64 became int64",
    ),
    "pickle": (pickled(STATE), ""),
    "arrays": (pickled({"model": {k: v.numpy() for k, v in STATE.items()}}), "the weights are those under 'model'"),
    "arrays, protocol 2": (pickled({k: v.numpy() for k, v in STATE.items()}, 2), ""),
    "Hugging Face": (inside("model.safetensors", lambda path: save_file(under("bert."), path)), "under 'bert'"),
    "Hugging Face .bin": (inside("pytorch_model.bin", saved(STATE)), ""),
    "shards": (shards("safetensors", "model.safetensors.index.json"), ""),
    "shards .bin": (shards("bin", "pytorch_model.bin.index.json"), ""),
    "distributed": (distributed({"app": {"model": STATE}, "step": 3}), "the weights are those under 'app.model'"),
    "TorchScript": (scripted, ""),
    "exported": (exported, ""),
    "exported by torch before 2.8": (exported_before(STATE), ""),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_weights(name, tmp_path):
    make, said = FORMATS[name]
    make(tmp_path / "weights")
    network = build()
    notes = "; ".join(load(network, tmp_path / "weights"))
    for (key, value), found in zip(STATE.items(), network.state_dict().values(), strict=True):
        assert torch.equal(value, found) or "num_batches" in key, key
    assert said in notes
    assert said or not notes


def test_parts_of_several_ranks_are_put_together(tmp_path):
    from torch.distributed.checkpoint.filesystem import _StorageInfo
    from torch.distributed.checkpoint.metadata import (
        ChunkStorageMetadata,
        Metadata,
        MetadataIndex,
        TensorProperties,
        TensorStorageMetadata,
    )

    about, where, size = {}, {}, torch.Size
    with (tmp_path / "__0_0.distcp").open("wb") as file:
        for name, tensor in STATE.items():
            chunks = []
            for part, at in (
                ((tensor[:3], 0), (tensor[3:], 3)) if tensor.ndim and len(tensor) > 3 else ((tensor, None),)
            ):
                begin, offset = file.tell(), size([] if at is None else [at, *[0] * (tensor.ndim - 1)])
                torch.save(part.clone(), file)
                chunks.append(ChunkStorageMetadata(offset, part.shape))
                index = MetadataIndex(name, size([0] * tensor.ndim) if at is None else offset)
                where[index] = _StorageInfo("__0_0.distcp", begin, file.tell() - begin)
            about[name] = TensorStorageMetadata(TensorProperties(dtype=tensor.dtype), tensor.shape, chunks)
    (tmp_path / ".metadata").write_bytes(pickle.dumps(Metadata(about, storage_data=where)))
    network = build()
    load(network, tmp_path)
    assert all(torch.equal(value, STATE[name]) for name, value in network.state_dict().items())
    where.pop(MetadataIndex("0.weight", size([3, 0])))
    (tmp_path / ".metadata").write_bytes(pickle.dumps(Metadata(about, storage_data=where)))
    assert "parts of a tensor are missing: it was saved by more ranks than have left files" in refusal(tmp_path)


def test_a_module_keeps_what_its_state_dict_has(tmp_path):
    network = build()
    network.register_buffer("passing", torch.ones(2), persistent=False)
    network.settings, network.activation = {"a": 1}, torch.relu
    torch.save(network, tmp_path / "weights")
    assert not load(build(), tmp_path / "weights")


def test_a_module_whose_class_is_gone(tmp_path, monkeypatch):
    kind = type("Yolo", (nn.Sequential,), {"__module__": "models.yolo"})
    monkeypatch.setitem(sys.modules, "models", types.ModuleType("models"))
    monkeypatch.setitem(sys.modules, "models.yolo", types.ModuleType("models.yolo"))
    sys.modules["models.yolo"].Yolo = kind
    torch.save({"model": kind(*build(1)).half(), "ema": None}, tmp_path / "weights")
    monkeypatch.undo()
    network = build()
    load(network, tmp_path / "weights")
    assert torch.equal(network[0].weight, STATE["0.weight"].half().float())


def test_a_list_of_itself_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(torchfile, "MAX_ENTRIES", 1000)
    content = [1]
    for _ in range(40):
        content = [content] * 10
    (tmp_path / "weights").write_bytes(pickle.dumps(content))
    assert "it holds more than 1000 objects" in refusal(tmp_path / "weights")


REFUSED = {
    "an average that differs": (
        {"state_dict": STATE, "state_dict_ema": OTHER},
        "holds 2 sets of weights that fit the network and differ, state_dict, state_dict_ema: say which, such as "
        "checkpoint: {files: weights, key: state_dict} under sweep (--key of `landsweep new`).",
    ),
    "an average in one dictionary": (
        {"state_dict": {**under("net."), **under("net_ema.", OTHER)}},
        "differ, state_dict.net, state_dict.net_ema: say which, such as checkpoint: {files: weights, key: "
        "state_dict.net} under sweep (--key of `landsweep new`).",
    ),
    "a momentum encoder": (
        {**under("encoder_q."), **under("momentum_encoder.", OTHER)},
        "holds 2 sets of weights that fit the network and differ, encoder_q, momentum_encoder: say which",
    ),
    "an optimizer's averages alone": (
        {"exp_avg": STATE, "exp_avg_sq": OTHER},
        "holds tensors of the network's names under exp_avg, exp_avg_sq alone, which an optimizer keeps beside the "
        "weights, expected the weights: give a file that has them, or, if these are the weights, say so with "
        "checkpoint: {files: ..., key: exp_avg} under sweep.",
    ),
    "an optimizer beside another network": (
        {"momentum": STATE, "model": {name.replace("3.", "fc."): value for name, value in STATE.items()}},
        "it lacks 3.weight of shape (2, 8) (2 of 9 tensors are missing; nearest in it: model.fc.weight",
    ),
    "another head": (
        {name.replace("3.", "fc."): value for name, value in STATE.items()},
        "does not fit the network: it lacks 3.weight of shape (2, 8) (2 of 9 tensors are missing; nearest in it: "
        "fc.weight): give weights of the network that build() makes, or say where they are with checkpoint: {files: ",
    ),
    "another shape": (build(0, 3).state_dict(), "3.weight has shape (3, 8), expected (2, 8): give weights of the"),
    "a deeper network": (
        {**STATE, "4.weight": torch.zeros(2, 2)},
        "holds weights of a larger network: 4.weight has no place in the one that build() makes, expected the same",
    ),
    "a bias that is not built": (under("net.", {**STATE, "0.extra.bias": torch.zeros(2)}), "network: net.0.extra.bias"),
    "quantised": (
        {**STATE, "0.weight": torch.zeros(8, 4, dtype=torch.int8)},
        "0.weight is int8, expected float32: save the weights as numbers of that kind",
    ),
    "sparse": (
        {**STATE, "0.weight": torch.zeros(8, 4).to_sparse()},
        "0.weight is a torch._utils._rebuild_sparse_tensor, which is not read, expected a tensor of shape (8, 4).",
    ),
    "no tensors": ({"epoch": 1}, "holds no tensors, expected a state_dict: names and tensors: save it with"),
    "names with breaks": ({"a\nb": torch.ones(2)}, "nearest in it: a\\nb): give weights"),
    "settings alone": (
        argparse.Namespace(net=Path("x")),
        "holds only pathlib.PosixPath, which is not read without running code, expected a state_dict",
    ),
}


def refusal(path, *where, network=None):
    network = network or build()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with pytest.raises(UserError) as caught:
        load(network, path, *where)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    text = str(caught.value)
    assert text.endswith((".", "?"))
    assert "\n" not in text
    return text


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_the_networks_is_one_sentence(name, tmp_path):
    content, text = REFUSED[name]
    torch.save(content, tmp_path / "weights")
    assert text in refusal(tmp_path / "weights")


def test_a_key_or_a_prefix_says_which(tmp_path):
    path = tmp_path / "weights.ckpt"
    torch.save({"state_dict": {**under("net."), **under("ema.", OTHER)}}, path)
    assert torch.equal(of_list(tmp_path)[0].weight, OTHER["0.weight"])
    for where in (("state_dict.ema", None), ("state_dict", "ema."), (None, "state_dict.ema.")):
        network = build()
        load(network, path, *where)
        assert torch.equal(network[0].weight, OTHER["0.weight"])
    text = refusal(path, "state_dict", "eme.")
    assert "has no entry that begins with 'state_dict.eme.', expected one of state_dict; did you mean" in text


@pytest.mark.parametrize(
    "name", ["optimal_model", "momentum_encoder", "optimized.net", "hessian_net", "student_optimum"]
)
def test_names_that_begin_as_those_of_optimizers_do(name, tmp_path):
    torch.save({name: STATE}, tmp_path / "weights")
    network = build()
    load(network, tmp_path / "weights")
    assert torch.equal(network[0].weight, STATE["0.weight"])


KEPT = """optim optims optimizer_G optimizer_states optimizer_state_dict disc_optimizer opt_state momentum_buffer
exp_avg_sq max_exp_avg_sqs weight_grads fisher state.hessian_diag.0"""


@pytest.mark.parametrize("name", KEPT.split())
def test_what_optimizers_keep_is_no_second_set_of_weights(name, tmp_path):
    torch.save({name: OTHER, "net": STATE}, tmp_path / "weights")
    network = build()
    load(network, tmp_path / "weights")
    assert torch.equal(network[0].weight, STATE["0.weight"])


def test_a_prefix_that_is_not_the_whole_one_says_what_is_nearest(tmp_path):
    torch.save(under("model.net."), tmp_path / "weights")
    text = refusal(tmp_path / "weights", None, "model.")
    assert "it lacks 0.weight of shape (8, 4) (8 of 9 tensors are missing; nearest in it: net.0." in text


def of_list(folder):
    network = build()
    torch.save([STATE, OTHER], folder / "list.pt")
    load(network, folder / "list.pt", "1")
    return network


def test_a_wrapper_or_a_name_around_the_network_is_no_matter(tmp_path):
    torch.save(STATE, tmp_path / "weights")
    for network in (nn.ModuleDict({"net": build()}), nn.DataParallel(build())):
        load(network, tmp_path / "weights")
        assert torch.equal(next(network.parameters()), STATE["0.weight"])


def test_one_layer_of_a_larger_network_is_not_guessed(tmp_path):
    torch.save(STATE, tmp_path / "weights")
    assert "holds weights of a larger network: 1.weight" in refusal(tmp_path / "weights", network=nn.Linear(4, 8))
    layer = nn.Linear(4, 8)
    load(layer, tmp_path / "weights", None, "0.")
    assert torch.equal(layer.weight, STATE["0.weight"])


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.head = nn.Embedding(5, 3), nn.Linear(3, 5, bias=False)
        self.head.weight = self.embed.weight


def test_tied_weights_have_any_of_their_names_and_one_value(tmp_path):
    weight, path = torch.randn(5, 3), tmp_path / "weights"
    for name in ("embed.weight", "head.weight"):
        network = Tied()
        save_file({name: weight}, path)
        load(network, path)
        assert torch.equal(network.head.weight, weight)
    save_file({"embed.weight": weight, "head.weight": weight + 1}, path)
    text = refusal(path, network=Tied())
    assert "embed.weight, head.weight differ, but build() ties them to one tensor, expected equal ones" in text


def test_names_of_older_libraries(tmp_path):
    path, network = tmp_path / "weights", nn.Sequential(nn.LayerNorm(3))
    torch.save({"0.gamma": torch.ones(3) * 2, "0.beta": torch.ones(3)}, path)
    load(network, path)
    assert network[0].weight.tolist() == [2, 2, 2]
    network = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old = nn.Sequential(nn.utils.weight_norm(nn.Linear(3, 2)))
    torch.save(old.state_dict(), path)
    load(network, path)
    assert torch.allclose(network(torch.ones(1, 3)), old(torch.ones(1, 3)))


class Evil:
    """Unpickled, it creates a file."""

    def __init__(self, call=os.system, argument="touch pwned"):
        self.call, self.argument = call, argument

    def __reduce__(self):
        return self.call, (self.argument,)


def in_metadata(path):
    """A folder of torch.distributed.checkpoint whose description is malicious."""
    path.mkdir()
    (path / ".metadata").write_bytes(pickle.dumps({"state_dict_metadata": Evil()}))


def in_archive(record):
    """An archive of torch in which another pickle than that of the weights, or this one, is malicious."""

    def make(path):
        writer = torch._C.PyTorchFileWriter(str(path))
        content = pickle.dumps({"net": Evil()}, 2)
        writer.write_record(record, content, len(content))
        writer.write_end_of_file()

    return make


MALICIOUS = {
    "plain": saved({"weights": Evil()}),
    "beside weights": saved({**STATE, "note": Evil()}),
    ".ckpt": saved({"state_dict": STATE, "hyper_parameters": argparse.Namespace(lr=Evil())}),
    "before torch 1.6": saved({"state_dict": STATE, "note": Evil()}, _use_new_zipfile_serialization=False),
    "pickle": pickled({"weights": Evil()}),
    "eval": pickled({"weights": Evil(eval, "open('pwned', 'w')")}),
    "protocol 0": pickled({"weights": Evil(exec, "open('pwned', 'w')")}, 0),
    ".bin": inside("pytorch_model.bin", saved({"0.weight": Evil()})),
    ".metadata": in_metadata,
    "TorchScript": in_archive("data.pkl"),
    "exported": exported_before({**STATE, "note": Evil()}),
}


@pytest.mark.parametrize("name", MALICIOUS)
def test_nothing_is_executed(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    MALICIOUS[name](tmp_path / "weights")
    text = refusal(tmp_path / "weights")
    assert "weights is no checkpoint that can be read safely (" in text
    assert not (tmp_path / "pwned").exists()


def test_a_call_that_looks_harmless_is_described_and_not_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({**STATE, "note": Evil(Path.touch, Path("pwned"))}, tmp_path / "weights")
    load(build(), tmp_path / "weights")
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "its content has none of the formats that are read"),
        (b"nonsense", "its content has none of the formats that are read"),
        (b"\x89HDF\r\n\x1a\n and more", "it is HDF5, which Keras writes"),
        (b"version https://git-lfs.github.com/spec/v1\n", "has not fetched: run git lfs pull"),
        (b"PK\x03\x04 and no more", "is no checkpoint that can be read safely ("),
        (b"\x10\0\0\0\0\0\0\0{'a': 1", "is no checkpoint that can be read safely ("),
    ],
)
def test_what_is_no_checkpoint(content, text, tmp_path):
    (tmp_path / "weights").write_bytes(content)
    assert text in refusal(tmp_path / "weights")


def test_a_folder_without_weights_or_with_a_part_missing(tmp_path):
    (tmp_path / "folder").mkdir()
    assert "it is a folder without model.safetensors, diffusion" in refusal(tmp_path / "folder")
    for name, text in (
        ("adapter_config.json", "merge them"),
        ("zero_to_fp32.py", "join them with its zero_to_fp32.py"),
    ):
        (tmp_path / "folder" / name).touch()
        assert text in refusal(tmp_path / "folder")
    shards("bin", "pytorch_model.bin.index.json")(tmp_path / "parts")
    (tmp_path / "parts/model-00001-of-00002.bin").unlink()
    assert "parts/model-00001-of-00002.bin does not exist, expected a checkpoint" in refusal(tmp_path / "parts")


def test_a_truncated_or_crafted_file(tmp_path):
    path = tmp_path / "weights"
    torch.save(STATE, path, _use_new_zipfile_serialization=False)
    path.write_bytes(path.read_bytes()[:-40])
    assert "is no checkpoint that can be read safely (" in refusal(path)
    wide = torch.zeros(4).as_strided((8, 4), (0, 1))
    torch.save({**STATE, "0.weight": wide}, path)
    network = build()
    load(network, path)  # strides of 0 are an expanded tensor
    assert not network[0].weight.any()
