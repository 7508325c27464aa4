//! Names made comparable: the words that tell one name from another, and the slug that stands in an id.

use std::{collections::BTreeSet, fmt::Write};

use sha2::{Digest, Sha256};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::ontology::{Class, Ontology};

/// Longest slug in bytes; what is longer is cut at a word and ends in a hash of the whole.
const MAX_SLUG: usize = 120;

/// Folder of an entity's id: the lower-case name of its root class.
///
/// ```
/// use newsgraph::{identity::folder, ontology::Class};
/// assert_eq!(folder(Class::Company), "organization");
/// ```
#[must_use]
pub fn folder(class: Class) -> &'static str {
    match class.root() {
        Class::Person => "person",
        Class::Place | Class::Country => "place",
        Class::Product => "product",
        Class::Event => "event",
        Class::Topic => "topic",
        Class::Organization | Class::Company => "organization",
    }
}

/// The root class whose ids stand in `folder`.
pub(super) fn root_of_folder(folder_name: &str) -> Option<Class> {
    Class::ALL.into_iter().find(|class| class.parent().is_none() && folder(*class) == folder_name)
}

/// The first 16 hexadecimal digits of the SHA-256 of `parts`, each with its length, so that no two lists of
/// parts are spelt alike.
pub(crate) fn content_hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hex(&hasher.finalize()[..8])
}

/// `bytes` in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Brings names to the form in which they are compared.
///
/// | written | compared as | rule |
/// |---|---|---|
/// | `José Núñez` | `jose-nunez` | case and diacritics of Latin letters fold |
/// | `Dr. Ann Ode` | `ann-ode` | honorifics before a person's name drop |
/// | `Ode Labs, Inc.` | `ode-labs` | suffixes of legal form drop |
/// | `Ode's` | `ode` | a possessive at the end drops |
/// | `the Ode Prize` | `ode-prize` | a leading article drops, but for persons |
/// | `U.S.`, `J. D. Ode` | `us`, `jd-ode` | single letters in a row are one word |
/// | `A&B`, `Ode+` | `a-and-b`, `ode-plus` | signs that tell names apart are spelt out |
/// | `Ode 3.1` | `ode-3.1` | a point between digits stays |
/// | `李娜` | `李娜` | letters of other scripts stay; IRIs may hold them |
/// | `!!!` | `x-…` | without letter or digit: a hash of the name |
pub(crate) struct Names {
    honorifics: BTreeSet<Vec<String>>,
    suffixes: BTreeSet<Vec<String>>,
}

impl Names {
    /// Takes the lists `honorific` and `corporateSuffix` of the vocabulary.
    pub(crate) fn new(ontology: &Ontology) -> Self {
        let list = |name: &str| ontology.words(name).iter().map(|entry| words(entry)).collect();
        Self { honorifics: list("honorific"), suffixes: list("corporateSuffix") }
    }

    /// The slug of `name` as a name of something of class `class`; never empty.
    pub(crate) fn slug(&self, class: Class, name: &str) -> String {
        let mut words = words(name);
        let root = class.root();
        if root == Class::Person {
            while let Some(length) =
                (1..words.len().min(4)).find(|length| self.honorifics.contains(&words[..*length]))
            {
                words.drain(..length);
            }
        } else if words.len() > 1 && words[0] == "the" {
            words.remove(0);
        }
        if root == Class::Organization {
            let suffix = |words: &[String]| {
                (1..words.len())
                    .take(3)
                    .map(|length| words.len() - length)
                    .find(|at| self.suffixes.contains(&words[*at..]))
            };
            while let Some(at) = suffix(&words) {
                words.truncate(at);
                if at > 1 && words[at - 1] == "and" {
                    words.pop();
                }
            }
        }
        let slug = words.join("-");
        if slug.is_empty() {
            return format!("x-{}", content_hash([name]));
        }
        if slug.len() <= MAX_SLUG {
            return slug;
        }
        let mut cut = MAX_SLUG - 17;
        while !slug.is_char_boundary(cut) {
            cut -= 1;
        }
        let head = &slug[..cut];
        let head = head.rfind('-').map_or(head, |end| &head[..end]);
        format!("{head}-{}", content_hash([slug.as_str()]))
    }
}

