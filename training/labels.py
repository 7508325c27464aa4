"""Label lists, lemma edit scripts, and the rules that turn other sets' classes into ours."""

import csv
import json
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

CLASSES = ["Person", "Organization", "Company", "Place", "Country", "Product", "Event", "Date", "Money"]
MENTION = ["O"] + [f"{p}-{c}" for c in CLASSES for p in "BI"]
NOMINAL = ["O", "Person", "Organization", "Place", "Product", "Event"]
UPOS = "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()

# A token's mention label is a set, kept as a bit mask over MENTION: data sets differ in what they annotate.
OUTSIDE = 1
ANYTHING = (1 << len(MENTION)) - 1


def allowed(prefix: str, *classes: str) -> int:
    return sum(1 << MENTION.index(f"{prefix}-{c}") for c in classes)


def either(*classes: str) -> int:
    return allowed("B", *classes) | allowed("I", *classes)


# Lemma edit scripts


def script(form: str, lemma: str) -> str:
    kind, base = ("L", form.lower()) if lemma == lemma.lower() else ("K", form)
    same = 0
    while same < min(len(base), len(lemma)) and base[same] == lemma[same]:
        same += 1
    return f"{kind}{len(base) - same}|{lemma[same:]}"


def apply_script(edit: str, form: str) -> str:
    if edit[0] == "=":
        return edit[1:]
    drop, suffix = edit[1:].split("|", 1)
    base = form.lower() if edit[0] == "L" else form
    return base[: max(0, len(base) - int(drop))] + suffix


def lemma_scripts(pairs: dict[tuple[str, str], int]) -> list[str]:
    """The scripts of at least three different forms and `=lemma` for irregular ones, most frequent first."""
    forms: dict[str, set[str]] = {}
    for form, lemma in pairs:
        forms.setdefault(script(form, lemma), set()).add(form.lower())
    # Typographic forms get the lemmas of the straight ones.
    counts = Counter({"='s": 4, "='": 4, '="': 4, "=-": 4})
    for (form, lemma), n in pairs.items():
        edit = script(form, lemma)
        whole = keeps_little(form, lemma) or len(forms[edit]) < 3
        counts["=" + lemma if whole else edit] += n
    return sorted((e for e, n in counts.items() if n >= 4), key=lambda e: (-counts[e], e))


def keeps_little(form: str, lemma: str) -> bool:
    """Then the lemma itself says it better than an edit, and for all its forms at once."""
    drop, suffix = script(form, lemma)[1:].split("|", 1)
    return suffix != "" and 2 * int(drop) > len(form)


def lemma_label(form: str, lemma: str, index: dict[str, int]) -> int:
    edits = [script(form, lemma), "=" + lemma]
    if keeps_little(form, lemma):
        edits.reverse()
    return next((index[e] for e in edits if e in index), -1)


# Classes of names


def folded(name: str) -> str:
    return re.sub(r"[^\w]+", " ", name.lower()).strip()


COMPANY_ENDING = set(
    "inc incorporated corp corporation ltd limited llc llp plc co company gmbh ag sa nv spa oyj ab holdings "
    "bancorp airlines airways motors technologies pharmaceuticals entertainment systems software records "
    "pictures studios industries enterprises ventures partners brands stores".split()
)
NO_COMPANY = set(
    "university college school institute academy ministry department office bureau agency commission committee "
    "council court congress senate parliament assembly party government army navy force forces police church "
    "association society union federation league club fc team orchestra band nations republic republican republicans "
    "democratic democrats foundation museum library hospital brigade regiment al hamas hezbollah taliban nato un eu fbi cia "
    "nasa administration authority trust center centre choir faculty council conference board".split()
)
MORE_COUNTRIES = (
    "america|britain|great britain|england|the united states|the us|u s|u s a|u k|usa|us|uk|uae|holland|burma|"
    "soviet union|ussr|czech republic|palestine|north korea|south korea|russia|ivory coast|east germany|"
    "west germany|yugoslavia|czechoslovakia|east timor|the netherlands|drc|congo|prc|dprk"
)
MORE_DEMONYMS = "european|asian|african|arab|western|scottish|welsh|english|korean|latin american|middle eastern|soviet"


