"""Reads what is known of pairs of mentions (relations, stances, coreference) into passages that all have the same shape.

Sets of raw text are cut into sentences and words by the program itself, so that training sees what the program will
see: `texts` writes them for `newsgraph analyse`, `cut` puts the marks of a set onto the words that come back. Sets that
come in words keep their own.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import relations
from .labels import rule_spans
from .readers import (
    GUM_CLASS, PRONOUNS, Sentence, conllu_blocks, gum_brackets, name_core, span_head, split_hyphens, tag_spans, trim,
)

ROOT_CLASS = {"Company": "Organization", "Country": "Place"}


@dataclass
class Mention:
    sentence: int = -1  # -1: not on any word
    first: int = 0
    end: int = 0
    head: int = 0
    kind: str = ""  # name, nominal, pronoun
    cls: str = ""  # Person, Organization, Place, Product, Event, Date; "" may be any
    entity: int | None = None  # mentions of one thing share it; None: not known
    gold: bool = True  # False: found by the program, not marked in the set
    same: int | None = None  # the marked mention that this one names with other borders
    span: tuple[int, int] | None = None  # characters of the passage's text


@dataclass
class Fact:
    """What a label says of (subject, object)."""

    subject: int
    object: int
    label: str
    holds: tuple[frozenset[str], ...]
    maybe: frozenset[str] = frozenset()


@dataclass
class Passage:
    source: str
    name: str
    text: str = ""
    dev: bool = False  # measured on, never trained on
    fold: int = 0
    words: list[list[str]] = field(default_factory=list)  # of each sentence
    offsets: list[list[tuple[int, int]]] = field(default_factory=list)  # characters of each word, for raw texts
    mentions: list[Mention] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    known: frozenset[str] = frozenset()  # relations all of whose pairs are in `facts` …
    reach: int = 99  # … if they are at most so many sentences apart; -1: only pairs in `facts` are known at all
    seldom: frozenset[str] = frozenset()  # relations that a pair without a fact hardly ever has
    labels: tuple[str, ...] = ()  # the set's own labels that `known` comes from
    stances: list[tuple[int, int, int]] = field(default_factory=list)  # (p, q, class as DSE has it)
    polarities: list[tuple[int, int]] = field(default_factory=list)  # (target, index in POLARITY)
    links: list[tuple[int, int, bool]] = field(default_factory=list)  # (pronoun, name, whether they are one)
    chains: bool = False  # every mention with an `entity` may be trained as the later end of a link

    def add(self, start: int, end: int, cls: str = "", entity: int | None = None) -> int:
        """The mention at these characters, made if it is new."""
        for i, m in enumerate(self.mentions):
            if m.span == (start, end):
                m.cls, m.entity = m.cls or cls, entity if m.entity is None else m.entity
                return i
        self.mentions.append(Mention(span=(start, end), cls=cls, entity=entity))
        return len(self.mentions) - 1

    def say(self, subject: int, object: int, label: str, meaning: relations.Meaning):
        ends = (object, subject) if meaning.inverse else (subject, object)
        for s, o in (ends, ends[::-1]) if meaning.any_of & relations.SYMMETRIC else (ends,):
            fact = Fact(s, o, label, meaning.holds, meaning.maybe)
            if s != o and fact not in self.facts:
                self.facts.append(fact)

    def sentences(self) -> list[Sentence]:
        return [Sentence(self.source, words, document=self.name) for words in self.words]


STANCE = ("none", "p likes q", "q likes p", "p dislikes q", "q dislikes p")
TURNED = (0, 2, 1, 4, 3)  # the class of (q, p) where (p, q) has the class of this index
POLARITY = ("negative", "neutral", "positive")

# Raw texts, marked by characters


def side_class(meaning: relations.Meaning, side: int) -> str:
    """The class that all relations of a label want at their subject (0) or object (1), if it is one."""
    if meaning.inverse:
        side = 1 - side
    classes = {c for name in meaning.any_of for c in relations.SIGNATURE[name][side]}
    return classes.pop() if len(classes) == 1 else ""


def knowledge_net(data: Path) -> Iterator[Passage]:
    path = data / "knowledge-net/train-folds-1-3.jsonl"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        record = json.loads(line)
        shift, entities = record["passageStart"], {}
        passage = Passage(
            "knowledge-net", f"knowledge-net-{number}", record["passageText"], fold=record["fold"], chains=True,
            labels=tuple(record["props"]), known=relations.denied(relations.KNOWLEDGE_NET, record["props"]), seldom=relations.SELDOM,
        )
        for fact in record["facts"]:
            meaning = relations.meaning(relations.KNOWLEDGE_NET, fact["propertyName"])
            ends = []
            for number_of, side in enumerate(("subject", "object")):
                cls, uri = side_class(meaning, number_of), fact[f"{side}Uri"]
                entity = entities.setdefault(uri, len(entities)) if uri and cls != "Date" else None
                ends.append(passage.add(fact[f"{side}Start"] - shift, fact[f"{side}End"] - shift, cls, entity))
            passage.say(*ends, fact["propertyName"], meaning)
        yield passage


def dse(data: Path) -> Iterator[Passage]:
    """One passage a sentence with all its pairs. Training sentences that are measured on as well are left out."""
    seen, out = {}, {}
    for split in ("valid", "train"):
        for row in csv.reader((data / f"dse/{split}.txt").read_text(encoding="utf-8").splitlines(), delimiter="\t"):
            text, spans = "", []
            for part in re.split(r"(\[[^][]*\])", row[0]):
                if part.startswith("[") and part.endswith("]"):
                    spans.append((len(text), len(text) + len(part) - 2))
                    part = part[1:-1]
                text += part
            if len(spans) != 2 or seen.setdefault(text, split) != split:
                continue
            passage = out.setdefault(text, Passage("dse", f"dse-{len(out)}", text, dev=split == "valid"))
            passage.stances.append((passage.add(*spans[0]), passage.add(*spans[1]), int(row[3])))
    yield from out.values()


def newsmtsc(data: Path) -> Iterator[Passage]:
    out = {}
    for split in ("dev-rw", "dev-mt", "train"):
        for line in (data / f"newsmtsc/{split}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            text = record.get("sentence") or record["sentence_normalized"]
            name = text if split == "train" else f"{split} {text}"
            if split == "train" and any(f"{s} {text}" in out for s in ("dev-rw", "dev-mt")):
                continue
            source = "newsmtsc" if split == "train" else f"newsmtsc-{split}"
            passage = out.setdefault(name, Passage(source, f"{source}-{len(out)}", text, dev=split != "train"))
            for target in record.get("targets", [record]):
                # 2, 4, 6 in the training file, -1, 0, 1 in the others.
                score = int(target["polarity"])
                polarity = score // 2 - 1 if split == "train" else score + 1
                passage.polarities.append((passage.add(target["from"], target["to"]), polarity))
    yield from out.values()


def gap(data: Path) -> Iterator[Passage]:
    for split in ("validation", "dev"):
        with open(data / f"gap/{split}.tsv", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                passage = Passage("gap", f"gap-{row['ID']}", row["Text"], dev=split == "dev")
                ends = {
                    end: passage.add(int(row[f"{end}-offset"]), int(row[f"{end}-offset"]) + len(row[end]), "Person")
                    for end in ("Pronoun", "A", "B")
                }
                passage.links = [(ends["Pronoun"], ends[end], row[f"{end}-coref"].upper() == "TRUE") for end in "AB"]
                yield passage


RE3D_CLASS = {
    "Person": "Person", "Organisation": "Organization", "Location": "Place", "Nationality": "Place", "Temporal": "Date",
    "MilitaryPlatform": "Product", "Vehicle": "Product", "Weapon": "Product",
}
RE3D_STANCE = {"Likes": 1, "Dislikes": 3}


def json_rows(path: Path) -> Iterator[dict]:
    """Objects that stand one after the other, over any number of lines."""
    text, decoder, at = path.read_text(encoding="utf-8-sig"), json.JSONDecoder(), 0
    while start := re.compile(r"\{").search(text, at):
        row, at = decoder.raw_decode(text, start.start())
        yield row


def re3d(data: Path) -> Iterator[Passage]:
    for folder in sorted(p for p in (data / "re3d").iterdir() if p.is_dir()):
        passages = {
            row["_id"]: Passage(
                "re3d", f"re3d-{row['_id']}", row["text"], reach=0, known=relations.denied(relations.RE3D), chains=True
            )
            for row in json_rows(folder / "documents.json")
        }
        kinds = {}
        for row in json_rows(folder / "entities.json"):
            passage = passages[row["documentId"]]
            sure = row["confidence"] >= 0.5 and row["type"] in RE3D_CLASS
            if sure and passage.text[row["begin"] : row["end"]] == row["value"]:
                mention = passage.add(row["begin"], row["end"], RE3D_CLASS[row["type"]])
                kinds[passage.name, mention] = row["type"]
        for row in json_rows(folder / "relations.json"):
            passage = passages[row["documentId"]]
            ends = [passage.add(row[f"{side}Begin"], row[f"{side}End"]) for side in ("source", "target")]
            types = [kinds.get((passage.name, end), "") for end in ends]
            sure, label = row["confidence"] >= 0.5, row["type"]
            meaning = relations.meaning(relations.RE3D, label, *types)
            if label in RE3D_STANCE and sure:
                passage.stances.append((*ends, RE3D_STANCE[label]))
            elif label == "IsSynonymOf" and sure and all(types) and "Date" not in types:
                one = passage.mentions[ends[0]], passage.mentions[ends[1]]
                entity = next((m.entity for m in one if m.entity is not None), ends[0])
                one[0].entity = one[1].entity = entity
            elif meaning and sure:
                passage.say(*ends, label, meaning)
            elif meaning:
                doubt = meaning.any_of | meaning.also | meaning.maybe
                passage.say(*ends, label, relations.Meaning(meaning.inverse, maybe=doubt))
        yield from passages.values()


def by_hand(data: Path) -> Iterator[Passage]:
    """Sentences of other sets with every relation of the vocabulary marked by hand: `facts/*.tsv`."""
    wanted: dict[tuple[str, bool], list[list[str]]] = {}
    for path in sorted((Path(__file__).parent / "facts").glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            name, *fact = line.split("\t")
            wanted.setdefault((name, path.stem == "held-out"), []).append(fact)
    texts = {p.name: p.text for read in (dse, newsmtsc) for p in read(data) if not p.dev}
    texts |= {p.name: joined(p) for p in core(data) if not p.dev}
    for (name, dev), facts in wanted.items():
        passage = Passage("facts", f"facts-{name}", texts[name], dev=dev, known=relations.OWN, seldom=frozenset(relations.RELATIONS))
        for first, end, label, object_first, object_end in filter(None, facts):
            meaning = relations.by_hand(label)
            subject = passage.add(int(first), int(end), side_class(meaning, 0))
            passage.say(subject, passage.add(int(object_first), int(object_end), side_class(meaning, 1)), label, meaning)
        yield passage


def wikigold_texts(data: Path) -> dict[str, str]:
    """Documents of WikiGold as words with a space between."""
    documents: list[list[str]] = [[]]
    for line in (data / "wikigold/wikigold.conll").read_text(encoding="utf-8").splitlines():
        if "-DOCSTART-" in line:
            documents.append([])
        elif line.strip():
            documents[-1].append(line.split()[1])
    return {f"wikigold-{number}": " ".join(words) for number, words in enumerate(filter(None, documents))}


def chains(data: Path) -> Iterator[Passage]:
    """Texts with what their pronouns and definite descriptions mean, marked by hand: `chains/*.tsv`."""
    documents, texts = {p.name: p for p in re_docred(data)}, wikigold_texts(data)
    passages = {p.name: p for read in (knowledge_net, gap) for p in read(data) if not p.dev}
    for path in sorted((Path(__file__).parent / "chains").glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            name, *marks = line.split("\t")
            document, other = documents.get(name), passages.get(name)
            text = joined(document) if document else other.text if other else texts[name]
            passage = Passage("chains", f"chains-{name}", text, fold=other.fold if other else 0, chains=True)
            for m in other.mentions if other else ():
                passage.add(*m.span, m.cls, m.entity)
            if document:
                places = words_at(document)
                for m in document.mentions:
                    words = places[m.sentence]
                    passage.add(words[m.first][0], words[m.end - 1][1], m.cls, m.entity)
            link(passage, [[tuple(map(int, span.split("-"))) for span in mark.split("=")] for mark in marks])
            yield passage


def link(passage: Passage, marks: list[list[tuple[int, int]]]):
    """Gives each mark and what it means one entity. Names that the set does not mark are one thing if one has all words of the other."""

    def words(span: tuple[int, int]) -> frozenset[str]:
        return frozenset(passage.text[slice(*span)].lower().split())

    here = {mark[0] for mark in marks}
    known = {words(m.span): m.entity for m in passage.mentions if m.entity is not None and m.span not in here}
    new = 1 + max(known.values(), default=0)
    means = [mark[1] for mark in marks if len(mark) > 1 and mark[1] not in here]
    for span in sorted(means, key=lambda span: -len(words(span))):
        longer = {entity for name, entity in known.items() if words(span) <= name}
        mention = passage.mentions[passage.add(*span)]
        if mention.entity is None:
            mention.entity = longer.pop() if len(longer) == 1 else new
            new += mention.entity == new
        known[words(span)] = mention.entity
    # What a mark means stands before it, or is no mark.
    for mark in sorted(marks):
        entity = passage.mentions[passage.add(*mark[-1])].entity
        if entity is None:
            entity, new = new, new + 1
        for span in mark:
            passage.mentions[passage.add(*span)].entity = entity


def words_at(passage: Passage) -> list[list[tuple[int, int]]]:
    """Where the words of a passage stand in its text as `joined` writes it."""
    at, places = 0, []
    for sentence in passage.words:
        places.append([])
        for word in sentence:
            places[-1].append((at, at + len(word)))
            at += len(word) + 1
    return places


MARKED = re.compile(r"\[(\w{1,2}) ([^]]+)\]")


def stories(data: Path) -> Iterator[Passage]:
    """Texts written for this with every mention, what it means, and all relations marked: `stories/*.txt`."""
    for path in sorted((Path(__file__).parent / "stories").glob("*.txt")):
        for number, block in enumerate(path.read_text(encoding="utf-8").strip().split("\n\n")):
            line, *facts = block.strip().split("\n")
            text, at, marks = "", 0, []
            for mark in MARKED.finditer(line):
                text += line[at : mark.start()]
                marks.append((mark[1], (len(text), len(text) + len(mark[2]))))
                text, at = text + mark[2], mark.end()
            passage = Passage(
                "stories", f"stories-{path.stem}-{number}", text + line[at:], known=relations.OWN,
                seldom=frozenset(relations.RELATIONS), chains=True,
            )
            facts = [fact.split() for fact in facts]
            dates = {object for label, _, object in facts if relations.SIGNATURE[label][1] == {"Date"}}
            numbers: dict[str, int] = {}
            of: dict[str, list[int]] = {}
            for letter, span in marks:
                entity = None if letter in dates else numbers.setdefault(letter, len(numbers))
                of.setdefault(letter, []).append(passage.add(*span, "Date" if letter in dates else "", entity))
            for label, subject, object in facts:
                meaning = relations.by_hand(label)
                pairs = [(s, o) for s in of[subject] for o in of[object]]
                near = min(pairs, key=lambda pair: abs(marks[pair[0]][1][0] - marks[pair[1]][1][0]))
                # It is said of the nearest mentions; of the others it may be said or not.
                for pair in pairs:
                    doubt = relations.Meaning(maybe=meaning.any_of | meaning.maybe)
                    passage.say(*pair, label, meaning if pair == near else doubt)
            yield passage


def joined(passage: Passage) -> str:
    """The text of a passage that comes in words."""
    return " ".join(word for sentence in passage.words for word in sentence)


RAW = {"knowledge-net": knowledge_net, "dse": dse, "newsmtsc": newsmtsc, "gap": gap, "re3d": re3d, "facts": by_hand, "chains": chains, "stories": stories}


def texts(data: Path, out: Path):
    """Writes the raw texts for the program to cut: `newsgraph analyse NAME.jsonl > NAME.conllu`."""
    out.mkdir(parents=True, exist_ok=True)
    for name, read in RAW.items():
        rows = [json.dumps({"id": p.name, "text": p.text}, ensure_ascii=False) for p in read(data)]
        (out / f"{name}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
        print(name, len(rows), "texts")


# What the program made of them


@dataclass
class Analysed:
    """One sentence of the program's CoNLL-U, with heads from 0 (-1: the root)."""

    words: list[str]
    offsets: list[tuple[int, int]]
    xpos: list[str]
    head: list[int]
    deprel: list[str]
    names: list[str]  # BIO
    nominal: list[str]


