//! The best dependency tree of a sentence: Chu-Liu/Edmonds with exactly one child of the root.

/// The heads of words 1…n (0 is the root) in the tree of the highest total score.
///
/// `scores` holds, for each word, one row of `n + 1` numbers: the root's score as its head, then each word's (its own
/// is ignored). Equal scores are decided for the earlier head. O(n²) time; memory too, but only where the best head
/// of every word does not make a tree already.
pub(super) fn best_tree(scores: &[f32], n: usize) -> Vec<u32> {
    debug_assert_eq!(scores.len(), n * (n + 1));
    let greedy: Vec<u32> = (0..n).map(|word| best_head(&scores[word * (n + 1)..][..=n], word + 1)).collect();
    if is_tree(&greedy) { greedy } else { Contraction::new(scores, n).solve() }
}

fn best_head(scores: &[f32], itself: usize) -> u32 {
    let mut best = (f32::NEG_INFINITY, usize::from(itself == 0));
    for (head, &score) in scores.iter().enumerate() {
        if head != itself && score > best.0 {
            best = (score, head);
        }
    }
    best.1 as u32
}

/// Whether `heads` has one child of the root and no cycle.
fn is_tree(heads: &[u32]) -> bool {
    if heads.iter().filter(|head| **head == 0).count() != 1 {
        return false;
    }
    // For each word, the start of the walk that first met it.
    let mut seen = vec![0; heads.len() + 1];
    for start in 1..=heads.len() {
        let mut at = start;
        while at != 0 && seen[at] == 0 {
            seen[at] = start;
            at = heads[at - 1] as usize;
        }
        if at != 0 && seen[at] == start {
            return false;
        }
    }
    true
}

/// An arc of the sentence: from a head to a dependent.
#[derive(Debug, Clone, Copy)]
struct Arc {
    head: u32,
    dependent: u32,
}

/// The graph while cycles are contracted. A contracted cycle lives on in the row and column of one of its members.
struct Contraction {
    size: usize,
    /// `weight[d · size + h]`: gain of the arc h → d, cycles already paid for.
    weight: Vec<f64>,
    /// The arc of the sentence that a cell stands for.
    arc: Vec<Arc>,
    /// The node that each row stands for: words first, then cycles in the order they were found.
    node: Vec<usize>,
    /// The cycle that a node is part of.
    parent: Vec<usize>,
    /// The arc that enters a node.
    entering: Vec<Arc>,
}

const NONE: usize = usize::MAX;

impl Contraction {
    fn new(scores: &[f32], n: usize) -> Self {
        let size = n + 1;
        // Broken numbers must not break the search.
        let finite = |x: f32| if x.is_finite() { f64::from(x) } else { -1e30 };
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for &score in scores {
            (least, most) = (least.min(finite(score)), most.max(finite(score)));
        }
        // More than any choice elsewhere can gain: the root keeps a single child.
        let penalty = (most - least + 1.0) * size as f64;
        let mut weight = vec![f64::NEG_INFINITY; size * size];
        for (word, row) in scores.chunks_exact(size).enumerate() {
            let cells = &mut weight[(word + 1) * size..][..size];
            for (cell, &score) in cells.iter_mut().zip(row) {
                *cell = finite(score);
            }
            cells[0] -= penalty;
        }
        let arc = (0..size * size)
            .map(|cell| Arc { head: (cell % size) as u32, dependent: (cell / size) as u32 })
            .collect();
        let none = Arc { head: 0, dependent: 0 };
        Self {
            size,
            weight,
            arc,
            node: (0..size).collect(),
            parent: vec![NONE; size],
            entering: vec![none; size],
        }
    }

    fn solve(mut self) -> Vec<u32> {
        let mut state = vec![State::New; self.size];
        state[0] = State::Rooted;
        // Rows, each the best head of the one before it, with the weight of the arc that enters them.
        let mut path: Vec<(usize, f64)> = Vec::new();
        for start in 1..self.size {
            if state[start] != State::New {
                continue;
            }
            path.push((start, 0.0));
            state[start] = State::OnPath;
            while let Some(&(top, _)) = path.last() {
                let head = self.heaviest_head(top, &state);
                let cell = top * self.size + head;
                self.entering[self.node[top]] = self.arc[cell];
                if let Some(last) = path.last_mut() {
                    last.1 = self.weight[cell];
                }
                match state[head] {
                    State::Rooted => path.drain(..).for_each(|(row, _)| state[row] = State::Rooted),
                    State::OnPath => {
                        let from = path.iter().rposition(|(row, _)| *row == head).unwrap_or(0);
                        self.contract(&path[from..], &mut state);
                        path.truncate(from + 1);
                    }
                    State::New | State::Merged => {
                        state[head] = State::OnPath;
                        path.push((head, 0.0));
                    }
                }
            }
        }
        self.expand()
    }