STATES = dict(
    pair.split(":") for pair in (
        "Alabama:AL|Alaska:AK|Arizona:AZ|Arkansas:AR|California:CA|Colorado:CO|Connecticut:CT|Delaware:DE|Florida:FL|Georgia:GA|Hawaii:HI|Idaho:ID|"
        "Illinois:IL|Indiana:IN|Iowa:IA|Kansas:KS|Kentucky:KY|Louisiana:LA|Maine:ME|Maryland:MD|Massachusetts:MA|Michigan:MI|Minnesota:MN|"
        "Mississippi:MS|Missouri:MO|Montana:MT|Nebraska:NE|Nevada:NV|New Hampshire:NH|New Jersey:NJ|New Mexico:NM|New York:NY|North Carolina:NC|"
        "North Dakota:ND|Ohio:OH|Oklahoma:OK|Oregon:OR|Pennsylvania:PA|Rhode Island:RI|South Carolina:SC|South Dakota:SD|Tennessee:TN|Texas:TX|"
        "Utah:UT|Vermont:VT|Virginia:VA|Washington:WA|West Virginia:WV|Wisconsin:WI|Wyoming:WY"
    ).split("|")
)


class Gazetteers:
    """Word lists used while the training data is prepared; the program never sees them."""

    def __init__(self, folder: Path):
        self.countries = set(MORE_COUNTRIES.split("|"))
        self.maybe_countries = {"georgia", "scotland", "wales", "northern ireland", "england"}
        self.demonyms = set(MORE_DEMONYMS.split("|"))
        for country in json.loads((folder / "countries.json").read_text()):
            names = [country["name"]["common"], country["name"]["official"]]
            names += [n for n in country["altSpellings"] if len(n) > 3]
            sure = country.get("independent") and country.get("unMember")
            (self.countries if sure else self.maybe_countries).update(map(folded, names))
            self.demonyms.update(folded(d) for d in country["demonyms"].get("eng", {}).values())
        self.countries -= self.maybe_countries | {"island"}
        self.demonyms |= {d + "s" for d in self.demonyms}
        self.demonyms -= self.countries | {""}
        self.companies = set()
        with open(folder / "nasdaq.csv") as rows:
            for row in csv.DictReader(rows):
                if row["ETF"] == "N":
                    self.companies.add(self._short(row["Company Name"]))
        with open(folder / "sp500.csv") as rows:
            self.companies |= {self._short(row["Security"]) for row in csv.DictReader(rows)}
        self.companies |= set("google meta facebook microsoft openai deepseek anthropic huawei tiktok bytedance boeing "
                              "airbus samsung sony toyota enron reuters".split()) | {"general motors", "goldman sachs"}
        self.companies -= {"", "the", "general"}
        with open(folder / "world-cities.csv") as rows:
            rows = list(csv.DictReader(rows))
        # Most of those who write so write of the United States.
        self.towns = [(row["name"], row["country"]) for row in rows if row["name"]]
        self.towns += [(row["name"], row["subcountry"]) for row in rows if row["country"] == "United States"] * 2
        self.towns += [(row["name"], STATES[row["subcountry"]]) for row in rows if row["subcountry"] in STATES] * 2

    @staticmethod
    def _short(name: str) -> str:
        words = folded(re.split(r" - | \(", name)[0]).split()
        while len(words) > 1 and words[-1] in COMPANY_ENDING | {"group", "the", "class", "a", "b"}:
            words.pop()
        return " ".join(words)

    @lru_cache(maxsize=100_000)
    def place(self, name: str) -> tuple[str, ...]:
        name = folded(name).removeprefix("the ")
        if name in self.countries:
            return ("Country",)
        return ("Place", "Country") if name in self.maybe_countries else ("Place",)

    @lru_cache(maxsize=100_000)
    def organization(self, name: str) -> tuple[str, ...]:
        words = folded(name).split()
        if not words or set(words) & NO_COMPANY:
            return ("Organization",)
        if words[-1] in COMPANY_ENDING or " ".join(words) in self.companies:
            return ("Company",)
        return ("Organization", "Company")


