//! The user's own decisions on who is who, read from `registry.ttl`.

use std::collections::{BTreeMap, BTreeSet};

use oxigraph::{
    io::{RdfFormat, RdfParser, RdfSyntaxError},
    model::{NamedOrBlankNode, Term, vocab::rdf},
};
use unicode_normalization::char::is_combining_mark;

use super::name::root_of_folder;
use crate::ontology::{Class, NAMESPACE};

const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const OWL: &str = "http://www.w3.org/2002/07/owl#";

/// What the user has decided: names, classes, same things and different things. It wins over every rule.
///
/// ```
/// use newsgraph::identity::Registry;
/// let registry = Registry::parse(
///     r#"@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
///        <organization/ode-labs> skos:altLabel "Odeworks" ."#,
///     "https://w3id.org/newsgraph/",
/// )?;
/// assert!(!registry.is_empty());
/// # Ok::<(), newsgraph::identity::RegistryError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    pub(super) entries: BTreeMap<String, Known>,
    pub(super) same: BTreeMap<String, String>,
    pub(super) different: BTreeSet<(String, String)>,
}

/// One thing that the user describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) class: Option<Class>,
    pub(super) label: Option<String>,
    pub(super) aliases: BTreeSet<String>,
    pub(super) same_as: BTreeSet<String>,
    /// Why, in the user's words.
    pub(super) reason: Option<String>,
}

/// Why a `registry.ttl` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// Not Turtle.
    #[error("not valid Turtle: {0}")]
    Syntax(#[from] RdfSyntaxError),
    /// A subject that is no id of an entity.
    #[error(
        "<{0}> is no entity of this graph: its IRI must be the base IRI {1} and then person/NAME, organization/NAME, place/NAME, product/NAME, event/NAME or topic/NAME"
    )]
    Subject(String, String),
    /// A statement that is not understood.
    #[error(
        "<{0}> {1}: expected a, rdfs:label, skos:altLabel, rdfs:comment (text), owl:sameAs or owl:differentFrom (an IRI)"
    )]
    Statement(String, String),
    /// A class outside the vocabulary or outside the id's folder.
    #[error(
        "<{0}> cannot be a <{1}>: the class must be one of the vocabulary that fits the first part of the id"
    )]
    Class(String, String),
}

impl Registry {
    /// What a new graph directory's `registry.ttl` says.
    #[must_use]
    pub fn template(base_iri: &str) -> String {
        format!(
            "# Who is who: your decisions. They win over every rule; the next build applies them.\n\
             #\n\
             # <organization/ode-labs> a ng:Company ; rdfs:label \"Ode Labs\" ; skos:altLabel \"Odeworks\" .\n\
             #     its class, its name and another name for it\n\
             # <person/a-ode> owl:sameAs <person/ann-ode> ; rdfs:comment \"her own web page\" .\n\
             #     one and the same; the second id stays\n\
             # <person/ann-ode> owl:sameAs <http://www.wikidata.org/entity/Q0> .\n\
             #     the same thing elsewhere\n\
             # <person/ode> owl:differentFrom <person/ann-ode> .\n\
             #     never the same\n\
             \n\
             @base <{base_iri}> .\n\
             @prefix ng: <{NAMESPACE}> .\n\
             @prefix rdfs: <{RDFS}> .\n\
             @prefix skos: <{SKOS}> .\n\
             @prefix owl: <{OWL}> .\n"
        )
    }

