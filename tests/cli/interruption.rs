//! Ctrl-C, a kill and a closed pipe: nothing that was stored is lost, nothing is left half written.
#![cfg(unix)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::support::Desk;

fn articles(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|n| format!("{{\"text\":\"Firm{n} Systems acquired Kestrel on Monday.\"}}\n")).collect()
}

fn start(desk: &Desk, args: &[&str]) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin("newsgraph"))
        .args(args)
        .current_dir(desk.path())
        .env_remove("NEWSGRAPH_GRAPH")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn wait_for(what: &str, done: impl Fn() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < Duration::from_mins(1), "waited in vain for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whether the manifest names a file of records.
fn has_records(graph: &Path) -> bool {
    let manifest = std::fs::read(graph.join("manifest.json")).unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap_or_default();
    manifest["segments"].as_array().is_some_and(|segments| !segments.is_empty())
}

fn stored(desk: &Desk) -> usize {
    let ran = desk.run("articles --json");
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap().as_array().unwrap().len()
}

/// Feeds a build through a pipe that stays open, and waits until part of it is stored.
fn half_a_build(desk: &Desk) -> (Child, std::process::ChildStdin) {
    let mut child = start(desk, &["build", "-", "--threads", "1"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(articles(0..100).as_bytes()).unwrap();
    stdin.flush().unwrap();
    let graph = desk.path().join("news.graph");
    wait_for("the first articles to be stored", || has_records(&graph));
    (child, stdin)
}

#[test]
fn ctrl_c_keeps_what_was_stored_and_the_next_run_goes_on() {
    let desk = Desk::new();
    let (mut child, stdin) = half_a_build(&desk);
    signal(&child, "-INT");
    let status = child.wait().unwrap();
    drop(stdin);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted") && said.contains("news.graph"), "{said}");
    let before = stored(&desk);
    assert!((1..100).contains(&before), "{before}");

    desk.write("all.jsonl", articles(0..100));
    let ran = desk.run("build all.jsonl");
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(ran.stdout.contains(&format!("{before} unchanged")), "{}", ran.stdout);
    assert_eq!(stored(&desk), 100);
}

#[test]
fn a_killed_build_leaves_a_graph_that_opens() {
    let desk = Desk::new();
    let (mut child, stdin) = half_a_build(&desk);
    child.kill().unwrap();
    child.wait().unwrap();
    drop(stdin);
    assert!((1..100).contains(&stored(&desk)));
    assert_eq!(desk.run("check").code, Some(0));
}

#[test]
fn ctrl_c_in_extract_ends_between_two_records() {
    let desk = Desk::new();
    let mut child = start(&desk, &["extract", "-", "--threads", "1"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(articles(0..30).as_bytes()).unwrap();
    stdin.flush().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdin);
    for line in stdout.lines() {
        serde_json::from_str::<serde_json::Value>(&line.unwrap()).unwrap();
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::new();
    desk.write("all.jsonl", articles(0..200));
    let mut child = start(&desk, &["extract", "all.jsonl"]);
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    drop(stdout);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    assert_eq!(said, "");
}
