//! The inputs of a run, opened one after the other.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::civil::Date;

use super::{
    Article, encoding,
    error::{Problem, ReadError, ReadWarning},
    folder::Walk,
    json, language, markdown, parse_date, plain,
};

/// The largest [`ReadOptions::max_bytes`]; offsets are 32 bits wide.
pub const MAX_BYTES: u64 = 1 << 30;

/// How inputs are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOptions {
    /// Bytes that one article (a file, or a line of JSON Lines) may have; at most [`MAX_BYTES`] count.
    pub max_bytes: u64,
}

impl Default for ReadOptions {
    /// 16 MiB for an article, which is a long book.
    fn default() -> Self {
        Self { max_bytes: 16 << 20 }
    }
}

/// An article as a reader hands it over, not yet checked.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) source: String,
    pub(super) title: Option<String>,
    pub(super) published: Option<Date>,
    pub(super) outlet: Option<String>,
    pub(super) author: Option<String>,
    pub(super) url: Option<String>,
    pub(super) text: String,
}

impl Draft {
    fn check(self) -> Result<Article, ReadError> {
        let problem =
            if self.text.trim().is_empty() { Err(Problem::Empty) } else { language::check(&self.text) };
        if let Err(problem) = problem {
            return Err(ReadError::new(self.source, problem));
        }
        let known = |value: Option<String>| value.filter(|words| !words.is_empty());
        Ok(Article {
            title: known(self.title),
            published: self.published,
            outlet: known(self.outlet),
            author: known(self.author),
            url: known(self.url),
            ..Article::new(self.source, self.text)
        })
    }
}

/// Takes `text` as the day of publication, or says that it is none.
pub(super) fn set_published(draft: &mut Draft, text: &str, warnings: &mut Vec<ReadWarning>) {
    draft.published = parse_date(text);
    if draft.published.is_none() && !text.is_empty() {
        let message = format!("its date {text:?} is not understood, and is left out; write YYYY-MM-DD");
        warnings.push(ReadWarning { input: draft.source.clone(), message });
    }
}

/// Reads the articles of `inputs`: files, folders, or `-` for standard input.
///
/// Articles come in the order of the inputs, those of a folder sorted by name. A file that cannot be read is an
/// error in its place, and the next one is read. One article is in memory at a time.
///
/// ```
/// use newsgraph::article::{ReadOptions, read_inputs};
///
/// let file = std::env::temp_dir().join(format!("newsgraph-doc-{}.md", std::process::id()));
/// std::fs::write(&file, "---\ntitle: A bid\n---\nMeta *bid* for it.")?;
/// let article = read_inputs(&[file.clone()], ReadOptions::default()).next().expect("one item for the file")?;
/// assert_eq!(article.title.as_deref(), Some("A bid"));
/// assert_eq!(&*article.text, "Meta bid for it.\n");
/// # std::fs::remove_file(file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn read_inputs(inputs: &[PathBuf], options: ReadOptions) -> Inputs {
    Inputs {
        paths: inputs.to_vec().into(),
        folder: None,
        lines: None,
        ready: VecDeque::new(),
        warnings: Vec::new(),
        max_bytes: options.max_bytes.min(MAX_BYTES),
        read: Arc::default(),
    }
}

/// Iterator over the articles of a run; see [`read_inputs`].
pub struct Inputs {
    paths: VecDeque<PathBuf>,
    folder: Option<Walk>,
    lines: Option<json::Lines>,
    ready: VecDeque<Result<Draft, ReadError>>,
    warnings: Vec<ReadWarning>,
    max_bytes: u64,
    read: Arc<AtomicU64>,
}

impl Inputs {
    /// What the readers decided by themselves since the last call.
    pub fn take_warnings(&mut self) -> Vec<ReadWarning> {
        std::mem::take(&mut self.warnings)
    }

    /// Bytes read so far; compare with [`total_bytes`].
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    fn open(&mut self, path: PathBuf) {
        if path.as_os_str() == "-" {
            return self.open_stdin();
        }
        let name = path.display().to_string();
        let opened = match fs::metadata(&path) {
            Ok(found) if found.is_dir() => {
                self.folder = Some(Walk::new(path));
                Ok(())
            }
            Ok(_) => self.open_file(&name, &path),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            Err(_) if path.is_symlink() => Err(Problem::DanglingLink),
            Err(_) => Err(Problem::NotFound),
        };
        if let Err(problem) = opened {
            self.ready.push_back(Err(ReadError::new(name, problem)));
        }
    }

    fn open_file(&mut self, name: &str, path: &Path) -> Result<(), Problem> {
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let ending = ending.to_str().unwrap_or_default();
        let file = File::open(path)?;
        if matches!(ending, "jsonl" | "ndjson") {
            self.open_lines(name, Box::new(BufReader::new(file)));
            return Ok(());
        }
        let is_json = ending == "json";
        let too_large = if is_json { Problem::JsonTooLarge } else { Problem::TooLarge };
        let size = file.metadata()?.len();
        let bytes = if size > self.max_bytes { None } else { read_bounded(file, self.max_bytes)? };
        let Some(bytes) = bytes else {
            self.read.fetch_add(size, Ordering::Relaxed);
            return Err(too_large(self.max_bytes));
        };
        self.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let text = self.decode(name, bytes)?;
        match ending {
            "json" if text.trim().is_empty() => return Err(Problem::Empty),
            "json" => self.ready.extend(json::read(name, &text, &mut self.warnings)),
            "md" | "markdown" => {
                let draft = markdown::read(name.to_owned(), &text, &mut self.warnings);
                self.ready.push_back(Ok(draft));
            }
            _ => self.ready.push_back(Ok(plain::read(name.to_owned(), text))),
        }
        Ok(())
    }

