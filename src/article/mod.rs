//! Readers: from files of every supported kind to [`Article`]s.
//!
//! | input | article text |
//! |---|---|
//! | plain text (`.txt`, or any other ending) | the file unchanged, control characters and line endings included |
//! | Markdown (`.md`, `.markdown`) | the body's words without markup; front matter gives title, date, … |
//! | JSON Lines (`.jsonl`, `.ndjson`) | one article a line: `{"text", "title", "published", "outlet", "author", "url", "id"}` |
//! | JSON (`.json`) | one such object, several, or an array of them |
//! | a folder | its files, sorted, with its subfolders; no hidden files |
//! | `-` | standard input: JSON Lines if its first character is `{`, otherwise plain text |
//!
//! Text is UTF-8. UTF-16 is recognised, other encodings are guessed and a [`ReadWarning`] says which one was
//! taken. A byte-order mark is part of the encoding, not of the text.

mod date;
mod encoding;
mod error;
mod folder;
mod inputs;
mod json;
mod language;
mod markdown;
mod plain;
mod text;

use std::sync::Arc;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

pub use date::parse_date;
pub use error::{Problem, ReadError, ReadWarning};
pub use inputs::{Inputs, MAX_BYTES, ReadOptions, read_inputs, total_bytes};
pub use text::{CodePoints, Span};

/// One news article as read: its text unchanged, and what is known of where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// `sha256:` and the hash of the text; the same words are the same article.
    pub id: String,
    /// File name, `FILE:N` for the N-th line or entry of a JSON file (with `#ID` if it has an id), or `-` for
    /// standard input.
    pub source: String,
    /// Headline.
    pub title: Option<String>,
    /// Day of publication; dates such as "on Monday" are resolved against it.
    pub published: Option<Date>,
    /// The newspaper, agency or site.
    pub outlet: Option<String>,
    /// The by-line.
    pub author: Option<String>,
    /// Where it was published; a changed article is recognised by it.
    pub url: Option<String>,
    /// ISO 639-1 code of the language it is written in.
    pub lang: String,
    /// The words that every offset points into.
    pub text: Arc<str>,
}

impl Article {
    /// An article of `text` alone, as English.
    ///
    /// ```
    /// let article = newsgraph::article::Article::new("a.txt", "Meta bought it.");
    /// assert!(article.id.starts_with("sha256:"));
    /// ```
    #[must_use]
    pub fn new(source: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self {
            id: format!("sha256:{:x}", Sha256::digest(text.as_bytes())),
            source: source.into(),
            title: None,
            published: None,
            outlet: None,
            author: None,
            url: None,
            lang: "en".to_owned(),
            text,
        }
    }
}
