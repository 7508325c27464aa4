//! A folder to work in, and the command to run in it.

use std::{fs, path::Path, process::Output};

use assert_cmd::Command;
use tempfile::TempDir;

/// An article that is fine.
pub(crate) const GOOD: &str = "Norvik Systems acquired Kestrel on Monday. Ann Lee, who leads Norvik Systems, said that the \
    company supports open source.\n";

/// A folder of its own for each test.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path().join(name), bytes).unwrap();
        self
    }

    pub(crate) fn newsgraph(&self) -> Command {
        let mut command = Command::cargo_bin("newsgraph").unwrap();
        command.current_dir(self.path()).env_remove("NEWSGRAPH_GRAPH").env("COLUMNS", "100");
        command
    }

    /// Runs `newsgraph` with words of which none holds a space.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_args(&line.split(' ').collect::<Vec<_>>())
    }

    pub(crate) fn run_args(&self, args: &[&str]) -> Ran {
        Ran::from(self.newsgraph().args(args).output().unwrap())
    }

    /// A graph, `news.graph`, of the three articles in `records.jsonl`, whatever the language model makes of them.
    pub(crate) fn sample_graph(&self) -> &Self {
        let records = include_str!("records.jsonl");
        let good: String = records.lines().take(3).flat_map(|line| [line, "\n"]).collect();
        self.write("records.jsonl", good);
        let ran = self.run("build --records records.jsonl --quiet");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        self
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The lines of stdout as JSON.
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Everything a user sees, for snapshots.
    pub(crate) fn all(&self) -> String {
        let Self { code, stdout, stderr } = self;
        let code = code.map_or("none".to_owned(), |code| code.to_string());
        format!("exit code: {code}\n--- stdout\n{stdout}--- stderr\n{stderr}")
    }
}
