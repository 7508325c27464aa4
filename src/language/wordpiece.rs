//! From words to the word pieces and letter cases that the encoder reads.

use std::collections::HashMap;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longer stretches between punctuation are unknown, whatever they are made of.
const LONGEST_PART: usize = 100;

/// How a word is written, as the encoder learns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Case {
    /// `[CLS]` and `[SEP]`.
    None,
    /// Every cased letter is lower.
    Lower,
    /// At least two cased letters, all upper.
    Upper,
    /// First letter upper, no later one.
    Capital,
    /// Digits and no letter.
    Digits,
    /// Mixed case, punctuation, symbols, scripts without case.
    Other,
}

impl Case {
    /// The case of `word`; one pass.
    pub(super) fn of(word: &str) -> Self {
        let (mut letters, mut upper, mut lower) = (0, 0, 0);
        let mut first_upper = false;
        for c in word.chars().filter(|c| c.is_alphabetic()) {
            upper += u32::from(c.is_uppercase());
            lower += u32::from(c.is_lowercase());
            first_upper |= letters == 0 && c.is_uppercase();
            letters += 1;
        }
        match (letters, upper, lower) {
            (0, ..) if word.chars().any(char::is_numeric) => Self::Digits,
            (0, ..) | (_, 0, 0) => Self::Other,
            (_, 0, _) => Self::Lower,
            (_, 2.., 0) => Self::Upper,
            (_, 1, _) if first_upper => Self::Capital,
            _ => Self::Other,
        }
    }
}

/// A vocabulary of word pieces, looked up by their letters.
#[derive(Debug)]
pub(super) struct WordPieces {
    /// Pieces that start a word.
    first: HashMap<Box<str>, u32>,
    /// Pieces that continue one, without their `##`.
    rest: HashMap<Box<str>, u32>,
    /// Bytes of the longest piece.
    longest: usize,
    unknown: u32,
    start: u32,
    end: u32,
}

impl WordPieces {
    /// Whether `word`, in lower case, is a piece of its own: a common word.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.first.contains_key(word)
    }

    /// Reads pieces in the order of their ids, one a line; `None` where a special piece is missing.
    pub(super) fn new(vocabulary: &str) -> Option<Self> {
        let (mut first, mut rest) = (HashMap::new(), HashMap::new());
        let mut longest = 0;
        for (id, piece) in vocabulary.split('\n').enumerate() {
            longest = longest.max(piece.len());
            match piece.strip_prefix("##") {
                Some(letters) if !letters.is_empty() => rest.insert(letters.into(), id as u32),
                _ => first.insert(piece.into(), id as u32),
            };
        }
        let special = |name: &str| first.get(name).copied();
        let (unknown, start, end) = (special("[UNK]")?, special("[CLS]")?, special("[SEP]")?);
        Some(Self { first, rest, longest, unknown, start, end })
    }

    /// The piece before every sentence.
    pub(super) fn start(&self) -> u32 {
        self.start
    }

    /// The piece after every sentence.
    pub(super) fn end(&self) -> u32 {
        self.end
    }

    /// Appends the pieces of `word` to `out`; at least one.
    pub(super) fn split(&self, word: &str, out: &mut Vec<u32>) {
        let before = out.len();
        let mut part = String::new();
        if word.is_ascii() {
            for c in word.chars() {
                self.letter(c.to_ascii_lowercase(), &mut part, out);
            }
        } else {
            let kept: String = word.chars().filter(|c| !is_control(*c)).collect();
            for c in kept.to_lowercase().nfd().filter(|c| !is_combining_mark(*c)) {
                self.letter(c, &mut part, out);
            }
        }
        self.greedy(&part, out);
        if out.len() == before {
            out.push(self.unknown);
        }
    }

    /// Adds one letter to the current part, or ends it.
    fn letter(&self, c: char, part: &mut String, out: &mut Vec<u32>) {
        let alone = is_punctuation(c) || is_cjk(c);
        if !alone && !c.is_whitespace() && !c.is_control() {
            part.push(c);
        } else if alone || c.is_whitespace() {
            self.greedy(part, out);
            part.clear();
            if alone {
                self.greedy(c.encode_utf8(&mut [0; 4]), out);
            }
        }
    }

    /// Appends the longest pieces of one part, from left to right; one unknown piece if some letters have none.
    fn greedy(&self, part: &str, out: &mut Vec<u32>) {
        let before = out.len();
        if part.chars().count() > LONGEST_PART {
            out.push(self.unknown);
            return;
        }
        let mut at = 0;
        while at < part.len() {
            let pieces = if at == 0 { &self.first } else { &self.rest };
            let mut end = part.floor_char_boundary(at + self.longest);
            let found = loop {
                if end <= at {
                    break None;
                }
                if let Some(id) = pieces.get(&part[at..end]) {
                    break Some(*id);
                }
                end = part.floor_char_boundary(end - 1);
            };
            let Some(id) = found else {
                out.truncate(before);
                out.push(self.unknown);
                return;
            };
            out.push(id);
            at = end;
        }
    }
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2A6DF}' | '\u{2A700}'..='\u{2CEAF}' | '\u{2F800}'..='\u{2FA1F}')
}

