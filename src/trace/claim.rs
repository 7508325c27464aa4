//! A statement and its sentences as data to show: what trace, explain and their JSON share.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::plain;
use crate::{
    graph::{Entity, EntityIx, Evidence, Graph, Object, Statement},
    ontology::{Class, Ontology},
    record::{Amount, CharSpan, Confidence, Literal, Modality, Polarity, RecordTime, StatementKind},
};

/// An entity by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Path below the base IRI.
    pub id: String,
    /// Preferred name.
    pub label: String,
    /// Its class.
    pub class: Class,
}

impl Named {
    pub(super) fn new(graph: &Graph, EntityIx(at): EntityIx) -> Self {
        let Entity { id, label, class, .. } = &graph.entities[at as usize];
        Self { id: id.clone(), label: label.clone(), class: *class }
    }
}

/// The object end of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum End {
    /// An entity.
    Entity(Named),
    /// A date or words.
    Literal(Literal),
}

impl End {
    /// The entity's name or the literal's words.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Entity(named) => &named.label,
            Self::Literal(literal) => &literal.value,
        }
    }
}

/// How a statement is walked or was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From its subject to its object.
    Forward,
    /// From its object to its subject.
    Backward,
}

/// A statement with names in place of positions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// Path of the statement below the base IRI.
    pub statement: String,
    /// Whom it is about.
    pub subject: Named,
    /// Local name of the relation.
    pub relation: String,
    /// The relation's words, with whatever keeps it from being a plain fact: "not acquired".
    pub label: String,
    /// The other end.
    pub object: End,
    /// Fact, stance or quote.
    pub kind: StatementKind,
    /// Affirmed or negated.
    pub polarity: Polarity,
    /// Actual, possible, planned or conditional.
    pub modality: Modality,
    /// Whose claim it is, if not the articles' own.
    pub holder: Option<Named>,
    /// Positions held.
    pub roles: Vec<String>,
    /// When it holds or happened.
    pub times: Vec<RecordTime>,
    /// Sums of money.
    pub amounts: Vec<Amount>,
    /// Confidence over all evidence.
    pub confidence: Confidence,
    /// Sentences behind it.
    pub evidence_count: usize,
    /// Independent outlets behind it.
    pub sources: u32,
    /// Publication date of the first article that says so.
    pub first_seen: Option<Date>,
    /// Publication date of the last.
    pub last_seen: Option<Date>,
    /// Whether it also stands as a direct triple.
    pub asserted: bool,
}

impl Claim {
    pub(super) fn new(graph: &Graph, ontology: &Ontology, statement: &Statement) -> Self {
        Self {
            statement: statement.id.clone(),
            subject: Named::new(graph, statement.subject),
            relation: statement.relation.clone(),
            label: statement.claim_label(graph, ontology),
            object: match &statement.object {
                Object::Entity(at) => End::Entity(Named::new(graph, *at)),
                Object::Literal(literal) => End::Literal(literal.clone()),
            },
            kind: statement.kind,
            polarity: statement.polarity,
            modality: statement.modality,
            holder: statement.holder.map(|holder| Named::new(graph, holder)),
            roles: statement.roles.iter().cloned().collect(),
            times: statement.times.iter().cloned().collect(),
            amounts: statement.amounts.clone(),
            confidence: statement.confidence,
            evidence_count: statement.evidence.len(),
            sources: statement.sources,
            first_seen: statement.first_seen,
            last_seen: statement.last_seen,
            asserted: statement.asserted,
        }
    }

    /// "[0.930, 2 sentences, 1 outlet]", for people.
    pub(super) fn support(&self) -> String {
        let plural =
            |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let mut parts = vec![
            self.confidence.to_string(),
            plural(self.evidence_count, "sentence"),
            plural(self.sources as usize, "outlet"),
        ];
        parts.extend(self.roles.iter().map(|role| plain(role).into_owned()));
        parts.extend(self.times.iter().map(|time| plain(&time.text).into_owned()));
        parts.extend(self.amounts.iter().map(|amount| plain(&amount.text).into_owned()));
        format!("[{}]", parts.join(", "))
    }
}

/// A sentence with its place and how it was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Citation {
    /// Path of the evidence below the base IRI.
    pub evidence: String,
    /// The sentence.
    pub text: String,
    /// Where it stands in the article's text.
    pub sentence: CharSpan,
    /// The subject's mention.
    pub subject: CharSpan,
    /// The object's mention.
    pub object: CharSpan,
    /// The words that signal the relation.
    pub cue: CharSpan,
    /// Words that attribute it.
    pub attribution: Option<CharSpan>,
    /// The relation's words.
    pub phrase: String,
    /// Whether they stand inside quotation marks.
    pub quoted: bool,
    /// Confidence of this one reading.
    pub confidence: Confidence,
    /// The rule or head that found it.
    pub by: String,
    /// Id of the article.
    pub article: String,
    /// Where the article was read from.
    pub source: String,
    /// Its headline.
    pub title: Option<String>,
    /// Its outlet.
    pub outlet: Option<String>,
    /// Its day of publication.
    pub published: Option<Date>,
    /// Its address.
    pub url: Option<String>,
}

impl Citation {
    pub(super) fn new(graph: &Graph, evidence: &Evidence) -> Self {
        let article = &graph.articles[evidence.article.0 as usize];
        Self {
            evidence: evidence.id.clone(),
            text: evidence.text.clone(),
            sentence: evidence.sentence,
            subject: evidence.subject,
            object: evidence.object,
            cue: evidence.cue,
            attribution: evidence.attribution,
            phrase: evidence.phrase.clone(),
            quoted: evidence.quoted,
            confidence: evidence.confidence,
            by: evidence.by.clone(),
            article: article.id.clone(),
            source: article.source.clone(),
            title: article.title.clone(),
            outlet: article.outlet.clone(),
            published: article.published,
            url: article.url.clone(),
        }
    }
}

/// “Sentence” — title, outlet, day; on one line, fit for a terminal.
impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}” — {}", plain(&self.text), plain(self.title.as_deref().unwrap_or(&self.source)))?;
        if let Some(outlet) = &self.outlet {
            write!(f, ", {}", plain(outlet))?;
        }
        match self.published {
            Some(day) => write!(f, ", {day}"),
            None => Ok(()),
        }
    }
}

/// The best sentence in an article of `day` or before, or of unknown date.
pub(super) fn best_evidence<'g>(
    graph: &'g Graph,
    statement: &'g Statement,
    day: Option<Date>,
) -> Option<&'g Evidence> {
    statement.evidence.iter().find(|evidence| {
        let published = graph.articles[evidence.article.0 as usize].published;
        day.zip(published).is_none_or(|(day, published)| published <= day)
    })
}

/// Whether one of the statement's times allows it on `day`: begun, and (unless a point in time) not ended.
pub(super) fn known_times(statement: &Statement, day: Date) -> bool {
    let day = day.to_string();
    // ISO dates compare as text, cut to the precision of the one given.
    let precise = |date: &str| day.get(..date.len()).map(|day| day.cmp(date));
    statement.times.is_empty()
        || statement.times.iter().any(|time| {
            let begun = time.from.as_deref().and_then(precise).is_none_or(std::cmp::Ordering::is_ge);
            let ended = time.to.as_deref().and_then(precise).is_some_and(std::cmp::Ordering::is_gt);
            begun && (!ended || time.from == time.to)
        })
}
