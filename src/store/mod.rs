//! The graph at rest: its directory on disk, its triples, and the questions that can be asked of them.

pub mod check;
mod dir;
mod frames;
pub mod rdf;
pub mod saved;
mod sparql;

pub use dir::{
    AddSummary, Counts, Derived, DirOptions, FORMAT_VERSION, GraphDir, Manifest, Removed, Segment, StoreError,
};
pub use rdf::{BaseIri, BaseIriError};
pub use sparql::{Answer, AnswerFormat, QueryError, QueryOptions, Store};
