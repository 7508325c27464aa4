"""The model in 8-bit integers: its arithmetic in torch, and its file."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from .model import HEADS, HIDDEN, INTERMEDIATE, LAYERS, POSITIONS, TAGS, Model


def rows_to_int8(w: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Symmetric, one scale an output row."""
    scale = (w.abs().amax(1) / 127).clamp(min=1e-12)
    return (w / scale[:, None]).round().clamp(-127, 127), scale


def quantised_linear(module: torch.nn.Linear):
    """The exact arithmetic of the program: integer products, then the scales."""
    q, scale = rows_to_int8(module.weight.data.float())
    bias = 0.0 if module.bias is None else module.bias.data.float()

    def forward(x):
        s = (x.abs().amax(-1, keepdim=True) / 127).clamp(min=1e-30)
        # Sums stay below 2^53, so float64 counts them exactly.
        sums = ((x / s).round().double() @ q.double().T).float()
        return sums * s * scale + bias

    return forward


def quantised(model: Model) -> Model:
    """Turns a model, in place, into one that computes as the program does."""
    for module in model.modules():
        if isinstance(module, torch.nn.Linear) and module not in (model.rel_linear, model.link):
            module.forward = quantised_linear(module)
    for embedding in (model.word, model.position):
        q, scale = rows_to_int8(embedding.weight.data.float())
        embedding.weight.data = q * scale[:, None]
    for p in (model.arc_bilinear, model.rel_bilinear):
        p.data = p.data.half().float()
    return model.eval()


def tensors(model: Model, vocabulary: list[str]) -> dict[str, np.ndarray]:
    out: dict[str, np.ndarray] = {"vocab": np.frombuffer("\n".join(vocabulary).encode(), np.uint8).copy()}

    def f32(name, value):
        out[name] = value.detach().float().contiguous().numpy()

    def int8(name, weight, bias=None):
        q, scale = rows_to_int8(weight.detach().float())
        out[name] = q.to(torch.int8).numpy()
        f32(name + ".scale", scale)
        if bias is not None:
            f32(name + ".bias", bias)

    def norm(name, module):
        f32(name + ".weight", module.weight)
        f32(name + ".bias", module.bias)

    int8("embed.word", model.word.weight)
    int8("embed.position", model.position.weight)
    f32("embed.case", model.case.weight)
    norm("embed.norm", model.norm)
    for n, layer in enumerate(model.layers):
        for part in ("qkv", "attn", "up", "down"):
            module = getattr(layer, part)
            int8(f"layer.{n}.{part}", module.weight, module.bias)
        norm(f"layer.{n}.attn_norm", layer.attn_norm)
        norm(f"layer.{n}.down_norm", layer.down_norm)
    for name in TAGS:
        int8(f"head.{name}", model.tags[name].weight, model.tags[name].bias)
    for kind in ("arc", "rel"):
        for side in ("dep", "head"):
            module = getattr(model, f"{kind}_{side}")
            int8(f"head.{kind}.{side}", module.weight, module.bias)
    out["head.arc.bilinear"] = model.arc_bilinear.detach().half().numpy()
    f32("head.arc.bias", model.arc_bias)
    out["head.rel.bilinear"] = model.rel_bilinear.detach().half().numpy()
    f32("head.rel.linear", model.rel_linear.weight)
    f32("head.rel.bias", model.rel_linear.bias)
    int8("head.pair.subject", model.pair_subject.weight)
    int8("head.pair.object", model.pair_object.weight)
    f32("head.pair.distance", model.pair_distance.weight)
    int8("head.relation", model.relation.weight, model.relation.bias)
    int8("head.stance", model.stance.weight, model.stance.bias)
    int8("head.polarity.hidden", model.polarity_hidden.weight, model.polarity_hidden.bias)
    int8("head.polarity", model.polarity.weight, model.polarity.bias)
    int8("head.link.later", model.link_later.weight)
    int8("head.link.earlier", model.link_earlier.weight)
    f32("head.link.features", model.link_features.weight)
    f32("head.link.weight", model.link.weight.squeeze(0))
    f32("head.link.bias", model.link.bias)
    return out


def export(model: Model, vocabulary: list[str], labels: dict[str, list[str]], name: str, path: Path):
    about = {
        "format": 3, "name": name, "layers": LAYERS, "hidden": HIDDEN, "heads": HEADS,
        "intermediate": INTERMEDIATE, "max_positions": POSITIONS, "labels": labels,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors(model, vocabulary), path, metadata={"newsgraph": json.dumps(about, ensure_ascii=False)})
    print(path, f"{path.stat().st_size / 1e6:.1f} MB")
