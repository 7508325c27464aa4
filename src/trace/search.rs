//! The k cheapest simple paths between two nodes.
//!
//! Best-first over partial paths, led by the exact remaining distance (Dijkstra from the target) and cut where the
//! target is too many hops away (breadth-first from the target). Of the ways onward from a node only the best is opened,
//! the next when that is taken, so that a node with thousands of links costs no more than one with few. `petgraph::algo::k_shortest_path` gives costs only,
//! and `all_simple_paths` has no order and no end.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
};

use petgraph::{
    algo::dijkstra,
    graph::{NodeIndex, UnGraph},
    visit::EdgeRef,
};

use crate::graph::{EntityIx, StatementIx};

/// A statement that may be walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) statement: StatementIx,
    /// Millionths of a nat, above 0.
    pub(super) cost: u64,
}

/// How far to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) hops: usize,
    pub(super) paths: usize,
    pub(super) partial: usize,
}

/// A path: ordered by cost, then length, then the ids of its statements.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) cost: u64,
    length: usize,
    steps: Vec<(StatementIx, NodeIndex)>,
}

impl Found {
    pub(super) fn new(steps: &[(Link, NodeIndex)]) -> Self {
        Self {
            cost: steps.iter().map(|(link, _)| link.cost).sum(),
            length: steps.len(),
            steps: steps.iter().map(|(link, to)| (link.statement, *to)).collect(),
        }
    }

    pub(super) fn statements(&self) -> impl Iterator<Item = StatementIx> {
        self.steps.iter().map(|&(statement, _)| statement)
    }

    /// The entity behind each step.
    pub(super) fn entities(&self) -> impl Iterator<Item = EntityIx> {
        self.steps.iter().map(|&(_, to)| EntityIx(to.index() as u32))
    }
}

/// What joins `node` to others, with the other end.
pub(super) fn links(
    network: &UnGraph<EntityIx, Link>,
    node: NodeIndex,
) -> impl Iterator<Item = (&Link, NodeIndex)> {
    network.edges(node).map(move |edge| {
        let to = if edge.source() == node { edge.target() } else { edge.source() };
        (edge.weight(), to)
    })
}

/// The cheapest paths in their order, and whether the search ran to its end.
pub(super) fn best_paths(
    network: &UnGraph<EntityIx, Link>,
    from: NodeIndex,
    to: NodeIndex,
    limits: &Limits,
) -> (Vec<Found>, bool) {
    let costs = dijkstra(network, to, None, |edge| edge.weight().cost);
    let rest = network.node_indices().map(|node| costs.get(&node).copied()).collect();
    let mut search = Search {
        network,
        from,
        most: limits.hops,
        hops: hops_to(network, to, limits.hops),
        onward: HashMap::new(),
        open: BinaryHeap::new(),
        looked_at: 0,
        rest,
    };
    let mut found = Vec::new();
    if from != to {
        search.push(&[], 0, 0);
    }
    while let Some(Reverse(Partial { steps, cost, rank, .. })) = search.open.pop() {
        if search.looked_at > limits.partial {
            return (found, false);
        }
        let Some((&(_, at), before)) = steps.split_last() else { continue };
        search.push(before, cost.before, rank + 1);
        if at == to {
            found.push(Found { cost: cost.total, length: steps.len(), steps });
            if found.len() >= limits.paths {
                break;
            }
        } else {
            search.push(&steps, cost.total, 0);
        }
    }
    (found, true)
}

struct Search<'n> {
    network: &'n UnGraph<EntityIx, Link>,
    from: NodeIndex,
    most: usize,
    /// Least cost to the target.
    rest: Vec<Option<u64>>,
    /// Fewest hops to the target.
    hops: Vec<Option<usize>>,
    /// For the nodes met so far, the links onward, the one on the cheapest way to the target first.
    onward: HashMap<NodeIndex, Vec<(u64, Link, NodeIndex)>>,
    open: BinaryHeap<Reverse<Partial>>,
    looked_at: usize,
}

/// The beginning of a path, ordered by the least that the whole can cost, then as [`Found`].
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Partial {
    least: u64,
    length: usize,
    steps: Vec<(StatementIx, NodeIndex)>,
    cost: Cost,
    /// Place of the last step among those onward from the node before.
    rank: usize,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    total: u64,
    /// Without the last step.
    before: u64,
}

