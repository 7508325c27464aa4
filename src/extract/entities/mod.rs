//! Who and what an article is about: every thing once, with all its mentions.
//!
//! Three steps, each less sure than the one before: `names` finds named mentions and which of them name the same thing;
//! `description` reads what the tree ties to a name (appositions, titles, relative pronouns); `coreference`
//! resolves pronouns and "the company". What stays in doubt stays unresolved: a wrong link costs more than a
//! missing one.

mod coreference;
mod description;
mod names;

use std::collections::BTreeSet;

use crate::{
    article::Span,
    language::{MentionKind, SentenceId, TokenId},
    ontology::{Class, Ontology},
};

use super::{attribution, document::Document, selection::Expectations, tree::Tree};

/// An entity of one article, by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EntityIx(pub(crate) u32);

/// Something that an article is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ArticleEntity {
    /// Its most specific class.
    pub(crate) class: Class,
    /// Its fullest name in the article; the registry's label if it is registered.
    pub(crate) label: String,
    /// Its other names in the article, sorted.
    pub(crate) aliases: Vec<String>,
    /// Its id in the registry: `place/china`.
    pub(crate) registry: Option<String>,
    /// Where it is mentioned, in order.
    pub(crate) mentions: Vec<EntityMention>,
}

/// One mention of an entity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct EntityMention {
    /// The sentence.
    pub(crate) sentence: SentenceId,
    /// First token.
    pub(crate) first: TokenId,
    /// Last token, included.
    pub(crate) last: TokenId,
    /// Syntactic head, inside the mention.
    pub(crate) head: TokenId,
    /// The characters.
    pub(crate) span: Span,
    /// By name, description or pronoun.
    pub(crate) kind: MentionKind,
    /// Whether it is the adjective or noun for a country's people: "Chinese" for China.
    pub(crate) demonym: bool,
    /// How sure it is that this entity is meant, 0 to 1.
    pub(crate) certainty: f32,
}

/// The entities of an article, and what each token refers to.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Entities {
    list: Vec<ArticleEntity>,
    /// For each sentence and token, the entity and which of its mentions.
    at: Vec<Vec<Option<(EntityIx, u32)>>>,
    /// Titles that head the phrase of a name ("Mr." in "Mr. Vogt"), each with a token of the name.
    titles: Vec<(SentenceId, TokenId, TokenId)>,
}

impl Entities {
    /// All entities, in order of first mention.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (EntityIx, &ArticleEntity)> {
        self.list.iter().enumerate().map(|(index, entity)| (EntityIx(index as u32), entity))
    }

    /// The entity itself.
    pub(crate) fn get(&self, entity: EntityIx) -> &ArticleEntity {
        &self.list[entity.0 as usize]
    }

    /// Whether the article names it; those it does not name are known by pronouns only.
    pub(crate) fn is_named(&self, entity: EntityIx) -> bool {
        self.get(entity).mentions.iter().any(|mention| mention.kind == MentionKind::Named)
    }

    /// What the phrase headed by this token refers to; any token of a name stands for the name. In "Meta's chief
    /// scientist, Ann Vogt" that is Meta for "Meta", and Ann Vogt for "scientist", "Ann" and "Vogt".
    pub(crate) fn at(&self, sentence: SentenceId, token: TokenId) -> Option<EntityIx> {
        self.at.get(sentence.0 as usize)?.get(token.0 as usize)?.map(|(entity, _)| entity)
    }

    /// The mention by which [`Entities::at`] knows a token.
    pub(crate) fn mention_at(
        &self,
        sentence: SentenceId,
        token: TokenId,
    ) -> Option<(EntityIx, &EntityMention)> {
        let (entity, mention) = (*self.at.get(sentence.0 as usize)?.get(token.0 as usize)?)?;
        Some((entity, &self.get(entity).mentions[mention as usize]))
    }

    /// Settles what something is after all.
    fn set_class(&mut self, entity: EntityIx, class: Class) {
        self.list[entity.0 as usize].class = class;
    }

    /// Adds something that only pronouns stand for.
    fn add_unnamed(&mut self, class: Class, label: &str, mention: EntityMention) {
        let (label, aliases) = (label.to_lowercase(), Vec::new());
        self.list.push(ArticleEntity { class, label, aliases, registry: None, mentions: Vec::new() });
        self.add(EntityIx(self.list.len() as u32 - 1), mention);
    }

    /// Adds a mention by description or pronoun, known by its head alone.
    fn add(&mut self, entity: EntityIx, mention: EntityMention) {
        let mentions = &mut self.list[entity.0 as usize].mentions;
        let slot = &mut self.at[mention.sentence.0 as usize][mention.head.0 as usize];
        if slot.is_none() {
            *slot = Some((entity, mentions.len() as u32));
            mentions.push(mention);
        }
    }

    /// Puts mentions in order of the text.
    fn sort(&mut self) {
        for entity in &mut self.list {
            entity.mentions.sort_by_key(|mention| (mention.span.start(), mention.span.end()));
        }
        self.index();
    }

    /// Points each token to its mention: of a name all tokens, else the head; the smaller mention wins.
    fn index(&mut self) {
        let mut all: Vec<(EntityIx, u32, EntityMention)> = Vec::new();
        for (index, entity) in self.list.iter().enumerate() {
            for (mention, found) in entity.mentions.iter().enumerate() {
                all.push((EntityIx(index as u32), mention as u32, *found));
            }
        }
        all.sort_by_key(|(entity, _, mention)| (std::cmp::Reverse(mention.span.len()), *entity));
        for row in &mut self.at {
            row.fill(None);
        }
        for (entity, index, mention) in all {
            let row = &mut self.at[mention.sentence.0 as usize];
            let (first, last) = match mention.kind {
                MentionKind::Named => (mention.first.0, mention.last.0),
                MentionKind::Nominal | MentionKind::Pronoun => (mention.head.0, mention.head.0),
            };
            for token in first..=last {
                row[token as usize] = Some((entity, index));
            }
        }
        for &(sentence, title, name) in &self.titles {
            let row = &mut self.at[sentence.0 as usize];
            row[title.0 as usize] = row[title.0 as usize].or(row[name.0 as usize]);
        }
    }
}

