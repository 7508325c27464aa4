//! JSON and JSON Lines.

use std::{
    io::{self, BufRead, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::{
    encoding,
    error::{Problem, ReadError, ReadWarning},
    inputs::{Draft, set_published},
};

/// After so many lines of which none is JSON, a file is taken for something else.
const PATIENCE: usize = 20;

/// An article as one JSON object. Other fields are passed over.
#[derive(Deserialize)]
struct Object {
    id: Option<Value>,
    text: Option<Value>,
    title: Option<Value>,
    published: Option<Value>,
    outlet: Option<Value>,
    author: Option<Value>,
    url: Option<Value>,
    article: Option<IgnoredAny>,
    statements: Option<IgnoredAny>,
}

impl Object {
    fn into_draft(self, input: &str, warnings: &mut Vec<ReadWarning>) -> Result<Draft, Problem> {
        let Some(Value::String(text)) = self.text else {
            let record = self.article.is_some() && self.statements.is_some();
            return Err(if record { Problem::IsRecord } else { Problem::NoText });
        };
        let mut word = |name: &str, value: Option<Value>| match value {
            None | Some(Value::Null) => None,
            Some(value) => words(&value).or_else(|| {
                let message = format!("its {name} is not a string, and is left out");
                warnings.push(ReadWarning { input: input.to_owned(), message });
                None
            }),
        };
        let source = match word("id", self.id) {
            Some(id) => format!("{input}#{id}"),
            None => input.to_owned(),
        };
        let mut draft = Draft {
            source,
            title: word("title", self.title),
            outlet: word("outlet", self.outlet),
            author: word("author", self.author),
            url: word("url", self.url),
            text,
            ..Draft::default()
        };
        if let Some(published) = word("published", self.published) {
            set_published(&mut draft, &published, warnings);
        }
        Ok(draft)
    }
}

/// A string, a number, or a list of them (several authors).
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(words) => Some(words.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => Some(
            values.iter().map(|value| value.as_str().map(str::trim)).collect::<Option<Vec<_>>>()?.join(", "),
        ),
        _ => None,
    }
}

/// The articles of a JSON file: an object, several one after the other, or an array of them.
///
/// The file is in memory as a whole; a malformed object ends it.
pub(super) fn read(file: &str, text: &str, warnings: &mut Vec<ReadWarning>) -> Vec<Result<Draft, ReadError>> {
    let mut number = 0;
    let mut article = |object: serde_json::Result<Object>| {
        number += 1;
        let input = format!("{file}:{number}");
        let draft = object.map_err(Problem::from).and_then(|object| object.into_draft(&input, warnings));
        draft.map_err(|problem| ReadError::new(input, problem))
    };
    if text.trim_start().starts_with('[') {
        return match serde_json::from_str::<Vec<Value>>(text) {
            Ok(values) => values.into_iter().map(|value| article(Object::deserialize(value))).collect(),
            Err(error) => vec![Err(ReadError::new(file, error))],
        };
    }
    serde_json::Deserializer::from_str(text).into_iter::<Object>().map(article).collect()
}

/// The articles of JSON Lines, one at a time.
///
/// Memory: one line, and no line longer than the limit is kept. A bad line is an error of its own, and the next
/// one is read; a file that does not even begin with JSON is given up after [`PATIENCE`] lines.
pub(super) struct Lines {
    name: String,
    input: Box<dyn BufRead + Send>,
    max_bytes: u64,
    read: Arc<AtomicU64>,
    number: usize,
    bad: usize,
    any_good: bool,
    finished: bool,
}

/// What was found in place of one line.
enum Line {
    Bytes(Vec<u8>),
    TooLong,
    End,
}

impl Lines {
    /// Adds to `read` the bytes read.
    pub(super) fn new(
        name: String,
        input: Box<dyn BufRead + Send>,
        max_bytes: u64,
        read: Arc<AtomicU64>,
    ) -> Self {
        Self { name, input, max_bytes, read, number: 0, bad: 0, any_good: false, finished: false }
    }

    pub(super) fn next(&mut self, warnings: &mut Vec<ReadWarning>) -> Option<Result<Draft, ReadError>> {
        while !self.finished {
            let line = match self.next_line() {
                Ok(Line::End) => {
                    self.finished = true;
                    return (self.number == 0).then(|| Err(ReadError::new(&*self.name, Problem::Empty)));
                }
                Ok(line) => line,
                Err(error) => {
                    self.finished = true;
                    return Some(Err(ReadError::new(&*self.name, error)));
                }
            };
            self.number += 1;
            let input = format!("{}:{}", self.name, self.number);
            let draft = match line {
                Line::Bytes(bytes) if bytes.trim_ascii().is_empty() => continue,
                Line::Bytes(bytes) => match self.parse(&bytes) {
                    Ok(object) => object.into_draft(&input, warnings),
                    Err(problem) => Err(problem),
                },
                Line::TooLong | Line::End => Err(Problem::TooLarge(self.max_bytes)),
            };
            if self.finished {
                return Some(draft.map_err(|problem| ReadError::new(&*self.name, problem)));
            }
            return Some(draft.map_err(|problem| ReadError::new(input, problem)));
        }
        None
    }

    /// Sets `finished` where the problem is the file's and not the line's.
    fn parse(&mut self, bytes: &[u8]) -> Result<Object, Problem> {
        let mut bytes = bytes;
        if self.number == 1 {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            let other_encoding = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
            let problem =
                if other_encoding { Err(Problem::LineEncoding) } else { encoding::check_magic(bytes) };
            if let Err(problem) = problem {
                self.finished = true;
                return Err(problem);
            }
        }
        let object = str::from_utf8(bytes)
            .map_err(|_| Problem::LineEncoding)
            .and_then(|text| serde_json::from_str(text).map_err(Problem::from));
        match &object {
            Ok(_) => self.any_good = true,
            Err(_) => self.bad += 1,
        }
        if !self.any_good && self.bad >= PATIENCE {
            self.finished = true;
            return Err(Problem::NotJsonLines(PATIENCE));
        }
        object
    }

    fn next_line(&mut self) -> io::Result<Line> {
        let mut line = Vec::new();
        let length = self.input.by_ref().take(self.max_bytes + 1).read_until(b'\n', &mut line)? as u64;
        self.read.fetch_add(length, Ordering::Relaxed);
        if length == 0 {
            return Ok(Line::End);
        }
        if length <= self.max_bytes || line.ends_with(b"\n") {
            return Ok(Line::Bytes(line));
        }
        drop(line);
        self.read.fetch_add(self.input.skip_until(b'\n')? as u64, Ordering::Relaxed);
        Ok(Line::TooLong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: impl Into<Vec<u8>>, max_bytes: u64) -> Vec<Result<Draft, String>> {
        let input = Box::new(io::Cursor::new(text.into()));
        let mut lines = Lines::new("a.jsonl".into(), input, max_bytes, Arc::default());
        let mut warnings = Vec::new();
        std::iter::from_fn(|| lines.next(&mut warnings))
            .map(|draft| draft.map_err(|e| e.to_string()))
            .collect()
    }

    #[test]
    fn every_field_is_read_and_only_text_is_needed() {
        let drafts = lines(
            "\u{feff}{\"id\":7,\"text\":\"One.\",\"title\":\"T\",\"published\":\"2025-01-28T01:00:00Z\",\"outlet\":\"O\",\
             \"author\":[\"A\",\"B\"],\"url\":\"u\",\"more\":[[]]}\r\n\n{\"text\":\"Two.\"}",
            1000,
        );
        let first = drafts[0].as_ref().unwrap();
        assert_eq!(first.source, "a.jsonl:1#7");
        assert_eq!(first.author.as_deref(), Some("A, B"));
        assert_eq!(first.published, super::super::parse_date("2025-01-28"));
        let second = drafts[1].as_ref().unwrap();
        assert_eq!((second.source.as_str(), second.text.as_str()), ("a.jsonl:3", "Two."));
        assert_eq!(drafts.len(), 2);
    }

    #[test]
    fn a_bad_line_does_not_stop_the_next() {
        let long = format!("{{\"text\":\"{}\"}}", "a".repeat(200));
        let text = format!(
            "{{\"text\":\"ok\"}}\n{{bad\n{{\"title\":\"x\"}}\n{long}\n{{\"text\":3}}\n{{\"text\":\"ok\"}}\n"
        );
        let drafts = lines(text, 100);
        let problems: Vec<_> = drafts.iter().map(|d| d.as_ref().err().map_or("ok", String::as_str)).collect();
        assert_eq!(problems.len(), 6);
        assert_eq!((problems[0], problems[5]), ("ok", "ok"));
        assert!(problems[1].starts_with("a.jsonl:2: is not a JSON object"), "{}", problems[1]);
        assert!(problems[2].contains("has no \"text\""));
        assert!(problems[3].starts_with("a.jsonl:4: is larger than 100 bytes"), "{}", problems[3]);
        assert!(problems[4].contains("not a string"));
    }

    #[test]
    fn a_file_of_another_kind_is_given_up() {
        let drafts = lines("Just words.\n".repeat(1000), 100);
        assert_eq!(drafts.len(), PATIENCE);
        assert!(drafts[PATIENCE - 1].as_ref().unwrap_err().contains("is not JSON Lines"));
        assert!(lines(b"\x1f\x8b\x08\n\n\n".to_vec(), 100)[0].as_ref().unwrap_err().contains("gzip"));
        assert!(lines(b"\xff\xfe{\0\n\0\n".to_vec(), 100)[0].as_ref().unwrap_err().contains("UTF-8"));
        assert!(lines("", 100)[0].as_ref().unwrap_err().contains("empty"));
    }

    #[test]
    fn a_record_is_told_from_an_article() {
        let drafts = lines("{\"article\":{\"text\":\"x\"},\"entities\":[],\"statements\":[]}", 100);
        assert!(drafts[0].as_ref().unwrap_err().contains("--records"));
    }

    #[test]
    fn json_holds_one_article_or_many() {
        let read = |text: &str| -> Vec<String> {
            read("a.json", text, &mut Vec::new())
                .into_iter()
                .map(|draft| {
                    draft.map_or_else(|error| error.to_string(), |draft| draft.source + " " + &draft.text)
                })
                .collect()
        };
        assert_eq!(read("{\n \"text\": \"One.\"\n}\n"), ["a.json:1 One."]);
        assert_eq!(read("[{\"text\":\"One.\"}, {\"text\":\"Two.\"}]"), ["a.json:1 One.", "a.json:2 Two."]);
        assert_eq!(read("{\"text\":\"One.\"}\n{\"text\":\"Two.\"}"), ["a.json:1 One.", "a.json:2 Two."]);
        assert!(read("[1, {\"text\":\"Two.\"}]")[0].starts_with("a.json:1: is not a JSON object"));
        assert!(read("[{\"text\":\"One.\"}")[0].starts_with("a.json: is not a JSON object"));
        assert!(read(&"[".repeat(100_000))[0].contains("recursion limit"));
    }
}
