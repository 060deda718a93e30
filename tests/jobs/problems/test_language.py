"""Language models of transformers: a tiny BERT and a tiny GPT-2 from local folders, losses, masks and training."""

import json
from copy import deepcopy
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from landsweep.jobs.problems.language import IGNORED, LanguageModel
from landsweep.kernels.curvature.hessian import CurvatureProduct
from landsweep.kernels.problem import Start
from support import inside

pytestmark = [  # importing transformers takes seconds, which only these tests should wait for
    pytest.mark.long,
    pytest.mark.skipif(find_spec("transformers") is None, reason="transformers is not installed"),
]

VOCABULARY = 40
SIZES = {"vocab_size": VOCABULARY, "bos_token_id": 1, "eos_token_id": 2}


@pytest.fixture(scope="module")
def transformers():
    import transformers

    return transformers


def save(folder, network, **more):
    network.config.update(more)
    network.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def bert(tmp_path_factory, transformers):
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.BertConfig(**SIZES, **sizes, max_position_embeddings=16)
    return save(tmp_path_factory.mktemp("bert"), transformers.BertForMaskedLM(config), mask_token_id=3)


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory, transformers):
    torch.manual_seed(0)
    config = transformers.GPT2Config(**SIZES, n_embd=8, n_layer=1, n_head=2, n_positions=16)
    return save(tmp_path_factory.mktemp("gpt2"), transformers.GPT2LMHeadModel(config))


@pytest.fixture(scope="module")
def tokens(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "tokens.npy"
    np.save(path, np.random.default_rng(0).integers(4, VOCABULARY, size=500))
    return path


def test_the_causal_loss_is_that_of_transformers(gpt2, tokens):
    problem = LanguageModel(str(gpt2), str(tokens), length=8, batch_size=4, blocks=12)
    model = problem.build(0)
    for batch in problem.batches():
        with torch.no_grad():
            found = problem.loss(model, batch)
            expected = model(input_ids=batch.data["tokens"], labels=batch.data["tokens"]).loss
        assert batch.weight == 4 * 7
        assert float(found["loss"]) == pytest.approx(float(expected), rel=1e-6)
    assert not problem.masked


def test_the_masked_loss_is_that_of_transformers_and_masks_follow_the_draw(bert, tokens):
    problem = LanguageModel(str(bert), str(tokens), length=8, batch_size=50, blocks=50, share=0.5)
    assert problem.masked
    model = problem.build(0)
    (batch,), (again,), (other,) = (list(problem.batches(draw=d)) for d in (0, 0, 1))
    with torch.no_grad():
        expected = model(input_ids=batch.data["tokens"], labels=batch.data["labels"]).loss
        assert float(problem.loss(model, batch)["loss"]) == pytest.approx(float(expected), rel=1e-6)
    assert torch.equal(batch.data["tokens"], again.data["tokens"])
    assert not torch.equal(batch.data["labels"], other.data["labels"])
    shown, wanted = batch.data["tokens"], batch.data["labels"]
    chosen = wanted != IGNORED
    assert batch.weight == chosen.sum()
    assert 0.4 < chosen.float().mean() < 0.6
    assert 0.6 < (shown[chosen] == 3).float().mean() < 0.95
    original = torch.from_numpy(np.load(tokens)[: 50 * 8].reshape(50, 8))
    assert torch.equal(wanted[chosen], original[chosen])
    assert torch.equal(shown[~chosen], original[~chosen])


def test_training_resumes_with_the_same_bits_and_learns(gpt2, tokens):
    problem = LanguageModel(str(gpt2), str(tokens), length=8, blocks=8, steps=6, rate=1e-2)
    kept = []

    def keep(step, model, state):
        kept.append((step, deepcopy(model), deepcopy(state)))

    before = problem.quality(problem.build(0))
    whole = problem.train(problem.build(0), 0, on_step=keep)
    step, model, state = kept[2]
    resumed = problem.train(model, 0, start=Start(step, state))
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))
    assert problem.quality(whole)["train_loss"] < before["train_loss"]


def test_a_text_is_tokenised_by_the_folder(gpt2, tmp_path, transformers):
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["a", "b", "c", "[UNK]"]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    folder = tmp_path / "model"
    transformers.GPT2LMHeadModel.from_pretrained(gpt2).save_pretrained(folder)
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]").save_pretrained(folder)
    (tmp_path / "text.txt").write_text("a b c a b c x y " * 10)
    problem = LanguageModel(str(folder), str(tmp_path / "text.txt"), length=4)
    (first, *_) = problem.batches()
    assert first.data["tokens"][:2].tolist() == [[0, 1, 2, 0], [1, 2, 3, 3]]
    assert sum(map(len, problem._parts.values())) == 20


