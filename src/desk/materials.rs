//! Reference materials (clause 6), and which of them fit a letter.
//!
//! The ranking is the usual one of full-text search (BM25): a word counts the more the fewer materials have
//! it, the title and the words that the school chose count more than the text, a long text does not win by
//! its length. It is a pure function; the same letter gets the same materials in the same order.

use std::collections::{BTreeMap, BTreeSet};

use super::stem::stems;

/// Most materials that are offered for one letter.
pub const MOST: usize = 3;

/// Characters of a material's text that stand in a letter whose reader has not asked for it.
pub const EXCERPT: usize = 600;

/// What a word counts in each place of a material.
const TITLE: f64 = 3.0;
const WORDS: f64 = 4.0;
const TEXT: f64 = 1.0;
/// What a word counts in the subject of a letter, against one of its text.
const SUBJECT: f64 = 1.5;
/// How soon a repeated word counts no more, and how much length matters (BM25's k1 and b).
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.4;
/// Nothing is offered that fits less than this part of one rare word: a stray word in common is no answer.
const LEAST: f64 = 0.9;
/// One word in common is enough where it is at least this part of what was asked.
const SHARE: usize = 3;
/// A further material is offered when it is at least so near to the best.
const NEAR: f64 = 0.4;
/// How many words of a letter are looked at: the question stands at its beginning.
const ENOUGH: usize = 600;

/// Words that every letter has and that say nothing of its question.
const EVERYDAY: &str = "здравствуйте здравствуй добрый доброе день вечер утро утра пожалуйста спасибо \
    благодарю заранее уважаемый уважаемые подскажите скажите помогите помочь помощь прошу просьба объясните \
    хочу хотела хотел нужно надо можно нельзя могу может можем не ни нет да и а но или что чтобы как где когда \
    куда какой какая какие кто кому чем почему зачем это этот эта эти тот та то те так же уже ещё бы ли вот \
    только очень все всё весь вся всех мне меня мы нас нам я он она они его её их ему ей им у в на по с со к \
    ко от до из за о об для при про над под без через если то есть был была было были будет быть мой моя моё \
    мои моего моей мою наш наша наши вы вас вам ваш ваша ваши себя сам сама после перед теперь потом тогда там \
    тут здесь раз два три один одна вопрос вопросы проблема делать сделать сделали hello hi dear please thank \
    thanks you the a an is are was to of in on for and or not how what where when why can could my our your i \
    we it this that do does with from help";

/// A material as the school wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// The name that `#материал NAME` knows it by: its file's name without `.md`.
    pub name: String,
    /// What it is about, as people read it.
    pub title: String,
    /// Words that questions about it have, in any form.
    pub words: Vec<String>,
    /// Where it stands, if it is a page.
    pub link: Option<String>,
    /// Its text; may be empty when there is a link.
    pub text: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it was taken from.
    pub source: Option<String>,
    /// On what terms it may be passed on.
    pub licence: Option<String>,
}

/// A material that fits a letter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit<'a> {
    /// The material.
    pub material: &'a Material,
    /// How well it fits; only for comparing with others of the same letter.
    pub score: f64,
}

/// Materials ready to be searched. Building reads every text; searching does not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library {
    materials: Vec<Material>,
    /// Stems of words that say nothing.
    everyday: BTreeSet<String>,
    /// A stem, and how much of it is in which material.
    index: BTreeMap<String, Vec<(usize, f64)>>,
}

impl Library {
    /// A library of these materials.
    pub fn new(materials: Vec<Material>) -> Self {
        let everyday: BTreeSet<String> = stems(EVERYDAY).into_iter().collect();
        let counted: Vec<BTreeMap<String, f64>> = materials.iter().map(count).collect();
        let sizes: Vec<f64> = counted.iter().map(|words| words.values().sum()).collect();
        let mean = (sizes.iter().sum::<f64>() / whole(sizes.len().max(1))).max(1.0);
        let mut index: BTreeMap<String, Vec<(usize, f64)>> = BTreeMap::new();
        for (place, (words, size)) in counted.into_iter().zip(&sizes).enumerate() {
            let room = SATURATION * (1.0 - LENGTH + LENGTH * size / mean);
            for (word, times) in words {
                if !everyday.contains(&word) {
                    let weight = times * (SATURATION + 1.0) / (times + room);
                    index.entry(word).or_default().push((place, weight));
                }
            }
        }
        Self {
            materials,
            everyday,
            index,
        }
    }

