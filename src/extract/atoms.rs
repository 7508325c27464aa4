//! The words, numbers and marks of a sentence, however it was split into tokens: what dates and money are read from.

use crate::{
    article::Span,
    language::{Sentence, TokenId},
};

/// A word, number or mark.
pub(super) struct Atom<'a> {
    /// As written.
    pub(super) text: &'a str,
    /// In lower case.
    pub(super) lower: String,
    /// First byte, in the article.
    pub(super) start: u32,
    /// One past the last.
    pub(super) end: u32,
    /// No white space before it.
    pub(super) glued: bool,
    /// Its value if it is a plain whole number of at most four digits.
    pub(super) number: Option<i16>,
}

/// The atoms of `span`: runs of letters and digits, with the commas and points inside numbers; any other
/// character by itself.
pub(super) fn atoms(text: &str, span: Span) -> Vec<Atom<'_>> {
    let words = span.of(text);
    let mut atoms: Vec<Atom<'_>> = Vec::new();
    let mut chars = words.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut end = start + first.len_utf8();
        let numeric = first.is_ascii_digit();
        while first.is_alphanumeric()
            && let Some(&(at, next)) = chars.peek()
            && (next.is_alphanumeric()
                || numeric && is_inside_number(&words[start..at], next, &words[at + next.len_utf8()..]))
        {
            end = at + next.len_utf8();
            chars.next();
        }
        let word = &words[start..end];
        let start = span.start() + start as u32;
        atoms.push(Atom {
            text: word,
            lower: word.to_lowercase(),
            start,
            end: span.start() + end as u32,
            glued: atoms.last().is_some_and(|last| last.end == start),
            number: (numeric && word.len() <= 4).then(|| word.parse().ok()).flatten(),
        });
    }
    atoms
}

/// Whether the mark `mark` between `before` and `rest` belongs to a number: "2,000" and "3.5", but not "20.01.2025".
fn is_inside_number(before: &str, mark: char, rest: &str) -> bool {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    match mark {
        ',' => digits == 3,
        '.' => {
            digits > 0
                && !before.contains('.')
                && !(rest[digits..].starts_with('.') && {
                    rest[digits + 1..].starts_with(|next: char| next.is_ascii_digit())
                })
        }
        _ => false,
    }
}

/// One to twelve in words; "a" is one.
pub(super) fn small_number(word: &str) -> Option<i16> {
    const WORDS: [&str; 13] = [
        "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ];
    match word {
        "a" | "an" => Some(1),
        "" => None,
        _ => WORDS.iter().zip(0..).find(|(number, _)| **number == word).map(|(_, value)| value),
    }
}

/// The token that holds byte `byte`, or the last one before it.
pub(super) fn token_at(sentence: &Sentence, byte: u32) -> TokenId {
    let after = sentence.tokens.partition_point(|token| token.span.start() <= byte);
    TokenId(after.saturating_sub(1) as u32)
}
