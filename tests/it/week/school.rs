//! The school of the week: its rules, its eight specialists, the vendor's service, and those who write to it.

use std::path::Path;

use dezhurny::config;
use dezhurny::daemon::Snapshot;
use dezhurny::letters::Templates;

const CONFIG: &str = r#"
[desk]
name = "Служба помощи по электронному журналу"
address = "help@school.test"
language = "auto"
admins = ["admin@school.test"]
data_dir = "data"
undo = "10m"
[intake.maildir]
path = "inbox"
[outgoing.maildir]
path = "sent"
[hours]
week = { mon = "08:00-17:00", tue = "08:00-17:00", wed = "08:00-17:00", thu = "08:00-17:00", fri = "08:00-16:00", sat = "09:00-13:00" }
[[topic]]
name = "оценки"
words = ["оценка", "отметка"]
[[topic]]
name = "расписание"
words = ["расписание", "урок"]
[[topic]]
name = "олимпиады"
words = ["олимпиада", "конкурс"]
[reports]
digest = "off"
[trust]
authserv_id = ["mx.school.test"]
plus_addressing = true
"#;

const ROSTER: &str = r#"
[[tier]]
id = "teachers"
name = "Педагоги, имеющие опыт работы с ЭЖ"
[[tier]]
id = "deputies"
name = "Заместители директора"
[[tier]]
id = "vendor"
name = "Служба поддержки «Дневник.ру»"
outside = true

[[specialist]]
id = "ivanova"
name = "Иванова Мария Петровна"
address = "ivanova@school.test"
aliases = ["m.ivanova@home.test"]
tier = "teachers"
topics = ["оценки", "олимпиады"]
weight = 2
max_open = 4
supervisor = "petrov"
reception = "вторник 14:00–16:00, кабинет 205"
[[specialist]]
id = "sidorov"
name = "Сидоров Алексей Игоревич"
address = "sidorov@school.test"
tier = "teachers"
max_open = 2
supervisor = "petrov"
[[specialist]]
id = "orlova"
name = "Орлова Нина Павловна"
address = "orlova@school.test"
tier = "teachers"
topics = ["олимпиады"]
max_open = 2
supervisor = "director@school.test"
[[specialist]]
id = "kuznetsova"
name = "Кузнецова Елена Юрьевна"
address = "kuznetsova@school.test"
tier = "teachers"
max_open = 2
supervisor = "petrov"
away = ["2026-11-24..2026-11-26"]
[[specialist]]
id = "belov"
name = "Белов Игорь Степанович"
address = "belov@school.test"
tier = "teachers"
max_open = 2
supervisor = "volkova"
[[specialist]]
id = "zaitseva"
name = "Зайцева Вера Олеговна"
address = "zaitseva@school.test"
tier = "teachers"
topics = ["расписание", "оценки"]
max_open = 2
supervisor = "volkova"
[[specialist]]
id = "petrov"
name = "Петров Сергей Николаевич"
address = "petrov@school.test"
tier = "deputies"
max_open = 2
[[specialist]]
id = "volkova"
name = "Волкова Инна Андреевна"
address = "volkova@school.test"
tier = "deputies"
weight = 2
max_open = 2
supervisor = "director@school.test"
[[specialist]]
id = "dnevnik"
name = "Служба поддержки"
address = "support@vendor.test"
tier = "vendor"
"#;

/// One who asks. Everything that they write names their child, so that a word of theirs in
/// another's letter is seen.
#[derive(Clone, Copy)]
pub struct Parent {
    pub child: &'static str,
    pub login: &'static str,
    pub name: &'static str,
}

const fn parent(child: &'static str, login: &'static str, name: &'static str) -> Parent {
    Parent { child, login, name }
}

