//! The transformer: from word pieces to one vector for each word and one for the root.

use std::ops::Range;

use super::{
    kernel::{self, Cpu, Linear, Quantised},
    model::{About, ModelError, Tensors},
    wordpiece::{Case, WordPieces},
};

/// Sentences as the encoder reads them, one after the other.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Piece, case and position of every row.
    rows: Vec<(u32, Case, u32)>,
    /// The rows of each sentence.
    sentences: Vec<Range<usize>>,
    /// The row of each sentence's root, `[CLS]`, followed by those of its words.
    units: Vec<usize>,
    /// Where the units of each sentence lie in `units`.
    pub(super) unit_ranges: Vec<Range<usize>>,
    pieces: Vec<u32>,
}

impl Batch {
    /// Rows so far; what a batch costs.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.sentences.clear();
        self.units.clear();
        self.unit_ranges.clear();
    }

    /// Adds a sentence of as many of `words` as the positions of the encoder can hold, and returns how many.
    ///
    /// At least one is taken: of a word that fills a sentence alone, only the first pieces are read.
    pub(super) fn add<'a>(
        &mut self,
        vocabulary: &WordPieces,
        positions: usize,
        words: impl Iterator<Item = &'a str>,
    ) -> usize {
        let (first_row, first_unit) = (self.rows.len(), self.units.len());
        self.units.push(first_row);
        self.rows.push((vocabulary.start(), Case::None, 0));
        let mut taken = 0;
        for word in words {
            self.pieces.clear();
            vocabulary.split(word, &mut self.pieces);
            // The last position is the end's.
            let free = positions - 1 - (self.rows.len() - first_row);
            if self.pieces.len() > free && taken > 0 {
                break;
            }
            let case = Case::of(word);
            self.units.push(self.rows.len());
            for &piece in self.pieces.iter().take(free) {
                self.rows.push((piece, case, (self.rows.len() - first_row) as u32));
            }
            taken += 1;
        }
        self.rows.push((vocabulary.end(), Case::None, (self.rows.len() - first_row) as u32));
        self.sentences.push(first_row..self.rows.len());
        self.unit_ranges.push(first_unit..self.units.len());
        taken
    }
}

/// The weights of the transformer.
#[derive(Debug)]
pub(super) struct Encoder {
    hidden: usize,
    heads: usize,
    positions: usize,
    word: (Vec<i8>, Vec<f32>),
    position: (Vec<i8>, Vec<f32>),
    case: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

#[derive(Debug)]
struct Layer {
    qkv: Linear,
    attn: Linear,
    attn_norm: Norm,
    up: Linear,
    down: Linear,
    down_norm: Norm,
}

/// Room for intermediate results, kept between batches.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// What the encoder found: one row for each unit of the batch.
    pub(super) units: Vec<f32>,
    pub(super) quantised: Quantised,
    qkv: Vec<f32>,
    mixed: Vec<f32>,
    wide: Vec<f32>,
    next: Vec<f32>,
    attention: Attention,
}

#[derive(Debug, Default)]
struct Attention {
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    scores: Vec<f32>,
    context: Vec<f32>,
    start: Vec<f32>,
}

impl Norm {
    fn read(tensors: &Tensors<'_>, name: &str, hidden: usize) -> Result<Self, ModelError> {
        Ok(Self {
            weight: tensors.floats(&format!("{name}.weight"), &[hidden])?,
            bias: tensors.floats(&format!("{name}.bias"), &[hidden])?,
        })
    }
}

impl Encoder {
    pub(super) fn read(tensors: &Tensors<'_>, about: &About, pieces: usize) -> Result<Self, ModelError> {
        let hidden = about.hidden;
        let layer = |n: usize| {
            let name = |part: &str| format!("layer.{n}.{part}");
            Ok(Layer {
                qkv: tensors.linear(&name("qkv"), 3 * hidden, hidden)?,
                attn: tensors.linear(&name("attn"), hidden, hidden)?,
                attn_norm: Norm::read(tensors, &name("attn_norm"), hidden)?,
                up: tensors.linear(&name("up"), about.intermediate, hidden)?,
                down: tensors.linear(&name("down"), hidden, about.intermediate)?,
                down_norm: Norm::read(tensors, &name("down_norm"), hidden)?,
            })
        };
        Ok(Self {
            hidden,
            heads: about.heads,
            positions: about.max_positions,
            word: tensors.table("embed.word", pieces, hidden)?,
            position: tensors.table("embed.position", about.max_positions, hidden)?,
            case: tensors.floats("embed.case", &[6, hidden])?,
            norm: Norm::read(tensors, "embed.norm", hidden)?,
            layers: (0..about.layers).map(layer).collect::<Result<_, ModelError>>()?,
        })
    }

    /// Pieces a sentence may have, ends included.
    pub(super) fn positions(&self) -> usize {
        self.positions
    }

