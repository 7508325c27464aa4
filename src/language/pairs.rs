//! Heads over mentions: relations and stance between two of a window, links back through the text.

use std::{
    collections::{BTreeSet, VecDeque},
    ops::Range,
    sync::Arc,
};

use super::{
    heads::{Parse, Word},
    kernel::{self, Cpu, Linear, Quantised},
    mentions::softmax,
    model::{About, ModelError, Tensors},
    types::{Link, MentionClass, MentionKind, Pair, Place, SentenceId, TokenId, Xpos},
};

/// Width of what the relation and stance heads read of a pair, and of what joins two mentions.
const PAIR: usize = 256;
const LINK: usize = 128;
/// Classes of the stance head: none, subject likes object, object likes subject, the same with dislikes.
const STANCES: usize = 5;
const LIKES: usize = 1;
const LIKED: usize = 2;
const DISLIKES: usize = 3;
const DISLIKED: usize = 4;

/// Most words between two mentions for each bucket of distance, after the one for overlap; then more.
const WORDS_BETWEEN: [u32; 6] = [0, 1, 2, 4, 8, 16];
/// Most sentences between their starts that are told apart.
const SENTENCES_BETWEEN: u32 = 2;
const DISTANCES: usize = 2 * (SENTENCES_BETWEEN as usize + 1) * (WORDS_BETWEEN.len() + 2);

/// Most sentences back for each bucket; then more.
const SENTENCES_BACK: [u32; 5] = [0, 1, 2, 4, 8];
/// Rows of the feature table: sentences back, kinds, heads, words, agreement.
const FEATURES: usize = SENTENCES_BACK.len() + 1 + 9 + 2 + 2 + 3;
/// Earlier mentions that a mention is compared with.
const NEAR: usize = 64;

/// Pairs put through the heads at a time.
const CHUNK: usize = 256;
/// A relation less probable than this is not told, nor is a stance.
const LEAST: f32 = 0.05;
/// A link less probable than this is not told.
const LEAST_LINK: f32 = 0.01;

/// The weights of the heads over mentions.
#[derive(Debug)]
pub(super) struct PairHeads {
    subject: Linear,
    object: Linear,
    /// `[DISTANCES, PAIR]`.
    distance: Vec<f32>,
    relation: Linear,
    names: Vec<Arc<str>>,
    stance: Linear,
    later: Linear,
    earlier: Linear,
    /// `[FEATURES, LINK]`.
    features: Vec<f32>,
    weight: Vec<f32>,
    bias: f32,
}

/// A mention, or a word such as "French" that may be one end of a relation.
#[derive(Debug)]
pub(super) struct Candidate {
    place: Place,
    /// The window it was read in; pairs stay inside one.
    window: usize,
    /// Rows of its first and last word among the units of the batch.
    units: (usize, usize),
    /// Its words, counted from the start of the text.
    words: Range<u32>,
    class: Option<MentionClass>,
    /// What links see of it; none if it is no mention of an entity.
    look: Option<Look>,
}

/// What the features of links are made of.
#[derive(Debug)]
struct Look {
    kind: MentionKind,
    /// Last word of a name, head of the others, in lower case.
    head: String,
    /// Words in lower case, without the smallest.
    words: BTreeSet<String>,
}

/// A sentence or a part of one in a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// Which of the sentences read together.
    pub(super) sentence: usize,
    /// Words of the sentence before it.
    pub(super) skipped: usize,
    pub(super) words: usize,
    /// Words of the text before it.
    pub(super) words_before: u32,
}

/// What the heads found, and what they must remember of the text so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) pairs: Vec<Pair>,
    pub(super) links: Vec<Link>,
    near: VecDeque<Near>,
}

/// A mention that later ones may link to.
#[derive(Debug)]
struct Near {
    place: Place,
    look: Look,
    class: Option<MentionClass>,
    vector: Vec<f32>,
}

