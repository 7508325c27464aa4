//! Relations that a verb or an adjective signals: "Meta bought it", "critical of the deal".

use crate::{
    extract::{
        clause::Clause,
        finding::{Filler, Finding, Reality},
        reader::Reader,
    },
    language::{Deprel, TokenId, Upos},
    ontology::{Cue, CueKind, CueObject, End, Range, Relation, RelationKind, Slot},
};

/// Finds what the verbs and adjectives of a sentence say, by the vocabulary's cues.
///
/// "Lumora was acquired by Kestrel" gives `Kestrel acquired Lumora`. A verb whose object is a noun that merely
/// resembles a name gives nothing.
pub(crate) fn read(reader: &Reader<'_>) -> Vec<Finding> {
    let tree = &reader.tree;
    let mut findings = Vec::new();
    for token in tree.tokens() {
        match tree.upos(token) {
            Upos::Verb => {
                let clause = reader.clause(token);
                let cues = reader.cues.of(CueKind::Verb, tree.lemma(token));
                // A company that backs a company invests in it: the cue that says more of its ends has the say.
                let (narrow, wide): (Vec<&Cue>, Vec<&Cue>) = cues.iter().partition(|cue| cue.is_narrow());
                let said: Vec<Finding> =
                    narrow.into_iter().flat_map(|cue| verb(reader, cue, &clause)).collect();
                let again = wide.into_iter().flat_map(|cue| verb(reader, cue, &clause)).filter(|finding| {
                    let ends = |other: &Finding| {
                        reader.same(&other.subject, &finding.subject)
                            && reader.same(&other.object, &finding.object)
                    };
                    !said.iter().any(ends)
                });
                findings.extend(again.collect::<Vec<_>>());
                findings.extend(said);
                // "based" in "Paris-based" and "is opposed to" are adjectives in participle's dress.
                for cue in reader.cues.of(CueKind::Adjective, &tree.form(token).to_lowercase()) {
                    findings.extend(adjective(reader, cue, token));
                }
            }
            Upos::Adj | Upos::Noun => {
                for cue in reader.cues.of(CueKind::Adjective, tree.lemma(token)) {
                    findings.extend(adjective(reader, cue, token));
                }
            }
            _ => {}
        }
    }
    findings
}

/// A verb cue that fits a clause by its words, whatever the classes of its ends.
pub(crate) struct VerbMatch<'o> {
    pub(crate) relation: &'o Relation,
    /// The ends that the clause fills.
    pub(crate) ends: Vec<(Slot, TokenId)>,
    /// The words of the cue, the verb first.
    words: Vec<TokenId>,
    confidence: f64,
}

/// One verb cue against one clause.
fn verb(reader: &Reader<'_>, cue: &Cue, clause: &Clause) -> Vec<Finding> {
    match_verb(reader, cue, clause).map_or_else(Vec::new, |found| {
        let VerbMatch { relation, ends, words, confidence } = found;
        findings(reader, relation, &ends, &words, clause.predicate, confidence, "clause/verb")
    })
}

/// Whether a clause has the words and the arguments that a cue asks for.
pub(crate) fn match_verb<'o>(reader: &Reader<'o>, cue: &Cue, clause: &Clause) -> Option<VerbMatch<'o>> {
    let relation = reader.ontology.relation(&cue.relation)?;
    let tree = &reader.tree;
    let mut words = vec![clause.predicate];
    let mut patient = clause.patient;

    // The particle may be read as an adverb ("hit back") or as a preposition ("took over the firm").
    let particle = clause.particle.or_else(|| {
        let wanted = cue.particle.as_deref()?;
        tree.children_by(clause.predicate, &[Deprel::Advmod]).find(|&adverb| tree.lemma(adverb) == wanted)
    });
    match (&cue.particle, particle) {
        (Some(wanted), Some(found)) if tree.lemma(found) == wanted => words.push(found),
        (Some(wanted), None) => {
            let (_, object) = clause.obliques.iter().find(|(case, _)| case == wanted)?;
            patient = patient.or(Some(*object));
        }
        (None, None) => {}
        _ => return None,
    }

    let mut ends: Vec<(Slot, TokenId)> = Vec::new();
    if let Some(slot) = cue.subject {
        ends.push((slot, clause.agent?));
    }
    let mut attached = Vec::new();
    match &cue.object {
        CueObject::None => {
            // "invested $1 billion in it" may hang its preposition on the sum.
            attached.extend(patient.into_iter().flat_map(|patient| reader.nmods(patient)));
        }
        CueObject::Slot(slot) => ends.push((*slot, patient?)),
        CueObject::Nouns(nouns) => {
            let noun = patient
                .into_iter()
                .flat_map(|patient| tree.conjuncts(patient))
                .find(|&noun| nouns.contains(tree.lemma(noun)))?;
            words.push(noun);
            attached.extend(reader.nmods(noun));
        }
    }
    if let Some(oblique) = &cue.oblique
        && relation.range != Range::Date
    {
        let (_, token) = attached.iter().chain(&clause.obliques).find(|(words, _)| {
            oblique.prepositions.contains(words)
                || words.strip_suffix(':').is_some_and(|mark| oblique.prepositions.contains(mark))
        })?;
        words.extend(tree.child(*token, Deprel::Case));
        ends.push((oblique.slot, *token));
    }
    let confidence = if ends.len() == 2 && cue.oblique.is_none() { 0.93 } else { 0.9 };
    Some(VerbMatch { relation, ends, words, confidence })
}

