"""A few sentences with every number another reader of the model file needs to check itself."""

import json
from pathlib import Path

from .batches import Encoder
from .evaluate import analyse
from .model import Model
from .readers import Sentence
from .pieces import Pieces

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
    path.write_text(json.dumps({"about": about, "sentences": out}, ensure_ascii=False, indent=1), encoding="utf-8")