/// What all steps look at.
struct Context<'a> {
    document: &'a Document<'a>,
    ontology: &'a Ontology,
    expectations: &'a Expectations,
}

impl Context<'_> {
    fn tree(&self, sentence: SentenceId) -> &Tree<'_> {
        self.document.tree(sentence)
    }

    fn sentences(&self) -> impl Iterator<Item = SentenceId> + use<> {
        self.document.sentences()
    }

    /// The classes that a common noun may describe, by the word lists.
    fn noun_classes(&self, lemma: &str) -> BTreeSet<Class> {
        let lists = NOUN_LISTS.iter().filter(|(list, _)| self.ontology.words(list).contains(lemma));
        lists.map(|(_, class)| *class).collect()
    }

    /// The same for a token, plural or not.
    fn noun_classes_at(&self, tree: &Tree<'_>, noun: TokenId) -> BTreeSet<Class> {
        let classes = self.noun_classes(&tree.joined_lemma(noun));
        if classes.is_empty() { self.noun_classes(tree.lemma(noun)) } else { classes }
    }

    /// Whether a noun may describe something of that class; a noun in no list may describe anything.
    fn describes(&self, lemma: &str, class: Class) -> bool {
        let classes = self.noun_classes(lemma);
        classes.is_empty() || classes.iter().any(|described| described.root() == class.root())
    }
}

/// Lists of nouns that tell what is described.
const NOUN_LISTS: [(&str, Class); 7] = [
    ("personNoun", Class::Person),
    ("companyNoun", Class::Company),
    ("organizationNoun", Class::Organization),
    ("countryNoun", Class::Country),
    ("placeNoun", Class::Place),
    ("productNoun", Class::Product),
    ("eventNoun", Class::Event),
];

/// All entities of an article; `expectations` tell what the verbs around names say of their classes.
pub(crate) fn resolve(document: &Document<'_>, ontology: &Ontology, expectations: &Expectations) -> Entities {
    let context = Context { document, ontology, expectations };
    let (mut entities, facts) = names::find(&context);
    let mut facts = description::describe(&context, &mut entities, facts);
    coreference::outside_quotes(&context, &mut entities, &mut facts);
    let speakers = attribution::speakers(document, &entities, ontology);
    coreference::inside_quotes(&context, &mut entities, &facts, &speakers);
    entities.sort();
    entities
}