/// Room for intermediate results, kept between batches.
#[derive(Debug, Default)]
pub(super) struct PairScratch {
    mentions: Vec<f32>,
    quantised: Quantised,
    subjects: Vec<f32>,
    objects: Vec<f32>,
    later: Vec<f32>,
    earlier: Vec<f32>,
    hidden: Vec<f32>,
    relations: Vec<f32>,
    stances: Vec<f32>,
    /// Of each pair of a window, how probable each stance is.
    judged: Vec<[f32; STANCES]>,
}

/// The mentions of one part of a sentence that the heads compare, in order of the text.
///
/// `unit` is the row of its first word among the units of the batch.
pub(super) fn candidates(
    parse: &Parse<'_>,
    forms: &[&str],
    part: Part,
    sentence: SentenceId,
    window: usize,
    unit: usize,
) -> Vec<Candidate> {
    let mut covered = vec![false; forms.len()];
    let mut found = Vec::new();
    let mut add = |first: usize, last: usize, class: Option<MentionClass>, look: Option<Look>| {
        let id = |at: usize| TokenId((part.skipped + at) as u32);
        found.push(Candidate {
            place: Place { sentence, first: id(first), last: id(last) },
            window,
            units: (unit + first, unit + last),
            words: part.words_before + first as u32..part.words_before + last as u32 + 1,
            class,
            look,
        });
    };
    for mention in &parse.mentions {
        let (first, last, head) =
            (mention.first.0 as usize, mention.last.0 as usize, mention.head.0 as usize);
        let class = mention.class.root();
        match mention.kind {
            MentionKind::Named => {
                covered[first..=last].fill(true);
                let look = || Look::new(MentionKind::Named, &forms[first..=last], forms[last]);
                match class {
                    MentionClass::Money => {}
                    MentionClass::Date => add(first, last, Some(class), None),
                    _ => add(first, last, Some(class), Some(look())),
                }
            }
            MentionKind::Nominal => {
                let look = Look::new(MentionKind::Nominal, &forms[first..=last], forms[head]);
                add(first, last, Some(class), Some(look));
            }
            MentionKind::Pronoun => {}
        }
    }
    for (at, (word, form)) in parse.words.iter().zip(forms).enumerate() {
        if covered[at] {
            continue;
        }
        match word.xpos {
            Xpos::Prp | Xpos::PrpPoss | Xpos::Wp | Xpos::WpPoss => {
                add(at, at, pronoun_class(word, form), Some(Look::new(MentionKind::Pronoun, &[form], form)));
            }
            // "French": whether it is a demonym is for the vocabulary to say.
            Xpos::Jj | Xpos::Nnp | Xpos::Nnps if form.starts_with(char::is_uppercase) => {
                add(at, at, Some(MentionClass::Place), None);
            }
            _ => {}
        }
    }
    found.sort_by_key(|candidate| candidate.place);
    found
}

fn pronoun_class(word: &Word<'_>, form: &str) -> Option<MentionClass> {
    const PERSONAL: &str = " i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her \
                            hers herself who whom ";
    if is_one_of(&form.to_lowercase(), PERSONAL) {
        return Some(MentionClass::Person);
    }
    word.nominal.0.map(MentionClass::root)
}

