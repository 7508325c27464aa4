//! What can go wrong with an input, each with the way out.

use std::{fmt, io};

use thiserror::Error;

/// An input, or one article in it, that could not be read. The rest of the batch is not affected.
#[derive(Debug, Error)]
#[error("{input}: {problem}")]
pub struct ReadError {
    /// The file, `FILE:N`, or `-` for standard input.
    pub input: String,
    /// What is wrong and what to do about it.
    pub problem: Problem,
}

impl ReadError {
    pub(super) fn new(input: impl Into<String>, problem: impl Into<Problem>) -> Self {
        Self { input: input.into(), problem: problem.into() }
    }
}

/// Why an input could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing has that name.
    #[error("no such file or folder; check the name")]
    NotFound,
    /// A symbolic link that leads nowhere.
    #[error("is a link to a file that does not exist; mend or remove the link")]
    DanglingLink,
    /// The system refused.
    #[error("cannot be read ({0}); check that it is a readable file")]
    Io(#[from] io::Error),
    /// A pipe, socket or device inside a folder.
    #[error("is not a regular file; remove it from the folder or name it directly")]
    NotAFile,
    /// A graph directory given as input.
    #[error("is a graph, not articles; pass it with --graph")]
    IsGraph,
    /// A folder without files.
    #[error("holds no files to read; hidden files are left out")]
    EmptyFolder,
    /// Folders nested beyond the limit.
    #[error("lies more than {0} folders deep; name the folder directly")]
    TooDeep(usize),
    /// Larger than the limit.
    #[error("is larger than {} for one article; split it, or raise the limit with --max-bytes", Bytes(*.0))]
    TooLarge(u64),
    /// A JSON file, which is read whole, beyond the limit.
    #[error("is larger than {}; give it as JSON Lines (.jsonl, one article a line) or raise the limit with --max-bytes", Bytes(*.0))]
    JsonTooLarge(u64),
    /// No bytes, or nothing but spaces.
    #[error("is empty; there is nothing to read")]
    Empty,
    /// Emoji, digits or punctuation only.
    #[error("has no words, only digits, signs or emoji; there is nothing to read")]
    NoWords,
    /// A file of another kind, recognised by its first bytes.
    #[error("is {what}, not text; {way_out}")]
    Unsupported {
        /// Kind of file: "a PDF document".
        what: &'static str,
        /// What to do about it.
        way_out: &'static str,
    },
    /// Full of control characters.
    #[error("is not text ({0} % of its bytes are control characters); give the article as plain text")]
    Binary(u64),
    /// No encoding fits.
    #[error(
        "is not UTF-8, and does not decode as {0} either; convert it to UTF-8 first (iconv -f … -t UTF-8)"
    )]
    Encoding(&'static str),
    /// A line of JSON Lines in another encoding.
    #[error("is not UTF-8, as JSON Lines must be; convert it first (iconv -f … -t UTF-8)")]
    LineEncoding,
    /// Another language than English.
    #[error("is written in {0}; only English is analysed")]
    Language(&'static str),
    /// Malformed JSON.
    #[error("is not a JSON object ({0}); write one article as {{\"text\": \"…\"}} a line")]
    Json(#[from] serde_json::Error),
    /// Nothing but malformed lines.
    #[error("is not JSON Lines: none of its first {0} lines is a JSON object; rename it if it is plain text")]
    NotJsonLines(usize),
    /// A JSON object without text.
    #[error("has no \"text\", or it is not a string; put the article's words there")]
    NoText,
    /// A record that `extract` printed, where an article was expected.
    #[error("is a record, not an article; build from records with --records")]
    IsRecord,
}

/// A number of bytes in words: `16 MiB`.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            n if n >= 1 << 20 && n.is_multiple_of(1 << 20) => write!(f, "{} MiB", n >> 20),
            n if n >= 1 << 10 && n.is_multiple_of(1 << 10) => write!(f, "{} KiB", n >> 10),
            n => write!(f, "{n} bytes"),
        }
    }
}

/// Something a reader decided by itself and the user may want to decide otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadWarning {
    /// The file, `FILE:N`, or `-` for standard input.
    pub input: String,
    /// What was decided, and the way out.
    pub message: String,
}

impl fmt::Display for ReadWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.input, self.message)
    }
}
