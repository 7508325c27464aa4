//! The graph at rest: its directory on disk, its triples, and the questions that can be asked of them.

pub mod rdf;
pub mod saved;
mod sparql;

pub use rdf::{BaseIri, BaseIriError};
pub use sparql::{Answer, AnswerFormat, QueryError, QueryOptions, Store};
