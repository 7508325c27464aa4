//! Positions in a text: byte spans inside the program, code points at its borders.

use std::{fmt, ops::Range};

/// A half-open range of UTF-8 bytes in one immutable text.
///
/// Both ends lie on character boundaries of the text it was made for.
///
/// ```
/// use newsgraph::article::Span;
/// let text = "Meta’s chief";
/// let span = Span::new(0, 4);
/// assert_eq!(span.of(text), "Meta");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The span of the bytes `start..end`.
    ///
    /// # Panics
    /// If `start > end`: no text has such a range.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        assert!(start <= end, "span {start}..{end} ends before it starts");
        Self { start, end }
    }

    /// First byte.
    #[must_use]
    pub fn start(self) -> u32 {
        self.start
    }

    /// One past the last byte.
    #[must_use]
    pub fn end(self) -> u32 {
        self.end
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one byte.
    #[must_use]
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that contains both.
    #[must_use]
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The words it covers in `text`, the text it was made for.
    ///
    /// # Panics
    /// If it is not a range of `text` on character boundaries.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// As a range for slicing.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Translates byte offsets of one text into code points and back, in O(log n) after one pass.
#[derive(Debug, Clone)]
pub struct CodePoints {
    /// Byte offset of every `STRIDE`-th character, then the length of the text.
    marks: Vec<u32>,
    chars: u32,
    ascii: bool,
}

const STRIDE: usize = 64;

impl CodePoints {
    /// Indexes `text`: one pass, 4 bytes for every 64 characters.
    #[must_use]
    pub fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self { marks: Vec::new(), chars: text.len() as u32, ascii: true };
        }
        let mut marks = Vec::with_capacity(text.len() / STRIDE + 2);
        let mut chars = 0;
        for (byte, _) in text.char_indices() {
            if chars % STRIDE == 0 {
                marks.push(byte as u32);
            }
            chars += 1;
        }
        Self { marks, chars: chars as u32, ascii: false }
    }

    /// Number of code points in the text.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.chars
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chars == 0
    }

    /// The code-point offset of byte `byte` of `text`, the text this index was made from.
    #[must_use]
    pub fn from_byte(&self, text: &str, byte: u32) -> u32 {
        if self.ascii {
            return byte;
        }
        let block = self.marks.partition_point(|&mark| mark <= byte).saturating_sub(1);
        let from = self.marks.get(block).copied().unwrap_or(0);
        (block * STRIDE) as u32 + text[from as usize..byte as usize].chars().count() as u32
    }

    /// The byte offset of code point `index` of `text`, or `None` past its end.
    #[must_use]
    pub fn to_byte(&self, text: &str, index: u32) -> Option<u32> {
        if index > self.chars {
            return None;
        }
        if self.ascii {
            return Some(index);
        }
        let from = self.marks.get(index as usize / STRIDE).copied().unwrap_or(text.len() as u32);
        let rest = &text[from as usize..];
        let within = rest.char_indices().nth(index as usize % STRIDE).map_or(rest.len(), |(byte, _)| byte);
        Some(from + within as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn code_points_and_bytes_translate_both_ways(text in "\\PC{0,300}") {
            let index = CodePoints::new(&text);
            for (chars, (byte, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(index.from_byte(&text, byte as u32), chars as u32);
                prop_assert_eq!(index.to_byte(&text, chars as u32), Some(byte as u32));
            }
            prop_assert_eq!(index.from_byte(&text, text.len() as u32), index.len());
            prop_assert_eq!(index.to_byte(&text, index.len()), Some(text.len() as u32));
            prop_assert_eq!(index.to_byte(&text, index.len() + 1), None);
        }
    }
}
