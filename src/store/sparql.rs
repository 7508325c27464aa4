//! Questions in SPARQL over the triples in memory.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, BufRead, Write},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use oxigraph::{
    io::{RdfFormat, RdfParser, RdfSerializer},
    model::{GraphName, Literal, Quad, Term, Triple, Variable},
    sparql::{
        CancellationToken, PreparedSparqlQuery, QueryEvaluationError, QueryResults, SparqlEvaluator,
        SparqlSyntaxError,
        results::{QueryResultsFormat, QueryResultsSerializer},
    },
};
use unicode_width::UnicodeWidthStr;

use super::rdf::{self, BaseIri, PREFIXES};
use crate::{graph::Graph, ontology::Ontology};

/// Longest query that is read, in bytes.
const MAX_QUERY: usize = 64 << 10;
/// Deepest nesting of brackets and signs in a query: the parser works with one stack frame for each.
const MAX_DEPTH: usize = 64;
/// Most operators of one query: each nests the parsed query one level deeper. The stack holds many more.
const MAX_OPERATORS: usize = 400;
/// Most triple patterns of one query: the optimiser needs the cube of their number, 2 s for 100.
const MAX_JOINS: usize = 80;
/// Words that nest the parsed query as operators do.
const NESTING_WORDS: [&str; 9] =
    ["union", "optional", "minus", "filter", "bind", "graph", "values", "exists", "select"];
/// Stack of the thread that answers, of which only what is used takes memory.
const STACK: usize = 64 << 20;
/// Rows that are found ahead of their being written.
const CHANNEL: usize = 256;
/// How often cancelling from outside is looked for.
const LOOK: Duration = Duration::from_millis(50);
/// Widest column of a table, in columns of the terminal.
const MAX_CELL: usize = 100;

/// A graph's triples with those of the vocabulary, ready for SPARQL. Read only.
///
/// Memory: about 500 bytes a triple.
///
/// ```
/// use newsgraph::{graph::Graph, ontology::Ontology, store::{AnswerFormat, BaseIri, QueryOptions, Store}};
/// let store = Store::from_graph(&Graph::default(), &Ontology::builtin(), &BaseIri::default())?;
/// let mut out = Vec::new();
/// let answer = store.query("ASK { ng:supports rdfs:subPropertyOf ng:stanceTowards }", &QueryOptions::default())?;
/// answer.write(AnswerFormat::Csv, &mut out)?;
/// assert_eq!(out, b"true");
/// # Ok::<(), newsgraph::store::QueryError>(())
/// ```
pub struct Store {
    inner: oxigraph::store::Store,
    base: BaseIri,
}

/// How a query is run.
#[derive(Clone, Default)]
pub struct QueryOptions {
    /// How long to wait for it, the time taken by writing not counted.
    pub timeout: Option<Duration>,
    /// Cancels it from outside.
    pub cancel: Option<CancellationToken>,
    /// Words for variables, by name without `$`. Each must be among the variables of `SELECT`; none is a column of the
    /// answer.
    pub parameters: BTreeMap<String, String>,
}

/// The forms an answer can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AnswerFormat {
    /// Columns for people.
    Table,
    /// SPARQL 1.1 CSV.
    Csv,
    /// SPARQL 1.1 TSV.
    Tsv,
    /// SPARQL 1.1 JSON.
    Json,
    /// SPARQL XML.
    Xml,
    /// Turtle, for `CONSTRUCT` and `DESCRIBE`.
    Turtle,
    /// N-Triples, for `CONSTRUCT` and `DESCRIBE`.
    NTriples,
}

