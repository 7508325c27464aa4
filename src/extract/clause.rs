//! Who does what in a clause: logical subject and object whatever the syntax.

use std::collections::BTreeSet;

use crate::{
    extract::tree::Tree,
    language::{Deprel, TokenId, Upos, Xpos},
    ontology::Ontology,
};

/// How far control is followed: "wants to try to begin to buy".
const MAX_CONTROL: usize = 12;

/// The arguments of one predicate, passives turned: "it was bought by Meta" has the agent Meta, the patient "it".
///
/// Heads of noun phrases; later conjuncts are not listed ([`Tree::conjuncts`] gives them).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    /// The verb, or the adjective or noun with a copula.
    pub(crate) predicate: TokenId,
    /// Who acts; `None` for "it was bought".
    pub(crate) agent: Option<TokenId>,
    /// Whom it is done to.
    pub(crate) patient: Option<TokenId>,
    /// Phrases with a preposition; no preposition is the empty string.
    pub(crate) obliques: Vec<(String, TokenId)>,
    /// Particle of the verb: "over" in "take over".
    pub(crate) particle: Option<TokenId>,
}

impl Clause {
    /// Reads the clause headed by `predicate`.
    pub(crate) fn read(tree: &Tree<'_>, predicate: TokenId) -> Self {
        let passive = is_passive(tree, predicate);
        let surface = subject(tree, predicate);
        let object = object(tree, predicate).filter(|&object| Some(object) != surface);
        let mut obliques: Vec<(String, TokenId)> = Vec::new();
        for child in tree.children_by(predicate, &[Deprel::Obl, Deprel::OblAgent, Deprel::OblUnmarked]) {
            let words = tree.case(child).map_or_else(String::new, |case| case.words);
            obliques.push((words, child));
        }
        // "to strengthen its position", "for violating the law": what the purpose or reason acts on.
        for child in tree.children_by(predicate, &[Deprel::Advcl, Deprel::Xcomp, Deprel::Acl]) {
            if let Some(mark) = tree.child(child, Deprel::Mark)
                && let Some(object) = tree.child(child, Deprel::Obj)
            {
                obliques.push((format!("{}:", tree.lemma(mark)), object));
            }
        }
        let (agent, patient) = if passive {
            let by = obliques.iter().position(|(words, oblique)| {
                tree.deprel(*oblique) == Deprel::OblAgent
                    || (words == "by" && tree.deprel(*oblique) == Deprel::Obl)
            });
            // "was given the prize": the subject of a passive with an object left is its recipient.
            (by.map(|by| obliques.remove(by).1), surface)
        } else {
            (surface, object)
        };
        let particle = tree.child(predicate, Deprel::CompoundPrt);
        Self { predicate, agent, patient, obliques, particle }
    }
}

/// Whether the predicate is a passive verb, finite or a participle: "founded in 2015", "was founded".
pub(crate) fn is_passive(tree: &Tree<'_>, predicate: TokenId) -> bool {
    if tree.is_passive(predicate) {
        return true;
    }
    if tree.upos(predicate) != Upos::Verb || tree.xpos(predicate) != Xpos::Vbn {
        return false;
    }
    let has_auxiliary = tree.child(predicate, Deprel::Aux).is_some();
    match tree.deprel(predicate) {
        // "raised and spent" share the voice of the first.
        Deprel::Conj => {
            !has_auxiliary
                && tree.head(predicate).is_some_and(|head| {
                    tree.xpos(head) == Xpos::Vbn
                        && is_passive(tree, head)
                        && tree.children_by(predicate, &[Deprel::Nsubj]).next().is_none()
                })
        }
        Deprel::Acl | Deprel::Advcl | Deprel::Amod | Deprel::Xcomp => !has_auxiliary,
        _ => false,
    }
}

/// The subject that hangs on the predicate itself. Where the parser gives two ("the fund Nordlys invested"), the one
/// nearer to the predicate is the name.
pub(crate) fn own_subject(tree: &Tree<'_>, predicate: TokenId) -> Option<TokenId> {
    let subject = |deprels: &[Deprel]| {
        tree.children_by(predicate, deprels).rfind(|&subject| tree.xpos(subject) != Xpos::Ex)
    };
    subject(&[Deprel::Nsubj, Deprel::NsubjPass])
        .or_else(|| subject(&[Deprel::NsubjOuter]))
        .or_else(|| subject(&[Deprel::Ccomp]).filter(|&child| is_subject_after_all(tree, child)))
        .or_else(|| stray_subject(tree, predicate))
}

