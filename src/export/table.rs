//! The graph as two tables, nodes and edges, which every writer but those for RDF goes through.
//!
//! A node is an entity or a literal (a date, quoted words); an edge is a statement. Two edges may join the same
//! nodes. Literals have ids that start with `literal:`, which no entity id does: those are paths, and the first
//! segment of a relative path holds no colon.

use std::{borrow::Cow, collections::BTreeSet, fmt::Write};

use sha2::{Digest, Sha256};

use crate::{
    graph::{Entity, EntityIx, Evidence, Graph, Object, Statement},
    ontology::Ontology,
    record::{Confidence, Literal, LiteralType, RecordArticle},
};

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    List,
    Integer,
    Real,
    Boolean,
}

/// One cell.
pub(super) enum Value<'g> {
    Absent,
    Text(Cow<'g, str>),
    List(Vec<Cow<'g, str>>),
    Integer(u32),
    Real(Confidence),
    Boolean(bool),
}

impl<'g> Value<'g> {
    fn text(text: impl Into<Cow<'g, str>>) -> Self {
        Self::Text(text.into())
    }

    fn optional<T: Into<Cow<'g, str>>>(text: Option<T>) -> Self {
        text.map_or(Self::Absent, Self::text)
    }

    fn list<T: Into<Cow<'g, str>>>(items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<Cow<'g, str>> = items.into_iter().map(Into::into).collect();
        if items.is_empty() { Self::Absent } else { Self::List(items) }
    }

    /// As one string, for formats without lists: items joined by ` | `, with `\|` and `\\` inside them.
    pub(super) fn flat(&self) -> Option<Cow<'g, str>> {
        match self {
            Self::Absent => None,
            Self::Text(text) => Some(text.clone()),
            Self::List(items) => {
                let items: Vec<String> =
                    items.iter().map(|item| item.replace('\\', "\\\\").replace('|', "\\|")).collect();
                Some(items.join(" | ").into())
            }
            Self::Integer(number) => Some(number.to_string().into()),
            Self::Real(number) => Some(number.to_string().into()),
            Self::Boolean(yes) => Some(if *yes { "true" } else { "false" }.into()),
        }
    }

    pub(super) fn json(&self) -> Option<serde_json::Value> {
        match self {
            Self::Absent => None,
            Self::Text(text) => Some(text.as_ref().into()),
            Self::List(items) => Some(items.iter().map(Cow::as_ref).collect()),
            Self::Integer(number) => Some((*number).into()),
            Self::Real(number) => Some(number.value().into()),
            Self::Boolean(yes) => Some((*yes).into()),
        }
    }
}

/// A column of a table of `R`.
pub(super) struct Column<'g, R> {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) value: fn(&R) -> Value<'g>,
}

/// An entity or a literal.
pub(super) struct Node<'g> {
    pub(super) id: Cow<'g, str>,
    pub(super) label: &'g str,
    pub(super) what: What<'g>,
}

#[derive(Clone, Copy)]
pub(super) enum What<'g> {
    Entity(&'g Entity),
    Literal(&'g Literal),
}

impl<'g> Node<'g> {
    fn entity(&self) -> Option<&'g Entity> {
        match self.what {
            What::Entity(entity) => Some(entity),
            What::Literal(_) => None,
        }
    }

    fn strings(&self, of: fn(&Entity) -> &BTreeSet<String>) -> Value<'g> {
        Value::list(self.entity().into_iter().flat_map(of))
    }
}