impl AnswerFormat {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::Table, Self::Csv, Self::Tsv, Self::Json, Self::Xml, Self::Turtle, Self::NTriples];

    /// Its name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Turtle => "turtle",
            Self::NTriples => "nt",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Table => "text/plain",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Tsv => "text/tab-separated-values; charset=utf-8",
            Self::Json => "application/sparql-results+json",
            Self::Xml => "application/sparql-results+xml",
            Self::Turtle => "text/turtle",
            Self::NTriples => "application/n-triples",
        }
    }

    fn results(self) -> Option<QueryResultsFormat> {
        match self {
            Self::Csv => Some(QueryResultsFormat::Csv),
            Self::Tsv => Some(QueryResultsFormat::Tsv),
            Self::Json => Some(QueryResultsFormat::Json),
            Self::Xml => Some(QueryResultsFormat::Xml),
            Self::Table | Self::Turtle | Self::NTriples => None,
        }
    }
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// Not SPARQL.
    #[error("the query is not valid SPARQL: {0}")]
    Syntax(#[from] SparqlSyntaxError),
    /// Too long or too deep.
    #[error("the query is too {0}; ask it in parts")]
    TooLarge(&'static str),
    /// A change was asked for.
    #[error("the query is an update; the graph is only read here: add articles with newsgraph build")]
    Update,
    /// A parameter that the query does not have.
    #[error("the query has no parameter ${0}; a parameter is a variable that stands in SELECT")]
    Parameter(String),
    /// `SERVICE`.
    #[error("SERVICE is not available: newsgraph never asks other servers")]
    Service,
    /// Out of time.
    #[error("no answer within {} s; ask for less or allow more time with --timeout", .0.as_secs_f64())]
    Timeout(Duration),
    /// Cancelled from outside.
    #[error("the query was cancelled")]
    Cancelled,
    /// The thread that answers is gone.
    #[error("the query ended without an answer; ask for less")]
    Lost,
    /// Another failure while answering.
    #[error("the query cannot be answered: {0}")]
    Evaluation(QueryEvaluationError),
    /// A format for another kind of answer.
    #[error("{kind} cannot be written as {format}; choose {choose}")]
    Format {
        /// What was asked for.
        kind: &'static str,
        /// The format.
        format: &'static str,
        /// Formats that fit.
        choose: &'static str,
    },
    /// The store cannot be filled.
    #[error("the triples cannot be loaded: {0}")]
    Load(String),
    /// The answer cannot be written.
    #[error("the answer cannot be written: {0}")]
    Write(#[from] io::Error),
}

impl Store {
    /// Loads a graph and its vocabulary.
    ///
    /// # Errors
    /// Only if memory cannot be had.
    pub fn from_graph(graph: &Graph, ontology: &Ontology, base: &BaseIri) -> Result<Self, QueryError> {
        Self::from_triples(rdf::triples(graph, ontology, base), ontology, base)
    }

    /// Loads the N-Triples of a graph, as [`rdf::write_ntriples`] writes them, and its vocabulary.
    ///
    /// # Errors
    /// If `input` is not N-Triples.
    pub fn from_ntriples(
        input: impl BufRead,
        ontology: &Ontology,
        base: &BaseIri,
    ) -> Result<Self, QueryError> {
        let mut failed = None;
        let triples =
            RdfParser::from_format(RdfFormat::NTriples).for_reader(input).map_while(|quad| match quad {
                Ok(quad) => Some(Triple::from(quad)),
                Err(error) => {
                    failed = Some(QueryError::Load(error.to_string()));
                    None
                }
            });
        let store = Self::from_triples(triples, ontology, base)?;
        failed.map_or(Ok(store), Err)
    }

    fn from_triples(
        triples: impl Iterator<Item = Triple>,
        ontology: &Ontology,
        base: &BaseIri,
    ) -> Result<Self, QueryError> {
        let failed = |error: oxigraph::store::StorageError| QueryError::Load(error.to_string());
        let inner = oxigraph::store::Store::new().map_err(failed)?;
        let vocabulary = ontology.term_triples().iter().cloned();
        let quads = vocabulary.chain(triples).map(|triple| {
            Quad::new(triple.subject, triple.predicate, triple.object, GraphName::DefaultGraph)
        });
        let mut loader = inner.bulk_loader();
        loader.load_quads(quads).map_err(failed)?;
        loader.commit().map_err(failed)?;
        Ok(Self { inner, base: base.clone() })
    }

    /// Number of triples, those of the vocabulary included.
    ///
    /// # Errors
    /// Never, for a store in memory.
    pub fn len(&self) -> Result<usize, QueryError> {
        self.inner.len().map_err(|error| QueryError::Load(error.to_string()))
    }

    /// Whether there is no triple.
    ///
    /// # Errors
    /// Never, for a store in memory.
    pub fn is_empty(&self) -> Result<bool, QueryError> {
        Ok(self.len()? == 0)
    }

    /// Answers a `SELECT`, `ASK`, `CONSTRUCT` or `DESCRIBE`.
    ///
    /// The prefixes [`PREFIXES`] and the empty one, for the base IRI, need not be declared.
    ///
    /// # Errors
    /// If it is not SPARQL, asks for a change or for another server, or names a parameter that is not there. What goes
    /// wrong later, such as a timeout, is an error of [`Answer::write`].
    pub fn query(&self, sparql: &str, options: &QueryOptions) -> Result<Answer, QueryError> {
        check_size(sparql)?;
        let token = CancellationToken::new();
        let (sender, receiver) = mpsc::sync_channel(CHANNEL);
        let worker = Worker {
            store: self.inner.clone(),
            base: self.base.clone(),
            sparql: sparql.to_owned(),
            parameters: options.parameters.clone(),
            token: token.clone(),
            sender,
        };
        thread::Builder::new().name("query".into()).stack_size(STACK).spawn(move || worker.run())?;
        let outside = options.cancel.clone();
        let limit = options.timeout;
        let mut messages = Messages { receiver, token, outside, limit, waited: Duration::ZERO };
        let kind = match messages.next()? {
            Some(Message::Rows(columns)) => Kind::Rows(columns),
            Some(Message::Boolean(value)) => Kind::Boolean(value),
            _ => Kind::Graph,
        };
        let hidden = options.parameters.keys().cloned().collect();
        Ok(Answer { kind, messages, hidden, base: self.base.clone() })
    }
}

/// What the thread that answers a query sends.
enum Message {
    /// The answer is rows of these columns.
    Rows(Vec<Variable>),
    /// The answer is yes or no.
    Boolean(bool),
    /// The answer is triples.
    Graph,
    Row(Vec<Option<Term>>),
    Triple(Triple),
    Failed(QueryError),
    End,
}

/// Answers one query in a thread of its own: with stack enough for the recursion of parser, optimiser and evaluator,
/// and so that the asker can go on when time is up (joins without a shared variable do not look at the token).
struct Worker {
    store: oxigraph::store::Store,
    base: BaseIri,
    sparql: String,
    parameters: BTreeMap<String, String>,
    token: CancellationToken,
    sender: mpsc::SyncSender<Message>,
}

impl Worker {
    fn run(self) {
        let last = match self.answer() {
            Ok(()) => Message::End,
            Err(error) => Message::Failed(error),
        };
        // Nobody listens any more once the answer is dropped.
        let _ = self.sender.send(last);
    }

    fn answer(&self) -> Result<(), QueryError> {
        let results = self.prepare()?.on_store(&self.store).execute().map_err(explain)?;
        let send = |message| self.sender.send(message).map_err(|_| QueryError::Cancelled);
        match results {
            QueryResults::Boolean(value) => send(Message::Boolean(value)),
            QueryResults::Solutions(rows) => {
                send(Message::Rows(rows.variables().to_vec()))?;
                for row in rows {
                    send(Message::Row(row.map_err(explain)?.values().to_vec()))?;
                }
                Ok(())
            }
            QueryResults::Graph(triples) => {
                send(Message::Graph)?;
                for triple in triples {
                    send(Message::Triple(triple.map_err(explain)?))?;
                }
                Ok(())
            }
        }
    }

    fn prepare(&self) -> Result<PreparedSparqlQuery, QueryError> {
        let bad_iri = |error: oxigraph::model::IriParseError| QueryError::Load(error.to_string());
        let mut evaluator = SparqlEvaluator::new().with_base_iri(self.base.as_str()).map_err(bad_iri)?;
        for (prefix, iri) in PREFIXES.into_iter().chain([("", self.base.as_str())]) {
            evaluator = evaluator.with_prefix(prefix, iri).map_err(bad_iri)?;
        }
        let updates = evaluator.clone();
        let parsed = evaluator.with_cancellation_token(self.token.clone()).parse_query(&self.sparql);
        let mut prepared = parsed.map_err(|error| match updates.parse_update(&self.sparql) {
            Ok(_) => QueryError::Update,
            Err(_) => QueryError::Syntax(error),
        })?;
        for (name, words) in &self.parameters {
            let variable = Variable::new(name).map_err(|_| QueryError::Parameter(name.clone()))?;
            prepared = prepared.substitute_variable(variable, Literal::new_simple_literal(words));
        }
        Ok(prepared)
    }
}

/// The messages of a [`Worker`], with the time spent waiting for them.
struct Messages {
    receiver: mpsc::Receiver<Message>,
    /// Ends the worker.
    token: CancellationToken,
    /// The asker's.
    outside: Option<CancellationToken>,
    limit: Option<Duration>,
    waited: Duration,
}

impl Messages {
    /// The next message, or `None` at the end.
    fn next(&mut self) -> Result<Option<Message>, QueryError> {
        loop {
            if let Some(limit) = self.limit.filter(|limit| self.waited >= *limit) {
                return Err(QueryError::Timeout(limit));
            }
            if self.outside.as_ref().is_some_and(CancellationToken::is_cancelled) {
                return Err(QueryError::Cancelled);
            }
            let since = Instant::now();
            let left = self.limit.map_or(LOOK, |limit| limit.saturating_sub(self.waited));
            let received = self.receiver.recv_timeout(left.min(LOOK));
            self.waited += since.elapsed();
            match received {
                Ok(Message::End) => return Ok(None),
                Ok(Message::Failed(error)) => return Err(error),
                Ok(message) => return Ok(Some(message)),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(QueryError::Lost),
            }
        }
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

fn explain(error: QueryEvaluationError) -> QueryError {
    match error {
        QueryEvaluationError::Cancelled => QueryError::Cancelled,
        QueryEvaluationError::NotExistingSubstitutedVariable(variable) => {
            QueryError::Parameter(variable.into_string())
        }
        QueryEvaluationError::UnsupportedService(_)
        | QueryEvaluationError::UnboundService
        | QueryEvaluationError::InvalidServiceName(_)
        | QueryEvaluationError::Service(_) => QueryError::Service,
        other => QueryError::Evaluation(other),
    }
}

/// What kind of answer it is.
enum Kind {
    Rows(Vec<Variable>),
    Boolean(bool),
    Graph,
}

/// An answer on its way: rows are found as they are written. Dropping it ends the query.
pub struct Answer {
    kind: Kind,
    messages: Messages,
    hidden: Vec<String>,
    base: BaseIri,
}

impl Answer {
    /// Whether it is a graph, of `CONSTRUCT` or `DESCRIBE`.
    #[must_use]
    pub fn is_graph(&self) -> bool {
        matches!(self.kind, Kind::Graph)
    }

    /// Writes it and returns the number of rows or triples; for `ASK`, 1 for yes and 0 for no.
    ///
    /// A table and a graph are held in memory until they are complete; the other formats are written as they come.
    ///
    /// # Errors
    /// If the format is for another kind of answer, time runs out, or `output` cannot be written.
    pub fn write(self, format: AnswerFormat, output: impl Write) -> Result<u64, QueryError> {
        let Self { kind, messages, hidden, base } = self;
        match kind {
            Kind::Rows(columns) => write_rows(&columns, messages, &hidden, format, &base, output),
            Kind::Boolean(value) => write_boolean(value, format, output),
            Kind::Graph => write_graph(messages, format, &base, output),
        }
    }
}

fn write_rows(
    columns: &[Variable],
    mut messages: Messages,
    hidden: &[String],
    format: AnswerFormat,
    base: &BaseIri,
    mut output: impl Write,
) -> Result<u64, QueryError> {
    let shown = |column: &Variable| !hidden.iter().any(|name| name == column.as_str());
    let kept: Vec<Variable> = columns.iter().filter(|column| shown(column)).cloned().collect();
    let mut rows = || -> Result<Option<Vec<Option<Term>>>, QueryError> {
        Ok(messages.next()?.and_then(|message| match message {
            Message::Row(row) => Some(
                columns.iter().zip(row).filter(|(column, _)| shown(column)).map(|(_, term)| term).collect(),
            ),
            _ => None,
        }))
    };
    let mut count = 0;
    if let Some(results) = format.results() {
        let mut writer = QueryResultsSerializer::from_format(results)
            .serialize_solutions_to_writer(&mut output, kept.clone())?;
        while let Some(row) = rows()? {
            writer.serialize(
                kept.iter().zip(&row).filter_map(|(column, term)| Some((column, term.as_ref()?))),
            )?;
            count += 1;
        }
        writer.finish()?;
    } else if format == AnswerFormat::Table {
        let mut cells: Vec<Vec<String>> =
            vec![kept.iter().map(|column| column.as_str().to_owned()).collect()];
        while let Some(row) = rows()? {
            cells.push(
                row.iter().map(|term| term.as_ref().map_or(String::new(), |term| cell(term, base))).collect(),
            );
            count += 1;
        }
        write_table(&cells, &mut output)?;
    } else {
        let choose = "table, csv, tsv, json or xml";
        return Err(QueryError::Format { kind: "rows", format: format.as_str(), choose });
    }
    output.flush()?;
    Ok(count)
}

fn write_boolean(value: bool, format: AnswerFormat, mut output: impl Write) -> Result<u64, QueryError> {
    if let Some(results) = format.results() {
        QueryResultsSerializer::from_format(results).serialize_boolean_to_writer(&mut output, value)?;
    } else if format == AnswerFormat::Table {
        writeln!(output, "{}", if value { "yes" } else { "no" })?;
    } else {
        let choose = "table, csv, tsv, json or xml";
        return Err(QueryError::Format { kind: "yes or no", format: format.as_str(), choose });
    }
    output.flush()?;
    Ok(u64::from(value))
}

fn write_graph(
    mut messages: Messages,
    format: AnswerFormat,
    base: &BaseIri,
    mut output: impl Write,
) -> Result<u64, QueryError> {
    let bad_iri = |error: oxigraph::model::IriParseError| QueryError::Load(error.to_string());
    let serializer = match format {
        AnswerFormat::NTriples => RdfSerializer::from_format(RdfFormat::NTriples),
        AnswerFormat::Turtle => {
            let mut serializer = RdfSerializer::from_format(RdfFormat::Turtle);
            for (prefix, iri) in PREFIXES.into_iter().chain([("", base.as_str())]) {
                serializer = serializer.with_prefix(prefix, iri).map_err(bad_iri)?;
            }
            serializer
        }
        _ => {
            return Err(QueryError::Format {
                kind: "a graph",
                format: format.as_str(),
                choose: "turtle or nt",
            });
        }
    };
    let mut sorted = Vec::new();
    while let Some(Message::Triple(triple)) = messages.next()? {
        sorted.push(triple);
    }
    sorted.sort_by_cached_key(ToString::to_string);
    sorted.dedup();
    let mut writer = serializer.for_writer(&mut output);
    for triple in &sorted {
        writer.serialize_triple(triple)?;
    }
    writer.finish()?;
    output.flush()?;
    Ok(sorted.len() as u64)
}

/// A term for people: IRIs shortened, values without their type.
fn cell(term: &Term, base: &BaseIri) -> String {
    let text = match term {
        Term::NamedNode(iri) => {
            let iri = iri.as_str();
            let short = || {
                PREFIXES.iter().find_map(|(prefix, at)| Some(format!("{prefix}:{}", iri.strip_prefix(at)?)))
            };
            match iri.strip_prefix(base.as_str()) {
                // The default base is a prefix of the vocabulary's namespace too.
                Some(path) if short().is_none() => path.to_owned(),
                _ => short().unwrap_or_else(|| iri.to_owned()),
            }
        }
        Term::Literal(literal) => literal.value().to_owned(),
        Term::BlankNode(node) => node.to_string(),
    };
    let text = printable(&text);
    if text.width() <= MAX_CELL {
        return text;
    }
    let mut cut = String::new();
    let mut width = 0;
    for letter in text.chars() {
        width += unicode_width::UnicodeWidthChar::width(letter).unwrap_or(0);
        if width >= MAX_CELL {
            break;
        }
        cut.push(letter);
    }
    cut + "…"
}

/// Words that cannot move the cursor or turn the line round: control characters become blanks, bidirectional
/// controls go.
fn printable(text: &str) -> String {
    (text.chars())
        .filter(|c| !matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Columns as wide as their widest cell, two blanks apart, a line below the first row.
fn write_table(rows: &[Vec<String>], mut output: impl Write) -> io::Result<()> {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> =
        (0..columns).map(|at| rows.iter().map(|row| row[at].width()).max().unwrap_or(0)).collect();
    let mut line = String::new();
    for (number, row) in rows.iter().enumerate() {
        line.clear();
        for (text, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{text}{:1$}", "", width - text.width() + 2);
        }
        writeln!(output, "{}", line.trim_end())?;
        if number == 0 {
            line.clear();
            for width in &widths {
                let _ = write!(line, "{}  ", "─".repeat(*width));
            }
            writeln!(output, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// Refuses what would exhaust the stack or the time of the parser and optimiser, neither of which can be cancelled.
/// Words in quotes, IRIs and comments do not count.
fn check_size(sparql: &str) -> Result<(), QueryError> {
    if sparql.len() > MAX_QUERY {
        return Err(QueryError::TooLarge("long"));
    }
    let (mut depth, mut signs, mut operators, mut joins) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut word = String::new();
    let mut rest = sparql;
    while let Some(letter) = rest.chars().next() {
        let after = &rest[letter.len_utf8()..];
        if letter.is_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
            signs = 0;
            rest = after;
            continue;
        }
        if NESTING_WORDS.contains(&word.as_str()) {
            operators += 1;
        }
        word.clear();
        let iri_end = || after.find(|c: char| c.is_whitespace() || "<>\"{}|^`".contains(c));
        rest = match letter {
            '"' | '\'' => skip_quoted(rest, letter),
            '#' => after.find('\n').map_or("", |end| &after[end..]),
            '<' => match iri_end() {
                Some(end) if after[end..].starts_with('>') => &after[end + 1..],
                _ => after,
            },
            _ => after,
        };
        match letter {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            '.' | ';' => joins += 1,
            '!' | '-' | '+' | '^' | '*' | '/' | '|' | '&' | '=' | '<' | '>' => {
                signs += 1;
                operators += 1;
            }
            _ => {}
        }
        if depth > MAX_DEPTH || signs > MAX_DEPTH {
            return Err(QueryError::TooLarge("deeply nested"));
        }
        if operators > MAX_OPERATORS || joins > MAX_JOINS {
            return Err(QueryError::TooLarge("complex"));
        }
    }
    Ok(())
}

/// What follows the string that `text` starts with, in one or three of `quote`.
fn skip_quoted(text: &str, quote: char) -> &str {
    let long: String = [quote; 3].iter().collect();
    let end = if text.starts_with(&long) { long.as_str() } else { &long[..1] };
    let mut rest = &text[end.len()..];
    while let Some(letter) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(end) {
            return after;
        }
        let escaped = if letter == '\\' { rest[1..].chars().next().map_or(0, char::len_utf8) } else { 0 };
        rest = &rest[letter.len_utf8() + escaped..];
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{
        MergeOptions,
        fixture::{ontology, world},
    };

    fn store() -> Store {
        let ontology = ontology();
        let graph = Graph::from_records(world(), ontology, &MergeOptions::default());
        Store::from_graph(&graph, ontology, &BaseIri::default()).unwrap()
    }

    fn ask(sparql: &str, format: AnswerFormat) -> Result<String, QueryError> {
        let mut bytes = Vec::new();
        store().query(sparql, &QueryOptions::default())?.write(format, &mut bytes)?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_question_of_the_design_runs_as_it_stands() {
        let rows = ask(
            "SELECT ?person ?company ?stance ?topic WHERE {
               ?p ng:worksFor|ng:leads|ng:founded ?c ; rdfs:label ?person . ?c rdfs:label ?company .
               ?p ?s ?t . ?s rdfs:subPropertyOf ng:stanceTowards ; rdfs:label ?stance . ?t rdfs:label ?topic }
             ORDER BY ?person",
            AnswerFormat::Csv,
        )
        .unwrap();
        let lines: Vec<&str> = rows.lines().collect();
        assert_eq!(
            lines[1..],
            ["Ann Ode,Ode Labs,supports,open source", "Bo Vale,Vale Works,opposes,open source"]
        );
    }

    #[test]
    fn every_format_writes_its_kind_of_answer() {
        let select = "SELECT ?l WHERE { <person/ann-ode> rdfs:label ?l }";
        assert_eq!(ask(select, AnswerFormat::Table).unwrap(), "l\n───────\nAnn Ode\n");
        assert_eq!(ask(select, AnswerFormat::Tsv).unwrap(), "?l\n\"Ann Ode\"\n");
        assert!(ask(select, AnswerFormat::Json).unwrap().contains(r#""value":"Ann Ode""#));
        assert!(ask(select, AnswerFormat::Xml).unwrap().contains("<literal>Ann Ode</literal>"));
        assert!(ask(select, AnswerFormat::Turtle).unwrap_err().to_string().contains("choose table"));
        let construct = "CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s a ng:Topic ; rdfs:label ?l . FILTER(?l = 'open source') }";
        assert!(ask(construct, AnswerFormat::Turtle).unwrap().contains("rdfs:label \"open source\""));
        assert!(ask(construct, AnswerFormat::NTriples).unwrap().ends_with("\"open source\" .\n"));
        assert!(ask(construct, AnswerFormat::Csv).unwrap_err().to_string().contains("turtle or nt"));
        assert_eq!(ask("ASK { ?s a ng:Person }", AnswerFormat::Table).unwrap(), "yes\n");
    }

    #[test]
    fn triples_read_back_give_the_same_store() {
        let (ontology, base) = (ontology(), BaseIri::default());
        let graph = Graph::from_records(world(), ontology, &MergeOptions::default());
        let mut bytes = Vec::new();
        rdf::write_ntriples(rdf::triples(&graph, ontology, &base), &mut bytes).unwrap();
        let read = Store::from_ntriples(&bytes[..], ontology, &base).unwrap();
        assert_eq!(read.len().unwrap(), store().len().unwrap());
        assert!(Store::from_ntriples(&b"<a> nonsense"[..], ontology, &base).is_err());
    }

    #[test]
    fn errors_tell_the_place_and_the_way_out() {
        let error = ask("SELECT ?x WHERE {\n  ?x ?y }", AnswerFormat::Csv).unwrap_err().to_string();
        assert!(error.contains("2:"), "{error}");
        assert!(matches!(ask("INSERT DATA { :a :b :c }", AnswerFormat::Csv), Err(QueryError::Update)));
        assert!(matches!(ask("LOAD <http://x.example/>", AnswerFormat::Csv), Err(QueryError::Update)));
        let service = ask("SELECT * WHERE { SERVICE <http://x.example/> { ?s ?p ?o } }", AnswerFormat::Csv);
        assert!(matches!(service, Err(QueryError::Service)));
        let options = QueryOptions {
            parameters: [("nobody".to_owned(), "x".to_owned())].into(),
            ..QueryOptions::default()
        };
        let unknown = store().query("SELECT ?s WHERE { ?s ?p ?o }", &options).err().unwrap();
        assert!(matches!(unknown, QueryError::Parameter(name) if name == "nobody"));
    }

    #[test]
    fn time_runs_out() {
        let all = "SELECT * WHERE { ?a ?b ?c }";
        let options = QueryOptions { timeout: Some(Duration::ZERO), ..QueryOptions::default() };
        assert!(matches!(store().query(all, &options), Err(QueryError::Timeout(_))));
        let token = CancellationToken::new();
        let options = QueryOptions { cancel: Some(token.clone()), ..QueryOptions::default() };
        let answer = store().query(all, &options).unwrap();
        token.cancel();
        assert!(matches!(answer.write(AnswerFormat::Csv, io::sink()), Err(QueryError::Cancelled)));
    }

    #[test]
    fn queries_cannot_exhaust_the_stack() {
        for (open, close) in [("(", ")"), ("!", ""), ("{", "}"), ("1+", ""), ("- ", "")] {
            let sparql = format!("SELECT * WHERE {{ FILTER({}1{}) }}", open.repeat(9000), close.repeat(9000));
            assert!(matches!(ask(&sparql, AnswerFormat::Csv), Err(QueryError::TooLarge(_))), "{open}");
        }
        let many = "?a ?b ?c . ".repeat(200);
        assert!(matches!(
            ask(&format!("SELECT * {{ {many} }}"), AnswerFormat::Csv),
            Err(QueryError::TooLarge(_))
        ));
        let unions = "{ ?a ng:worksFor ?b } UNION ".repeat(390) + "{ ?a ng:worksFor ?b }";
        ask(&format!("SELECT * WHERE {{ {unions} }}"), AnswerFormat::Csv).unwrap();
        let sums = "1+".repeat(390) + "1";
        ask(&format!("SELECT ({sums} AS ?s) WHERE {{}}"), AnswerFormat::Csv).unwrap();
        let nested = format!("{}1{}", "(".repeat(60), ")".repeat(60));
        ask(&format!("SELECT ({nested} AS ?s) WHERE {{}}"), AnswerFormat::Csv).unwrap();
        let words = format!("SELECT ('{}' AS ?s) WHERE {{}}", "(".repeat(9000));
        ask(&words, AnswerFormat::Csv).unwrap();
        for before in [r#""""a"b""""#, r"'it\'s'", "<http://x.example/'>", "# who's\n", "'''it's'''"] {
            assert!(check_size(&format!("{before} {}", "(".repeat(9000))).is_err(), "{before}");
            assert!(check_size(&format!("{before} (1)")).is_ok(), "{before}");
        }
    }

    #[test]
    fn a_table_lines_up_and_is_safe_to_print() {
        let rows = vec![
            vec!["a".into(), "b".into()],
            vec!["李娜".into(), "x".into()],
            vec!["y".into(), String::new()],
        ];
        let mut bytes = Vec::new();
        write_table(&rows, &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "a     b\n────  ─\n李娜  x\ny\n");
        assert_eq!(printable("a\u{202e}b\u{1b}[1m\n"), "ab [1m ");
        let long = Term::from(Literal::new_simple_literal("x".repeat(300)));
        assert_eq!(cell(&long, &BaseIri::default()).width(), MAX_CELL);
    }
}