def analysed(path: Path) -> dict[str, list[Analysed]]:
    """Sentences by the id of their text; a sentence's own id is FILE:LINE#ID-NUMBER."""
    out: dict[str, list[Analysed]] = {}
    for comments, rows in conllu_blocks(path):
        name = next(c for c in comments if c.startswith("# sent_id = ")).rpartition("-")[0].split("#")[-1]
        rows = [r for r in rows if r[0].isdigit()]
        misc = [dict(f.split("=", 1) for f in r[9].split("|") if "=" in f) for r in rows]
        offsets = [tuple(map(int, m["Span"].split(":"))) for m in misc]
        out.setdefault(name, []).append(
            Analysed(
                [r[1] for r in rows], offsets, [r[4] for r in rows], [int(r[6]) - 1 for r in rows], [r[7] for r in rows],
                [m.get("Mention", "O") for m in misc], [m.get("Nominal", "") for m in misc],
            )
        )
    return out


PART = set("det det:predet amod compound nummod nmod:poss nmod nmod:desc nmod:unmarked flat fixed goeswith".split())
LEAVES = set("acl acl:relcl advcl advcl:relcl appos parataxis punct dep list".split())


def noun_phrase(heads: list[int], deprels: list[str], head: int) -> tuple[int, int]:
    """The borders that the program gives a nominal: without relative clauses, appositions and conjuncts."""
    first, end, todo, seen = head, head + 1, [head], {head}
    while todo:
        at = todo.pop()
        first, end = min(first, at), max(end, at + 1)
        for child, up in enumerate(heads):
            if up == at and child not in seen and (deprels[child] in PART if at == head else deprels[child] not in LEAVES):
                seen.add(child)
                todo.append(child)
    return first, end


