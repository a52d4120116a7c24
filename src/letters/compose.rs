//! From a notice to the template that says it and the values that the template uses.

use jiff::Timestamp;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::desk::outcome::{Alert, Audience, CommandResult, Message, NoteWhy, Notice, Reason};
use crate::desk::rotation::PassedOver;
use crate::desk::ticket::{Person, Ticket, Tongue};

use super::context::{
    Acknowledgement, AdminAlert, Assignment, Closed, Confirm, EarlierView, EnclosedView, FileView,
    Followup, Frame, Note, Reply, Result as ResultOf, Undeliverable,
};
use super::links::{Link, mailto};
use super::scrub::Hidden;
use super::text::{one_line, tidy};
use super::{DeskWords, Earlier, Enclosed, FileLine, names, when};

/// Characters of a subject that the desk repeats.
const SUBJECT: usize = 120;
/// Characters of a name, of a file name, of a line that a server said.
const NAME: usize = 100;
const LINE: usize = 500;
/// Earlier letters shown, and their characters all together.
const EARLIER: usize = 3;
const EARLIER_CHARS: usize = 4_000;
/// Longest `mailto:` that mail programs are known to take.
const LINK: usize = 1_900;

/// The template's name and its values.
pub(super) fn compose(
    desk: &DeskWords<'_>,
    notice: &Notice,
    enclosed: Option<&Enclosed<'_>>,
    earlier: &[Earlier],
) -> (&'static str, Value) {
    let hidden = hidden(desk, notice);
    let writer = Writer {
        desk,
        notice,
        tongue: notice.tongue,
        hide: Hidden::new(&hidden),
        hidden,
    };
    writer.compose(enclosed, earlier)
}

/// Addresses that the reader must not see.
fn hidden(desk: &DeskWords<'_>, notice: &Notice) -> Vec<String> {
    match notice.audience {
        Audience::Requester => desk
            .roster
            .specialists
            .iter()
            .flat_map(|one| std::iter::once(&one.address).chain(&one.aliases))
            .cloned()
            .collect(),
        Audience::Staff if desk.policy.show_requester_address => vec![],
        Audience::Staff if matches!(notice.message, Message::AdminAlert(_)) => vec![],
        Audience::Staff | Audience::Vendor => notice
            .ticket
            .iter()
            .map(|ticket| ticket.requester.address.clone())
            .collect(),
    }
}

struct Writer<'a> {
    desk: &'a DeskWords<'a>,
    notice: &'a Notice,
    tongue: Tongue,
    hidden: Vec<String>,
    hide: Hidden,
}

