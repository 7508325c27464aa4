//! The record: what one article says, as one JSON object on one line.
//!
//! Records are the hand-over between extraction and the graph, between machines, and the source of truth inside
//! a graph directory. Field names never change within a major version. Offsets are Unicode code points,
//! half-open, into `article.text`.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{article::Article, language::MentionKind, ontology::Class};

/// A half-open range of Unicode code points in `article.text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CharSpan {
    /// First code point.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// A probability in thousandths, so that it prints, compares and hashes the same everywhere.
///
/// ```
/// use newsgraph::record::Confidence;
/// assert_eq!(Confidence::new(0.93).to_string(), "0.930");
/// assert!(Confidence::new(0.93) > Confidence::new(0.5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Confidence(u16);

impl Confidence {
    /// The nearest thousandth; values outside 0 to 1 and NaN are clamped.
    #[must_use]
    #[expect(clippy::cast_sign_loss, reason = "clamped to 0..=1 first; NaN casts to 0")]
    pub fn new(value: f64) -> Self {
        Self((value.clamp(0.0, 1.0) * 1000.0).round() as u16)
    }

    /// As a number from 0 to 1.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

impl Serialize for Confidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

impl<'de> Deserialize<'de> for Confidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::new)
    }
}

/// What one article says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The article itself, text included.
    pub article: RecordArticle,
    /// What it is about, one entry for each thing, in order of first mention.
    pub entities: Vec<RecordEntity>,
    /// What it says, in order of evidence.
    pub statements: Vec<RecordStatement>,
    /// Id of the language model.
    pub model: String,
    /// Hash of the vocabulary, `sha256:…`.
    pub ontology: String,
}

/// The article of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordArticle {
    /// `sha256:` and the hash of the text.
    pub id: String,
    /// Where it was read from.
    pub source: String,
    /// Headline.
    pub title: Option<String>,
    /// Day of publication.
    pub published: Option<Date>,
    /// Newspaper, agency or site.
    pub outlet: Option<String>,
    /// By-line.
    pub author: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// ISO 639-1 language code.
    pub lang: String,
    /// The words that the offsets point into.
    pub text: String,
}

impl From<&Article> for RecordArticle {
    fn from(article: &Article) -> Self {
        Self {
            id: article.id.clone(),
            source: article.source.clone(),
            title: article.title.clone(),
            published: article.published,
            outlet: article.outlet.clone(),
            author: article.author.clone(),
            url: article.url.clone(),
            lang: article.lang.clone(),
            text: article.text.to_string(),
        }
    }
}

/// One thing that an article is about, with all its mentions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordEntity {
    /// Name inside the record: `e1`, `e2`, …
    pub key: String,
    /// Its most specific class.
    pub class: Class,
    /// Its fullest name in the article (the registry's label if it is registered).
    pub label: String,
    /// Its other names in the article, sorted.
    pub aliases: Vec<String>,
    /// IRI in the registry, if it was recognised there.
    pub registry: Option<String>,
    /// Where it is mentioned, in order.
    pub mentions: Vec<RecordMention>,
}

/// One mention of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordMention {
    /// First code point.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// By name, description or pronoun.
    pub kind: MentionKind,
}

/// What kind of statement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatementKind {
    /// A relation between two things.
    Fact,
    /// Where somebody stands on something.
    Stance,
    /// That somebody said something.
    Quote,
}

/// Whether a statement affirms or negates its relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// "Meta acquired it".
    Affirmed,
    /// "Meta did not acquire it".
    Negated,
}

/// How real a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Modality {
    /// It is or was so.
    Actual,
    /// It may be so: "might", "reportedly".
    Possible,
    /// Somebody means it to become so: "plans to", "will".
    Planned,
    /// It depends on something: "if", "would".
    Conditional,
}

macro_rules! as_str {
    ($($name:ident { $($variant:ident = $text:literal),+ })+) => { $(
        impl $name {
            /// The word used in JSON, RDF and every export.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+ };
}

as_str! {
    StatementKind { Fact = "fact", Stance = "stance", Quote = "quote" }
    Polarity { Affirmed = "affirmed", Negated = "negated" }
    Modality { Actual = "actual", Possible = "possible", Planned = "planned", Conditional = "conditional" }
}

/// One thing that an article says, with the sentence that says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordStatement {
    /// Key of the entity it is about.
    pub subject: String,
    /// Local name of a relation of the vocabulary (`worksFor`), or `open/<lemma>`.
    pub relation: String,
    /// Key of an entity, or a literal; for `said` the words said.
    pub object: RecordObject,
    /// Fact, stance or quote.
    pub kind: StatementKind,
    /// Affirmed or negated.
    pub polarity: Polarity,
    /// Actual, possible, planned or conditional.
    pub modality: Modality,
    /// Key of the entity whose claim it is; `null` when the article itself says so.
    pub holder: Option<String>,
    /// The words that attribute it.
    pub attribution: Option<Attribution>,
    /// Position held, verbatim: "chief AI scientist".
    pub role: Option<String>,
    /// When it holds or happened.
    pub time: Option<RecordTime>,
    /// A sum of money that belongs to it.
    pub amount: Option<Amount>,
    /// The relation's words as written.
    pub phrase: String,
    /// Probability that the article says so.
    pub confidence: Confidence,
    /// The sentence behind it.
    pub evidence: RecordEvidence,
    /// What found it: `clause/verb`, `stance/quote`, …
    pub by: String,
}

/// The object of a statement: an entity's key or a literal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RecordObject {
    /// Key of an entity of the record.
    Entity(String),
    /// A value.
    Literal(Literal),
}

/// A literal value with its type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Literal {
    /// Lexical form: `1961-08-04`, `1961-08`, `1961`, or the words of a quote.
    pub value: String,
    /// `date` (day, month or year) or `text`.
    #[serde(rename = "type")]
    pub datatype: LiteralType,
}

/// Type of a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LiteralType {
    /// A day, month or year in ISO 8601.
    Date,
    /// Words.
    Text,
}

/// Who is cited how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    /// The words that attribute: "said", "according to".
    pub cue: CharSpan,
    /// Whether the statement stands inside quotation marks.
    pub quoted: bool,
}

/// When a statement holds, as ISO 8601 days, months or years, with the words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordTime {
    /// First day, month or year, if known.
    pub from: Option<String>,
    /// Last day, month or year, if known; equal to `from` for a point in time.
    pub to: Option<String>,
    /// The words: "on January 20, 2025".
    pub text: String,
}

/// A sum of money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// In whole units: 60000000000 for "$60 billion".
    pub value: f64,
    /// ISO 4217 code.
    pub unit: String,
    /// The words: "over $60 billion".
    pub text: String,
}

/// Where in the article a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordEvidence {
    /// The sentence (for a quote over several sentences, all of them).
    pub sentence: CharSpan,
    /// The mention of the subject.
    pub subject: CharSpan,
    /// The mention of the object, or the words of the literal.
    pub object: CharSpan,
    /// The words that signal the relation.
    pub cue: CharSpan,
}
