//! What kinds of things the cues expect where names stand: whoever "sued" is no product, what was "released" no person.
//!
//! The model classes a name by what surrounds it; a bare "Kestrel" in a short text may come out as a person. The
//! vocabulary knows better what can be bought, led or founded.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    extract::{clause::listed_members, reader::Reader, verbal::match_verb},
    language::{SentenceId, TokenId, Upos},
    ontology::{Class, CueKind, End, Range},
};

/// The classes that may stand at a token, by its head noun.
pub(crate) type Expectations = BTreeMap<(SentenceId, TokenId), BTreeSet<Class>>;

/// Adds what the verbs of a sentence expect of their arguments. Several cues that fit a verb allow what any of them
/// does.
pub(crate) fn expect(reader: &Reader<'_>, expectations: &mut Expectations) {
    let tree = &reader.tree;
    for token in tree.tokens().filter(|&token| tree.upos(token) == Upos::Verb) {
        let clause = reader.clause(token);
        for cue in reader.cues.of(CueKind::Verb, tree.lemma(token)) {
            let Some(found) = match_verb(reader, cue, &clause) else { continue };
            for (slot, argument) in found.ends {
                let allowed: BTreeSet<Class> = match (slot.class, slot.end, &found.relation.range) {
                    (Some(class), ..) => {
                        Class::ALL.into_iter().filter(|candidate| candidate.is_a(class)).collect()
                    }
                    (None, End::X, _) => found.relation.domain.clone(),
                    (None, End::Y, Range::Classes(classes)) => classes.clone(),
                    (None, End::Y, Range::Date | Range::Text) => continue,
                };
                let listed = listed_members(tree, argument, reader.ontology);
                for member in tree.conjuncts(argument).into_iter().chain(listed) {
                    expectations.entry((reader.id, member)).or_default().extend(allowed.iter().copied());
                }
            }
        }
    }
}