/// Whether what the parser took for a complement clause is a mere noun before its verb: "Acme, which is growing, said …".
pub(crate) fn is_subject_after_all(tree: &Tree<'_>, token: TokenId) -> bool {
    tree.deprel(token) == Deprel::Ccomp
        && matches!(tree.upos(token), Upos::Propn | Upos::Noun)
        && tree.head(token).is_some_and(|verb| token < verb && tree.child(verb, Deprel::Nsubj).is_none())
        && !tree.children(token).any(|child| {
            matches!(tree.deprel(child), Deprel::Cop | Deprel::Nsubj | Deprel::NsubjPass | Deprel::Mark)
        })
}

/// The noun right before the auxiliaries of a verb that has no subject: its subject, whatever the parser made of it.
fn stray_subject(tree: &Tree<'_>, predicate: TokenId) -> Option<TokenId> {
    let first = tree.children_by(predicate, &[Deprel::Aux, Deprel::AuxPass]).min()?;
    let noun =
        tree.before(first).filter(|_| first < predicate && tree.child(predicate, Deprel::Expl).is_none())?;
    let head = tree.head(noun);
    // "R1 model": the head of the phrase that ends here.
    // "come as the model has beaten rivals": what looks like a preposition joins the clauses.
    let free = tree
        .case(noun)
        .is_none_or(|case| matches!(case.words.as_str(), "as" | "after" | "before" | "since" | "until"));
    let stands_alone = free && head.is_none_or(|head| head < noun || head >= first);
    (matches!(tree.upos(noun), Upos::Noun | Upos::Propn) && stands_alone).then_some(noun)
}

/// The subject of a predicate, active or passive: its own, or the one it shares with a clause around it.
pub(crate) fn subject(tree: &Tree<'_>, predicate: TokenId) -> Option<TokenId> {
    surface_subject(tree, predicate, 0).filter(|&subject| subject != predicate)
}

fn surface_subject(tree: &Tree<'_>, predicate: TokenId, depth: usize) -> Option<TokenId> {
    if depth > MAX_CONTROL {
        return None;
    }
    if let Some(own) = own_subject(tree, predicate) {
        return Some(antecedent(tree, own));
    }
    // "it is widely expected to …" has an empty subject: nobody.
    if tree.child(predicate, Deprel::Expl).is_some() || tree.child(predicate, Deprel::Csubj).is_some() {
        return None;
    }
    let head = tree.head(predicate)?;
    match tree.deprel(predicate) {
        Deprel::Conj | Deprel::Parataxis => {
            tree.upos(head).is_predicate().then(|| surface_subject(tree, head, depth + 1)).flatten()
        }
        Deprel::Xcomp => tree
            .children_by(head, &[Deprel::Obj, Deprel::Iobj])
            .next()
            .map(|object| antecedent(tree, object))
            .or_else(|| surface_subject(tree, head, depth + 1)),
        // "quoted her as saying": the object speaks.
        Deprel::Advcl if tree.child(predicate, Deprel::Mark).is_some_and(|mark| tree.lemma(mark) == "as") => {
            tree.child(head, Deprel::Obj).or_else(|| surface_subject(tree, head, depth + 1))
        }
        Deprel::Advcl => {
            appealed_to(tree, predicate, head).or_else(|| surface_subject(tree, head, depth + 1))
        }
        // "denies supplying it"
        Deprel::Ccomp
            if tree.xpos(predicate) == Xpos::Vbg && head < predicate && predicate.0 - head.0 <= 3 =>
        {
            surface_subject(tree, head, depth + 1)
        }
        Deprel::Acl | Deprel::Amod if tree.is_nominal(head) => {
            let marked = tree.child(predicate, Deprel::Mark).is_some()
                || tree.children_by(predicate, &[Deprel::Case]).next().is_some();
            if !marked {
                return Some(head);
            }
            // "his plans to buy", "plans by Lee to buy", "a French plan to buy", "announced plans to buy": whose plans they are. "Noted the
            // advantages of buying" does not say who buys.
            owner(tree, head)
                .map(|owner| antecedent(tree, owner))
                .or_else(|| surface_subject(tree, announcing_verb(tree, predicate)?, depth + 1))
        }
        Deprel::AclRelcl => None,
        _ => None,
    }
}

/// Verbs with the preposition of whoever is to do something: "called on *the board* to sell".
const APPEALS: [(&str, &str); 8] = [
    ("appeal", "to"),
    ("call", "on"),
    ("call", "upon"),
    ("count", "on"),
    ("plead", "with"),
    ("prevail", "on"),
    ("prevail", "upon"),
    ("rely", "on"),
];

/// Who is to do what an infinitive under such a verb says.
fn appealed_to(tree: &Tree<'_>, infinitive: TokenId, verb: TokenId) -> Option<TokenId> {
    tree.child(infinitive, Deprel::Mark).filter(|&mark| tree.lemma(mark) == "to")?;
    let whom = tree.children_by(verb, &[Deprel::Obl]).rfind(|&whom| whom < infinitive)?;
    let case = tree.case(whom)?;
    let appeals = APPEALS.iter().any(|(known, words)| tree.lemma(verb) == *known && case.words == *words);
    appeals.then(|| antecedent(tree, whom))
}