TAGGED_PRONOUNS = {"PRP", "PRP$", "WP", "WP$"}
PERSONAL = set("i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers "
               "herself who whom".split())
ANY_PRONOUN = (PERSONAL | PRONOUNS | set("them theirs themselves itself whose which that this these those there here where".split())) - {"the"}


def kind_of(words: list[str]) -> str:
    if len(words) == 1 and words[0].lower() in ANY_PRONOUN:
        return "pronoun"
    inner = words[1:] if words[0].lower() in ("the", "a", "an") and len(words) > 1 else words
    return "name" if any(w[:1].isupper() or w[:1].isdigit() for w in inner) else "nominal"


def tidy(words: list[str], first: int, end: int) -> tuple[int, int]:
    """Without possessive, punctuation around and, for names, the article."""
    while end - first > 1 and (words[end - 1] in ("'s", "’s", "'", "’") or not any(c.isalnum() for c in words[end - 1])):
        end -= 1
    while end - first > 1 and not any(c.isalnum() for c in words[first]):
        first += 1
    return (trim(words, first, end), end) if kind_of(words[first:end]) == "name" else (first, end)


def found(sentence: Analysed, number: int) -> Iterator[Mention]:
    """The mentions that the program sees: names, nominals, pronouns and dates."""
    taken = set()
    for first, end, cls in [*tag_spans(sentence.names), *rule_spans(sentence.words)]:
        if cls == "Money" or taken & set(range(first, end)):
            continue
        taken |= set(range(first, end))
        head = span_head([h + 1 for h in sentence.head], first, end)
        yield Mention(number, first, end, head, "name", ROOT_CLASS.get(cls, cls), gold=False)
    for at, (word, xpos) in enumerate(zip(sentence.words, sentence.xpos)):
        if at in taken:
            continue
        if xpos in TAGGED_PRONOUNS:
            cls = "Person" if word.lower() in PERSONAL else sentence.nominal[at]
            yield Mention(number, at, at + 1, at, "pronoun", cls, gold=False)
        elif sentence.nominal[at]:
            first, end = noun_phrase(sentence.head, sentence.deprel, at)
            yield Mention(number, first, end, at, "nominal", sentence.nominal[at], gold=False)


