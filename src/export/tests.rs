use std::collections::BTreeMap;

use oxigraph::{io::RdfParser, model::Triple};
use proptest::prelude::*;
use quick_xml::{Reader, events::Event};

use super::*;
use crate::graph::sample::{self, AWKWARD, ONTOLOGY};

fn written(graph: &Graph, format: Format, options: &ExportOptions) -> String {
    let mut out = Vec::new();
    write(graph, &ONTOLOGY, format, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn plainly(format: Format) -> String {
    written(&sample::graph(), format, &ExportOptions::default())
}

/// Sentence by statement, as an XML parser reads it.
fn xml_sentences(xml: &str) -> BTreeMap<String, String> {
    let mut reader = Reader::from_str(xml);
    let (mut edge, mut inside, mut found) = (String::new(), false, BTreeMap::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => {
                let attribute = |name: &str| {
                    let attribute = tag.try_get_attribute(name).unwrap();
                    attribute.map(|it| quick_xml::escape::unescape(&it.value).unwrap().into_owned())
                };
                match tag.name().0 {
                    "edge" => edge = attribute("id").unwrap(),
                    "attvalue" if attribute("for").unwrap() == "sentence" => {
                        found.insert(edge.clone(), attribute("value").unwrap());
                    }
                    "data" => {
                        inside = attribute("key").unwrap() == "edge_sentence";
                        if inside {
                            found.insert(edge.clone(), String::new());
                        }
                    }
                    _ => {}
                }
            }
            Event::Text(text) if inside => found.get_mut(&edge).unwrap().push_str(&text),
            Event::GeneralRef(name) if inside => {
                let whole = format!("&{};", &*name);
                found.get_mut(&edge).unwrap().push_str(&quick_xml::escape::unescape(&whole).unwrap());
            }
            Event::End(tag) if tag.name().0 == "data" => inside = false,
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn csv_sentences(text: &str) -> BTreeMap<String, String> {
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize::<BTreeMap<String, String>>().map(Result::unwrap);
    rows.map(|row| (row["statement"].clone(), row["sentence"].clone())).collect()
}

fn json_sentences(text: &str) -> BTreeMap<String, String> {
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    json["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| (text(&edge["key"]), text(&edge["sentence"])))
        .collect()
}

/// The attributes called `name` of the edges, as Graphviz reads a label.
fn dot_attributes(dot: &str, name: &str) -> BTreeMap<String, String> {
    let lines = dot.lines().filter(|line| line.contains(" -> "));
    lines.map(|line| (dot_value(line, "id"), dot_value(line, name))).collect()
}

fn dot_value(line: &str, name: &str) -> String {
    let start = line.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
    let (mut value, mut chars) = (String::new(), line[start..].chars());
    loop {
        match chars.next().unwrap() {
            '"' => return value,
            '\\' => value.push(match chars.next().unwrap() {
                'n' => '\n',
                'r' => '\r',
                c => c,
            }),
            c => value.push(c),
        }
    }
}

fn expected(graph: &Graph) -> BTreeMap<String, String> {
    graph.statements.iter().map(|one| (one.id.clone(), one.evidence[0].text.clone())).collect()
}

#[test]
fn names_extensions_and_media_types_lead_back() {
    for format in Format::ALL {
        for text in [format.name(), format.extension(), format.media_type()] {
            assert_eq!(Format::parse(text), Some(format));
        }
        assert_eq!(Format::parse(&format!(".{}", format.extension().to_uppercase())), Some(format));
        assert_eq!(
            Format::from_path(Path::new("a.b").with_extension(format.extension()).as_path()),
            Some(format)
        );
    }
    assert_eq!(Format::parse("xlsx"), None);
}

#[test]
fn every_sentence_survives_every_format() {
    let graph = sample::graph();
    let expected = expected(&graph);
    assert_eq!(expected.len(), 9);
    assert_eq!(expected["statement/3"], AWKWARD);
    assert_eq!(xml_sentences(&plainly(Format::Gexf)), expected);
    assert_eq!(xml_sentences(&plainly(Format::GraphMl)), expected);
    assert_eq!(csv_sentences(&plainly(Format::Csv)), expected);
    assert_eq!(json_sentences(&plainly(Format::NodeLink)), expected);
    assert_eq!(dot_attributes(&plainly(Format::Dot), "ng_sentence"), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_survives_every_format(text in "(\\PC|[\r\n\t\u{0}-\u{ff}\u{202e}\\\\\"|&<>=,;:{}])*") {
        let mut graph = sample::graph();
        graph.statements.truncate(1);
        graph.statements[0].evidence[0].text.clone_from(&text);
        graph.entities[0].label.clone_from(&text);
        graph.entities[0].aliases = [text.clone()].into();
        let written = |format| written(&graph, format, &ExportOptions::default());
        let only = |found: BTreeMap<String, String>| found["statement/1"].clone();
        prop_assert_eq!(only(json_sentences(&written(Format::NodeLink))), text.clone());
        let text = table::printable(&text);
        prop_assert_eq!(only(xml_sentences(&written(Format::Gexf))), text.clone());
        prop_assert_eq!(only(xml_sentences(&written(Format::GraphMl))), text.clone());
        prop_assert_eq!(only(csv_sentences(&written(Format::Csv))), text.clone());
        prop_assert_eq!(only(dot_attributes(&written(Format::Dot), "ng_sentence")), text);
    }
}

#[test]
fn rdf_reads_back_as_the_same_triples() {
    let (graph, ontology) = (sample::graph(), &*ONTOLOGY);
    let base = ExportOptions::default().base_iri;
    let sorted = |mut triples: Vec<String>| {
        triples.sort();
        triples.dedup();
        triples
    };
    let triples = crate::store::rdf::triples(&graph, ontology, &base);
    let expected = sorted(triples.map(|triple| triple.to_string()).collect());
    assert!(expected.len() > 20);
    for format in [Format::Turtle, Format::NTriples, Format::JsonLd] {
        let text = plainly(format);
        let parser = RdfParser::from_format(RdfFormat::from_extension(format.extension()).unwrap());
        let read = parser.for_slice(text.as_bytes()).map(|quad| Triple::from(quad.unwrap()).to_string());
        assert_eq!(sorted(read.collect()), expected, "{}", format.name());
    }
    let turtle = plainly(Format::Turtle);
    assert!(turtle.contains("@prefix ng: <https://w3id.org/newsgraph/ns#>"), "{turtle}");
    assert!(turtle.contains("\nperson:ada-stone "), "{turtle}");
    // A JSON number would be rounded by some readers.
    let json = plainly(Format::JsonLd);
    assert!(json.contains("{\"@type\":\"xsd:decimal\",\"@value\":\"0.930\"}"), "{json}");
    assert!(json.contains("{\"@id\":\"person:ada-stone\""), "{json}");
}

#[test]
fn gexf_1_3_has_kinds_and_1_2_has_not() {
    let newer = plainly(Format::Gexf);
    assert!(newer.contains("<gexf xmlns=\"http://gexf.net/1.3\" version=\"1.3\">"));
    assert!(newer.contains(" kind=\"not acquired\""));
    assert!(newer.contains("<attvalue for=\"relation\" value=\"acquired\"/>"));
    let options = ExportOptions { gexf: GexfVersion::V1_2, ..ExportOptions::default() };
    let older = written(&sample::graph(), Format::Gexf, &options);
    assert!(older.contains("<gexf xmlns=\"http://www.gexf.net/1.2draft\" version=\"1.2\">"));
    assert!(!older.contains(" kind=\""));
}

#[test]
fn graphml_names_no_schema_and_no_attribute_id() {
    let xml = plainly(Format::GraphMl);
    assert!(!xml.contains("schemaLocation"));
    assert!(!xml.contains("attr.name=\"id\""));
    assert!(xml.contains("attr.name=\"confidence\" attr.type=\"double\""));
    assert!(xml.contains("<data key=\"edge_confidence\">0.930</data>"));
}

#[test]
fn dot_marks_what_is_no_fact_and_keeps_parallel_edges() {
    let dot = plainly(Format::Dot);
    assert!(!dot.contains("strict"));
    let labels = dot_attributes(&dot, "label");
    assert_eq!(labels["statement/1"], "works for");
    assert_eq!(labels["statement/3"], "opposes (says Bo Reed)");
    assert_eq!(labels["statement/4"], "not acquired");
    assert_eq!(labels["statement/5"], "planned: acquired");
    let line = |id: &str| dot.lines().find(|line| line.contains(&format!("id=\"{id}\""))).unwrap();
    assert!(line("statement/4").contains("style=dashed") && !line("statement/1").contains("style=dashed"));
    // Ids with a colon are quoted, or they would name a port.
    assert!(dot.contains("-> \"literal:date:1961-08-04\" ["));
    // `\N` in a sentence is not the node's name; entities are not decoded.
    assert!(line("statement/4").contains(r"a\\N\\b &amp;amp; <b>"), "{}", line("statement/4"));
}

#[test]
fn csv_guards_formulas_only_when_asked() {
    let nodes = |csv_guard| {
        let mut out = Vec::new();
        let options = ExportOptions { csv_guard, ..ExportOptions::default() };
        write_csv_nodes(&sample::graph(), &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert!(nodes(false).contains("organization/borealis,\"=Borealis\n& Söhne\",entity,Company,"));
    assert!(nodes(true).contains("organization/borealis,\"'=Borealis\n& Söhne\",entity,Company,"));
    assert!(nodes(false).contains("APX\\|AI | Apex"));
    assert_eq!(::csv::Reader::from_reader(nodes(true).as_bytes()).records().count(), 8);
}

#[test]
fn node_link_is_what_networkx_reads() {
    let json: serde_json::Value = serde_json::from_str(&plainly(Format::NodeLink)).unwrap();
    assert_eq!((&json["directed"], &json["multigraph"]), (&true.into(), &true.into()));
    assert_eq!(json["nodes"].as_array().unwrap().len(), 8);
    let edge = json["edges"].as_array().unwrap().iter().find(|edge| edge["key"] == "statement/5").unwrap();
    let expected = serde_json::json!({
        "source": "organization/apex", "target": "organization/borealis", "key": "statement/5",
        "label": "planned: acquired", "statement": "statement/5", "relation": "acquired",
        "relation_label": "acquired", "kind": "fact", "polarity": "affirmed", "modality": "planned",
        "asserted": false, "confidence": 0.6, "evidence_count": 1, "source_count": 1,
        "first_seen": "2025-01-28", "last_seen": "2025-01-28", "amount_value": ["60000000000"],
        "amount_unit": ["USD"], "amount_text": ["over $60 billion"], "phrase": "phrase", "sentence": AWKWARD,
        "sentence_start": 26, "sentence_end": 26 + AWKWARD.chars().count(), "subject_start": 26,
        "subject_end": 27, "object_start": 25 + AWKWARD.chars().count(),
        "object_end": 26 + AWKWARD.chars().count(), "cue_start": 27, "cue_end": 28, "quoted": false,
        "evidence": "evidence/5-0-26", "evidence_confidence": 0.6, "rule": "clause/verb",
        "article": "sha256:01", "article_source": "sample.txt", "article_title": "Apex & <friends>",
        "article_outlet": "The Daily “Test” & Co.", "article_published": "2025-01-28",
        "article_url": "https://news.example/a?b=1&c=2",
    });
    assert_eq!(edge, &expected);
}

#[test]
fn filters_leave_out_statements_and_whoever_is_then_unmentioned() {
    let keys = |options: &ExportOptions| {
        let json = written(&sample::graph(), Format::NodeLink, options);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let ids = |list: &str, key: &str| -> Vec<String> {
            let rows = json[list].as_array().unwrap().iter();
            rows.map(|row| row[key].as_str().unwrap().to_owned()).collect()
        };
        (ids("nodes", "id"), ids("edges", "key"))
    };
    let sure = ExportOptions { min_confidence: Confidence::new(0.85), ..ExportOptions::default() };
    let (nodes, edges) = keys(&sure);
    assert_eq!(edges, ["statement/1", "statement/4", "statement/7", "statement/8"]);
    assert!(!nodes.contains(&"topic/open-source".to_owned()) && nodes.len() == 6, "{nodes:?}");
    let asserted = ExportOptions { asserted_only: true, ..ExportOptions::default() };
    let (nodes, edges) = keys(&asserted);
    assert_eq!(edges.len(), 5);
    assert!(!nodes.contains(&"organization/borealis".to_owned()), "{nodes:?}");
    let graph = sample::graph();
    assert!(matches!(select(&graph, &ExportOptions::default()), Cow::Borrowed(_)));
}

/// `NEWSGRAPH_READERS=DIR` keeps the files for `tests/readers/run`, which reads them with other programs.
#[test]
fn files_are_written_whole_and_csv_as_two() {
    let kept = std::env::var_os("NEWSGRAPH_READERS");
    let temporary = tempfile::tempdir().unwrap();
    let folder = kept.as_ref().map_or(temporary.path(), Path::new);
    let (graph, ontology) = (sample::graph(), &*ONTOLOGY);
    let mut names = Vec::new();
    for format in Format::ALL {
        let path = folder.join("sample").with_extension(format.extension());
        names.extend(write_files(&graph, ontology, format, &ExportOptions::default(), &path).unwrap());
    }
    let older = ExportOptions { gexf: GexfVersion::V1_2, ..ExportOptions::default() };
    let path = folder.join("sample-1.2.gexf");
    names.extend(write_files(&graph, ontology, Format::Gexf, &older, &path).unwrap());
    assert_eq!(names.len(), 10);
    assert!(names.contains(&folder.join("sample.nodes.csv")));
    for name in &names {
        assert!(name.metadata().unwrap().len() > 0, "{}", name.display());
    }
    let labels: BTreeMap<_, _> = graph.entities.iter().map(|one| (&one.id, &one.label)).collect();
    let texts: BTreeMap<_, _> = graph.articles.iter().map(|one| (&one.id, &one.text)).collect();
    let expected = serde_json::json!({
        "entities": 6, "literals": 2, "labels": labels, "sentences": expected(&graph), "texts": texts,
    });
    std::fs::write(folder.join("sample.expected"), expected.to_string()).unwrap();
    let error =
        write_files(&graph, ontology, Format::Dot, &ExportOptions::default(), Path::new("/no/such/a.dot"));
    assert_eq!(error.unwrap_err().to_string(), "cannot write /no/such/a.dot");
}