    /// All materials, in the order given.
    pub fn materials(&self) -> &[Material] {
        &self.materials
    }

    /// The material of this name, in any case; `ё` is `е`.
    pub fn named(&self, name: &str) -> Option<&Material> {
        let plain = |name: &str| name.trim().to_lowercase().replace('ё', "е");
        let wanted = plain(name);
        self.materials.iter().find(|one| plain(&one.name) == wanted)
    }

    /// The materials that fit a letter, the best first, at most [`MOST`]; none when nothing fits well.
    pub fn fitting(&self, subject: &str, text: &str) -> Vec<Fit<'_>> {
        let mut asked: BTreeMap<String, f64> = BTreeMap::new();
        for word in stems(text).into_iter().take(ENOUGH) {
            asked.insert(word, 1.0);
        }
        for word in stems(subject).into_iter().take(ENOUGH) {
            asked.insert(word, SUBJECT);
        }
        asked.retain(|word, _| !self.everyday.contains(word));
        // How well each fits, and how many of the letter's words it has.
        let mut scores = vec![(0.0_f64, 0_usize); self.materials.len()];
        for (word, worth) in &asked {
            let Some(places) = self.index.get(word) else {
                continue;
            };
            let rarity = rarity(self.materials.len(), places.len());
            for (place, weight) in places {
                if let Some((score, words)) = scores.get_mut(*place) {
                    *score += rarity * weight * worth;
                    // A word of the subject says as much as two.
                    *words += if *worth > 1.0 { 2 } else { 1 };
                }
            }
        }
        let least = LEAST * rarity(self.materials.len(), 1);
        let best = scores.iter().map(|(score, _)| *score).fold(0.0, f64::max);
        let mut fitting: Vec<Fit<'_>> = self
            .materials
            .iter()
            .zip(scores)
            .filter(|(_, (score, words))| {
                let about_it = *words > 1 || words * SHARE >= asked.len();
                about_it && *score >= least && *score >= best * NEAR
            })
            .map(|(material, (score, _))| Fit { material, score })
            .collect();
        // A stable sort: between equals the order of the files decides.
        fitting.sort_by(|one, other| other.score.total_cmp(&one.score));
        fitting.truncate(MOST);
        fitting
    }
}

/// How often each word stands in a material, weighed by where it stands.
fn count(material: &Material) -> BTreeMap<String, f64> {
    let mut words = BTreeMap::new();
    let chosen = material.words.join(" ");
    for (text, weight) in [
        (material.title.as_str(), TITLE),
        (chosen.as_str(), WORDS),
        (material.text.as_str(), TEXT),
    ] {
        for word in stems(text) {
            *words.entry(word).or_insert(0.0) += weight;
        }
    }
    words
}

