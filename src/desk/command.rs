//! Commands on the first lines of a letter: `#закрыть`, `#передать sidorov`, `#wait 3d`.
//!
//! One a line, above the text, any case, `ё` as `е`; they end at the first line of text. What looks
//! like a command and is none is never passed on, lest a note for the desk reach a requester.

use jiff::civil::Date;

use super::nearest::nearest;
use super::policy::WorkSpan;
use super::roster::DateRange;
use forms::is_placeholder;

/// What a letter may ask of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `#закрыть`: send the text, close.
    Close,
    /// `#заметка`: the text stays among the staff.
    Note,
    /// `#взять`: the ticket is mine.
    Take,
    /// `#не-мне ПРИЧИНА`: back into the rotation, not to me.
    Decline(String),
    /// `#отмена`: take back my answer while it is held.
    Undo,
    /// `#передать ID`: to another specialist.
    Assign(String),
    /// `#выше [TIER]`: to the next tier, or to the one named.
    Raise(Option<String>),
    /// `#ждать 3д`: wait for the requester so long.
    Wait(WorkSpan),
    /// `#отложить 2026-12-01`: sleep till then.
    Snooze(Date),
    /// `#обращение FROM CHANNEL`: record a consultation; a forwarded letter becomes its first sender's ticket.
    Record(String),
    /// `#открыть`: what is recorded waits for an answer; a closed ticket is open again.
    Open,
    /// `#тема NAME`: set the topic.
    Topic(String),
    /// `#объединить N`: this ticket into another.
    Merge(u64),
    /// `#разделить`: this letter becomes a ticket of its own.
    Split,
    /// `#сбой [N]`: this ticket is an incident, or part of one.
    Incident(Option<u64>),
    /// `#не-сбой`: it stands for itself again.
    NoIncident,
    /// `#спам`: close silently, block the sender.
    Spam,
    /// `#не-спам`: the opposite.
    NotSpam,
    /// `#прекратить REASON`: service on the ticket ends (clause 5).
    Stop(String),
    /// `#возобновить [ID]`: a supervisor lets it go on, with this specialist or another.
    Resume(Option<String>),
    /// `#проверить`: my answer that came back for its words, to my supervisor.
    Review,
    /// `#отправить`: a supervisor lets such an answer go out.
    Send,
    /// `#подтвердить`: a supervisor leaves the end of service as it is.
    Uphold,
    /// `#жалоба TEXT`: to the supervisor of the specialist who wrote (clause 5).
    Complain(String),
    /// `#статус [N]`: how a ticket stands, or one's own tickets.
    Status(Option<u64>),
    /// `#мои`: the tickets that wait for me.
    Mine,
    /// `#найти TEXT`: tickets with these words.
    Find(String),
    /// `#отсутствую FROM..TO`: out of the rotation.
    Away(DateRange),
    /// `#вернулся`: back in it.
    Back,
    /// `#материал NAME`: put a reference material into the answer.
    Material(String),
    /// `#записаться N`: sign up for a seminar.
    Join(u32),
    /// `#отписаться N`: not to come after all.
    Leave(u32),
    /// `#решено [NAME]`: the requester needs nothing more; the material that helped.
    Solved(Option<String>),
    /// `#убрать ADDRESS`: this person is no longer in copy.
    Remove(String),
    /// `#выйти`: I am no longer in copy.
    Quit,
    /// `#почему N`: the evidence for what was done with that ticket or letter.
    Why(u64),
    /// `#карантин`: letters that wait for a person.
    Quarantine,
    /// `#принять N`: take that letter in.
    Release(u64),
    /// `#выбросить N`: it waits no longer.
    Drop(u64),
    /// `#помощь`: the list of commands.
    Help,
}

/// Who may give a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Whoever asked.
    Requester,
    /// Whoever answers.
    Specialist,
    /// Whoever looks after the desk.
    Admin,
}