    /// Leaves the vectors of the batch's units in `scratch.units`.
    ///
    /// Linear in the rows but for attention, which is quadratic within a sentence of at most
    /// [`Encoder::positions`] pieces. Which sentences share a batch changes no bit of the result.
    pub(super) fn run(&self, cpu: Cpu, batch: &Batch, scratch: &mut Scratch) {
        let hidden = self.hidden;
        let Scratch { units: x, quantised, qkv, mixed, wide, next, attention } = scratch;
        self.embed(cpu, batch, x, next);
        for (n, layer) in self.layers.iter().enumerate() {
            quantised.fill(cpu, x, hidden);
            layer.qkv.apply(cpu, quantised, qkv);
            mixed.resize(x.len(), 0.0);
            for rows in &batch.sentences {
                attention.mix(
                    cpu,
                    &qkv[rows.start * 3 * hidden..rows.end * 3 * hidden],
                    hidden,
                    self.heads,
                    &mut mixed[rows.start * hidden..rows.end * hidden],
                );
            }
            if n + 1 == self.layers.len() {
                // From here on every row stands alone: only those of units are needed.
                keep_rows(x, hidden, &batch.units);
                keep_rows(mixed, hidden, &batch.units);
            }
            quantised.fill(cpu, mixed, hidden);
            layer.attn.apply(cpu, quantised, next);
            kernel::add_and_normalise(cpu, next, x, &layer.attn_norm.weight, &layer.attn_norm.bias);
            std::mem::swap(x, next);
            quantised.fill(cpu, x, hidden);
            layer.up.apply(cpu, quantised, wide);
            kernel::gelu(cpu, wide);
            quantised.fill(cpu, wide, layer.down.inputs());
            layer.down.apply(cpu, quantised, next);
            kernel::add_and_normalise(cpu, next, x, &layer.down_norm.weight, &layer.down_norm.bias);
            std::mem::swap(x, next);
        }
    }

    fn embed(&self, cpu: Cpu, batch: &Batch, x: &mut Vec<f32>, cases: &mut Vec<f32>) {
        let hidden = self.hidden;
        x.clear();
        cases.clear();
        for &(piece, case, position) in &batch.rows {
            let row = |table: &(Vec<i8>, Vec<f32>), at: usize| {
                let scale = table.1[at];
                (at * hidden, scale)
            };
            let (word, word_scale) = row(&self.word, piece as usize);
            let (place, place_scale) = row(&self.position, position as usize);
            let words = &self.word.0[word..word + hidden];
            let places = &self.position.0[place..place + hidden];
            x.extend(
                words
                    .iter()
                    .zip(places)
                    .map(|(w, p)| f32::from(*w) * word_scale + f32::from(*p) * place_scale),
            );
            cases.extend_from_slice(&self.case[case as usize * hidden..][..hidden]);
        }
        kernel::add_and_normalise(cpu, x, cases, &self.norm.weight, &self.norm.bias);
    }
}

/// Moves the rows named, in rising order, to the front and drops the others.
fn keep_rows(values: &mut Vec<f32>, width: usize, rows: &[usize]) {
    for (to, from) in rows.iter().enumerate() {
        values.copy_within(from * width..(from + 1) * width, to * width);
    }
    values.truncate(rows.len() * width);
}

impl Attention {
    /// Attention within one sentence: `qkv` holds query, key and value of each row side by side.
    ///
    /// Rows are padded so that the float product works on whole tiles; a padded column scores −∞ and so weighs
    /// nothing.
    fn mix(&mut self, cpu: Cpu, qkv: &[f32], hidden: usize, heads: usize, out: &mut [f32]) {
        let (n, depth) = (out.len() / hidden, hidden / heads);
        let (high, wide) = (n.next_multiple_of(4), n.next_multiple_of(32));
        let Self { query, key, value, scores, context, start } = self;
        for (buffer, len) in [(&mut *query, high * depth), (key, depth * wide), (value, wide * depth)] {
            buffer.clear();
            buffer.resize(len, 0.0);
        }
        start.clear();
        start.resize(n, 0.0);
        start.resize(wide, f32::NEG_INFINITY);
        scores.resize(high * wide, 0.0);
        context.resize(high * depth, 0.0);
        let scale = 1.0 / (depth as f32).sqrt();
        for head in 0..heads {
            let from = head * depth;
            for (i, row) in qkv.chunks_exact(3 * hidden).enumerate() {
                query[i * depth..][..depth].copy_from_slice(&row[from..][..depth]);
                value[i * depth..][..depth].copy_from_slice(&row[2 * hidden + from..][..depth]);
                for (d, x) in row[hidden + from..][..depth].iter().enumerate() {
                    key[d * wide + i] = *x;
                }
            }
            kernel::multiply(cpu, query, depth, key, wide, start, scores);
            kernel::softmax(cpu, scores, wide, scale);
            kernel::multiply(cpu, scores, wide, value, depth, &[], context);
            for (out, context) in out.chunks_exact_mut(hidden).zip(context.chunks_exact(depth)) {
                out[from..][..depth].copy_from_slice(context);
            }
        }
    }
}
