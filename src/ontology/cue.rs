//! Cues: the words that signal a relation, written as small templates.
//!
//! A template names the two ends of the relation, `X` (its subject) and `Y` (its object), and the words between
//! them as dictionary forms; the reader of clauses turns passives, possessives and conjunctions by itself.
//!
//! | kind | template | reads |
//! |---|---|---|
//! | verb | `X acquire\|buy Y` | "Meta bought it", "it was bought by Meta" |
//! | verb | `X take+over Y` | particle verbs |
//! | verb | `X work for\|at Y` | a preposition before its end |
//! | verb | `Y hire X` | the ends swapped |
//! | verb | `_ base X in Y` | no subject: "Arm, based in Britain"; "X is based in Y" |
//! | verb | `X have [stake\|share] in Y` | a fixed object noun |
//! | role | `X founder of Y` | "Y's founder X", "X, founder of Y", "X is the founder of Y", "Y founder X" |
//! | event | `X acquisition of Y` | "X's acquisition of Y", "the acquisition of Y by X" |
//! | adjective | `X critical of Y` | "X is critical of Y" |
//!
//! An end may be narrowed to a class: `X:Person run Y`.

use std::collections::BTreeSet;

use super::Class;

/// The two ends of a relation in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The relation's subject.
    X,
    /// The relation's object.
    Y,
}

/// One end as a template places it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Which end stands here.
    pub end: End,
    /// Class that it must have, narrower than the relation's domain or range.
    pub class: Option<Class>,
}

/// What kind of word carries the cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CueKind {
    /// A verb with its objects.
    Verb,
    /// A noun for what somebody or something is to another: "founder", "subsidiary".
    Role,
    /// A noun for something that happens: "acquisition", "support".
    Event,
    /// An adjective: "critical of".
    Adjective,
}

/// What a verb template has in object position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CueObject {
    /// Nothing.
    None,
    /// One end of the relation.
    Slot(Slot),
    /// One of these nouns (lemmas).
    Nouns(BTreeSet<String>),
}

/// A preposition with its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oblique {
    /// Any of these.
    pub prepositions: BTreeSet<String>,
    /// What follows it.
    pub slot: Slot,
}

/// A parsed template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// Local name of the relation it signals.
    pub relation: String,
    /// What kind of word carries it.
    pub kind: CueKind,
    /// The carrying words in order, each with its alternatives (lemmas): `[[chief], [executive]]`, `[[buy, acquire]]`.
    /// A verb has exactly one.
    pub words: Vec<BTreeSet<String>>,
    /// Particle of the verb: `over` in `take+over`.
    pub particle: Option<String>,
    /// The end in subject position; `None` for `_`.
    pub subject: Option<Slot>,
    /// Object position of a verb; `None` for other kinds.
    pub object: CueObject,
    /// The end behind a preposition.
    pub oblique: Option<Oblique>,
    /// The template as written, for explanations.
    pub template: String,
}
