//! The readable form of a scenario: who writes what and when, which letters must come, which must not.
//!
//! ```text
//! Сценарий: родителю не видны оценки
//! Время: 2026-11-23 10:00
//!
//! Пишет: Анна Ткаченко <anna@home.test>
//! Тема: Не видно оценок
//! | Здравствуйте, не вижу оценок.
//!
//! Придёт: anna@home.test
//! Тема: [ЭЖ-1] Не видно оценок
//! | ЭЖ-1
//! ! ivanova@school.test
//!
//! Больше писем нет
//! ```
//!
//! A step begins with its keyword; lines with `|` are text, lines with `!` must not be there; `#` is a
//! remark.

use jiff::SignedDuration;
use jiff::civil::DateTime;

/// One thing that happens, or must have happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The clock is set.
    Time(DateTime),
    /// Time passes.
    Pass(SignedDuration),
    /// Somebody writes a new letter.
    Write(Letter),
    /// Somebody answers the last letter that `to` got, quoting it.
    Answer {
        /// Their letter.
        letter: Letter,
        /// Not the last, but the last with these words.
        words: Option<String>,
        /// Whose letter they answer; usually their own.
        to: String,
    },
    /// Somebody taps the link of a command in the last letter that has it, and sends what it begins.
    Taps {
        /// Who.
        who: String,
        /// The command.
        command: String,
        /// Whose letter the link stands in; usually their own.
        to: String,
    },
    /// A letter that no mail client writes, as it stands.
    Raw(String),
    /// The last letter is brought in once more.
    Again,
    /// The school's `seminars.toml` is this from now on.
    Seminars(String),
    /// The calendar of somebody declines the last invitation that they got.
    Declines(String),
    /// The last letter is brought in once more under another Message-ID.
    AgainRenamed,
    /// A letter must have come.
    Comes(Expected),
    /// So many letters must have come to this person beside those that were expected.
    Count {
        /// To whom.
        to: String,
        /// How many.
        letters: usize,
    },
    /// No other letter may have come.
    NothingElse,
    /// A ticket must stand so.
    Ticket {
        /// Its number.
        number: u64,
        /// Its status word.
        status: String,
        /// Its assignee, if that matters.
        assignee: Option<String>,
    },
    /// A ticket's history must have a line with this event.
    History {
        /// Its number.
        number: u64,
        /// The event's word.
        event: String,
    },
    /// A ticket's requester must have this part in the school; `None` is none.
    Role {
        /// Its number.
        number: u64,
        /// The part's word.
        role: Option<String>,
    },
    /// A ticket must have come by this channel.
    Channel {
        /// Its number.
        number: u64,
        /// The channel's word.
        channel: String,
    },
    /// A ticket's history must have no line with this event.
    NoHistory {
        /// Its number.
        number: u64,
        /// The event's word.
        event: String,
    },
    /// What the desk keeps of a ticket must have a text, or must not.
    Keeps {
        /// Its number.
        number: u64,
        /// The text.
        text: String,
        /// It must be there.
        there: bool,
    },
    /// The desk must have so many tickets.
    Tickets(usize),
    /// So many letters must have ended in this state.
    Ended {
        /// The state's word.
        state: String,
        /// How many.
        letters: u64,
    },
}

/// A letter that somebody writes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letter {
    /// Name and address as in From.
    pub from: String,
    /// Subject; of an answer, the subject of what is answered.
    pub subject: Option<String>,
    /// Its text.
    pub text: String,
    /// Further header lines.
    pub headers: Vec<(String, String)>,
    /// Names and contents of files.
    pub files: Vec<(String, String)>,
    /// What became of the token of the letter that is answered.
    pub token: TokenFate,
    /// How often it is written, each time under another Message-ID; 0 is once.
    pub times: u32,
}

/// What becomes of the tokens of an answered letter on their way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenFate {
    /// A mail client sends them back.
    #[default]
    Kept,
    /// The answer is a new letter: only the subject says what it answers.
    Lost,
    /// Somebody changed a letter of each.
    Altered,
}

