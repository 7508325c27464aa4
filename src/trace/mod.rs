//! Trace and explain: cited paths between entities, and why a link is or is not there.
//!
//! A hop is a statement, walked in its own direction or against it, with its best sentence. [`trace`] finds the
//! paths that the evidence speaks for most, over a [`petgraph`] graph of the statements that may be walked;
//! [`explain`] lists every sentence behind the statements between two entities. Both give plain data that serialises
//! to JSON and has a text form.

mod claim;
mod explain;
mod plain;
mod search;

use std::io::{self, Write};

use jiff::civil::Date;
use petgraph::graph::{NodeIndex, UnGraph};
use serde::Serialize;

use self::{
    claim::known_times,
    search::{Found, Limits, Link},
};
pub use self::{
    claim::{Citation, Claim, Direction, End, Named},
    explain::{Explained, Explanation, Question, Reason, explain},
    plain::plain,
};
use crate::{
    graph::{EntityIx, Graph, Object, Statement, StatementIx},
    ontology::{Class, Ontology},
    record::{Confidence, Modality, Polarity, StatementKind},
};

/// Relations that make a person one of an organisation's people, from the person to the organisation.
const MEMBERSHIP: [&str; 4] = ["founded", "leads", "memberOf", "worksFor"];

/// Millionths of a nat that every hop costs on top of −ln(confidence).
const HOP: u64 = 100_000;
/// What it costs more that somebody else reports it.
const REPORTED: u64 = 500_000;
/// What it costs more that it is not so, or not yet, or not certainly.
const NOT_A_FACT: u64 = 1_500_000;

/// Which paths [`trace`] looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceOptions {
    /// Hops in a path, at most; 1 to 8.
    pub hops: usize,
    /// Paths, at most.
    pub limit: usize,
    /// Links looked at, at most, before the search gives up.
    pub expansions: usize,
    /// Also walk statements that are negated, planned, possible or conditional (marked, and ranked lower).
    pub uncertain: bool,
    /// Leave out statements below this.
    pub min_confidence: Confidence,
    /// Only what was published by this day, and did not end before it or begin after it.
    pub as_of: Option<Date>,
}

impl Default for TraceOptions {
    fn default() -> Self {
        Self {
            hops: 3,
            limit: 10,
            expansions: 1_000_000,
            uncertain: false,
            min_confidence: Confidence::default(),
            as_of: None,
        }
    }
}

/// The answer of [`trace`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// Where the paths begin.
    pub from: Named,
    /// Where they end; `None` if any stance was looked for.
    pub to: Option<Named>,
    /// Paths, the best-supported first.
    pub paths: Vec<Path>,
    /// Whether the search ran to its end: `false` when it met [`TraceOptions::expansions`], so that there may be
    /// more or better paths.
    pub complete: bool,
}

/// A path in which no entity occurs twice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Path {
    /// Millionths of a nat: −ln(confidence) of every hop, and a little for each; less is better.
    pub cost: u64,
    /// Product of the confidences of its hops.
    pub confidence: Confidence,
    /// From the first entity to the last; each begins where the one before ends.
    pub hops: Vec<Hop>,
}

/// One statement of a path.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hop {
    /// The entity that it is entered at.
    pub from: Named,
    /// The entity that it leads to.
    pub to: Named,
    /// Whether it is walked from its subject to its object or back.
    pub direction: Direction,
    /// The statement.
    #[serde(flatten)]
    pub claim: Claim,
    /// Whose position it is.
    pub position: Position,
    /// The same in words: "own position of Apex".
    pub whose: String,
    /// Its best sentence.
    pub evidence: Option<Citation>,
}

/// Whose position a hop is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "of", content = "organization")]
pub enum Position {
    /// A fact, nobody's position.
    Fact,
    /// The subject's own.
    Own,
    /// That of one of the people of the organisation that the path comes from or goes to, and not that
    /// organisation's.
    Member(Named),
}

