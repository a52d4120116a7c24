//! Counts of materials by the titles that people know them by; the store knows the names of their files.

use std::collections::BTreeMap;

use super::Extra;
use crate::desk::materials::Library;

impl Extra {
    /// The same with materials by the titles that people know, in the parts that count materials. One that is in
    /// the library no more keeps its name.
    #[must_use]
    pub fn titled(self, library: &Library) -> Self {
        if !self.name.starts_with("materials") {
            return self;
        }
        let mut counts = BTreeMap::new();
        for (name, count) in self.counts {
            let known = library.named(&name);
            let title = known.map_or(name, |one| one.title.clone());
            *counts.entry(title).or_default() += count;
        }
        let name = self.name;
        Self { name, counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::materials::Material;

    #[test]
    fn materials_are_counted_by_their_titles() {
        let material = |name: &str, title: &str| Material {
            name: name.to_owned(),
            title: title.to_owned(),
            words: vec![],
            link: None,
            text: String::new(),
            author: None,
            source: None,
            licence: None,
        };
        let library = Library::new(vec![
            material("пароль", "Как вернуть доступ"),
            material("пароль-2", "Как вернуть доступ"),
        ]);
        let counts = |all: &[(&str, u64)]| -> BTreeMap<String, u64> {
            all.iter()
                .map(|(name, count)| ((*name).to_owned(), *count))
                .collect()
        };
        let of = |name: &str| Extra {
            name: name.to_owned(),
            counts: counts(&[("пароль", 2), ("пароль-2", 1), ("ушёл", 5)]),
        };
        for part in ["materials", "materials-offered"] {
            let titled = of(part).titled(&library);
            assert_eq!(
                titled.counts,
                counts(&[("Как вернуть доступ", 3), ("ушёл", 5)])
            );
        }
        assert_eq!(of("roles").titled(&library), of("roles"));
    }
}