/// Whose something is by the words before it: "his plan", "the EU plan".
fn owner(tree: &Tree<'_>, noun: TokenId) -> Option<TokenId> {
    let name = |deprel| tree.children_by(noun, &[deprel]).find(|&child| tree.upos(child) == Upos::Propn);
    let by = || {
        let mut nmods = tree.children_by(noun, &[Deprel::Nmod]);
        nmods.find(|&child| tree.case(child).is_some_and(|case| case.words == "by"))
    };
    tree.child(noun, Deprel::NmodPoss).or_else(|| name(Deprel::Compound)).or_else(by)
}

/// The verb whose subject means to do what a noun is about: "announced" in "announced a plan to *buy* it".
pub(crate) fn announcing_verb(tree: &Tree<'_>, predicate: TokenId) -> Option<TokenId> {
    let noun = tree.head(predicate).filter(|_| tree.deprel(predicate) == Deprel::Acl)?;
    let verb = tree.head(noun).filter(|_| owner(tree, noun).is_none())?;
    (tree.xpos(predicate) == Xpos::Vb
        && matches!(tree.deprel(noun), Deprel::Obj | Deprel::Obl | Deprel::Xcomp)
        && tree.upos(verb).is_predicate())
    .then_some(verb)
}

/// The noun in object position: its own or, in "the startup (that) Meta bought", the noun the clause belongs to.
fn object(tree: &Tree<'_>, predicate: TokenId) -> Option<TokenId> {
    if let Some(object) = tree.child(predicate, Deprel::Obj) {
        return Some(antecedent(tree, object));
    }
    if tree.deprel(predicate) == Deprel::AclRelcl && !is_passive(tree, predicate) {
        let head = tree.head(predicate)?;
        let has_gap = !tree.children(predicate).any(|child| {
            is_relative(tree, child)
                || matches!(tree.deprel(child), Deprel::Ccomp | Deprel::Xcomp | Deprel::Advmod)
        });
        let own_subject = tree.children_by(predicate, &[Deprel::Nsubj]).next().is_some();
        // "the city Meta is based in" ends in its preposition and has no object.
        let stranded = tree.subtree_range(predicate).1 != predicate
            && tree.upos(tree.subtree_range(predicate).1) == Upos::Adp;
        return (has_gap && own_subject && !stranded).then_some(head);
    }
    None
}

/// Whether it is "who", "which", "that" as a relative pronoun.
fn is_relative(tree: &Tree<'_>, token: TokenId) -> bool {
    matches!(tree.xpos(token), Xpos::Wdt | Xpos::Wp | Xpos::WpPoss)
}

/// The noun that a relative pronoun stands for; any other token stands for itself.
pub(crate) fn antecedent(tree: &Tree<'_>, token: TokenId) -> TokenId {
    if !is_relative(tree, token) {
        return token;
    }
    tree.ancestors(token)
        .take(MAX_CONTROL)
        .find(|&above| matches!(tree.deprel(above), Deprel::AclRelcl | Deprel::Acl))
        .and_then(|clause| tree.head(clause))
        .unwrap_or(token)
}

impl Upos {
    /// Whether words of this kind head clauses.
    pub(crate) fn is_predicate(self) -> bool {
        matches!(self, Self::Verb | Self::Aux | Self::Adj | Self::Noun | Self::Propn)
    }
}

/// The last verb of a chain that only says how the action stands: "decided to buy" → "buy" is read by itself, but
/// in "the chance of winning" the action is inside a noun phrase. Gives the object a gerund acts on, for targets
/// such as "the advantages of adopting open platforms".
pub(crate) fn gerund_object(tree: &Tree<'_>, token: TokenId) -> Option<TokenId> {
    (tree.upos(token) == Upos::Verb && tree.xpos(token) == Xpos::Vbg)
        .then(|| tree.child(token, Deprel::Obj))
        .flatten()
}

