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
from .pairs import Item, collate_items, item_batches, items, tasks
from .pieces import Pieces

SEED = 20250128
# Share of each set drawn an epoch: trees always, names in turns so that an epoch stays short.
SHARE = {
    "ewt": 1.0, "gum": 1.0, "core-marked": 1.0, "newsmtsc": 1.0, "dse": 1.0, "written": 1.0, "side-by-side": 0.5, "wikigold": 0.5, "re-docred": 0.3,
    "wnut17": 0.3, "btc": 0.1, "sec": 0.05, "core": 0.1, "knowledge-net": 0.1,
}
# The same of the sets that know something of pairs of mentions.
PASSAGE_SHARE = {
    "knowledge-net": 1.0, "core": 1.0, "re-docred": 1.0, "re3d": 1.0, "gum": 1.0, "gap": 1.0, "facts": 1.0, "chains": 1.0, "stories": 1.0, "dse": 1.0, "newsmtsc": 0.8,
}
WEIGHT = {"arc": 1.0, "rel": 1.0, "upos": 0.7, "xpos": 0.5, "lemma": 0.5, "mention": 1.0, "nominal": 0.4}
WEIGHT |= {"relation": 1.0, "stance": 1.0, "polarity": 0.7, "link": 1.0}


def load_prepared(work: Path):
    with open(work / "prepared.pickle", "rb") as file:
        return pickle.load(file)


def new_model(prepared: dict, init: Path | None = None) -> Model:
    """From the base encoder, or from a checkpoint of ours as far as it has the same parts."""
    torch.manual_seed(SEED)
    model = Model(len(prepared["vocabulary"]), prepared["labels"])
    if init is None:
        model.load_base(prepared["base"], prepared["kept"])
    else:
        own, old = model.state_dict(), torch.load(init)
        # Labels may have been added since, and the head itself.
        names = json.loads((init.parent / "labels.json").read_text()).get("relation", [])
        for part in ("relation.weight", "relation.bias") if names else ():
            rows = {name: row for name, row in zip(names, old.pop(part))}
            old[part] = torch.stack([rows.get(name, new) for name, new in zip(prepared["labels"]["relation"], own[part])])
        given = {name: value for name, value in old.items() if name in own and value.shape == own[name].shape}
        model.load_state_dict(given, strict=False)
        print("new parts:", " ".join(sorted(own.keys() - given.keys())) or "none")
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


def pair_losses(model: Model, batch: dict) -> dict[str, torch.Tensor]:
    vectors = model.mentions(model.words(batch), batch["mentions"])
    out = {}
    if len(batch["pairs"]):
        scores = model.relation(model.pairs(vectors, batch["pairs"])).float()
        none = F.softplus(scores)  # -log of the probability that the relation does not hold
        total = (none * batch["denied"]).sum()
        if len(batch["any_of"]):
            # At least one of a set: -log(1 - Π(1 - p)).
            several = (none[batch["any_pair"]] * batch["any_of"]).sum(-1)
            total = total - torch.log(-torch.expm1(-several.clamp(min=1e-12))).sum()
        out["relation"] = total / len(scores)
    if len(batch["stances"]):
        scores = model.stance(model.pairs(vectors, batch["stances"])).float()
        out["stance"] = F.cross_entropy(scores, batch["stances"][:, 3])
    if len(batch["polarities"]):
        scores = model.polarities(vectors[batch["polarities"][:, 0]]).float()
        out["polarity"] = F.cross_entropy(scores, batch["polarities"][:, 1])
    if len(batch["later"]):
        scores = model.links(vectors, batch["later"], batch["earlier"], batch["features"])
        # Any earlier mention of the same thing will do; without one, "none".
        with_none = torch.cat([torch.zeros(len(scores), 1), scores], 1)
        right = torch.cat([~batch["same"].any(1, keepdim=True), batch["same"]], 1)
        out["link"] = (with_none.logsumexp(1) - with_none.masked_fill(~right, -1e4).logsumexp(1)).mean()
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
    work: Path, run: Path, epochs: int, alone: int, sources: dict[str, float], passage_sources: dict[str, float],
    folds: list[int], rate: float, head_rate: float, size: int, init: Path | None = None, log=print,
):
    prepared = load_prepared(work)
    run.mkdir(parents=True, exist_ok=True)
    (run / "labels.json").write_text(json.dumps(prepared["labels"]))
    model = new_model(prepared, init)
    adam = optimiser(model, rate, head_rate)
    encode = Encoder(Pieces(prepared["vocabulary"]), prepared["labels"])
    folds = [0, *folds]  # 0: sets without folds

    def sentence_batches(epoch: int, rng: random.Random):
        rows, document, chosen = [], "", False
        for s in prepared["train"]:
            if s.fold not in folds:
                continue
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

    def passage_batches(rng: random.Random):
        chosen = [
            item
            for p in prepared["passages"]
            if not p.dev and p.fold in folds and rng.random() < passage_sources.get(p.source, 0.0)
            for item in items(p, encode, rng.choice([64, WINDOW, WINDOW, WINDOW]), rng)
        ]
        return item_batches(chosen, size, rng)

    def epoch_batches(epoch: int):
        rng = random.Random(SEED + epoch)
        out = sentence_batches(epoch, rng) + passage_batches(rng)
        rng.shuffle(out)
        return out

    def parts_of(rows: list, rng: random.Random) -> tuple[dict, dict]:
        """The batch and its losses."""
        if isinstance(rows[0], Item):
            batch = collate_items(rows, [tasks(item, rng) for item in rows], encode.index["relation"])
        else:
            batch = collate(rows)
        with torch.autocast("cpu", torch.bfloat16):
            return batch, (pair_losses if "mentions" in batch else losses)(model, batch)

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
        rng = random.Random(-SEED - epoch)
        model.train()
        began, sums, words = time.time(), {}, 0
        todo = epoch_batches(epoch)
        for n, rows in enumerate(todo):
            batch, parts = parts_of(rows, rng)
            if not parts:
                continue
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


def average(run: Path, epochs: list[int], out: Path):
    """The mean of the weights of several epochs."""
    states = [torch.load(run / f"epoch-{n}.pt") for n in epochs]
    torch.save({name: sum(s[name] for s in states) / len(states) for name in states[0]}, out)