def cut(passage: Passage, sentences: list[Analysed]):
    """Puts the marks of the passage onto the program's words and adds the mentions that only the program sees."""
    passage.words = [s.words for s in sentences]
    passage.offsets = [s.offsets for s in sentences]
    for mention in passage.mentions:
        begin, until = mention.span
        for number, sentence in enumerate(sentences):
            inside = [i for i, (b, e) in enumerate(sentence.offsets) if b < until and begin < e]
            if inside:
                first, end = tidy(sentence.words, inside[0], inside[-1] + 1)
                mention.sentence, mention.first, mention.end = number, first, end
                mention.head = span_head([h + 1 for h in sentence.head], first, end)
                mention.kind = kind_of(sentence.words[first:end])
                break
    marked = [(i, m) for i, m in enumerate(passage.mentions) if m.sentence >= 0]
    for number, sentence in enumerate(sentences):
        for mention in found(sentence, number):
            twin = next((i for i, m in marked if m.sentence == number and named_alike(m, mention)), None)
            if twin is not None:
                gold = passage.mentions[twin]
                gold.cls = gold.cls or mention.cls
                if (gold.first, gold.end) == (mention.first, mention.end):
                    continue
                mention.same, mention.entity, mention.cls = twin, gold.entity, gold.cls
            passage.mentions.append(mention)
    if passage.source == "chains":
        tell_apart(passage)


