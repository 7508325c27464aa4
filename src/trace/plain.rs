//! Text from articles, fit for a terminal or a drawing.

use std::borrow::Cow;

/// `text` on one line: white space as single blanks, without control characters (which move the cursor or recolour
/// the terminal) and without direction marks (which make text read otherwise than it is).
///
/// ```
/// use newsgraph::trace::plain;
/// assert_eq!(plain("one\n\ttwo \u{1b}[31mred\u{202e}"), "one two [31mred");
/// ```
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    let line_break = |c: char| matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if !text.contains(|c| line_break(c) || hidden(c)) && !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if line_break(c) || c == ' ' {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !hidden(c) {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