/// What helps to tell which entity is meant; one for each.
#[derive(Debug, Clone, Default)]
struct Facts {
    gender: Option<Gender>,
    /// Whether its class is in doubt; it may then be what any pronoun means, so it competes without winning.
    doubtful: bool,
    /// Lemmas of the nouns that describe it: "startup", "minister".
    descriptions: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gender {
    Female,
    Male,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing;

    /// Each entity with its class and the words of its mentions.
    fn read(table: &str) -> Vec<String> {
        let (text, analysis) = testing::analysis(table);
        let entities =
            resolve(&Document::of(&text, &analysis, None), &Ontology::builtin(), &Expectations::new());
        for (index, entity) in entities.iter() {
            for mention in &entity.mentions {
                assert_eq!(
                    entities.at(mention.sentence, mention.head),
                    Some(index),
                    "{}",
                    mention.span.of(&text)
                );
            }
        }
        let words = |entity: &ArticleEntity| -> Vec<String> {
            entity.mentions.iter().map(|mention| mention.span.of(&text).to_owned()).collect()
        };
        entities
            .iter()
            .map(|(_, entity)| format!("{} {}: {}", entity.class, entity.label, words(entity).join(" | ")))
            .collect()
    }

    const HIRED: &str = "
        Vantor    Vantor    PROPN NNP 7  nsubj     Company
        ,         ,         PUNCT ,   5  punct
        a         a         DET   DT  5  det
        British   british   ADJ   JJ  5  amod
        chipmaker chipmaker NOUN  NN  1  appos     Company:1:nom
        ,         ,         PUNCT ,   7  punct
        hired     hire      VERB  VBD 0  root
        Mary      Mary      PROPN NNP 7  obj       Person:2
        Vogt      Vogt      PROPN NNP 8  flat
        .         .         PUNCT .   7  punct

        The       the       DET   DT  2  det
        company   company   NOUN  NN  3  nsubj     Company:1:nom
        said      say       VERB  VBD 0  root
        Ms.       Ms.       PROPN NNP 7  nsubj
        Vogt      Vogt      PROPN NNP 4  flat      Person
        would     will      AUX   MD  7  aux
        run       run       VERB  VB  3  ccomp
        its       its       PRON  PRP$ 10 nmod:poss
        London    London    PROPN NNP 10 compound  Place
        office    office    NOUN  NN  7  obj
        .         .         PUNCT .   3  punct

        She       she       PRON  PRP 2  nsubj
        joined    join      VERB  VBD 0  root
        from      from      ADP   IN  4  case
        Acme      Acme      PROPN NNP 2  obl       Company:2
        Corp.     Corp.     PROPN NNP 4  flat
        .         .         PUNCT .   2  punct
    ";

    #[test]
    fn names_descriptions_and_pronouns_come_together() {
        assert_eq!(
            read(HIRED),
            [
                "Company Vantor: Vantor | a British chipmaker | The company | its",
                "Country United Kingdom: British",
                "Person Mary Vogt: Mary Vogt | Vogt | She",
                "Place London: London",
                "Company Acme Corp.: Acme Corp.",
            ]
        );
    }

    #[test]
    fn what_may_mean_two_things_stays_unresolved() {
        let read = read(
            "
            John      John      PROPN NNP 3 nsubj Person:2
            Hill      Hill      PROPN NNP 1 flat
            met       meet      VERB  VBD 0 root
            Paul      Paul      PROPN NNP 3 obj   Person:2
            Wood      Wood      PROPN NNP 4 flat
            and       and       CCONJ CC  7 cc
            Mark      Mark      PROPN NNP 4 conj  Person:2
            Hill      Hill      PROPN NNP 7 flat
            .         .         PUNCT .   3 punct

            Hill      Hill      PROPN NNP 2 nsubj Person
            saw       see       VERB  VBD 0 root
            the       the       DET   DT  4 det
            deal      deal      NOUN  NN  2 obj
            after     after     SCONJ IN  7 mark
            it        it        PRON  PRP 7 nsubj
            closed    close     VERB  VBD 2 advcl
            .         .         PUNCT .   2 punct
        ",
        );
        assert_eq!(
            read,
            [
                "Person John Hill: John Hill",
                "Person Paul Wood: Paul Wood",
                "Person Mark Hill: Mark Hill",
                "Person Hill: Hill",
            ]
        );
    }

    #[test]
    fn acronyms_numbers_and_speech() {
        let read = read(
            "
            In        in        ADP   IN  3 case
            his       his       PRON  PRP$ 3 nmod:poss
            speech    speech    NOUN  NN  6 obl
            ,         ,         PUNCT ,   6 punct
            Lee       Lee       PROPN NNP 6 nsubj   Person
            praised   praise    VERB  VBD 0 root
            the       the       DET   DT  10 det
            European  European  PROPN NNP 10 compound Organization:3
            Central   Central   PROPN NNP 10 compound
            Bank      Bank      PROPN NNP 6 obj
            (         (         PUNCT -LRB- 12 punct
            ECB       ECB       PROPN NNP 10 appos  Organization
            )         )         PUNCT -RRB- 12 punct
            .         .         PUNCT .   6 punct

            “         “         PUNCT ``  4 punct
            I         I         PRON  PRP 4 nsubj
            like      like      VERB  VBP 0 root
            GPT-4     GPT-4     PROPN NNP 3 obj     Product
            and       and       CCONJ CC  6 cc
            GPT-4o    GPT-4o    PROPN NNP 4 conj    Product
            ,         ,         PUNCT ,   3 punct
            ”         ”         PUNCT ''  3 punct
            he        he        PRON  PRP 10 nsubj
            said      say       VERB  VBD 3 parataxis
            .         .         PUNCT .   3 punct
        ",
        );
        assert_eq!(
            read,
            [
                "Person Lee: his | Lee | I | he",
                "Organization European Central Bank: European Central Bank | ECB",
                "Product GPT-4: GPT-4",
                "Product GPT-4o: GPT-4o",
            ]
        );
    }

    #[test]
    fn an_acronym_may_count_the_corporate_suffix() {
        let read = read(
            "
            Greater     Greater     PROPN NNP 4 compound Company:4
            Elm         Elm         PROPN NNP 4 compound
            Enterprises Enterprises PROPN NNP 4 compound
            Corporation Corporation PROPN NNP 8 nsubj
            (           (           PUNCT -LRB- 6 punct
            GEEC        GEEC        PROPN NNP 4 appos  Company
            )           )           PUNCT -RRB- 6 punct
            grew        grow        VERB  VBD 0 root
            .           .           PUNCT .   8 punct
        ",
        );
        assert_eq!(
            read,
            ["Company Greater Elm Enterprises Corporation: Greater Elm Enterprises Corporation | GEEC"]
        );
    }
}