/// The columns of the node table, after id and label.
pub(super) fn node_columns<'g>() -> [Column<'g, Node<'g>>; 7] {
    use Kind::{Integer, List, Text};
    [
        Column {
            name: "kind",
            kind: Text,
            value: |node| {
                Value::text(match node.what {
                    What::Entity(_) => "entity",
                    What::Literal(_) => "literal",
                })
            },
        },
        Column {
            name: "class",
            kind: Text,
            value: |node| {
                Value::text(match node.what {
                    What::Entity(entity) => entity.class.as_str(),
                    What::Literal(Literal { datatype: LiteralType::Date, .. }) => "Date",
                    What::Literal(Literal { datatype: LiteralType::Text, .. }) => "Text",
                })
            },
        },
        Column { name: "aliases", kind: List, value: |node| node.strings(|entity| &entity.aliases) },
        Column { name: "same_as", kind: List, value: |node| node.strings(|entity| &entity.same_as) },
        Column { name: "broader", kind: List, value: |node| node.strings(|entity| &entity.broader) },
        Column {
            name: "mentions",
            kind: Integer,
            value: |node| node.entity().map_or(Value::Absent, |entity| Value::Integer(entity.mentions)),
        },
        Column {
            name: "articles",
            kind: Integer,
            value: |node| node.entity().map_or(Value::Absent, |entity| Value::Integer(entity.articles)),
        },
    ]
}

/// A statement.
pub(super) struct Edge<'g> {
    pub(super) source: Cow<'g, str>,
    pub(super) source_label: &'g str,
    pub(super) target: Cow<'g, str>,
    pub(super) target_label: &'g str,
    /// The relation's words, with whatever keeps it from being a plain fact: "not acquired".
    pub(super) label: String,
    pub(super) statement: &'g Statement,
    graph: &'g Graph,
    ontology: &'g Ontology,
}

