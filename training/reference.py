"""A few sentences with every number another reader of the model file needs to check itself."""

import json
from itertools import permutations
from pathlib import Path

import torch

from .batches import WINDOW, Encoder
from .evaluate import analyse
from .model import Model
from .pairs import Look, Tasks, collate_items, distance, features, items
from .passages import Mention, Passage
from .pieces import Pieces
from .readers import Sentence

SENTENCES = [
    "Meta ’s chief AI scientist , Yann LeCun , noted the value of open - source models following DeepSeek 's launch .",
    "The company raised $ 60 billion from Silver Lake and the government of Singapore on January 20 , 2025 .",
    "“ We are not going to comment , ” said a spokesman for the U.S. Treasury .",
    "Yes",
    "😀 lol",
    "Pneumonoultramicroscopicsilicovolcanoconiosis" + "supercalifragilistic" * 5 + " is a word .",
    "U.S. officials said China does n't plan to ban Nvidia chips — at least not yet .",
    "President Emmanuel Macron met Chancellor Olaf Scholz in Berlin on Monday .",
    "OpenAI , which is backed by Microsoft , accused its Chinese rival of copying ChatGPT .",
    "Shares of the carmaker fell 3.5 % in Frankfurt after it cut its forecast .",
    "Dr. Jane O'Neill , who has led the World Health Organization 's office in Geneva since 2019 , will step down .",
    "BREAKING : APPLE TO BUY STARTUP FOR €3.5m",
    "she told me that i should move to new york next year",
    "Did the European Union approve the deal ?",
    "Zürich - based UBS agreed to buy Credit Suisse for 3 billion francs in March 2023 .",
    "He was born in São Paulo , Brazil , and studied at the University of California , Berkeley .",
    "The bank declined to say how many of its 5,000 employees it would lay off .",
    "Amazon.com Inc. said Andy Jassy would succeed Jeff Bezos as chief executive .",
    "Protesters gathered outside the parliament in Tbilisi , Georgia , while ministers debated the law .",
    "@jack tweeted : “ Twitter 's new CEO is great ! ” http://t.co/abc #news",
    "中国 and Россия signed an agreement .",
    "( Reuters ) - The 27 - year - old striker scored twice for Real Madrid at the Champions League final .",
    "Halm opened a second plant near Porto in May .",
    "The maker of pumps employs 300 people there , Ms. Teles said .",
    "Its rival Wend has none .",
    "Wend said it would build one by 2027 , perhaps in Braga , if the region 's council agrees to sell it the land along the river that once belonged to the "
    "railway and has lain empty since the freight line to the harbour was closed after a dispute between the ministry , the port authority and three "
    "of the towns that it served ; a decision is expected before the summer , though nobody involved wanted to name a date .",
    "Neither is listed .",
]
ALONE, DOCUMENT = 22, "one article"
# Mentions of the document: sentence in it, first word, end, head, kind, class.
MENTIONS = [
    (0, 0, 1, 0, "name", "Organization"),
    (0, 6, 7, 6, "name", "Place"),
    (0, 8, 9, 8, "name", "Date"),
    (1, 0, 4, 1, "nominal", "Organization"),
    (1, 10, 11, 10, "name", "Person"),
    (2, 0, 1, 0, "pronoun", "Organization"),
    (2, 2, 3, 2, "name", "Organization"),
    (3, 0, 1, 0, "name", "Organization"),
    (3, 2, 3, 2, "pronoun", ""),
    (3, 11, 12, 11, "name", "Place"),
]


@torch.no_grad()
def pair_scores(model: Model, encode: Encoder) -> dict:
    """Scores of some pairs, of the polarity towards each mention, and of the links of each to all earlier ones."""
    words = [s.split(" ") for s in SENTENCES[ALONE:]]
    passage = Passage("", DOCUMENT, words=words, mentions=[Mention(*row) for row in MENTIONS])
    (item,) = items(passage, encode, WINDOW)
    window = {row["number"]: n for n, rows in enumerate(item.windows) for row in rows}
    starts = {n: sum(map(len, words[:n])) for n in range(len(words))}
    mentions, numbers = passage.mentions, range(len(MENTIONS))
    together = [
        (s, o) for s, o in permutations(numbers, 2) if 4 in (s, o) and window[mentions[s].sentence] == window[mentions[o].sentence]
    ]
    pairs = [(s, o, distance(mentions[s], mentions[o], starts)) for s, o in together]
    looks = [Look.of(m, words[m.sentence], m.cls) for m in mentions]
    links = [(i, list(range(i)), [features(looks[i], looks[k]) for k in range(i)], [False] * i) for i in numbers if i]
    asked = Tasks([(*pair, (), frozenset()) for pair in pairs], [(*pair, 0) for pair in pairs], [(i, 0) for i in numbers], links)
    batch = collate_items([item], [asked], encode.index["relation"])
    vectors = model.mentions(model.words(batch), batch["mentions"])
    hidden = model.pairs(vectors, batch["pairs"])
    related, stances = model.relation(hidden).tolist(), model.stance(hidden).tolist()
    scores = model.links(vectors, batch["later"], batch["earlier"], batch["features"])
    return {
        "mentions": [dict(zip(("sentence", "first", "end", "head", "kind", "class"), row)) for row in MENTIONS],
        "pairs": [
            {"subject": s, "object": o, "distance": d, "relation": r, "stance": t} for (s, o, d), r, t in zip(pairs, related, stances)
        ],
        "polarity": model.polarities(vectors).tolist(),
        "links": [
            {"later": i, "features": rows, "scores": row[: len(back)].tolist()} for (i, back, rows, _), row in zip(links, scores)
        ],
    }


def reference(model: Model, vocabulary: list[str], labels: dict[str, list[str]], path: Path):
    encode = Encoder(Pieces(vocabulary), labels)
    # The last ones are one document, read in one window.
    sentences = [Sentence("", s.split(" "), document=DOCUMENT if n >= ALONE else "") for n, s in enumerate(SENTENCES)]
    out = []
    for sentence, found in zip(sentences, analyse(model, encode, sentences, labels)):
        words = sentence.words
        pieces, cases, first = encode.pieces.sentence(words)
        vectors = found.pop("vectors")
        out.append(
            {"words": words, "document": sentence.document, "pieces": pieces, "cases": cases, "first": first}
            | found
            | {"vectors": {"root": vectors[0].tolist(), "first_word": vectors[1].tolist()}}
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    about = "mention tags by Viterbi over valid BIO sequences; heads by Chu-Liu-Edmonds with one root; 8-bit arithmetic simulated"
    document = {"first_sentence": ALONE} | pair_scores(model, encode)
    text = json.dumps({"about": about, "sentences": out, "document": document}, ensure_ascii=False, indent=1)
    path.write_text(text, encoding="utf-8")