fn is_one_of(word: &str, list: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

impl Look {
    fn new(kind: MentionKind, forms: &[&str], head: &str) -> Self {
        const MINOR: &str = "the a an of and 's ’s";
        let lower = forms.iter().map(|form| form.to_lowercase());
        let kept = lower.filter(|word| !is_one_of(word, MINOR) && word.contains(char::is_alphanumeric));
        Self { kind, head: head.to_lowercase(), words: kept.collect() }
    }
}

fn bucket(value: u32, most: &[u32]) -> usize {
    most.iter().position(|most| value <= *most).unwrap_or(most.len())
}

/// The row of the distance table for a subject and an object.
fn distance(subject: &Candidate, object: &Candidate) -> usize {
    let turned = object.place < subject.place;
    let (a, b) = if turned { (object, subject) } else { (subject, object) };
    let words = match b.words.start.checked_sub(a.words.end) {
        None => 0,
        Some(between) => 1 + bucket(between, &WORDS_BETWEEN),
    };
    let sentences = (b.place.sentence.0 - a.place.sentence.0).min(SENTENCES_BETWEEN) as usize;
    (usize::from(turned) * (SENTENCES_BETWEEN as usize + 1) + sentences) * (WORDS_BETWEEN.len() + 2) + words
}

/// The rows of the feature table for a later and an earlier mention.
fn features(later: (SentenceId, &Look, Option<MentionClass>), earlier: &Near) -> [usize; 5] {
    const GROUPS: [&str; 3] = ["he him his himself", "she her hers herself", "it its itself"];
    let kind = |look: &Look| match look.kind {
        MentionKind::Named => 0,
        MentionKind::Nominal => 1,
        MentionKind::Pronoun => 2,
    };
    let ((at, a, class), b) = (later, &earlier.look);
    let group = |look: &Look| {
        let group = GROUPS.iter().position(|group| is_one_of(&look.head, group));
        group.filter(|_| look.kind == MentionKind::Pronoun)
    };
    let agree = match (group(a), group(b), class, earlier.class) {
        (Some(a), Some(b), ..) => 1 + usize::from(a != b),
        (_, _, Some(a), Some(b)) => 1 + usize::from(a != b),
        _ => 0,
    };
    let contained = a.kind != MentionKind::Pronoun
        && b.kind != MentionKind::Pronoun
        && !a.words.is_empty()
        && !b.words.is_empty()
        && (a.words.is_subset(&b.words) || b.words.is_subset(&a.words));
    let values = [
        bucket(at.0 - earlier.place.sentence.0, &SENTENCES_BACK),
        kind(a) * 3 + kind(b),
        usize::from(a.head == b.head),
        usize::from(contained),
        agree,
    ];
    let starts =
        [0, SENTENCES_BACK.len() + 1, SENTENCES_BACK.len() + 10, SENTENCES_BACK.len() + 12, FEATURES - 3];
    std::array::from_fn(|i| starts[i] + values[i])
}

fn sigmoid(x: f32) -> f32 {
    (1.0 / (1.0 + f64::from(-x).exp())) as f32
}

impl PairHeads {
    pub(super) fn read(tensors: &Tensors<'_>, about: &About) -> Result<Self, ModelError> {
        let (mention, names) = (2 * about.hidden, &about.labels.relation);
        if names.is_empty() {
            return Err(ModelError::Label { list: "relation", label: String::new() });
        }
        let bias = tensors.floats("head.link.bias", &[1])?;
        Ok(Self {
            subject: tensors.product("head.pair.subject", PAIR, mention)?,
            object: tensors.product("head.pair.object", PAIR, mention)?,
            distance: tensors.floats("head.pair.distance", &[DISTANCES, PAIR])?,
            relation: tensors.linear("head.relation", names.len(), PAIR)?,
            names: names.iter().map(|name| name.as_str().into()).collect(),
            stance: tensors.linear("head.stance", STANCES, PAIR)?,
            later: tensors.product("head.link.later", LINK, mention)?,
            earlier: tensors.product("head.link.earlier", LINK, mention)?,
            features: tensors.floats("head.link.features", &[FEATURES, LINK])?,
            weight: tensors.floats("head.link.weight", &[LINK])?,
            bias: bias[0],
        })
    }

    /// The relations, in the order of the model.
    pub(super) fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// Reads the pairs and links of a batch off the vectors of its units.
    ///
    /// Quadratic in the mentions of a window; each mention is linked to the [`NEAR`] before it at most.
    pub(super) fn run(
        &self,
        cpu: Cpu,
        units: &[f32],
        candidates: Vec<Candidate>,
        scratch: &mut PairScratch,
        found: &mut Found,
    ) {
        if candidates.is_empty() {
            return;
        }
        let hidden = self.subject.inputs() / 2;
        scratch.mentions.clear();
        for candidate in &candidates {
            for unit in [candidate.units.0, candidate.units.1] {
                scratch.mentions.extend_from_slice(&units[unit * hidden..][..hidden]);
            }
        }
        scratch.quantised.fill(cpu, &scratch.mentions, 2 * hidden);
        self.subject.apply(cpu, &scratch.quantised, &mut scratch.subjects);
        self.object.apply(cpu, &scratch.quantised, &mut scratch.objects);
        self.later.apply(cpu, &scratch.quantised, &mut scratch.later);
        self.earlier.apply(cpu, &scratch.quantised, &mut scratch.earlier);
        let mut first = 0;
        for window in candidates.chunk_by(|a, b| a.window == b.window) {
            self.pairs(cpu, window, first, scratch, found);
            first += window.len();
        }
        self.links(cpu, candidates, scratch, found);
    }

    /// Reads the pairs of one window, whose first mention has row `first`.
    fn pairs(
        &self,
        cpu: Cpu,
        window: &[Candidate],
        first: usize,
        scratch: &mut PairScratch,
        found: &mut Found,
    ) {
        let n = window.len();
        let is_date = |at: usize| window[at].class == Some(MentionClass::Date);
        let all: Vec<(usize, usize)> = (0..n)
            .filter(|s| !is_date(*s))
            .flat_map(|s| (0..n).filter(move |o| *o != s).map(move |o| (s, o)))
            .collect();
        let PairScratch { quantised, subjects, objects, hidden, relations, stances, judged, .. } = scratch;
        judged.clear();
        judged.resize(n * n, [0.0; STANCES]);
        let before = found.pairs.len();
        for chunk in all.chunks(CHUNK) {
            hidden.clear();
            for &(s, o) in chunk {
                let distance = &self.distance[distance(&window[s], &window[o]) * PAIR..][..PAIR];
                let subject = &subjects[(first + s) * PAIR..][..PAIR];
                let object = &objects[(first + o) * PAIR..][..PAIR];
                hidden.extend(subject.iter().zip(object).zip(distance).map(|((s, o), d)| s + o + d));
            }
            kernel::gelu(cpu, hidden);
            quantised.fill(cpu, hidden, PAIR);
            self.relation.apply(cpu, quantised, relations);
            self.stance.apply(cpu, quantised, stances);
            let rows = relations.chunks_exact(self.names.len()).zip(stances.chunks_exact(STANCES));
            for (&(s, o), (relations, stances)) in chunk.iter().zip(rows) {
                for (probability, row) in judged[s * n + o].iter_mut().zip(softmax(stances)) {
                    *probability = row as f32;
                }
                let scored = self.names.iter().zip(relations).map(|(name, score)| (name, sigmoid(*score)));
                found.pairs.push(Pair {
                    subject: window[s].place,
                    object: window[o].place,
                    relations: scored
                        .filter(|(_, p)| *p >= LEAST)
                        .map(|(name, p)| (Arc::clone(name), p))
                        .collect(),
                    likes: 0.0,
                    dislikes: 0.0,
                });
            }
        }
        // The pair the other way round says the same; both together are surer.
        for (pair, &(s, o)) in found.pairs[before..].iter_mut().zip(&all) {
            let (here, there) = (&judged[s * n + o], &judged[o * n + s]);
            if !is_date(o) {
                pair.likes = f32::midpoint(here[LIKES], there[LIKED]);
                pair.dislikes = f32::midpoint(here[DISLIKES], there[DISLIKED]);
            }
        }
        let mut at = 0;
        found.pairs.retain(|pair| {
            at += 1;
            at <= before || !pair.relations.is_empty() || pair.likes.max(pair.dislikes) >= LEAST
        });
    }

    /// Links each nominal and pronoun to the mentions before it.
    fn links(&self, cpu: Cpu, candidates: Vec<Candidate>, scratch: &mut PairScratch, found: &mut Found) {
        let PairScratch { later, earlier, hidden, .. } = scratch;
        for (row, candidate) in candidates.into_iter().enumerate() {
            let Candidate { place, class, look: Some(look), .. } = candidate else { continue };
            if look.kind != MentionKind::Named && !found.near.is_empty() {
                let own = &later[row * LINK..][..LINK];
                hidden.clear();
                for near in &found.near {
                    let start = hidden.len();
                    hidden.extend(own.iter().zip(&near.vector).map(|(a, b)| a + b));
                    for feature in features((place.sentence, &look, class), near) {
                        let row = &self.features[feature * LINK..][..LINK];
                        hidden[start..].iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
                    }
                }
                kernel::gelu(cpu, hidden);
                // That there is none has the score 0.
                let mut scores = vec![0.0];
                scores.extend(hidden.chunks_exact(LINK).map(|row| {
                    row.iter().zip(&self.weight).fold(self.bias, |sum, (x, weight)| sum + x * weight)
                }));
                let probabilities = softmax(&scores);
                let links = found.near.iter().zip(&probabilities[1..]).map(|(near, p)| Link {
                    later: place,
                    earlier: near.place,
                    probability: *p as f32,
                });
                found.links.extend(links.filter(|link| link.probability >= LEAST_LINK));
            }
            if found.near.len() == NEAR {
                found.near.pop_front();
            }
            let vector = earlier[row * LINK..][..LINK].to_vec();
            found.near.push_back(Near { place, look, class, vector });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::language::{
        Model,
        encoder::{Batch, Cut, Scratch},
    };

    /// What training computed with the same weights: models/reference.json.
    #[derive(Deserialize)]
    struct Reference {
        sentences: Vec<Sentence>,
        document: Document,
    }

    #[derive(Deserialize)]
    struct Sentence {
        words: Vec<String>,
    }

    #[derive(Deserialize)]
    struct Document {
        /// Where the document's sentences begin among all.
        first_sentence: usize,
        mentions: Vec<Marked>,
        pairs: Vec<Scored>,
        links: Vec<Linked>,
    }

    #[derive(Deserialize)]
    struct Marked {
        sentence: u32,
        first: usize,
        end: usize,
        head: usize,
        kind: String,
        class: String,
    }

    #[derive(Deserialize)]
    struct Scored {
        subject: usize,
        object: usize,
        distance: usize,
        relation: Vec<f32>,
        stance: Vec<f32>,
    }

    #[derive(Deserialize)]
    struct Linked {
        later: usize,
        features: Vec<[usize; 5]>,
        scores: Vec<f32>,
    }

    /// The vectors of the document, its mentions as candidates and what is expected of them.
    fn read() -> (Scratch, Vec<Candidate>, Document) {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/models/reference.json");
        let text = std::fs::read_to_string(file).expect("the reference lies beside the model");
        let Reference { mut sentences, document } =
            serde_json::from_str(&text).expect("the reference is JSON");
        let sentences = sentences.split_off(document.first_sentence);
        let model = Model::embedded();
        let (mut batch, mut cut) = (Batch::default(), Cut::default());
        for sentence in &sentences {
            cut.read(&model.pieces, model.encoder.positions(), sentence.words.iter().map(String::as_str));
            let joins = batch.has_room(&cut);
            batch.add(&model.pieces, &cut, joins);
        }
        let mut scratch = Scratch::default();
        model.encoder.run(model.cpu, &batch, &mut scratch);
        let candidate = |marked: &Marked| {
            let sentence = marked.sentence as usize;
            let before: usize = sentences[..sentence].iter().map(|sentence| sentence.words.len()).sum();
            let forms: Vec<&str> = sentences[sentence].words.iter().map(String::as_str).collect();
            let unit = batch.unit_ranges[sentence].start + 1;
            let kind = match marked.kind.as_str() {
                "name" => MentionKind::Named,
                "nominal" => MentionKind::Nominal,
                _ => MentionKind::Pronoun,
            };
            let id = |at: usize| TokenId(at as u32);
            let look = Look::new(kind, &forms[marked.first..marked.end], forms[marked.head]);
            Candidate {
                place: Place {
                    sentence: SentenceId(marked.sentence),
                    first: id(marked.first),
                    last: id(marked.end - 1),
                },
                window: batch.window_of[sentence],
                units: (unit + marked.first, unit + marked.end - 1),
                words: (before + marked.first) as u32..(before + marked.end) as u32,
                class: (!marked.class.is_empty()).then(|| MentionClass::parse(&marked.class)),
                look: (marked.class != "Date").then_some(look),
            }
        };
        let candidates = document.mentions.iter().map(candidate).collect();
        (scratch, candidates, document)
    }

    #[test]
    fn distances_and_features_are_those_of_training() {
        let (_, candidates, document) = read();
        for pair in &document.pairs {
            assert_eq!(distance(&candidates[pair.subject], &candidates[pair.object]), pair.distance);
        }
        let near = |candidate: &Candidate| Near {
            place: candidate.place,
            look: Look::new(MentionKind::Named, &[], ""),
            class: candidate.class,
            vector: Vec::new(),
        };
        for link in &document.links {
            let later = &candidates[link.later];
            for (earlier, wanted) in candidates.iter().zip(&link.features) {
                let (Some(look), Some(other)) = (&later.look, &earlier.look) else { continue };
                let look_of = Look { kind: other.kind, head: other.head.clone(), words: other.words.clone() };
                let earlier = Near { look: look_of, ..near(earlier) };
                assert_eq!(features((later.place.sentence, look, later.class), &earlier), *wanted);
            }
        }
    }

    /// Rounding to 8 bits can turn on the last bit of a float sum, and training sums in another order.
    #[test]
    fn probabilities_are_those_of_training() {
        let (encoded, candidates, document) = read();
        let model = Model::embedded();
        let heads = &model.pairs;
        let mut found = Found::default();
        let names = heads.names();
        let place: Vec<Place> = candidates.iter().map(|candidate| candidate.place).collect();
        heads.run(model.cpu, &encoded.units, candidates, &mut PairScratch::default(), &mut found);
        let mut gaps = Vec::new();
        for wanted in &document.pairs {
            let pair = found
                .pairs
                .iter()
                .find(|pair| (pair.subject, pair.object) == (place[wanted.subject], place[wanted.object]));
            for (name, score) in names.iter().zip(&wanted.relation) {
                let told = pair.and_then(|pair| pair.relations.iter().find(|(known, _)| known == name));
                gaps.push((told.map_or(0.0, |(_, p)| *p) - sigmoid(*score)).abs().min(1.0));
            }
            assert_eq!(wanted.stance.len(), STANCES);
        }
        for wanted in &document.links {
            let scores: Vec<f32> = std::iter::once(0.0).chain(wanted.scores.iter().copied()).collect();
            for (earlier, p) in softmax(&scores)[1..].iter().enumerate() {
                let ends = (place[wanted.later], place[earlier]);
                let told = found.links.iter().find(|link| (link.later, link.earlier) == ends);
                if let Some(told) = told {
                    gaps.push((told.probability - *p as f32).abs());
                }
            }
        }
        // What is improbable is not told.
        let far = gaps.iter().filter(|gap| **gap > LEAST + 0.02).count();
        assert!(gaps.len() > 100 && far * 20 < gaps.len(), "{far} of {}", gaps.len());
    }
}
