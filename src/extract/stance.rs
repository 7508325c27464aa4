//! Stances that no single verb names: judged in what somebody says ("open models are winning"), found to be something
//! ("called the plan a disaster"), or wanted ("his desire to adopt open platforms"). Stance verbs themselves ("backs", "criticised") are cues like any other.

use crate::{
    extract::{
        attribution::{Attributed, innermost},
        clause::own_subject,
        factuality::{Factuality, own_factuality},
        finding::{Filler, Finding, Reality, domain_fit, range_fit},
        reader::Reader,
        tree::Tree,
    },
    language::{Deprel, TokenId, Upos},
    ontology::Class,
    record::Polarity,
};

/// How many words up a wish is looked for: "his goal is to help people to build …".
const MAX_WISH: usize = 4;

/// Finds stances in what `speaker` says in this sentence and in wishes of anybody named.
pub(crate) fn read(reader: &Reader<'_>, attributed: &[Attributed]) -> Vec<Finding> {
    let tree = &reader.tree;
    let mut findings = Vec::new();
    for token in tree.tokens() {
        let scope = innermost(attributed, tree, reader.id, token);
        let speaker = scope.and_then(speaker);
        if let Some(speaker) = &speaker {
            findings.extend(judgement(reader, token, speaker, scope));
        }
        findings.extend(verdict(reader, token, scope));
        findings.extend(wish(reader, token, speaker.as_ref(), scope));
    }
    findings
}

/// The speaker as an end of a stance.
fn speaker(scope: &Attributed) -> Option<Filler> {
    let entity = scope.speaker?;
    Some(Filler::Entity { entity, span: scope.speaker_span?, certainty: 0.95 })
}

/// A judgement inside somebody's words: "open-source models are surpassing proprietary ones" approves its subject.
fn judgement(
    reader: &Reader<'_>,
    predicate: TokenId,
    speaker: &Filler,
    scope: Option<&Attributed>,
) -> Vec<Finding> {
    let tree = &reader.tree;
    let predicative = tree.child(predicate, Deprel::Cop).is_some();
    if tree.upos(predicate) != Upos::Verb && !predicative {
        return Vec::new();
    }
    let subject = own_subject(tree, predicate)
        .or_else(|| {
            // "have the open platforms win": the object of the verb above.
            let head = tree.head(predicate)?;
            matches!(tree.deprel(predicate), Deprel::Xcomp | Deprel::Ccomp)
                .then(|| tree.child(head, Deprel::Obj))
                .flatten()
        })
        .filter(|&subject| tree.upos(subject) != Upos::Pron);
    let Some(subject) = subject else { return Vec::new() };
    let sign = valence(reader, predicate);
    if sign == 0 || is_condition(reader, predicate) {
        return Vec::new();
    }
    let approves =
        (sign > 0) == (own_factuality(tree, predicate, reader.ontology).polarity == Polarity::Affirmed);
    stances(reader, speaker, subject, approves, predicate, 0.7, by("judgement", scope))
}

/// What somebody finds somebody to be: "called him a liar", "described the plan as a disaster".
fn verdict(reader: &Reader<'_>, verb: TokenId, scope: Option<&Attributed>) -> Vec<Finding> {
    const CONFIDENCE: f64 = 0.85;
    let tree = &reader.tree;
    if tree.upos(verb) != Upos::Verb || !reader.ontology.words("verdictVerb").contains(tree.lemma(verb)) {
        return Vec::new();
    }
    let clause = reader.clause(verb);
    let (Some(agent), Some(target)) = (clause.agent, clause.patient) else { return Vec::new() };
    let predicative = tree
        .children_by(verb, &[Deprel::Xcomp, Deprel::Obl, Deprel::Advcl])
        .find(|&child| match tree.deprel(child) {
            Deprel::Xcomp => tree.upos(child) != Upos::Verb,
            _ => tree.case(child).is_some_and(|case| case.words == "as") || is_marked(tree, child, "as"),
        })
        .filter(|&child| child != target);
    let Some(predicative) = predicative else { return Vec::new() };
    let sign = valence(reader, predicative);
    if sign == 0 {
        return Vec::new();
    }
    let holders = reader.fillers(agent, false);
    let approves = sign > 0;
    let found = holders
        .iter()
        .flat_map(|holder| stances(reader, holder, target, approves, verb, CONFIDENCE, by("verdict", scope)));
    found.map(|finding| Finding { reality: Reality::Around, ..finding }).collect()
}

fn is_marked(tree: &Tree<'_>, clause: TokenId, mark: &str) -> bool {
    tree.child(clause, Deprel::Mark).is_some_and(|word| tree.lemma(word) == mark)
}

/// Whether a clause is only supposed: "if it fails", "should it fail".
fn is_condition(reader: &Reader<'_>, predicate: TokenId) -> bool {
    let tree = reader.tree;
    let conditions = reader.ontology.words("conditionMark");
    let marked =
        tree.children_by(predicate, &[Deprel::Mark]).any(|mark| conditions.contains(tree.lemma(mark)));
    let inverted = tree.deprel(predicate) == Deprel::Advcl
        && tree
            .children_by(predicate, &[Deprel::Aux, Deprel::Cop])
            .any(|auxiliary| own_subject(tree, predicate).is_some_and(|subject| auxiliary < subject));
    marked || inverted
}

