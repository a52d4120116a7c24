//! From a notice to the template that says it and the values that the template uses.

use jiff::Timestamp;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::desk::materials::Material;
use crate::desk::outcome::{Alert, Audience, ClosedBy, CommandResult, Message, Notice, Reason};
use crate::desk::review::Review;
use crate::desk::ticket::{Person, Ticket, Tongue};

use super::context::{
    Assignment, Closed, CommandView, Confirm, EnclosedView, Followup, Frame, Reply, TooLarge,
    Undeliverable,
};
use super::digest::digest;
use super::links::Link;
use super::scrub::Hidden;
use super::text::{one_line, tidy};
use super::views::{admin_alert, size};
use super::{DeskWords, Earlier, Enclosed, names, when};

/// Characters of a subject that the desk repeats.
pub(super) const SUBJECT: usize = 120;
/// Characters of a name, of a file name, of a line that a server said.
pub(super) const NAME: usize = 100;
pub(super) const LINE: usize = 500;
/// Longest `mailto:` that mail programs are known to take.
const LINK: usize = 1_900;

/// The template's name and its values.
pub(super) fn compose(
    desk: &DeskWords<'_>,
    notice: &Notice,
    enclosed: Option<&Enclosed<'_>>,
    earlier: &[Earlier],
) -> (&'static str, Value) {
    let mut hidden = hidden(desk, notice);
    // Whoever wrote what is enclosed may have done so from another address than the ticket's.
    if !notice.audience.asks()
        && !desk.policy.show_requester_address
        && !matches!(
            notice.message,
            Message::AdminAlert(_) | Message::AdminAnswer(_)
        )
    {
        let stranger = enclosed.filter(|one| desk.roster.by_address(&one.from.address).is_none());
        hidden.extend(stranger.map(|one| one.from.address.clone()));
    }
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
pub(super) fn hidden(desk: &DeskWords<'_>, notice: &Notice) -> Vec<String> {
    match notice.audience {
        Audience::Requester | Audience::Participant => desk
            .roster
            .specialists
            .iter()
            .flat_map(|one| std::iter::once(&one.address).chain(&one.aliases))
            // The desk's own stays as it is, but without a token behind its plus sign.
            .chain([&desk.policy.address])
            .cloned()
            .collect(),
        Audience::Staff if desk.policy.show_requester_address => vec![],
        Audience::Staff
            if matches!(
                notice.message,
                Message::AdminAlert(_) | Message::AdminAnswer(_)
            ) =>
        {
            vec![]
        }
        Audience::Vendor => notice
            .ticket
            .iter()
            .flat_map(asking)
            .chain(
                desk.roster
                    .specialists
                    .iter()
                    .flat_map(|one| std::iter::once(&one.address).chain(&one.aliases))
                    .cloned(),
            )
            .collect(),
        Audience::Staff => notice.ticket.iter().flat_map(asking).collect(),
    }
}

/// Addresses of the asking side.
fn asking(ticket: &Ticket) -> impl Iterator<Item = String> {
    std::iter::once(&ticket.requester)
        .chain(&ticket.participants)
        .map(|one| one.address.clone())
}

/// Writes one letter.
pub(super) struct Writer<'a> {
    pub(super) desk: &'a DeskWords<'a>,
    pub(super) notice: &'a Notice,
    pub(super) tongue: Tongue,
    pub(super) hidden: Vec<String>,
    pub(super) hide: Hidden,
}

