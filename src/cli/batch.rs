//! Articles through a function on all cores, results in the order of the articles.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use clap::{Args, value_parser};
use newsgraph::article::{Article, Inputs, MAX_BYTES, ReadError, ReadOptions, read_inputs, total_bytes};
use rayon::prelude::*;

use super::report::Report;

/// Articles in work at a time, for each core.
const ARTICLES: usize = 8;
/// Bytes of text in work at a time, unless one article alone is longer.
const BYTES: usize = 8 << 20;

/// What to read, as the user says it.
#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Files, folders, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Refuse articles larger than this many bytes
    #[arg(long, value_name = "BYTES", default_value_t = ReadOptions::default().max_bytes,
          value_parser = value_parser!(u64).range(1..=MAX_BYTES))]
    pub(crate) max_bytes: u64,
}

/// An article that comes to nothing.
pub(crate) struct Failure {
    /// The file, `FILE:N`, or `-`.
    pub(crate) input: String,
    /// Why, and the way out.
    pub(crate) reason: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.input, self.reason)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self { input: error.input, reason: error.problem.to_string() }
    }
}

impl InputArgs {
    /// A report with a progress bar over all inputs.
    pub(crate) fn report(&self, quiet: bool) -> Report {
        Report::new(total_bytes(&self.inputs), quiet)
    }

    /// The articles, ready to be worked on.
    pub(crate) fn articles<'r>(&self, report: &'r Report) -> Articles<'r> {
        let inputs = read_inputs(&self.inputs, ReadOptions { max_bytes: self.max_bytes });
        Articles { inputs, report, read: 0 }
    }
}

/// Articles through a function, a few for each core at a time.
pub(crate) struct Articles<'r> {
    inputs: Inputs,
    report: &'r Report,
    read: usize,
}

impl Articles<'_> {
    /// What `work` makes of the next articles that are `wanted`, in the order of the inputs; `None` after the last.
    ///
    /// Memory: a few articles for each core, however many there are. What comes of an article does not depend on those
    /// that happen to be in work with it, and a failure does not stop the others.
    pub(crate) fn next_results<T: Send>(
        &mut self,
        mut wanted: impl FnMut(&Article) -> anyhow::Result<bool>,
        work: impl Fn(&Article) -> T + Sync,
    ) -> anyhow::Result<Option<Vec<Result<T, Failure>>>> {
        self.report.progress(self.inputs.bytes_read(), self.read);
        let mut chunk = Vec::new();
        let mut bytes = 0;
        while bytes < BYTES && chunk.len() < ARTICLES * rayon::current_num_threads() {
            let Some(item) = self.inputs.next() else { break };
            self.read += 1;
            match item {
                Err(error) => chunk.push(Err(Failure::from(error))),
                Ok(article) if wanted(&article)? => {
                    bytes += article.text.len();
                    chunk.push(Ok(article));
                }
                Ok(_) => {}
            }
        }
        for warning in self.inputs.take_warnings() {
            self.report.warning(&warning.to_string());
        }
        if chunk.is_empty() {
            return Ok(None);
        }
        Ok(Some(chunk.into_par_iter().with_max_len(1).map(|article| one(article?, &work)).collect()))
    }
}

/// A defect that one article brings to light must not cost the others.
fn one<T>(article: Article, work: impl Fn(&Article) -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(|| work(&article))).map_err(|_| Failure {
        input: article.source,
        reason: "could not be analysed because of a defect in newsgraph; please report it with the article"
            .to_owned(),
    })
}
