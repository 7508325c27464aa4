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
    pub(crate) fn total_bytes(&self) -> Option<u64> {
        total_bytes(&self.inputs)
    }

    /// Calls `work` for every article that `wanted` lets through, on all cores, and `done` for what comes of it,
    /// in the order of the inputs, on this thread. A failure does not stop the others.
    ///
    /// Memory: a few articles for each core, however many there are. What comes of an article does not depend on
    /// those that happen to be in work with it.
    pub(crate) fn for_each<T: Send>(
        &self,
        report: &Report,
        mut wanted: impl FnMut(&Article) -> bool,
        work: impl Fn(&Article) -> T + Sync,
        mut done: impl FnMut(Result<T, Failure>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut inputs = read_inputs(&self.inputs, ReadOptions { max_bytes: self.max_bytes });
        let mut articles = 0;
        loop {
            let chunk = next_chunk(&mut inputs, &mut wanted);
            for warning in inputs.take_warnings() {
                report.warning(&warning.to_string());
            }
            if chunk.is_empty() {
                return Ok(());
            }
            articles += chunk.len();
            let results: Vec<_> =
                chunk.into_par_iter().with_max_len(1).map(|article| one(article?, &work)).collect();
            for result in results {
                done(result)?;
            }
            report.progress(inputs.bytes_read(), articles);
        }
    }
}

fn next_chunk(
    inputs: &mut Inputs,
    wanted: &mut impl FnMut(&Article) -> bool,
) -> Vec<Result<Article, Failure>> {
    let mut chunk = Vec::new();
    let mut bytes = 0;
    while bytes < BYTES && chunk.len() < ARTICLES * rayon::current_num_threads() {
        match inputs.next() {
            None => break,
            Some(Err(error)) => chunk.push(Err(error.into())),
            Some(Ok(article)) if wanted(&article) => {
                bytes += article.text.len();
                chunk.push(Ok(article));
            }
            Some(Ok(_)) => {}
        }
    }
    chunk
}

/// A defect that one article brings to light must not cost the others.
fn one<T>(article: Article, work: impl Fn(&Article) -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(|| work(&article))).map_err(|_| Failure {
        input: article.source,
        reason: "could not be analysed because of a defect in newsgraph; please report it with the article"
            .to_owned(),
    })
}
