//! What the commands print, on a graph of three articles that does not depend on the language model.

use insta::assert_snapshot;

use crate::support::{Desk, GOOD};

fn all(line: &str) -> String {
    let desk = Desk::new();
    desk.sample_graph();
    desk.run(line).all()
}

#[test]
fn help() {
    let desk = Desk::new();
    assert_snapshot!(desk.run("--help").all());
    for command in [
        "build",
        "extract",
        "analyse",
        "trace",
        "explain",
        "query",
        "export",
        "entities",
        "relations",
        "articles",
        "stats",
        "check",
        "eval",
    ] {
        let ran = desk.run_args(&[command, "--help"]);
        assert_eq!(ran.code, Some(0));
        assert!(ran.stdout.contains("Usage: newsgraph"), "{}", ran.stdout);
    }
}

#[test]
fn build_from_records_prints_a_summary() {
    let desk = Desk::new();
    desk.write("records.jsonl", include_str!("records.jsonl"));
    assert_snapshot!(desk.run("build --records records.jsonl").all());
}

#[test]
fn stats() {
    assert_snapshot!(all("stats"));
}

#[test]
fn entities() {
    assert_snapshot!(all("entities"));
}

#[test]
fn relations() {
    assert_snapshot!(all("relations"));
}

#[test]
fn articles() {
    assert_snapshot!(all("articles"));
}

#[test]
fn trace_to_stances() {
    let desk = Desk::new();
    assert_snapshot!(desk.sample_graph().run_args(&["trace", "Ann Lee"]).all());
}

#[test]
fn trace_between_two() {
    let desk = Desk::new();
    assert_snapshot!(desk.sample_graph().run_args(&["trace", "Bo Orr", "Peru"]).all());
}

#[test]
fn trace_finds_nothing() {
    let desk = Desk::new();
    assert_snapshot!(desk.sample_graph().run_args(&["trace", "Peru", "Kestrel", "--hops", "1"]).all());
}

#[test]
fn a_name_that_nobody_has() {
    assert_snapshot!(all("trace Nobody"));
}

#[test]
fn explain_a_link_that_is_not_asserted() {
    let desk = Desk::new();
    let args = ["explain", "Norvik Systems", "Kestrel", "--relation", "acquired"];
    assert_snapshot!(desk.sample_graph().run_args(&args).all());
}

#[test]
fn query() {
    let desk = Desk::new();
    let sparql = "SELECT ?person ?company WHERE { ?p ng:worksFor|ng:leads ?c ; rdfs:label ?person . \
                  ?c rdfs:label ?company } ORDER BY ?person";
    assert_snapshot!(desk.sample_graph().run_args(&["query", sparql]).all());
}

#[test]
fn a_query_with_a_mistake() {
    let desk = Desk::new();
    let ran = desk.sample_graph().run_args(&["query", "SELECT ?x WHERE { ?x "]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
}

#[test]
fn check_passes() {
    assert_snapshot!(all("check"));
}

#[test]
fn export_needs_a_format() {
    assert_snapshot!(all("export"));
}

#[test]
fn json_where_a_program_reads() {
    let desk = Desk::new();
    desk.sample_graph();
    for line in [
        "stats --json",
        "entities --json",
        "relations --json",
        "articles --json",
        "trace Orr --json",
        "explain Orr --json",
        "check --json",
    ] {
        let ran = desk.run(line);
        assert_eq!(ran.code, Some(0), "{line}: {}", ran.all());
        serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap();
    }
}

#[test]
fn the_same_records_in_any_grouping_give_the_same_graph() {
    let desk = Desk::new();
    desk.sample_graph();
    let lines: Vec<&str> = include_str!("records.jsonl").lines().take(3).collect();
    for (number, line) in lines.iter().rev().enumerate() {
        desk.write(&format!("{number}.jsonl"), format!("{line}\n"));
        let ran = desk.run(&format!("build --records {number}.jsonl --graph other.graph --quiet"));
        assert_eq!(ran.code, Some(0), "{}", ran.all());
    }
    let export = |graph: &str| desk.run(&format!("export --format n-triples --graph {graph}")).stdout;
    assert_eq!(export("news.graph"), export("other.graph"));
}

#[test]
fn extract_does_not_depend_on_threads() {
    let desk = Desk::new();
    let articles: String =
        (0..40).map(|n| format!("{{\"text\":\"{} It took {n} days.\"}}\n", GOOD.trim())).collect();
    desk.write("a.jsonl", articles);
    let one = desk.run("extract a.jsonl --threads 1");
    let two = desk.run("extract a.jsonl --threads 2");
    assert_eq!(one.code, Some(0), "{}", one.stderr);
    assert_eq!(one.stdout, two.stdout);
}

#[test]
fn analyse_reads_its_own_output() {
    let desk = Desk::new();
    desk.write("a.txt", GOOD);
    let conllu = desk.run("analyse a.txt");
    assert_eq!(conllu.code, Some(0), "{}", conllu.stderr);
    assert!(
        conllu.stdout.contains("# text = Norvik Systems acquired Kestrel on Monday."),
        "{}",
        conllu.stdout
    );
    desk.write("a.conllu", &conllu.stdout);
    let again = desk.run("analyse --input conllu a.conllu");
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let words = |text: &str| -> Vec<String> {
        let rows = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
        rows.map(|line| line.split('\t').nth(1).unwrap().to_owned()).collect()
    };
    assert_eq!(words(&conllu.stdout), words(&again.stdout));
}

#[test]
fn eval_scores_gold_and_names_bad_gold() {
    let desk = Desk::new();
    let gold = r#"{"text":"Kestrel acquired Lumora in 2021.","facts":[{"subject":[0,7],"relation":"acquired","object":[17,23]}]}"#;
    desk.write("gold.jsonl", gold);
    let ran = desk.run("eval gold.jsonl --json");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let scores: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&scores["all"]["gold"], &scores["all"]["right"]), (&1.into(), &1.into()), "{scores:#}");
    let table = desk.run("eval gold.jsonl").stdout;
    assert!(table.contains("precision") && table.contains("expected calibration error"), "{table}");

    desk.write("bad.jsonl", gold.replace("[17,23]", "[17,99]"));
    let ran = desk.run("eval bad.jsonl");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("bad.jsonl") && ran.stderr.contains("17..99"), "{}", ran.stderr);
}