impl Writer<'_> {
    fn compose(
        &self,
        enclosed: Option<&Enclosed<'_>>,
        earlier: &[Earlier],
    ) -> (&'static str, Value) {
        let frame = self.frame();
        let staff = self.notice.audience != Audience::Requester;
        let enclosed_view = enclosed.map(|one| self.enclosed(one));
        match &self.notice.message {
            Message::Acknowledgement {
                assignee,
                reception,
                due,
                closed_now,
            } => as_value(
                "acknowledgement",
                &Acknowledgement {
                    assignee: assignee
                        .as_deref()
                        .map(|name| self.line(&names::aloud(name), NAME)),
                    reception: reception.as_deref().map(|text| self.line(text, LINE)),
                    due: due.map(|due| self.until(due)),
                    closed: closed_now.then(|| self.closed()),
                    chat: self
                        .desk
                        .policy
                        .chat
                        .as_deref()
                        .map(|url| one_line(url, LINE)),
                    solved: self.link(&frame, "#решено", "#solved"),
                    frame,
                },
            ),
            Message::Assignment { due, reason } => as_value(
                "assignment",
                &Assignment {
                    due: due.map(|due| self.until(due)),
                    due_short: due
                        .filter(|due| !self.late(Some(*due)))
                        .map(|due| when::until_short(self.tongue, self.zone(), self.desk.now, due)),
                    late: self.late(*due),
                    passed_over: self.passed_over(reason),
                    climbed_from: reason
                        .climbed_from
                        .as_deref()
                        .map(|tier| one_line(tier, NAME)),
                    enclosed: enclosed_view,
                    close: self.link(&frame, "#закрыть", "#close"),
                    help: self.link(&frame, "#помощь", "#help"),
                    frame,
                },
            ),
            Message::Reply {
                text,
                specialist,
                closes,
            } => as_value(
                "reply",
                &Reply {
                    words: self.clean(text),
                    specialist: specialist
                        .as_deref()
                        .map(|name| self.line(&names::aloud(name), NAME)),
                    closes: *closes,
                    // What is attached is seen; what is not must be said.
                    files: enclosed
                        .map(|one| self.files(one.files))
                        .unwrap_or_default()
                        .into_iter()
                        .filter(|file| !file.sent)
                        .collect(),
                    solved: self.link(&frame, "#решено", "#solved"),
                    earlier: self.earlier(earlier),
                    frame,
                },
            ),
            Message::Followup { due, reopened } => as_value(
                "followup",
                &Followup {
                    due: due.map(|due| self.until(due)),
                    late: self.late(*due),
                    reopened: *reopened,
                    enclosed: enclosed_view,
                    close: self.link(&frame, "#закрыть", "#close"),
                    help: self.link(&frame, "#помощь", "#help"),
                    earlier: self.earlier(earlier),
                    frame,
                },
            ),
            Message::Note { why } => as_value(
                "note",
                &Note {
                    why: match why {
                        NoteWhy::AnsweredByAnother => "answered-by-another",
                        NoteWhy::Colleague => "colleague",
                    },
                    enclosed: enclosed_view,
                    frame,
                },
            ),
            Message::Closed { by_requester } => as_value(
                if staff { "closed-staff" } else { "closed" },
                &Closed {
                    by_requester: *by_requester,
                    enclosed: enclosed_view
                        .filter(|one| staff && !(one.text.is_empty() && one.files.is_empty())),
                    frame,
                },
            ),
            Message::CommandResult(result) => {
                as_value("command-result", &self.result(frame, staff, result))
            }
            Message::Confirm => as_value(
                "confirm",
                &Confirm {
                    enclosed: enclosed_view,
                    frame,
                },
            ),
            Message::Undeliverable {
                recipient,
                diagnostic,
            } => as_value(
                "undeliverable",
                &Undeliverable {
                    recipient: Some(one_line(recipient, NAME))
                        .filter(|_| !self.hidden.contains(recipient)),
                    diagnostic: self.line(diagnostic, LINE),
                    frame,
                },
            ),
            Message::AdminAlert(alert) => as_value("admin-alert", &admin_alert(frame, alert)),
        }
    }

    fn frame(&self) -> Frame {
        let policy = self.desk.policy;
        let case = self.notice.ticket.as_ref().map(|ticket| self.case(ticket));
        let (case, base) = case.unwrap_or_default();
        let Person { name, .. } = &self.notice.to;
        Frame {
            lang: self.tongue.word(),
            desk: one_line(&policy.name, NAME),
            case,
            base,
            name: names::address_by(name, self.tongue).map(|name| self.line(&name, NAME)),
            marker: match self.tongue {
                Tongue::Ru => "— ответьте выше этой строки —",
                Tongue::En => "— please reply above this line —",
            },
        }
    }

    fn case(&self, ticket: &Ticket) -> (String, String) {
        let case = format!("{}-{}", self.desk.policy.tag, ticket.number);
        let mut subject = self.line(&ticket.subject, SUBJECT);
        if subject.is_empty() {
            subject = self.say("(без темы)", "(no subject)").to_owned();
        }
        let base = format!("[{case}] {subject}");
        (case, base)
    }

    fn result(&self, frame: Frame, staff: bool, result: &CommandResult) -> ResultOf {
        let mut view = ResultOf {
            result: match result {
                CommandResult::Closed { .. } => "closed",
                CommandResult::AlreadyClosed => "already-closed",
                CommandResult::SpecialistHelp => "specialist-help",
                CommandResult::RequesterHelp => "requester-help",
                CommandResult::Unknown { .. } => "unknown",
                CommandResult::Empty => "empty",
            },
            staff,
            sent: matches!(result, CommandResult::Closed { sent: true }),
            word: String::new(),
            nearest: None,
            text: String::new(),
            retry: None,
            help: self.link(&frame, "#помощь", "#help"),
            frame,
        };
        if let CommandResult::Unknown {
            word,
            nearest,
            text,
        } = result
        {
            view.word = self.line(word, NAME);
            view.text = self.clean(text);
            view.nearest = nearest.as_deref().map(|word| one_line(word, NAME));
            view.retry = view.nearest.as_deref().map(|nearest| {
                let subject = format!("Re: {}", view.frame.base);
                let whole = format!("{nearest}\n\n{}", view.text);
                let link = mailto(self.desk.reply_to, &subject, whole.trim_end());
                if link.len() <= LINK {
                    link
                } else {
                    mailto(self.desk.reply_to, &subject, nearest)
                }
            });
        }
        view
    }

    fn passed_over(&self, reason: &Reason) -> Vec<String> {
        let today = self.desk.policy.hours.day(self.desk.now);
        let why = |name: &str, why: PassedOver| match why {
            PassedOver::Away => {
                let until = self
                    .desk
                    .roster
                    .specialists
                    .iter()
                    .filter(|one| one.name == name)
                    .flat_map(|one| &one.away)
                    .filter(|range| range.contains(today))
                    .map(|range| range.to)
                    .max();
                let away = self.say("отсутствует", "away");
                until.map_or_else(
                    || away.to_owned(),
                    |day| {
                        let day = when::date(self.tongue, today, day);
                        format!("{away} {} {day}", self.say("до", "until"))
                    },
                )
            }
            PassedOver::Full => self
                .say("уже достаточно обращений", "has enough tickets already")
                .to_owned(),
            PassedOver::Excluded => self
                .say("не участвует в этом обращении", "not for this ticket")
                .to_owned(),
        };
        reason
            .passed_over
            .iter()
            .map(|(name, cause)| format!("{} — {}", one_line(name, NAME), why(name, *cause)))
            .collect()
    }

    fn enclosed(&self, enclosed: &Enclosed<'_>) -> EnclosedView {
        let Person { name, address } = enclosed.from;
        let name = self.line(name, NAME);
        let visible = !address.is_empty()
            && !self
                .hidden
                .iter()
                .any(|one| one.eq_ignore_ascii_case(address));
        let address = one_line(address, NAME);
        let from = match (name.is_empty(), visible) {
            (false, true) => format!("{name} <{address}>"),
            (true, true) => address,
            (_, false) => name,
        };
        EnclosedView {
            from,
            at: enclosed
                .sent_at
                .map(|at| when::moment(self.tongue, self.zone(), self.desk.now, at)),
            text: self.clean(enclosed.text),
            files: self.files(enclosed.files),
        }
    }

    fn files(&self, files: &[FileLine]) -> Vec<FileView> {
        files
            .iter()
            .map(|file| FileView {
                name: self.line(&file.name, NAME),
                size: size(self.tongue, file.size),
                sent: file.sent,
            })
            .collect()
    }

    fn earlier(&self, earlier: &[Earlier]) -> Vec<EarlierView> {
        let mut left = EARLIER_CHARS;
        let mut views = Vec::new();
        for one in earlier.iter().take(EARLIER) {
            if left == 0 {
                break;
            }
            let text = self.clean(&one.text);
            let length = text.chars().count();
            let text = if length > left {
                let cut: String = text.chars().take(left).collect();
                format!("{}…", cut.trim_end())
            } else {
                text
            };
            left = left.saturating_sub(length);
            views.push(EarlierView {
                from: self.line(&one.from, NAME),
                at: when::moment(self.tongue, self.zone(), self.desk.now, one.at),
                text,
            });
        }
        views
    }

    fn link(&self, frame: &Frame, russian: &'static str, english: &'static str) -> Link {
        let subject = format!("Re: {}", frame.base);
        Link::new(self.desk.reply_to, &subject, self.say(russian, english))
    }

    /// A person's text without what the reader must not see.
    fn clean(&self, text: &str) -> String {
        self.hide.scrub(&tidy(text), &self.desk.policy.address)
    }

    fn line(&self, text: &str, most: usize) -> String {
        let whole = one_line(text, usize::MAX);
        one_line(&self.hide.scrub(&whole, &self.desk.policy.address), most)
    }

    fn closed(&self) -> &'static str {
        when::closed(self.tongue, &self.desk.policy.hours, self.desk.now).unwrap_or(self.say(
            "Сейчас нерабочее время.",
            "We are outside working hours now.",
        ))
    }

    fn until(&self, due: Timestamp) -> String {
        when::until(self.tongue, self.zone(), self.desk.now, due)
    }

    fn late(&self, due: Option<Timestamp>) -> bool {
        due.is_some_and(|due| due < self.desk.now)
    }

    fn zone(&self) -> &jiff::tz::TimeZone {
        &self.desk.policy.hours.zone
    }

    fn say<'b>(&self, russian: &'b str, english: &'b str) -> &'b str {
        match self.tongue {
            Tongue::Ru => russian,
            Tongue::En => english,
        }
    }
}

