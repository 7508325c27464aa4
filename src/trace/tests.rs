use super::*;
use crate::graph::sample::{self, ONTOLOGY, entity, statement};

fn traced(from: &str, to: Option<&str>, options: &TraceOptions) -> Trace {
    let graph = sample::graph();
    let to = to.map(|to| graph.find(to).unwrap());
    trace(&graph, &ONTOLOGY, graph.find(from).unwrap(), to, options)
}

fn routes(trace: &Trace) -> Vec<String> {
    let route = |path: &Path| {
        let hops = path.hops.iter().map(|hop| hop.claim.statement.trim_start_matches("statement/"));
        hops.collect::<Vec<_>>().join(" ")
    };
    trace.paths.iter().map(route).collect()
}

#[test]
fn a_person_is_traced_to_a_company_and_its_stance() {
    let found = traced("Ada Stone", Some("open source"), &TraceOptions::default());
    assert_eq!(routes(&found), ["2", "1 3"]);
    let [direct, by_company] = &found.paths[..] else { panic!() };
    assert_eq!(direct.hops[0].whose, "own position of Ada Stone");
    assert_eq!(by_company.hops[0].position, Position::Fact);
    assert_eq!(by_company.hops[1].position, Position::Own);
    assert_eq!(by_company.hops[1].whose, "own position of Apex \"AI\", Inc., as reported by Bo Reed\u{202e}");
    assert_eq!(by_company.confidence, Confidence::new(0.93 * 0.7));
    assert!(found.complete);
}

#[test]
fn a_members_stance_is_never_the_companys() {
    let found = traced("organization/apex", Some("open source"), &TraceOptions::default());
    assert_eq!(routes(&found), ["1 2", "3"]);
    let member = &found.paths[0].hops[1];
    assert!(matches!(&member.position, Position::Member(of) if of.id == "organization/apex"));
    assert_eq!(member.whose, "position of Ada Stone, held by a member, not by Apex \"AI\", Inc. itself");
    assert_eq!(found.paths[0].hops[0].direction, Direction::Backward);
}

#[test]
fn without_a_target_every_stance_within_reach_is_found() {
    let options = TraceOptions::default();
    assert_eq!(routes(&traced("Ada Stone", None, &options)), ["2", "1 3"]);
    assert_eq!(routes(&traced("organization/apex", None, &options)), ["1 2", "3"]);
    assert_eq!(routes(&traced("open source", None, &options)), ["2", "2 1", "3"]);
    assert_eq!(routes(&traced("France", None, &options)), [""; 0]);
    let near = TraceOptions { hops: 1, ..options };
    assert_eq!(routes(&traced("Ada Stone", None, &near)), ["2"]);
}

#[test]
fn what_is_not_so_is_walked_only_when_asked() {
    let options = TraceOptions::default();
    assert_eq!(routes(&traced("organization/apex", Some("organization/borealis"), &options)), [""; 0]);
    let uncertain = TraceOptions { uncertain: true, ..options };
    let found = traced("organization/apex", Some("organization/borealis"), &uncertain);
    assert_eq!(routes(&found), ["4", "5"]);
    assert_eq!(found.paths[0].hops[0].claim.label, "not acquired");
    assert_eq!(found.paths[1].hops[0].claim.label, "planned: acquired");
}

#[test]
fn as_of_a_day_only_what_was_known_and_true_then() {
    let on = |day: &str| TraceOptions { as_of: Some(day.parse().unwrap()), ..TraceOptions::default() };
    let found = traced("Ada Stone", Some("organization/apex"), &on("2025-02-01"));
    assert_eq!(routes(&found), ["1"]);
    assert_eq!(found.paths[0].hops[0].evidence.as_ref().unwrap().article, "sha256:01");
    assert_eq!(routes(&traced("Ada Stone", Some("open source"), &on("2025-02-01"))), ["1 3"]);
    assert_eq!(routes(&traced("Ada Stone", Some("organization/apex"), &on("2025-01-27"))), [""; 0]);
}