/// A letter that must come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    /// To whom.
    pub to: String,
    /// What its subject must contain.
    pub subject: Option<String>,
    /// What text and HTML must contain.
    pub contains: Vec<String>,
    /// What nothing of it may contain.
    pub lacks: Vec<String>,
    /// Names of files it must carry.
    pub files: Vec<String>,
    /// Lines that its invitation must hold.
    pub calendar: Vec<String>,
    /// It must stand in the thread of what this person wrote or got before.
    pub same_thread: bool,
}

/// A scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// Its title.
    pub title: String,
    /// Settings of the school that it needs: the section of `config.toml` and a line in it.
    pub settings: Vec<(String, String)>,
    /// Steps with the lines that they begin at.
    pub steps: Vec<(usize, Step)>,
}

/// What cannot be understood, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("строка {line}: {what}")]
pub struct ScriptError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// Reads a scenario.
///
/// # Errors
/// At the first line that is not understood.
pub fn parse(text: &str) -> Result<Script, ScriptError> {
    let mut script = Script::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        let number = index + 1;
        let wrong = |what: &str| ScriptError {
            line: number,
            what: what.to_owned(),
        };
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with(['|', '!']) {
            let (mark, said) = line.split_at(1);
            let said = said.strip_prefix(' ').unwrap_or(said);
            let step = script.steps.last_mut().map(|(_, step)| step);
            add_line(step, mark == "!", said)
                .ok_or_else(|| wrong("эта строка ни к чему не относится"))?;
            continue;
        }
        let (keyword, value) = line
            .split_once(':')
            .map_or((line, ""), |(keyword, value)| (keyword, value.trim()));
        if detail(
            script.steps.last_mut().map(|(_, step)| step),
            keyword,
            value,
        )
        .is_some()
        {
            continue;
        }
        if keyword == "Сценарий" {
            value.clone_into(&mut script.title);
            continue;
        }
        if keyword == "Настройка" {
            let (section, setting) = value
                .split_once(": ")
                .ok_or_else(|| wrong("пишите так: «Настройка: desk: undo = \"60s\"»"))?;
            script
                .settings
                .push((section.to_owned(), setting.to_owned()));
            continue;
        }
        let step = step(keyword, value).ok_or_else(|| wrong(&format!("«{line}» не понять")))?;
        script.steps.push((number, step));
    }
    Ok(script)
}

fn step(keyword: &str, value: &str) -> Option<Step> {
    let letter = |from: &str| Letter {
        from: from.to_owned(),
        ..Letter::default()
    };
    Some(match keyword {
        "Время" => Step::Time(value.parse().ok()?),
        "Проходит" => Step::Pass(value.parse().ok()?),
        "Пишет" => Step::Write(letter(value)),
        "Отвечает" => {
            let (from, to) = value
                .split_once(" на письмо для ")
                .unwrap_or((value, value));
            Step::Answer {
                letter: letter(from),
                words: None,
                to: address(to),
            }
        }
        "Нажимает" => {
            let (who, command) = value.split_once(' ')?;
            let (command, to) = command
                .split_once(" в письме для ")
                .unwrap_or((command, who));
            Step::Taps {
                who: address(who),
                command: command.to_owned(),
                to: address(to),
            }
        }
        "Письмо как есть" => Step::Raw(String::new()),
        "То же письмо ещё раз" => Step::Again,
        "Семинары" => Step::Seminars(String::new()),
        "Отклоняет календарь" => Step::Declines(value.to_owned()),
        "То же письмо под другим Message-ID" => Step::AgainRenamed,
        "Придёт" => Step::Comes(Expected {
            to: value.to_owned(),
            ..Expected::default()
        }),
        "Больше писем нет" => Step::NothingElse,
        "Обращений" => Step::Tickets(value.parse().ok()?),
        _ => {
            let number = keyword
                .strip_prefix("Обращение ")
                .map(str::parse)
                .and_then(Result::ok);
            if let Some(number) = number {
                let (status, assignee) = value
                    .split_once(", ")
                    .map_or((value, None), |(status, who)| (status, Some(who)));
                return Some(Step::Ticket {
                    number,
                    status: status.to_owned(),
                    assignee: assignee.map(str::to_owned),
                });
            }
            if let Some(number) = keyword.strip_prefix("Роль ") {
                return Some(Step::Role {
                    number: number.parse().ok()?,
                    role: (value != "нет").then(|| value.to_owned()),
                });
            }
            let channel = keyword
                .strip_prefix("Канал ")
                .map(str::parse)
                .and_then(Result::ok);
            if let Some(number) = channel {
                return Some(Step::Channel {
                    number,
                    channel: value.to_owned(),
                });
            }
            for (words, there) in [("Текст ", true), ("Нет текста ", false)] {
                if let Some(number) = keyword.strip_prefix(words) {
                    return Some(Step::Keeps {
                        number: number.parse().ok()?,
                        text: value.to_owned(),
                        there,
                    });
                }
            }
            return counted(keyword, value);
        }
    })
}

