//! From text to [`Analysis`]: segmentation, the neural model, its decoders.

pub mod conllu;
mod encoder;
mod heads;
mod kernel;
mod lemma;
mod mentions;
mod model;
mod morphology;
mod pairs;
mod repair;
mod segment;
mod tokenise;
mod tree;
mod types;
mod wordpiece;

pub use conllu::analyse_conllu;
use encoder::{Batch, Cut, Scratch};
use heads::{HeadScratch, Parse, Word};
pub use model::{Model, ModelError};
use pairs::{Found, PairScratch, Part, candidates};
pub use segment::{Segment, segment};
pub use types::{
    Analysis, Deprel, Link, Mention, MentionClass, MentionKind, Pair, Place, Sentence, SentenceId, Token,
    TokenId, Upos, Xpos,
};

use crate::article::Span;

/// Rows of word pieces read together: enough to use each weight often, few enough to stay in a CPU's cache.
const BATCH_ROWS: usize = 96;
/// Sentences whose words are held at once.
const GROUP: usize = 256;

/// Finds the sentences of `text` with their tokens, trees and mentions.
///
/// The result depends on nothing but the model and the text. Time is linear in the text, about 4 ms a sentence on one
/// core with AVX-512; memory beyond the result is a few megabytes.
///
/// # Panics
/// If `text` is longer than 4 GiB: spans could not hold its offsets.
///
/// ```
/// use newsgraph::language::{Model, analyse};
/// let text = "Peru sued the bank. It denies the charge.";
/// let analysis = analyse(Model::embedded(), text);
/// assert_eq!(analysis.sentences.len(), 2);
/// assert_eq!(analysis.sentences[1].span.of(text), "It denies the charge.");
/// ```
#[must_use]
pub fn analyse(model: &Model, text: &str) -> Analysis {
    let segments = segment(text);
    let mut reader = Reader::new(model);
    let mut sentences: Vec<Sentence> = Vec::with_capacity(segments.len());
    for group in segments.chunks(GROUP) {
        let words: Vec<Vec<&str>> =
            group.iter().map(|s| s.tokens.iter().map(|span| span.of(text)).collect()).collect();
        for (segment, parse) in group.iter().zip(reader.read(&words)) {
            sentences.push(sentence(model, segment, text, parse));
        }
    }
    let Found { pairs, links, .. } = reader.found;
    Analysis { sentences, relations: model.pairs.names().to_vec(), pairs, links }
}

fn sentence(model: &Model, segment: &Segment, text: &str, parse: Parse<'_>) -> Sentence {
    let words = segment.tokens.iter().zip(&parse.words);
    let mut tokens: Vec<Token> = words.map(|(span, word)| token(model, word, span.of(text), *span)).collect();
    let mut mentions = parse.mentions;
    repair::mend(&mut tokens, &mut mentions);
    Sentence { span: segment.span(), tokens, mentions, paragraph: segment.paragraph }
}

fn token(model: &Model, word: &Word<'_>, form: &str, span: Span) -> Token {
    let is_word = |candidate: &str| model.pieces.is_word(candidate);
    let by_rule = match (word.upos, word.xpos) {
        (Upos::Verb, tag) => morphology::verb_lemma(form, tag, is_word),
        (Upos::Noun, Xpos::Nns) => morphology::noun_lemma(form, is_word),
        (Upos::Adj, tag) => morphology::adjective_lemma(form, tag, is_word),
        _ => None,
    };
    Token {
        span,
        upos: word.upos,
        xpos: word.xpos,
        lemma: by_rule.map_or_else(|| word.lemma.apply(form), String::into_boxed_str),
        head: word.head.checked_sub(1).map(TokenId),
        deprel: word.deprel,
    }
}

