//! The files in exports/ are what the program makes of examples/, byte for byte.
//!
//! After a wanted change: `UPDATE_EXPORTS=1 cargo test --test exports` writes them again; read the difference.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{collections::BTreeMap, fs, path::Path};

use assert_cmd::Command;
use newsgraph::export::Format;

/// `newsgraph` in the root of the project, so that the paths of the articles are the same everywhere.
fn newsgraph(arguments: &[&str]) {
    let mut command = Command::cargo_bin("newsgraph").unwrap();
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("NEWSGRAPH_GRAPH").args(arguments);
    command.assert().success();
}

/// The articles in `folder` and below, by path from the root, sorted.
fn articles(folder: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(articles(&path));
        } else if [".txt", ".md", ".jsonl"].iter().any(|ending| path.ends_with(ending))
            && !path.ends_with("README.md")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_name() != "README.md");
    files.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn exports_are_what_the_program_makes_of_the_examples() {
    let work = tempfile::tempdir().unwrap();
    let graph = work.path().join("examples.graph");
    let graph = graph.to_str().unwrap();
    let out = work.path().join("exports");
    fs::create_dir(&out).unwrap();
    let articles = articles("examples");
    let build = ["build", "--graph", graph].into_iter().chain(articles.iter().map(String::as_str));
    newsgraph(&build.collect::<Vec<_>>());
    for format in Format::ALL {
        let file = out.join("examples").with_extension(format.extension());
        newsgraph(&["export", "--graph", graph, "--format", format.name(), "-o", file.to_str().unwrap()]);
    }
    let made = files(&out);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("exports");
    if std::env::var_os("UPDATE_EXPORTS").is_some() {
        fs::create_dir_all(&kept).unwrap();
        for name in files(&kept).keys().filter(|name| !made.contains_key(*name)) {
            fs::remove_file(kept.join(name)).unwrap();
        }
        for (name, bytes) in &made {
            fs::write(kept.join(name), bytes).unwrap();
        }
    }
    let kept = files(&kept);
    let names: Vec<_> = made.keys().collect();
    let hint = "run UPDATE_EXPORTS=1 cargo test --test exports if that is wanted";
    assert_eq!(kept.keys().collect::<Vec<_>>(), names, "exports/ does not hold the files made; {hint}");
    for (name, bytes) in &made {
        let lines = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (made, kept) = (lines(bytes), lines(&kept[name]));
        for (at, (made, kept)) in made.lines().zip(kept.lines()).enumerate() {
            assert_eq!(made, kept, "exports/{name} differs in line {}; {hint}", at + 1);
        }
        assert_eq!(made.len(), kept.len(), "exports/{name} differs in length; {hint}");
    }
}
