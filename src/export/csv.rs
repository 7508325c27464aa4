//! CSV: one table of nodes and one of edges, UTF-8, comma, `\n`, quoted where needed.
//!
//! Control characters are replaced by U+FFFD (a NUL ends the file for some readers). Cells that a spreadsheet would
//! run as a formula get an apostrophe in front only when asked, as other programs would read the apostrophe too.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use super::{
    ExportError, ExportOptions, select,
    table::{Column, edge_columns, edges, node_columns, nodes, printable},
};
use crate::{graph::Graph, ontology::Ontology};

/// Writes the node table: `id`, `label`, then a column for every attribute.
///
/// # Errors
/// If `out` fails.
pub fn write_csv_nodes(graph: &Graph, options: &ExportOptions, out: impl Write) -> Result<(), ExportError> {
    let graph = &*select(graph, options);
    let mut table = Table { csv: csv::Writer::from_writer(out), guard: options.csv_guard };
    let columns = node_columns();
    table.header(&["id", "label"], &columns)?;
    for node in nodes(graph) {
        table.row(&[&node.id, node.label], &node, &columns)?;
    }
    Ok(table.csv.flush()?)
}

pub(super) fn write_edges(
    graph: &Graph,
    ontology: &Ontology,
    guard: bool,
    out: impl Write,
) -> io::Result<()> {
    let mut table = Table { csv: csv::Writer::from_writer(out), guard };
    let columns = edge_columns();
    table.header(&["source", "source_label", "label", "target", "target_label"], &columns)?;
    for edge in edges(graph, ontology) {
        let ends = [&edge.source, edge.source_label, &edge.label, &edge.target, edge.target_label];
        table.row(&ends, &edge, &columns)?;
    }
    table.csv.flush()
}

struct Table<W: Write> {
    csv: csv::Writer<W>,
    guard: bool,
}

impl<W: Write> Table<W> {
    fn header<R>(&mut self, first: &[&str], columns: &[Column<'_, R>]) -> io::Result<()> {
        let names = first.iter().copied().chain(columns.iter().map(|column| column.name));
        Ok(self.csv.write_record(names)?)
    }

    fn row<R>(&mut self, first: &[&str], row: &R, columns: &[Column<'_, R>]) -> io::Result<()> {
        for cell in first {
            self.cell(cell)?;
        }
        for column in columns {
            self.cell(&(column.value)(row).flat().unwrap_or_default())?;
        }
        Ok(self.csv.write_record(None::<&[u8]>)?)
    }

    fn cell(&mut self, text: &str) -> io::Result<()> {
        let mut text = printable(text);
        if self.guard && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            text = Cow::Owned(format!("'{text}"));
        }
        Ok(self.csv.write_field(text.as_bytes())?)
    }
}
