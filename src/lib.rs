//! News articles in, an evidence-backed knowledge graph out.

pub mod article;
pub mod export;
pub mod extract;
pub mod graph;
pub mod identity;
pub mod language;
pub mod ontology;
pub mod record;
pub mod store;
pub mod trace;
