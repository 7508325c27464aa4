//! `analyse`: sentences, tags, trees and mentions.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::Path,
};

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use newsgraph::language::{self, Model, conllu};

use super::{Global, Outcome, batch::InputArgs, interrupt, report::Report, stdout};

const EXAMPLES: &str = "\
Examples:
  newsgraph analyse story.txt | less
  newsgraph analyse --input conllu gold.conllu > predicted.conllu

CoNLL-U: one token a line with lemma, tags, head and relation; mentions are in the last column.";

/// Print sentences, tags, dependency trees and mentions as CoNLL-U
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Analyse {
    #[command(flatten)]
    input: InputArgs,
    /// What the inputs are: articles, or CoNLL-U whose sentences and tokens are kept
    #[arg(long = "input", value_enum, default_value = "text")]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Text,
    Conllu,
}

impl Analyse {
    pub(crate) fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        match self.kind {
            Kind::Text => self.articles(global),
            Kind::Conllu => self.conllu(global),
        }
    }

    fn articles(&self, global: &Global) -> anyhow::Result<Outcome> {
        let model = Model::embedded();
        let report = self.input.report(global.quiet);
        interrupt::install()?;
        let mut bad = 0;
        let mut articles = self.input.articles(&report);
        while let Some(results) = articles.next_results(
            |_| Ok(true),
            |article| {
                let mut lines = Vec::new();
                let analysis = language::analyse(model, &article.text);
                conllu::write(&analysis, &article.text, &article.source, &mut lines).map(|()| lines)
            },
        )? {
            for result in results {
                match result {
                    Ok(lines) => {
                        let _hold = interrupt::hold();
                        let mut out = stdout();
                        out.write_all(&lines?)?;
                        out.flush()?;
                    }
                    Err(failure) => {
                        bad += 1;
                        report.error(&failure.to_string());
                    }
                }
            }
        }
        report.finish();
        Ok(Outcome::found(bad == 0))
    }

    fn conllu(&self, global: &Global) -> anyhow::Result<Outcome> {
        let model = Model::embedded();
        let report = Report::new(None, global.quiet);
        let mut bad = 0;
        for path in &self.input.inputs {
            let name = path.display();
            let text = match read(path, self.input.max_bytes) {
                Ok(text) => text,
                Err(error) => {
                    bad += 1;
                    report.error(&format!("{name}: {error}"));
                    continue;
                }
            };
            match conllu::analyse_conllu(model, &text) {
                Ok(blocks) => {
                    let mut out = stdout();
                    blocks.iter().try_for_each(|block| write!(out, "{block}"))?;
                    out.flush()?;
                }
                Err(error) => {
                    bad += 1;
                    report.error(&format!("{name}: {error}"));
                }
            }
        }
        report.finish();
        Ok(Outcome::found(bad == 0))
    }
}

fn read(path: &Path, max_bytes: u64) -> anyhow::Result<String> {
    let mut text = String::new();
    let limit = max_bytes + 1;
    let read = if path.as_os_str() == "-" {
        io::stdin().take(limit).read_to_string(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text))
    };
    let read = read.context("cannot be read; check that it is a UTF-8 file")?;
    ensure!(
        read as u64 <= max_bytes,
        "is larger than {max_bytes} bytes; split it, or raise the limit with --max-bytes"
    );
    Ok(text)
}
