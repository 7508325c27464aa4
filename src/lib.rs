//! News articles in, an evidence-backed knowledge graph out: offline, with the language model inside.
//!
//! ```text
//! Article ──language──▶ Analysis ──extract──▶ Record ──merge──▶ Graph ──▶ store · trace · export
//! ```
//!
//! Data flows to the right only. A [`record::Record`] is what one article says; a [`graph::Graph`] is a function of the
//! set of records, whatever their order or grouping; every statement in it has the sentences behind it, with offsets.
//!
//! ```
//! use newsgraph::{
//!     article::Article, extract::Extractor, graph::{Graph, MergeOptions}, language::{Model, analyse}, ontology::Ontology,
//! };
//!
//! let article = Article::new("note.txt", "Peru sued the Swiss company Norvik Systems on Monday.");
//! let (model, ontology) = (Model::embedded(), Ontology::builtin());
//! let extractor = Extractor::new(&ontology, model.name());
//! let record = extractor.extract(&article, &analyse(model, &article.text));
//! let graph = Graph::from_records(vec![record], &ontology, &MergeOptions::default());
//! let sued = graph.statements.iter().find(|statement| statement.relation == "sued").expect("a lawsuit");
//! assert_eq!(graph.entity(sued.subject).label, "Peru");
//! assert_eq!(sued.evidence[0].text, "Peru sued the Swiss company Norvik Systems on Monday.");
//! ```

pub mod article;
pub mod eval;
pub mod export;
pub mod extract;
pub mod graph;
pub mod identity;
pub mod language;
pub mod ontology;
pub mod record;
pub mod store;
pub mod trace;
