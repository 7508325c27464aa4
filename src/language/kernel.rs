//! Arithmetic of the encoder: int8 matrix products and the float routines between them.
//!
//! Every routine gives the same bits on every CPU: products of bytes are summed exactly in `i32`, floats are added
//! in one fixed order over explicit lanes, and multiplication and addition are never fused. The wide paths only
//! change how many elements are worked on at once. This is the one file with `unsafe`: calling code compiled for
//! CPU features that were found at run time, and reading whole vectors from slices.

use std::array;

/// Rows of packed weights worked on together: one vector of `i32` sums.
const LANES: usize = 16;
/// Weights of one row that lie side by side: what one `vpdpbusd` lane multiplies.
const DEPTH: usize = 4;
/// Added to a quantised activation so that it is stored as an unsigned byte.
const OFFSET: u8 = 128;
/// Adding and subtracting this rounds a small float to the nearest integer, ties to even.
const ROUND: f32 = 12_582_912.0;

/// Which instructions this CPU has; only [`Cpu::detect`] and [`Cpu::available`] make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cpu(Level);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Vnni,
}

impl Cpu {
    /// The widest path this CPU can run.
    pub(super) fn detect() -> Self {
        *Self::available().last().unwrap_or(&Self(Level::Portable))
    }

    /// Every path this CPU can run, narrowest first.
    pub(super) fn available() -> Vec<Self> {
        let mut found = vec![Self(Level::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                found.push(Self(Level::Avx2));
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni")
            {
                found.push(Self(Level::Vnni));
            }
        }
        found
    }
}

/// Declares a float routine that is compiled once for every path, from one body.
macro_rules! on_every_path {
    ($($(#[$meta:meta])* fn $name:ident($($arg:ident: $kind:ty),* $(,)?) $body:block)+) => { $(
        $(#[$meta])*
        pub(super) fn $name(cpu: Cpu, $($arg: $kind),*) {
            #[inline(always)]
            fn body($($arg: $kind),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($arg: $kind),*) { body($($arg),*) }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
            fn avx512($($arg: $kind),*) { body($($arg),*) }

            match cpu.0 {
                Level::Portable => body($($arg),*),
                // SAFETY: a `Cpu` of this level exists only where AVX2 was detected.
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => unsafe { avx2($($arg),*) },
                // SAFETY: a `Cpu` of this level exists only where these AVX-512 parts were detected.
                #[cfg(target_arch = "x86_64")]
                Level::Vnni => unsafe { avx512($($arg),*) },
            }
        }
    )+ };
}

/// Rows of activations as bytes, each with its scale: `value = (byte − 128) · scale`.
#[derive(Debug, Default)]
pub(super) struct Quantised {
    width: usize,
    bytes: Vec<u8>,
    scales: Vec<f32>,
}

impl Quantised {
    /// Quantises `values`, rows of `width` numbers, symmetrically and row by row.
    pub(super) fn fill(&mut self, cpu: Cpu, values: &[f32], width: usize) {
        self.width = width;
        self.bytes.resize(values.len(), OFFSET);
        self.scales.resize(values.len() / width, 0.0);
        quantise(cpu, values, width, &mut self.bytes, &mut self.scales);
    }

    fn rows(&self) -> usize {
        self.scales.len()
    }
}

/// The weights of a linear layer, packed for [`Linear::apply`].
#[derive(Debug)]
pub(super) struct Linear {
    outputs: usize,
    inputs: usize,
    /// Blocks of 16 outputs; in each, for every 4 inputs, the 4 weights of each of the 16 outputs.
    packed: Vec<i8>,
    /// −128 times the sum of each output's weights: undoes the offset of the activations.
    corrections: Vec<i32>,
    scales: Vec<f32>,
    biases: Vec<f32>,
}

impl Linear {
    /// Packs `weights`, one row of `inputs` bytes for each output; `inputs` must divide by 4.
    ///
    /// `None` where the lengths do not fit or a weight is −128, which the symmetric format excludes.
    pub(super) fn new(inputs: usize, weights: &[u8], scales: &[f32], biases: &[f32]) -> Option<Self> {
        let outputs = scales.len();
        let fits =
            inputs.is_multiple_of(DEPTH) && weights.len() == inputs * outputs && biases.len() == outputs;
        if !fits || weights.contains(&128) {
            return None;
        }
        let blocks = outputs.div_ceil(LANES);
        let mut packed = vec![0; blocks * LANES * inputs];
        let mut corrections = vec![0; blocks * LANES];
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            let block = output / LANES * LANES * inputs;
            for (input, &weight) in row.iter().enumerate() {
                let weight = weight.cast_signed();
                let at = (input / DEPTH * LANES + output % LANES) * DEPTH + input % DEPTH;
                packed[block + at] = weight;
                corrections[output] -= i32::from(OFFSET) * i32::from(weight);
            }
        }
        let padded = |values: &[f32]| {
            let mut values = values.to_vec();
            values.resize(blocks * LANES, 0.0);
            values
        };
        Some(Self { outputs, inputs, packed, corrections, scales: padded(scales), biases: padded(biases) })
    }

    /// Inputs a row.
    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Writes `x · weights + bias`, row by row, to `out`, which is resized to `rows · outputs`.
    ///
    /// # Panics
    /// If the rows of `x` are not [`Linear::inputs`] wide.
    pub(super) fn apply(&self, cpu: Cpu, x: &Quantised, out: &mut Vec<f32>) {
        assert_eq!(x.width, self.inputs, "activations of another width");
        out.resize(x.rows() * self.outputs, 0.0);
        match cpu.0 {
            #[expect(
                clippy::redundant_closure_for_method_calls,
                reason = "a method path is bound to one lifetime"
            )]
            Level::Portable => self.product::<1, 4>(x, out, |tile, sums| tile.portable(sums)),
            // SAFETY: a `Cpu` of this level exists only where AVX2 was detected.
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => self.product::<1, 4>(x, out, |tile, sums| unsafe { tile.avx2(sums) }),
            #[cfg(target_arch = "x86_64")]
            Level::Vnni => {
                // SAFETY: a `Cpu` of this level exists only where these AVX-512 parts were detected.
                self.product::<4, 6>(x, out, |tile, sums| unsafe { tile.vnni(sums) });
            }
        }
    }

