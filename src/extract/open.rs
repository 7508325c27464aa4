//! Open relations: clauses between two known things whose verb no cue knows. They keep their own words under
//! `open/<lemma>`, so that they can be listed, counted and promoted, and are never forced into a named relation.

use std::collections::BTreeSet;

use crate::{
    article::Span,
    extract::{
        finding::{Filler, Finding, Reality},
        reader::Reader,
    },
    language::{Deprel, TokenId, Upos},
};

/// Finds clauses between two entities that none of `known` has read already.
///
/// "Kestrel courted Lumora for months" gives `Kestrel open/court Lumora`; with a preposition `open/compete_in`.
pub(crate) fn read(reader: &Reader<'_>, known: &[Finding]) -> Vec<Finding> {
    let tree = &reader.tree;
    let read_already: BTreeSet<TokenId> = known.iter().map(|finding| finding.predicate).collect();
    let mut findings = Vec::new();
    for token in tree.tokens() {
        if tree.upos(token) != Upos::Verb
            || read_already.contains(&token)
            || ["reportingVerb", "denyingVerb", "lightVerb"]
                .iter()
                .any(|list| reader.ontology.words(list).contains(tree.lemma(token)))
        {
            continue;
        }
        let clause = reader.clause(token);
        let Some(agent) = clause.agent else { continue };
        let stem = clause.particle.map_or_else(
            || tree.lemma(token).to_owned(),
            |particle| format!("{}_{}", tree.lemma(token), tree.lemma(particle)),
        );
        let subjects = reader.fillers(agent, false);
        if let Some(patient) = clause.patient {
            let cue = cue(reader, token, clause.particle, None);
            push(reader, &mut findings, &subjects, patient, &format!("open/{stem}"), token, cue);
        } else if let Some((words, oblique)) = clause
            .obliques
            .iter()
            .find(|(words, oblique)| !words.is_empty() && !words.ends_with(':') && named(reader, *oblique))
        {
            let cue = cue(reader, token, clause.particle, tree.child(*oblique, Deprel::Case));
            let relation = format!("open/{stem}_{}", words.replace(' ', "_"));
            push(reader, &mut findings, &subjects, *oblique, &relation, token, cue);
        }
    }
    findings
}

fn named(reader: &Reader<'_>, token: TokenId) -> bool {
    reader.tree.conjuncts(token).into_iter().any(|member| reader.entity(member).is_some())
}

fn cue(reader: &Reader<'_>, verb: TokenId, particle: Option<TokenId>, preposition: Option<TokenId>) -> Span {
    let words: Vec<TokenId> = [Some(verb), particle, preposition].into_iter().flatten().collect();
    reader.cue_span(&words)
}

fn push(
    reader: &Reader<'_>,
    findings: &mut Vec<Finding>,
    subjects: &[Filler],
    object: TokenId,
    relation: &str,
    predicate: TokenId,
    cue: Span,
) {
    // Lemmas come from the text: keep only what can stand in an IRI as it is.
    if !relation["open/".len()..].chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        return;
    }
    for object in reader.fillers(object, false) {
        for subject in subjects {
            if !reader.same(subject, &object) {
                findings.push(Finding {
                    relation: relation.to_owned(),
                    subject: subject.clone(),
                    object: object.clone(),
                    predicate,
                    cue,
                    role: None,
                    over: false,
                    reality: Reality::Around,
                    confidence: 0.75,
                    by: "clause/open",
                });
            }
        }
    }
}