    /// Whether nothing is decided.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.same.is_empty() && self.different.is_empty()
    }

    /// Reads Turtle; relative IRIs are ids of this graph.
    ///
    /// # Errors
    /// If it is not Turtle or says something that is not understood.
    pub fn parse(turtle: &str, base_iri: &str) -> Result<Self, RegistryError> {
        let mut registry = Self::default();
        let parser = RdfParser::from_format(RdfFormat::Turtle)
            .with_base_iri(base_iri)
            .map_err(|_| RegistryError::Subject(base_iri.to_owned(), base_iri.to_owned()))?;
        for quad in parser.for_slice(turtle.as_bytes()) {
            let quad = quad?;
            let NamedOrBlankNode::NamedNode(subject) = &quad.subject else {
                return Err(RegistryError::Subject(quad.subject.to_string(), base_iri.to_owned()));
            };
            let outside = || RegistryError::Subject(subject.as_str().to_owned(), base_iri.to_owned());
            let id = subject.as_str().strip_prefix(base_iri).ok_or_else(outside)?;
            let root = root_of_id(id).ok_or_else(outside)?;
            let predicate = quad.predicate.as_str();
            let unknown = || RegistryError::Statement(subject.as_str().to_owned(), predicate.to_owned());
            let entry = registry.entries.entry(id.to_owned()).or_default();
            match &quad.object {
                Term::Literal(text) => {
                    let text = text.value().to_owned();
                    match predicate.strip_prefix(RDFS).or_else(|| predicate.strip_prefix(SKOS)) {
                        Some("label" | "prefLabel") => entry.label = Some(text),
                        Some("altLabel") => drop(entry.aliases.insert(text)),
                        Some("comment") => entry.reason = Some(text),
                        _ => return Err(unknown()),
                    }
                }
                Term::NamedNode(object) if predicate == rdf::TYPE.as_str() => {
                    let class = object.as_str().strip_prefix(NAMESPACE).and_then(Class::parse);
                    entry.class = Some(class.filter(|class| class.root() == root).ok_or_else(|| {
                        RegistryError::Class(subject.as_str().to_owned(), object.as_str().to_owned())
                    })?);
                }
                Term::NamedNode(object) => {
                    let other = object.as_str().strip_prefix(base_iri).filter(|id| root_of_id(id).is_some());
                    match (predicate.strip_prefix(OWL), other) {
                        (Some("sameAs"), Some(other)) if other != id => {
                            registry.same.insert(id.to_owned(), other.to_owned());
                        }
                        (Some("sameAs"), None) => drop(entry.same_as.insert(object.as_str().to_owned())),
                        (Some("differentFrom"), Some(other)) if other != id => {
                            let (first, second) = if id < other { (id, other) } else { (other, id) };
                            registry.different.insert((first.to_owned(), second.to_owned()));
                        }
                        _ => return Err(unknown()),
                    }
                }
                Term::BlankNode(_) => return Err(unknown()),
            }
        }
        Ok(registry)
    }
}

/// The root class of an id such as `person/ann-ode`, if it is one.
pub(super) fn root_of_id(id: &str) -> Option<Class> {
    let (folder, name) = id.split_once('/')?;
    let plain = |c: char| c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '-' | '.' | '_' | '~');
    if name.is_empty() || name.len() > 500 || !name.chars().all(plain) {
        return None;
    }
    root_of_folder(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://example.org/g/";

    fn parse(body: &str) -> Result<Registry, RegistryError> {
        Registry::parse(&(Registry::template(BASE) + body), BASE)
    }

    #[test]
    fn the_template_is_an_empty_registry() {
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn decisions_are_read() {
        let registry = parse(
            "<organization/ode-labs> a ng:Company ; rdfs:label \"Ode Labs\" ; skos:altLabel \"Odeworks\" .\n\
             <person/a-ode> owl:sameAs <person/ann-ode>, <http://example.com/ann> .\n\
             <person/ode> owl:differentFrom <person/ann-ode> .",
        )
        .unwrap();
        let labs = &registry.entries["organization/ode-labs"];
        assert_eq!((labs.class, labs.aliases.len()), (Some(Class::Company), 1));
        assert_eq!(registry.same["person/a-ode"], "person/ann-ode");
        assert!(registry.entries["person/a-ode"].same_as.contains("http://example.com/ann"));
        assert!(registry.different.contains(&("person/ann-ode".into(), "person/ode".into())));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert!(parse("<person/a> a ng:Company .").unwrap_err().to_string().contains("ns#Company"));
        assert!(parse("<robot/a> rdfs:label \"A\" .").unwrap_err().to_string().contains("robot/a"));
        assert!(parse("<http://elsewhere.org/a> rdfs:label \"A\" .").is_err());
        assert!(parse("<person/a> rdfs:seeAlso \"A\" .").unwrap_err().to_string().contains("seeAlso"));
        assert!(parse("<person/a> rdfs:label ").unwrap_err().to_string().contains("not valid Turtle"));
    }
}
