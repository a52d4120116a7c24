//! One letter, step by step: `cargo bench --bench letter`.
//!
//! With `DEZHURNY_COUNT="STEP:TIMES"` the step is done so often and nothing else is: `benches/run` counts its
//! instructions so, by callgrind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

#[path = "../table/mails.rs"]
mod mails;
mod steps;

use criterion::Criterion;

fn main() {
    let folder = tempfile::tempdir_in("target").unwrap();
    let folder = std::fs::canonicalize(folder.path()).unwrap();
    let all = steps::all(&folder);
    if let Ok(asked) = std::env::var("DEZHURNY_COUNT") {
        let (name, times) = asked.rsplit_once(':').expect("STEP:TIMES");
        let times: u32 = times.parse().expect("a number");
        let (_, mut step) = all
            .into_iter()
            .find(|(step, _)| *step == name)
            .expect("a step");
        (0..times).for_each(|_| step());
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    for (name, mut step) in all {
        criterion.bench_function(name, |bencher| bencher.iter(&mut step));
    }
    criterion.final_summary();
}
