"""The relations that the pair head scores, and what the labels of each data set say of them.

A table row reads `LABEL [SUBJECT [OBJECT]] = …`, with classes of the set where one label means different things:

    a|b       at least one of these holds, and without the label none of them does
    +c        holds as well; without the label nothing is known of it
    ?d        may hold or not
    inverse   the label's object is the subject of all of these
    nothing   the label says that none of the set's relations holds
"""

from dataclasses import dataclass
from functools import lru_cache

# Relation → classes of its subject and of its object. Those marked * are not in ontology/newsgraph.ttl (yet): some set
# measures them by themselves.
SIGNATURES = """
leads             Person > Organization Place
chiefExecutiveOf* Person > Organization
worksFor          Person > Organization Place Person
memberOf          Person Organization Place > Organization
memberOfParty*    Person > Organization
founded           Person Organization Place > Organization Product
educatedAt        Person > Organization
bornIn            Person > Place
livesIn           Person > Place
citizenOf         Person > Place
spouseOf          Person > Person
childOf           Person > Person
met               Person Organization Place > Person Organization Place
headquarteredIn   Organization > Place
basedIn           Organization Person Product > Place
subsidiaryOf      Organization > Organization
owns              Person Organization Place > Organization Product Place
shareholderOf*    Person Organization Place > Organization
acquired          Person Organization Place > Organization Product
mergedWith        Organization > Organization
partnerOf         Person Organization Place > Person Organization Place
competesWith      Person Organization Place Product > Person Organization Place Product
clientOf*         Person Organization Place > Person Organization Place
offers*           Person Organization Place > Product
brandOf*          Organization Product > Organization
listedOn*         Organization > Organization
regulates         Organization Place > Organization Product Person
develops          Person Organization Place > Product
released          Person Organization Place > Product
bornOn            Person > Date
diedOn            Person > Date
foundedOn         Organization > Date
investsIn         Person Organization Place > Organization Product
supplies          Organization Place Person > Organization Place Person
sued              Person Organization Place > Person Organization Place
bans              Organization Place Person > Person Organization Place Product
sanctions         Organization Place Person > Person Organization Place Product
accuses           Person Organization Place > Person Organization Place
uses              Person Organization Place Product > Product Organization
basedOn           Product > Product
outperforms       Person Organization Place Product > Person Organization Place Product
supports          Person Organization Place > Person Organization Place Product Event
opposes           Person Organization Place > Person Organization Place Product Event
praises           Person Organization Place > Person Organization Place Product Event
criticises        Person Organization Place > Person Organization Place Product Event
warnsOf           Person Organization Place > Person Organization Place Product Event
callsFor          Person Organization Place > Person Organization Place Product Event
"""
SIGNATURE = {
    name.rstrip("*"): tuple(frozenset(side.split()) for side in classes.split(">"))
    for name, classes in (line.split(maxsplit=1) for line in SIGNATURES.strip().splitlines())
}
RELATIONS = list(SIGNATURE)
OWN = frozenset(line.split()[0] for line in SIGNATURES.strip().splitlines() if "*" not in line.split()[0])
SYMMETRIC = {"spouseOf", "met", "mergedWith", "partnerOf", "competesWith"}

# KnowledgeNet: every fact of a passage's properties is annotated, pronouns included. A chief executive counts as an
# employee there; ours tells `leads` from `worksFor`.
KNOWLEDGE_NET = """
CEO                   = inverse chiefExecutiveOf +leads
EMPLOYEE_OR_MEMBER_OF = worksFor|memberOf|leads
POLITICAL_AFFILIATION = memberOfParty +memberOf
FOUNDED_BY            = inverse founded
EDUCATED_AT           = educatedAt
PLACE_OF_BIRTH        = bornIn
PLACE_OF_RESIDENCE    = livesIn
NATIONALITY           = citizenOf
SPOUSE                = spouseOf
CHILD_OF              = childOf
HEADQUARTERS          = headquarteredIn +basedIn
SUBSIDIARY_OF         = subsidiaryOf
DATE_OF_BIRTH         = bornOn
DATE_OF_DEATH         = diedOn
DATE_FOUNDED          = foundedOn
"""

# CORE: one label for the one pair of a row. `invert_relation` swaps the pair before this table is read.
CORE = """
product_or_service_of = inverse offers
acquired_by           = inverse acquired
collaboration         = partnerOf
client_of             = clientOf
shareholder_of        = shareholderOf
traded_on             = listedOn
competitor_of         = competesWith
subsidiary_of         = subsidiaryOf
merged_with           = mergedWith
brand_of              = brandOf
regulated_by          = inverse regulates
undefined             = nothing
"""

