//! The vocabulary: classes, relations, the words that signal them, topics and known entities.
//!
//! All of it is data, in the Turtle files of the top-level `ontology/` folder, which are embedded in the program;
//! [`Ontology::load`] adds the user's own files of the same kinds.

mod cue;
mod load;
mod names;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::PathBuf,
};

use oxigraph::model::Triple;
use serde::{Deserialize, Serialize};

use names::Names;

pub use cue::{Cue, CueError, CueKind, CueObject, End, Oblique, Slot};
pub use load::OntologyError;

/// Namespace of the vocabulary, prefix `ng:`.
pub const NAMESPACE: &str = "https://w3id.org/newsgraph/ns#";

/// Base IRI of entities and topics unless another is asked for; relative IRIs in vocabulary files start here.
pub const BASE: &str = "https://w3id.org/newsgraph/";

/// SHACL shapes of the graph, in Turtle.
pub const SHAPES: &str = include_str!("../../ontology/shapes.ttl");

/// The vocabulary files that are part of the program: name and content.
const BUILTIN: [(&str, &str); 4] = [
    ("ontology/newsgraph.ttl", include_str!("../../ontology/newsgraph.ttl")),
    ("ontology/cues.ttl", include_str!("../../ontology/cues.ttl")),
    ("ontology/topics.ttl", include_str!("../../ontology/topics.ttl")),
    ("ontology/registry.ttl", include_str!("../../ontology/registry.ttl")),
];

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
    /// Entities of one of these classes; with each class all below it.
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
    /// Full IRI: in [`NAMESPACE`] unless the user's file puts it elsewhere.
    pub iri: String,
    /// Words for people: "works for".
    pub label: String,
    /// What it means, one sentence.
    pub comment: String,
    /// Fact, stance or quote.
    pub kind: RelationKind,
    /// Classes that its subject may have; with each class all below it.
    pub domain: BTreeSet<Class>,
    /// What its object may be.
    pub range: Range,
    /// Local name of the inverse: `employs` for `worksFor`. Statements never use it.
    pub inverse: Option<String>,
    /// Words for people to read the relation from its object: "employs".
    pub inverse_label: Option<String>,
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
///
/// ```
/// use newsgraph::ontology::Ontology;
/// let ontology = Ontology::builtin();
/// assert_eq!(ontology.relation("leads").map(|relation| relation.label.as_str()), Some("leads"));
/// assert_eq!(ontology.lookup("U.S.").map(|entry| entry.id.as_str()), Some("place/united-states"));
/// assert_eq!(ontology.demonym("Chinese").map(|entry| entry.label.as_str()), Some("China"));
/// assert_eq!(ontology.topic_for("open-source models").map(|t| t.id.as_str()), Some("topic/open-source"));
/// assert!(ontology.words("reportingVerb").contains("say"));
/// ```
#[derive(Debug, Clone)]
pub struct Ontology {
    relations: BTreeMap<String, Relation>,
    cues: Vec<Cue>,
    words: BTreeMap<String, BTreeSet<String>>,
    topics: Vec<Topic>,
    topic_names: BTreeMap<String, usize>,
    registry: Vec<RegistryEntry>,
    names: Names,
    demonyms: BTreeMap<String, usize>,
    hash: String,
    triples: Vec<Triple>,
}

impl Ontology {
    /// The vocabulary that is part of the program. Reads it anew at each call, which takes some milliseconds.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the files are embedded and every test reads them")]
    pub fn builtin() -> Self {
        Self::load(&[]).unwrap_or_else(|error| panic!("embedded vocabulary: {error}"))
    }

    /// The built-in vocabulary and the user's own files of the same kinds (Turtle).
    ///
    /// A user's file may add relations, cues, words, topics and known entities, and may add to built-in ones: more
    /// cues for a relation, more names for a country. Its terms may be in any namespace. The order of files does
    /// not matter.
    ///
    /// # Errors
    /// If a file cannot be read or says something that the vocabulary cannot use; the error names file and term.
    pub fn load(extra_files: &[PathBuf]) -> Result<Self, OntologyError> {
        load::load(&BUILTIN, extra_files)
    }

    /// The relation with this local name.
    #[must_use]
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.get(name)
    }

    /// All relations, sorted by local name.
    pub fn relations(&self) -> impl Iterator<Item = &Relation> {
        self.relations.values()
    }

    /// All cues, sorted by relation, kind and template.
    #[must_use]
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }

    /// The words of a list (`reportingVerb`), all lower case; none if there is no such list.
    #[must_use]
    pub fn words(&self, list: &str) -> &BTreeSet<String> {
        static NONE: BTreeSet<String> = BTreeSet::new();
        self.words.get(list).unwrap_or(&NONE)
    }

    /// All topics, sorted by id.
    #[must_use]
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    /// The topic that these words name, whatever their letter case, hyphens, article and plural.
    #[must_use]
    pub fn topic_for(&self, phrase: &str) -> Option<&Topic> {
        self.topics.get(*self.topic_names.get(&names::topic_key(phrase))?)
    }

    /// All entities known beforehand, sorted by id.
    #[must_use]
    pub fn registry(&self) -> &[RegistryEntry] {
        &self.registry
    }

    /// The known entity of this label or alias. Letter case, accents, hyphens and a leading "the" do not matter,
    /// except that short names in capitals (US, WHO) are found only in capitals.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Option<&RegistryEntry> {
        self.registry.get(self.names.get(name)?)
    }

    /// The known entity whose demonym this is, as written or in the plural: "Chinese", "Americans".
    #[must_use]
    pub fn demonym(&self, word: &str) -> Option<&RegistryEntry> {
        let found = self.demonyms.get(word).or_else(|| self.demonyms.get(word.strip_suffix('s')?))?;
        self.registry.get(*found)
    }

    /// `sha256:` and the hash of all that was read; the same for any order of files and statements.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The definitions of classes, properties and topics for the RDF store: sorted, no blank nodes, topics under
    /// [`BASE`] wherever the user's file has them.
    #[must_use]
    pub fn term_triples(&self) -> &[Triple] {
        &self.triples
    }
}