/// ASCII symbols and the punctuation categories of Unicode.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c,
            '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{37E}' | '\u{387}' | '\u{55A}'..='\u{55F}'
            | '\u{589}' | '\u{58A}' | '\u{5BE}' | '\u{5C0}' | '\u{5C3}' | '\u{5C6}' | '\u{5F3}' | '\u{5F4}'
            | '\u{609}' | '\u{60A}' | '\u{60C}' | '\u{60D}' | '\u{61B}' | '\u{61D}'..='\u{61F}'
            | '\u{66A}'..='\u{66D}' | '\u{6D4}' | '\u{964}' | '\u{965}' | '\u{970}' | '\u{E4F}' | '\u{E5A}' | '\u{E5B}'
            | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{2043}' | '\u{2045}'..='\u{2051}' | '\u{2053}'..='\u{205E}'
            | '\u{207D}' | '\u{207E}' | '\u{208D}' | '\u{208E}' | '\u{2308}'..='\u{230B}' | '\u{2329}' | '\u{232A}'
            | '\u{2768}'..='\u{2775}' | '\u{27C5}' | '\u{27C6}' | '\u{27E6}'..='\u{27EF}' | '\u{2983}'..='\u{2998}'
            | '\u{29D8}'..='\u{29DB}' | '\u{29FC}' | '\u{29FD}' | '\u{2E00}'..='\u{2E2E}' | '\u{2E30}'..='\u{2E4F}'
            | '\u{2E52}'..='\u{2E5D}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301F}'
            | '\u{3030}' | '\u{303D}' | '\u{30A0}' | '\u{30FB}' | '\u{FE10}'..='\u{FE19}' | '\u{FE30}'..='\u{FE52}'
            | '\u{FE54}'..='\u{FE61}' | '\u{FE63}' | '\u{FE68}' | '\u{FE6A}' | '\u{FE6B}' | '\u{FF01}'..='\u{FF03}'
            | '\u{FF05}'..='\u{FF0A}' | '\u{FF0C}'..='\u{FF0F}' | '\u{FF1A}' | '\u{FF1B}' | '\u{FF1F}' | '\u{FF20}'
            | '\u{FF3B}'..='\u{FF3D}' | '\u{FF3F}' | '\u{FF5B}' | '\u{FF5D}' | '\u{FF5F}'..='\u{FF65}')
}

/// Control, format and private characters, and the replacement character: they are dropped.
fn is_control(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        || matches!(c, '\u{AD}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{E000}'..='\u{F8FF}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}' | '\u{E0001}'..='\u{E007F}' | '\u{F0000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(word: &str) -> Vec<&'static str> {
        const PIECES: &str =
            "[PAD]\n[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\nsao\n-\n##s\n中\nopen\n’\n##a\nb\n##\n.\n#";
        let vocabulary = WordPieces::new(PIECES).expect("specials are there");
        let mut ids = Vec::new();
        vocabulary.split(word, &mut ids);
        ids.into_iter().filter_map(|id| PIECES.split('\n').nth(id as usize)).collect()
    }

    #[test]
    fn words_split_into_their_longest_pieces() {
        for (word, pieces) in [
            ("unaffable", "un ##aff ##able"),
            ("Unaffable", "un ##aff ##able"),
            ("São", "sao"),
            ("SAÕS", "sao ##s"),
            ("open-b.", "open - b ."),
            ("’s", "’ [UNK]"),
            ("中中", "中 中"),
            ("unx", "[UNK]"),
            ("x-open", "[UNK] - open"),
            ("\u{200B}", "[UNK]"),
            ("", "[UNK]"),
            ("o\u{AD}pen", "open"),
            ("😀", "[UNK]"),
        ] {
            assert_eq!(split(word).join(" "), pieces, "{word}");
        }
        assert_eq!(split(&"b".repeat(101)), ["[UNK]"]);
        assert_eq!(split(&("b".to_owned() + &"a".repeat(99))).len(), 100);
    }

    #[test]
    fn a_vocabulary_without_special_pieces_is_refused() {
        assert!(WordPieces::new("a\nb").is_none());
    }

    #[test]
    fn cases_of_words() {
        for (word, case) in [
            ("deal", Case::Lower),
            ("o'clock", Case::Lower),
            ("NATO", Case::Upper),
            ("U.S.", Case::Upper),
            ("I", Case::Capital),
            ("Berlin", Case::Capital),
            ("Éire", Case::Capital),
            ("1,000", Case::Digits),
            ("3rd", Case::Lower),
            ("iPhone", Case::Other),
            ("LeCun", Case::Other),
            ("—", Case::Other),
            ("中国", Case::Other),
            ("x1A", Case::Other),
        ] {
            assert_eq!(Case::of(word), case, "{word}");
        }
    }
}