def tell_apart(passage: Passage):
    """Names that no mark means are things of their own: what a pronoun could mean and does not."""

    def words(m: Mention) -> set[str]:
        return {w.lower() for w in passage.words[m.sentence][m.first : m.end] if any(c.isalnum() for c in w)}

    names = [m for m in passage.mentions if m.sentence >= 0 and m.kind == "name" and m.cls != "Date"]
    # A shorter or longer form of a name that is meant may be the same.
    meant = set().union(*(words(m) for m in names if m.entity is not None))
    new = 1 + max((m.entity for m in passage.mentions if m.entity is not None), default=0)
    by_word: dict[str, int] = {}
    for m in names:
        if m.entity is None and m.same is None and not words(m) & meant:
            m.entity = by_word.setdefault(passage.words[m.sentence][m.end - 1].lower(), new + len(by_word))


def named_alike(gold: Mention, other: Mention) -> bool:
    """Whether two mentions of a sentence stand for the same with other borders."""
    overlap = gold.first < other.end and other.first < gold.end
    return overlap and (gold.head == other.head or gold.kind == other.kind == "name" and gold.end == other.end)


# Sets that come in words


def resplit(words: list[str]) -> tuple[list[str], list[int]]:
    """Hyphenated words in parts, as the program has them, and the new place of each old border."""
    out, places = [], [0]
    for word in words:
        out += split_hyphens([word], ["O"])[0]
        places.append(len(out))
    return out, places