/// The best paths from `from` to `to`; without `to`, where `from` stands, or who stands where on it:
///
/// - for anybody and anything: its own stances, and the stances of others on it;
/// - for a person: the stances of the organisations that the person leads, works for, belongs to or founded;
/// - for an organisation: the stances of its people, offered as theirs;
/// - for what others have stances on: the holders' organisations.
///
/// Paths are ranked by cost, then length, then the ids of their statements. Of several statements with the same ends,
/// relation, direction, polarity and modality only the best is walked. Cost: with `to`, a best-first search led by the
/// exact remaining distance: half a second for 10 paths of up to 6 hops among 40 000 entities and 200 000 statements
/// with hubs of 2 500 links, nearly all of it for reading the graph.
#[must_use]
pub fn trace(
    graph: &Graph,
    ontology: &Ontology,
    from: EntityIx,
    to: Option<EntityIx>,
    options: &TraceOptions,
) -> Trace {
    let network = network(graph, options);
    let limits = Limits { hops: options.hops.clamp(1, 8), paths: options.limit, partial: options.expansions };
    let start = NodeIndex::new(from.0 as usize);
    let (found, complete) = match to {
        Some(to) => search::best_paths(&network, start, NodeIndex::new(to.0 as usize), &limits),
        None => stances(graph, &network, start, &limits),
    };
    let paths = found.iter().map(|found| path(graph, ontology, from, found, options)).collect();
    Trace { from: Named::new(graph, from), to: to.map(|to| Named::new(graph, to)), paths, complete }
}

/// The statements that may be walked, the best of every bundle of like ones.
fn network(graph: &Graph, options: &TraceOptions) -> UnGraph<EntityIx, Link> {
    let mut links: Vec<(EntityIx, EntityIx, Link)> = (0..)
        .map(StatementIx)
        .zip(&graph.statements)
        .filter_map(|(at, statement)| match statement.object {
            Object::Entity(object) if object != statement.subject => {
                let cost = cost(statement, options)?;
                known(graph, statement, options).then_some((
                    statement.subject,
                    object,
                    Link { statement: at, cost },
                ))
            }
            _ => None,
        })
        .collect();
    let bundle = |(subject, object, link): &(EntityIx, EntityIx, Link)| {
        let statement = &graph.statements[link.statement.0 as usize];
        (*subject, *object, &statement.relation, statement.polarity, statement.modality)
    };
    links.sort_by(|a, b| {
        bundle(a).cmp(&bundle(b)).then(a.2.cost.cmp(&b.2.cost)).then(a.2.statement.cmp(&b.2.statement))
    });
    links.dedup_by(|next, kept| bundle(next) == bundle(kept));
    let mut network = UnGraph::with_capacity(graph.entities.len(), links.len());
    for at in 0..graph.entities.len() {
        network.add_node(EntityIx(at as u32));
    }
    for (subject, object, link) in links {
        network.add_edge(NodeIndex::new(subject.0 as usize), NodeIndex::new(object.0 as usize), link);
    }
    network
}

/// What a hop over `statement` costs; `None` if the options forbid it.
fn cost(statement: &Statement, options: &TraceOptions) -> Option<u64> {
    let fact = statement.polarity == Polarity::Affirmed && statement.modality == Modality::Actual;
    if statement.confidence < options.min_confidence || !(fact || options.uncertain) {
        return None;
    }
    #[expect(clippy::cast_sign_loss, reason = "the logarithm of at most 1, negated")]
    let nats = (-statement.confidence.value().max(0.001).ln() * 1e6).round() as u64;
    let reported = if statement.reported_by().is_some() { REPORTED } else { 0 };
    Some(nats + HOP + reported + if fact { 0 } else { NOT_A_FACT })
}

/// Whether the statement had been published by the day asked for, and its times allow it then.
fn known(graph: &Graph, statement: &Statement, options: &TraceOptions) -> bool {
    let Some(day) = options.as_of else { return true };
    claim::best_evidence(graph, statement, Some(day)).is_some() && known_times(statement, day)
}

/// Paths of one hop that are stances, and of two: a stance and a membership of its holder.
fn stances(
    graph: &Graph,
    network: &UnGraph<EntityIx, Link>,
    from: NodeIndex,
    limits: &Limits,
) -> (Vec<Found>, bool) {
    let mut found = Vec::new();
    let mut looked_at = 0;
    let statement = |link: &Link| &graph.statements[link.statement.0 as usize];
    let subject = |link: &Link| NodeIndex::new(statement(link).subject.0 as usize);
    for (first, at) in search::links(network, from) {
        let stance = statement(first).kind == StatementKind::Stance;
        if stance {
            found.push(Found::new(&[(*first, at)]));
        }
        // The holder of a stance on `from`, or whom a membership joins to `from`.
        let holder = subject(first) == at;
        if limits.hops < 2 || !(if stance { holder } else { is_membership(graph, statement(first)) }) {
            continue;
        }
        for (second, end) in search::links(network, at) {
            looked_at += 1;
            if looked_at > limits.partial {
                break;
            }
            let goes_on = if stance {
                is_membership(graph, statement(second)) && subject(second) == at
            } else {
                statement(second).kind == StatementKind::Stance && subject(second) == at
            };
            if goes_on && end != from {
                found.push(Found::new(&[(*first, at), (*second, end)]));
            }
        }
    }
    found.sort();
    found.truncate(limits.paths);
    (found, looked_at <= limits.partial)
}