/// The command words, before their arguments are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Close,
    Note,
    Take,
    Decline,
    Undo,
    Assign,
    Raise,
    Wait,
    Snooze,
    Record,
    Open,
    Material,
    Join,
    Leave,
    Topic,
    Merge,
    Split,
    Incident,
    NoIncident,
    Spam,
    NotSpam,
    Stop,
    Resume,
    Uphold,
    Review,
    Send,
    Complain,
    Status,
    Mine,
    Find,
    Away,
    Back,
    Solved,
    Remove,
    Quit,
    Why,
    Quarantine,
    Release,
    Drop,
    Help,
}

/// Every word and what it means. The first word of each verb is Russian, the second English.
const WORDS: &[(&str, Verb)] = &[
    ("закрыть", Verb::Close),
    ("close", Verb::Close),
    ("заметка", Verb::Note),
    ("note", Verb::Note),
    ("взять", Verb::Take),
    ("take", Verb::Take),
    ("не-мне", Verb::Decline),
    ("decline", Verb::Decline),
    ("отмена", Verb::Undo),
    ("undo", Verb::Undo),
    ("передать", Verb::Assign),
    ("assign", Verb::Assign),
    ("выше", Verb::Raise),
    ("raise", Verb::Raise),
    ("ждать", Verb::Wait),
    ("wait", Verb::Wait),
    ("отложить", Verb::Snooze),
    ("snooze", Verb::Snooze),
    ("обращение", Verb::Record),
    ("log", Verb::Record),
    ("записаться", Verb::Join),
    ("join", Verb::Join),
    ("отписаться", Verb::Leave),
    ("leave", Verb::Leave),
    ("материал", Verb::Material),
    ("material", Verb::Material),
    ("открыть", Verb::Open),
    ("open", Verb::Open),
    ("тема", Verb::Topic),
    ("topic", Verb::Topic),
    ("объединить", Verb::Merge),
    ("merge", Verb::Merge),
    ("разделить", Verb::Split),
    ("split", Verb::Split),
    ("сбой", Verb::Incident),
    ("incident", Verb::Incident),
    ("не-сбой", Verb::NoIncident),
    ("not-incident", Verb::NoIncident),
    ("спам", Verb::Spam),
    ("spam", Verb::Spam),
    ("не-спам", Verb::NotSpam),
    ("not-spam", Verb::NotSpam),
    ("прекратить", Verb::Stop),
    ("stop", Verb::Stop),
    ("возобновить", Verb::Resume),
    ("resume", Verb::Resume),
    ("подтвердить", Verb::Uphold),
    ("uphold", Verb::Uphold),
    ("проверить", Verb::Review),
    ("review", Verb::Review),
    ("отправить", Verb::Send),
    ("send", Verb::Send),
    ("жалоба", Verb::Complain),
    ("complaint", Verb::Complain),
    ("статус", Verb::Status),
    ("status", Verb::Status),
    ("мои", Verb::Mine),
    ("mine", Verb::Mine),
    ("найти", Verb::Find),
    ("find", Verb::Find),
    ("отсутствую", Verb::Away),
    ("away", Verb::Away),
    ("вернулся", Verb::Back),
    ("вернулась", Verb::Back),
    ("back", Verb::Back),
    ("решено", Verb::Solved),
    ("solved", Verb::Solved),
    ("убрать", Verb::Remove),
    ("remove", Verb::Remove),
    ("выйти", Verb::Quit),
    ("quit", Verb::Quit),
    ("почему", Verb::Why),
    ("why", Verb::Why),
    ("карантин", Verb::Quarantine),
    ("quarantine", Verb::Quarantine),
    ("принять", Verb::Release),
    ("release", Verb::Release),
    ("выбросить", Verb::Drop),
    ("drop", Verb::Drop),
    ("помощь", Verb::Help),
    ("help", Verb::Help),
];

impl Verb {
    fn allowed(self, party: Party) -> bool {
        match self {
            Self::Solved | Self::Quit | Self::Complain => party == Party::Requester,
            Self::Help | Self::Status | Self::Join | Self::Leave | Self::Remove => true,
            Self::Why | Self::Quarantine | Self::Release | Self::Drop => party == Party::Admin,
            _ => party == Party::Specialist,
        }
    }

