//! Named mentions: those the model found and those it missed, one class for each name, and which names are one.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    language::{Deprel, MentionClass, MentionKind, SentenceId, TokenId, Upos, Xpos},
    ontology::{Class, RegistryEntry},
};

use super::{ArticleEntity, Context, Entities, EntityMention, Facts, Gender};

/// Longest name believed, in tokens.
const LONGEST: u32 = 12;

/// One named mention.
#[derive(Debug, Clone)]
struct Name {
    sentence: SentenceId,
    first: TokenId,
    last: TokenId,
    /// What the model says, and how surely.
    guess: Option<(Class, f32)>,
    demonym: bool,
}

/// All mentions that are written alike.
#[derive(Debug, Default)]
struct Group<'a> {
    /// The words of the name, without corporate suffix.
    words: Vec<String>,
    members: Vec<Name>,
    votes: BTreeMap<Class, f32>,
    registry: Option<&'a RegistryEntry>,
    class: Option<Class>,
    gender: Option<Gender>,
}

/// The entities that are named in the article, and what their names tell of them.
pub(super) fn find(context: &Context<'_>) -> (Entities, Vec<Facts>) {
    let mut names = Vec::new();
    for sentence in context.sentences() {
        names.extend(Finder { context, sentence }.names());
    }
    let known = known_words(context, &names);
    for sentence in context.sentences() {
        Finder { context, sentence }.missed(&known, &mut names);
    }
    names.extend(telling(context, &names));
    names.sort_by_key(|name| (name.sentence, name.first, name.last));

    let mut groups = group(context, names);
    let full_names: BTreeSet<String> = groups
        .iter()
        .filter(|group| {
            group.words.len() > 1
                && group
                    .members
                    .iter()
                    .any(|name| name.guess.is_some_and(|(class, _)| class == Class::Person))
        })
        .flat_map(|group| [group.words[0].clone(), group.words[group.words.len() - 1].clone()])
        .collect();
    for group in &mut groups {
        group.decide(context, &full_names);
    }
    groups.retain(|group| group.class.is_some());
    let clusters = Identity { context, groups: &groups }.clusters();
    build(context, &groups, &clusters)
}

/// Reads the names of one sentence.
struct Finder<'c, 'a> {
    context: &'c Context<'a>,
    sentence: SentenceId,
}

impl Finder<'_, '_> {
    /// What the model found, with tidy borders, what the registry knows, and demonyms.
    fn names(&self) -> Vec<Name> {
        let tree = self.context.tree(self.sentence);
        let mut names: Vec<Name> = Vec::new();
        let mut covered = vec![false; tree.len() as usize];
        for mention in &tree.sentence().mentions {
            let Some(class) = entity_class(mention.class).filter(|_| mention.kind == MentionKind::Named)
            else {
                continue;
            };
            let Some((first, last)) = self.tidy(mention.first, mention.last, class) else { continue };
            let last = self.with_number(first, last, class);
            if self.is_description(first, last) || self.is_portfolio(first, last, class) {
                continue;
            }
            if (first.0..=last.0).any(|token| covered[token as usize]) {
                continue;
            }
            covered[first.0 as usize..=last.0 as usize].fill(true);
            let demonym = first == last && self.demonym(first);
            let guess = Some((class, mention.score));
            names.push(Name { sentence: self.sentence, first, last, guess, demonym });
        }
        self.join_branches(&mut names);
        let mut token = TokenId(0);
        while token.0 < tree.len() {
            let found = (0..5).rev().find_map(|more| {
                let last = TokenId(token.0 + more);
                (last.0 < tree.len()
                    && !(token.0..=last.0).any(|token| covered[token as usize])
                    && self.registered(token, last))
                .then_some(last)
            });
            let demonym = found.is_none() && !covered[token.0 as usize] && self.demonym(token);
            let last = found.or(demonym.then_some(token));
            if let Some(last) = last {
                covered[token.0 as usize..=last.0 as usize].fill(true);
                names.push(Name { sentence: self.sentence, first: token, last, guess: None, demonym });
                token = last;
            }
            token.0 += 1;
        }
        names
    }

    /// "Swiss institute": where something is from, and a common noun.
    fn is_description(&self, first: TokenId, last: TokenId) -> bool {
        let tree = self.context.tree(self.sentence);
        first < last
            && tree.upos(last) == Upos::Noun
            && tree.form(last).starts_with(char::is_lowercase)
            && (first.0..last.0).all(|token| self.demonym(TokenId(token)))
    }

    /// The "Trade" of a Trade Minister.
    fn is_portfolio(&self, first: TokenId, last: TokenId, class: Class) -> bool {
        let tree = self.context.tree(self.sentence);
        let minister = tree.after(last).is_some_and(|next| tree.form(next).eq_ignore_ascii_case("minister"));
        first == last && class.root() == Class::Organization && minister
    }

