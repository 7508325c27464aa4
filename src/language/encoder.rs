//! The transformer: from word pieces to one vector for each word and one for the root of each sentence.

use std::ops::Range;

use super::{
    kernel::{self, Cpu, Linear, Quantised},
    model::{About, ModelError, Tensors},
    wordpiece::{Case, WordPieces},
};

/// Pieces that neighbouring sentences share at most when they are read together.
const WINDOW: usize = 128;

/// Sentences as the encoder reads them: windows of neighbours, each `[CLS] pieces… [SEP] pieces… [SEP]`.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Piece, case and position of every row.
    rows: Vec<(u32, Case, u32)>,
    /// The rows of each window.
    windows: Vec<Range<usize>>,
    /// The row of each sentence's root, the `[CLS]` or `[SEP]` before it, followed by those of its words.
    units: Vec<usize>,
    /// Where the units of each sentence lie in `units`.
    pub(super) unit_ranges: Vec<Range<usize>>,
    /// The window of each sentence.
    pub(super) window_of: Vec<usize>,
}

/// A sentence in word pieces, or as much of it as the positions of the encoder can hold.
#[derive(Debug, Default)]
pub(super) struct Cut {
    pieces: Vec<(u32, Case)>,
    /// Where each word begins.
    starts: Vec<usize>,
    word: Vec<u32>,
}

impl Cut {
    /// Cuts `words`; returns how many were taken.
    ///
    /// At least one is: of a word that fills the positions alone, only the first pieces are read.
    pub(super) fn read<'a>(
        &mut self,
        vocabulary: &WordPieces,
        positions: usize,
        words: impl Iterator<Item = &'a str>,
    ) -> usize {
        self.pieces.clear();
        self.starts.clear();
        for word in words {
            self.word.clear();
            vocabulary.split(word, &mut self.word);
            // The first and the last position are the ends'.
            let free = positions - 2 - self.pieces.len();
            if self.word.len() > free && !self.starts.is_empty() {
                break;
            }
            let case = Case::of(word);
            self.starts.push(self.pieces.len());
            self.pieces.extend(self.word.iter().take(free).map(|piece| (*piece, case)));
        }
        self.starts.len()
    }
}

impl Batch {
    /// Rows so far; what a batch costs.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.windows.clear();
        self.units.clear();
        self.unit_ranges.clear();
        self.window_of.clear();
    }

    /// Whether the last window has room for this sentence too.
    pub(super) fn has_room(&self, cut: &Cut) -> bool {
        self.windows.last().is_some_and(|window| window.len() + cut.pieces.len() < WINDOW)
    }

    /// Adds a sentence, to the last window or to one of its own.
    pub(super) fn add(&mut self, vocabulary: &WordPieces, cut: &Cut, joins: bool) {
        let start = match self.windows.last() {
            Some(window) if joins => window.start,
            _ => {
                self.rows.push((vocabulary.start(), Case::None, 0));
                self.windows.push(self.rows.len() - 1..self.rows.len());
                self.rows.len() - 1
            }
        };
        let (root, first_unit) = (self.rows.len() - 1, self.units.len());
        self.units.push(root);
        self.units.extend(cut.starts.iter().map(|piece| root + 1 + piece));
        for &(piece, case) in cut.pieces.iter().chain([&(vocabulary.end(), Case::None)]) {
            self.rows.push((piece, case, (self.rows.len() - start) as u32));
        }
        if let Some(window) = self.windows.last_mut() {
            window.end = self.rows.len();
        }
        self.unit_ranges.push(first_unit..self.units.len());
        self.window_of.push(self.windows.len() - 1);
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
    /// Linear in the rows but for attention, which is quadratic within a window of at most [`WINDOW`] pieces, or one
    /// sentence of at most [`Encoder::positions`]. Which windows share a batch changes no bit of the result.
    pub(super) fn run(&self, cpu: Cpu, batch: &Batch, scratch: &mut Scratch) {
        let hidden = self.hidden;
        let Scratch { units: x, quantised, qkv, mixed, wide, next, attention } = scratch;
        self.embed(cpu, batch, x, next);
        for (n, layer) in self.layers.iter().enumerate() {
            quantised.fill(cpu, x, hidden);
            layer.qkv.apply(cpu, quantised, qkv);
            mixed.resize(x.len(), 0.0);
            for rows in &batch.windows {
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
    /// Attention within one window: `qkv` holds query, key and value of each row side by side.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Model;

    #[test]
    fn neighbours_share_a_window_as_long_as_they_fit() {
        let pieces = &Model::embedded().pieces;
        let mut batch = Batch::default();
        let mut cut = Cut::default();
        // 1 + 41, then 41 each: three fit in 128, and a fourth does not.
        for _ in 0..4 {
            assert_eq!(cut.read(pieces, 512, std::iter::repeat_n("tax", 40)), 40);
            let joins = batch.has_room(&cut);
            batch.add(pieces, &cut, joins);
        }
        assert_eq!(batch.windows, [0..124, 124..166]);
        let roots: Vec<usize> = batch.unit_ranges.iter().map(|units| batch.units[units.start]).collect();
        assert_eq!(roots, [0, 41, 82, 124]);
        assert!(
            roots.iter().all(
                |root| batch.rows[*root].0 == if root % 124 == 0 { pieces.start() } else { pieces.end() }
            )
        );
        assert_eq!(batch.rows[123].2, 123);
        assert_eq!(batch.rows[124].2, 0, "positions begin anew with a window");
    }

    #[test]
    fn a_sentence_longer_than_the_encoder_is_cut() {
        let pieces = &Model::embedded().pieces;
        let mut cut = Cut::default();
        assert_eq!(cut.read(pieces, 12, std::iter::repeat_n("tax", 40)), 10);
        let endless = "a1".repeat(30);
        assert_eq!(
            cut.read(pieces, 12, [endless.as_str(), "tax"].into_iter()),
            1,
            "one word is always taken"
        );
        assert!(cut.pieces.len() <= 10);
    }
}
