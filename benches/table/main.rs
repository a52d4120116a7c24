//! The program beside its physical neighbours: one table, with ratios measured in the same run.
//!
//! `benches/run` calls this. Arguments name rows (`intake`, `floor`, `end-to-end`, `sending`, `push`, `large`,
//! `size`); without any, all of them. `DEZHURNY_LETTERS` and `DEZHURNY_RUNS` make it shorter; `DEZHURNY_PROGRAM`
//! names another build of the program, `DEZHURNY_KEPT` a folder for a copy of the large database. Nothing is
//! asserted of speed: figures move with the machine, and only ratios within one run are compared.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    missing_docs
)]

mod floor;
#[path = "../../tests/it/host/mod.rs"]
mod host;
mod intake;
mod large;
mod mails;
mod process;
mod push;
mod school;
mod sending;
mod sink;
mod spread;

use spread::Row;

/// How much is measured.
pub struct Scale {
    /// Waiting letters.
    pub letters: usize,
    /// Runs of each row.
    pub runs: usize,
    /// Letters in the large database.
    pub stored: i64,
}

/// Measures some rows.
type Measure = fn(&Scale) -> Vec<Row>;

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

fn main() {
    let scale = Scale {
        letters: number("DEZHURNY_LETTERS", 10_000),
        runs: number("DEZHURNY_RUNS", 5),
        stored: i64::try_from(number("DEZHURNY_STORED", 1_000_000)).unwrap(),
    };
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|one| !one.starts_with("--"))
        .collect();
    let rows: [(&str, Measure); 7] = [
        ("size", size),
        ("intake", intake::intake),
        ("floor", floor::floor),
        ("end-to-end", sending::end_to_end),
        ("sending", sending::sending),
        ("push", push::push),
        ("large", large::large),
    ];
    println!("{}", Row::HEAD);
    for (name, measure) in rows {
        if asked.is_empty() || asked.iter().any(|one| one == name) {
            for row in measure(&scale) {
                println!("{row}");
            }
        }
    }
}

/// The program as it is built for use.
fn size(_: &Scale) -> Vec<Row> {
    let bytes = std::fs::metadata(school::program()).unwrap().len();
    vec![Row::new(
        "release binary, stripped, MB",
        "≤ 15",
        vec![bytes as f64 / 1e6],
    )]
}