    /// Joins "Open Ledger" and "UK" where the tree makes one phrase of them: a body called after where it works. In
    /// "Boeing US sales" the country belongs to what follows.
    fn join_branches(&self, names: &mut Vec<Name>) {
        let tree = self.context.tree(self.sentence);
        let root = |name: &Name| name.guess.map(|(class, _)| class.root());
        let mut at = 0;
        while at + 1 < names.len() {
            let (body, place) = (&names[at], &names[at + 1]);
            let inside = |name: &Name, token: TokenId| (name.first..=name.last).contains(&token);
            let hangs_on = |name: &Name, other: &Name| {
                let head = head(self.context, self.sentence, name.first, name.last);
                tree.head(head).is_some_and(|above| inside(other, above))
                    && matches!(tree.deprel(head), Deprel::Compound | Deprel::Flat)
            };
            let joined = body.last.0 + 1 == place.first.0
                && root(body) == Some(Class::Organization)
                && root(place) == Some(Class::Place)
                && (hangs_on(body, place) || hangs_on(place, body));
            if joined {
                names[at].last = names[at + 1].last;
                names.remove(at + 1);
            } else {
                at += 1;
            }
        }
    }

    /// The last token of a name with the number behind it: "Marlin 3". A number that counts something else ("Kestrel
    /// 40 times") hangs elsewhere, and places have none.
    fn with_number(&self, first: TokenId, last: TokenId, class: Class) -> TokenId {
        let tree = self.context.tree(self.sentence);
        let Some(number) = tree.after(last) else { return last };
        let joined = tree.head(number).is_some_and(|head| (first..=last).contains(&head))
            || tree.head(last) == Some(number) && tree.deprel(last) == Deprel::Compound;
        let digits = tree.form(number).starts_with(|c: char| c.is_ascii_digit());
        let numbered = tree.upos(number) == Upos::Num && digits && joined && class.root() != Class::Place;
        if numbered { number } else { last }
    }

    /// Names known from elsewhere in the article and names that speak for themselves, where nothing was found.
    fn missed(&self, known: &BTreeSet<Vec<String>>, names: &mut Vec<Name>) {
        let tree = self.context.tree(self.sentence);
        let mut covered = vec![false; tree.len() as usize];
        for name in names.iter().filter(|name| name.sentence == self.sentence) {
            covered[name.first.0 as usize..=name.last.0 as usize].fill(true);
        }
        let mut add = |first: TokenId, last: TokenId, covered: &mut Vec<bool>| {
            covered[first.0 as usize..=last.0 as usize].fill(true);
            names.push(Name { sentence: self.sentence, first, last, guess: None, demonym: false });
        };
        let mut token = 0;
        while token < tree.len() {
            let end = (token..tree.len().min(token + LONGEST))
                .take_while(|&end| !covered[end as usize])
                .filter(|&end| {
                    let words: Vec<String> =
                        (token..=end).map(|token| tree.form(TokenId(token)).to_owned()).collect();
                    known.contains(&words) && self.stands_alone(TokenId(token), TokenId(end))
                })
                .last();
            if let Some(end) = end {
                add(TokenId(token), TokenId(end), &mut covered);
                token = end;
            }
            token += 1;
        }
    }

    /// Runs of proper nouns where nothing was found.
    fn candidates(&self, names: &[Name]) -> Vec<(TokenId, TokenId)> {
        let tree = self.context.tree(self.sentence);
        let mut free = vec![true; tree.len() as usize];
        for name in names.iter().filter(|name| name.sentence == self.sentence) {
            free[name.first.0 as usize..=name.last.0 as usize].fill(false);
        }
        let mut found = Vec::new();
        let mut token = 0;
        while token < tree.len() {
            let run = (token..tree.len())
                .take_while(|&at| free[at as usize] && self.is_name_word(TokenId(at)))
                .last();
            if let Some(end) = run {
                // "a Democrat" is one of many.
                let one_of_many = tree
                    .before(TokenId(token))
                    .is_some_and(|before| matches!(tree.form(before), "a" | "an" | "A" | "An"));
                let tidy = self.tidy(TokenId(token), TokenId(end), Class::Person).filter(|_| !one_of_many);
                found.extend(tidy.filter(|(first, last)| last.0 - first.0 < 6));
                token = end;
            }
            token += 1;
        }
        found
    }

    /// Whether it may be a word of a name.
    fn is_name_word(&self, token: TokenId) -> bool {
        let tree = self.context.tree(self.sentence);
        tree.upos(token) == Upos::Propn
            && tree.form(token).starts_with(|c: char| c.is_uppercase() || c.is_numeric())
    }

    /// Whether these tokens are a name of the registry that is no part of a longer name.
    fn registered(&self, first: TokenId, last: TokenId) -> bool {
        let tree = self.context.tree(self.sentence);
        let capital = |token: TokenId| tree.form(token).starts_with(char::is_uppercase);
        capital(first)
            && capital(last)
            && tree.upos(first) != Upos::Det
            && !matches!(tree.lemma(first), "the" | "a" | "an")
            && matches!(tree.upos(last), Upos::Propn | Upos::Noun | Upos::X | Upos::Pron)
            && self.context.ontology.lookup(tree.span(first, last).of(self.context.document.text)).is_some()
            && self.stands_alone(first, last)
    }

