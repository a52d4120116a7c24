//! Attacks on the desk: the conversations of `tests/attacks`, floods, and two desks that write to each other.

mod floods;
mod host;
mod loops;

use crate::scenarios::play_all;

#[tokio::test]
async fn every_attack_comes_to_nothing() {
    assert!(play_all("tests/attacks").await >= 40);
}