fn admin_alert(frame: Frame, alert: &Alert) -> AdminAlert {
    let mut view = AdminAlert {
        frame,
        alert: "trouble",
        why: String::new(),
        from: String::new(),
        letter_subject: String::new(),
        tier: String::new(),
        climbed: false,
        recipient: String::new(),
        diagnostic: String::new(),
        what: String::new(),
    };
    match alert {
        Alert::Unreadable { why, from, subject } => {
            view.alert = "unreadable";
            view.why = one_line(why, LINE);
            view.from = one_line(from, NAME);
            view.letter_subject = one_line(subject, SUBJECT);
        }
        Alert::NobodyAvailable { tier, climbed } => {
            view.alert = "nobody-available";
            view.tier = one_line(tier, NAME);
            view.climbed = *climbed;
        }
        Alert::Undeliverable {
            recipient,
            diagnostic,
        } => {
            view.alert = "undeliverable";
            view.recipient = one_line(recipient, NAME);
            view.diagnostic = one_line(diagnostic, LINE);
        }
        Alert::Trouble { what } => view.what = tidy(what),
    }
    view
}

/// «184 КБ»: rounded up, for people.
fn size(tongue: Tongue, bytes: u64) -> String {
    let (kilo, mega) = match tongue {
        Tongue::Ru => ("КБ", "МБ"),
        Tongue::En => ("KB", "MB"),
    };
    let kib = bytes.div_ceil(1024);
    if kib < 1024 {
        return format!("{kib} {kilo}");
    }
    let tenths = (bytes * 10).div_ceil(1024 * 1024);
    let (whole, tenth) = (tenths / 10, tenths % 10);
    match (tongue, tenth) {
        (_, 0) => format!("{whole} {mega}"),
        (Tongue::Ru, _) => format!("{whole},{tenth} {mega}"),
        (Tongue::En, _) => format!("{whole}.{tenth} {mega}"),
    }
}

fn as_value(name: &'static str, context: &impl Serialize) -> (&'static str, Value) {
    (name, Value::from(Serde(context)))
}
