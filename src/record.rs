//! The record: what one article says, as one JSON object on one line.
//!
//! Records are the hand-over between extraction and the graph, between machines, and the source of truth inside
//! a graph directory. Field names never change within a major version. Offsets are Unicode code points,
//! half-open, into `article.text`.

use std::{
    collections::BTreeSet,
    fmt,
    io::{self, BufRead, Write},
};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    article::{Article, CodePoints},
    language::MentionKind,
    ontology::Class,
};

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
    /// What the confidence is made of, where a rule and the model could both speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnesses: Option<Witnesses>,
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

/// What speaks for a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witnesses {
    /// Confidence of the rule that read the clause; none if no rule did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<Confidence>,
    /// Probability that the model gives the relation of the two mentions; none if it does not know the relation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<Confidence>,
    /// How sure it is which entities subject and object mean.
    pub ends: Confidence,
    /// Steps from subject to object in the dependency tree, where only the model sees the relation and both stand in one
    /// sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<u8>,
}

impl Witnesses {
    /// Whether rule and model agree, in words.
    #[must_use]
    pub fn agreement(&self) -> &'static str {
        match (self.clause, self.pair) {
            (Some(_), None) => "rule alone",
            (Some(_), Some(Confidence(0))) => "rule, the model does not see it",
            (Some(_), Some(_)) => "rule and model",
            (None, _) => "model alone",
        }
    }
}

/// Longest line of JSON that is read, in bytes.
pub const MAX_LINE: usize = 256 << 20;

/// A line that says why an article has no record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorRecord {
    /// What is known of the article.
    pub article: ErrorArticle,
    /// Why it could not be read.
    pub error: String,
}

/// The article of an [`ErrorRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorArticle {
    /// Where it was read from.
    pub source: String,
    /// Its id, if it got one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// One line of JSON Lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// An article that could not be read.
    Error(ErrorRecord),
    /// What an article says.
    Record(Box<Record>),
}

/// Why a line of JSON Lines cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The input cannot be read.
    #[error("line {line}: cannot be read: {error}")]
    Read {
        /// Counted from 1.
        line: u64,
        /// What the system says.
        error: io::Error,
    },
    /// Longer than [`MAX_LINE`].
    #[error("line {line}: longer than {MAX_LINE} bytes; split the article")]
    TooLong {
        /// Counted from 1.
        line: u64,
    },
    /// No record.
    #[error("line {line}: not a record: {error}; records are what newsgraph extract prints")]
    Json {
        /// Counted from 1.
        line: u64,
        /// What is wrong, and in which column.
        error: serde_json::Error,
    },
    /// A record that contradicts itself.
    #[error("line {line}: {error}; extract the article again")]
    Invalid {
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        error: RecordError,
    },
}

/// What is wrong within a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The article has no id.
    #[error("the article has no id")]
    NoId,
    /// Two entities with one key, or an entity without.
    #[error("entity key {0:?} is empty or used twice")]
    Key(String),
    /// An entity without a name.
    #[error("entity {0} has an empty label")]
    Label(String),
    /// A statement about nothing.
    #[error("statement {statement} names entity {key:?}, which the record does not hold")]
    Dangling {
        /// Counted from 1.
        statement: usize,
        /// The key.
        key: String,
    },
    /// A statement without a relation.
    #[error("statement {0} has no relation")]
    Relation(usize),
    /// An offset outside the text.
    #[error("{what}: {}..{} is no range of the text, which has {length} characters", span.start, span.end)]
    Span {
        /// Which span.
        what: String,
        /// The span.
        span: CharSpan,
        /// Length of the text in code points.
        length: u32,
    },
    /// A mention outside its sentence.
    #[error("statement {statement}: the {what} at {}..{} lies outside its sentence", span.start, span.end)]
    Outside {
        /// Counted from 1.
        statement: usize,
        /// Subject, object or cue.
        what: &'static str,
        /// The span.
        span: CharSpan,
    },
}

