//! `GraphML`, for yEd, Cytoscape, igraph and `networkx`.
//!
//! No `schemaLocation`, which some readers would fetch. No attribute is called `id`, as igraph keeps the XML ids
//! under that name. Ids hold slashes, which the schema's NMTOKEN does not allow and every reader takes.

use std::io::{self, Write};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use super::table::{Column, Kind, edge_columns, edges, node_columns, nodes, printable};
use crate::{graph::Graph, ontology::Ontology};

pub(super) fn write(graph: &Graph, ontology: &Ontology, out: impl Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root =
        BytesStart::new("graphml").with_attributes([("xmlns", "http://graphml.graphdrawing.org/xmlns")]);
    xml.write_event(Event::Start(root))?;
    let (node_columns, edge_columns) = (node_columns(), edge_columns());
    declare(&mut xml, "node", &node_columns)?;
    declare(&mut xml, "edge", &edge_columns)?;
    let start = BytesStart::new("graph").with_attributes([("id", "newsgraph"), ("edgedefault", "directed")]);
    xml.write_event(Event::Start(start))?;
    for node in nodes(graph) {
        let start = BytesStart::new("node").with_attributes([("id", printable(&node.id))]);
        xml.write_event(Event::Start(start))?;
        data(&mut xml, "node", "label", node.label)?;
        values(&mut xml, "node", &node, &node_columns)?;
        xml.write_event(Event::End(BytesEnd::new("node")))?;
    }
    for edge in edges(graph, ontology) {
        let start = BytesStart::new("edge").with_attributes([
            ("id", printable(&edge.statement.id)),
            ("source", printable(&edge.source)),
            ("target", printable(&edge.target)),
        ]);
        xml.write_event(Event::Start(start))?;
        data(&mut xml, "edge", "label", &edge.label)?;
        values(&mut xml, "edge", &edge, &edge_columns)?;
        xml.write_event(Event::End(BytesEnd::new("edge")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("graph")))?;
    xml.write_event(Event::End(BytesEnd::new("graphml")))?;
    xml.get_mut().write_all(b"\n")
}

fn declare<R>(xml: &mut Writer<impl Write>, owner: &str, columns: &[Column<'_, R>]) -> io::Result<()> {
    let names = columns.iter().map(|column| (column.name, column.kind));
    for (name, kind) in std::iter::once(("label", Kind::Text)).chain(names) {
        let kind = match kind {
            Kind::Text | Kind::List => "string",
            Kind::Integer => "int",
            Kind::Real => "double",
            Kind::Boolean => "boolean",
        };
        let key = format!("{owner}_{name}");
        let attributes = [("id", key.as_str()), ("for", owner), ("attr.name", name), ("attr.type", kind)];
        xml.write_event(Event::Empty(BytesStart::new("key").with_attributes(attributes)))?;
    }
    Ok(())
}

fn values<R>(
    xml: &mut Writer<impl Write>,
    owner: &str,
    row: &R,
    columns: &[Column<'_, R>],
) -> io::Result<()> {
    for column in columns {
        if let Some(value) = (column.value)(row).flat() {
            data(xml, owner, column.name, &value)?;
        }
    }
    Ok(())
}

fn data(xml: &mut Writer<impl Write>, owner: &str, name: &str, value: &str) -> io::Result<()> {
    let key = format!("{owner}_{name}");
    xml.write_event(Event::Start(BytesStart::new("data").with_attributes([("key", key.as_str())])))?;
    xml.write_event(Event::Text(BytesText::new(&printable(value))))?;
    xml.write_event(Event::End(BytesEnd::new("data")))
}