impl Search<'_> {
    /// Opens the best way onward from `steps` that is `rank`-th or later; those after it wait until it is taken.
    fn push(&mut self, steps: &[(StatementIx, NodeIndex)], before: u64, rank: usize) {
        let at = steps.last().map_or(self.from, |&(_, node)| node);
        let onward = self.onward.entry(at).or_insert_with(|| {
            let near = links(self.network, at).filter(|(_, next)| self.hops[next.index()].is_some());
            let mut onward: Vec<_> = near
                .filter_map(|(link, next)| Some((link.cost + self.rest[next.index()]?, *link, next)))
                .collect();
            onward.sort_by_key(|&(least, link, _)| (least, link.statement));
            onward
        });
        for (rank, &(least, link, next)) in onward.iter().enumerate().skip(rank) {
            self.looked_at += 1;
            let near = self.hops[next.index()].is_some_and(|left| steps.len() + 1 + left <= self.most);
            if near && next != self.from && steps.iter().all(|&(_, node)| node != next) {
                let mut steps = steps.to_vec();
                steps.push((link.statement, next));
                self.open.push(Reverse(Partial {
                    least: before + least,
                    length: steps.len(),
                    steps,
                    cost: Cost { total: before + link.cost, before },
                    rank,
                }));
                return;
            }
        }
    }
}

/// Fewest hops from every node to `to`, where at most `most`.
fn hops_to(network: &UnGraph<EntityIx, Link>, to: NodeIndex, most: usize) -> Vec<Option<usize>> {
    let mut hops = vec![None; network.node_count()];
    hops[to.index()] = Some(0);
    let mut queue = VecDeque::from([(to, 0)]);
    while let Some((node, far)) = queue.pop_front() {
        if far == most {
            break;
        }
        for (_, next) in links(network, node) {
            if hops[next.index()].is_none() {
                hops[next.index()] = Some(far + 1);
                queue.push_back((next, far + 1));
            }
        }
    }
    hops
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network(nodes: usize, edges: &[(usize, usize, u64)]) -> UnGraph<EntityIx, Link> {
        let mut network = UnGraph::default();
        for at in 0..nodes {
            network.add_node(EntityIx(at as u32));
        }
        for (at, &(a, b, cost)) in edges.iter().enumerate() {
            if a != b {
                let link = Link { statement: StatementIx(at as u32), cost };
                network.add_edge(NodeIndex::new(a), NodeIndex::new(b), link);
            }
        }
        network
    }

    /// Every simple path, by trying all.
    fn all(
        network: &UnGraph<EntityIx, Link>,
        steps: &mut Vec<(Link, NodeIndex)>,
        from: NodeIndex,
        to: NodeIndex,
        hops: usize,
        found: &mut Vec<Found>,
    ) {
        let at = steps.last().map_or(from, |step| step.1);
        if at == to {
            found.push(Found::new(steps));
            return;
        }
        if steps.len() == hops {
            return;
        }
        for (link, next) in links(network, at) {
            if next != from && steps.iter().all(|step| step.1 != next) {
                steps.push((*link, next));
                all(network, steps, from, to, hops, found);
                steps.pop();
            }
        }
    }

    proptest! {
        #[test]
        fn the_best_of_all_simple_paths_in_order(
            edges in prop::collection::vec((0_usize..7, 0_usize..7, 1_u64..5), 0..22),
            hops in 1_usize..6,
            paths in 1_usize..30,
        ) {
            let network = network(7, &edges);
            let (from, to) = (NodeIndex::new(0), NodeIndex::new(6));
            let (found, complete) =
                best_paths(&network, from, to, &Limits { hops, paths, partial: usize::MAX });
            let mut expected = Vec::new();
            all(&network, &mut Vec::new(), from, to, hops, &mut expected);
            expected.sort();
            expected.truncate(paths);
            prop_assert!(complete);
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_search_that_is_cut_short_says_so() {
        let edges: Vec<_> = (0..6).flat_map(|a| (0..a).map(move |b| (a, b, 1))).collect();
        let limits = Limits { hops: 5, paths: 1000, partial: 10 };
        let (found, complete) =
            best_paths(&network(6, &edges), NodeIndex::new(0), NodeIndex::new(5), &limits);
        assert!(!complete);
        assert_eq!(found[0].statements().count(), 1);
    }

    #[test]
    fn hubs_on_the_way_are_only_entered_towards_the_target() {
        // A star of 1000 leaves around node 1, which lies between 0 and 2.
        let mut edges = vec![(0, 1, 1), (1, 2, 1)];
        edges.extend((3..1003).map(|leaf| (1, leaf, 1)));
        let limits = Limits { hops: 2, paths: 10, partial: 10 };
        let (found, complete) =
            best_paths(&network(1003, &edges), NodeIndex::new(0), NodeIndex::new(2), &limits);
        assert!(complete);
        assert_eq!(found.len(), 1);
    }
}
