//! GEXF 1.3 and 1.2, for Gephi and `networkx`.
//!
//! Edges have the number of their sentences as weight. 1.3 has a `kind` on edges, by which Gephi tells parallel
//! edges apart; `networkx` drops it, so the relation is an attribute too. `networkx` before 3.6 reads 1.2 only.

use std::io::{self, Write};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, Event},
};

use super::table::{Column, Kind, edge_columns, edges, node_columns, nodes, printable};
use crate::{graph::Graph, ontology::Ontology};

/// Version of GEXF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GexfVersion {
    /// 1.2draft, which everything reads.
    V1_2,
    /// 1.3 of 2022: Gephi from 0.10, networkx from 3.6.
    #[default]
    V1_3,
}

impl GexfVersion {
    /// `1.2` or `1.3`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }

    /// The version written so.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::V1_2, Self::V1_3].into_iter().find(|version| version.as_str() == text)
    }

    const fn namespace(self) -> &'static str {
        match self {
            Self::V1_2 => "http://www.gexf.net/1.2draft",
            Self::V1_3 => "http://gexf.net/1.3",
        }
    }
}

pub(super) fn write(
    graph: &Graph,
    ontology: &Ontology,
    version: GexfVersion,
    out: impl Write,
) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    open(&mut xml, "gexf", &[("xmlns", version.namespace()), ("version", version.as_str())])?;
    open(&mut xml, "graph", &[("defaultedgetype", "directed"), ("mode", "static")])?;
    let (node_columns, edge_columns) = (node_columns(), edge_columns());
    declare(&mut xml, "node", &node_columns)?;
    declare(&mut xml, "edge", &edge_columns)?;
    open(&mut xml, "nodes", &[])?;
    for node in nodes(graph) {
        open(&mut xml, "node", &[("id", &node.id), ("label", node.label)])?;
        values(&mut xml, &node, &node_columns)?;
        close(&mut xml, "node")?;
    }
    close(&mut xml, "nodes")?;
    open(&mut xml, "edges", &[])?;
    for edge in edges(graph, ontology) {
        let weight = edge.statement.evidence.len().max(1).to_string();
        let attributes = [
            ("id", edge.statement.id.as_str()),
            ("source", &edge.source),
            ("target", &edge.target),
            ("label", &edge.label),
            ("weight", &weight),
            ("kind", &edge.label),
        ];
        let known = match version {
            GexfVersion::V1_2 => 5,
            GexfVersion::V1_3 => 6,
        };
        open(&mut xml, "edge", &attributes[..known])?;
        values(&mut xml, &edge, &edge_columns)?;
        close(&mut xml, "edge")?;
    }
    close(&mut xml, "edges")?;
    close(&mut xml, "graph")?;
    close(&mut xml, "gexf")?;
    xml.get_mut().write_all(b"\n")
}

fn declare<R>(xml: &mut Writer<impl Write>, class: &str, columns: &[Column<'_, R>]) -> io::Result<()> {
    open(xml, "attributes", &[("class", class), ("mode", "static")])?;
    for column in columns {
        let kind = match column.kind {
            Kind::Text | Kind::List => "string",
            Kind::Integer => "integer",
            Kind::Real => "double",
            Kind::Boolean => "boolean",
        };
        empty(xml, "attribute", &[("id", column.name), ("title", column.name), ("type", kind)])?;
    }
    close(xml, "attributes")
}

fn values<R>(xml: &mut Writer<impl Write>, row: &R, columns: &[Column<'_, R>]) -> io::Result<()> {
    open(xml, "attvalues", &[])?;
    for column in columns {
        if let Some(value) = (column.value)(row).flat() {
            empty(xml, "attvalue", &[("for", column.name), ("value", &value)])?;
        }
    }
    close(xml, "attvalues")
}

fn element<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    BytesStart::new(name).with_attributes(attributes.iter().map(|&(key, value)| (key, printable(value))))
}

fn open(xml: &mut Writer<impl Write>, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    xml.write_event(Event::Start(element(name, attributes)))
}

fn empty(xml: &mut Writer<impl Write>, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    xml.write_event(Event::Empty(element(name, attributes)))
}

fn close(xml: &mut Writer<impl Write>, name: &str) -> io::Result<()> {
    xml.write_event(Event::End(BytesEnd::new(name)))
}
