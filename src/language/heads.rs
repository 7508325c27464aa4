//! What the heads read off the encoder's vectors: tags, lemma edits, trees, mention tags.

use super::{
    encoder::{Batch, Scratch},
    kernel::{self, Cpu, Linear},
    lemma::LemmaEdit,
    mentions::{self, MentionTag, NameTags},
    model::{About, ModelError, Tensors},
    tree::best_tree,
    types::{Deprel, Mention, MentionClass, Upos, Xpos},
};

/// Width of the vectors that choose heads, and of those that choose relations.
const ARC: usize = 256;
const RELATION: usize = 96;

/// The heads' weights and labels.
#[derive(Debug)]
pub(super) struct Heads {
    upos: Tagger<Upos>,
    xpos: Tagger<Xpos>,
    lemma: Tagger<LemmaEdit>,
    mention: Tagger<MentionTag>,
    names: NameTags,
    nominal: Tagger<Option<MentionClass>>,
    arc: Pair,
    /// `[ARC, ARC]`, dependents by heads.
    arc_bilinear: Vec<f32>,
    arc_bias: Vec<f32>,
    relation: Pair,
    deprels: Vec<Deprel>,
    /// Of each relation: `[RELATION, RELATION]`.
    relation_bilinear: Vec<Vec<f32>>,
    /// Of each relation: weights of the dependent, then of the head.
    relation_linear: Vec<f32>,
    relation_bias: Vec<f32>,
}

/// A linear layer whose outputs are labels.
#[derive(Debug)]
struct Tagger<L> {
    linear: Linear,
    labels: Vec<L>,
}

/// Two layers that see a word as a dependent and as a head.
#[derive(Debug)]
struct Pair {
    dependent: Linear,
    head: Linear,
}

/// What the model says of one word.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word<'m> {
    pub(super) upos: Upos,
    pub(super) xpos: Xpos,
    pub(super) lemma: &'m LemmaEdit,
    /// Position of the head among the words, from 1; 0 for the root.
    pub(super) head: u32,
    pub(super) deprel: Deprel,
    /// Class of the nominal or pronoun mention that it heads, and its probability.
    pub(super) nominal: (Option<MentionClass>, f32),
}

/// What the model says of one sentence.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Parse<'m> {
    pub(super) words: Vec<Word<'m>>,
    /// Ordered by first word, then longest first.
    pub(super) mentions: Vec<Mention>,
}

/// Room for intermediate results, kept between batches.
#[derive(Debug, Default)]
pub(super) struct HeadScratch {
    tags: [Vec<f32>; 5],
    dependents: Vec<f32>,
    heads: Vec<f32>,
    turned: Vec<f32>,
    product: Vec<f32>,
    scores: Vec<f32>,
    best: Vec<(f32, usize)>,
}

impl<L> Tagger<L> {
    fn read(
        tensors: &Tensors<'_>,
        hidden: usize,
        list: &'static str,
        names: &[String],
        parse: impl Fn(&str) -> Option<L>,
    ) -> Result<Self, ModelError> {
        let labels = labels(list, names, parse)?;
        Ok(Self { linear: tensors.linear(&format!("head.{list}"), labels.len(), hidden)?, labels })
    }

    fn best(&self, scores: &[f32], row: usize) -> &L {
        &self.labels[highest(&scores[row * self.labels.len()..][..self.labels.len()])]
    }

    fn best_with_probability(&self, scores: &[f32], row: usize) -> (L, f32)
    where
        L: Copy,
    {
        let row = &scores[row * self.labels.len()..][..self.labels.len()];
        let best = highest(row);
        (self.labels[best], mentions::softmax(row)[best] as f32)
    }
}

/// Position of the highest score; the first of equals.
fn highest(row: &[f32]) -> usize {
    let mut best = 0;
    for (i, score) in row.iter().enumerate() {
        if *score > row[best] {
            best = i;
        }
    }
    best
}

fn labels<L>(
    list: &'static str,
    names: &[String],
    parse: impl Fn(&str) -> Option<L>,
) -> Result<Vec<L>, ModelError> {
    let unknown = |label: &str| ModelError::Label { list, label: label.to_owned() };
    if names.is_empty() {
        return Err(unknown(""));
    }
    names.iter().map(|name| parse(name).ok_or_else(|| unknown(name))).collect()
}

fn upos(text: &str) -> Option<Upos> {
    Some(Upos::parse(text)).filter(|label| label.as_str() == text)
}

