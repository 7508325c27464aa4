//! Words to stderr during a run: progress, warnings, and what was skipped.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::term;

/// Speaks to the user while articles go by.
pub(crate) struct Report {
    bar: ProgressBar,
    quiet: bool,
}

impl Report {
    /// With a bar over `total` bytes, or a counter if nobody knows the total; on a terminal only.
    pub(crate) fn new(total: Option<u64>, quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(total, target);
        let template = match total {
            Some(_) => "{bar:30} {percent:>3} %  {msg}  {bytes_per_sec}  ETA {eta}",
            None => "{spinner} {msg}  {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, quiet }
    }

    pub(crate) fn progress(&self, bytes: u64, articles: usize) {
        self.bar.set_position(bytes);
        let rate = articles as f64 / self.bar.elapsed().as_secs_f64().max(0.001);
        self.bar.set_message(format!("{}, {rate:.1}/s", term::count(articles, "article", "articles")));
    }

    /// Something the user must know: printed even when quiet.
    pub(crate) fn error(&self, message: &str) {
        self.bar.suspend(|| term::error(message));
    }

    /// Something the user may want to know.
    pub(crate) fn warning(&self, message: &str) {
        if !self.quiet {
            self.bar.suspend(|| term::warning(message));
        }
    }

    /// Words about the run.
    pub(crate) fn say(&self, message: &str) {
        if !self.quiet {
            self.bar.suspend(|| anstream::eprintln!("{message}"));
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
