//! `entities`: who and what is in a graph.

use std::{cmp::Reverse, io::Write as _};

use clap::{Args, builder::PossibleValuesParser};
use newsgraph::{graph::Object, ontology::Class};
use serde::Serialize;

use super::{Global, Outcome, print_json, term};

const EXAMPLES: &str = "\
Examples:
  newsgraph entities                      the most mentioned
  newsgraph entities lee                  those whose name contains it
  newsgraph entities --class Company --limit 0 --json

Exit code 1: there are none.";

/// List people, companies, countries, …, the most mentioned first
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Entities {
    /// Only those with a name that contains this, ignoring case
    name: Option<String>,
    /// Only this class and those below it
    #[arg(long, value_name = "CLASS", ignore_case = true, value_parser = PossibleValuesParser::new(Class::ALL.map(Class::as_str)))]
    class: Option<String>,
    /// At most so many; 0 means all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'g> {
    id: &'g str,
    class: Class,
    label: &'g str,
    aliases: Vec<&'g str>,
    same_as: Vec<&'g str>,
    mentions: u32,
    articles: u32,
    statements: usize,
}

impl Entities {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let (graph, _) = global.load()?;
        let mut statements = vec![0; graph.entities.len()];
        for statement in &graph.statements {
            statements[statement.subject.0 as usize] += 1;
            match statement.object {
                Object::Entity(object) if object != statement.subject => statements[object.0 as usize] += 1,
                _ => {}
            }
        }
        let class = self.class.as_deref().and_then(Class::parse);
        let part = self.name.as_ref().map(|name| name.to_lowercase());
        let contains = |name: &str| part.as_ref().is_none_or(|part| name.to_lowercase().contains(part));
        let mut rows: Vec<_> = graph
            .entities
            .iter()
            .zip(statements)
            .filter(|(entity, _)| class.is_none_or(|class| entity.class.is_a(class)))
            .filter(|(entity, _)| {
                contains(&entity.label) || entity.aliases.iter().any(|alias| contains(alias))
            })
            .map(|(entity, statements)| Row {
                id: &entity.id,
                class: entity.class,
                label: &entity.label,
                aliases: entity.aliases.iter().map(String::as_str).collect(),
                same_as: entity.same_as.iter().map(String::as_str).collect(),
                mentions: entity.mentions,
                articles: entity.articles,
                statements,
            })
            .collect();
        rows.sort_by_key(|row| (Reverse(row.mentions), Reverse(row.statements), row.id));
        let all = rows.len();
        rows.truncate(if self.limit == 0 { all } else { self.limit });
        if self.json {
            print_json(&rows)?;
        } else if all > 0 {
            let mut table = term::Table::new(["mentions", "statements", "class", "name", "id", "also"]);
            for row in &rows {
                let also = term::shorten(&row.aliases.join(", "), 40);
                table.row([&row.mentions, &row.statements, &row.class, &row.label, &row.id, &also]);
            }
            let mut out = term::stdout();
            table.write(&mut out)?;
            out.flush()?;
        }
        if rows.len() < all && !global.quiet {
            anstream::eprintln!("{} more; --limit 0 lists all", all - rows.len());
        }
        Ok(Outcome::found(all > 0))
    }
}