def test_checkpoints_over_steps_make_a_study(gpt2, tokens, tmp_path, transformers):
    """As Landscaper's study of MultiBERT: weights of several steps of one training, a landscape around each."""
    from safetensors.torch import save_file

    for k in range(2):
        network = transformers.GPT2LMHeadModel.from_pretrained(gpt2)
        with torch.no_grad():
            for p in network.parameters():
                p.mul_(1 + k / 10)
        save_file(
            {name: p.detach().clone() for name, p in network.named_parameters()}, tmp_path / f"step{k}.safetensors"
        )
    study = {
        "name": "steps",
        "problem": {
            "path": "landsweep.jobs.problems.language:LanguageModel",
            "params": {"model": str(gpt2), "text": str(tokens), "length": 8, "blocks": 4},
        },
        "sweep": {"checkpoint": ["step0.safetensors", "step1.safetensors"], "direction_seed": [0]},
        "grid": {"dims": 1, "points": 3},
        "evaluation": {"strategy": "inplace"},
        "report": {"figures": False, "page": False},
    }
    (tmp_path / "study.yaml").write_text(json.dumps(study))
    done = inside("run", tmp_path / "study.yaml", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    from landsweep import Run

    dataset = Run(tmp_path / "run").dataset
    problem = LanguageModel(str(gpt2), str(tokens), length=8, blocks=4)
    (batch,) = problem.batches()
    for k in range(2):
        model = problem.build(0)
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(1 + k / 10)
            expected = problem.loss(model, batch)["loss"]
        found = dataset.loss.isel(checkpoint=k, alpha_0=1).values
        assert found == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("kind", ["bert", "gpt2"])
def test_the_hessian_is_the_dense_one_of_attention_in_plain_operations(kind, request, tokens, transformers):
    """Attention runs through fused kernels, which have no second derivatives; those of ``eager`` have."""
    folder = request.getfixturevalue(kind)
    problem = LanguageModel(str(folder), str(tokens), length=6, blocks=3, batch_size=3)
    (batch,) = problem.batches()
    product = CurvatureProduct(problem, problem.build(0), [batch], torch.device("cpu"), torch.float64)
    auto = transformers.AutoModelForMaskedLM if problem.masked else transformers.AutoModelForCausalLM
    plain = auto.from_pretrained(folder, attn_implementation="eager").double().eval()
    parameters = list(plain.parameters())
    gradient = torch.autograd.grad(problem.loss(plain, batch)["loss"], parameters, create_graph=True)
    flat = torch.cat([g.reshape(-1) for g in gradient])
    rng = torch.Generator().manual_seed(0)
    for _ in range(3):
        v = torch.randn(len(flat), generator=rng, dtype=torch.float64)
        expected = torch.autograd.grad(flat @ v, parameters, retain_graph=True)
        np.testing.assert_allclose(product(v), torch.cat([g.reshape(-1) for g in expected]), rtol=1e-6, atol=1e-9)
    assert product.kernels == "math"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"model": "nowhere"}, "nowhere holds no config.json, expected the folder of a model of transformers"),
        ({"text": "nothing.txt"}, "nothing.txt does not exist, expected a text file"),
        ({"objective": "guess"}, "objective is 'guess', expected masked or causal"),
        ({"share": 1}, "share is 1, expected a number between 0 and 1"),
        ({"steps": -1}, "steps is -1, expected a whole number of at least 0"),
    ],
)
def test_mistakes(gpt2, tokens, arguments, text):
    with pytest.raises(ValueError, match=text):
        LanguageModel(**({"model": str(gpt2), "text": str(tokens)} | arguments))


def test_weights_that_the_folder_lacks_are_not_drawn_at_random(bert, tokens, tmp_path, transformers):
    headless = transformers.BertModel(transformers.BertConfig.from_pretrained(bert), add_pooling_layer=False)
    headless.save_pretrained(tmp_path)
    with pytest.raises(
        ValueError, match=r"lacks the weights cls\.predictions\.\S+ and \d more, expected those of BertFor"
    ):
        LanguageModel(str(tmp_path), str(tokens), objective="masked").build(0)


def test_a_text_that_is_too_short_and_tokens_of_another_vocabulary(gpt2, tmp_path):
    np.save(tmp_path / "short.npy", np.arange(6))
    with pytest.raises(ValueError, match=r"has 0 blocks of 8 tokens, of which none is for split train"):
        next(iter(LanguageModel(str(gpt2), str(tmp_path / "short.npy"), length=8).batches()))
    np.save(tmp_path / "other.npy", np.arange(60))
    with pytest.raises(ValueError, match=r"has tokens 0 to 59, expected 0 to 39 \(vocab_size of the model\)"):
        next(iter(LanguageModel(str(gpt2), str(tmp_path / "other.npy"), length=8).batches()))