fn xpos(text: &str) -> Option<Xpos> {
    Some(Xpos::parse(text)).filter(|label| label.as_str() == text)
}

fn deprel(text: &str) -> Option<Deprel> {
    Some(Deprel::parse(text)).filter(|label| label.as_str() == text)
}

fn class(text: &str) -> Option<MentionClass> {
    Some(MentionClass::parse(text)).filter(|label| label.as_str() == text)
}

#[expect(clippy::option_option, reason = "`O` is a label, and an unknown label is none")]
fn nominal(text: &str) -> Option<Option<MentionClass>> {
    if text == "O" { Some(None) } else { class(text).map(Some) }
}

fn mention(text: &str) -> Option<MentionTag> {
    match text.split_once('-') {
        None => (text == "O").then_some(MentionTag::Outside),
        Some(("B", name)) => class(name).map(MentionTag::Begin),
        Some(("I", name)) => class(name).map(MentionTag::Inside),
        Some(_) => None,
    }
}

impl Heads {
    pub(super) fn read(tensors: &Tensors<'_>, about: &About) -> Result<Self, ModelError> {
        let (hidden, lists) = (about.hidden, &about.labels);
        let pair = |name: &str, width: usize| {
            Ok::<_, ModelError>(Pair {
                dependent: tensors.linear(&format!("head.{name}.dep"), width, hidden)?,
                head: tensors.linear(&format!("head.{name}.head"), width, hidden)?,
            })
        };
        let deprels = labels("deprel", &lists.deprel, deprel)?;
        if deprels == [Deprel::Root] || !deprels.contains(&Deprel::Root) {
            return Err(ModelError::Label { list: "deprel", label: lists.deprel.join(" ") });
        }
        let relations = deprels.len();
        let bilinear = tensors.halves("head.rel.bilinear", &[relations, RELATION, RELATION])?;
        let mention = Tagger::read(tensors, hidden, "mention", &lists.mention, mention)?;
        Ok(Self {
            upos: Tagger::read(tensors, hidden, "upos", &lists.upos, upos)?,
            xpos: Tagger::read(tensors, hidden, "xpos", &lists.xpos, xpos)?,
            lemma: Tagger::read(tensors, hidden, "lemma", &lists.lemma, LemmaEdit::parse)?,
            names: NameTags::new(mention.labels.clone()),
            mention,
            nominal: Tagger::read(tensors, hidden, "nominal", &lists.nominal, nominal)?,
            arc: pair("arc", ARC)?,
            arc_bilinear: tensors.halves("head.arc.bilinear", &[ARC, ARC])?,
            arc_bias: tensors.floats("head.arc.bias", &[ARC])?,
            relation: pair("rel", RELATION)?,
            deprels,
            relation_bilinear: bilinear.chunks_exact(RELATION * RELATION).map(<[f32]>::to_vec).collect(),
            relation_linear: tensors.floats("head.rel.linear", &[relations, 2 * RELATION])?,
            relation_bias: tensors.floats("head.rel.bias", &[relations])?,
        })
    }

