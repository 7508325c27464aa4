//! `build`: articles into a graph.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufRead, BufReader, Write},
};

use anyhow::ensure;
use clap::Args;
use newsgraph::{
    article::Article,
    extract::Extractor,
    graph::{EntityIx, Graph, Object, Statement},
    language::{self, Model},
    ontology::{Class, Ontology},
    record::{Confidence, Line, Record, StatementKind, read_lines},
    store::{DirOptions, GraphDir},
};
use serde::Serialize;

use super::{
    Global, Outcome,
    batch::{Failure, InputArgs},
    interrupt, print_json,
    report::Report,
    stats::Counts,
    term::{self, FAINT, HEADING},
};

const EXAMPLES: &str = "\
Examples:
  newsgraph build articles/ more.jsonl          into news.graph
  newsgraph build story.md --graph my.graph
  zcat big.jsonl.gz | newsgraph build -
  newsgraph build --records part1.jsonl part2.jsonl

Running it again with the same articles changes nothing; a new article with the url of an older one replaces it.
If it is interrupted, the same command goes on where it stopped.
Exit code 1: some inputs were skipped, each named with the reason; everything else is in the graph.";

/// Articles stored together. A fixed number, so that the graph does not depend on threads.
const PORTION: usize = 64;
/// Names, links and reasons listed in the summary.
const LISTED: usize = 5;
const LINKS: usize = 3;

/// Read articles and make a graph of them, or add them to one
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Build {
    #[command(flatten)]
    input: InputArgs,
    /// The inputs are records that extract printed, not articles
    #[arg(long)]
    records: bool,
    /// Confidence from which a statement counts as a fact, 0 to 1 [default: 0.5, or what the graph was made with]
    #[arg(long, value_name = "X", value_parser = super::trace::confidence)]
    threshold: Option<Confidence>,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

/// What became of the inputs.
#[derive(Default, Serialize)]
struct Tally {
    read: u64,
    added: u64,
    /// Came in place of an older article with the same url, or an older reading of the same words.
    replaced: u64,
    unchanged: u64,
    /// Older than what is there.
    outdated: u64,
    skipped: Vec<Skipped>,
}

#[derive(Serialize)]
struct Skipped {
    input: String,
    reason: String,
}

/// Takes records, and stores them a portion at a time.
struct Builder<'a> {
    directory: GraphDir,
    global: &'a Global,
    report: &'a Report,
    /// Ids of the articles of this run.
    seen: BTreeSet<String>,
    waiting: Vec<Record>,
    tally: Tally,
}

impl Build {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let ontology = global.ontology()?;
        ensure!(
            !global.graph.is_file(),
            "{} is a file, and a graph is a folder; pass --graph DIR",
            global.graph.display()
        );
        let options = DirOptions { base_iri: global.base_iri.clone(), threshold: self.threshold };
        let directory = GraphDir::create_or_open(&global.graph, &options)?;
        let report =
            if self.records { Report::new(None, global.quiet) } else { self.input.report(global.quiet) };
        interrupt::install()?;
        let (seen, waiting, tally) = (BTreeSet::new(), Vec::with_capacity(PORTION), Tally::default());
        let mut builder = Builder { directory, global, report: &report, seen, waiting, tally };
        if self.records {
            builder.read_records(&self.input)?;
        } else {
            builder.read_articles(&self.input, &ontology)?;
        }
        builder.store()?;
        let Builder { mut directory, tally, .. } = builder;
        let graph = directory.graph(&ontology)?;
        {
            let _hold = interrupt::hold();
            directory.index_graph(&graph, &ontology)?;
        }
        report.finish();
        if self.json {
            print_json(
                &serde_json::json!({ "graph": global.graph, "articles": tally, "counts": Counts::of(&graph) }),
            )?;
        } else if !global.quiet {
            let mut out = term::stdout();
            summarise(global, &tally, &graph, &ontology, &mut out)?;
            out.flush()?;
        }
        Ok(Outcome::found(tally.skipped.is_empty()))
    }
}