/// The nouns introduced by "such as", "like" or "including" under a group noun: "rivals such as A and B".
pub(crate) fn listed_members(tree: &Tree<'_>, group: TokenId, ontology: &Ontology) -> Vec<TokenId> {
    let marks: &BTreeSet<String> = ontology.words("exampleMark");
    tree.children(group)
        .filter(|&child| match tree.deprel(child) {
            Deprel::Nmod | Deprel::Obl | Deprel::Acl => {
                tree.case(child).is_some_and(|case| marks.contains(&case.words))
            }
            Deprel::Appos => true,
            _ => false,
        })
        .flat_map(|child| tree.conjuncts(child))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::testing;

    /// Reads the clause of the token with this form and gives agent and patient as words.
    fn ends(table: &str, predicate: &str) -> (Option<String>, Option<String>) {
        let (text, analysis) = testing::analysis(table);
        let tree = Tree::new(&text, &analysis.sentences[0]);
        let token = tree.tokens().find(|&token| tree.form(token) == predicate).expect("predicate is there");
        let clause = Clause::read(&tree, token);
        let form = |token: TokenId| tree.form(token).to_owned();
        (clause.agent.map(form), clause.patient.map(form))
    }

    fn some(agent: &str, patient: &str) -> (Option<String>, Option<String>) {
        (Some(agent.to_owned()), Some(patient.to_owned()))
    }

    #[test]
    fn passives_are_turned() {
        let table = "
            Lumora   Lumora  PROPN NNP 3 nsubj:pass
            was      be      AUX   VBD 3 aux:pass
            bought   buy     VERB  VBN 0 root
            by       by      ADP   IN  5 case
            Kestrel  Kestrel PROPN NNP 3 obl:agent
            .        .       PUNCT .   3 punct
        ";
        assert_eq!(ends(table, "bought"), some("Kestrel", "Lumora"));
    }

    #[test]
    fn who_is_called_on_acts() {
        let table = "
            Kestrel  Kestrel PROPN NNP 2 nsubj
            called   call    VERB  VBD 0 root
            on       on      ADP   IN  4 case
            Vogt     Vogt    PROPN NNP 2 obl
            to       to      PART  TO  6 mark
            buy      buy     VERB  VB  2 advcl
            Lumora   Lumora  PROPN NNP 6 obj
            .        .       PUNCT .   2 punct
        ";
        assert_eq!(ends(table, "buy"), some("Vogt", "Lumora"));
        let travels =
            table.replace("called   call ", "flew     fly  ").replace("on       on ", "to       to ");
        assert_eq!(ends(&travels, "buy"), some("Kestrel", "Lumora"));
    }

    #[test]
    fn open_complements_and_coordination_share_the_subject() {
        let table = "
            Kestrel  Kestrel PROPN NNP 2 nsubj
            wants    want    VERB  VBZ 0 root
            to       to      PART  TO  4 mark
            buy      buy     VERB  VB  2 xcomp
            Lumora   Lumora  PROPN NNP 4 obj
            and      and     CCONJ CC  7 cc
            close    close   VERB  VB  4 conj
            Vanta    Vanta   PROPN NNP 7 obj
        ";
        assert_eq!(ends(table, "buy"), some("Kestrel", "Lumora"));
        assert_eq!(ends(table, "close"), some("Kestrel", "Vanta"));
    }

    #[test]
    fn relative_clauses_reach_their_noun() {
        let subject_gap = "
            Kestrel  Kestrel PROPN NNP 0 root
            ,        ,       PUNCT ,   4 punct
            which    which   PRON  WDT 4 nsubj
            owns     own     VERB  VBZ 1 acl:relcl
            Lumora   Lumora  PROPN NNP 4 obj
        ";
        assert_eq!(ends(subject_gap, "owns"), some("Kestrel", "Lumora"));
        let object_gap = "
            the      the     DET   DT  2 det
            startup  startup NOUN  NN  0 root
            Kestrel  Kestrel PROPN NNP 4 nsubj
            bought   buy     VERB  VBD 2 acl:relcl
        ";
        assert_eq!(ends(object_gap, "bought"), some("Kestrel", "startup"));
    }

    #[test]
    fn participles_take_the_noun_or_the_clause_they_hang_on() {
        let reduced = "
            Lumora   Lumora  PROPN NNP 6 nsubj
            ,        ,       PUNCT ,   3 punct
            founded  found   VERB  VBN 1 acl
            by       by      ADP   IN  5 case
            Voss     Voss    PROPN NNP 3 obl:agent
            grew     grow    VERB  VBD 0 root
        ";
        assert_eq!(ends(reduced, "founded"), some("Voss", "Lumora"));
        let adverbial = "
            By        by      SCONJ IN  2 mark
            releasing release VERB  VBG 6 advcl
            Orbit     Orbit   PROPN NNP 2 obj
            ,         ,       PUNCT ,   6 punct
            Lumora    Lumora  PROPN NNP 6 nsubj
            won       win     VERB  VBD 0 root
        ";
        assert_eq!(ends(adverbial, "releasing"), some("Lumora", "Orbit"));
    }

    #[test]
    fn empty_subjects_act_for_nobody() {
        let table = "
            It       it      PRON  PRP 2 expl
            helps    help    VERB  VBZ 0 root
            to       to      PART  TO  4 mark
            buy      buy     VERB  VB  2 xcomp
            Lumora   Lumora  PROPN NNP 4 obj
        ";
        assert_eq!(ends(table, "buy").0, None);
    }
}