# Re-DocRED: Wikidata properties between entities (PER, ORG, LOC, MISC, TIME). Those that are not here say nothing of ours.
RE_DOCRED = """
P6 LOC        = inverse leads
P35 LOC       = inverse leads
P488          = inverse leads
P1001 PER LOC = ?leads ?worksFor ?citizenOf
P108 PER ORG  = worksFor
P241 PER ORG  = worksFor|memberOf
P54 PER ORG   = worksFor|memberOf
P463          = memberOf
P102          = memberOfParty +memberOf
P361 PER ORG  = memberOf
P361 ORG ORG  = memberOf|subsidiaryOf
P527 ORG PER  = inverse memberOf
P527 ORG ORG  = inverse memberOf|subsidiaryOf
P118 ORG ORG  = ?memberOf
P69 PER ORG   = educatedAt
P112          = inverse founded
P19           = bornIn
P551          = livesIn
P937          = ?livesIn ?basedIn
P20           = ?livesIn
P27 PER LOC   = citizenOf
P172 PER      = ?citizenOf
P26           = spouseOf
P40           = inverse childOf
P22           = childOf
P25           = childOf
P159 ORG LOC  = headquarteredIn +basedIn
P740 ORG LOC  = basedIn ?headquarteredIn
P131 ORG LOC  = basedIn ?headquarteredIn
P17 ORG LOC   = basedIn ?headquarteredIn
P276 ORG LOC  = ?basedIn ?headquarteredIn
P495 MISC LOC = basedIn
P17 MISC LOC  = ?basedIn
P749 ORG ORG  = subsidiaryOf
P355 ORG ORG  = inverse subsidiaryOf
P127          = inverse owns
P137          = inverse ?owns ?develops ?leads
P178          = inverse develops
P176          = inverse develops
P1056         = develops
P170 MISC     = inverse develops
P272 MISC     = inverse develops ?released
P123 MISC     = inverse released ?develops
P264 MISC     = inverse released
P449 MISC     = inverse released ?develops
P50           = inverse ?develops ?released
P57           = inverse ?develops ?released
P58           = inverse ?develops ?released
P86           = inverse ?develops ?released
P162          = inverse ?develops ?released
P175          = inverse ?develops ?released
P676          = inverse ?develops ?released
P800          = ?develops ?released
P569          = bornOn
P570          = diedOn
P571 ORG TIME = foundedOn
P571 MISC     = ?foundedOn
"""

# re3d: mentions of all kinds, related within a sentence. Likes and Dislikes are stances (passages.py).
RE3D = """
CommWith                          = met
InChargeOf Person                 = leads
InChargeOf Organisation           = ?owns
BelongsTo Person Organisation     = worksFor|memberOf ?leads
BelongsTo Organisation            = memberOf|subsidiaryOf
BelongsTo Location                = inverse ?owns
BelongsTo MilitaryPlatform        = inverse owns
BelongsTo Vehicle                 = inverse owns
BelongsTo Weapon                  = inverse owns
HasAttrOf Person Nationality      = citizenOf
AlliesOf                          = partnerOf
"""

# Relations marked by hand: where one of a family is said, the others of it may hold as well.
FAMILIES = """
leads worksFor memberOf chiefExecutiveOf memberOfParty
leads worksFor memberOf citizenOf
headquarteredIn basedIn
bornIn livesIn citizenOf basedIn
acquired owns subsidiaryOf mergedWith investsIn shareholderOf
develops released offers owns brandOf
supplies clientOf uses partnerOf
supports praises partnerOf
opposes criticises accuses warnsOf competesWith outperforms sanctions bans sued
met partnerOf
"""


@dataclass(frozen=True)
class Meaning:
    """What a label says of a pair, in the direction of the label or, `inverse`, the other way round."""

    inverse: bool = False
    any_of: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()

    @property
    def holds(self) -> tuple[frozenset[str], ...]:
        """Sets of relations of each of which at least one holds."""
        return (*((self.any_of,) if self.any_of else ()), *(frozenset([name]) for name in sorted(self.also)))


@lru_cache
def table(text: str) -> dict[str, Meaning]:
    out = {}
    for line in text.strip().splitlines():
        label, words = line.split("=")
        words = words.split()
        names = [w for w in words if w not in ("inverse", "nothing")]
        meaning = Meaning(
            "inverse" in words,
            frozenset(name for w in names if w[0] not in "+?" for name in w.split("|")),
            frozenset(w[1:] for w in names if w[0] == "+"),
            frozenset(w[1:] for w in names if w[0] == "?"),
        )
        unknown = (meaning.any_of | meaning.also | meaning.maybe) - set(RELATIONS)
        if unknown:
            raise ValueError(f"unknown relations {sorted(unknown)}; add them to SIGNATURES")
        out[" ".join(label.split())] = meaning
    return out


def meaning(text: str, label: str, subject: str = "", object: str = "") -> Meaning | None:
    """The row of the table with the most of the label's classes; None if the label says nothing of our relations."""
    rows = table(text)
    return next((rows[key] for key in (f"{label} {subject} {object}", f"{label} {subject}", label) if key in rows), None)


def denied(text: str, labels=None) -> frozenset[str]:
    """Relations that are known not to hold wherever none of the labels (of all of the table) says that they do."""
    rows = table(text)
    return frozenset(name for label in (labels or rows) if label in rows for name in rows[label].any_of)


def fits(relations, subject: str, object: str) -> bool:
    """Whether any of the relations may hold between two classes; "" may be any class."""
    return any(
        (not subject or subject in SIGNATURE[name][0]) and (not object or object in SIGNATURE[name][1]) for name in relations
    )


@lru_cache
def by_hand(label: str) -> Meaning:
    """What a relation that was marked by hand says."""
    families = [line.split() for line in FAMILIES.strip().splitlines()]
    near = {name for family in families if label in family for name in family}
    return Meaning(any_of=frozenset([label]), maybe=frozenset(near - {label}))


# Said so seldom in encyclopedias that pairs without a known fact may be taken to have none of these.
SELDOM = frozenset(RELATIONS) - denied(KNOWLEDGE_NET) - denied(RE_DOCRED)