impl Builder<'_> {
    fn read_articles(&mut self, input: &InputArgs, ontology: &Ontology) -> anyhow::Result<()> {
        let model = Model::embedded();
        let extractor = Extractor::new(ontology, model.name());
        let mut articles = input.articles(self.report);
        while let Some(results) = articles.next_results(
            |article| self.wants(article, model.name(), ontology.hash()),
            |article| extractor.extract(article, &language::analyse(model, &article.text)),
        )? {
            for result in results {
                match result {
                    Ok(record) => self.add(record)?,
                    Err(failure) => self.skip(failure),
                }
            }
        }
        Ok(())
    }

    fn read_records(&mut self, input: &InputArgs) -> anyhow::Result<()> {
        for path in &input.inputs {
            let name = path.display().to_string();
            let reader: Box<dyn BufRead> = if name == "-" {
                Box::new(BufReader::new(io::stdin()))
            } else {
                match File::open(path) {
                    Ok(file) => Box::new(BufReader::new(file)),
                    Err(error) => {
                        self.skip(Failure {
                            input: name,
                            reason: format!("cannot be read ({error}); check the name"),
                        });
                        continue;
                    }
                }
            };
            for line in read_lines(reader) {
                match line {
                    Ok(Line::Record(record)) => self.add(*record)?,
                    Ok(Line::Error(error)) => {
                        self.skip(Failure { input: error.article.source, reason: error.error });
                    }
                    Err(error) => self.skip(Failure { input: name.clone(), reason: error.to_string() }),
                }
            }
        }
        Ok(())
    }

    /// Whether there is anything to extract from the article that the graph does not have.
    fn wants(&mut self, article: &Article, model: &str, ontology: &str) -> anyhow::Result<bool> {
        let new =
            self.seen.insert(article.id.clone()) && !self.directory.holds(&article.id, model, ontology)?;
        if !new {
            self.tally.read += 1;
            self.tally.unchanged += 1;
        }
        Ok(new)
    }

    fn add(&mut self, record: Record) -> anyhow::Result<()> {
        self.tally.read += 1;
        self.waiting.push(record);
        if self.waiting.len() >= PORTION { self.store() } else { Ok(()) }
    }

    fn skip(&mut self, failure: Failure) {
        self.report.error(&failure.to_string());
        self.tally.read += 1;
        self.tally.skipped.push(Skipped { input: failure.input, reason: failure.reason });
    }

    fn store(&mut self) -> anyhow::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut safe = interrupt::hold();
        let summary = self.directory.add(self.waiting.drain(..))?;
        let tally = &mut self.tally;
        tally.added += summary.added;
        tally.replaced += summary.replaced;
        tally.unchanged += summary.unchanged;
        tally.outdated += summary.outdated;
        let stored = term::count((tally.added + tally.replaced) as usize, "article is", "articles are");
        *safe = format!(
            "{stored} stored in {}; the same command goes on from there",
            self.global.graph.display()
        );
        Ok(())
    }
}