/// The model at work on one text, with room for its intermediate results.
struct Reader<'m> {
    model: &'m Model,
    batch: Batch,
    /// The sentences, or parts of them, in the batch.
    parts: Vec<Part>,
    cut: Cut,
    scratch: Scratch,
    head_scratch: HeadScratch,
    pair_scratch: PairScratch,
    /// Sentences and words of the text read before.
    sentences: u32,
    words: u32,
    /// What mentions have to do with each other.
    found: Found,
}

impl<'m> Reader<'m> {
    fn new(model: &'m Model) -> Self {
        Self {
            model,
            batch: Batch::default(),
            parts: Vec::new(),
            cut: Cut::default(),
            scratch: Scratch::default(),
            head_scratch: HeadScratch::default(),
            pair_scratch: PairScratch::default(),
            sentences: 0,
            words: 0,
            found: Found::default(),
        }
    }

    /// What the model says of each of the next sentences of the text, in order.
    ///
    /// Neighbours are read together as far as they fit a window, from the first sentence on. A sentence of more pieces
    /// than the encoder has positions is read in parts; the root of each later part then hangs on that of the first
    /// by `parataxis`.
    fn read(&mut self, sentences: &[Vec<&str>]) -> Vec<Parse<'m>> {
        let model = self.model;
        let mut parses: Vec<Parse<'m>> = sentences.iter().map(|_| Parse::default()).collect();
        for (at, words) in sentences.iter().enumerate() {
            let mut skipped = 0;
            while skipped < words.len() {
                let rest = words[skipped..].iter().copied();
                let taken = self.cut.read(&model.pieces, model.encoder.positions(), rest);
                let joins = self.batch.has_room(&self.cut);
                if !joins && self.batch.rows() >= BATCH_ROWS {
                    self.run(sentences, &mut parses);
                }
                self.batch.add(&model.pieces, &self.cut, joins);
                self.parts.push(Part { sentence: at, skipped, words: taken, words_before: self.words });
                self.words += taken as u32;
                skipped += taken;
            }
        }
        self.run(sentences, &mut parses);
        self.sentences += sentences.len() as u32;
        parses
    }

    fn run(&mut self, sentences: &[Vec<&str>], parses: &mut [Parse<'m>]) {
        let Self { model, batch, parts, scratch, .. } = self;
        model.encoder.run(model.cpu, batch, scratch);
        let forms: Vec<&[&str]> =
            parts.iter().map(|part| &sentences[part.sentence][part.skipped..][..part.words]).collect();
        let parsed = model.heads.run(model.cpu, batch, &forms, scratch, &mut self.head_scratch);
        let mut compared = Vec::new();
        for (at, (part, parse)) in parts.drain(..).zip(parsed).enumerate() {
            // Before the unit of the first word is that of the root.
            let unit = batch.unit_ranges[at].start + 1;
            let sentence = SentenceId(self.sentences + part.sentence as u32);
            compared.extend(candidates(&parse, forms[at], part, sentence, batch.window_of[at], unit));
            parses[part.sentence].join(parse);
        }
        model.pairs.run(model.cpu, &scratch.units, compared, &mut self.pair_scratch, &mut self.found);
        batch.clear();
    }
}

