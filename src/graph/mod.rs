//! The graph: entities, statements and their evidence, merged over all articles.
//!
//! A [`Graph`] is a function of the *set* of its records: it does not depend on their order or grouping.
//! Everything inside is sorted by id, and ids are derived from content, so the same records give the same bytes.

mod find;
#[cfg(test)]
pub(crate) mod fixture;
mod merge;
mod phrase;
#[cfg(test)]
pub(crate) mod sample;

use std::collections::BTreeSet;

pub use find::FindError;

use jiff::civil::Date;

pub use merge::{MergeOptions, article_path, newest};
pub(crate) use merge::{Precedence, within};

use crate::{
    identity::Merge,
    ontology::Class,
    record::{
        Amount, CharSpan, Confidence, Literal, Modality, Polarity, RecordArticle, RecordTime, StatementKind,
    },
};

/// Position of an entity in [`Graph::entities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityIx(pub u32);

/// Position of a statement in [`Graph::statements`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementIx(pub u32);

/// Position of an article in [`Graph::articles`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleIx(pub u32);

/// One thing, whatever it was called in whichever article.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Path below the base IRI: `person/yann-lecun`; stable between runs.
    pub id: String,
    /// Most specific class that its mentions agree on.
    pub class: Class,
    /// Preferred name.
    pub label: String,
    /// Other names seen.
    pub aliases: BTreeSet<String>,
    /// IRIs of the same thing elsewhere, from the registry.
    pub same_as: BTreeSet<String>,
    /// For a topic: ids of wider topics of the vocabulary.
    pub broader: BTreeSet<String>,
    /// How often it is mentioned, by name or otherwise.
    pub mentions: u32,
    /// In how many articles.
    pub articles: u32,
}

/// What stands at the end of a statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// Another entity.
    Entity(EntityIx),
    /// A date or words.
    Literal(Literal),
}

/// One claim: a distinct (subject, relation, object, polarity, modality, holder).
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Path below the base IRI: `statement/<hash of the claim>`.
    pub id: String,
    /// Whom it is about.
    pub subject: EntityIx,
    /// Local name of the relation, or `open/<lemma>`.
    pub relation: String,
    /// The other end.
    pub object: Object,
    /// Fact, stance or quote.
    pub kind: StatementKind,
    /// Affirmed or negated.
    pub polarity: Polarity,
    /// Actual, possible, planned or conditional.
    pub modality: Modality,
    /// Whose claim it is; `None` when the articles themselves say so.
    pub holder: Option<EntityIx>,
    /// Positions held, verbatim, sorted.
    pub roles: BTreeSet<String>,
    /// When it holds or happened: the distinct times given, sorted.
    pub times: BTreeSet<RecordTime>,
    /// Sums of money, in order of evidence, distinct by words.
    pub amounts: Vec<Amount>,
    /// Confidence over all evidence; grows with independent sources.
    pub confidence: Confidence,
    /// Number of independent outlets behind it.
    pub sources: u32,
    /// Publication date of the first article that says so.
    pub first_seen: Option<Date>,
    /// Publication date of the last.
    pub last_seen: Option<Date>,
    /// Whether it also stands as a direct triple: affirmed, actual, said by the article itself or by its own
    /// subject, and confident enough.
    pub asserted: bool,
    /// The sentences behind it, best first; never empty.
    pub evidence: Vec<Evidence>,
}

/// One sentence that supports a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Path below the base IRI: `evidence/<hash>`.
    pub id: String,
    /// The article it stands in.
    pub article: ArticleIx,
    /// The sentence, in code points of the article's text.
    pub sentence: CharSpan,
    /// The subject's mention.
    pub subject: CharSpan,
    /// The object's mention.
    pub object: CharSpan,
    /// The words that signal the relation.
    pub cue: CharSpan,
    /// The sentence's words: exactly the article's text at `sentence`.
    pub text: String,
    /// The relation's words as written.
    pub phrase: String,
    /// Whether the words stand inside quotation marks.
    pub quoted: bool,
    /// Words that attribute it, if any.
    pub attribution: Option<CharSpan>,
    /// Confidence of this one reading.
    pub confidence: Confidence,
    /// What found it: `clause/verb`, `stance/quote`, …
    pub by: String,
}

impl Statement {
    /// Whether only the model saw it, in every sentence behind it.
    fn is_seen_only(&self) -> bool {
        self.evidence.iter().all(|evidence| evidence.by.starts_with("pair/"))
    }
}

/// Entities, statements and the articles behind them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// Sorted by id.
    pub entities: Vec<Entity>,
    /// Sorted by id.
    pub statements: Vec<Statement>,
    /// Sorted by id; the text included.
    pub articles: Vec<RecordArticle>,
    /// Which article mentions which entity.
    pub mentions: BTreeSet<(ArticleIx, EntityIx)>,
    /// Which names were merged into which entity, and why; sorted.
    pub merges: Vec<Merge>,
}