ENDS = {".", "!", "?"}


def sentence_starts(words: list[str]) -> list[int]:
    """CORE's rows hold up to a few sentences in one list."""
    out = [0]
    for i in range(1, len(words)):
        if words[i - 1] in ENDS and i - out[-1] > 3 and words[i][:1].isupper():
            out.append(i)
    return out


def core(data: Path) -> Iterator[Passage]:
    known = relations.denied(relations.CORE)
    for number, record in enumerate(json.loads((data / "core/train.json").read_text(encoding="utf-8"))):
        words, place = resplit(record["context"])
        starts = sentence_starts(words)
        passage = Passage("core", f"core-{record['id']}", dev=number % 10 == 9, known=known, reach=-1)
        passage.words = [words[b:e] for b, e in zip(starts, [*starts[1:], len(words)])]
        for side in ("e1", "e2"):
            first, end = place[record[f"{side}_start"]], place[record[f"{side}_end"] + 1]
            first, end = tidy(words, first, end)
            sentence = max(i for i, start in enumerate(starts) if start <= first)
            first, end = first - starts[sentence], min(end - starts[sentence], len(passage.words[sentence]))
            passage.mentions.append(Mention(sentence, first, end, end - 1, kind_of(passage.words[sentence][first:end])))
        meaning = relations.meaning(relations.CORE, record["relation"])
        pair = (1, 0) if record["invert_relation"] else (0, 1)
        passage.say(*pair, record["relation"], meaning)
        # Nothing else holds, and nothing the other way round.
        given = {(f.subject, f.object) for f in passage.facts}
        passage.facts += [Fact(s, o, "", ()) for s, o in ((0, 1), (1, 0)) if (s, o) not in given]
        yield passage