    /// Whether no neighbour belongs to the same name: "China" in "China Mobile" does not stand alone, "US" in
    /// "US President" does.
    fn stands_alone(&self, first: TokenId, last: TokenId) -> bool {
        let tree = self.context.tree(self.sentence);
        let is_name = |token: TokenId| self.is_name_word(token);
        if first == last
            && tree.upos(first) != Upos::Propn
            && !tree.form(first).chars().all(char::is_uppercase)
        {
            // A common word only in the middle of a sentence.
            if first.0 == 0 || !tree.form(first).starts_with(char::is_uppercase) {
                return false;
            }
        }
        let flat = |token: TokenId| tree.deprel(token) == Deprel::Flat;
        if let Some(before) = tree.before(first)
            && is_name(before)
            && !self.is_title(before)
            && (flat(first) && tree.head(first).is_some_and(|head| head <= before)
                || tree.deprel(before) == Deprel::Compound && tree.head(before) == Some(last) && flat(last))
        {
            return false;
        }
        if let Some(after) = tree.after(last)
            && is_name(after)
            && !self.is_title(after)
        {
            let into = |token: TokenId| tree.head(token) == Some(after);
            let compound =
                matches!(tree.deprel(last), Deprel::Compound | Deprel::Flat | Deprel::NmodUnmarked);
            let mentioned = tree
                .sentence()
                .mentions
                .iter()
                .any(|mention| mention.kind == MentionKind::Named && mention.first == after);
            if flat(after) && tree.head(after).is_some_and(|head| (first..=last).contains(&head)) {
                return false;
            }
            if compound && (into(last) || into(first)) && !mentioned {
                return false;
            }
        }
        true
    }

    /// Whether it is a title or role before a name: "Mr.", "President", "CEO".
    fn is_title(&self, token: TokenId) -> bool {
        ["honorific", "personTitle", "personNoun"].iter().any(|list| self.listed(list, token))
            && !is_given_name(self.context, &self.context.tree(self.sentence).form(token).to_lowercase())
    }

    /// Whether the lemma or form, without a full stop, is in a word list.
    fn listed(&self, list: &str, token: TokenId) -> bool {
        let tree = self.context.tree(self.sentence);
        let words = self.context.ontology.words(list);
        words.contains(tree.form(token).to_lowercase().trim_end_matches('.'))
            || words.contains(&tree.lemma(token).to_lowercase())
    }

    fn demonym(&self, token: TokenId) -> bool {
        let tree = self.context.tree(self.sentence);
        let form = tree.form(token);
        form.starts_with(char::is_uppercase)
            && matches!(tree.upos(token), Upos::Adj | Upos::Propn | Upos::Noun)
            && self.context.ontology.demonym(form).is_some()
    }

    /// A mention without article, quotation marks, possessive ending and titles; `None` if nothing is left.
    fn tidy(&self, mut first: TokenId, mut last: TokenId, class: Class) -> Option<(TokenId, TokenId)> {
        let tree = self.context.tree(self.sentence);
        if last.0 - first.0 >= LONGEST {
            return None;
        }
        let outside = |token: TokenId| {
            tree.upos(token) == Upos::Punct
                || tree.xpos(token) == Xpos::Pos
                || matches!(tree.upos(token), Upos::Det | Upos::Adp | Upos::Cconj)
        };
        while first < last && outside(first) {
            first.0 += 1;
        }
        while first < last && (outside(last) && tree.form(last) != ")") {
            last.0 -= 1;
        }
        if class == Class::Person
            && let Some(title) = (first.0..last.0).rev().map(TokenId).find(|&token| self.is_title(token))
        {
            first = TokenId(title.0 + 1);
        }
        if class == Class::Person && self.listed("honorific", last) {
            return None;
        }
        let name = tree.span(first, last).of(self.context.document.text);
        let written = name.chars().any(|c| c.is_uppercase() || c.is_numeric()) || class == Class::Topic;
        (written && name.chars().any(char::is_alphanumeric) && tree.upos(first) != Upos::Pron)
            .then_some((first, last))
    }

    /// What the possessor at `head`, a name that ends with `last`, has.
    fn owned(&self, head: TokenId, last: TokenId) -> Option<TokenId> {
        let tree = self.context.tree(self.sentence);
        match tree.deprel(head) {
            Deprel::NmodPoss => tree.head(head),
            // A tree gone wrong: the next noun.
            _ => (last.0 + 1..tree.len()).map(TokenId).find(|&token| tree.is_nominal(token)),
        }
    }

    /// What the model takes the name at a token for.
    fn guessed(&self, token: TokenId) -> Option<MentionClass> {
        let mentions = &self.context.tree(self.sentence).sentence().mentions;
        let named = mentions.iter().filter(|mention| mention.kind == MentionKind::Named);
        named
            .filter(|mention| (mention.first..=mention.last).contains(&token))
            .map(|mention| mention.class)
            .next()
    }

    /// Votes for the classes that a common noun describes.
    fn describe(&self, noun: TokenId, score: f32, vote: &mut dyn FnMut(Class, f32)) {
        for class in self.context.noun_classes_at(self.context.tree(self.sentence), noun) {
            vote(class, score);
        }
    }

