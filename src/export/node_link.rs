//! Node-link JSON: what `networkx.node_link_graph` reads (from 3.6 as it stands, before with `edges="edges"`), and D3.
//!
//! `{"directed": true, "multigraph": true, "graph": {…}, "nodes": [{"id", "label", …}], "edges": [{"source", "target",
//! "key", "label", …}]}`, one node or edge a line; `key` is the statement's id. What is not known is left out.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::table::{Column, edge_columns, edges, node_columns, nodes};
use crate::{graph::Graph, ontology::Ontology};

pub(super) fn write(graph: &Graph, ontology: &Ontology, out: &mut impl Write) -> io::Result<()> {
    out.write_all(
        b"{\"directed\":true,\"multigraph\":true,\"graph\":{\"name\":\"newsgraph\"},\n\"nodes\":[",
    )?;
    let columns = node_columns();
    rows(out, nodes(graph).map(|node| object(&[("id", &node.id), ("label", node.label)], &node, &columns)))?;
    out.write_all(b"],\n\"edges\":[")?;
    let columns = edge_columns();
    rows(
        out,
        edges(graph, ontology).map(|edge| {
            let first = [
                ("source", edge.source.as_ref()),
                ("target", &edge.target),
                ("key", &edge.statement.id),
                ("label", &edge.label),
            ];
            object(&first, &edge, &columns)
        }),
    )?;
    out.write_all(b"]}\n")
}

fn rows(out: &mut impl Write, objects: impl Iterator<Item = Map<String, Value>>) -> io::Result<()> {
    for (at, object) in objects.enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &object)?;
    }
    out.write_all(b"\n")
}

fn object<R>(first: &[(&str, &str)], row: &R, columns: &[Column<'_, R>]) -> Map<String, Value> {
    let first = first.iter().map(|&(name, text)| (name.to_owned(), Value::from(text)));
    let rest =
        columns.iter().filter_map(|column| Some((column.name.to_owned(), (column.value)(row).json()?)));
    first.chain(rest).collect()
}
