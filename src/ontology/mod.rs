//! The vocabulary: classes, relations, the words that signal them, topics and known entities.

mod cue;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

pub use cue::{Cue, CueKind, CueObject, End, Oblique, Slot};

use serde::{Deserialize, Serialize};

/// Namespace of the vocabulary, prefix `ng:`.
pub const NAMESPACE: &str = "https://w3id.org/newsgraph/ns#";

/// Classes of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// A human being.
    Person,
    /// A body of people that acts: ministry, party, university, club.
    Organization,
    /// An organisation that does business.
    Company,
    /// A location.
    Place,
    /// A sovereign state or its territory.
    Country,
    /// Something made and offered: device, software, model, service.
    Product,
    /// Something that happens: summit, election, war.
    Event,
    /// A subject that somebody can have a stance on.
    Topic,
}

impl Class {
    /// Every class, superclasses before subclasses.
    pub const ALL: [Self; 8] = [
        Self::Person,
        Self::Organization,
        Self::Company,
        Self::Place,
        Self::Country,
        Self::Product,
        Self::Event,
        Self::Topic,
    ];

    /// Local name: `Person`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Organization => "Organization",
            Self::Company => "Company",
            Self::Place => "Place",
            Self::Country => "Country",
            Self::Product => "Product",
            Self::Event => "Event",
            Self::Topic => "Topic",
        }
    }

    /// The class with that local name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// The class above, if any: `Organization` for `Company`.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::Company => Some(Self::Organization),
            Self::Country => Some(Self::Place),
            _ => None,
        }
    }

    /// The topmost class; entities of one root share a folder in their IRIs.
    #[must_use]
    pub fn root(self) -> Self {
        self.parent().unwrap_or(self)
    }

    /// Whether it is `other` or below it.
    #[must_use]
    pub fn is_a(self, other: Self) -> bool {
        self == other || self.parent() == Some(other)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a relation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// A relation between two things.
    Fact,
    /// Below `ng:stanceTowards`.
    Stance,
    /// `said` and `mentions`.
    Quote,
}

/// What may stand at the object end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// Entities of one of these classes or below.
    Classes(BTreeSet<Class>),
    /// A date literal.
    Date,
    /// Words, or an entity.
    Text,
}

/// A relation of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Local name: `worksFor`.
    pub name: String,
    /// Words for people: "works for".
    pub label: String,
    /// What it means, one sentence.
    pub comment: String,
    /// Fact, stance or quote.
    pub kind: RelationKind,
    /// Classes that its subject may have.
    pub domain: BTreeSet<Class>,
    /// What its object may be.
    pub range: Range,
    /// Local name of the inverse relation, if it has one.
    pub inverse: Option<String>,
    /// Whether it holds both ways.
    pub symmetric: bool,
    /// Whether a subject has at most one object at a time.
    pub functional: bool,
    /// Sentences that show it.
    pub examples: Vec<String>,
}

/// A subject that stances can be about (SKOS concept).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Path below the base IRI: `topic/open-source`.
    pub id: String,
    /// Preferred label.
    pub label: String,
    /// Other wordings, lower case.
    pub aliases: BTreeSet<String>,
    /// Ids of wider topics.
    pub broader: BTreeSet<String>,
}

/// An entity known beforehand: a country, or what users add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryEntry {
    /// Path below the base IRI: `place/china`.
    pub id: String,
    /// Its class.
    pub class: Class,
    /// Preferred label.
    pub label: String,
    /// Other names, as written.
    pub aliases: BTreeSet<String>,
    /// Adjectives and nouns for its people: "Chinese".
    pub demonyms: BTreeSet<String>,
    /// IRIs of the same thing elsewhere.
    pub same_as: BTreeSet<String>,
}

/// Everything read from the vocabulary files.
#[derive(Debug, Clone)]
pub struct Ontology {
    relations: BTreeMap<String, Relation>,
    cues: Vec<Cue>,
    words: BTreeMap<String, BTreeSet<String>>,
    topics: Vec<Topic>,
    registry: Vec<RegistryEntry>,
    hash: String,
}