impl CharSpan {
    /// Whether `other` lies wholly inside.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl Record {
    /// The record without those that the article speaks of and does not name, known by pronouns only, and without
    /// what it says of them.
    #[must_use]
    pub fn without_unnamed(mut self) -> Self {
        let unnamed = |entity: &RecordEntity| {
            !entity.mentions.is_empty() && entity.mentions.iter().all(|m| m.kind == MentionKind::Pronoun)
        };
        let gone: BTreeSet<String> =
            self.entities.iter().filter(|entity| unnamed(entity)).map(|entity| entity.key.clone()).collect();
        if gone.is_empty() {
            return self;
        }
        self.entities.retain(|entity| !gone.contains(&entity.key));
        self.statements.retain(|statement| {
            let object = match &statement.object {
                RecordObject::Entity(key) => Some(key),
                RecordObject::Literal(_) => None,
            };
            ![Some(&statement.subject), object, statement.holder.as_ref()]
                .into_iter()
                .flatten()
                .any(|key| gone.contains(key))
        });
        self
    }

    /// Checks that keys and offsets point somewhere: all that merging relies on.
    ///
    /// The subject or object of a statement may lie outside its sentence, as in a quote whose speaker stands in the
    /// sentence before; the cue may not.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), RecordError> {
        if self.article.id.is_empty() {
            return Err(RecordError::NoId);
        }
        let length = CodePoints::new(&self.article.text).len();
        let check = |what: &dyn Fn() -> String, span: CharSpan| {
            if span.start <= span.end && span.end <= length {
                return Ok(());
            }
            Err(RecordError::Span { what: what(), span, length })
        };
        let mut keys = BTreeSet::new();
        for entity in &self.entities {
            if entity.key.is_empty() || !keys.insert(entity.key.as_str()) {
                return Err(RecordError::Key(entity.key.clone()));
            }
            if entity.label.trim().is_empty() {
                return Err(RecordError::Label(entity.key.clone()));
            }
            for mention in &entity.mentions {
                check(
                    &|| format!("mention of entity {}", entity.key),
                    CharSpan { start: mention.start, end: mention.end },
                )?;
            }
        }
        for (at, statement) in self.statements.iter().enumerate() {
            let number = at + 1;
            let object = if let RecordObject::Entity(key) = &statement.object { Some(key) } else { None };
            for key in [Some(&statement.subject), object, statement.holder.as_ref()].into_iter().flatten() {
                if !keys.contains(key.as_str()) {
                    return Err(RecordError::Dangling { statement: number, key: key.clone() });
                }
            }
            if statement.relation.trim().is_empty() {
                return Err(RecordError::Relation(number));
            }
            let evidence = &statement.evidence;
            let attribution = statement.attribution.map(|attribution| ("attribution", attribution.cue));
            let spans = [
                ("sentence", evidence.sentence),
                ("subject", evidence.subject),
                ("object", evidence.object),
                ("cue", evidence.cue),
            ];
            for (what, span) in spans.into_iter().chain(attribution) {
                check(&|| format!("{what} of statement {number}"), span)?;
            }
            if !evidence.sentence.contains(evidence.cue) {
                return Err(RecordError::Outside { statement: number, what: "cue", span: evidence.cue });
            }
        }
        Ok(())
    }
}

/// Reads JSON Lines as `extract` prints them, one item for each line that is not blank; a bad line does not end it.
///
/// Memory: one line, of at most [`MAX_LINE`] bytes.
///
/// ```
/// use newsgraph::record::{Line, read_lines};
/// let input = b"\n{\"article\":{\"source\":\"a.txt\"},\"error\":\"empty\"}\n{}\n";
/// let lines: Vec<_> = read_lines(&input[..]).collect();
/// assert!(matches!(lines[0], Ok(Line::Error(_))));
/// assert!(lines[1].as_ref().unwrap_err().to_string().starts_with("line 3: not a record"));
/// ```
pub fn read_lines(input: impl BufRead) -> impl Iterator<Item = Result<Line, LineError>> {
    LineReader { input, line: 0, done: false, limit: MAX_LINE }
}

struct LineReader<R> {
    input: R,
    line: u64,
    done: bool,
    limit: usize,
}