#[test]
fn times_are_compared_to_their_own_precision() {
    let mut claim = statement("statement/1", 0, "worksFor", 1, 0.9);
    let mut holds = |from: Option<&str>, to: Option<&str>, day: &str| {
        claim.times = [crate::record::RecordTime {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            text: String::new(),
        }]
        .into();
        known_times(&claim, day.parse().unwrap())
    };
    assert!(holds(Some("2013-12"), None, "2013-12-01"));
    assert!(!holds(Some("2013-12"), None, "2013-11-30"));
    assert!(holds(None, Some("2020"), "2020-12-31"));
    assert!(!holds(Some("2019"), Some("2020"), "2021-01-01"));
    assert!(holds(Some("2020"), Some("2020"), "2021-01-01"));
    assert!(holds(Some("über 2020 ago"), None, "2021-01-01"));
}

#[test]
fn of_like_statements_only_the_best_is_walked() {
    let entities = vec![
        entity("organization/a", Class::Company, "A", &[]),
        entity("organization/b", Class::Company, "B", &[]),
    ];
    let mut held = statement("statement/1", 0, "owns", 1, 0.9);
    held.holder = Some(EntityIx(1));
    let statements =
        vec![held, statement("statement/2", 0, "owns", 1, 0.8), statement("statement/3", 1, "owns", 0, 0.9)];
    let graph = Graph { entities, statements, ..Graph::default() };
    let found = trace(&graph, &ONTOLOGY, EntityIx(0), Some(EntityIx(1)), &TraceOptions::default());
    assert_eq!(routes(&found), ["3", "2"]);
}

#[test]
fn paths_are_simple_connected_and_ranked() {
    let options = TraceOptions { uncertain: true, limit: 100, hops: 5, ..TraceOptions::default() };
    let found = traced("person/bo-reed", Some("open source"), &options);
    assert_eq!(found.paths.len(), 2);
    for path in &found.paths {
        let mut seen = vec![&found.from.id];
        for hop in &path.hops {
            assert_eq!(seen.last(), Some(&&hop.from.id));
            assert!(!seen.contains(&&hop.to.id));
            seen.push(&hop.to.id);
        }
    }
    assert!(found.paths.is_sorted_by_key(|path| path.cost));
}

#[test]
fn the_text_form_cites_and_is_safe_to_print() {
    let mut out = Vec::new();
    traced("organization/apex", None, &TraceOptions::default()).render(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let expected = "\
1. Apex \"AI\", Inc. → Ada Stone → open source  [0.744]
   Apex \"AI\", Inc. ←works for── Ada Stone  [0.930, 2 sentences, 2 outlets, chief scientist, since December 2013]
     “Ada Stone works for Apex.” — Apex & <friends>, The Daily “Test” & Co., 2025-01-28
   Ada Stone ──supports→ open source  [0.800, 1 sentence, 1 outlet]
     position of Ada Stone, held by a member, not by Apex \"AI\", Inc. itself
     “Ada Stone, of Apex, backs open source.” — Later, The Daily “Test” & Co., 2025-03-01

2. Apex \"AI\", Inc. → open source  [0.700]
   Apex \"AI\", Inc. ──opposes (says Bo Reed)→ open source  [0.700, 1 sentence, 1 outlet]
     own position of Apex \"AI\", Inc., as reported by Bo Reed
";
    assert!(text.starts_with(expected), "{text}");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{text}");
}

#[test]
fn json_has_the_statement_inside_the_hop() {
    let found = traced("Ada Stone", None, &TraceOptions::default());
    let json = serde_json::to_value(&found).unwrap();
    let hop = &json["paths"][0]["hops"][0];
    assert_eq!(hop["relation"], "supports");
    assert_eq!(hop["position"]["of"], "own");
    assert_eq!(hop["evidence"]["sentence"]["start"], 0);
    assert_eq!(hop["object"]["id"], "topic/open-source");
    assert_eq!(json["complete"], true);
}
