//! Why a link is there, sentence by sentence, or why it is not.

use std::io::{self, Write};

use serde::Serialize;

use super::{
    claim::{Citation, Claim, Direction, Named},
    plain,
};
use crate::{
    graph::{EntityIx, Graph, Object, Statement},
    ontology::Ontology,
    record::{Modality, Polarity},
};

/// Statements listed as near, at most.
const NEAR: usize = 20;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'a> {
    /// One end.
    pub subject: EntityIx,
    /// Local name, `ng:` name or label of a relation; any if `None`.
    pub relation: Option<&'a str>,
    /// The other end; any if `None`.
    pub object: Option<EntityIx>,
}

/// The answer of [`explain`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// One end.
    pub subject: Named,
    /// The relation asked for, as asked.
    pub relation: Option<String>,
    /// The other end.
    pub object: Option<Named>,
    /// Whether a statement that was asked for stands as a direct triple.
    pub asserted: bool,
    /// The statements asked for, asserted ones first, then by confidence.
    pub statements: Vec<Explained>,
    /// If none of those is asserted: what else is known between both ends, or else of the same relation at one of
    /// them.
    pub near: Vec<Explained>,
}

/// A statement with all its sentences.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// The statement.
    #[serde(flatten)]
    pub claim: Claim,
    /// Backward if it is the subject of the question that stands at its object end.
    pub direction: Direction,
    /// Why it does not stand as a direct triple, or is not what was asked; empty if nothing is amiss.
    pub reasons: Vec<Reason>,
    /// `reasons` in words.
    pub why_not: Vec<String>,
    /// All its sentences, best first.
    pub evidence: Vec<Citation>,
}

/// What keeps a statement from being the link asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It says that it is not so.
    Negated,
    /// It is planned, possible or conditional.
    NotActual,
    /// Somebody else than the articles or the subject says so.
    Attributed,
    /// It is a plain statement, but too uncertain.
    LowConfidence,
    /// Its ends are the other way round.
    OtherWay,
    /// It is another relation.
    OtherRelation,
    /// It has another entity at one end.
    OtherEnd,
}

/// Everything the graph knows about the link asked for, and if it does not stand as a fact, what comes nearest.
///
/// A relation is also met by its inverse the other way round, and by itself the other way round if it is symmetric.
/// Cost: one pass over the statements.
#[must_use]
pub fn explain(graph: &Graph, ontology: &Ontology, question: &Question<'_>) -> Explanation {
    let mut statements = Vec::new();
    let mut near = Vec::new();
    for statement in &graph.statements {
        let Some(fit) = Fit::of(ontology, question, statement) else { continue };
        let explained = Explained::new(graph, ontology, statement, &fit);
        if fit.is_asked() {
            statements.push(explained);
        } else {
            near.push((fit.distance(), explained));
        }
    }
    let rank = |one: &Explained| (!one.claim.asserted, std::cmp::Reverse(one.claim.confidence));
    statements.sort_by_key(rank);
    near.sort_by_key(|(distance, one)| (*distance, rank(one)));
    let asserted = statements.iter().any(|one| one.claim.asserted);
    // What lies between both ends answers the question better than anything else, however alike.
    let closest = near.first().map(|(distance, _)| distance.0);
    let near = near.into_iter().filter(|(distance, _)| !asserted && Some(distance.0) == closest);
    Explanation {
        subject: Named::new(graph, question.subject),
        relation: question.relation.map(str::to_owned),
        object: question.object.map(|object| Named::new(graph, object)),
        asserted,
        statements,
        near: near.take(NEAR).map(|(_, one)| one).collect(),
    }
}

/// How a statement meets a question.
struct Fit {
    direction: Direction,
    both_ends: bool,
    relation: bool,
    way: bool,
}

