"""Fine-tunes the encoder with all heads at once; a checkpoint an epoch, continued when started again."""

import json
import pickle
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from .batches import WINDOW, Encoder, augmented, batches, collate, mask_bits, windows
from .model import TAGS, Model
from .pieces import Pieces

SEED = 20250128
# Share of each set drawn an epoch: trees always, names in turns so that an epoch stays short.
SHARE = {
    "ewt": 1.0, "gum": 1.0, "core-marked": 1.0, "newsmtsc": 1.0, "dse": 1.0, "written": 1.0, "side-by-side": 0.5, "wikigold": 0.5, "re-docred": 0.3,
    "wnut17": 0.3, "btc": 0.1, "sec": 0.05, "core": 0.1, "knowledge-net": 0.1,
}
WEIGHT = {"arc": 1.0, "rel": 1.0, "upos": 0.7, "xpos": 0.5, "lemma": 0.5, "mention": 1.0, "nominal": 0.4}


def load_prepared(work: Path):
    with open(work / "prepared.pickle", "rb") as file:
        return pickle.load(file)


def new_model(prepared: dict) -> Model:
    torch.manual_seed(SEED)
    model = Model(len(prepared["vocabulary"]), prepared["labels"])
    model.load_base(prepared["base"], prepared["kept"])
    return model


def losses(model: Model, batch: dict) -> dict[str, torch.Tensor]:
    vectors = model.words(batch)
    words = vectors[:, 1:]
    out = {}
    for name in TAGS:
        known = batch[name] != -1
        if not known.any():
            continue
        logits = model.tags[name](words[known]).float()
        if name == "mention":
            # Partial labels: any allowed label will do.
            inside = logits.masked_fill(~mask_bits(batch[name][known]), -1e4)
            out[name] = (logits.logsumexp(-1) - inside.logsumexp(-1)).mean()
        else:
            out[name] = F.cross_entropy(logits, batch[name][known])
    known = batch["head"] != -1
    if known.any():
        scores = model.arcs(vectors).float()[:, 1:]
        beyond = torch.arange(vectors.shape[1])[None] > batch["words"][:, None]
        scores = scores.masked_fill(beyond[:, None, :], -1e4)
        out["arc"] = F.cross_entropy(scores[known], batch["head"][known])
        heads = vectors.gather(1, batch["head"].clamp(min=0).unsqueeze(-1).expand_as(words))
        relations = model.relations(words[known], heads[known]).float()
        out["rel"] = F.cross_entropy(relations, batch["deprel"][known], ignore_index=-1)
    return out


def optimiser(model: Model, rate: float, head_rate: float):
    encoder, heads, plain = [], [], []
    for name, p in model.named_parameters():
        new = not name.startswith(("word.", "position.", "norm.", "layers."))
        if p.ndim == 1:
            plain.append((p, head_rate if new else rate))
        else:
            (heads if new else encoder).append(p)
    groups = [
        {"params": encoder, "lr": rate, "weight_decay": 0.01},
        {"params": heads, "lr": head_rate, "weight_decay": 0.01},
        {"params": [p for p, r in plain if r == rate], "lr": rate, "weight_decay": 0.0},
        {"params": [p for p, r in plain if r == head_rate], "lr": head_rate, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def train(
    work: Path, run: Path, epochs: int, alone: int, sources: dict[str, float], rate: float, head_rate: float, size: int, log=print
):
    prepared = load_prepared(work)
    run.mkdir(parents=True, exist_ok=True)
    model = new_model(prepared)
    adam = optimiser(model, rate, head_rate)
    encode = Encoder(Pieces(prepared["vocabulary"]), prepared["labels"])

    def epoch_batches(epoch: int):
        rng = random.Random(SEED + epoch)
        rows, document, chosen = [], "", False
        for s in prepared["train"]:
            # The share's documents change from epoch to epoch.
            if not s.document or s.document != document:
                document, chosen = s.document, rng.random() < sources.get(s.source, 0.0)
            if chosen:
                row = encode(s, *augmented(s, rng))
                if row is not None and len(row["ids"]) <= 256:
                    rows.append(row)
        # The first epochs read sentences alone, which is faster; later ones read them as the program does, with
        # windows of other lengths among them, so that a sentence without neighbours is read as well.
        lengths = [0] if epoch < alone else [0, 64, WINDOW, WINDOW, WINDOW]
        return batches(windows(rows, lambda _: rng.choice(lengths)), size, rng)

    step, start, total = 0, 0, epochs * len(epoch_batches(0))
    last = run / "last.pt"
    if last.exists():
        state = torch.load(last)
        model.load_state_dict(state["model"])
        adam.load_state_dict(state["adam"])
        step, start = state["step"], state["epoch"]
        log(f"continues after epoch {start}")
    schedule = torch.optim.lr_scheduler.LambdaLR(adam, lambda n: min((n + 1) / 100, max(0.0, 1 - n / (total + 1))))
    for _ in range(step):
        schedule.step()
    for epoch in range(start, epochs):
        torch.manual_seed(SEED + epoch)
        model.train()
        began, sums, words = time.time(), {}, 0
        todo = epoch_batches(epoch)
        for n, rows in enumerate(todo):
            batch = collate(rows)
            with torch.autocast("cpu", torch.bfloat16):
                parts = losses(model, batch)
            loss = sum(WEIGHT[name] * value for name, value in parts.items())
            adam.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adam.step()
            schedule.step()
            step += 1
            words += int(batch["words"].sum())
            for name, value in parts.items():
                sums.setdefault(name, []).append(value.item())
            if n % 50 == 0:
                means = " ".join(f"{k} {sum(v[-50:]) / len(v[-50:]):.3f}" for k, v in sorted(sums.items()))
                log(f"epoch {epoch + 1} batch {n}/{len(todo)} {time.time() - began:.0f}s {words} words {means}")
        log(f"epoch {epoch + 1} took {time.time() - began:.0f}s")
        torch.save({"model": model.state_dict(), "adam": adam.state_dict(), "step": step, "epoch": epoch + 1}, last)
        torch.save(model.state_dict(), run / f"epoch-{epoch + 1}.pt")
    (run / "labels.json").write_text(json.dumps(prepared["labels"]))


def average(run: Path, epochs: list[int], out: Path):
    """The mean of the weights of several epochs."""
    states = [torch.load(run / f"epoch-{n}.pt") for n in epochs]
    torch.save({name: sum(s[name] for s in states) / len(states) for name in states[0]}, out)
