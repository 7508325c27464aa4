//! Every way an input can be bad: a clear message with the file's name and the way out, and the rest goes on.

use std::fs;

use crate::support::{Desk, GOOD, Ran};

/// Extracts a good article, the bad one and another good one, and checks that only the bad one is missing.
#[track_caller]
fn between_good_ones(desk: &Desk, bad: &str, expected: &[&str]) -> Ran {
    desk.write("first.txt", GOOD).write("last.txt", format!("{GOOD}It did so again.\n"));
    let ran = desk.run_args(&["extract", "first.txt", bad, "last.txt"]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    let records = ran.json_lines();
    assert_eq!(records.len(), 3);
    assert_eq!(records[0]["article"]["source"], "first.txt");
    assert_eq!(records[2]["article"]["source"], "last.txt");
    assert!(records[0].get("error").is_none() && records[2].get("error").is_none());
    assert!(records[1]["article"]["source"].as_str().unwrap().starts_with(bad));
    let error = records[1]["error"].as_str().unwrap();
    for words in expected {
        assert!(error.contains(words), "{error}");
    }
    assert!(ran.stderr.contains(&format!("error: {bad}")), "{}", ran.stderr);
    assert!(ran.stderr.contains(error), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 of 3 articles skipped"), "{}", ran.stderr);
    ran
}

/// Extracts one article that must come through.
#[track_caller]
fn comes_through(desk: &Desk, name: &str) -> (Ran, serde_json::Value) {
    let ran = desk.run_args(&["extract", name]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let record = ran.json_lines().remove(0);
    assert!(record.get("error").is_none());
    (ran, record)
}

#[test]
fn empty_file() {
    let desk = Desk::new();
    desk.write("bad.txt", "");
    between_good_ones(&desk, "bad.txt", &["is empty", "nothing to read"]);
}

#[test]
fn binary_file() {
    let desk = Desk::new();
    let noise: Vec<u8> = (0..5000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    desk.write("noise.txt", noise).write("scan.txt", b"%PDF-1.7\n\x80\x81");
    between_good_ones(&desk, "noise.txt", &["is not text", "control characters", "plain text"]);
    between_good_ones(&desk, "scan.txt", &["is a PDF document", "pdftotext"]);
}

#[test]
fn wrong_encoding_is_detected_and_named() {
    let desk = Desk::new();
    let text = "Ann Lee’s café, the “Déjà Vu”, belongs to Norvik Systems of Genève since January.";
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    desk.write("old.txt", bytes);
    let (ran, record) = comes_through(&desk, "old.txt");
    assert_eq!(record["article"]["text"], text);
    assert!(ran.stderr.contains("warning: old.txt: is not UTF-8, read as windows-1252"), "{}", ran.stderr);
    assert!(ran.stderr.contains("iconv"));
}

#[test]
fn encoding_that_cannot_be_decoded() {
    let desk = Desk::new();
    desk.write("bad.txt", [0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]);
    between_good_ones(&desk, "bad.txt", &["UTF-16LE", "convert it to UTF-8"]);
}

#[test]
fn fifty_megabytes_in_one_line() {
    let desk = Desk::new();
    let line = "Norvik Systems acquired Kestrel. ".repeat(50_000_000 / 33);
    desk.write("bad.txt", &line)
        .write("bad.jsonl", format!("{{\"text\":\"{line}\"}}\n{{\"text\":\"{}\"}}\n", GOOD.trim()));
    between_good_ones(&desk, "bad.txt", &["larger than 16 MiB", "--max-bytes"]);
    let ran = desk.run("extract bad.jsonl");
    let records = ran.json_lines();
    assert!(records[0]["error"].as_str().unwrap().contains("larger than 16 MiB"));
    assert_eq!(records[1]["article"]["text"], GOOD.trim());
    assert!(ran.stderr.contains("bad.jsonl:1: "), "{}", ran.stderr);
}

#[test]
fn a_long_line_is_read_in_full() {
    let desk = Desk::new();
    let line = "Norvik Systems acquired Kestrel on Monday. ".repeat(500);
    desk.write("line.txt", &line);
    assert_eq!(comes_through(&desk, "line.txt").1["article"]["text"], line);
}

#[test]
fn a_word_of_one_megabyte() {
    let desk = Desk::new();
    let text = format!("{GOOD}{} bought it.\n{GOOD}", "W".repeat(1 << 20));
    desk.write("word.txt", &text);
    assert_eq!(comes_through(&desk, "word.txt").1["article"]["text"], text);
}

#[test]
fn only_emoji() {
    let desk = Desk::new();
    desk.write("bad.txt", "🎉🎉🎉 👍🏽 123\n");
    between_good_ones(&desk, "bad.txt", &["has no words", "emoji"]);
}

#[test]
fn another_language() {
    let desk = Desk::new();
    desk.write(
        "bad.txt",
        "Der Konzern hat am Montag angekündigt, dass er das Werk in Sachsen schließen will. Die Gewerkschaft \
         kritisierte die Entscheidung scharf und rief die Beschäftigten zu einem Streik auf. Der Ministerpräsident \
         sprach von einem schweren Schlag für die gesamte Region und kündigte Gespräche mit dem Vorstand an.",
    );
    between_good_ones(&desk, "bad.txt", &["is written in German", "only English"]);
}

#[test]
fn nul_and_control_characters_stay_in_the_text_and_never_reach_the_terminal() {
    let desk = Desk::new();
    let text =
        "Ann\0 Lee leads Norvik\u{1b}[31m Systems.\r\n\u{7}Norvik Systems acquired\u{202e} Kestrel.\u{b}\n";
    desk.write("odd.txt", text);
    let (_, record) = comes_through(&desk, "odd.txt");
    assert_eq!(record["article"]["text"], text);
    let table = desk.run("extract odd.txt --format table");
    assert_eq!(table.code, Some(0));
    let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!table.stdout.contains(steers), "{:?}", table.stdout);
}

#[test]
fn an_odd_file_name_does_not_steer_the_terminal() {
    let desk = Desk::new();
    let ran = desk.run_args(&["extract", "a\u{1b}[2Jb.txt"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("a[2Jb.txt: no such file") && !ran.stderr.contains('\u{1b}'),
        "{:?}",
        ran.stderr
    );
}

#[cfg(target_os = "linux")]
#[test]
fn unreadable_file() {
    let desk = Desk::new();
    between_good_ones(&desk, "/proc/self/mem", &["cannot be read", "readable file"]);
}

#[test]
fn a_folder_in_place_of_a_file() {
    let desk = Desk::new();
    fs::create_dir(desk.path().join("bad.txt")).unwrap();
    between_good_ones(&desk, "bad.txt", &["holds no files"]);
}

#[test]
fn missing_file() {
    let desk = Desk::new();
    between_good_ones(&desk, "bad.txt", &["no such file", "check the name"]);
}

#[cfg(unix)]
#[test]
fn dangling_link() {
    let desk = Desk::new();
    std::os::unix::fs::symlink("nowhere", desk.path().join("bad.txt")).unwrap();
    between_good_ones(&desk, "bad.txt", &["link to a file that does not exist"]);
}

#[test]
fn bad_lines_of_json() {
    let desk = Desk::new();
    desk.write("a.jsonl", format!("{{\"text\":\"{}\"}}\n{{oops\n{{\"title\":\"x\"}}\n", GOOD.trim()));
    let ran = desk.run("extract a.jsonl");
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.json_lines().len(), 3);
    assert!(ran.stderr.contains("a.jsonl:2: is not a JSON object"), "{}", ran.stderr);
    assert!(ran.stderr.contains("a.jsonl:3: has no \"text\""), "{}", ran.stderr);
}

#[test]
fn duplicate_articles_count_once() {
    let desk = Desk::new();
    desk.write("a.txt", GOOD).write("b.txt", GOOD);
    let ran = desk.run("build a.txt b.txt");
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(ran.stdout.contains("1 added") && ran.stdout.contains("1 unchanged"), "{}", ran.stdout);
    let articles: serde_json::Value = serde_json::from_str(&desk.run("articles --json").stdout).unwrap();
    assert_eq!(articles.as_array().unwrap().len(), 1);
}

#[test]
fn nothing_but_bad_articles_leaves_the_graph_as_it_is() {
    let desk = Desk::new();
    desk.sample_graph().write("bad.txt", "");
    let before = desk.run("stats --json").stdout;
    let ran = desk.run("build bad.txt missing.txt");
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(ran.stderr.contains("bad.txt: is empty") && ran.stderr.contains("missing.txt: no such file"));
    assert_eq!(desk.run("stats --json").stdout, before);
}

#[test]
fn an_output_folder_that_holds_something_else_is_left_alone() {
    let desk = Desk::new();
    fs::create_dir(desk.path().join("photos")).unwrap();
    desk.write("a.txt", GOOD).write("photos/me.jpg", "x").write("file", "x");
    for graph in ["photos", "file"] {
        let ran = desk.run(&format!("build a.txt --graph {graph}"));
        assert_eq!(ran.code, Some(2), "{}", ran.all());
        assert!(ran.stderr.contains(graph) && ran.stderr.contains("--graph"), "{}", ran.stderr);
    }
    assert_eq!(fs::read_dir(desk.path().join("photos")).unwrap().count(), 1);
    assert_eq!(fs::read(desk.path().join("file")).unwrap(), b"x");
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_folder_that_cannot_be_written() {
    let desk = Desk::new();
    desk.write("a.txt", GOOD);
    let ran = desk.run("build a.txt --graph /proc/news.graph");
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stderr.contains("/proc/news.graph"), "{}", ran.stderr);
}

#[test]
fn an_export_that_cannot_be_written() {
    let desk = Desk::new();
    desk.sample_graph();
    for file in ["nowhere/a.ttl", "news.graph/records/a/b.ttl"] {
        let ran = desk.run(&format!("export -o {file}"));
        assert_eq!(ran.code, Some(2), "{}", ran.all());
        assert!(ran.stderr.contains(file), "{}", ran.stderr);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn disk_full_on_export() {
    let desk = Desk::new();
    desk.sample_graph();
    let ran = desk.run("export --format turtle -o /dev/full");
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stderr.contains("/dev/full") && ran.stderr.contains("No space left"), "{}", ran.stderr);
}

/// A limit on the size of files stands for the full disk: writing fails in the same place.
#[cfg(unix)]
#[test]
fn disk_full_on_build_loses_nothing() {
    let desk = Desk::new();
    desk.sample_graph();
    let before = desk.run("export --format n-triples").stdout;
    let more: String = (0..300)
        .map(|n| {
            format!(
                "{{\"text\":\"Firm{} acquired Kestrel{n} in 19{:02}. {}\"}}\n",
                n * 7919,
                n % 100,
                n * n * 31
            )
        })
        .collect();
    desk.write("more.jsonl", more);
    let program = assert_cmd::cargo::cargo_bin("newsgraph");
    let script = format!("trap '' XFSZ; ulimit -f 4; exec '{}' build more.jsonl", program.display());
    let output =
        std::process::Command::new("sh").args(["-c", &script]).current_dir(desk.path()).output().unwrap();
    let ran = Ran::from(output);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stderr.contains("news.graph"), "{}", ran.stderr);
    let after = desk.run("export --format n-triples");
    assert_eq!(after.code, Some(0), "{}", after.stderr);
    for line in before.lines() {
        assert!(after.stdout.lines().any(|other| other == line), "lost: {line}");
    }
}

#[test]
fn a_missing_graph_says_how_to_make_one() {
    let desk = Desk::new();
    for command in ["stats", "trace Lee", "export --format turtle", "check"] {
        let ran = desk.run(command);
        assert_eq!(ran.code, Some(2), "{}", ran.all());
        assert!(ran.stderr.contains("news.graph") && ran.stderr.contains("build"), "{}", ran.stderr);
    }
}