impl Fit {
    /// `None` if it is too far from the question to be worth showing.
    fn of(ontology: &Ontology, question: &Question<'_>, statement: &Statement) -> Option<Self> {
        let Question { subject, relation, object } = *question;
        let target = match statement.object {
            Object::Entity(at) => Some(at),
            Object::Literal(_) => None,
        };
        let forward = statement.subject == subject && object.is_none_or(|object| target == Some(object));
        let backward = target == Some(subject) && object.is_none_or(|object| statement.subject == object);
        let both_ends = forward || backward;
        let one_end = [Some(statement.subject), target]
            .into_iter()
            .flatten()
            .any(|end| end == subject || Some(end) == object);
        let named = relation.is_none_or(|name| is_called(ontology, &statement.relation, name));
        let turned = ontology.relation(&statement.relation).is_some_and(|own| {
            own.symmetric && named
                || own
                    .inverse
                    .as_deref()
                    .zip(relation)
                    .is_some_and(|(inverse, name)| is_called(ontology, inverse, name))
        });
        let relation_fits = named || turned && backward;
        if !(both_ends || one_end && named && relation.is_some()) {
            return None;
        }
        let way = match relation {
            None => both_ends,
            Some(_) => forward && named || backward && turned,
        };
        let at_object = !forward && (backward || target == Some(subject));
        let direction = if at_object { Direction::Backward } else { Direction::Forward };
        Some(Self { direction, both_ends, relation: relation_fits, way })
    }

    fn is_asked(&self) -> bool {
        self.both_ends && self.relation && self.way
    }

    /// Less is nearer.
    fn distance(&self) -> (bool, bool) {
        (!self.both_ends, !self.relation)
    }
}

/// Whether the relation `local` may be called `name`: `worksFor`, `ng:worksFor` or "works for".
fn is_called(ontology: &Ontology, local: &str, name: &str) -> bool {
    let name = name.strip_prefix("ng:").unwrap_or(name);
    let label = ontology.relation(local).map(|relation| &relation.label);
    local.eq_ignore_ascii_case(name)
        || label.is_some_and(|label| label.to_lowercase() == name.to_lowercase())
        || local.strip_prefix("open/").is_some_and(|lemma| lemma.eq_ignore_ascii_case(name))
}

impl Explained {
    fn new(graph: &Graph, ontology: &Ontology, statement: &Statement, fit: &Fit) -> Self {
        let mut reasons = Vec::new();
        if statement.polarity == Polarity::Negated {
            reasons.push(Reason::Negated);
        }
        if statement.modality != Modality::Actual {
            reasons.push(Reason::NotActual);
        }
        if statement.reported_by().is_some() {
            reasons.push(Reason::Attributed);
        }
        if !statement.asserted && reasons.is_empty() {
            reasons.push(Reason::LowConfidence);
        }
        if !fit.both_ends {
            reasons.push(Reason::OtherEnd);
        } else if !fit.relation {
            reasons.push(Reason::OtherRelation);
        } else if !fit.way {
            reasons.push(Reason::OtherWay);
        }
        let claim = Claim::new(graph, ontology, statement);
        Self {
            direction: fit.direction,
            why_not: reasons.iter().map(|reason| reason.words(&claim)).collect(),
            reasons,
            claim,
            evidence: statement.evidence.iter().map(|evidence| Citation::new(graph, evidence)).collect(),
        }
    }
}

impl Reason {
    fn words(self, claim: &Claim) -> String {
        match self {
            Self::Negated => "the articles say that it is not so".to_owned(),
            Self::NotActual => format!("it is {}, not actual", claim.modality),
            Self::Attributed => match &claim.holder {
                Some(holder) => format!("it is merely reported by {}", holder.label),
                None => "it is merely reported".to_owned(),
            },
            Self::LowConfidence => format!("its confidence of {} is below the threshold", claim.confidence),
            Self::OtherWay => "it goes the other way".to_owned(),
            Self::OtherRelation => "it is another relation".to_owned(),
            Self::OtherEnd => "it has another entity at one end".to_owned(),
        }
    }
}

impl Explanation {
    /// Writes the answer for people; without control and direction characters.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn render(&self, out: &mut impl Write) -> io::Result<()> {
        if self.statements.is_empty() {
            let object = self.object.as_ref().map_or("anything".into(), |object| plain(&object.label));
            let relation = self.relation.as_deref().map_or("has a link to".into(), plain);
            writeln!(out, "Nothing says: {} {relation} {object}", plain(&self.subject.label))?;
        }
        list(out, &self.statements)?;
        if !self.near.is_empty() {
            writeln!(out, "\nNearest:")?;
            list(out, &self.near)?;
        }
        Ok(())
    }
}