impl<'g> Edge<'g> {
    /// The best sentence.
    pub(super) fn evidence(&self) -> Option<&'g Evidence> {
        self.statement.evidence.first()
    }

    fn article(&self) -> Option<&'g RecordArticle> {
        self.evidence().map(|evidence| &self.graph.articles[evidence.article.0 as usize])
    }

    fn cited(&self, of: fn(&'g Evidence) -> &'g str) -> Value<'g> {
        Value::optional(self.evidence().map(of))
    }

    fn offset(&self, of: fn(&Evidence) -> u32) -> Value<'g> {
        self.evidence().map_or(Value::Absent, |evidence| Value::Integer(of(evidence)))
    }

    fn holder(&self) -> Option<&'g Entity> {
        self.statement.holder.map(|EntityIx(at)| &self.graph.entities[at as usize])
    }

    /// Title, outlet and day of the article of the best sentence.
    pub(super) fn citation(&self) -> String {
        let Some(article) = self.article() else { return String::new() };
        let day = article.published.map(|day| day.to_string());
        let parts = [article.title.as_deref(), article.outlet.as_deref(), day.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

macro_rules! edge {
    ($name:literal $kind:ident $value:expr) => {
        Column { name: $name, kind: Kind::$kind, value: $value }
    };
}

/// The columns of the edge table, after its ends and label.
pub(super) fn edge_columns<'g>() -> [Column<'g, Edge<'g>>; 42] {
    [
        edge!("statement" Text |edge| Value::text(&edge.statement.id)),
        edge!("relation" Text |edge| Value::text(&edge.statement.relation)),
        edge!("relation_label" Text |edge| Value::text(edge.statement.relation_label(edge.ontology))),
        edge!("kind" Text |edge| Value::text(edge.statement.kind.as_str())),
        edge!("polarity" Text |edge| Value::text(edge.statement.polarity.as_str())),
        edge!("modality" Text |edge| Value::text(edge.statement.modality.as_str())),
        edge!("asserted" Boolean |edge| Value::Boolean(edge.statement.asserted)),
        edge!("holder" Text |edge| Value::optional(edge.holder().map(|holder| &holder.id))),
        edge!("holder_label" Text |edge| Value::optional(edge.holder().map(|holder| &holder.label))),
        edge!("confidence" Real |edge| Value::Real(edge.statement.confidence)),
        edge!("evidence_count" Integer |edge| Value::Integer(edge.statement.evidence.len() as u32)),
        edge!("source_count" Integer |edge| Value::Integer(edge.statement.sources)),
        edge!("first_seen" Text |edge| Value::optional(edge.statement.first_seen.map(|day| day.to_string()))),
        edge!("last_seen" Text |edge| Value::optional(edge.statement.last_seen.map(|day| day.to_string()))),
        edge!("role" List |edge| Value::list(&edge.statement.roles)),
        edge!("time_from" List |edge| {
            Value::list(edge.statement.times.iter().map(|time| time.from.as_deref().unwrap_or_default()))
        }),
        edge!("time_to" List |edge| {
            Value::list(edge.statement.times.iter().map(|time| time.to.as_deref().unwrap_or_default()))
        }),
        edge!("time_text" List |edge| Value::list(edge.statement.times.iter().map(|time| &time.text))),
        edge!("amount_value" List |edge| {
            Value::list(edge.statement.amounts.iter().map(|amount| amount.value.to_string()))
        }),
        edge!("amount_unit" List |edge| Value::list(edge.statement.amounts.iter().map(|amount| &amount.unit))),
        edge!("amount_text" List |edge| Value::list(edge.statement.amounts.iter().map(|amount| &amount.text))),
        edge!("phrase" Text |edge| edge.cited(|evidence| &evidence.phrase)),
        edge!("sentence" Text |edge| edge.cited(|evidence| &evidence.text)),
        edge!("sentence_start" Integer |edge| edge.offset(|evidence| evidence.sentence.start)),
        edge!("sentence_end" Integer |edge| edge.offset(|evidence| evidence.sentence.end)),
        edge!("subject_start" Integer |edge| edge.offset(|evidence| evidence.subject.start)),
        edge!("subject_end" Integer |edge| edge.offset(|evidence| evidence.subject.end)),
        edge!("object_start" Integer |edge| edge.offset(|evidence| evidence.object.start)),
        edge!("object_end" Integer |edge| edge.offset(|evidence| evidence.object.end)),
        edge!("cue_start" Integer |edge| edge.offset(|evidence| evidence.cue.start)),
        edge!("cue_end" Integer |edge| edge.offset(|evidence| evidence.cue.end)),
        edge!("quoted" Boolean |edge| {
            edge.evidence().map_or(Value::Absent, |evidence| Value::Boolean(evidence.quoted))
        }),
        edge!("evidence" Text |edge| edge.cited(|evidence| &evidence.id)),
        edge!("evidence_confidence" Real |edge| {
            edge.evidence().map_or(Value::Absent, |evidence| Value::Real(evidence.confidence))
        }),
        edge!("rule" Text |edge| edge.cited(|evidence| &evidence.by)),
        edge!("article" Text |edge| Value::optional(edge.article().map(|article| &article.id))),
        edge!("article_source" Text |edge| Value::optional(edge.article().map(|article| &article.source))),
        edge!("article_title" Text |edge| Value::optional(edge.article().and_then(|article| article.title.as_ref()))),
        edge!("article_outlet" Text |edge| Value::optional(edge.article().and_then(|article| article.outlet.as_ref()))),
        edge!("article_author" Text |edge| Value::optional(edge.article().and_then(|article| article.author.as_ref()))),
        edge!("article_published" Text |edge| {
            Value::optional(edge.article().and_then(|article| article.published).map(|day| day.to_string()))
        }),
        edge!("article_url" Text |edge| Value::optional(edge.article().and_then(|article| article.url.as_ref()))),
    ]
}

/// Entities sorted by id, then literals sorted by type and value.
pub(super) fn nodes(graph: &Graph) -> impl Iterator<Item = Node<'_>> {
    let literals: BTreeSet<&Literal> = graph
        .statements
        .iter()
        .filter_map(|statement| match &statement.object {
            Object::Literal(literal) => Some(literal),
            Object::Entity(_) => None,
        })
        .collect();
    graph
        .entities
        .iter()
        .map(|entity| Node {
            id: Cow::Borrowed(&entity.id),
            label: &entity.label,
            what: What::Entity(entity),
        })
        .chain(literals.into_iter().map(|literal| Node {
            id: literal_id(literal).into(),
            label: &literal.value,
            what: What::Literal(literal),
        }))
}