    fn with(self, argument: &str) -> Option<Command> {
        let word = || argument.split_whitespace().next().map(str::to_owned);
        let text = || (!argument.is_empty()).then(|| argument.to_owned());
        Some(match self {
            Self::Close => Command::Close,
            Self::Note => Command::Note,
            Self::Take => Command::Take,
            Self::Decline => Command::Decline(argument.to_owned()),
            Self::Undo => Command::Undo,
            Self::Assign => Command::Assign(word()?.to_lowercase()),
            Self::Raise => Command::Raise(word().map(|tier| tier.to_lowercase())),
            Self::Wait => Command::Wait(span(argument)?),
            Self::Snooze => Command::Snooze(day(argument)?),
            Self::Record => Command::Record(argument.to_owned()),
            Self::Open => Command::Open,
            Self::Material => Command::Material(text()?),
            Self::Join => Command::Join(u32::try_from(number(argument)?).ok()?),
            Self::Leave => Command::Leave(u32::try_from(number(argument)?).ok()?),
            Self::Topic => Command::Topic(text()?),
            Self::Merge => Command::Merge(number(argument)?),
            Self::Split => Command::Split,
            Self::Incident if argument.is_empty() => Command::Incident(None),
            Self::Incident => Command::Incident(Some(number(argument)?)),
            Self::NoIncident => Command::NoIncident,
            Self::Spam => Command::Spam,
            Self::NotSpam => Command::NotSpam,
            Self::Stop => Command::Stop(text().filter(|reason| !is_placeholder(reason))?),
            Self::Resume => Command::Resume(word().map(|id| id.to_lowercase())),
            Self::Uphold => Command::Uphold,
            Self::Review => Command::Review,
            Self::Send => Command::Send,
            Self::Complain => Command::Complain(argument.to_owned()),
            Self::Status if argument.is_empty() => Command::Status(None),
            Self::Status => Command::Status(Some(number(argument)?)),
            Self::Mine => Command::Mine,
            Self::Find => Command::Find(text()?),
            Self::Away => Command::Away(days(argument)?),
            Self::Back => Command::Back,
            Self::Solved => Command::Solved(text()),
            Self::Remove => Command::Remove(text()?),
            Self::Quit => Command::Quit,
            Self::Why => Command::Why(number(argument)?),
            Self::Quarantine => Command::Quarantine,
            Self::Release => Command::Release(number(argument)?),
            Self::Drop => Command::Drop(number(argument)?),
            Self::Help => Command::Help,
        })
    }
}

/// The number of a ticket: `17`, `#17`, `ЭЖ-17`, `[ЭЖ-17]`.
pub fn number(argument: &str) -> Option<u64> {
    let digits = argument.trim_matches(['[', ']', '#', ' ', '.', ',']);
    let digits = digits.rsplit_once('-').map_or(digits, |(_, digits)| digits);
    digits.parse().ok().filter(|number| *number > 0)
}

/// `3d`, `3д`, `3 дня`, `4h`, `4 часа`: working days or hours.
fn span(argument: &str) -> Option<WorkSpan> {
    let digits: String = argument.chars().take_while(char::is_ascii_digit).collect();
    let count: u32 = digits
        .parse()
        .ok()
        .filter(|count| (1..=400).contains(count))?;
    let unit = argument.get(digits.len()..)?.trim().to_lowercase();
    match unit.chars().next()? {
        'd' | 'д' => Some(WorkSpan::Days(count)),
        'h' | 'ч' => Some(WorkSpan::Time(jiff::SignedDuration::from_hours(i64::from(
            count,
        )))),
        _ => None,
    }
}