    fn heaviest_head(&self, row: usize, state: &[State]) -> usize {
        let weights = &self.weight[row * self.size..][..self.size];
        let mut best = (f64::NEG_INFINITY, 0);
        for (head, &weight) in weights.iter().enumerate() {
            if weight > best.0 && head != row && state[head] != State::Merged {
                best = (weight, head);
            }
        }
        best.1
    }

    /// Merges a cycle of rows into its first one. O(members · size).
    fn contract(&mut self, cycle: &[(usize, f64)], state: &mut [State]) {
        let (size, kept) = (self.size, cycle[0].0);
        let node = self.parent.len();
        self.parent.push(NONE);
        self.entering.push(Arc { head: 0, dependent: 0 });
        for &(row, _) in cycle {
            self.parent[self.node[row]] = node;
            state[row] = State::Merged;
        }
        for other in (0..size).filter(|other| state[*other] != State::Merged) {
            // Entering the cycle at a member replaces that member's arc inside it.
            let (mut enter, mut leave) = ((f64::NEG_INFINITY, kept * size + other), (f64::NEG_INFINITY, 0));
            for &(row, paid) in cycle {
                let cell = row * size + other;
                if self.weight[cell] - paid > enter.0 {
                    enter = (self.weight[cell] - paid, cell);
                }
                let cell = other * size + row;
                if self.weight[cell] > leave.0 {
                    leave = (self.weight[cell], cell);
                }
            }
            (self.weight[kept * size + other], self.arc[kept * size + other]) = (enter.0, self.arc[enter.1]);
            if other > 0 {
                (self.weight[other * size + kept], self.arc[other * size + kept]) =
                    (leave.0, self.arc[leave.1]);
            }
        }
        state[kept] = State::OnPath;
        self.node[kept] = node;
    }

    /// Opens the cycles again, the last one first: an arc into a cycle replaces the arc of the member it points at.
    fn expand(mut self) -> Vec<u32> {
        for cycle in (self.size..self.parent.len()).rev() {
            let arc = self.entering[cycle];
            let mut member = arc.dependent as usize;
            while self.parent[member] != cycle {
                member = self.parent[member];
            }
            self.entering[member] = arc;
        }
        self.entering[1..self.size].iter().map(|arc| arc.head).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    New,
    OnPath,
    /// Its arcs lead to the root.
    Rooted,
    /// Stands for nothing any more: another row holds the cycle it is part of.
    Merged,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The best total over all trees with one root, by trying every choice of heads.
    fn best_by_force(scores: &[f32], n: usize) -> f64 {
        let mut best = f64::NEG_INFINITY;
        let mut heads = vec![0u32; n];
        loop {
            if is_tree(&heads) {
                best = best.max(total(scores, &heads));
            }
            let Some(at) = heads.iter().position(|head| (*head as usize) < n) else { return best };
            heads[at] += 1;
            heads[..at].fill(0);
        }
    }

    fn total(scores: &[f32], heads: &[u32]) -> f64 {
        let row = heads.len() + 1;
        heads.iter().enumerate().map(|(word, head)| f64::from(scores[word * row + *head as usize])).sum()
    }

    proptest! {
        #[test]
        fn no_tree_scores_higher(n in 1usize..6, numbers in proptest::collection::vec(-50i8..50, 30)) {
            let scores: Vec<f32> = (0..n * (n + 1)).map(|i| f32::from(numbers[i])).collect();
            let heads = best_tree(&scores, n);
            prop_assert!(is_tree(&heads), "{:?}", heads);
            prop_assert!((total(&scores, &heads) - best_by_force(&scores, n)).abs() < 1e-6, "{:?}", heads);
        }

        #[test]
        fn large_and_broken_scores_still_make_a_tree(n in 1usize..80, seed: u32) {
            let mut state = seed;
            let scores: Vec<f32> = (0..n * (n + 1)).map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                match state >> 28 { 0 => f32::NAN, 1 => f32::INFINITY, 2 => f32::NEG_INFINITY, _ => state as f32 }
            }).collect();
            prop_assert!(is_tree(&best_tree(&scores, n)));
        }
    }

    #[test]
    fn a_cycle_is_broken_where_it_costs_least() {
        // Two words prefer each other; the root is offered to both and the second gains more from it.
        let scores = [1.0, 0.0, 10.0, 3.0, 10.0, 0.0];
        assert_eq!(best_tree(&scores, 2), [2, 0]);
        assert_eq!(best_tree(&[], 0), [0u32; 0]);
        assert_eq!(best_tree(&[-1.0, 5.0], 1), [0]);
    }
}