fn list(out: &mut impl Write, statements: &[Explained]) -> io::Result<()> {
    for Explained { claim, why_not, evidence, .. } in statements {
        let (subject, object) = (plain(&claim.subject.label), plain(claim.object.label()));
        writeln!(out, "{subject} ──{}→ {object}  {}", plain(&claim.label), claim.support())?;
        for reason in why_not {
            writeln!(out, "  but {}", plain(reason))?;
        }
        for citation in evidence {
            writeln!(out, "  {citation}")?;
            let Citation { sentence, article, by, confidence, .. } = citation;
            let (start, end) = (sentence.start, sentence.end);
            writeln!(
                out,
                "    {confidence} by {}, characters {start}–{end} of {}",
                plain(by),
                plain(article)
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::sample::{self, ONTOLOGY};

    fn asked(subject: &str, relation: Option<&str>, object: Option<&str>) -> Explanation {
        let graph = sample::graph();
        let question = Question {
            subject: graph.find(subject).unwrap(),
            relation,
            object: object.map(|object| graph.find(object).unwrap()),
        };
        explain(&graph, &ONTOLOGY, &question)
    }

    fn ids(list: &[Explained]) -> Vec<&str> {
        list.iter().map(|one| one.claim.statement.as_str()).collect()
    }

    #[test]
    fn a_link_comes_with_every_sentence() {
        for relation in [Some("worksFor"), Some("ng:worksFor"), Some("Works for"), None] {
            let answer = asked("Ada Stone", relation, Some("organization/apex"));
            assert_eq!(ids(&answer.statements), ["statement/1"]);
            assert!(answer.asserted && answer.near.is_empty());
            assert_eq!(answer.statements[0].reasons, []);
            let evidence = &answer.statements[0].evidence;
            assert_eq!(evidence.len(), 2);
            assert_eq!(evidence[0].text, "Ada Stone works for Apex.");
            assert_eq!((evidence[0].sentence.start, evidence[0].sentence.end), (0, 25));
        }
    }

    #[test]
    fn a_link_that_is_not_there_says_why() {
        let answer = asked("organization/apex", Some("acquired"), Some("organization/borealis"));
        assert_eq!(ids(&answer.statements), ["statement/4", "statement/5"]);
        assert_eq!(answer.statements[0].reasons, [Reason::Negated]);
        assert_eq!(answer.statements[1].why_not, ["it is planned, not actual"]);
        let answer = asked("organization/apex", Some("opposes"), Some("open source"));
        assert_eq!(answer.statements[0].why_not, ["it is merely reported by Bo Reed\u{202e}"]);
        let answer = asked("organization/apex", Some("headquarteredIn"), Some("France"));
        assert_eq!(answer.statements[0].reasons, [Reason::LowConfidence]);
    }

    #[test]
    fn what_is_near_is_shown_when_nothing_matches() {
        let answer = asked("organization/apex", Some("worksFor"), Some("Ada Stone"));
        assert!(answer.statements.is_empty());
        assert_eq!(ids(&answer.near), ["statement/1"]);
        assert_eq!(answer.near[0].reasons, [Reason::OtherWay]);
        assert_eq!(answer.near[0].direction, Direction::Backward);
        let answer = asked("Ada Stone", Some("leads"), Some("organization/apex"));
        assert_eq!(answer.near[0].reasons, [Reason::OtherRelation]);
        let answer = asked("Ada Stone", Some("worksFor"), Some("organization/borealis"));
        assert_eq!(answer.near[0].reasons, [Reason::OtherEnd]);
    }

    #[test]
    fn symmetric_relations_hold_both_ways() {
        for (one, other) in [("Ada Stone", "person/bo-reed"), ("person/bo-reed", "Ada Stone")] {
            assert!(asked(one, Some("met"), Some(other)).asserted);
        }
    }

    #[test]
    fn the_text_form_is_safe_to_print() {
        let mut out = Vec::new();
        asked("organization/apex", Some("acquired"), None).render(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("──not acquired→ =Borealis & Söhne"), "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{text}");
    }
}