/// What a predicate and its complements say for (positive) or against (negative) its subject.
fn valence(reader: &Reader<'_>, predicate: TokenId) -> i32 {
    let tree = &reader.tree;
    let approval = reader.ontology.words("approvalWord");
    let disapproval = reader.ontology.words("disapprovalWord");
    let value = |token: TokenId| {
        i32::from(approval.contains(tree.lemma(token))) - i32::from(disapproval.contains(tree.lemma(token)))
    };
    let own = value(predicate);
    if own != 0 {
        return own.signum();
    }
    // "offer greater control", "is a threat to …", "pose risks"
    tree.children_by(predicate, &[Deprel::Obj, Deprel::Xcomp, Deprel::Advmod, Deprel::Amod])
        .map(|child| {
            value(child)
                + tree
                    .children_by(child, &[Deprel::Amod, Deprel::Compound, Deprel::Advmod])
                    .map(value)
                    .sum::<i32>()
        })
        .sum::<i32>()
        .signum()
}

/// What somebody wants done: "his desire to revisit open-source strategies", "we need to ban it".
fn wish(
    reader: &Reader<'_>,
    verb: TokenId,
    speaker: Option<&Filler>,
    scope: Option<&Attributed>,
) -> Vec<Finding> {
    let tree = &reader.tree;
    if tree.upos(verb) != Upos::Verb {
        return Vec::new();
    }
    let favours = reader.ontology.words("adoptingVerb").contains(tree.lemma(verb));
    let ends = reader.ontology.words("stoppingVerb").contains(tree.lemma(verb));
    if favours == ends || !is_wished(reader, verb) {
        return Vec::new();
    }
    let clause = reader.clause(verb);
    let Some(object) = clause.patient.filter(|_| tree.child(verb, Deprel::Obj).is_some()) else {
        return Vec::new();
    };
    // Inside quotation marks the speaker wishes; elsewhere whoever the clause is about.
    let quoted = scope.is_some_and(|scope| scope.quoted);
    let own = clause.agent.and_then(|agent| reader.fillers(agent, false).into_iter().next());
    let Some(holder) = (if quoted { speaker.cloned().or(own) } else { own.or_else(|| speaker.cloned()) })
    else {
        return Vec::new();
    };
    let approves = favours == (own_factuality(tree, verb, reader.ontology).polarity == Polarity::Affirmed);
    stances(reader, &holder, object, approves, verb, 0.7, by("wish", scope))
}

/// Whether the verb stands under a word of wanting or duty: "must build", "the need to build", "my goal is to build".
fn is_wished(reader: &Reader<'_>, verb: TokenId) -> bool {
    let tree = &reader.tree;
    let desires = reader.ontology.words("desireWord");
    let duty = |token: TokenId| {
        tree.children_by(token, &[Deprel::Aux])
            .any(|auxiliary| matches!(tree.lemma(auxiliary), "must" | "should" | "ought" | "need"))
    };
    let goal = |token: TokenId| {
        tree.child(token, Deprel::Cop).is_some()
            && tree.children_by(token, &[Deprel::Nsubj, Deprel::NsubjOuter, Deprel::CsubjOuter]).any(
                |subject| {
                    tree.subtree(subject)
                        .into_iter()
                        .any(|word| tree.is_nominal(word) && desires.contains(tree.lemma(word)))
                },
            )
    };
    if duty(verb) || goal(verb) {
        return true;
    }
    let mut below = verb;
    for _ in 0..MAX_WISH {
        let Some(above) = tree.head(below) else { return false };
        match tree.deprel(below) {
            Deprel::Xcomp | Deprel::Acl | Deprel::Ccomp | Deprel::Csubj => {
                if desires.contains(tree.lemma(above)) || duty(above) || goal(above) {
                    return true;
                }
            }
            Deprel::Conj => {
                if duty(above) || goal(above) {
                    return true;
                }
            }
            _ => return false,
        }
        below = above;
    }
    false
}

fn by(rule: &str, scope: Option<&Attributed>) -> &'static str {
    match (rule, scope.is_some_and(|scope| scope.quoted)) {
        ("verdict", _) => "stance/verdict",
        ("judgement", true) => "stance/quoted-judgement",
        ("judgement", false) => "stance/reported-judgement",
        (_, true) => "stance/quoted-wish",
        _ => "stance/wish",
    }
}

/// The holder's stance on whatever `target` stands for: topics are supported or opposed, others praised or criticised.
fn stances(
    reader: &Reader<'_>,
    holder: &Filler,
    target: TokenId,
    approves: bool,
    predicate: TokenId,
    confidence: f64,
    by: &'static str,
) -> Vec<Finding> {
    let targets = reader.fillers(target, true).into_iter().chain(reader.doers(target));
    targets
        .filter_map(|target| {
            let class = reader.class(&target)?;
            let name = match (class, approves) {
                (Class::Topic, true) => "supports",
                (Class::Topic, false) => "opposes",
                (_, true) => "praises",
                (_, false) => "criticises",
            };
            let relation = reader.ontology.relation(name)?;
            let fit = domain_fit(relation, reader.class(holder)?) * range_fit(relation, class);
            (fit > 0.0 && !reader.same(holder, &target)).then(|| Finding {
                relation: name.to_owned(),
                subject: holder.clone(),
                object: target,
                predicate,
                cue: reader.tree.token(predicate).span,
                role: None,
                over: false,
                reality: Reality::Known(Factuality::ACTUAL),
                confidence: confidence * fit,
                by,
                pair: None,
            })
        })
        .collect()
}
