//! What `inspect` makes of a letter: its kind, and what would be done with it. What only the desk's memory
//! can tell (is the token real, does the ticket exist) is said as a condition.

use crate::daemon::Snapshot;
use crate::desk::command::{Party, parse};
use crate::mail::{Bounce, Letter, Nature};

/// The kind, with what makes it automatic.
pub(super) struct Verdict<'a> {
    /// As `inspect --json` names it.
    pub kind: &'static str,
    /// Why nobody wrote it.
    pub automatic: Option<&'a str>,
    /// It is set aside until a person has looked at it.
    for_a_person: bool,
    /// What could not be delivered.
    pub bounce: Option<&'a Bounce>,
}

impl Verdict<'_> {
    /// What would be done, and on which condition.
    pub(super) fn decision(&self, ticket: Option<u64>) -> String {
        match (self.kind, ticket) {
            _ if self.for_a_person => {
                "положить в папку Attention и один раз написать администраторам".to_owned()
            }
            ("auto" | "list" | "receipt" | "own", _) => {
                "записать; не отвечать и никому не пересылать".to_owned()
            }
            ("bounce", _) => {
                "записать в историю обращения и сказать специалисту, что письмо не дошло".to_owned()
            }
            ("command", Some(number)) => {
                format!("выполнить команду в обращении {number}, если метка подлинная")
            }
            ("command", None) => {
                "выполнить команду, если ей не нужно обращение; иначе ответить, как её дать"
                    .to_owned()
            }
            ("reply", Some(number)) => format!(
                "отправить текст заявителю обращения {number} и выполнить команды над ним, если метка подлинная; иначе попросить подтвердить"
            ),
            (_, Some(number)) => format!(
                "добавить к обращению {number}, если метка подлинная или пишет его участник; иначе — новое обращение"
            ),
            _ => "новое обращение: подтвердить и передать следующему специалисту".to_owned(),
        }
    }

    const fn of(kind: &'static str) -> Self {
        Self {
            kind,
            automatic: None,
            for_a_person: false,
            bounce: None,
        }
    }
}

/// The address without what stands behind a plus.
pub(super) fn bare(address: &str) -> String {
    match address.split_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
        None => address.to_owned(),
    }
}

/// What sort of letter it is. `own` are the desk's addresses; without the school's files they are a guess.
pub(super) fn verdict<'a>(
    letter: &'a Letter,
    threaded: bool,
    own: &[String],
    school: Option<&Snapshot>,
) -> Verdict<'a> {
    if letter.unreadable.is_some() {
        return Verdict {
            for_a_person: true,
            ..Verdict::of("unreadable")
        };
    }
    let from = letter
        .from
        .as_ref()
        .map(|from| bare(&from.address))
        .unwrap_or_default();
    // A report about a letter of ours is no letter of ours, whatever address it bears.
    if let Nature::Bounce(bounce) = &letter.nature {
        return Verdict {
            bounce: Some(bounce),
            ..Verdict::of("bounce")
        };
    }
    if school.is_some() && own.contains(&from) {
        return Verdict {
            automatic: Some("письмо самой службы"),
            ..Verdict::of("own")
        };
    }
    let (kind, why) = match &letter.nature {
        Nature::Automatic(why) | Nature::Worded(why) | Nature::Spam(why) => ("auto", why.as_str()),
        Nature::Receipt => ("receipt", "квитанция о прочтении"),
        Nature::List => ("list", "рассылка"),
        Nature::Human | Nature::Bounce(_) => return Verdict::of(spoken(letter, threaded, school)),
    };
    Verdict {
        automatic: Some(why),
        for_a_person: matches!(letter.nature, Nature::Spam(_)),
        ..Verdict::of(kind)
    }
}

/// What a person's letter is.
fn spoken(letter: &Letter, threaded: bool, school: Option<&Snapshot>) -> &'static str {
    let from = letter.from.as_ref().map_or("", |from| &from.address);
    let specialist = school.map(|school| school.roster.by_address(from).is_some());
    // Without the roster a command of either side is a command.
    let parties: &[Party] = match specialist {
        Some(true) => &[Party::Specialist],
        Some(false) => &[Party::Requester],
        None => &[Party::Specialist, Party::Requester],
    };
    let commands_alone = parties.iter().any(|party| {
        let parsed = parse(&letter.new_text, *party);
        parsed.fault.is_none() && !parsed.commands.is_empty() && parsed.text.is_empty()
    });
    match (commands_alone, threaded, specialist) {
        (true, ..) => "command",
        (false, true, Some(true)) => "reply",
        (false, true, _) => "followup",
        (false, false, _) => "request",
    }
}