    /// Cuts the product into tiles of up to `B` blocks by up to `R` rows and turns each tile's sums into floats.
    ///
    /// All rows pass one group of blocks before the next: its weights stay in the nearest cache.
    fn product<const B: usize, const R: usize>(
        &self,
        x: &Quantised,
        out: &mut [f32],
        sum: impl Fn(Tile<'_>, &mut [[[i32; LANES]; B]; R]),
    ) {
        let blocks = self.corrections.len() / LANES;
        let block_bytes = LANES * self.inputs;
        for block in (0..blocks).step_by(B) {
            let wide = B.min(blocks - block);
            let weights = &self.packed[block * block_bytes..(block + wide) * block_bytes];
            let corrections = &self.corrections[block * LANES..(block + wide) * LANES];
            let first = block * LANES;
            for row in (0..x.rows()).step_by(R) {
                let high = R.min(x.rows() - row);
                let bytes = &x.bytes[row * self.inputs..(row + high) * self.inputs];
                let mut sums = [[[0; LANES]; B]; R];
                sum(Tile { bytes, weights, corrections, inputs: self.inputs, rows: high }, &mut sums);
                for (r, sums) in sums.iter().enumerate().take(high) {
                    let scale = x.scales[row + r];
                    let out = &mut out[(row + r) * self.outputs..][..self.outputs];
                    for (b, sums) in sums.iter().enumerate().take(wide) {
                        let from = first + b * LANES;
                        let scales: &[f32; LANES] =
                            self.scales[from..].first_chunk().unwrap_or(&[0.0; LANES]);
                        let biases: &[f32; LANES] =
                            self.biases[from..].first_chunk().unwrap_or(&[0.0; LANES]);
                        let value = |i: usize| sums[i] as f32 * scale * scales[i] + biases[i];
                        // Whole vectors apart from the rest: their stores need no loop.
                        if let Some(out) = out[from..].first_chunk_mut::<LANES>() {
                            for (i, out) in out.iter_mut().enumerate() {
                                *out = value(i);
                            }
                        } else {
                            for (i, out) in out[from..].iter_mut().enumerate() {
                                *out = value(i);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One step of a product: `rows` rows of bytes against the weights of a few blocks.
#[derive(Clone, Copy)]
struct Tile<'a> {
    bytes: &'a [u8],
    weights: &'a [i8],
    corrections: &'a [i32],
    inputs: usize,
    rows: usize,
}

impl Tile<'_> {
    fn portable<const B: usize, const R: usize>(self, sums: &mut [[[i32; LANES]; B]; R]) {
        for (row, sums) in self.bytes.chunks_exact(self.inputs).zip(sums) {
            for (weights, sums) in self.weights.chunks_exact(LANES * self.inputs).zip(sums) {
                for (four, weights) in row.chunks_exact(DEPTH).zip(weights.chunks_exact(LANES * DEPTH)) {
                    let four: [i32; DEPTH] = array::from_fn(|i| i32::from(four[i]) - i32::from(OFFSET));
                    for (sum, weights) in sums.iter_mut().zip(weights.chunks_exact(DEPTH)) {
                        *sum += (0..DEPTH).map(|i| four[i] * i32::from(weights[i])).sum::<i32>();
                    }
                }
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn avx2<const B: usize, const R: usize>(self, sums: &mut [[[i32; LANES]; B]; R]) {
        use std::arch::x86_64::{
            _mm256_abs_epi8, _mm256_add_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16,
            _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_sign_epi8,
            _mm256_storeu_si256, _mm256_sub_epi8,
        };
        let (ones, offset) = (_mm256_set1_epi16(1), _mm256_set1_epi8(OFFSET.cast_signed()));
        for (b, weights) in self.weights.chunks_exact(LANES * self.inputs).enumerate() {
            let mut totals = [[_mm256_setzero_si256(); 2]; R];
            for (step, weights) in weights.chunks_exact(LANES * DEPTH).enumerate() {
                // SAFETY: the chunk is 64 bytes long and the loads need no alignment.
                let halves = unsafe {
                    let first = weights.as_ptr();
                    [_mm256_loadu_si256(first.cast()), _mm256_loadu_si256(first.add(32).cast())]
                };
                for (row, totals) in self.bytes.chunks_exact(self.inputs).zip(&mut totals) {
                    let at = step * DEPTH;
                    let four = i32::from_le_bytes([row[at], row[at + 1], row[at + 2], row[at + 3]]);
                    let x = _mm256_sub_epi8(_mm256_set1_epi32(four), offset);
                    for (weights, total) in halves.iter().zip(totals) {
                        // |x| ≤ 127 and |w| ≤ 127: the 16-bit sums of two products cannot overflow.
                        let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x), _mm256_sign_epi8(*weights, x));
                        *total = _mm256_add_epi32(*total, _mm256_madd_epi16(pairs, ones));
                    }
                }
            }
            for (totals, sums) in totals.iter().zip(sums.iter_mut()) {
                for (total, sums) in totals.iter().zip(sums[b].chunks_exact_mut(8)) {
                    // SAFETY: the chunk holds 8 numbers of 4 bytes and the store needs no alignment.
                    unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), *total) };
                }
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn vnni<const B: usize, const R: usize>(self, sums: &mut [[[i32; LANES]; B]; R]) {
        let wide = self.weights.len() / (LANES * self.inputs);
        match (wide == B, self.rows) {
            (true, 6) => self.vnni_tile::<B, 6, R>(0, sums),
            (true, 5) => self.vnni_tile::<B, 5, R>(0, sums),
            (true, 4) => self.vnni_tile::<B, 4, R>(0, sums),
            (true, 3) => self.vnni_tile::<B, 3, R>(0, sums),
            (true, 2) => self.vnni_tile::<B, 2, R>(0, sums),
            (true, _) => self.vnni_tile::<B, 1, R>(0, sums),
            // The last blocks of a layer whose width is no multiple of the tile: one at a time.
            (false, rows) => {
                for b in 0..wide {
                    let mut part = [[[0; LANES]; 1]; R];
                    let tile = Self {
                        weights: &self.weights[b * LANES * self.inputs..(b + 1) * LANES * self.inputs],
                        corrections: &self.corrections[b * LANES..(b + 1) * LANES],
                        ..self
                    };
                    match rows {
                        6 => tile.vnni_tile::<1, 6, R>(0, &mut part),
                        _ => (0..rows).for_each(|r| tile.vnni_tile::<1, 1, R>(r, &mut part)),
                    }
                    for (sums, part) in sums.iter_mut().zip(part) {
                        sums[b] = part[0];
                    }
                }
            }
        }
    }

    /// Sums `H` rows from `row` on against `B` blocks, all sums in registers.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn vnni_tile<const B: usize, const H: usize, const R: usize>(
        self,
        row: usize,
        sums: &mut [[[i32; LANES]; B]; R],
    ) {
        use std::arch::x86_64::{
            _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512,
            _mm512_storeu_si512,
        };
        let steps = self.inputs / DEPTH;
        assert!(self.bytes.len() >= (row + H) * self.inputs && self.weights.len() >= B * LANES * self.inputs);
        assert!(self.corrections.len() >= B * LANES && row + H <= R);
        let x = self.bytes[row * self.inputs..].as_ptr();
        let (weights, corrections) = (self.weights.as_ptr(), self.corrections.as_ptr());
        // Plain loops over indices: closures would stay calls of their own in the innermost loop.
        let mut totals = [[_mm512_setzero_si512(); B]; H];
        for b in 0..B {
            // SAFETY: the corrections of a block are 16 numbers of 4 bytes, checked above; no alignment needed.
            let start = unsafe { _mm512_loadu_si512(corrections.add(b * LANES).cast()) };
            for totals in &mut totals {
                totals[b] = start;
            }
        }
        for step in 0..steps {
            let mut blocks = [_mm512_setzero_si512(); B];
            for (b, block) in blocks.iter_mut().enumerate() {
                // SAFETY: block `b` holds `steps` groups of 64 bytes, checked above; no alignment needed.
                *block =
                    unsafe { _mm512_loadu_si512(weights.add((b * steps + step) * LANES * DEPTH).cast()) };
            }
            for (r, totals) in totals.iter_mut().enumerate() {
                // SAFETY: row `r` holds `4 · steps` bytes, checked above; the read needs no alignment.
                let four = unsafe { x.add((r * steps + step) * DEPTH).cast::<i32>().read_unaligned() };
                let four = _mm512_set1_epi32(four);
                for (total, block) in totals.iter_mut().zip(&blocks) {
                    *total = _mm512_dpbusd_epi32(*total, four, *block);
                }
            }
        }
        for (totals, sums) in totals.iter().zip(&mut sums[row..row + H]) {
            for (total, sums) in totals.iter().zip(sums) {
                // SAFETY: `sums` are 16 numbers of 4 bytes; the store needs no alignment.
                unsafe { _mm512_storeu_si512(sums.as_mut_ptr().cast(), *total) };
            }
        }
    }
}

/// Sums 16 lanes pairwise, always in the same order.
#[inline(always)]
#[expect(clippy::inline_always, reason = "must be compiled with its caller's features")]
fn total(mut lanes: [f32; LANES]) -> f32 {
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
    }
    lanes[0]
}

/// e^x for x ≤ 0: 2^n · 2^f with the series of 2^f, relative error below 2e-7; 0 below −87.
#[inline(always)]
#[expect(clippy::inline_always, reason = "must be compiled with its caller's features")]
fn exp(x: f32) -> f32 {
    let scaled = x.max(-87.0) * std::f32::consts::LOG2_E;
    let whole = (scaled + ROUND) - ROUND;
    let f = (scaled - whole) * std::f32::consts::LN_2;
    let series =
        1.0 + f * (1.0 + f * (0.5 + f * (1.0 / 6.0 + f * (1.0 / 24.0 + f * (1.0 / 120.0 + f / 720.0)))));
    // `whole + ROUND` holds the integer in its low bits.
    let power = f32::from_bits((whole + ROUND).to_bits().wrapping_add(127) << 23);
    if x < -87.0 { 0.0 } else { series * power }
}

/// x · Φ(x), with Φ as a quotient of polynomials fitted by least squares; absolute error below 4e-6.
#[inline(always)]
fn gelu_one(x: f32) -> f32 {
    const TOP: [f32; 5] = [0.398_942_05, 0.045_438_543, 0.005_217_284, 0.000_268_943_78, 0.000_005_163_255_5];
    const BOTTOM: [f32; 6] =
        [1.0, 0.280_560_43, 0.034_844_983, 0.002_437_685_4, 0.000_096_720_854, 0.000_000_459_380_67];
    let near = x.clamp(-5.0, 5.0);
    let square = near * near;
    let top = TOP.iter().rev().fold(0.0, |sum, c| sum * square + c);
    let bottom = BOTTOM.iter().rev().fold(0.0, |sum, c| sum * square + c);
    x * (0.5 + near * top / bottom)
}

on_every_path! {
    /// Quantises rows of `width` numbers: the largest magnitude becomes 127, halves round to even.
    fn quantise(values: &[f32], width: usize, bytes: &mut [u8], scales: &mut [f32]) {
        for ((row, bytes), scale) in values.chunks_exact(width).zip(bytes.chunks_exact_mut(width)).zip(scales) {
            let mut most = [0f32; LANES];
            let (chunks, rest) = row.as_chunks::<LANES>();
            for chunk in chunks {
                for (most, x) in most.iter_mut().zip(chunk) {
                    *most = if x.abs() > *most { x.abs() } else { *most };
                }
            }
            let most = most.iter().chain(rest).fold(0f32, |most, x| most.max(x.abs()));
            // A row of zeros, or one that is no number: any scale gives zeros.
            *scale = if most > 0.0 && most.is_finite() { most / 127.0 } else { 1.0 };
            for (byte, x) in bytes.iter_mut().zip(row) {
                let rounded = (x / *scale).clamp(-127.0, 127.0) + ROUND;
                // The low bits of the sum are the integer; the offset makes it unsigned.
                *byte = (rounded.to_bits() as u8).wrapping_add(OFFSET);
            }
        }
    }

    /// Replaces every number by its GELU.
    fn gelu(values: &mut [f32]) {
        for x in values {
            *x = gelu_one(*x);
        }
    }

    /// Adds `residual` to `values`, then normalises each row to mean 0 and variance 1, scales and shifts it.
    fn add_and_normalise(values: &mut [f32], residual: &[f32], weight: &[f32], bias: &[f32]) {
        let width = weight.len();
        for (row, residual) in values.chunks_exact_mut(width).zip(residual.chunks_exact(width)) {
            let mut sums = [0.0; LANES];
            for (row, residual) in row.as_chunks_mut::<LANES>().0.iter_mut().zip(residual.as_chunks::<LANES>().0) {
                for i in 0..LANES {
                    row[i] += residual[i];
                    sums[i] += row[i];
                }
            }
            let mean = total(sums) / width as f32;
            let mut squares = [0.0; LANES];
            for row in row.as_chunks::<LANES>().0 {
                for i in 0..LANES {
                    squares[i] += (row[i] - mean) * (row[i] - mean);
                }
            }
            let scale = 1.0 / (total(squares) / width as f32 + 1e-12).sqrt();
            for ((x, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
                *x = (*x - mean) * scale * weight + bias;
            }
        }
    }

    /// Turns each row of `width` scores, times `scale`, into probabilities.
    fn softmax(scores: &mut [f32], width: usize, scale: f32) {
        for row in scores.chunks_exact_mut(width) {
            let most = row.iter().fold(f32::NEG_INFINITY, |most, x| if *x > most { *x } else { most });
            let mut sums = [0.0; LANES];
            let (chunks, rest) = row.as_chunks_mut::<LANES>();
            for chunk in chunks {
                for i in 0..LANES {
                    chunk[i] = exp((chunk[i] - most) * scale);
                    sums[i] += chunk[i];
                }
            }
            for (x, sum) in rest.iter_mut().zip(&mut sums) {
                *x = exp((*x - most) * scale);
                *sum += *x;
            }
            let sum = total(sums);
            for x in row {
                *x /= sum;
            }
        }
    }

    /// For each row of the three matrices: `product · heads + dependents · weights + bias`. Rows are as wide as
    /// `weights`, a multiple of 16.
    fn pair_scores(
        product: &[f32],
        heads: &[f32],
        dependents: &[f32],
        weights: &[f32],
        bias: f32,
        out: &mut [f32],
    ) {
        let width = weights.len();
        let rows = product.chunks_exact(width).zip(heads.chunks_exact(width)).zip(dependents.chunks_exact(width));
        for (((product, head), dependent), out) in rows.zip(out) {
            let mut sums = [0.0; LANES];
            let parts = product.as_chunks::<LANES>().0.iter().zip(head.as_chunks::<LANES>().0);
            let others = dependent.as_chunks::<LANES>().0.iter().zip(weights.as_chunks::<LANES>().0);
            for ((product, head), (dependent, weight)) in parts.zip(others) {
                for i in 0..LANES {
                    sums[i] += product[i] * head[i] + dependent[i] * weight[i];
                }
            }
            *out = total(sums) + bias;
        }
    }
}

/// Rows and columns of the float product worked on together.
const ROWS: usize = 4;
const COLUMNS: usize = 2 * LANES;

/// `out = start + a · b` in floats: `a` has rows of `inner` numbers, `b` has `inner` rows of `width`, and `start`, a
/// row of `width` or nothing, is what each sum starts from.
///
/// Fast where there are whole groups of 4 rows and 32 columns. Each sum runs over `inner` in order, wherever it
/// stands.
pub(super) fn multiply(
    cpu: Cpu,
    a: &[f32],
    inner: usize,
    b: &[f32],
    width: usize,
    start: &[f32],
    out: &mut [f32],
) {
    assert_eq!(b.len(), inner * width, "a right side of another shape");
    for (a, out) in a.chunks(ROWS * inner).zip(out.chunks_mut(ROWS * width)) {
        let tiled = if a.len() == ROWS * inner { width / COLUMNS * COLUMNS } else { 0 };
        for column in (0..tiled).step_by(COLUMNS) {
            let mut sums = [[0.0; COLUMNS]; ROWS];
            if let Some(start) = start.get(column..).and_then(<[f32]>::first_chunk::<COLUMNS>) {
                sums = [*start; ROWS];
            }
            match cpu.0 {
                Level::Portable => float_tile(a, inner, b, width, column, &mut sums),
                // SAFETY: a `Cpu` of this level exists only where AVX2 was detected.
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => unsafe { float_tile_avx2(a, inner, b, width, column, &mut sums) },
                // SAFETY: a `Cpu` of this level exists only where AVX-512F was detected.
                #[cfg(target_arch = "x86_64")]
                Level::Vnni => unsafe { float_tile_avx512(a, inner, b, width, column, &mut sums) },
            }
            for (sums, out) in sums.iter().zip(out.chunks_exact_mut(width)) {
                if let Some(out) = out[column..].first_chunk_mut() {
                    *out = *sums;
                }
            }
        }
        for (a, out) in a.chunks_exact(inner).zip(out.chunks_exact_mut(width)) {
            let out = &mut out[tiled..];
            match start.get(tiled..) {
                Some(start) if !start.is_empty() => out.copy_from_slice(start),
                _ => out.fill(0.0),
            }
            for (x, b) in a.iter().zip(b.chunks_exact(width)) {
                for (out, b) in out.iter_mut().zip(&b[tiled..]) {
                    *out += x * b;
                }
            }
        }
    }
}

/// Adds the product of 4 rows of `a` and 32 columns of `b` to `sums`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "must be compiled with its caller's features")]
fn float_tile(
    a: &[f32],
    inner: usize,
    b: &[f32],
    width: usize,
    column: usize,
    sums: &mut [[f32; COLUMNS]; ROWS],
) {
    for (k, b) in b.chunks_exact(width).enumerate() {
        for (a, sums) in a.chunks_exact(inner).zip(sums.iter_mut()) {
            for (sum, b) in sums.iter_mut().zip(&b[column..column + COLUMNS]) {
                *sum += a[k] * b;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn float_tile_avx2(
    a: &[f32],
    inner: usize,
    b: &[f32],
    width: usize,
    column: usize,
    sums: &mut [[f32; COLUMNS]; ROWS],
) {
    float_tile(a, inner, b, width, column, sums);
}

/// The same with all sums in registers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn float_tile_avx512(
    a: &[f32],
    inner: usize,
    b: &[f32],
    width: usize,
    column: usize,
    sums: &mut [[f32; COLUMNS]; ROWS],
) {
    use std::arch::x86_64::{
        _mm512_add_ps, _mm512_loadu_ps, _mm512_mul_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };
    assert!(a.len() >= ROWS * inner && b.len() >= inner * width && column + COLUMNS <= width);
    let mut totals = [[_mm512_setzero_ps(); 2]; ROWS];
    for (totals, sums) in totals.iter_mut().zip(sums.iter()) {
        // SAFETY: a row of sums holds 2 times 16 floats; no alignment needed.
        *totals = unsafe { [_mm512_loadu_ps(sums.as_ptr()), _mm512_loadu_ps(sums.as_ptr().add(LANES))] };
    }
    for k in 0..inner {
        // SAFETY: row `k` of `b` holds 32 floats from `column` on, checked above; no alignment needed.
        let (left, right) = unsafe {
            let from = b.as_ptr().add(k * width + column);
            (_mm512_loadu_ps(from), _mm512_loadu_ps(from.add(LANES)))
        };
        for (r, totals) in totals.iter_mut().enumerate() {
            // SAFETY: `a` holds 4 rows of `inner` floats, checked above.
            let x = _mm512_set1_ps(unsafe { *a.as_ptr().add(r * inner + k) });
            totals[0] = _mm512_add_ps(totals[0], _mm512_mul_ps(x, left));
            totals[1] = _mm512_add_ps(totals[1], _mm512_mul_ps(x, right));
        }
    }
    for (totals, sums) in totals.iter().zip(sums) {
        // SAFETY: a row of sums holds 2 times 16 floats; no alignment needed.
        unsafe {
            _mm512_storeu_ps(sums.as_mut_ptr(), totals[0]);
            _mm512_storeu_ps(sums.as_mut_ptr().add(LANES), totals[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count).map(|_| next() * 3.0).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn every_path_multiplies_bytes_alike(rows in 1usize..15, fours in 1usize..40, outputs in 1usize..140, seed: u32) {
            let inputs = fours * 4;
            let weights: Vec<u8> = numbers(inputs * outputs, seed)
                .iter().map(|x| ((x * 42.3) as i8).cast_unsigned()).collect();
            let scales = numbers(outputs, seed ^ 1);
            let biases = numbers(outputs, seed ^ 2);
            let linear = Linear::new(inputs, &weights, &scales, &biases).expect("lengths fit");
            let values = numbers(rows * inputs, seed ^ 3);
            let mut x = Quantised::default();
            x.fill(Cpu(Level::Portable), &values, inputs);
            let mut expected = Vec::new();
            for row in 0..rows {
                for output in 0..outputs {
                    let sum: i32 = (0..inputs)
                        .map(|i| {
                            let byte = i32::from(x.bytes[row * inputs + i]) - 128;
                            byte * i32::from(weights[output * inputs + i].cast_signed())
                        })
                        .sum();
                    expected.push(sum as f32 * x.scales[row] * scales[output] + biases[output]);
                }
            }
            for cpu in Cpu::available() {
                let mut out = Vec::new();
                linear.apply(cpu, &x, &mut out);
                prop_assert_eq!(&out, &expected, "{:?}", cpu);
            }
        }

        #[test]
        fn every_path_gives_the_same_floats(rows in 1usize..9, width in 1usize..70, inner in 1usize..40, seed: u32) {
            let wide = width * LANES;
            let values = numbers(rows * wide, seed);
            let others = numbers(rows * wide, seed ^ 5);
            let mut seen: Vec<Vec<u32>> = Vec::new();
            for cpu in Cpu::available() {
                let mut all = values.clone();
                gelu(cpu, &mut all);
                let mut normal = values.clone();
                add_and_normalise(cpu, &mut normal, &others, &others[..wide], &values[..wide]);
                let mut soft = values.clone();
                softmax(cpu, &mut soft, rows * LANES, 0.3);
                let a = numbers(rows * inner, seed ^ 7);
                let b = numbers(inner * width, seed ^ 8);
                let start = numbers(width, seed ^ 9);
                let mut product = vec![0.0; rows * width];
                multiply(cpu, &a, inner, &b, width, &start, &mut product);
                let mut quantised = Quantised::default();
                quantised.fill(cpu, &values, wide);
                seen.push([all, normal, soft, product, quantised.scales].concat().iter().map(|x| x.to_bits())
                    .chain(quantised.bytes.iter().map(|b| u32::from(*b))).collect());
            }
            for other in &seen[1..] {
                prop_assert_eq!(other, &seen[0]);
            }
        }
    }

    #[test]
    fn gelu_and_exp_are_close_to_the_true_functions() {
        for (x, true_value) in
            [(-3.0, -0.004_049_694), (-1.0, -0.158_655_25), (0.5, 0.345_731_23), (2.0, 1.954_499_7)]
        {
            assert!((gelu_one(x) - true_value).abs() < 4e-6, "gelu({x}) = {}", gelu_one(x));
        }
        assert!((gelu_one(9.0) - 9.0).abs() < 1e-5 && gelu_one(-9.0).abs() < 1e-5);
        for i in 0..800 {
            let x = -(i as f32) / 10.0;
            let wanted = f64::from(x).exp();
            assert!((f64::from(exp(x)) / wanted - 1.0).abs() < 1e-5, "exp({x})");
        }
        assert!(exp(-1000.0).abs() + exp(f32::NEG_INFINITY).abs() < f32::MIN_POSITIVE);
    }

    #[test]
    fn halves_round_to_even_and_a_row_of_zeros_stays_zero() {
        let mut x = Quantised::default();
        x.fill(Cpu::detect(), &[127.0, 0.5, 1.5, -2.5, 0.0, 0.0, 0.0, 0.0], 4);
        let values: Vec<i32> = x.bytes.iter().map(|b| i32::from(*b) - 128).collect();
        assert_eq!(values, [127, 0, 2, -2, 0, 0, 0, 0]);
    }

    #[test]
    fn weights_of_the_wrong_shape_are_refused() {
        assert!(Linear::new(4, &[1; 8], &[1.0; 2], &[0.0; 2]).is_some());
        assert!(Linear::new(4, &[1; 7], &[1.0; 2], &[0.0; 2]).is_none());
        assert!(Linear::new(4, &[128; 8], &[1.0; 2], &[0.0; 2]).is_none());
    }
}
