//! Words for people: cleaned of what could steer a terminal, coloured where there is one.

use std::{
    borrow::Cow,
    fmt::Display,
    io::{self, BufWriter, StdoutLock, Write},
};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// For headings in what commands print.
pub(crate) const HEADING: Style = Style::new().bold();
/// For what matters less: ids, offsets, scores.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Standard output for words: buffered, styles go to terminals only.
pub(crate) fn stdout() -> BufWriter<AutoStream<StdoutLock<'static>>> {
    BufWriter::new(anstream::stdout().lock())
}

/// Prints an error to stderr.
pub(crate) fn error(message: &str) {
    anstream::eprintln!("{ERROR}error{ERROR:#}: {}", clean(message));
}

/// Prints a warning to stderr.
pub(crate) fn warning(message: &str) {
    anstream::eprintln!("{WARNING}warning{WARNING:#}: {}", clean(message));
}

/// `text` without control characters and without marks that change the direction of writing, on one line.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
    Cow::Owned(spaced.replace(steers, ""))
}

/// Whether a character can move the cursor, change colours or hide the order of others.
fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// At most `width` columns of `text`, cleaned, with `…` where something is missing.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    let text = clean(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let mut short = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += unicode_width::UnicodeWidthChar::width(letter).unwrap_or(0);
        if used >= width {
            break;
        }
        short.push(letter);
    }
    short.truncate(short.trim_end().len());
    short + "…"
}

/// Rows with aligned columns, numbers to the right, the last column as wide as it likes.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(heads: [&str; N]) -> Self {
        Self { rows: vec![heads.iter().map(|&head| head.to_owned()).collect()] }
    }

    /// Adds a row; cells are cleaned.
    pub(crate) fn row<const N: usize>(&mut self, cells: [&dyn Display; N]) {
        self.rows.push(cells.iter().map(|cell| clean(&cell.to_string()).into_owned()).collect());
    }

    pub(crate) fn write(&self, mut out: impl Write) -> io::Result<()> {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
        let numeric = |column: usize| {
            let mut cells = self.rows[1..].iter().map(|row| &row[column]);
            cells.all(|cell| {
                cell.starts_with(|first: char| first.is_ascii_digit()) && cell.parse::<f64>().is_ok()
            })
        };
        let layout: Vec<_> = (0..columns).map(|column| (width(column), numeric(column))).collect();
        for (number, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for (cell, &(width, numeric)) in row.iter().zip(&layout) {
                let padding = " ".repeat(width - cell.width());
                let (before, after) = if numeric { (&*padding, "") } else { ("", &*padding) };
                line.extend([before, cell, after, "  "]);
            }
            let line = line.trim_end();
            if number == 0 {
                writeln!(out, "{HEADING}{line}{HEADING:#}")?;
            } else {
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    }
}

/// `1 article`, `2 articles`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        assert_eq!(clean("a\u{1b}[31mb\r\nc\u{202e}d\0\u{2067}"), "a[31mb cd");
        assert!(matches!(clean("plain “words”"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_words_are_shortened_by_columns() {
        assert_eq!(shorten("深度求索", 5), "深度…");
        assert_eq!(shorten("word", 4), "word");
    }

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(["name", "count", "words"]);
        table.row([&"深", &7, &"x"]);
        table.row([&"longer", &12, &"y\tz"]);
        let mut out = Vec::new();
        table.write(&mut out).unwrap();
        let plain = anstream::adapter::strip_bytes(&out).into_vec();
        assert_eq!(
            String::from_utf8(plain).unwrap(),
            "name    count  words\n深          7  x\nlonger     12  y z\n"
        );
    }
}