/// Statements sorted by id.
pub(super) fn edges<'g>(graph: &'g Graph, ontology: &'g Ontology) -> impl Iterator<Item = Edge<'g>> {
    graph.statements.iter().map(move |statement| {
        let subject = &graph.entities[statement.subject.0 as usize];
        let (target, target_label): (Cow<'g, str>, &'g str) = match &statement.object {
            Object::Entity(EntityIx(at)) => {
                let object = &graph.entities[*at as usize];
                (Cow::Borrowed(&object.id), &object.label)
            }
            Object::Literal(literal) => (literal_id(literal).into(), &literal.value),
        };
        Edge {
            source: Cow::Borrowed(&subject.id),
            source_label: &subject.label,
            target,
            target_label,
            label: statement.claim_label(graph, ontology),
            statement,
            graph,
            ontology,
        }
    })
}

/// `literal:date:1961-08-04`, or `literal:text:` and the hash of the words.
fn literal_id(literal: &Literal) -> String {
    let value = &literal.value;
    match literal.datatype {
        LiteralType::Date if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
            format!("literal:date:{value}")
        }
        LiteralType::Date => format!("literal:date:{}", hash(value)),
        LiteralType::Text => format!("literal:text:{}", hash(value)),
    }
}

/// The first 16 hexadecimal digits of the SHA-256 of `text`.
fn hash(text: &str) -> String {
    Sha256::digest(text).iter().take(8).fold(String::new(), |mut digits, byte| {
        _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// `text` without the characters that XML 1.0 forbids, each replaced by U+FFFD so that offsets still fit.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let forbidden =
        |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(forbidden) {
        text.chars().map(|c| if forbidden(c) { '\u{fffd}' } else { c }).collect::<String>().into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::sample::{self, ONTOLOGY};

    #[test]
    fn cells_have_the_type_of_their_column() {
        let (graph, ontology) = (sample::graph(), &*ONTOLOGY);
        let matches = |kind: Kind, value: &Value| {
            matches!(
                (kind, value),
                (_, Value::Absent)
                    | (Kind::Text, Value::Text(_))
                    | (Kind::List, Value::List(_))
                    | (Kind::Integer, Value::Integer(_))
                    | (Kind::Real, Value::Real(_))
                    | (Kind::Boolean, Value::Boolean(_))
            )
        };
        for node in nodes(&graph) {
            for column in node_columns() {
                assert!(matches(column.kind, &(column.value)(&node)), "{}", column.name);
            }
        }
        for edge in edges(&graph, ontology) {
            for column in edge_columns() {
                assert!(matches(column.kind, &(column.value)(&edge)), "{}", column.name);
            }
        }
    }

    #[test]
    fn ids_are_distinct_and_every_edge_ends_in_a_node() {
        let (graph, ontology) = (sample::graph(), &*ONTOLOGY);
        let ids: Vec<_> = nodes(&graph).map(|node| node.id.into_owned()).collect();
        let distinct: BTreeSet<_> = ids.iter().cloned().collect();
        assert_eq!(ids.len(), 8);
        assert_eq!(distinct.len(), 8);
        assert_eq!(edges(&graph, ontology).count(), 9);
        for edge in edges(&graph, ontology) {
            assert!(distinct.contains(edge.source.as_ref()) && distinct.contains(edge.target.as_ref()));
        }
    }

    #[test]
    fn column_names_are_distinct_and_none_is_id() {
        let mut names: Vec<_> = edge_columns().iter().map(|column| column.name).collect();
        names.extend(["source", "target", "label", "key", "weight"]);
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert!(!names.contains(&"id"));
        assert!(node_columns().iter().all(|column| !["id", "label"].contains(&column.name)));
    }

    #[test]
    fn lists_are_joined_so_that_they_can_be_taken_apart() {
        let list = Value::list(["a|b", "c\\"]);
        assert_eq!(list.flat().unwrap(), "a\\|b | c\\\\");
    }

    #[test]
    fn characters_that_xml_forbids_are_replaced_one_for_one() {
        assert_eq!(printable("a\u{0}\u{1b}\t\n\u{ffff}"), "a\u{fffd}\u{fffd}\t\n\u{fffd}");
        assert!(matches!(printable("é\u{202e}😀"), Cow::Borrowed(_)));
    }
}