    /// What the things of its kind that a name is listed with, and what it has, tell of its class.
    fn evidence_of_kind(&self, head: TokenId, last: TokenId, vote: &mut dyn FnMut(Class, f32)) {
        let tree = self.context.tree(self.sentence);
        // "companies such as X and Y", "X, Y and other companies"
        let first_member = tree.first_conjunct(head);
        if let Some(kind) = tree.head(first_member)
            && tree.xpos(kind) == Xpos::Nns
            && matches!(tree.deprel(first_member), Deprel::Nmod | Deprel::Acl | Deprel::Appos)
            && tree.case(first_member).is_some_and(|case| {
                matches!(case.words.as_str(), "like" | "such as" | "including" | "namely")
            })
        {
            self.describe(kind, 3.0, vote);
        }
        for other in tree.conjuncts(first_member) {
            if tree.xpos(other) == Xpos::Nns && tree.children(other).any(|child| tree.lemma(child) == "other")
            {
                self.describe(other, 2.0, vote);
            }
        }
        // "X's chief scientist", "X's Smith": who has people is a body.
        if tree.is_possessive(head)
            && let Some(owned) = self.owned(head, last)
        {
            if self.listed("staffNoun", owned) {
                vote(Class::Organization, 0.5);
                vote(Class::Company, 1.0);
            } else if self.guessed(owned) == Some(MentionClass::Person) {
                vote(Class::Company, 1.0);
            } else if self.guessed(owned) == Some(MentionClass::Product)
                || tree.form(owned).contains(|c: char| c.is_ascii_digit())
            {
                vote(Class::Company, 0.5);
            }
        }
    }

    /// What the words around and inside a mention tell of its class.
    fn evidence(&self, first: TokenId, last: TokenId) -> BTreeMap<Class, f32> {
        let tree = self.context.tree(self.sentence);
        let mut votes = BTreeMap::new();
        let mut vote = |class: Class, score: f32| *votes.entry(class).or_insert(0.0) += score;
        let head = head(self.context, self.sentence, first, last);
        let word = |token: TokenId| tree.form(token).to_lowercase();

        if first < last && self.listed("corporateSuffix", last) {
            vote(Class::Company, 3.0);
        }
        for token in [first, last] {
            if first < last && self.listed("organizationNoun", token) {
                vote(Class::Organization, 2.0);
            }
        }
        if first < last && is_given_name(self.context, &word(first)) {
            vote(Class::Person, 1.5);
        }
        if tree.form(last).chars().any(|c| c.is_ascii_digit()) {
            // "Marlin 3" is a product, "R1" may be anything.
            vote(Class::Product, if first < last { 2.0 } else { 0.5 });
        }
        if let Some(before) = tree.before(first) {
            if self.listed("honorific", before) {
                vote(Class::Person, 3.0);
            } else if self.is_title(before)
                && tree.head(before).is_some_and(|head| (first..=last).contains(&head))
            {
                // "chief executive Maren Dahl": only people have an office.
                let office = tree.upos(before) == Upos::Noun && tree.deprel(before) == Deprel::NmodDesc;
                vote(Class::Person, if office { 2.5 } else { 1.5 });
            } else if (tree.upos(before) == Upos::Noun
                && matches!(tree.deprel(before), Deprel::Compound | Deprel::NmodDesc)
                && tree.head(before).is_some_and(|head| (first..=last).contains(&head)))
                || tree.joined_lemma(before).contains('-')
            {
                self.describe(before, 2.0, &mut vote);
            }
        }
        if let Some(after) = tree.after(last)
            && tree.upos(after) == Upos::Noun
            && tree.head(head) == Some(after)
            && tree.deprel(head) == Deprel::Compound
        {
            if self.listed("personNoun", after) {
                vote(Class::Organization, 0.5);
                vote(Class::Company, 0.5);
            } else if self.listed("productNoun", after) && tree.form(last).chars().any(|c| c.is_ascii_digit())
            {
                vote(Class::Product, 2.0);
            }
        }
        // "X, a startup", "X is a startup"
        let described = tree
            .children_by(head, &[Deprel::Appos])
            .chain(tree.head(head).filter(|&noun| {
                matches!(tree.deprel(head), Deprel::Nsubj) && tree.child(noun, Deprel::Cop).is_some()
                    || tree.deprel(head) == Deprel::Appos
            }))
            .filter(|&noun| tree.upos(noun) == Upos::Noun && tree.xpos(noun) != Xpos::Nns);
        for noun in described {
            self.describe(noun, 2.0, &mut vote);
        }
        // "Meta's Zuckerberg", "Meta's Llama"
        let owner = tree.child(head, Deprel::NmodPoss).and_then(|owner| self.guessed(owner));
        if matches!(owner, Some(MentionClass::Company | MentionClass::Organization)) {
            vote(Class::Person, 1.0);
            vote(Class::Product, 0.5);
        }
        self.evidence_of_kind(head, last, &mut vote);
        let who = tree.children_by(head, &[Deprel::AclRelcl]).any(|clause| {
            tree.children_by(clause, &[Deprel::Nsubj, Deprel::NsubjPass])
                .any(|subject| tree.lemma(subject) == "who")
        });
        if who {
            vote(Class::Person, 2.0);
        }
        votes
    }
}

/// Names that nothing found, but which the words around them, taken over the article, show to be names of something.
fn telling(context: &Context<'_>, names: &[Name]) -> Vec<Name> {
    let mut found: BTreeMap<&str, (f32, Vec<Name>)> = BTreeMap::new();
    for sentence in context.sentences() {
        let finder = Finder { context, sentence };
        for (first, last) in finder.candidates(names) {
            let words = context.tree(sentence).span(first, last).of(context.document.text);
            let score = finder.evidence(first, last).values().copied().fold(0.0, f32::max);
            let entry = found.entry(words).or_default();
            entry.0 += score;
            entry.1.push(Name { sentence, first, last, guess: None, demonym: false });
        }
    }
    found.into_values().filter(|(score, _)| *score >= 2.0).flat_map(|(_, names)| names).collect()
}