# Dates and amounts: silver labels by rule, the same over all sets

MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b(?: ?\.)?"
)
SURE_MONTH = r"(?:January|February|April|June|July|August|September|October|November|December)"
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
YEAR = r"(?:1[0-9]|20)\d\d"
WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)s?"
UNIT = r"(?:second|minute|hour|day|night|week|weekend|month|quarter|year|decade|century)"
SEASON = r"(?:spring|summer|autumn|fall|winter)"
LONG_UNIT = r"(?:night|week|weekend|month|quarter|year|decade|century)"
COUNT = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|a few|several|many)"
DATE_RULE = re.compile(
    rf"(?<![\w-])(?:"
    rf"(?:{WEEKDAY} ,? ?)?(?:{MONTH} {DAY}(?: ?, {YEAR}| {YEAR})?|{DAY} (?:of )?{MONTH}(?: ?,? {YEAR})?|{MONTH} ?,? {YEAR})"
    rf"|{YEAR} ?- ?\d\d ?- ?\d\d|\d{{1,2}}/\d{{1,2}}/(?:\d\d){{1,2}}"
    rf"|(?:(?:early|late|mid) (?:- )?)?(?:{SURE_MONTH})"
    rf"|(?:(?:last|next|this|every) )?{WEEKDAY}"
    rf"|(?:last|next|this|past|(?:earlier|later) this) (?:{LONG_UNIT}|{SEASON}|January|February|March|April|May)"
    rf"|(?:{SEASON}|end|start|beginning|middle) of {YEAR}"
    rf"|{COUNT} {UNIT}s? (?:ago|earlier|later)"
    rf"|[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight"
    rf"|(?:(?:early|late|mid) (?:- )?)?{YEAR} ?'? ?s"
    rf"|(?:(?<=in )|(?<=In )|(?<=since )|(?<=Since )|(?<=by )|(?<=By )|(?<=from )|(?<=until )|(?<=before )|(?<=after )"
    rf"|(?<=during )|(?<=and )|(?<=to )|(?<=of )|(?<=\( )|(?<=\()|(?<=- )|(?<=– )|(?<=mid )|(?<=early )|(?<=late )){YEAR}"
    rf")(?![\w/]|,\d)"
)
AMOUNT = r"\d[\d,]*(?:\.\d+)?"
SCALE = r"(?:hundred|thousand|million|billion|trillion|mn|bn|tn|[kKmMbB])"
CURRENCY = r"(?:(?:US|U\.S\.|A|AU|C|HK|NZ|S) ?)?[$€£¥₹]"
MONEY_RULE = re.compile(
    rf"(?<![\w])(?:(?:{CURRENCY}|(?:USD|EUR|GBP|RMB|CHF|Rs\.?)) ?{AMOUNT}(?: ?(?:- )?{SCALE}\b)*"
    rf"|(?:{AMOUNT}|{COUNT})(?: {SCALE})* (?:(?:US|American|Canadian|Australian) )?(?:dollars?|euros?|cents|yen|yuan|rupees?|rubles?|roubles?"
    rf"|francs?|pesos?|bucks|USD|EUR|GBP|RMB)"
    rf"|(?:{AMOUNT}|{COUNT}) {SCALE} pounds)(?![\w])"
)


def rule_spans(words: list[str]) -> list[tuple[int, int, str]]:
    """Dates and amounts of a sentence as (first word, end, class)."""
    text = " ".join(words).replace("“", '"').replace("’", "'")
    starts, at = {}, 0
    for i, word in enumerate(words):
        starts[at] = i
        at += len(word) + 1
    ends = {start + len(words[i]): i + 1 for start, i in starts.items()}
    found = []
    for rule, name in ((MONEY_RULE, "Money"), (DATE_RULE, "Date")):
        for match in rule.finditer(text):
            begin, end = starts.get(match.start()), ends.get(match.end())
            if begin is not None and end is not None and not any(b < end and begin < e for b, e, _ in found):
                found.append((begin, end, name))
    return found