fn is_membership(graph: &Graph, statement: &Statement) -> bool {
    MEMBERSHIP.contains(&statement.relation.as_str())
        && matches!(statement.object, Object::Entity(object)
            if graph.entities[object.0 as usize].class.is_a(Class::Organization))
}

fn path(graph: &Graph, ontology: &Ontology, from: EntityIx, found: &Found, options: &TraceOptions) -> Path {
    let statements: Vec<&Statement> = found.statements().map(|at| &graph.statements[at.0 as usize]).collect();
    let mut at = from;
    let mut hops = Vec::with_capacity(statements.len());
    for (place, (&statement, to)) in statements.iter().zip(found.entities()).enumerate() {
        let beside = [place.checked_sub(1), Some(place + 1)];
        let organization = beside
            .into_iter()
            .flatten()
            .filter_map(|place| statements.get(place))
            .filter(|other| other.subject == statement.subject && is_membership(graph, other))
            .find_map(|other| match other.object {
                Object::Entity(object) => Some(object),
                Object::Literal(_) => None,
            });
        let position = match (statement.kind, organization) {
            (StatementKind::Fact, _) => Position::Fact,
            (_, Some(organization)) => Position::Member(Named::new(graph, organization)),
            (_, None) => Position::Own,
        };
        let claim = Claim::new(graph, ontology, statement);
        hops.push(Hop {
            from: Named::new(graph, at),
            to: Named::new(graph, to),
            direction: if statement.subject == at { Direction::Forward } else { Direction::Backward },
            whose: whose(&position, &claim, statement),
            position,
            claim,
            evidence: claim::best_evidence(graph, statement, options.as_of)
                .map(|evidence| Citation::new(graph, evidence)),
        });
        at = to;
    }
    let confidence = statements.iter().map(|statement| statement.confidence.value()).product();
    Path { cost: found.cost, confidence: Confidence::new(confidence), hops }
}

fn whose(position: &Position, claim: &Claim, statement: &Statement) -> String {
    let subject = &claim.subject.label;
    let mut text = match position {
        Position::Fact => String::new(),
        Position::Own => format!("own position of {subject}"),
        Position::Member(organization) => {
            format!("position of {subject}, held by a member, not by {} itself", organization.label)
        }
    };
    if let Some(holder) = claim.holder.as_ref().filter(|_| statement.reported_by().is_some()) {
        text.push_str(if text.is_empty() { "reported by " } else { ", as reported by " });
        text.push_str(&holder.label);
    }
    text
}

impl Trace {
    /// Writes the paths for people, one block each; without control and direction characters.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn render(&self, out: &mut impl Write) -> io::Result<()> {
        for (at, path) in self.paths.iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            let names = std::iter::once(&self.from).chain(path.hops.iter().map(|hop| &hop.to));
            let names: Vec<_> = names.map(|named| plain(&named.label)).collect();
            writeln!(out, "{}. {}  [{}]", at + 1, names.join(" → "), path.confidence)?;
            for hop in &path.hops {
                let (from, to) = (plain(&hop.from.label), plain(&hop.to.label));
                let label = plain(&hop.claim.label);
                match hop.direction {
                    Direction::Forward => write!(out, "   {from} ──{label}→ {to}")?,
                    Direction::Backward => write!(out, "   {from} ←{label}── {to}")?,
                }
                writeln!(out, "  {}", hop.claim.support())?;
                if !hop.whose.is_empty() {
                    writeln!(out, "     {}", plain(&hop.whose))?;
                }
                if let Some(citation) = &hop.evidence {
                    writeln!(out, "     {citation}")?;
                }
            }
        }
        if !self.complete {
            writeln!(out, "\nThe search was cut short; there may be more paths.")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