impl Parse<'_> {
    /// Appends the next part of the same sentence.
    fn join(&mut self, part: Self) {
        if self.words.is_empty() {
            *self = part;
            return;
        }
        let before = self.words.len();
        let root = self.words.iter().position(|word| word.head == 0).unwrap_or(0) as u32 + 1;
        self.words.extend(part.words.into_iter().map(|mut word| {
            if word.head == 0 {
                (word.head, word.deprel) = (root, Deprel::Parataxis);
            } else {
                word.head += before as u32;
            }
            word
        }));
        let later = |id: TokenId| TokenId(id.0 + before as u32);
        self.mentions.extend(part.mentions.into_iter().map(|mention| Mention {
            first: later(mention.first),
            last: later(mention.last),
            head: later(mention.head),
            ..mention
        }));
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// What training computed with the same weights: models/reference.json.
    #[derive(Deserialize)]
    struct Reference {
        sentences: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        words: Vec<String>,
        document: String,
        upos: Vec<String>,
        xpos: Vec<String>,
        lemma: Vec<String>,
        head: Vec<u32>,
        deprel: Vec<String>,
        mention: Vec<String>,
        nominal: Vec<String>,
        vectors: Vectors,
    }

    #[derive(Deserialize)]
    struct Vectors {
        root: Vec<f32>,
        first_word: Vec<f32>,
    }

    fn reference() -> Vec<Case> {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/models/reference.json");
        let text = std::fs::read_to_string(file).expect("the reference lies beside the model");
        serde_json::from_str::<Reference>(&text).expect("the reference is JSON").sentences
    }

    fn tags(parse: &Parse<'_>) -> Vec<String> {
        let mut tags = vec!["O".to_owned(); parse.words.len()];
        for span in parse.mentions.iter().filter(|mention| mention.kind == MentionKind::Named) {
            for at in span.first.0..=span.last.0 {
                let begins = if at == span.first.0 { "B" } else { "I" };
                tags[at as usize] = format!("{begins}-{}", span.class);
            }
        }
        tags
    }

    /// Rounding to 8 bits can turn on the last bit of a float sum, and training sums in another order: a few
    /// sentences may differ a little.
    #[test]
    fn the_program_computes_what_training_computed() {
        let cases = reference();
        let (mut labels, mut wrong) = (0, Vec::new());
        let documents = cases.chunk_by(|a, b| !a.document.is_empty() && a.document == b.document);
        let parses = documents.flat_map(|document| {
            let words = document.iter().map(|case| case.words.iter().map(String::as_str).collect());
            Reader::new(Model::embedded()).read(&words.collect::<Vec<Vec<&str>>>())
        });
        for (case, parse) in cases.iter().zip(parses) {
            for (at, (word, tag)) in parse.words.iter().zip(tags(&parse)).enumerate() {
                let found = [
                    word.upos.to_string(),
                    word.xpos.to_string(),
                    word.lemma.apply(&case.words[at]).into_string(),
                    word.head.to_string(),
                    word.deprel.to_string(),
                    tag,
                    word.nominal.0.map_or("O", MentionClass::as_str).to_owned(),
                ];
                let head = case.head[at].to_string();
                let wanted = [
                    &case.upos[at],
                    &case.xpos[at],
                    &case.lemma[at],
                    &head,
                    &case.deprel[at],
                    &case.mention[at],
                    &case.nominal[at],
                ];
                labels += found.len();
                for (found, wanted) in found.iter().zip(wanted).filter(|(found, wanted)| found != wanted) {
                    wrong.push(format!("{}: {found} is not {wanted}", case.words[at]));
                }
            }
        }
        assert!(wrong.len() * 200 < labels, "{} of {labels}: {wrong:#?}", wrong.len());
    }

    #[test]
    fn vectors_are_those_of_training() {
        let model = Model::embedded();
        let mut gaps = Vec::new();
        for case in reference().iter().filter(|case| case.document.is_empty()) {
            let mut batch = Batch::default();
            let mut cut = Cut::default();
            cut.read(&model.pieces, model.encoder.positions(), case.words.iter().map(String::as_str));
            batch.add(&model.pieces, &cut, false);
            let mut scratch = Scratch::default();
            model.encoder.run(model.cpu, &batch, &mut scratch);
            let width = scratch.units.len() / (case.words.len() + 1);
            let rows = [(0, &case.vectors.root), (1, &case.vectors.first_word)];
            let gap = |(row, wanted): (usize, &Vec<f32>)| {
                let found = &scratch.units[row * width..];
                wanted.iter().zip(found).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
            };
            gaps.push(rows.into_iter().map(gap).fold(0.0, f32::max));
        }
        gaps.sort_by(f32::total_cmp);
        assert!(gaps[gaps.len() / 4] < 1e-4 && gaps.iter().all(|gap| *gap < 0.5), "{gaps:?}");
    }
}