RE_DOCRED_CLASS = {"PER": "Person", "ORG": "Organization", "LOC": "Place", "TIME": "Date", "MISC": ""}


def re_docred(data: Path) -> Iterator[Passage]:
    table, known = relations.RE_DOCRED, relations.denied(relations.RE_DOCRED)
    for number, document in enumerate(json.loads((data / "re-docred/dev.json").read_text(encoding="utf-8"))):
        passage = Passage("re-docred", f"re-docred-{number}", dev=number % 5 == 0, known=known, seldom=relations.SELDOM, chains=True)
        places, kept = [], {}
        for at, words in enumerate(document["sents"]):
            clean, old = [], [0]
            for word in words:
                parts = split_hyphens([word], ["O"])[0] if word.strip() else []
                clean += parts
                old.append(len(clean))
            places.append(old)
            if clean:
                kept[at] = len(passage.words)
                passage.words.append(clean)
        of, types = [], []
        for entity, mentions in enumerate(document["vertexSet"]):
            types.append(mentions[0]["type"])
            of.append([])
            for m in mentions:
                old = places[m["sent_id"]]
                first, end = old[m["pos"][0]], old[min(m["pos"][1], len(old) - 1)]
                if m["type"] not in RE_DOCRED_CLASS or first >= end:
                    continue
                sentence = kept[m["sent_id"]]
                words = passage.words[sentence]
                first, end = tidy(words, first, end)
                of[-1].append(len(passage.mentions))
                # Dates and demonyms are in no chain: the program makes no mentions of one thing of them.
                chained = entity if m["type"] != "TIME" else None
                passage.mentions.append(
                    Mention(sentence, first, end, end - 1, kind_of(words[first:end]), RE_DOCRED_CLASS[m["type"]], chained)
                )
        for label in document["labels"]:
            head, tail = label["h"], label["t"]
            meaning = relations.meaning(table, label["r"], types[head], types[tail])
            if meaning is None:
                continue
            doubt = relations.Meaning(meaning.inverse, maybe=meaning.any_of | meaning.also | meaning.maybe)
            evidence = {kept[at] for at in label["evidence"] if at in kept}
            for s in of[head]:
                for o in of[tail]:
                    if s == o:
                        continue
                    # A relation of two things is said where its evidence is; elsewhere their names may merely stand near.
                    at = passage.mentions[s].sentence, passage.mentions[o].sentence
                    said = set(at) <= evidence if evidence else at[0] == at[1]
                    passage.say(s, o, label["r"], meaning if said else doubt)
        yield passage


