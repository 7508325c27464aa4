//! Finding known things by name.

use std::collections::BTreeMap;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Names in capitals up to this many letters are told apart from words by their letter case: US, WHO, IT.
const ACRONYM_LETTERS: usize = 5;

/// Positions by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    exact: BTreeMap<String, usize>,
    folded: BTreeMap<String, usize>,
}

impl Names {
    /// Adds a name; gives the position that it already stands for, if that is another one.
    pub(super) fn insert(&mut self, name: &str, position: usize) -> Option<usize> {
        let known = if is_acronym(name) {
            *self.exact.entry(name.to_owned()).or_insert(position)
        } else {
            *self.folded.entry(fold(name)).or_insert(position)
        };
        (known != position).then_some(known)
    }

    /// The position that a name stands for.
    pub(super) fn get(&self, name: &str) -> Option<usize> {
        let name = name.trim();
        let bare = ["the ", "The "].iter().find_map(|article| name.strip_prefix(article)).unwrap_or(name);
        self.exact.get(bare).or_else(|| self.folded.get(&fold(name))).copied()
    }
}

/// Whether a name is a short one in capitals: "US", "U.S.".
fn is_acronym(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
    letters <= ACRONYM_LETTERS && !name.chars().any(|c| c.is_lowercase() || c.is_whitespace())
}

/// Lower case, no accents, single spaces for hyphens and dashes, plain apostrophes, no leading article.
pub(super) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for c in name.nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase) {
        match c {
            '-' | '\u{2010}'..='\u{2015}' => folded.push(' '),
            '’' | '‘' | 'ʼ' => folded.push('\''),
            c if c.is_whitespace() => folded.push(' '),
            c => folded.push(c),
        }
    }
    let mut words = folded.split(' ').filter(|word| !word.is_empty()).peekable();
    if matches!(words.peek(), Some(&"the" | &"a" | &"an")) {
        let article = words.next();
        // "The" alone is a name like any other.
        if words.peek().is_none() {
            return article.unwrap_or_default().to_owned();
        }
    }
    words.collect::<Vec<_>>().join(" ")
}

/// What wordings of one topic have in common: [`fold`]ed, without the plural s of the last word.
pub(super) fn topic_key(name: &str) -> String {
    let mut key = fold(name);
    if key.ends_with('s') && !key.ends_with("ss") {
        key.pop();
    }
    key
}

/// A name as a part of an IRI: `open-source` for "Open source".
pub(super) fn slug(name: &str) -> String {
    let folded = fold(name);
    let parts = folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold() {
        assert_eq!(fold("The  Côte d’Ivoire"), "cote d'ivoire");
        assert_eq!(fold("Guinea–Bissau"), "guinea bissau");
        assert_eq!(fold("The"), "the");
        assert_eq!(topic_key("Open-source models"), topic_key("the open source model"));
        assert_eq!(topic_key("press"), "press");
        assert_eq!(slug("U.S. Steel & Iron"), "u-s-steel-iron");
    }

    #[test]
    fn acronyms_keep_their_case() {
        let mut names = Names::default();
        for (position, name) in ["US", "U.K.", "United States", "OPEC+"].into_iter().enumerate() {
            assert_eq!(names.insert(name, position), None);
        }
        assert_eq!(names.get("US"), Some(0));
        assert_eq!(names.get("the US"), Some(0));
        assert_eq!(names.get("us"), None);
        assert_eq!(names.get("u.k."), None);
        assert_eq!(names.get("The UNITED States"), Some(2));
        assert_eq!(names.insert("united states", 7), Some(2));
    }
}