/// `2026-12-01`, `01.12.2026`.
fn day(argument: &str) -> Option<Date> {
    let text = argument.trim().trim_end_matches(['.', ',']);
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let mut parts = text.split('.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    date.ok().filter(|date| date.year() >= 2000)
}

/// `2026-12-01..2026-12-05`, or one day.
fn days(argument: &str) -> Option<DateRange> {
    let argument = argument.replace(['–', '—'], "..").replace(" - ", "..");
    let (from, to) = argument.split_once("..").unwrap_or((&argument, &argument));
    let range = DateRange {
        from: day(from)?,
        to: day(to)?,
    };
    (range.from <= range.to).then_some(range)
}

/// A letter's commands and the text that remains.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// In the order of the lines.
    pub commands: Vec<Command>,
    /// What is left when the commands are taken out, trimmed.
    pub text: String,
    /// The first line that looks like a command and cannot be obeyed.
    pub fault: Option<Fault>,
}

/// A line that looks like a command and is none of this party's, or has no argument that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// As it was typed, with the `#`.
    pub word: String,
    /// What was probably meant, with the `#`: the nearest command, or the right form of this one.
    pub nearest: Option<String>,
    /// The command is known; its argument is not understood.
    pub argument: bool,
}

/// The commands of a party, each as its first Russian and its first English word.
pub fn words(party: Party) -> Vec<(&'static str, &'static str)> {
    let mut found: Vec<(Verb, &str, Option<&str>)> = Vec::new();
    for (word, verb) in WORDS.iter().filter(|(_, verb)| verb.allowed(party)) {
        match found.iter_mut().find(|(known, ..)| known == verb) {
            None => found.push((*verb, word, None)),
            Some((.., english @ None)) if word.is_ascii() => *english = Some(word),
            Some(_) => {}
        }
    }
    found
        .into_iter()
        .filter_map(|(_, russian, english)| Some((russian, english?)))
        .collect()
}

/// Reads the commands above the text of a letter's new part.
pub fn parse(new_text: &str, party: Party) -> Parsed {
    let mut parsed = Parsed::default();
    let mut lines = new_text.lines().peekable();
    while let Some(line) = lines.peek() {
        let line = line.trim();
        if line.is_empty() {
            lines.next();
            continue;
        }
        let Some(rest) = line
            .strip_prefix('#')
            .filter(|rest| rest.starts_with(char::is_alphabetic))
        else {
            break;
        };
        let (word, argument) = rest
            .split_once(char::is_whitespace)
            .map_or((rest, ""), |(word, argument)| (word, argument.trim()));
        match verb(word, party) {
            Ok(verb) => match verb.with(argument) {
                Some(command) => {
                    parsed.commands.push(command);
                    lines.next();
                }
                None => {
                    parsed.fault = Some(Fault {
                        word: line.to_owned(),
                        nearest: Some(verb.form(word.is_ascii()).to_owned()),
                        argument: true,
                    });
                    break;
                }
            },
            Err(near) => {
                parsed.fault = Some(Fault {
                    word: format!("#{word}"),
                    nearest: near,
                    argument: false,
                });
                break;
            }
        }
    }
    if parsed.fault.is_some() {
        // The faulty line is named in the answer; the text is what stands below it.
        lines.next();
    }
    lines
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .clone_into(&mut parsed.text);
    parsed
}

/// A letter's text without the commands that `taken` takes out; the others stay where they are.
pub fn without(new_text: &str, party: Party, taken: impl Fn(&Command) -> bool) -> String {
    let mut above = true;
    let kept = new_text.lines().filter(|line| {
        let bare = line.trim();
        above = above && (bare.is_empty() || bare.starts_with('#'));
        let alone = || parse(bare, party).commands;
        !(above && bare.starts_with('#') && alone().first().is_some_and(&taken))
    });
    kept.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn verb(word: &str, party: Party) -> Result<Verb, Option<String>> {
    let folded = word.to_lowercase().replace('ё', "е").replace('_', "-");
    let folded = folded.trim_end_matches(['.', ',', '!', ';', ':']);
    let allowed = || WORDS.iter().filter(|(_, verb)| verb.allowed(party));
    allowed()
        .find(|(name, _)| *name == folded)
        .map(|(_, verb)| *verb)
        .ok_or_else(|| {
            nearest(folded, allowed().map(|(name, _)| *name)).map(|name| format!("#{name}"))
        })
}

mod forms;
#[cfg(test)]
mod tests;