/// The words of a name, folded; single letters in a row are joined.
fn words(name: &str) -> Vec<String> {
    let folded = fold(name);
    let chars: Vec<char> = folded.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut close = |word: &mut String| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    for (at, &letter) in chars.iter().enumerate() {
        let next = chars.get(at + 1).copied();
        match letter {
            '\'' => {
                if next == Some('s') && chars.len() == at + 2 {
                    break;
                }
            }
            '.' if word.ends_with(|c: char| c.is_ascii_digit())
                && next.is_some_and(|c| c.is_ascii_digit()) =>
            {
                word.push('.');
            }
            '&' => {
                close(&mut word);
                close(&mut "and".to_owned());
            }
            '+' if !word.is_empty() => {
                close(&mut word);
                close(&mut "plus".to_owned());
            }
            '#' if !word.is_empty() => {
                close(&mut word);
                close(&mut "sharp".to_owned());
            }
            _ if letter.is_alphanumeric() || is_combining_mark(letter) => word.push(letter),
            _ => close(&mut word),
        }
    }
    close(&mut word);

    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    let mut single = false;
    for word in words {
        let is_single = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
        match joined.last_mut() {
            Some(last) if single && is_single => last.push_str(&word),
            _ => joined.push(word),
        }
        single = is_single;
    }
    joined
}

/// Case and width folded, diacritics of Latin letters dropped, apostrophes made one.
fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut latin = false;
    for letter in name.nfkd().flat_map(char::to_lowercase).nfd() {
        if is_combining_mark(letter) {
            if !latin {
                folded.push(letter);
            }
            continue;
        }
        latin = matches!(letter, 'a'..='z' | '\u{c0}'..='\u{24f}');
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            '’' | '‘' | 'ʼ' | '`' | '＇' => folded.push('\''),
            _ => folded.push(letter),
        }
    }
    folded.trim().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::fixture::ontology;

    #[test]
    fn names_compare_by_the_table() {
        let ontology = ontology();
        let names = Names::new(ontology);
        for (class, name, slug) in [
            (Class::Person, "José  Núñez", "jose-nunez"),
            (Class::Person, "Dr. Ann Ode", "ann-ode"),
            (Class::Person, "Mr", "mr"),
            (Class::Person, "Ann Ode’s", "ann-ode"),
            (Class::Person, "Seán O'Ode", "sean-oode"),
            (Class::Person, "J. D. Ode", "jd-ode"),
            (Class::Person, "J.D. ODE", "jd-ode"),
            (Class::Person, "李娜", "李娜"),
            (Class::Company, "Ode Labs, Inc.", "ode-labs"),
            (Class::Company, "Ode GmbH & Co. KG", "ode"),
            (Class::Company, "Inc.", "inc"),
            (Class::Company, "A&B", "a-and-b"),
            (Class::Organization, "The Ode Times", "ode-times"),
            (Class::Place, "U.S.", "us"),
            (Class::Place, "Łódź", "lodz"),
            (Class::Product, "Ode+", "ode-plus"),
            (Class::Product, "Ode-3.1", "ode-3.1"),
            (Class::Product, "Ode 31", "ode-31"),
            (Class::Topic, "#OpenSource", "opensource"),
        ] {
            assert_eq!(names.slug(class, name), slug, "{name}");
        }
        assert!(names.slug(Class::Topic, "!!!").starts_with("x-"));
        assert_ne!(names.slug(Class::Topic, "!!!"), names.slug(Class::Topic, "???"));
        let long = names.slug(Class::Event, &"longword ".repeat(40));
        assert!(long.len() <= MAX_SLUG && !long.contains("--"), "{long}");
    }

    #[test]
    fn marks_of_other_scripts_stay() {
        let ontology = ontology();
        let names = Names::new(ontology);
        assert_eq!(names.slug(Class::Person, "हिन्दी"), "हिन्दी");
    }
}
