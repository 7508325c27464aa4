//! How real a clause is: negated, planned, possible or conditional, by its own words and by what it hangs under.

use crate::{
    extract::tree::Tree,
    language::{Deprel, TokenId, Upos, Xpos},
    ontology::Ontology,
    record::{Modality, Polarity},
};

/// How many clauses up the embedding is followed.
const MAX_EMBEDDING: usize = 12;

/// Polarity and modality of a clause or event noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Factuality {
    pub(crate) polarity: Polarity,
    pub(crate) modality: Modality,
}

impl Factuality {
    pub(crate) const ACTUAL: Self = Self { polarity: Polarity::Affirmed, modality: Modality::Actual };

    pub(crate) fn negate(&mut self) {
        self.polarity = match self.polarity {
            Polarity::Affirmed => Polarity::Negated,
            Polarity::Negated => Polarity::Affirmed,
        };
    }

    /// The less real of the two, in the order actual, planned, possible, conditional.
    pub(crate) fn weaken(&mut self, modality: Modality) {
        let rank = |modality| match modality {
            Modality::Actual => 0,
            Modality::Planned => 1,
            Modality::Possible => 2,
            Modality::Conditional => 3,
        };
        if rank(modality) > rank(self.modality) {
            self.modality = modality;
        }
    }
}

/// Reads how real the clause or event noun headed by `token` is. `None` for a question or a command, which claim
/// nothing.
///
/// ```text
/// Meta did not buy it.                     negated, actual
/// Meta plans to buy it.                    affirmed, planned
/// Meta might buy it if it were for sale.   affirmed, conditional
/// Meta failed to buy it.                   negated, actual
/// ```
pub(crate) fn factuality(tree: &Tree<'_>, token: TokenId, ontology: &Ontology) -> Option<Factuality> {
    let mut factuality = own_factuality(tree, token, ontology);
    let mut below = token;
    for _ in 0..MAX_EMBEDDING {
        // "asked whether Meta had bought it"
        if tree.children_by(below, &[Deprel::Mark]).any(|mark| tree.lemma(mark) == "whether") {
            return None;
        }
        let Some(above) = tree.head(below) else { break };
        if !reaches_in(tree, below) {
            break;
        }
        embedding(tree, above, below, ontology, &mut factuality);
        below = above;
    }
    (!claims_nothing(tree, token)).then_some(factuality)
}

/// How real a clause or noun is by its own words, whatever it hangs under.
pub(crate) fn own_factuality(tree: &Tree<'_>, token: TokenId, ontology: &Ontology) -> Factuality {
    let mut factuality = Factuality::ACTUAL;
    own_words(tree, token, ontology, &mut factuality);
    factuality
}

/// Whether what stands above `below` says anything of it: not when `below` is set apart (relative clause, apposition,
/// "based in Paris") or merely a participant.
fn reaches_in(tree: &Tree<'_>, below: TokenId) -> bool {
    match tree.deprel(below) {
        Deprel::Xcomp
        | Deprel::Ccomp
        | Deprel::Csubj
        | Deprel::CsubjPass
        | Deprel::Obj
        | Deprel::Nmod
        | Deprel::Conj
        | Deprel::Advcl => true,
        Deprel::Acl => tree.children_by(below, &[Deprel::Mark, Deprel::Case]).next().is_some(),
        _ => false,
    }
}

/// Whether the sentence is a question, or the clause an order: "Buy now".
fn claims_nothing(tree: &Tree<'_>, token: TokenId) -> bool {
    let last_words = tree.tokens().rev().take(3).filter(|&token| tree.upos(token) == Upos::Punct);
    let asks = last_words.into_iter().any(|token| tree.form(token).contains('?'));
    let orders = tree.xpos(token) == Xpos::Vb
        && tree.head(token).is_none()
        && !tree.children(token).any(|child| {
            matches!(
                tree.deprel(child),
                Deprel::Nsubj | Deprel::NsubjPass | Deprel::Aux | Deprel::Mark | Deprel::Expl
            )
        });
    asks || orders
}

