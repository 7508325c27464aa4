//! DOT, for Graphviz.
//!
//! Every id is quoted (a colon outside quotes would name a port) and the graph is never `strict`, which would fold
//! parallel edges. Statements that are not asserted are dashed, and their label says why: "not acquired". All other
//! attributes are there as `ng_…` for `gvpr` and the like. In every text a backslash is doubled and a line break is
//! `\n`, as Graphviz itself reads labels (so that "\N" in an article is not taken for the node's name); in what is
//! drawn `&` is `&amp;`, and direction marks are left out.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use super::table::{Column, Node, What, edge_columns, edges, node_columns, nodes, printable};
use crate::{
    graph::Graph,
    ontology::{Class, Ontology},
    trace,
};

/// Drawn labels are cut to this many characters; `tooltip` and the attributes are whole.
const LABEL_CHARS: usize = 80;

pub(super) fn write(graph: &Graph, ontology: &Ontology, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"digraph newsgraph {\n  charset=\"UTF-8\";\n")?;
    let columns = node_columns();
    for node in nodes(graph) {
        let mut line = format!("  {} [label={}", quoted(&node.id), drawn(node.label));
        _ = write!(line, ",tooltip={},shape={}", drawn_whole(node.label), shape(&node));
        _ = write!(line, ",ng_label={}", quoted(node.label));
        attributes(&mut line, &node, &columns);
        writeln!(out, "{line}];")?;
    }
    let columns = edge_columns();
    for edge in edges(graph, ontology) {
        let sentence = edge.evidence().map_or("", |evidence| &evidence.text);
        let mut line =
            format!("  {} -> {} [label={}", quoted(&edge.source), quoted(&edge.target), drawn(&edge.label));
        let tooltip = format!("{sentence}\n{}", edge.citation());
        _ = write!(line, ",id={},tooltip={}", quoted(&edge.statement.id), drawn_whole(&tooltip));
        if !edge.statement.asserted {
            line.push_str(",style=dashed");
        }
        attributes(&mut line, &edge, &columns);
        writeln!(out, "{line}];")?;
    }
    out.write_all(b"}\n")
}

fn shape(node: &Node<'_>) -> &'static str {
    match node.what {
        What::Literal(_) => "plaintext",
        What::Entity(entity) => match entity.class {
            Class::Person => "ellipse",
            Class::Organization | Class::Company => "box",
            Class::Place | Class::Country => "hexagon",
            Class::Product => "component",
            Class::Event => "octagon",
            Class::Topic => "note",
        },
    }
}

fn attributes<R>(line: &mut String, row: &R, columns: &[Column<'_, R>]) {
    for column in columns {
        if let Some(value) = (column.value)(row).flat() {
            _ = write!(line, ",ng_{}={}", column.name, quoted(&value));
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in printable(text).chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn drawn(text: &str) -> String {
    let plain = trace::plain(text);
    if plain.chars().nth(LABEL_CHARS).is_none() {
        return drawn_whole(&plain);
    }
    let cut: String = plain.chars().take(LABEL_CHARS - 1).chain(['…']).collect();
    drawn_whole(&cut)
}

fn drawn_whole(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(trace::plain).collect();
    quoted(&lines.join("\n").replace('&', "&amp;"))
}