impl Writer<'_> {
    fn compose(
        &self,
        enclosed: Option<&Enclosed<'_>>,
        earlier: &[Earlier],
    ) -> (&'static str, Value) {
        let frame = self.frame();
        let staff = !self.notice.audience.asks();
        let enclosed_view = enclosed.map(|one| self.enclosed(one));
        match &self.notice.message {
            Message::Acknowledgement { .. } => self.acknowledgement(frame),
            Message::Reply {
                text,
                specialist,
                closes,
                materials,
                ..
            } => {
                let said = (text.as_str(), specialist.as_deref(), *closes);
                self.reply(frame, said, materials, enclosed, earlier)
            }
            Message::Assignment { due, reason } => {
                self.assignment(frame, *due, reason, enclosed_view, earlier)
            }
            Message::Reminder { .. }
            | Message::WaitingReminder { .. }
            | Message::Reassigned { .. }
            | Message::Absent { .. }
            | Message::Overdue { .. }
            | Message::Escalated { .. } => self.deadline(frame, earlier),
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
            Message::ToVendor { words } => self.to_vendor(frame, words, enclosed_view),
            Message::IncidentProposed { .. } | Message::IncidentOffer { .. } => {
                self.incident(frame)
            }
            Message::Meanwhile { .. } => self.meanwhile(frame),
            Message::Note { why } => self.note(frame, *why, enclosed_view),
            Message::ServiceStopped { .. }
            | Message::Conduct(_)
            | Message::Complaint { .. }
            | Message::ComplaintReceived { .. }
            | Message::Decided { .. } => self.oversight(frame, enclosed_view),
            Message::Review(Review::Came { result, .. }) => {
                as_value("command-result", &self.result(frame, staff, result))
            }
            Message::Review(review) => self.review(frame, review, enclosed_view),
            Message::Closed { by } => self.closing(frame, *by, staff, enclosed_view),
            Message::Overseen { result, .. } | Message::CommandResult(result) => {
                as_value("command-result", &self.result(frame, staff, result))
            }
            Message::Seminar(why, one) => self.about_seminar(frame, why, one),
            Message::Confirm => as_value(
                "confirm",
                &Confirm {
                    enclosed: enclosed_view,
                    frame,
                },
            ),
            Message::TooLarge { size, limit } => self.too_large(frame, *size, *limit),
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
            Message::AdminAnswer(said) => self.admin_answer(frame, said),
            Message::AdminAlert(alert) => self.alert(frame, alert),
            Message::Digest(figures) => digest(self.desk, self.tongue, frame, figures),
        }
    }

    fn closing(
        &self,
        frame: Frame,
        by: ClosedBy,
        staff: bool,
        enclosed: Option<EnclosedView>,
    ) -> (&'static str, Value) {
        as_value(
            if staff { "closed-staff" } else { "closed" },
            &Closed {
                by: closed_by(by),
                ratings: ["1", "2", "3", "4", "5"]
                    .map(|score| self.link(&frame, score, score))
                    .to_vec(),
                enclosed: enclosed
                    .filter(|one| staff && !(one.text.is_empty() && one.files.is_empty())),
                frame,
            },
        )
    }

    fn too_large(&self, frame: Frame, found: u64, limit: u64) -> (&'static str, Value) {
        as_value(
            "too-large",
            &TooLarge {
                staff: self.notice.audience != Audience::Requester,
                size: size(self.tongue, found),
                limit: size(self.tongue, limit),
                frame,
            },
        )
    }

    fn alert(&self, frame: Frame, alert: &Alert) -> (&'static str, Value) {
        let mut view = admin_alert(frame, alert);
        if let Alert::Unreadable { letter, .. } = alert {
            view.release = self.act("#принять", "#release", *letter);
            view.drop = self.act("#выбросить", "#drop", *letter);
        }
        if let Alert::Late { due } = alert {
            view.due = due.map(|due| self.until(due));
            let ticket = self.notice.ticket.as_ref();
            let assignee = ticket.and_then(|ticket| ticket.assignee.as_deref());
            let assignee = assignee.and_then(|id| self.desk.roster.by_id(id));
            view.who =
                assignee.map_or_else(String::new, |one| self.line(&names::aloud(&one.name), NAME));
        }
        as_value("admin-alert", &view)
    }

    fn assignment(
        &self,
        frame: Frame,
        due: Option<Timestamp>,
        reason: &Reason,
        enclosed: Option<EnclosedView>,
        earlier: &[Earlier],
    ) -> (&'static str, Value) {
        as_value(
            "assignment",
            &Assignment {
                due: due.map(|due| self.until(due)),
                due_short: due
                    .filter(|due| !self.late(Some(*due)))
                    .map(|due| when::until_short(self.tongue, self.zone(), self.desk.now, due)),
                late: self.late(due),
                passed_over: self.passed_over(reason),
                climbed_from: reason
                    .climbed_from
                    .as_deref()
                    .map(|tier| one_line(tier, NAME)),
                why: self.why(&reason.how),
                incident: reason
                    .incident
                    .as_ref()
                    .map(|known| self.known(&frame, known)),
                note: self.clean(&reason.note),
                enclosed,
                earlier: self.earlier(earlier),
                close: self.link(&frame, "#закрыть", "#close"),
                wait: self.link(&frame, "#ждать 3д", "#wait 3d"),
                decline: self.link(&frame, "#не-мне", "#decline"),
                raise: self.link(&frame, "#выше", "#raise"),
                help: self.link(&frame, "#помощь", "#help"),
                frame,
            },
        )
    }

    fn reply(
        &self,
        frame: Frame,
        (text, specialist, closes): (&str, Option<&str>, bool),
        materials: &[Material],
        enclosed: Option<&Enclosed<'_>>,
        earlier: &[Earlier],
    ) -> (&'static str, Value) {
        as_value(
            "reply",
            &Reply {
                words: self.clean(text),
                html: enclosed.and_then(|one| self.html(one, text)),
                specialist: specialist.map(|name| self.line(&names::aloud(name), NAME)),
                closes,
                participant: self.notice.audience == Audience::Participant,
                leave: self.link(&frame, "#выйти", "#quit"),
                materials: self.sent_along(&frame, materials),
                // What is attached is seen; what is not must be said.
                files: enclosed
                    .map(|one| self.files(one.files))
                    .unwrap_or_default()
                    .into_iter()
                    .filter(|file| !file.sent)
                    .collect(),
                solved: self.link(&frame, "#решено", "#solved"),
                complain: self.link(&frame, "#жалоба", "#complaint"),
                earlier: self.earlier(earlier),
                frame,
            },
        )
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
            copies: self.copies(),
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
            self.say("(без темы)", "(no subject)")
                .clone_into(&mut subject);
        }
        let base = format!("[{case}] {subject}");
        (case, base)
    }

    fn result(&self, frame: Frame, staff: bool, result: &CommandResult) -> CommandView {
        let mut view = CommandView {
            result: "help",
            staff,
            lines: vec![],
            rows: vec![],
            commands: vec![],
            word: String::new(),
            nearest: None,
            text: String::new(),
            retry: None,
            review: None,
            help: self.link(&frame, "#помощь", "#help"),
            frame,
        };
        match result {
            CommandResult::Done(did) => {
                view.result = "done";
                view.lines = self.done(did);
                view.rows = self.rows(did);
            }
            CommandResult::Refused { why, text } => {
                view.result = "refused";
                view.lines = vec![self.refusal(why)];
                view.text = self.clean(text);
            }
            CommandResult::Returned { places, text } => {
                view.result = "returned";
                view.text = self.marked(text, places);
                let subject = format!("Re: {}", view.frame.base);
                let link = self.mailto(&subject, &self.clean(text));
                view.retry = (link.len() <= LINK).then_some(link);
                // A supervisor's own words go to nobody else.
                let own = matches!(self.notice.message, Message::CommandResult(_));
                view.review = own.then(|| self.link(&view.frame, "#проверить", "#review"));
            }
            CommandResult::SpecialistHelp => view.commands = self.commands(true),
            CommandResult::RequesterHelp => view.commands = self.commands(false),
            CommandResult::Empty => view.result = "empty",
            CommandResult::Unknown {
                word,
                nearest,
                argument,
                text,
            } => {
                view.result = if *argument { "argument" } else { "unknown" };
                view.word = self.line(word, NAME);
                view.text = self.clean(text);
                view.nearest = nearest.as_deref().map(|word| one_line(word, NAME));
                view.retry = self.retry(&view).filter(|_| !argument);
            }
        }
        view
    }

    /// A link that writes the letter again with the command put right.
    fn retry(&self, view: &CommandView) -> Option<String> {
        let nearest = view.nearest.as_deref()?;
        let subject = format!("Re: {}", view.frame.base);
        let whole = format!("{nearest}\n\n{}", view.text);
        let link = self.mailto(&subject, whole.trim_end());
        if link.len() <= LINK {
            Some(link)
        } else {
            Some(self.mailto(&subject, nearest))
        }
    }

    pub(super) fn is_staff(&self) -> bool {
        !self.notice.audience.asks()
    }

    /// Who asked, as the staff may see them.
    pub(super) fn requester(&self) -> String {
        let Some(ticket) = &self.notice.ticket else {
            return String::new();
        };
        let Person { name, address } = &ticket.requester;
        match (name.is_empty(), self.hidden.contains(address)) {
            (false, _) => self.line(name, NAME),
            (true, false) => one_line(address, NAME),
            (true, true) => String::new(),
        }
    }

    pub(super) fn link(&self, frame: &Frame, russian: &'static str, english: &'static str) -> Link {
        let subject = format!("Re: {}", frame.base);
        self.link_to(&subject, self.say(russian, english))
    }

    /// A person's text without what the reader must not see.
    pub(super) fn clean(&self, text: &str) -> String {
        self.hide.scrub(&tidy(text), &self.desk.policy.address)
    }

    pub(super) fn line(&self, text: &str, most: usize) -> String {
        let whole = one_line(text, usize::MAX);
        one_line(&self.hide.scrub(&whole, &self.desk.policy.address), most)
    }

    pub(super) fn closed(&self) -> &'static str {
        when::closed(self.tongue, &self.desk.policy.hours, self.desk.now).unwrap_or(self.say(
            "Сейчас нерабочее время.",
            "We are outside working hours now.",
        ))
    }

    pub(super) fn until(&self, due: Timestamp) -> String {
        when::until(self.tongue, self.zone(), self.desk.now, due)
    }

    pub(super) fn late(&self, due: Option<Timestamp>) -> bool {
        due.is_some_and(|due| due <= self.desk.now)
    }

    pub(super) fn zone(&self) -> &jiff::tz::TimeZone {
        &self.desk.policy.hours.zone
    }

    pub(super) fn say<'b>(&self, russian: &'b str, english: &'b str) -> &'b str {
        match self.tongue {
            Tongue::Ru => russian,
            Tongue::En => english,
        }
    }
}

fn closed_by(by: ClosedBy) -> &'static str {
    match by {
        ClosedBy::Requester => "requester",
        ClosedBy::Specialist => "specialist",
        ClosedBy::Silence => "silence",
        ClosedBy::Mended => "mended",
        ClosedBy::Erased => "erased",
    }
}

pub(super) fn as_value(name: &'static str, context: &impl Serialize) -> (&'static str, Value) {
    (name, Value::from(Serde(context)))
}
