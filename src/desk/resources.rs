//! What the school offers beside an answer, as values: reference materials (clause 6) and seminars
//! (clause 3).

use super::materials::Library;
use super::seminars::Seminar;

/// All of it. One letter sees one state of it from beginning to end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resources {
    /// The reference materials.
    pub library: Library,
    /// The seminars that it announces.
    pub seminars: Vec<Seminar>,
    /// The school's file of seminars has faults: one that is missing from `seminars` may stand there, and is not
    /// cancelled for that.
    pub seminars_faulty: bool,
}