/// What is left of the votes for a class that a verb does not take.
const IMPOSSIBLE: f32 = 0.6;

/// What the verb that a name stands with says of its class; a verb that takes anything says nothing.
fn expected(context: &Context<'_>, name: &Name) -> Vec<(Class, f32)> {
    /// Beats a person of one word, not a clear case.
    const WEIGHT: f32 = 1.5;
    let head = head(context, name.sentence, name.first, name.last);
    let Some(allowed) = context.expectations.get(&(name.sentence, head)) else { return Vec::new() };
    let roots: BTreeSet<Class> = allowed.iter().map(|class| class.root()).collect();
    if roots.len() > 3 {
        return Vec::new();
    }
    allowed.iter().map(|&class| (class, WEIGHT / roots.len() as f32)).collect()
}

/// The entity class of a mention; dates and sums of money have none.
fn entity_class(class: MentionClass) -> Option<Class> {
    Class::parse(class.as_str())
}

/// The token of a mention whose head lies outside.
fn head(context: &Context<'_>, sentence: SentenceId, first: TokenId, last: TokenId) -> TokenId {
    let tree = context.tree(sentence);
    (first.0..=last.0)
        .map(TokenId)
        .find(|&token| tree.head(token).is_none_or(|head| head < first || head > last))
        .unwrap_or(last)
}

fn is_given_name(context: &Context<'_>, word: &str) -> bool {
    ["femaleFirstName", "maleFirstName"].iter().any(|list| context.ontology.words(list).contains(word))
}

/// Names to look for where nothing was found: those found elsewhere, and the surnames of full names.
fn known_words(context: &Context<'_>, names: &[Name]) -> BTreeSet<Vec<String>> {
    let mut known = BTreeSet::new();
    for name in names.iter().filter(|name| !name.demonym) {
        let tree = context.tree(name.sentence);
        let words: Vec<String> =
            (name.first.0..=name.last.0).map(|token| tree.form(TokenId(token)).to_owned()).collect();
        // Topics are also plain words.
        let (class, score) = name.guess.unwrap_or((Class::Place, 1.0));
        if class == Class::Topic
            || score < 0.5
            || !words[0].starts_with(char::is_uppercase) && words.len() == 1
        {
            continue;
        }
        if class == Class::Person
            && words.len() > 1
            && let Some(surname) = words.last().filter(|surname| surname.chars().count() > 2)
        {
            known.insert(vec![surname.clone()]);
        }
        if words.len() > 1 || words[0].chars().count() > 1 {
            known.insert(words);
        }
    }
    known
}

/// Mentions with the same words in one group, in order of first mention.
fn group<'a>(context: &Context<'a>, names: Vec<Name>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut by_key: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for name in names {
        let words = words(context, &name);
        let key = words
            .iter()
            .map(|word| if is_acronym(word) { word.clone() } else { word.to_lowercase() })
            .collect();
        let index = *by_key.entry(key).or_insert_with(|| {
            groups.push(Group { words, ..Group::default() });
            groups.len() - 1
        });
        groups[index].members.push(name);
    }
    groups
}