    /// Reads every sentence of a batch off the vectors in `encoded.units`; `forms` are the words of each.
    pub(super) fn run<'m>(
        &'m self,
        cpu: Cpu,
        batch: &Batch,
        forms: &[&[&str]],
        encoded: &mut Scratch,
        scratch: &mut HeadScratch,
    ) -> Vec<Parse<'m>> {
        let hidden = self.upos.linear.inputs();
        encoded.quantised.fill(cpu, &encoded.units, hidden);
        let x = &encoded.quantised;
        let layers = [
            &self.upos.linear,
            &self.xpos.linear,
            &self.lemma.linear,
            &self.mention.linear,
            &self.nominal.linear,
        ];
        for (layer, out) in layers.into_iter().zip(&mut scratch.tags) {
            layer.apply(cpu, x, out);
        }
        self.arc.apply(cpu, x, scratch);
        // The head of every unit, as a unit of the batch; a root points at itself.
        let mut heads: Vec<usize> = (0..encoded.units.len() / hidden).collect();
        for units in &batch.unit_ranges {
            let found = self.tree(cpu, units.start, units.len() - 1, scratch);
            for (word, head) in found.into_iter().enumerate() {
                heads[units.start + 1 + word] = units.start + head as usize;
            }
        }
        self.relation.apply(cpu, x, scratch);
        let deprels = self.relations(cpu, &heads, scratch);
        let [upos, xpos, lemma, mention, nominal] = &scratch.tags;
        batch
            .unit_ranges
            .iter()
            .zip(forms)
            .map(|(units, forms)| {
                let words = units.start + 1..units.end;
                let tags = self.names.len();
                let named = self.names.names(&mention[words.start * tags..words.end * tags]);
                let word = |unit: usize| Word {
                    upos: *self.upos.best(upos, unit),
                    xpos: *self.xpos.best(xpos, unit),
                    lemma: self.lemma.best(lemma, unit),
                    head: (heads[unit] - units.start) as u32,
                    deprel: deprels[unit],
                    nominal: self.nominal.best_with_probability(nominal, unit),
                };
                let words: Vec<Word<'m>> = words.map(word).collect();
                let mentions = mentions::mentions(&words, forms, &named);
                Parse { words, mentions }
            })
            .collect()
    }

    /// The best tree over the `words` units after `root`.
    fn tree(&self, cpu: Cpu, root: usize, words: usize, scratch: &mut HeadScratch) -> Vec<u32> {
        let HeadScratch { dependents, heads, turned, product, scores, .. } = scratch;
        let (high, wide) = (words.next_multiple_of(4), (words + 1).next_multiple_of(32));
        // Padded to whole tiles of the float product; what the padding yields is not read.
        turned.clear();
        turned.resize(ARC * wide, 0.0);
        for (column, head) in heads[root * ARC..(root + words + 1) * ARC].chunks_exact(ARC).enumerate() {
            for (i, x) in head.iter().enumerate() {
                turned[i * wide + column] = *x;
            }
        }
        product.clear();
        product.resize(high * ARC, 0.0);
        let dependents = &dependents[(root + 1) * ARC..(root + 1 + words) * ARC];
        kernel::multiply(
            cpu,
            dependents,
            ARC,
            &self.arc_bilinear,
            ARC,
            &self.arc_bias,
            &mut product[..words * ARC],
        );
        scores.resize(high * wide, 0.0);
        kernel::multiply(cpu, product, ARC, turned, wide, &[], scores);
        let kept: Vec<f32> =
            scores.chunks_exact(wide).take(words).flat_map(|row| &row[..=words]).copied().collect();
        best_tree(&kept, words)
    }

    /// The relation of every unit to its head; meaningless for roots.
    fn relations(&self, cpu: Cpu, heads: &[usize], scratch: &mut HeadScratch) -> Vec<Deprel> {
        let HeadScratch { dependents, heads: as_heads, turned, product, scores, best, .. } = scratch;
        turned.clear();
        for &head in heads {
            turned.extend_from_slice(&as_heads[head * RELATION..][..RELATION]);
        }
        best.clear();
        best.resize(heads.len(), (f32::NEG_INFINITY, 0));
        product.resize(heads.len() * RELATION, 0.0);
        scores.resize(heads.len(), 0.0);
        for (label, bilinear) in self.relation_bilinear.iter().enumerate() {
            let linear = &self.relation_linear[label * 2 * RELATION..][..2 * RELATION];
            let (of_dependent, of_head) = linear.split_at(RELATION);
            kernel::multiply(cpu, dependents, RELATION, bilinear, RELATION, of_head, product);
            kernel::pair_scores(
                cpu,
                product,
                turned,
                dependents,
                of_dependent,
                self.relation_bias[label],
                scores,
            );
            for (best, score) in best.iter_mut().zip(scores.iter()) {
                // `root` is the relation to the root and no other.
                if self.deprels[label] != Deprel::Root && *score > best.0 {
                    *best = (*score, label);
                }
            }
        }
        let root_of = |unit: usize| heads[unit] == unit;
        let label = |(unit, best): (usize, &(f32, usize))| {
            if root_of(heads[unit]) { Deprel::Root } else { self.deprels[best.1] }
        };
        best.iter().enumerate().map(label).collect()
    }
}

impl Pair {
    fn apply(&self, cpu: Cpu, x: &kernel::Quantised, scratch: &mut HeadScratch) {
        self.dependent.apply(cpu, x, &mut scratch.dependents);
        self.head.apply(cpu, x, &mut scratch.heads);
        kernel::gelu(cpu, &mut scratch.dependents);
        kernel::gelu(cpu, &mut scratch.heads);
    }
}