/// One adjective cue: as a predicate, after its noun or before it.
fn adjective(reader: &Reader<'_>, cue: &Cue, token: TokenId) -> Vec<Finding> {
    let Some(relation) = reader.ontology.relation(&cue.relation) else { return Vec::new() };
    let tree = &reader.tree;
    if !preceded_by(reader, token, cue) {
        return Vec::new();
    }
    let clause = reader.clause(token);
    let holder = clause.agent.or(clause.patient).or_else(|| {
        matches!(tree.deprel(token), Deprel::Amod | Deprel::Acl | Deprel::Appos)
            .then(|| tree.head(token))
            .flatten()
    });
    let (Some(slot), Some(holder), Some(oblique)) = (cue.subject, holder, &cue.oblique) else {
        return Vec::new();
    };
    let phrases = clause.obliques.iter().cloned().chain(reader.nmods(token));
    let Some((_, end)) =
        phrases.into_iter().find(|(words, _)| oblique.prepositions.contains(words.trim_end_matches(':')))
    else {
        return Vec::new();
    };
    let mut words = vec![token];
    words.extend(tree.child(end, Deprel::Case));
    findings(
        reader,
        relation,
        &[(slot, holder), (oblique.slot, end)],
        &words,
        token,
        0.88,
        "clause/adjective",
    )
}

/// Whether the cue's earlier words stand before its last one: "chief executive" before "officer".
pub(crate) fn preceded_by(reader: &Reader<'_>, last: TokenId, cue: &Cue) -> bool {
    let earlier = &cue.words[..cue.words.len() - 1];
    let mut token = last;
    earlier.iter().rev().all(|alternatives| {
        let Some(mut before) = reader.tree.before(token) else { return false };
        // "vice-president"
        if reader.tree.form(before) == "-"
            && let Some(further) = reader.tree.before(before)
        {
            before = further;
        }
        token = before;
        alternatives.contains(&reader.tree.lemma(token).to_lowercase())
            || alternatives.contains(&reader.tree.form(token).to_lowercase())
    })
}

/// The findings for two filled slots, or for one and the clause's date.
fn findings(
    reader: &Reader<'_>,
    relation: &Relation,
    ends: &[(Slot, TokenId)],
    words: &[TokenId],
    predicate: TokenId,
    base: f64,
    by: &'static str,
) -> Vec<Finding> {
    let cue = reader.cue_span(words);
    let finding = |subject: Filler, object: Filler, fit: f64| Finding {
        relation: relation.name.clone(),
        confidence: base * fit,
        subject,
        object,
        predicate,
        cue,
        role: None,
        // "stepped down from": the office is named when it is given up.
        over: relation.kind == RelationKind::Fact
            && reader.ontology.words("endingVerb").contains(reader.tree.lemma(predicate)),
        reality: Reality::Around,
        by,
        pair: None,
    };
    if relation.range == Range::Date {
        let Some((_, token)) = ends.iter().find(|(slot, _)| slot.end == End::X) else { return Vec::new() };
        let Some(date) = clause_date(reader, predicate) else { return Vec::new() };
        return reader
            .fillers(*token, false)
            .into_iter()
            .filter_map(|subject| {
                let fit = super::finding::domain_fit(relation, reader.class(&subject)?);
                (fit > 0.0).then(|| finding(subject, date.clone(), fit))
            })
            .collect();
    }
    match ends {
        [first, second] => reader.pair(relation, [*first, *second], finding),
        _ => Vec::new(),
    }
}

/// The date that a clause gives: "born on 4 August 1961".
fn clause_date(reader: &Reader<'_>, predicate: TokenId) -> Option<Filler> {
    let tree = &reader.tree;
    reader.times().iter().find_map(|time| {
        let head = (time.first.0..=time.last.0)
            .map(TokenId)
            .find(|&token| tree.head(token).is_none_or(|head| head < time.first || head > time.last))?;
        let value = time.from.clone().filter(|from| Some(from) == time.to.as_ref())?;
        (tree.role(head).0 == Some(predicate)).then_some(Filler::Date { value, span: time.span })
    })
}