/// The words of a name, split at spaces and hyphens.
fn all_words(context: &Context<'_>, name: &Name) -> Vec<String> {
    let span = context.tree(name.sentence).span(name.first, name.last);
    span.of(context.document.text)
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '‑' | '–' | ',' | '"' | '“' | '”'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words of a name for comparison: without corporate suffixes.
fn words(context: &Context<'_>, name: &Name) -> Vec<String> {
    let mut words = all_words(context, name);
    let suffixes = context.ontology.words("corporateSuffix");
    while words.len() > 1
        && words.last().is_some_and(|word| suffixes.contains(word.to_lowercase().trim_end_matches('.')))
    {
        words.pop();
    }
    words
}

fn is_acronym(word: &str) -> bool {
    word.chars().count() > 1 && word.chars().all(|c| c.is_uppercase() || c == '.' || c == '&')
}

impl<'a> Group<'a> {
    /// Settles what class the name has, by all its mentions and the words around them. `full_names` are the parts
    /// of people's names of two words and more.
    fn decide(&mut self, context: &Context<'a>, full_names: &BTreeSet<String>) {
        let count = self.members.iter().filter(|name| name.guess.is_some()).count().max(1) as f32;
        for name in &self.members {
            if let Some((class, score)) = name.guess {
                // In the news a person has a full name or a title at first; one word alone seldom is one.
                let lone =
                    class == Class::Person && self.words.len() == 1 && !full_names.contains(&self.words[0]);
                let trust = if lone { 1.0 } else { 2.0 };
                *self.votes.entry(class).or_insert(0.0) += trust * score / count;
            }
            let finder = Finder { context, sentence: name.sentence };
            for (class, score) in finder.evidence(name.first, name.last) {
                *self.votes.entry(class).or_insert(0.0) += score;
            }
            let expected = expected(context, name);
            if !expected.is_empty() && self.words.len() == 1 {
                // Whoever sues is no product: what cannot stand there loses. Longer names speak for themselves.
                for (class, votes) in &mut self.votes {
                    if !expected.iter().any(|(allowed, _)| allowed.root() == class.root()) {
                        *votes *= IMPOSSIBLE;
                    }
                }
            }
            for (class, score) in expected {
                *self.votes.entry(class).or_insert(0.0) += score;
            }
            self.gender = self.gender.or_else(|| gender(context, name));
        }
        if self.words.len() == 1
            && full_names.contains(&self.words[0])
            && self.votes.contains_key(&Class::Person)
        {
            *self.votes.entry(Class::Person).or_insert(0.0) += 1.5;
        }
        if self.words.len() == 1 && is_brand(&self.words[0]) {
            *self.votes.entry(Class::Company).or_insert(0.0) += 0.8;
        }
        let name = self.words.join(" ");
        self.registry = if self.members.iter().all(|name| name.demonym) {
            context.ontology.demonym(&name)
        } else {
            let member = &self.members[0];
            let span = context.tree(member.sentence).span(member.first, member.last);
            context.ontology.lookup(span.of(context.document.text)).or_else(|| context.ontology.lookup(&name))
        };
        let person = self.votes.get(&Class::Person).copied().unwrap_or(0.0);
        let others: f32 = self.votes.values().sum::<f32>() - person;
        if person > others && person >= 2.0 {
            self.registry = None; // somebody called Jordan
        }
        self.class = match self.registry {
            Some(entry) => Some(entry.class),
            None => winner(&self.votes),
        };
    }

    fn is(&self, class: Class) -> bool {
        self.class.is_some_and(|own| own.is_a(class))
    }

    /// Words in lower case without points, for comparison.
    fn folded(&self) -> Vec<String> {
        self.words.iter().map(|word| word.to_lowercase().trim_end_matches('.').to_owned()).collect()
    }
}

/// Whether a word has a capital inside as brands do: `YouTube`; `McDonald` and `LeBron` are people.
fn is_brand(word: &str) -> bool {
    let inner = word.char_indices().skip(1).find(|(_, c)| c.is_uppercase()).map_or(0, |(at, _)| at);
    let prefix = &word[..inner];
    let person =
        ["Mc", "Mac", "De", "Di", "Du", "Da", "La", "Le", "Lo", "Van", "Von", "Fitz", "O'", "O’", "Al"];
    inner > 0
        && prefix.chars().any(char::is_lowercase)
        && prefix.chars().all(char::is_alphabetic)
        && !person.contains(&prefix)
}

/// The class with most votes: first among classes of their own, then the more special one unless it is the rarer.
fn winner(votes: &BTreeMap<Class, f32>) -> Option<Class> {
    let mut roots: BTreeMap<Class, f32> = BTreeMap::new();
    for (class, score) in votes {
        *roots.entry(class.root()).or_insert(0.0) += score;
    }
    let best = roots.values().copied().fold(0.0, f32::max);
    let root = *roots.iter().find(|(_, score)| **score >= best)?.0;
    let general = votes.get(&root).copied().unwrap_or(0.0);
    votes
        .iter()
        .find(|(class, score)| class.parent() == Some(root) && **score >= general)
        .map(|(class, _)| *class)
        .or(Some(root))
}

/// The gender that title and given name of a mention tell.
fn gender(context: &Context<'_>, name: &Name) -> Option<Gender> {
    let tree = context.tree(name.sentence);
    let of = |list: [&str; 2], word: &str| {
        let word = word.to_lowercase();
        let is = |list: &str| context.ontology.words(list).contains(word.trim_end_matches('.'));
        match (is(list[0]), is(list[1])) {
            (true, false) => Some(Gender::Female),
            (false, true) => Some(Gender::Male),
            _ => None,
        }
    };
    let title = tree.before(name.first).and_then(|title| of(["femaleTitle", "maleTitle"], tree.form(title)));
    title
        .or_else(|| tree.before(name.first).and_then(|noun| of(["femaleNoun", "maleNoun"], tree.lemma(noun))))
        .or_else(|| {
            (name.first < name.last)
                .then(|| of(["femaleFirstName", "maleFirstName"], tree.form(name.first)))
                .flatten()
        })
}

/// Which groups name one thing.
struct Identity<'g, 'a> {
    context: &'g Context<'a>,
    groups: &'g [Group<'a>],
}

impl Identity<'_, '_> {
    /// For each group the first group that names the same thing.
    fn clusters(&self) -> Vec<usize> {
        let mut parents: Vec<usize> = (0..self.groups.len()).collect();
        let mut registered: BTreeMap<&str, usize> = BTreeMap::new();
        for (group, entry) in
            self.groups.iter().enumerate().filter_map(|(at, group)| Some((at, group.registry?)))
        {
            parents[group] = *registered.entry(&entry.id).or_insert(group);
        }
        for short in 0..self.groups.len() {
            if self.groups[short].registry.is_some() {
                continue;
            }
            // A name goes to one longer one only; where several fit it stays by itself.
            let mut longer: BTreeSet<usize> = BTreeSet::new();
            for long in 0..self.groups.len() {
                if long == short {
                    continue;
                }
                if self.shortens(long, short) {
                    longer.insert(representative(&parents, long));
                }
            }
            longer.remove(&representative(&parents, short));
            let target = match longer.len() {
                1 => longer.first().copied(),
                _ => self.by_gender(short, &longer).or_else(|| self.introduced(short, &longer)),
            };
            if let Some(target) = target {
                let own = representative(&parents, short);
                let (first, second) = (own.min(target), own.max(target));
                parents[second] = first;
            }
        }
        (0..self.groups.len()).map(|group| representative(&parents, group)).collect()
    }