pub const PARENTS: &[Parent] = &[
    parent("Зимин", "zimina", "Ольга Викторовна"),
    parent("Лебедев", "lebedeva", "Татьяна Ивановна"),
    parent("Соколов", "sokolova", "Анна Сергеевна"),
    parent("Морозов", "morozova", "Елена Дмитриевна"),
    parent("Фролов", "frolova", "Ирина Олеговна"),
    parent("Гусев", "guseva", "Юлия Петровна"),
    parent("Титов", "titova", "Дарья Андреевна"),
    parent("Комаров", "komarova", "Светлана Юрьевна"),
    parent("Ершов", "ershova", "Наталья Павловна"),
    parent("Носков", "noskova", "Алла Борисовна"),
    parent("Дроздов", "drozdova", "Марина Львовна"),
    parent("Рябов", "ryabova", "Галина Игоревна"),
    parent("Щукин", "schukina", "Вера Максимовна"),
    parent("Жуков", "zhukova", "Людмила Егоровна"),
    parent("Панин", "panina", "Ксения Романовна"),
    parent("Сомов", "somova", "Екатерина Ильинична"),
    parent("Карпов", "karpova", "Лариса Степановна"),
    parent("Быков", "bykova", "Оксана Геннадьевна"),
    parent("Уткин", "utkina", "Надежда Фёдоровна"),
    parent("Котов", "kotova", "Алина Руслановна"),
    parent("Ежов", "ezhova", "Полина Антоновна"),
    parent("Лосев", "loseva", "Жанна Аркадьевна"),
    parent("Барсуков", "barsukova", "Инна Тимуровна"),
    parent("Галкин", "galkina", "Майя Денисовна"),
    parent("Ястребов", "yastrebova", "Рита Глебовна"),
    parent("Коровин", "korovina", "Эмма Львовна"),
    parent("Сазонов", "sazonova", "Нелли Захаровна"),
    parent("Цветков", "tsvetkova", "Злата Кирилловна"),
];

impl Parent {
    pub fn address(&self) -> String {
        format!("{}@home.test", self.login)
    }

    /// First name, patronymic, surname, as mail programs show it.
    pub fn whole_name(&self) -> String {
        format!("{} {}а", self.name, self.child)
    }
}

/// Subject and text of a first letter; `{}` is the child.
pub const QUESTIONS: &[(&str, &str)] = &[
    (
        "Не видно оценок",
        "Здравствуйте! Не видно оценок за четверть, ученик {}. Раньше всё открывалось.",
    ),
    (
        "Оценка по физике",
        "Добрый день. В журнале пропала отметка по физике за 19 ноября, работа сдана. Ученик {}.",
    ),
    (
        "Расписание на субботу",
        "Подскажите, пожалуйста, где посмотреть расписание на субботу? Ученик {}, уроки в телефоне не показаны.",
    ),
    (
        "Запись на олимпиаду",
        "Как записать ребёнка на олимпиаду по математике? Ученик {}.",
    ),
    (
        "Пароль",
        "Здравствуйте, забыли пароль от дневника. Ученик {}. Письмо для восстановления не приходит.",
    ),
    (
        "Второй родитель",
        "Добрый вечер! Как подключить к дневнику второго родителя? Ученик {}.",
    ),
    (
        "Домашнее задание",
        "Второй день пустое домашнее задание по русскому языку. Это ошибка? Ученик {}.",
    ),
    (
        "Cannot log in",
        "Hello! I cannot log in to the diary, the page stays empty. The pupil is {} (in Russian letters). Could you please help me with the password?",
    ),
];

pub const MORE: &[&str] = &[
    "Попробовали, пока не получается. Ученик {}.",
    "Спасибо! А в приложении тоже появится? Ученик {}.",
    "Забыли сказать: {} учится в 7 «Б».",
    "Снова не видно, к сожалению. Ученик {}.",
];

pub const ANSWERS: &[&str] = &[
    "Здравствуйте. Период был закрыт раньше срока, сейчас он открыт. Обновите страницу, пожалуйста.",
    "Добрый день! Пароль сброшен, новый придёт Вам отдельным письмом из дневника.",
    "Здравствуйте. Проверили у классного руководителя: завтра запись появится.",
    "Добрый день. Зайдите в раздел «Дневник», затем «Расписание», и выберите нужный день.",
];

/// What is written for the staff alone.
pub const NOTES: &[&str] = &[
    "Между нами: классный руководитель болеет, спросить некого.",
    "Между нами: тут нужен доступ администратора, у меня его нет.",
    "Между нами: звонили утром, разговор был непростой.",
];

pub const DECLINED: &str = "нет прав на этот класс";

pub fn school(folder: &Path) -> Snapshot {
    let config = config::parse("config.toml", CONFIG, folder).unwrap();
    let roster = config::parse_roster("roster.toml", ROSTER, &config.policy).unwrap();
    let people = config::parse_people("people.csv", "", &config.policy).unwrap();
    Snapshot {
        resources: dezhurny::desk::resources::Resources::default(),
        config,
        roster,
        people,
        templates: Templates::builtin(),
    }
}