/// Steps whose keyword names a ticket, a person or a state.
fn counted(keyword: &str, value: &str) -> Option<Step> {
    if let Some(to) = keyword.strip_prefix("Писем для ") {
        return Some(Step::Count {
            to: to.to_owned(),
            letters: value.parse().ok()?,
        });
    }
    if let Some(state) = keyword.strip_prefix("Писем в состоянии ") {
        return Some(Step::Ended {
            state: state.to_owned(),
            letters: value.parse().ok()?,
        });
    }
    if let Some(number) = keyword.strip_prefix("Нет в истории ") {
        return Some(Step::NoHistory {
            number: number.parse().ok()?,
            event: value.to_owned(),
        });
    }
    let number = keyword.strip_prefix("История ")?.parse().ok()?;
    Some(Step::History {
        number,
        event: value.to_owned(),
    })
}

/// The address within `Имя <адрес>`.
pub(super) fn address(person: &str) -> String {
    let inside = person
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(address, _)| address);
    inside.unwrap_or(person).trim().to_lowercase()
}

/// A line that belongs to the step above it.
fn detail(step: Option<&mut Step>, keyword: &str, value: &str) -> Option<()> {
    match (step?, keyword) {
        (Step::Write(letter) | Step::Answer { letter, .. }, "Тема") => {
            letter.subject = Some(value.to_owned());
        }
        (Step::Write(letter) | Step::Answer { letter, .. }, "Заголовок") => {
            let (name, content) = value.split_once(':')?;
            letter
                .headers
                .push((name.to_owned(), content.trim().to_owned()));
        }
        (Step::Write(letter) | Step::Answer { letter, .. }, "Файл") => {
            let (name, content) = value.split_once(": ").unwrap_or((value, "содержимое"));
            letter.files.push((name.to_owned(), content.to_owned()));
        }
        (Step::Answer { words, .. }, "На письмо со словами") => {
            *words = Some(value.to_owned());
        }
        (Step::Write(letter) | Step::Answer { letter, .. }, "Раз") => {
            letter.times = value.parse().ok()?;
        }
        (Step::Answer { letter, .. }, "Без метки") => letter.token = TokenFate::Lost,
        (Step::Answer { letter, .. }, "Метка изменена") => {
            letter.token = TokenFate::Altered;
        }
        (Step::Raw(text), _) => {
            let times: usize = keyword.strip_prefix("Повтор ")?.parse().ok()?;
            for _ in 0..times {
                text.push_str(value);
                text.push_str("\r\n");
            }
        }
        (Step::Comes(expected), "Тема") => expected.subject = Some(value.to_owned()),
        (Step::Comes(expected), "Файл") => expected.files.push(value.to_owned()),
        (Step::Comes(expected), "Календарь") => expected.calendar.push(value.to_owned()),
        (Step::Comes(expected), "В той же ветке") => expected.same_thread = true,
        _ => return None,
    }
    Some(())
}

fn add_line(step: Option<&mut Step>, absent: bool, said: &str) -> Option<()> {
    match (step?, absent) {
        (Step::Write(letter) | Step::Answer { letter, .. }, false) => {
            letter.text.push_str(said);
            letter.text.push('\n');
        }
        (Step::Seminars(text), false) => {
            text.push_str(said);
            text.push('\n');
        }
        (Step::Raw(text), false) => {
            text.push_str(said);
            text.push_str("\r\n");
        }
        (Step::Comes(expected), false) => expected.contains.push(said.to_owned()),
        (Step::Comes(expected), true) => expected.lacks.push(said.to_owned()),
        _ => return None,
    }
    Some(())
}
