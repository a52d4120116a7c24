//! The report's words in both languages.

use jiff::civil::Date;

use crate::desk::ticket::Tongue;

/// The words of a language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said(pub Tongue);

/// What is said in the report: a key, Russian, English.
const WORDS: &[(&str, &str, &str)] = &[
    ("summary", "Главное", "At a glance"),
    ("received", "Писем пришло", "Letters received"),
    (
        "sent",
        "Писем написала служба",
        "Letters written by the desk",
    ),
    ("opened", "Новых обращений", "New tickets"),
    ("closed", "Закрыто обращений", "Tickets closed"),
    ("open-now", "Не закрыто сейчас", "Not closed now"),
    (
        "overdue-now",
        "Ждут первого ответа дольше срока",
        "Waiting for a first answer past the deadline",
    ),
    (
        "in-time",
        "Первый ответ дан в срок",
        "First answers in time",
    ),
    (
        "median",
        "Первый ответ обычно через",
        "A first answer usually takes",
    ),
    (
        "nine-of-ten",
        "Девять из десяти — не дольше",
        "Nine of ten take at most",
    ),
    ("goal", "Срок первого ответа", "The goal for a first answer"),
    (
        "times",
        "Сколько ждали первого ответа",
        "How long people waited for a first answer",
    ),
    ("by-topic", "По темам", "By topic"),
    ("by-tier", "По ступеням", "By tier"),
    ("by-specialist", "По специалистам", "By specialist"),
    ("tickets", "обращений", "tickets"),
    ("in-time-short", "в срок", "in time"),
    ("median-short", "обычно через", "usually after"),
    ("no-topic", "без темы", "no topic"),
    ("nobody", "без специалиста", "nobody yet"),
    (
        "channels",
        "Откуда пришли обращения",
        "Where tickets came from",
    ),
    ("email", "почта", "mail"),
    ("chat", "чат", "chat"),
    ("phone", "телефон", "telephone"),
    ("person", "лично", "in person"),
    ("in-person", "лично", "in person"),
    ("seminar", "семинар", "seminar"),
    ("ledger", "Чем стали письма", "What letters became"),
    ("ticket", "новое обращение", "a new ticket"),
    ("followup", "дополнение", "a follow-up"),
    ("reply", "ответ специалиста", "an answer"),
    ("note", "заметка", "a note"),
    ("command", "команда", "a command"),
    ("automatic", "автоматическое", "automatic"),
    ("repeat", "повтор", "a repeat"),
    (
        "quarantined",
        "отложено для человека",
        "set aside for a person",
    ),
    ("days", "Письма по дням", "Letters day by day"),
    ("came", "пришло", "received"),
    ("went", "написано службой", "written by the desk"),
    (
        "materials",
        "Материалы, которые помогли",
        "Materials that helped",
    ),
    (
        "materials-offered",
        "Материалы, которые предлагали",
        "Materials that were offered",
    ),
    (
        "without-material",
        "Вопросы, к которым материала не нашлось",
        "Questions that had no material",
    ),
    ("conduct", "Правила общения", "Conduct"),
    (
        "did-returned",
        "ответ возвращён автору",
        "an answer came back to its writer",
    ),
    (
        "did-held",
        "письмо сначала читал руководитель",
        "a letter was held for a supervisor",
    ),
    (
        "did-stopped",
        "оказание помощи прекращено",
        "service was ended",
    ),
    ("did-resumed", "возобновлено", "service was resumed"),
    (
        "did-upheld",
        "прекращение оставлено в силе",
        "an end was upheld",
    ),
    (
        "did-approved",
        "возвращённый ответ отправлен руководителем",
        "a supervisor sent a returned answer",
    ),
    ("did-complained", "жалоба на ответ", "a complaint"),
    ("administration", "администрация", "administration"),
    ("subject-teacher", "учителя-предметники", "subject teachers"),
    ("class-teacher", "классные руководители", "class teachers"),
    ("other-staff", "другие сотрудники", "other staff"),
    ("pupil", "ученики", "pupils"),
    ("parent", "родители", "parents"),
    ("no-role", "нет в списке школы", "not in the school’s list"),
    (
        "without-words",
        "О чём чаще спрашивают без материала (сколько людей)",
        "What is asked most without a material (people)",
    ),
    (
        "seminars",
        "Прошедшие семинары: кто был записан",
        "Seminars held: people with a seat",
    ),
    (
        "seminars-ahead",
        "Будущие семинары: кто хочет прийти",
        "Seminars ahead: people who want to come",
    ),
    (
        "seminar-topics",
        "Спрос на семинары по темам",
        "Demand for seminars by topic",
    ),
    ("roles", "Кто спрашивает", "Who asks"),
    (
        "note-time",
        "Время ответа — рабочее время школы.",
        "Times are the school's working time.",
    ),
    (
        "note-late",
        "Обращения считаются по дню, когда пришли. Спам и объединённые не считаются.",
        "Tickets count on the day they came. Spam and merged ones do not count.",
    ),
];

impl Said {
    fn choose<'a>(self, ru: &'a str, en: &'a str) -> &'a str {
        match self.0 {
            Tongue::Ru => ru,
            Tongue::En => en,
        }
    }

    /// What a key says; a key that is not known says itself.
    pub fn word(self, key: &str) -> String {
        WORDS
            .iter()
            .find(|(known, ..)| *known == key)
            .map_or(key, |(_, ru, en)| self.choose(ru, en))
            .to_owned()
    }

    /// From which day to which.
    pub fn period(self, from: Date, until: Date) -> String {
        format!("{} — {}", self.date(from), self.date(until))
    }

    /// A day.
    pub fn date(self, day: Date) -> String {
        match self.0 {
            Tongue::Ru => day.strftime("%d.%m.%Y").to_string(),
            Tongue::En => day.to_string(),
        }
    }

    /// A length of working time.
    pub fn length(self, minutes: u64) -> String {
        let (hour, minute) = (self.choose("ч", "h"), self.choose("мин", "min"));
        match (minutes / 60, minutes % 60) {
            (0, minutes) => format!("{minutes} {minute}"),
            (hours, 0) => format!("{hours} {hour}"),
            (hours, minutes) => format!("{hours} {hour} {minutes} {minute}"),
        }
    }

    /// At most so long.
    pub fn up_to(self, minutes: u64) -> String {
        format!("{} {}", self.choose("до", "up to"), self.length(minutes))
    }

    /// Longer than that.
    pub fn longer(self, minutes: u64) -> String {
        format!("{} {}", self.choose("дольше", "over"), self.length(minutes))
    }

    /// The survey's heading, with its middle mark and the number of answers.
    pub fn survey(self, whole: u64, tenth: u64, answers: u64) -> String {
        match self.0 {
            Tongue::Ru => {
                format!("Оценки заявителей: в среднем {whole},{tenth} (ответов: {answers})")
            }
            Tongue::En => {
                format!("Marks by requesters: {whole}.{tenth} on average ({answers} answers)")
            }
        }
    }
}