def gum(data: Path) -> Iterator[Passage]:
    """Chains. Mentions get the borders that the program gives them: names without what hangs on them, nominals by the tree."""
    for split in ("train", "dev"):
        for path in sorted((data / "gum" / split).glob("*.conllu")):
            passage = Passage("gum", f"gum-{path.stem}", dev=split == "dev", chains=True)
            groups: dict[str, int] = {}
            for _, rows in conllu_blocks(path):
                rows = [r for r in rows if r[0].isdigit()]
                sentence = Sentence(
                    "gum", [r[1] for r in rows], [r[3] for r in rows], head=[int(r[6]) for r in rows], deprel=[r[7] for r in rows]
                )
                number, tree = len(passage.words), [h - 1 for h in sentence.head]
                passage.words.append(sentence.words)
                taken: dict[tuple[int, int], int] = {}
                spans = sorted(gum_brackets([r[9] for r in rows]), key=lambda m: (m[0] - m[1], m[0]))
                for begin, until, kind, _, group in spans:
                    head = span_head(sentence.head, begin, until)
                    pronoun = until - begin == 1 and sentence.upos[head] == "PRON"
                    if kind not in GUM_CLASS and not pronoun:
                        continue
                    if sentence.upos[head] == "PROPN":
                        inner = [(b, e) for b, e, *_ in spans if begin <= b and e <= until and (b, e) != (begin, until)]
                        first, end = name_core(sentence, begin, until, head, kind, inner)
                        form = "name"
                    else:
                        first, end = noun_phrase(tree, sentence.deprel, head)
                        first, end = max(first, begin), min(end, until)
                        form = "pronoun" if pronoun else "nominal"
                    if (first, end) in taken:
                        continue
                    # Pronouns for what the program has no mentions of stand alone.
                    chain = groups.setdefault(group if kind in GUM_CLASS else f"{group} {number} {head}", len(groups))
                    cls = "Person" if sentence.words[head].lower() in PERSONAL and pronoun else GUM_CLASS.get(kind, "")
                    taken[first, end] = len(passage.mentions)
                    passage.mentions.append(Mention(number, first, end, head, form, cls, chain))
            yield passage


WORDS = {"core": core, "re-docred": re_docred, "gum": gum}


# All of it


def passages(data: Path, folder: Path) -> list[Passage]:
    out: list[Passage] = []
    for name, read in RAW.items():
        path = folder / f"{name}.conllu"
        if not path.exists():
            raise SystemExit(f"{path} is missing: newsgraph analyse {path.with_suffix('.jsonl')} > {path}")
        sentences, lost = analysed(path), 0
        for passage in read(data):
            of = sentences.get(passage.name, [])
            if not of or any(passage.text[b:e] != w for s in of for w, (b, e) in zip(s.words, s.offsets)):
                lost += 1
                continue
            cut(passage, of)
            out.append(passage)
        if lost:
            print(f"{path}: {lost} texts are missing or cut from another text; write and analyse them again")
    for read in WORDS.values():
        out += read(data)
    for passage in out:
        on_words(passage)
    return out


def on_words(passage: Passage):
    """Drops what is said of mentions that are on no word."""
    ok = [m.sentence >= 0 for m in passage.mentions]
    passage.facts = [f for f in passage.facts if ok[f.subject] and ok[f.object]]
    passage.stances = [s for s in passage.stances if ok[s[0]] and ok[s[1]]]
    passage.polarities = [p for p in passage.polarities if ok[p[0]]]
    passage.links = [k for k in passage.links if ok[k[0]] and ok[k[1]]]


def count(passages: list[Passage]) -> str:
    """Passages, and facts of each relation, by set; those held out after a slash."""
    sets, facts = Counter(), Counter()
    for p in passages:
        sets[p.source, p.dev] += 1
        for f in p.facts:
            for names in f.holds:
                facts["|".join(sorted(names)), p.source, p.dev] += 1
    lines = [f"{s:16} {sets[s, False]:6} passages, {sets[s, True]} held out" for s in dict.fromkeys(s for s, _ in sets)]
    for name in sorted({key[0] for key in facts}):
        by_set = [f"{s} {facts[name, s, False]}/{facts[name, s, True]}" for s in dict.fromkeys(key[1] for key in facts if key[0] == name)]
        lines.append(f"{name:32} {'  '.join(by_set)}")
    for what in ("stances", "polarities", "links"):
        total = Counter((p.source, label[-1]) for p in passages for label in getattr(p, what) if not p.dev)
        lines.append(f"{what}: " + ", ".join(f"{s} {k}: {n}" for (s, k), n in sorted(total.items(), key=str)))
    return "\n".join(lines)
