//! People whom the school knows: their names and their parts in it (clause 1: whom the desk serves).
//!
//! Nobody is served better or worse for standing here; the desk only knows whom it talks to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ticket::{Person, Tongue};

/// Somebody's part in the school, as the regulation's first clause names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The director and the deputies.
    Administration,
    /// A teacher of a subject.
    SubjectTeacher,
    /// A class teacher.
    ClassTeacher,
    /// Anybody else who works there.
    OtherStaff,
    /// A pupil.
    Pupil,
    /// A parent, or who stands for one.
    Parent,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Administration,
        Self::SubjectTeacher,
        Self::ClassTeacher,
        Self::OtherStaff,
        Self::Pupil,
        Self::Parent,
    ];

    /// The word in the database and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administration => "administration",
            Self::SubjectTeacher => "subject-teacher",
            Self::ClassTeacher => "class-teacher",
            Self::OtherStaff => "other-staff",
            Self::Pupil => "pupil",
            Self::Parent => "parent",
        }
    }

    /// The role of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// As people read it beside a name.
    pub fn said(self, tongue: Tongue) -> &'static str {
        match (self, tongue) {
            (Self::Administration, Tongue::Ru) => "администрация",
            (Self::Administration, Tongue::En) => "administration",
            (Self::SubjectTeacher, Tongue::Ru) => "учитель",
            (Self::SubjectTeacher, Tongue::En) => "teacher",
            (Self::ClassTeacher, Tongue::Ru) => "классный руководитель",
            (Self::ClassTeacher, Tongue::En) => "class teacher",
            (Self::OtherStaff, Tongue::Ru) => "сотрудник школы",
            (Self::OtherStaff, Tongue::En) => "school staff",
            (Self::Pupil, Tongue::Ru) => "ученик",
            (Self::Pupil, Tongue::En) => "pupil",
            (Self::Parent, Tongue::Ru) => "родитель",
            (Self::Parent, Tongue::En) => "parent",
        }
    }
}

/// Somebody of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Their name; may be empty.
    pub name: String,
    /// Their part, if the school says it.
    pub role: Option<Role>,
}

/// The list, by address in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People(pub BTreeMap<String, Listed>);

impl People {
    /// Who has this address.
    pub fn by_address(&self, address: &str) -> Option<&Listed> {
        self.0.get(address)
    }

    /// The part of a writer in the school. Their name becomes the list's, unless they sign in full: a family
    /// may share an address.
    pub fn introduce(&self, person: &mut Person) -> Option<Role> {
        let listed = self.by_address(&person.address)?;
        let in_full = person.name.split_whitespace().count() >= 3;
        if !in_full && !listed.name.is_empty() {
            person.name.clone_from(&listed.name);
        }
        listed.role
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_signs_in_full_keeps_their_name() {
        let listed = Listed {
            name: "Ткаченко Анна Сергеевна".to_owned(),
            role: Some(Role::Parent),
        };
        let people = People(BTreeMap::from([("anna@home.test".to_owned(), listed)]));
        let named = |name: &str, address: &str| {
            let mut person = Person {
                name: name.to_owned(),
                address: address.to_owned(),
            };
            let role = people.introduce(&mut person);
            (person.name, role)
        };
        let parent = Some(Role::Parent);
        assert_eq!(
            named("anya", "anna@home.test"),
            ("Ткаченко Анна Сергеевна".to_owned(), parent)
        );
        let husband = "Игорь Петрович Ткаченко".to_owned();
        assert_eq!(named(&husband, "anna@home.test"), (husband.clone(), parent));
        assert_eq!(named("anya", "other@home.test"), ("anya".to_owned(), None));
    }
}