    /// "Mrs. Vogt" where an Ann and a Karl Vogt were named.
    fn by_gender(&self, short: usize, longer: &BTreeSet<usize>) -> Option<usize> {
        let gender = self.groups[short].gender?;
        let mut fitting = longer.iter().filter(|&&long| self.groups[long].gender == Some(gender));
        fitting.next().filter(|_| fitting.next().is_none()).copied()
    }

    /// "Vogt" after Ann Vogt and before Karl Vogt: the one person of whom the article has spoken. Groups stand in the
    /// order of their first mention.
    fn introduced(&self, short: usize, longer: &BTreeSet<usize>) -> Option<usize> {
        let mut before = longer.range(..short).filter(|&&long| self.groups[long].is(Class::Person));
        before.next().filter(|_| before.next().is_none()).copied()
    }

    /// Whether `short` is a shorter name of what `long` names.
    fn shortens(&self, long: usize, short: usize) -> bool {
        let (long, short) = (&self.groups[long], &self.groups[short]);
        let (Some(long_class), Some(short_class)) = (long.class, short.class) else { return false };
        let (long_words, short_words) = (long.folded(), short.folded());
        if short_words.len() > long_words.len() || !same_numbers(&long_words, &short_words, long_class) {
            return false;
        }
        let weak = short.members.len() <= 2 && short.votes.values().sum::<f32>() < 2.0;
        let compatible = long_class.root() == short_class.root();
        if long_class == Class::Person && (compatible || weak) {
            return is_person_variant(&long_words, &short_words);
        }
        if long_class == Class::Product && (compatible || weak) {
            let extra = long_words.len() - short_words.len();
            return extra > 0
                && long_words.ends_with(&short_words)
                && self
                    .groups
                    .iter()
                    .any(|maker| maker.is(Class::Organization) && maker.folded() == long_words[..extra]);
        }
        if !compatible && !weak {
            return false;
        }
        // "GNEC" counts the last word of "Greater Newark Enterprises Corporation", "IBM" may or may not.
        let abbreviates = |words: &[String]| is_acronym_of(&short.words, words);
        let all = || all_words(self.context, &long.members[0]);
        if short.words.iter().all(|word| is_acronym(word))
            && (abbreviates(&long.words) || abbreviates(&all()))
        {
            return short.words[0].chars().filter(|c| c.is_alphabetic()).count() > 2
                || self.in_brackets(long, short);
        }
        let listed = |list: &str, word: &String| self.context.ontology.words(list).contains(word);
        let noun = |word: &String| listed("organizationNoun", word);
        let tail = |word: &String| noun(word) || listed("corporateWord", word);
        let extra = long_words.len() - short_words.len();
        // "Commission" after "European Commission", "Acme" after "Acme Bank".
        let general = short_words.len() == 1 && noun(&short_words[0]) && long_words.ends_with(&short_words);
        let special =
            long_words.starts_with(&short_words) && long_words[short_words.len()..].iter().all(tail);
        long.is(Class::Organization)
            && compatible
            && extra > 0
            && (general || special)
            && long.members[0].sentence <= short.members[0].sentence
    }

    /// Whether the short name stands in brackets right behind the long one: "European Central Bank (ECB)".
    fn in_brackets(&self, long: &Group<'_>, short: &Group<'_>) -> bool {
        short.members.iter().any(|short| {
            let tree = self.context.tree(short.sentence);
            tree.before(short.first).is_some_and(|bracket| {
                tree.form(bracket) == "("
                    && long
                        .members
                        .iter()
                        .any(|long| long.sentence == short.sentence && long.last.0 + 1 == bracket.0)
            })
        })
    }
}

/// Whether no number tells them apart: "GPT-4" and "GPT-4o" are two, "R1" and "Acme R1" may be one.
fn same_numbers(long: &[String], short: &[String], class: Class) -> bool {
    let numbers = |words: &[String]| -> BTreeSet<String> {
        words.iter().filter(|word| word.chars().any(|c| c.is_ascii_digit())).cloned().collect()
    };
    class == Class::Person || numbers(long) == numbers(short)
}

/// The group that stands for the cluster of a group.
fn representative(parents: &[usize], mut group: usize) -> usize {
    while parents[group] != group {
        group = parents[group];
    }
    group
}