/// What is in the graph now, in words, and what to do next.
fn summarise(
    global: &Global,
    tally: &Tally,
    graph: &Graph,
    ontology: &Ontology,
    out: &mut impl Write,
) -> io::Result<()> {
    let Tally { read, added, replaced, unchanged, outdated, skipped } = tally;
    let place = term::clean(&global.graph.display().to_string()).into_owned();
    let mut parts = vec![format!("{added} added")];
    let rare = [(*replaced, "replaced"), (*unchanged, "unchanged"), (*outdated, "older than what is there")];
    parts.extend(
        rare.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")),
    );
    parts.push(format!("{} skipped", skipped.len()));
    writeln!(
        out,
        "{} read into {place}: {}",
        term::count(*read as usize, "article", "articles"),
        parts.join(", ")
    )?;
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for Skipped { reason, .. } in skipped {
        *reasons.entry(reason).or_default() += 1;
    }
    for (reason, number) in reasons.iter().take(LISTED) {
        writeln!(out, "  {number} skipped: {}", term::clean(reason))?;
    }
    if reasons.len() > LISTED {
        writeln!(out, "  and {} other reasons", reasons.len() - LISTED)?;
    }
    writeln!(out)?;
    Counts::of(graph).write(out)?;
    let mut entities: Vec<_> = graph.entities.iter().collect();
    entities.sort_by(|a, b| b.mentions.cmp(&a.mentions).then_with(|| a.id.cmp(&b.id)));
    if !entities.is_empty() {
        let names: Vec<_> = entities
            .iter()
            .take(LISTED)
            .map(|entity| format!("{} ({})", term::shorten(&entity.label, 40), entity.mentions))
            .collect();
        writeln!(out, "{HEADING}most mentioned{HEADING:#}: {}", names.join(", "))?;
    }
    let links = example_links(graph);
    if !links.is_empty() {
        writeln!(out, "\n{HEADING}Links, with the sentence behind them{HEADING:#}")?;
    }
    for (statement, object) in &links {
        let evidence = &statement.evidence[0];
        let article = &graph.articles[evidence.article.0 as usize];
        let label = statement.claim_label(graph, ontology);
        writeln!(
            out,
            "  {} ──{}→ {}  {FAINT}{}{FAINT:#}",
            term::clean(&graph.entity(statement.subject).label),
            term::clean(&label),
            term::clean(&graph.entity(*object).label),
            statement.confidence
        )?;
        let origin = article.outlet.as_ref().unwrap_or(&article.source);
        writeln!(
            out,
            "    {} {FAINT}— {}{FAINT:#}",
            term::shorten(&evidence.text, 160),
            term::clean(origin)
        )?;
    }
    writeln!(out, "\n{HEADING}Next{HEADING:#}")?;
    let at = if place == "news.graph" { String::new() } else { format!(" --graph {}", quoted(&place)) };
    if let Some(from) = start_of_trace(graph) {
        writeln!(out, "  newsgraph trace {}{at}", name_to_type(graph, from))?;
    }
    if let Some((statement, object)) = links.first() {
        let (from, to) = (name_to_type(graph, statement.subject), name_to_type(graph, *object));
        writeln!(out, "  newsgraph explain {from} {to}{at}")?;
    }
    writeln!(out, "  newsgraph query --saved who-stands-where{at}")?;
    writeln!(out, "  newsgraph export -o news.gexf{at}")
}

/// A stance and the strongest facts, each of another subject.
fn example_links(graph: &Graph) -> Vec<(&Statement, EntityIx)> {
    let mut asserted: Vec<(&Statement, EntityIx)> = graph
        .statements
        .iter()
        .filter(|statement| statement.asserted && !statement.relation.starts_with("open/"))
        .filter_map(|statement| match statement.object {
            Object::Entity(object) => Some((statement, object)),
            Object::Literal(_) => None,
        })
        .collect();
    asserted.sort_by(|(a, _), (b, _)| {
        (b.sources, b.confidence).cmp(&(a.sources, a.confidence)).then_with(|| a.id.cmp(&b.id))
    });
    let stance = asserted.iter().find(|(statement, _)| statement.kind == StatementKind::Stance).copied();
    let mut subjects: BTreeSet<_> = stance.iter().map(|(statement, _)| statement.subject).collect();
    let facts = asserted
        .into_iter()
        .filter(|(statement, _)| statement.kind == StatementKind::Fact && subjects.insert(statement.subject));
    let facts: Vec<_> = facts.take(LINKS - usize::from(stance.is_some())).collect();
    facts.into_iter().chain(stance).collect()
}

/// Somebody with a stance, people before others, the most mentioned first; or else the most mentioned of all.
fn start_of_trace(graph: &Graph) -> Option<EntityIx> {
    let holders: BTreeSet<_> = graph
        .statements
        .iter()
        .filter(|statement| statement.asserted && statement.kind == StatementKind::Stance)
        .map(|statement| statement.subject)
        .collect();
    (0..graph.entities.len() as u32).map(EntityIx).max_by_key(|at| {
        let entity = graph.entity(*at);
        (holders.contains(at), entity.class == Class::Person, entity.mentions, std::cmp::Reverse(*at))
    })
}

/// What a user types to mean this entity: its name if that is clear, else its id.
fn name_to_type(graph: &Graph, at: EntityIx) -> String {
    let entity = graph.entity(at);
    let clear = graph.find(&entity.label).is_ok_and(|found| found == at)
        && term::clean(&entity.label) == entity.label;
    quoted(if clear { &entity.label } else { &entity.id })
}

/// In quotation marks where a shell needs them.
fn quoted(words: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./".contains(letter);
    if !words.is_empty() && words.chars().all(plain) {
        return words.to_owned();
    }
    if words.contains(['"', '$', '`', '\\', '!']) {
        return format!("'{}'", words.replace('\'', "'\\''"));
    }
    format!("\"{words}\"")
}
