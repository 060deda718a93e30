"""Kinds: attention, routing, and networks whose weights are made by others."""

import torch
from kinds import Kind, labels, randn
from landsweep.kernels.problem import Batch
from torch import nn
from torch.nn import functional as F


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(4, 12), nn.Linear(4, 2)

    def forward(self, x):
        q, k, v = (t.unflatten(-1, (2, 2)).transpose(1, 2) for t in self.qkv(x).chunk(3, -1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(y.transpose(1, 2).flatten(2))


class Sdpa(Kind):
    """`scaled_dot_product_attention`"""

    known = "the Hessian is that of the kernel that has second derivatives; values stay those of the fused one"
    moved = "qkv.weight out.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Heads()

    def batches(self, split="train", draw=0):
        yield Batch((randn(4, 5, 4, seed=draw), randn(4, 5, 2, seed=draw + 1)), weight=4)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.mse_loss(model(x), y)}


class Multihead(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention, self.out = nn.MultiheadAttention(4, 2, batch_first=True), nn.Linear(4, 2)

    def forward(self, x):
        return self.out(self.attention(x, x, x, need_weights=False)[0])


class MultiheadAttention(Sdpa):
    """`nn.MultiheadAttention`"""

    known = "`bias` means `in_proj_bias` too"
    moved = "attention.in_proj_weight attention.out_proj.weight out.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Multihead()


class BiasedAttention(MultiheadAttention):
    """`nn.MultiheadAttention` with `bias_k`, `bias_v` and a mask of padding"""

    known = "`bias` means `bias_k` and `bias_v` too"

    def build(self, seed):
        model = super().build(seed)
        model.attention = nn.MultiheadAttention(4, 2, add_bias_kv=True, batch_first=True)
        return model

    def loss(self, model, batch):
        x, y = batch.data
        padding = (torch.arange(5, device=x.device) > 3).expand(len(x), 5)
        return {"loss": F.mse_loss(model.out(model.attention(x, x, x, key_padding_mask=padding)[0]), y)}


class TransformerEncoder(Sdpa):
    """`nn.TransformerEncoder` with dropout"""

    known = "its fast path, which has no derivatives, is left where derivatives are wanted"
    moved = (
        "0.layers.0.self_attn.in_proj_weight 0.layers.0.self_attn.out_proj.weight "
        "0.layers.0.linear1.weight 0.layers.0.linear2.weight 1.weight"
    )

    def build(self, seed):
        torch.manual_seed(seed)
        layer = nn.TransformerEncoderLayer(4, 2, 5, dropout=0.1, batch_first=True)
        return nn.Sequential(nn.TransformerEncoder(layer, 1, enable_nested_tensor=False), nn.Linear(4, 2))


class Router(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(3, 3, bias=False)
        self.experts = nn.ModuleList(nn.Linear(3, 2) for _ in range(3))

    def forward(self, x):
        weight, chosen = self.gate(x).softmax(-1).topk(2, dim=-1)
        weight = weight / weight.sum(-1, keepdim=True)
        out = x.new_zeros(len(x), 2)
        for k, expert in enumerate(self.experts):  # tokens go to their experts only
            token, slot = torch.where(chosen == k)
            out = out.index_add(0, token, weight[token, slot, None] * expert(x[token]))
        return out


class RoutedExperts(Kind):
    """mixture of experts with top-k routing"""

    known = "routing by values goes one by one; the landscape has jumps where a choice changes"
    moved = "gate.weight experts.{0,1,2}.weight"
    together = False

    def build(self, seed):
        torch.manual_seed(seed)
        return Router()

    def batches(self, split="train", draw=0):
        yield Batch((randn(10, 3, seed=draw), randn(10, 2, seed=draw + 1)), weight=10)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": F.mse_loss(model(x), y)}


class Soft(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(3, 3, bias=False)
        self.experts = nn.ModuleList(nn.Linear(3, 2) for _ in range(3))

    def forward(self, x):
        logits = self.gate(x)
        least = logits.topk(2, dim=-1).values[..., -1:]
        weight = logits.masked_fill(logits < least, float("-inf")).softmax(-1)
        return (weight[..., None] * torch.stack([expert(x) for expert in self.experts], -2)).sum(-2)


class MaskedExperts(RoutedExperts):
    """mixture of experts that computes all and masks"""

    known = "goes many at once"
    together = True

    def build(self, seed):
        torch.manual_seed(seed)
        return Soft()


class Hyper(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.maker = nn.Parameter(torch.randn(2, 3)), nn.Linear(3, 8)

    def forward(self, x, task):
        weight, bias = self.maker(self.embedding[task]).split([6, 2], -1)
        return torch.einsum("ni,noi->no", x, weight.unflatten(-1, (2, 3))) + bias


class Hypernetwork(Kind):
    """hypernetwork: weights made by another network"""

    known = "what moves are the parameters of the maker, and no made weight"
    moved = "embedding maker.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Hyper()

    def batches(self, split="train", draw=0):
        yield Batch((randn(8, 3, seed=draw), labels(8, 2, draw), randn(8, 2, seed=draw + 1)), weight=8)

    def loss(self, model, batch):
        x, task, y = batch.data
        return {"loss": F.mse_loss(model(x, task), y)}


class Ensemble(nn.Module):
    def __init__(self):
        super().__init__()
        self.members = nn.ModuleList(nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 1)) for _ in range(3))

    def forward(self, x):
        stacked = {
            name: torch.stack([dict(member.named_parameters())[name] for member in self.members])
            for name, _ in self.members[0].named_parameters()
        }

        def one(parameters):
            return torch.func.functional_call(self.members[0], parameters, (x,))

        return torch.func.vmap(one)(stacked)


class VmapEnsemble(Kind):
    """ensemble by `vmap` inside the model"""

    known = "all members move together"
    moved = "members.{0,1,2}.0.weight members.{0,1,2}.2.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Ensemble()

    def batches(self, split="train", draw=0):
        x = randn(8, 3, seed=draw)
        yield Batch((x, x.sum(1, keepdim=True)), weight=8)

    def loss(self, model, batch):
        x, y = batch.data
        return {"loss": (model(x) - y).square().mean()}


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Conv2d(1, 3, 3, padding=1)
        self.heads = nn.ModuleDict({"score": nn.Conv2d(3, 2, 1), "box": nn.Conv2d(3, 4, 1)})

    def forward(self, image):
        features = F.relu(self.body(image))
        return {name: head(features) for name, head in self.heads.items()}


class Detection(Kind):
    """detection heads with outputs in a dictionary"""

    known = "further fields are stored beside the loss: `fields: [loss, box]`"
    moved = "body.weight heads.{score,box}.weight"
    fields = ("loss", "box")

    def build(self, seed):
        torch.manual_seed(seed)
        return Detector()

    def batches(self, split="train", draw=0):
        targets = {"label": labels(32, 2, draw).reshape(2, 4, 4), "box": randn(2, 4, 4, 4, seed=draw)}
        yield Batch({"image": randn(2, 1, 4, 4, seed=draw), "targets": targets}, weight=2)

    def loss(self, model, batch):
        out, target = model(batch.data["image"]), batch.data["targets"]
        boxes = F.smooth_l1_loss(out["box"], target["box"], reduction="none").mean(1)
        positive = (target["label"] == 1).to(boxes.dtype)
        box = (boxes * positive).sum() / positive.sum()
        return {"loss": F.cross_entropy(out["score"], target["label"]) + box, "box": box}


class Segmentation(Kind):
    """encoder and decoder of convolutions with pooling and interpolation"""

    known = "convolutions are laid out with channels last where points go one by one"
    moved = "0.weight 3.weight 5.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.ConvTranspose2d(2, 2, 2, stride=2),
            nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.Conv2d(2, 2, 1),
        )

    def batches(self, split="train", draw=0):
        yield Batch((randn(2, 1, 4, 4, seed=draw), labels(128, 2, draw).reshape(2, 8, 8)), weight=2)

    def loss(self, model, batch):
        image, mask = batch.data
        probability = model(image).softmax(1)[:, 1]
        target = mask.to(probability.dtype)
        dice = 1 - (2 * (probability * target).sum() + 1) / (probability.sum() + target.sum() + 1)
        return {"loss": dice + F.binary_cross_entropy(probability, target)}


class Patches(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(1, 4, 2, stride=2)
        self.cls_token, self.pos_embed = nn.Parameter(torch.randn(1, 1, 4)), nn.Parameter(torch.randn(1, 5, 4))
        self.attention, self.norm = nn.MultiheadAttention(4, 2, batch_first=True), nn.LayerNorm(4)
        self.act, self.head = nn.PReLU(4), nn.Linear(4, 2)

    def forward(self, image):
        x = self.patch(image).flatten(2).mT
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        y = self.norm(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return self.head(self.act(x[:, 0]))


class VisionTransformer(Kind):
    """vision transformer with learned positions, a class token and learned activations"""

    known = "tokens, positions and `nn.PReLU` are neither biases nor norms, and move"
    moved = "patch.weight cls_token pos_embed attention.in_proj_weight attention.out_proj.weight act.weight head.weight"

    def build(self, seed):
        torch.manual_seed(seed)
        return Patches()

    def batches(self, split="train", draw=0):
        yield Batch((randn(3, 1, 4, 4, seed=draw), labels(3, 2, draw)), weight=3)

    def loss(self, model, batch):
        image, y = batch.data
        return {"loss": F.cross_entropy(model(image), y)}
