//! What the school offers beside an answer, as values: reference materials (clause 6).

use super::materials::Library;

/// All of it. One letter sees one state of it from beginning to end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resources {
    /// The reference materials.
    pub library: Library,
}
