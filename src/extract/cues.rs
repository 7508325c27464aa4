//! The vocabulary's cues, found by the word that carries them.

use std::collections::BTreeMap;

use crate::ontology::{Cue, CueKind, Ontology};

/// Cues by kind and carrying lemma: the verb, or the last word of "chief executive officer".
#[derive(Debug)]
pub(crate) struct CueIndex<'o> {
    by_lemma: BTreeMap<CueKind, BTreeMap<&'o str, Vec<&'o Cue>>>,
}

impl<'o> CueIndex<'o> {
    /// Indexes every cue of the vocabulary; longer word sequences come first.
    pub(crate) fn new(ontology: &'o Ontology) -> Self {
        let mut by_lemma: BTreeMap<CueKind, BTreeMap<&str, Vec<&Cue>>> = BTreeMap::new();
        for cue in ontology.cues() {
            for lemma in cue.words.last().into_iter().flatten() {
                by_lemma.entry(cue.kind).or_default().entry(lemma).or_default().push(cue);
            }
        }
        for cues in by_lemma.values_mut().flat_map(BTreeMap::values_mut) {
            cues.sort_by_key(|cue| std::cmp::Reverse(cue.words.len()));
        }
        Self { by_lemma }
    }

    /// The cues of that kind whose last (or only) word is `lemma`.
    pub(crate) fn of(&self, kind: CueKind, lemma: &str) -> &[&'o Cue] {
        self.by_lemma.get(&kind).and_then(|cues| cues.get(lemma)).map_or(&[], Vec::as_slice)
    }
}
