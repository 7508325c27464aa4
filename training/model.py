"""The encoder and its heads, with the layout of docs/model-format.md."""

import torch
import torch.nn.functional as F
from torch import nn

from .pairs import DISTANCES, FEATURES
from .passages import POLARITY, STANCE

LAYERS, HIDDEN, HEADS, INTERMEDIATE, POSITIONS = 6, 384, 12, 1536, 512
ARC, REL = 256, 96
PAIR, POLARITY_WIDTH, LINK = 256, 128, 128
TAGS = ("upos", "xpos", "lemma", "mention", "nominal")


class SharedDropout(nn.Module):
    """Drops the same features along a sentence: what parsers like, and nearly free to draw."""

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        if not self.training:
            return x
        shape = (x.shape[0], *[1] * (x.ndim - 2), x.shape[-1])
        return x * (torch.rand(shape) >= self.rate).to(x.dtype).div_(1 - self.rate)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.attn = nn.Linear(HIDDEN, HIDDEN)
        self.attn_norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.up = nn.Linear(HIDDEN, INTERMEDIATE)
        self.down = nn.Linear(INTERMEDIATE, HIDDEN)
        self.down_norm = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, x, mask, dropout):
        rows, length, _ = x.shape
        q, k, v = self.qkv(x).view(rows, length, 3, HEADS, HIDDEN // HEADS).permute(2, 0, 3, 1, 4)
        # Written out: on short sentences faster on a CPU than the fused kernel.
        scores = q @ k.transpose(2, 3) * (HIDDEN // HEADS) ** -0.5
        mixed = (scores + mask.to(scores.dtype)).softmax(-1).to(v.dtype) @ v
        x = self.attn_norm(x + dropout(self.attn(mixed.transpose(1, 2).reshape(rows, length, HIDDEN))))
        return self.down_norm(x + dropout(self.down(F.gelu(self.up(x)))))


class Model(nn.Module):
    def __init__(self, pieces: int, labels: dict[str, list[str]], dropout: float = 0.2):
        super().__init__()
        self.word = nn.Embedding(pieces, HIDDEN)
        self.position = nn.Embedding(POSITIONS, HIDDEN)
        self.case = nn.Embedding(6, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.tags = nn.ModuleDict({name: nn.Linear(HIDDEN, len(labels[name])) for name in TAGS})
        self.arc_dep, self.arc_head = nn.Linear(HIDDEN, ARC), nn.Linear(HIDDEN, ARC)
        self.rel_dep, self.rel_head = nn.Linear(HIDDEN, REL), nn.Linear(HIDDEN, REL)
        relations = len(labels["deprel"])
        self.arc_bilinear = nn.Parameter(torch.randn(ARC, ARC) * 0.01)
        self.arc_bias = nn.Parameter(torch.zeros(ARC))
        self.rel_bilinear = nn.Parameter(torch.randn(relations, REL, REL) * 0.02)
        self.rel_linear = nn.Linear(2 * REL, relations)
        # Heads over mentions, each mention as the vectors of its first and its last word.
        self.pair_subject = nn.Linear(2 * HIDDEN, PAIR, bias=False)
        self.pair_object = nn.Linear(2 * HIDDEN, PAIR, bias=False)
        self.pair_distance = nn.Embedding(DISTANCES, PAIR)
        self.relation, self.stance = nn.Linear(PAIR, len(labels["relation"])), nn.Linear(PAIR, len(STANCE))
        self.polarity_hidden = nn.Linear(2 * HIDDEN, POLARITY_WIDTH)
        self.polarity = nn.Linear(POLARITY_WIDTH, len(POLARITY))
        self.link_later = nn.Linear(2 * HIDDEN, LINK, bias=False)
        self.link_earlier = nn.Linear(2 * HIDDEN, LINK, bias=False)
        self.link_features = nn.Embedding(sum(FEATURES), LINK)
        self.link = nn.Linear(LINK, 1)
        nn.init.normal_(self.pair_distance.weight, std=0.05)
        nn.init.normal_(self.link_features.weight, std=0.05)
        # Few pairs have a relation.
        nn.init.constant_(self.relation.bias, -3.0)
        self.inner, self.outer = SharedDropout(0.1), SharedDropout(dropout)
        nn.init.zeros_(self.case.weight)

    def load_base(self, weights: dict[str, torch.Tensor], kept: list[int]):
        """Starts from a BERT checkpoint, keeping some of its word pieces."""
        w = {name.removeprefix("bert."): value.float() for name, value in weights.items()}
        e = "embeddings."
        self.word.weight.data = w[e + "word_embeddings.weight"][kept].clone()
        self.position.weight.data = w[e + "position_embeddings.weight"] + w[e + "token_type_embeddings.weight"][0]
        own = {"norm": e + "LayerNorm"}
        for n in range(LAYERS):
            b = f"encoder.layer.{n}."
            parts = [b + f"attention.self.{k}" for k in ("query", "key", "value")]
            for kind in ("weight", "bias"):
                getattr(self.layers[n].qkv, kind).data = torch.cat([w[f"{p}.{kind}"] for p in parts])
            own |= {
                f"layers.{n}.attn": b + "attention.output.dense",
                f"layers.{n}.attn_norm": b + "attention.output.LayerNorm",
                f"layers.{n}.up": b + "intermediate.dense",
                f"layers.{n}.down": b + "output.dense",
                f"layers.{n}.down_norm": b + "output.LayerNorm",
            }
        for mine, theirs in own.items():
            module = self.get_submodule(mine)
            module.weight.data, module.bias.data = w[theirs + ".weight"].clone(), w[theirs + ".bias"].clone()

    def encode(self, ids, cases, lengths):
        """ids, cases [rows, pieces]; lengths [rows] → [rows, pieces, hidden]."""
        at = torch.arange(ids.shape[1])
        mask = torch.where(at[None] < lengths[:, None], 0.0, -1e4)[:, None, None, :]
        x = self.inner(self.norm(self.word(ids) + self.position(at)[None] + self.case(cases)))
        for layer in self.layers:
            x = layer(x, mask, self.inner)
        return x

    def words(self, batch):
        """The vectors of the root and the words, [sentences, 1 + words, hidden]."""
        x = self.encode(batch["ids"], batch["cases"], batch["lengths"])
        return self.outer(x[batch["window"][:, None], batch["first"]])

    def arcs(self, v):
        """score[row, dependent, head], root and words on both axes."""
        dep, head = self.outer(F.gelu(self.arc_dep(v))), self.outer(F.gelu(self.arc_head(v)))
        return (dep @ self.arc_bilinear.to(dep.dtype)) @ head.transpose(1, 2) + (head @ self.arc_bias.to(dep.dtype))[:, None, :]

    def relations(self, v_dep, v_head):
        """Relation scores of pairs, [pairs, relations]."""
        dep, head = self.outer(F.gelu(self.rel_dep(v_dep))), self.outer(F.gelu(self.rel_head(v_head)))
        # One product with all relations side by side, then a dot with the head.
        side = dep @ self.rel_bilinear.to(dep.dtype).permute(1, 0, 2).reshape(REL, -1)
        both = (side.view(len(dep), -1, REL) * head[:, None, :]).sum(-1)
        return both + self.rel_linear(torch.cat([dep, head], -1))

    def mentions(self, v, at):
        """The vectors of mentions; `at` holds sentence, first and last word, with the root as word 0."""
        return torch.cat([v[at[:, 0], at[:, 1]], v[at[:, 0], at[:, 2]]], -1)

    def pairs(self, m, at):
        """What the relation and stance heads read of pairs; `at` holds subject, object and distance."""
        near = self.pair_distance(at[:, 2])
        return self.outer(F.gelu(self.pair_subject(m)[at[:, 0]] + self.pair_object(m)[at[:, 1]] + near))

    def polarities(self, m):
        return self.polarity(self.outer(F.gelu(self.polarity_hidden(m))))

    def links(self, m, later, earlier, features):
        """Scores of links from each of `later` to its row of `earlier`; that there is none has the score 0."""
        row = self.link_features(features).sum(2)
        both = self.link_later(m)[later][:, None] + self.link_earlier(m)[earlier.clamp(min=0)] + row
        scores = self.link(self.outer(F.gelu(both))).squeeze(-1).float()
        return scores.masked_fill(earlier < 0, -1e4)