/// What auxiliaries, adverbs and determiners of the word itself say.
fn own_words(tree: &Tree<'_>, token: TokenId, ontology: &Ontology, factuality: &mut Factuality) {
    let negations = ontology.words("negationWord");
    let hedges = ontology.words("possibilityWord");
    let conditions = ontology.words("conditionMark");
    for child in tree.children(token) {
        let lemma = tree.lemma(child);
        match tree.deprel(child) {
            Deprel::Advmod | Deprel::Det | Deprel::Cc | Deprel::CcPreconj
                if is_negation(tree, child, ontology) =>
            {
                // "not only … but also" affirms both.
                let only = tree.after(child).is_some_and(|next| matches!(tree.lemma(next), "only" | "just"));
                if !only {
                    factuality.negate();
                }
            }
            Deprel::Aux => auxiliary(lemma, ontology, factuality),
            Deprel::Advmod | Deprel::Amod if hedges.contains(lemma) => {
                factuality.weaken(Modality::Possible);
            }
            Deprel::Amod if ontology.words("plannedAdjective").contains(lemma) => {
                factuality.weaken(Modality::Planned);
            }
            Deprel::Mark if conditions.contains(lemma) => factuality.weaken(Modality::Conditional),
            Deprel::Advcl
                if tree
                    .children_by(child, &[Deprel::Mark])
                    .any(|mark| conditions.contains(tree.lemma(mark))) =>
            {
                factuality.weaken(Modality::Conditional);
            }
            // "is going to buy"
            Deprel::Xcomp | Deprel::Cop => {}
            Deprel::Case | Deprel::Mark if matches!(lemma, "without" | "instead") => factuality.negate(),
            // "no company bought it": the subject's own determiner.
            Deprel::Nsubj | Deprel::NsubjPass | Deprel::Obj => {
                // "no company", "neither Sweden nor Norway"
                let none = tree
                    .children_by(child, &[Deprel::Det, Deprel::Cc, Deprel::CcPreconj])
                    .any(|word| negations.contains(tree.lemma(word)));
                if none || negations.contains(lemma) {
                    factuality.negate();
                }
            }
            _ => {}
        }
    }
}

/// What a modal auxiliary says.
fn auxiliary(lemma: &str, ontology: &Ontology, factuality: &mut Factuality) {
    for (list, modality) in [
        ("futureAuxiliary", Modality::Planned),
        ("conditionalAuxiliary", Modality::Conditional),
        ("possibilityAuxiliary", Modality::Possible),
    ] {
        if ontology.words(list).contains(lemma) {
            factuality.weaken(modality);
        }
    }
}

/// Whether the word, with what hangs on it, negates: "not", "never", "no longer".
fn is_negation(tree: &Tree<'_>, word: TokenId, ontology: &Ontology) -> bool {
    let negations = ontology.words("negationWord");
    let whole = tree.subtree(word).into_iter().map(|part| tree.form(part).to_lowercase());
    negations.contains(tree.lemma(word))
        || negations.contains(&tree.form(word).to_lowercase())
        || negations.contains(&whole.collect::<Vec<_>>().join(" "))
}

/// Whether an adverb of its own negates the word: "not export controls".
pub(crate) fn has_negation(tree: &Tree<'_>, word: TokenId, ontology: &Ontology) -> bool {
    let negations = ontology.words("negationWord");
    tree.children_by(word, &[Deprel::Advmod]).any(|adverb| negations.contains(tree.lemma(adverb)))
}

/// What the word above says of the clause `below` it.
fn embedding(
    tree: &Tree<'_>,
    above: TokenId,
    below: TokenId,
    ontology: &Ontology,
    factuality: &mut Factuality,
) {
    let lemma = tree.lemma(above);
    let deprel = tree.deprel(below);
    match deprel {
        Deprel::Xcomp
        | Deprel::Ccomp
        | Deprel::Csubj
        | Deprel::CsubjPass
        | Deprel::Obj
        | Deprel::Acl
        | Deprel::Nmod => {
            let factual_noun = deprel == Deprel::Nmod || deprel == Deprel::Obj;
            if !outlook(lemma, ontology, factuality) && lemma == "go" && deprel == Deprel::Xcomp {
                factuality.weaken(Modality::Planned);
                return;
            }
            // A negated or modal verb reaches into its complement, not into what it merely names.
            if !factual_noun || ontology.words("failingVerb").contains(lemma) || is_light(lemma) {
                own_words(tree, above, ontology, factuality);
            }
        }
        // A clause that is coordinated, or set beside another, stands by itself, but shares auxiliaries.
        Deprel::Conj => {
            let own_auxiliary = tree.children_by(below, &[Deprel::Aux, Deprel::Nsubj]).next().is_some();
            if !own_auxiliary {
                for word in tree.children_by(above, &[Deprel::Aux]) {
                    auxiliary(tree.lemma(word), ontology, factuality);
                }
                // "did not sell or license": "or" keeps the negation.
                let or = tree
                    .children_by(below, &[Deprel::Cc])
                    .any(|conjunction| matches!(tree.lemma(conjunction), "or" | "nor"));
                if or && has_negation(tree, above, ontology) {
                    factuality.negate();
                }
            }
        }
        Deprel::Advcl => {
            // "to strengthen its business": a purpose is a plan.
            let purpose = tree
                .children_by(below, &[Deprel::Mark])
                .any(|mark| tree.lemma(mark) == "to" && tree.xpos(below) == Xpos::Vb);
            if purpose {
                factuality.weaken(Modality::Planned);
            }
        }
        _ => {}
    }
}