    fn open_stdin(&mut self) {
        let mut input = BufReader::new(io::stdin());
        let read = match is_json(&mut input) {
            Ok(true) => {
                self.open_lines("-", Box::new(input));
                return;
            }
            Ok(false) => read_bounded(input, self.max_bytes)
                .map_err(Problem::from)
                .and_then(|bytes| bytes.ok_or(Problem::TooLarge(self.max_bytes)))
                .and_then(|bytes| self.decode("-", bytes)),
            Err(error) => Err(error.into()),
        };
        self.ready.push_back(match read {
            Ok(text) => Ok(plain::read("-".to_owned(), text)),
            Err(problem) => Err(ReadError::new("-", problem)),
        });
    }

    fn open_lines(&mut self, name: &str, input: Box<dyn BufRead + Send>) {
        self.lines = Some(json::Lines::new(name.to_owned(), input, self.max_bytes, Arc::clone(&self.read)));
    }

    fn decode(&mut self, name: &str, bytes: Vec<u8>) -> Result<String, Problem> {
        let (text, warning) = encoding::decode(bytes)?;
        if let Some(message) = warning {
            self.warnings.push(ReadWarning { input: name.to_owned(), message });
        }
        Ok(text)
    }
}

impl Iterator for Inputs {
    type Item = Result<Article, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(draft) = self.ready.pop_front() {
                return Some(draft.and_then(Draft::check));
            }
            if let Some(lines) = &mut self.lines {
                match lines.next(&mut self.warnings) {
                    Some(draft) => return Some(draft.and_then(Draft::check)),
                    None => self.lines = None,
                }
            }
            if let Some(folder) = &mut self.folder {
                match folder.next() {
                    Some(Ok(file)) => self.open(file),
                    Some(Err(error)) => return Some(Err(error)),
                    None => self.folder = None,
                }
            } else {
                let input = self.paths.pop_front()?;
                self.open(input);
            }
        }
    }
}

/// All bytes of `input`, or `None` if there are more than `limit`.
fn read_bounded(input: impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    input.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// Whether the first character that is no space is `{`. Looks at one buffer and consumes nothing.
fn is_json(input: &mut impl BufRead) -> io::Result<bool> {
    let start = input.fill_buf()?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    Ok(start.trim_ascii_start().starts_with(b"{") && encoding::check_magic(start).is_ok())
}

/// The size of all inputs together, for showing progress; `None` if it cannot be known.
///
/// Cost: one look at every file's size, without opening it.
#[must_use]
pub fn total_bytes(inputs: &[PathBuf]) -> Option<u64> {
    let mut total = 0;
    for input in inputs {
        if input.as_os_str() == "-" {
            return None;
        }
        let Ok(found) = fs::metadata(input) else { continue };
        if found.is_dir() {
            let files = Walk::new(input.clone()).flatten();
            total += files.filter_map(|file| fs::metadata(file).ok()).map(|found| found.len()).sum::<u64>();
        } else if found.is_file() {
            total += found.len();
        } else {
            return None;
        }
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inputs: &[PathBuf]) -> Vec<String> {
        read_inputs(inputs, ReadOptions { max_bytes: 200 })
            .map(|article| match article {
                Ok(article) => format!("{} {:?}", article.source, article.text),
                Err(error) => format!("! {error}"),
            })
            .collect()
    }

    #[test]
    fn inputs_come_in_order_whatever_happens_to_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a.txt"), "One\r\nline.\0").unwrap();
        fs::write(path("b.jsonl"), "{\"text\":\"Two.\"}\n{}\n{\"text\":\"Three.\"}\n").unwrap();
        fs::write(path("c.md"), "# Four").unwrap();
        fs::write(path("d"), " \n").unwrap();
        fs::write(path("e.txt"), "long ".repeat(100)).unwrap();
        let inputs = [path("missing.txt"), path("")];
        let root = dir.path().display();
        assert_eq!(
            read(&inputs),
            [
                format!("! {root}/missing.txt: no such file or folder; check the name"),
                format!("{root}/a.txt \"One\\r\\nline.\\0\""),
                format!("{root}/b.jsonl:1 \"Two.\""),
                format!(
                    "! {root}/b.jsonl:2: has no \"text\", or it is not a string; put the article's words there"
                ),
                format!("{root}/b.jsonl:3 \"Three.\""),
                format!("{root}/c.md \"Four\\n\""),
                format!("! {root}/d: is empty; there is nothing to read"),
                format!(
                    "! {root}/e.txt: is larger than 200 bytes for one article; split it, or raise the limit with --max-bytes"
                ),
            ]
        );
    }

    #[test]
    fn all_bytes_are_counted_for_progress() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.txt"), "One line.").unwrap();
        fs::write(dir.path().join("b.jsonl"), "{\"text\":\"Two.\"}\n{\"text\":\"3\"}\n").unwrap();
        fs::write(dir.path().join("c.txt"), "long ".repeat(100)).unwrap();
        let inputs = [dir.path().to_owned()];
        let mut read = read_inputs(&inputs, ReadOptions { max_bytes: 100 });
        assert_eq!(read.by_ref().count(), 4);
        assert_eq!(Some(read.bytes_read()), total_bytes(&inputs));
        assert_eq!(total_bytes(&["-".into()]), None);
    }

    #[test]
    fn the_same_words_have_the_same_id() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.txt"), "Same words.\n").unwrap();
        fs::write(dir.path().join("b.md"), "Same *words*.").unwrap();
        let ids: Vec<_> =
            read_inputs(&[dir.path().to_owned()], ReadOptions::default()).map(|a| a.unwrap().id).collect();
        assert_eq!(ids[0], ids[1]);
        assert_eq!(ids[0].len(), "sha256:".len() + 64);
    }
}
