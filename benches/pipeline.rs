//! The whole pipeline from text to record, in sentences a second on one thread: `cargo bench --bench pipeline`.
//!
//! The time for 1, 4 and 16 copies of the examples shows that cost is linear in the length of the text.

use std::{fs, path::Path};

use divan::{Bencher, counter::ItemsCount};
use newsgraph::{
    article::Article,
    extract::Extractor,
    language::{self, Model},
    ontology::Ontology,
};

fn main() {
    divan::main();
}

/// The bodies of the Markdown examples, `copies` times over, as one article.
fn article(copies: usize) -> Article {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("examples are there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort();
    let bodies: Vec<String> = files
        .iter()
        .map(|file| {
            let text = fs::read_to_string(file).expect("examples are readable");
            text.splitn(3, "---\n").nth(2).expect("front matter").to_owned()
        })
        .collect();
    Article::new("bench", vec![bodies.join("\n\n"); copies].join("\n\n"))
}

#[divan::bench(args = [1, 4, 16], sample_count = 5, sample_size = 1)]
fn text_to_record(bencher: Bencher<'_, '_>, copies: usize) {
    let (ontology, model) = (Ontology::builtin(), Model::embedded());
    let extractor = Extractor::new(&ontology, model.name());
    let article = article(copies);
    let sentences = language::analyse(model, &article.text).sentences.len();
    bencher.counter(ItemsCount::new(sentences)).bench(|| {
        let analysis = language::analyse(model, &article.text);
        extractor.extract(&article, &analysis)
    });
}