/// Applies what a word says of what it governs, if it is one that does: "plan", "fail", "consider".
pub(crate) fn outlook(lemma: &str, ontology: &Ontology, factuality: &mut Factuality) -> bool {
    let is = |list: &str| ontology.words(list).contains(lemma);
    if is("planningVerb") || is("planningNoun") || is("attemptVerb") {
        factuality.weaken(Modality::Planned);
    } else if is("failingVerb") {
        factuality.negate();
    } else if is("possibilityVerb") || is("possibilityWord") {
        factuality.weaken(Modality::Possible);
    } else {
        return false;
    }
    true
}

/// Verbs that add little to the noun they govern: "made no acquisition".
fn is_light(lemma: &str) -> bool {
    matches!(lemma, "make" | "have" | "do" | "take" | "give")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing;

    fn of(table: &str, predicate: &str) -> Option<(Polarity, Modality)> {
        let (text, analysis) = testing::analysis(table);
        let tree = Tree::new(&text, &analysis.sentences[0]);
        let token = tree.tokens().find(|&token| tree.form(token) == predicate).expect("predicate is there");
        factuality(&tree, token, &Ontology::builtin()).map(|read| (read.polarity, read.modality))
    }

    #[test]
    fn negation_of_the_verb_or_its_subject() {
        let verb = "
            Kestrel Kestrel PROPN NNP 4 nsubj
            did     do      AUX   VBD 4 aux
            not     not     PART  RB  4 advmod
            buy     buy     VERB  VB  0 root
            Lumora  Lumora  PROPN NNP 4 obj
        ";
        assert_eq!(of(verb, "buy"), Some((Polarity::Negated, Modality::Actual)));
        let subject = "
            No      no      DET   DT  2 det
            rival   rival   NOUN  NN  3 nsubj
            bought  buy     VERB  VBD 0 root
            Lumora  Lumora  PROPN NNP 3 obj
        ";
        assert_eq!(of(subject, "bought"), Some((Polarity::Negated, Modality::Actual)));
    }

    #[test]
    fn plans_failures_and_hedges_reach_their_complements() {
        let complement = |verb: &str, lemma: &str| {
            format!(
                "Kestrel Kestrel PROPN NNP 2 nsubj
                 {verb}  {lemma} VERB  VBD 0 root
                 to      to      PART  TO  4 mark
                 buy     buy     VERB  VB  2 xcomp
                 Lumora  Lumora  PROPN NNP 4 obj"
            )
        };
        assert_eq!(of(&complement("planned", "plan"), "buy"), Some((Polarity::Affirmed, Modality::Planned)));
        assert_eq!(of(&complement("refused", "refuse"), "buy"), Some((Polarity::Negated, Modality::Actual)));
        assert_eq!(of(&complement("seems", "seem"), "buy"), Some((Polarity::Affirmed, Modality::Possible)));
    }

    #[test]
    fn a_relative_clause_stands_by_itself() {
        let table = "
            Kestrel Kestrel PROPN NNP 2 nsubj
            plans   plan    VERB  VBZ 0 root
            to      to      PART  TO  4 mark
            buy     buy     VERB  VB  2 xcomp
            Lumora  Lumora  PROPN NNP 4 obj
            ,       ,       PUNCT ,   8 punct
            which   which   PRON  WDT 8 nsubj
            owns    own     VERB  VBZ 5 acl:relcl
            Vanta   Vanta   PROPN NNP 8 obj
        ";
        assert_eq!(of(table, "owns"), Some((Polarity::Affirmed, Modality::Actual)));
    }

    #[test]
    fn questions_and_orders_claim_nothing() {
        let question = "
            Did     do      AUX   VBD 3 aux
            Kestrel Kestrel PROPN NNP 3 nsubj
            buy     buy     VERB  VB  0 root
            it      it      PRON  PRP 3 obj
            ?       ?       PUNCT .   3 punct
        ";
        assert_eq!(of(question, "buy"), None);
        let order = "
            Buy     buy     VERB  VB  0 root
            Lumora  Lumora  PROPN NNP 1 obj
            .       .       PUNCT .   1 punct
        ";
        assert_eq!(of(order, "Buy"), None);
    }
}
