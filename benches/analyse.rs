//! How fast text is cut and analysed: `cargo bench --bench analyse`. One item is one sentence.

use divan::{Bencher, black_box, counter::ItemsCount};
use newsgraph::language::{Model, analyse, segment};

/// Ten sentences of about 25 tokens, as news writes them.
const NEWS: &str = "\
The port authority of Valmera said on Tuesday that it would buy six electric tugboats from the Dutch builder Damhus for \
€84 million, its largest order in a decade. “We could not wait any longer,” said Irena Kolb, who has led the authority \
since 2021 and who once worked for the shipyard’s main rival in Hamburg.

Damhus, which employs 1,900 people, beat two Korean bidders after a tender that took almost three years and was twice \
challenged in court by Hansan Marine. The court’s last ruling, on March 3, found that the authority hadn’t favoured \
anyone when it gave points for repair yards within 300 miles of the harbour. Hansan’s lawyers called the decision \
“a gift to Europe” and said the company was weighing an appeal, though it doesn’t expect the boats to be delivered late.

Environmental groups welcomed the order but warned that the tugboats will be charged with power from a coal-fired plant \
until at least 2029. Mayor Tomas Brandt, a critic of the port’s expansion, told reporters that the city would oppose a \
second terminal unless the authority publishes what it knows about noise and dust. His deputy, the economist Lena Ortiz, \
takes another view: she praised the purchase as proof that a mid-sized harbour can lead where richer ones hesitate.

Shares of Damhus rose 4.2% in Amsterdam, while those of Hansan Marine fell slightly in Seoul after analysts at Merz & \
Partners cut their forecast for the year. The first boat, to be named after the lighthouse keeper Anna Rask, should \
reach Valmera in the autumn of next year and replace a diesel tug that was built in 1974.";

fn main() {
    divan::main();
}

#[divan::bench]
fn segmentation(bencher: Bencher<'_, '_>) {
    let sentences = segment(NEWS).len();
    bencher.counter(ItemsCount::new(sentences)).bench(|| segment(black_box(NEWS)));
}

#[divan::bench]
fn analysis(bencher: Bencher<'_, '_>) {
    let model = Model::embedded();
    let sentences = segment(NEWS).len();
    bencher.counter(ItemsCount::new(sentences)).bench(|| analyse(model, black_box(NEWS)));
}
