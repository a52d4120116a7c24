//! `#материал NAME`: a reference material goes with the answer (clause 6).

use super::super::super::nearest::nearest;
use super::super::super::outcome::{Did, Refusal};
use super::Orders;

impl Orders<'_> {
    pub(super) fn material(&mut self, name: &str) -> Result<(), Refusal> {
        let library = &self.desk.resources.library;
        let Some(found) = library.named(name) else {
            let names: Vec<String> = library
                .materials()
                .iter()
                .map(|one| one.name.clone())
                .collect();
            let near = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
            return Err(Refusal::NoMaterial(name.to_owned(), near, names));
        };
        if !self.materials.contains(found) {
            self.materials.push(found.clone());
            self.did.push(Did::Material(found.title.clone()));
        }
        Ok(())
    }
}