impl<R: BufRead> LineReader<R> {
    /// The next line without its end, or `None` at the end of input; a line over the limit is skipped to its end.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, LineError> {
        self.line += 1;
        let line = self.line;
        let mut bytes = Vec::new();
        let mut too_long = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(LineError::Read { line, error }),
            };
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            if bytes.len() + part.len() > self.limit {
                too_long = true;
                bytes = Vec::new();
            }
            if !too_long {
                bytes.extend_from_slice(part);
            }
            let (taken, at_end) = (end.map_or(chunk.len(), |end| end + 1), chunk.is_empty());
            self.input.consume(taken);
            if at_end {
                self.done = true;
            }
            if at_end || end.is_some() {
                break;
            }
        }
        match too_long {
            true => Err(LineError::TooLong { line }),
            false if self.done && bytes.is_empty() => Ok(None),
            false => Ok(Some(bytes)),
        }
    }
}

impl<R: BufRead> Iterator for LineReader<R> {
    type Item = Result<Line, LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            let bytes = match self.next_line() {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return None,
                Err(error) => {
                    self.done |= matches!(error, LineError::Read { .. });
                    return Some(Err(error));
                }
            };
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return Some(parse_line(&bytes, self.line));
        }
        None
    }
}

fn parse_line(bytes: &[u8], line: u64) -> Result<Line, LineError> {
    // An error line is small and known by its field; parsing a record directly keeps serde's column in the message.
    let record = match serde_json::from_slice::<Record>(bytes) {
        Ok(record) => record,
        Err(error) => {
            return match serde_json::from_slice::<ErrorRecord>(bytes) {
                Ok(record) => Ok(Line::Error(record)),
                Err(_) => Err(LineError::Json { line, error }),
            };
        }
    };
    record.validate().map_err(|error| LineError::Invalid { line, error })?;
    Ok(Line::Record(Box::new(record)))
}

/// Writes one line of JSON Lines and flushes it, so that a reader at the other end of a pipe sees it at once.
///
/// # Errors
/// If `output` cannot be written.
pub fn write_line(line: &Line, mut output: impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut output, line)?;
    output.write_all(b"\n")?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::fixture::world;

    #[test]
    fn lines_are_read_back() {
        let mut bytes = Vec::new();
        for record in world() {
            write_line(&Line::Record(Box::new(record)), &mut bytes).unwrap();
        }
        let error = ErrorRecord {
            article: ErrorArticle { source: "b.txt".into(), id: None },
            error: "not text".into(),
        };
        write_line(&Line::Error(error.clone()), &mut bytes).unwrap();
        let lines: Vec<Line> = read_lines(&bytes[..]).collect::<Result<_, _>>().unwrap();
        let mut expected: Vec<Line> =
            world().into_iter().map(|record| Line::Record(Box::new(record))).collect();
        expected.push(Line::Error(error));
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_long_line_is_skipped_and_the_next_one_read() {
        let input = b"{\"much\":\"too long\"}\n\n{\"article\":{\"source\":\"a\"},\"error\":\"e\"}";
        let mut reader = LineReader { input: &input[..], line: 0, done: false, limit: 18 };
        assert!(matches!(reader.next(), Some(Err(LineError::TooLong { line: 1 }))));
        reader.limit = 100;
        assert!(matches!(reader.next(), Some(Ok(Line::Error(_)))));
        assert!(reader.next().is_none());
    }

    #[test]
    fn what_points_nowhere_is_refused() {
        let good = world().remove(0);
        assert_eq!(good.validate(), Ok(()));
        let mut bad = good.clone();
        bad.statements[0].holder = Some("e99".into());
        assert!(bad.validate().unwrap_err().to_string().contains("e99"));
        let mut bad = good.clone();
        bad.statements[1].evidence.sentence.end = 100_000;
        assert!(bad.validate().unwrap_err().to_string().starts_with("sentence of statement 2: "));
        let mut bad = good.clone();
        bad.statements[0].evidence.cue = bad.statements[1].evidence.cue;
        assert!(matches!(bad.validate(), Err(RecordError::Outside { what: "cue", .. })));
        let mut bad = good;
        bad.entities[1].key = "e1".into();
        assert_eq!(bad.validate(), Err(RecordError::Key("e1".into())));
    }
}
