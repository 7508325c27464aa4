//! What the rules of this folder hand to each other.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    article::Span,
    language::TokenId,
    ontology::{Class, Range, Relation},
};

use super::{entities::EntityIx, factuality::Factuality};

/// What fills one end of a relation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filler {
    /// An entity of the article, with the mention meant here.
    Entity { entity: EntityIx, span: Span, certainty: f64 },
    /// A subject of stances that is no named entity: its noun phrase, and how it is written inside a sentence.
    Topic { span: Span, label: String },
    /// A day, month or year in ISO 8601.
    Date { value: String, span: Span },
    /// The words of somebody.
    Words { span: Span },
}

impl Filler {
    /// The words it stands for.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Entity { span, .. }
            | Self::Topic { span, .. }
            | Self::Date { span, .. }
            | Self::Words { span } => *span,
        }
    }

    /// The same, less certain by a factor if it is an entity.
    pub(crate) fn with_certainty(self, factor: f64) -> Self {
        match self {
            Self::Entity { entity, span, certainty } => {
                Self::Entity { entity, span, certainty: certainty * factor }
            }
            other => other,
        }
    }

    /// How sure it is that the words mean this, 0 to 1.
    pub(crate) fn certainty(&self) -> f64 {
        match self {
            Self::Entity { certainty, .. } => *certainty,
            Self::Topic { .. } => 0.9,
            Self::Date { .. } | Self::Words { .. } => 1.0,
        }
    }
}

/// A relation that a rule has read in one sentence, before factuality, attribution and time are looked up.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// Local name of the relation or `open/<lemma>`.
    pub(crate) relation: String,
    pub(crate) subject: Filler,
    pub(crate) object: Filler,
    /// The word whose factuality and attribution are the statement's: verb or event noun.
    pub(crate) predicate: TokenId,
    /// The words that signal the relation.
    pub(crate) cue: Span,
    /// Position held, verbatim.
    pub(crate) role: Option<Span>,
    /// Whether it is over: "former".
    pub(crate) over: bool,
    /// How real it is.
    pub(crate) reality: Reality,
    /// Confidence of the rule before the certainty of its ends; 0 if only the model sees the relation.
    pub(crate) confidence: f64,
    /// The rule; empty if only the model sees the relation.
    pub(crate) by: &'static str,
    /// What the model says of the pair.
    pub(crate) pair: Option<PairWitness>,
}

/// The model's view of a pair.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PairWitness {
    /// The model's label.
    pub(crate) label: Arc<str>,
    /// Its probability.
    pub(crate) probability: f64,
    /// Steps between the two mentions in the tree of their sentence.
    pub(crate) path: Option<u8>,
}

impl Finding {
    /// Whether no rule has read it, only the model.
    pub(crate) fn is_seen_only(&self) -> bool {
        self.by.is_empty()
    }

    /// The rule and the label that speak for it: `clause/verb`, `clause/verb+pair/acquired`, `pair/acquired`.
    pub(crate) fn by(&self) -> String {
        let pair = self.pair.as_ref().map(|pair| format!("pair/{}", pair.label));
        match pair {
            Some(pair) if self.is_seen_only() => pair,
            Some(pair) => format!("{}+{pair}", self.by),
            None => self.by.to_owned(),
        }
    }
}

/// Where to read how real a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reality {
    /// In the words around the predicate.
    Around,
    /// The rule knows.
    Known(Factuality),
    /// It is taken for granted, whatever becomes of the sentence: "Orvanta's Halcyon" in "may stop using Orvanta's
    /// Halcyon", "did not meet the French minister".
    Presupposed(Factuality),
}

/// How well a class fits a set of allowed ones: 1 when it is one of them or below, less when it may be (an
/// `Organization` where a `Company` is wanted), 0 when it cannot be.
pub(crate) fn class_fit(class: Class, allowed: &BTreeSet<Class>) -> f64 {
    if allowed.iter().any(|&allowed| class.is_a(allowed)) {
        1.0
    } else if allowed.iter().any(|&allowed| allowed.is_a(class)) {
        0.85
    } else {
        0.0
    }
}

/// How well the class of a subject fits the relation's domain.
pub(crate) fn domain_fit(relation: &Relation, class: Class) -> f64 {
    class_fit(class, &relation.domain)
}

/// How well the class of an object fits the relation's range.
pub(crate) fn range_fit(relation: &Relation, class: Class) -> f64 {
    match &relation.range {
        Range::Classes(allowed) => class_fit(class, allowed),
        Range::Date => 0.0,
        Range::Text => 1.0,
    }
}
