//! Readers: from files of every supported kind to [`Article`]s.

mod text;

use std::sync::Arc;

use jiff::civil::Date;

pub use text::{CodePoints, Span};

/// One news article as read: its text unchanged, and what is known of where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// `sha256:` and the hash of the text; the same words are the same article.
    pub id: String,
    /// File name, `FILE:LINE` for JSON Lines, or `-` for standard input.
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