/// Whether `short` is another form of the full name `long`: its surname, its given name, one without the middle
/// name, or one with an initial. Differing given names never are.
fn is_person_variant(long: &[String], short: &[String]) -> bool {
    const SUFFIXES: [&str; 5] = ["jr", "sr", "ii", "iii", "iv"];
    let bare = |words: &[String]| -> Vec<String> {
        let end =
            words.iter().rposition(|word| !SUFFIXES.contains(&word.as_str())).map_or(0, |last| last + 1);
        words[..end].to_vec()
    };
    let (long, short) = (bare(long), bare(short));
    let fits = |full: &str, word: &str| full == word || (word.chars().count() == 1 && full.starts_with(word));
    match (&long[..], &short[..]) {
        ([_, _, ..], [_, ..]) if long.ends_with(&short) || (short.len() == 1 && long[0] == short[0]) => true,
        ([given, .., surname], [first, middle @ .., last]) if surname == last => {
            fits(given, first)
                && (middle.is_empty()
                    || long.len() == 2
                    || middle.iter().zip(&long[1..]).all(|(m, l)| fits(l, m)))
        }
        _ => false,
    }
}

/// Whether `short` is made of the initials of `long`, small words left out or not.
fn is_acronym_of(short: &[String], long: &[String]) -> bool {
    let [short] = short else { return false };
    let letters: String = short.chars().filter(|c| c.is_alphabetic()).collect();
    if long.len() < 2 || letters.chars().count() < 2 || !is_acronym(short) {
        return false;
    }
    let initials = |all: bool| -> String {
        let words = long.iter().filter(|word| all || word.starts_with(char::is_uppercase));
        words.filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
    };
    letters == initials(false) || letters == initials(true)
}

/// Entities from clusters of groups.
fn build(context: &Context<'_>, groups: &[Group<'_>], clusters: &[usize]) -> (Entities, Vec<Facts>) {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (group, &cluster) in clusters.iter().enumerate() {
        members.entry(cluster).or_default().push(group);
    }
    let mut built: Vec<(ArticleEntity, Facts)> = Vec::new();
    for groups_of in members.values() {
        let of = || groups_of.iter().map(|&group| &groups[group]);
        let registry = of().find_map(|group| group.registry);
        let mut mentions = Vec::new();
        let mut names: BTreeMap<String, bool> = BTreeMap::new();
        for name in of().flat_map(|group| &group.members) {
            let tree = context.tree(name.sentence);
            let span = tree.span(name.first, name.last);
            *names.entry(tidy_text(span.of(context.document.text))).or_insert(true) &= name.demonym;
            mentions.push(EntityMention {
                sentence: name.sentence,
                first: name.first,
                last: name.last,
                head: head(context, name.sentence, name.first, name.last),
                span,
                kind: MentionKind::Named,
                demonym: name.demonym,
                certainty: 1.0,
            });
        }
        mentions.sort_by_key(|mention| mention.span.start());
        let class = registry.map(|entry| entry.class).or_else(|| {
            let mut votes: BTreeMap<Class, f32> = BTreeMap::new();
            for (class, score) in of().flat_map(|group| &group.votes) {
                *votes.entry(*class).or_insert(0.0) += score;
            }
            // The full name knows best what it names.
            of().max_by_key(|group| (group.words.len(), std::cmp::Reverse(group.members[0].sentence)))
                .filter(|group| group.is(Class::Person) || group.is(Class::Product))
                .and_then(|group| group.class)
                .or_else(|| winner(&votes))
        });
        let Some(class) = class else { continue };
        let fullest =
            names.iter().filter(|(_, demonym)| !**demonym).map(|(name, _)| name).max_by_key(|name| {
                (name.split_whitespace().count(), name.chars().count(), std::cmp::Reverse(*name))
            });
        let label = match registry {
            Some(entry) => entry.label.clone(),
            None => fullest.cloned().unwrap_or_default(),
        };
        let aliases = names
            .into_iter()
            .filter(|(name, demonym)| !demonym && *name != label)
            .map(|(name, _)| name)
            .collect();
        let registry = registry.map(|entry| entry.id.clone());
        let sum = |person: bool| -> f32 {
            let votes = of().flat_map(|group| &group.votes);
            votes.filter(|(class, _)| (**class == Class::Person) == person).map(|(_, score)| score).sum()
        };
        let (person, other) = (sum(true), sum(false));
        let lone = of().all(|group| group.words.len() == 1);
        let facts = Facts {
            gender: of().find_map(|group| group.gender),
            doubtful: registry.is_none()
                && (person.min(other) > 0.5 * person.max(other) || lone && other == 0.0 && person < 0.7),
            descriptions: BTreeSet::new(),
        };
        built.push((ArticleEntity { class, label, aliases, registry, mentions }, facts));
    }
    built.sort_by_key(|(entity, _)| entity.mentions[0].span.start());
    let (entities, facts): (Vec<_>, _) = built.into_iter().unzip();
    let at = context.document.trees.iter().map(|tree| vec![None; tree.len() as usize]).collect();
    let mut titles = Vec::new();
    for (sentence, head) in entities.iter().flat_map(|entity: &ArticleEntity| {
        let person = entity.class == Class::Person;
        entity.mentions.iter().filter(move |_| person).map(|mention| (mention.sentence, mention.head))
    }) {
        let tree = context.tree(sentence);
        let finder = Finder { context, sentence };
        let above = tree
            .ancestors(head)
            .take_while(|&title| title < head && tree.upos(title) == Upos::Propn && finder.is_title(title));
        if tree.deprel(head) == Deprel::Flat {
            titles.extend(above.map(|title| (sentence, title, head)));
        }
    }
    let mut entities = Entities { list: entities, at, titles };
    entities.index();
    (entities, facts)
}

/// A name with single spaces.
fn tidy_text(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