/// How much a word says that so many of all materials have.
fn rarity(all: usize, with: usize) -> f64 {
    let (all, with) = (whole(all), whole(with));
    (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
}

/// A count as a number to reckon with; materials are hundreds, not billions.
fn whole(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn material(name: &str, title: &str, words: &[&str], text: &str) -> Material {
        Material {
            name: name.to_owned(),
            title: title.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            link: None,
            text: text.to_owned(),
            author: None,
            source: None,
            licence: None,
        }
    }

    fn library() -> Library {
        Library::new(vec![
            material(
                "пароль",
                "Как восстановить пароль",
                &["пароль", "логин", "войти"],
                "Нажмите «Забыли пароль».",
            ),
            material(
                "отметки",
                "Как выставить отметку",
                &["оценка", "балл"],
                "Откройте урок и поставьте отметку.",
            ),
            material(
                "расписание",
                "Расписание уроков",
                &["звонки", "замена"],
                "Замены видны с утра.",
            ),
        ])
    }

    #[test]
    fn the_fitting_material_comes_first() {
        let library = library();
        let fitting = library.fitting("Не помню пароля", "Здравствуйте, дочь не может войти.");
        assert_eq!(
            fitting.first().map(|fit| fit.material.name.as_str()),
            Some("пароль")
        );
        let fitting = library.fitting("Оценки", "Как поставить несколько сразу?");
        assert_eq!(
            fitting.first().map(|fit| fit.material.name.as_str()),
            Some("отметки")
        );
    }

    #[test]
    fn what_fits_nothing_gets_nothing() {
        for text in [
            "",
            "Спасибо за помощь!",
            "Здравствуйте, подскажите, пожалуйста, что делать?",
        ] {
            assert!(library().fitting("", text).is_empty(), "{text}");
        }
        assert!(Library::new(vec![]).fitting("Пароль", "Пароль").is_empty());
    }

    #[test]
    fn a_name_is_found_in_any_case() {
        assert_eq!(
            library().named(" Пароль ").map(|one| one.title.as_str()),
            Some("Как восстановить пароль")
        );
        assert_eq!(library().named("парол"), None);
    }

    /// The materials under `tests/materials/`, read without their faults being judged.
    fn school() -> Library {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/materials");
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
            .collect();
        paths.sort();
        let materials = paths.iter().map(|path| {
            let file = std::fs::read_to_string(path).unwrap();
            let value = |key: &str| {
                file.lines()
                    .find_map(|line| line.strip_prefix(key))
                    .unwrap()
                    .to_owned()
            };
            let words = value("words: ");
            let words: Vec<&str> = words.split(", ").collect();
            let text = file.splitn(3, "---\n").nth(2).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            material(&name, &value("title: "), &words, text)
        });
        Library::new(materials.collect())
    }

    #[test]
    fn a_schools_questions_find_their_materials() {
        let library = school();
        assert_eq!(library.materials().len(), 25);
        let questions = include_str!("../../tests/materials/questions.txt");
        let (mut asked, mut answered, mut missed) = (0_usize, 0_usize, Vec::new());
        for line in questions.lines().filter(|line| !line.starts_with('#')) {
            let [name, subject, text] = line.splitn(3, " | ").collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            assert!(library.named(name).is_some(), "{line}");
            asked += 1;
            let fitting = library.fitting(subject, text);
            if fitting.iter().any(|fit| fit.material.name == name) {
                answered += 1;
            } else {
                missed.push(line);
            }
        }
        assert_eq!(asked, 60);
        assert!(
            answered * 100 >= asked * 85,
            "{answered} of {asked}: {missed:#?}"
        );
    }

    #[test]
    fn letters_about_other_things_get_nothing() {
        let library = school();
        for text in [
            "Здравствуйте, в кабинете 12 не включается проектор.",
            "Всё получилось, большое спасибо за помощь!",
            "Когда будет меню на следующую неделю? Ребёнку нельзя молоко.",
            "Сколько стоит экскурсия в музей и во сколько автобус?",
            "Нашли мешок со сменной обувью, чей?",
            "В котором часу родительское собрание и где?",
            "Есть ли места в шахматном кружке?",
            "Где получить учебник по биологии?",
            "Течёт батарея в коридоре второго этажа.",
        ] {
            let fitting = library.fitting("Вопрос", text);
            assert!(
                fitting.is_empty(),
                "{text}: {:?}",
                fitting.first().map(|fit| &fit.material.name)
            );
        }
    }

    proptest! {
        #[test]
        fn any_letter_gets_at_most_three_and_the_same_twice(subject in ".{0,40}", text in "(пароль|оценка|замена|.| ){0,60}") {
            let library = library();
            let fitting = library.fitting(&subject, &text);
            prop_assert!(fitting.len() <= MOST);
            prop_assert!(fitting.windows(2).all(|pair| pair[0].score >= pair[1].score));
            prop_assert_eq!(fitting, library.fitting(&subject, &text));
        }
    }
}
