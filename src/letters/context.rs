//! What each template may use: one struct a letter. Every field is always there; what may be absent is null.

use serde::Serialize;

use super::admin::ActView;
use super::commands::{CommandLine, TicketRow};
use super::links::Link;
use super::materials::MaterialView;
use super::seminars::SeminarView;

/// What every letter has.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Frame {
    /// `ru` or `en`.
    pub lang: &'static str,
    /// The desk's name.
    pub desk: String,
    /// The ticket's name: `ЭЖ-41`; empty without a ticket.
    pub case: String,
    /// `[ЭЖ-41] Не видно оценок`; empty without a ticket. Letters of one thread share it.
    pub base: String,
    /// How to call the reader: «Анна Сергеевна».
    pub name: Option<String>,
    /// Who is in copy, as the reader may see them.
    pub copies: Vec<String>,
    /// The line above which a reader answers.
    pub marker: &'static str,
}

/// Somebody's letter inside a letter.
#[derive(Debug, Clone, Serialize)]
pub(super) struct EnclosedView {
    /// Their name, with the address where it may be seen; empty when neither is known.
    pub from: String,
    /// «сегодня в 9:40».
    pub at: Option<String>,
    pub text: String,
    /// The words as they were written, where `text` has some folded away.
    pub whole: Option<String>,
    /// The same as HTML, sanitised; where there is none the text must do.
    pub html: Option<String>,
    pub files: Vec<FileView>,
}

/// A file of an enclosed letter.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FileView {
    pub name: String,
    /// «184 КБ».
    pub size: String,
    pub sent: bool,
}

/// An earlier letter.
#[derive(Debug, Clone, Serialize)]
pub(super) struct EarlierView {
    pub from: String,
    pub at: String,
    pub text: String,
}

/// An incident that the ticket may be part of.
#[derive(Debug, Clone, Serialize)]
pub(super) struct IncidentView {
    /// `ЭЖ-1`, and its subject; empty for requesters.
    pub number: String,
    pub subject: String,
    /// «сегодня в 9:40».
    pub since: String,
    /// The letters are alike; else they only share a topic.
    pub alike: bool,
    pub join: Link,
}

/// `incident`: a proposal when there are `cases`, else an offer to join.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Incident {
    #[serde(flatten)]
    pub frame: Frame,
    /// «ЭЖ-1 · Дневник не открывается».
    pub cases: Vec<String>,
    /// Who was asked, in a letter to somebody else; else empty.
    pub asked: String,
    /// The incident: `ЭЖ-1`.
    pub number: String,
    pub subject: String,
    pub since: String,
    pub alike: bool,
    pub join: Link,
}

/// `acknowledgement`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Acknowledgement {
    #[serde(flatten)]
    pub frame: Frame,
    pub assignee: Option<String>,
    /// «сегодня, вторник 14:00–16:00, кабинет 205».
    pub receptions: Vec<String>,
    pub due: Option<String>,
    /// The ticket that its question came up in: `ЭЖ-40`.
    pub split_from: Option<String>,
    pub incident: Option<IncidentView>,
    /// «Сейчас у нас выходной.»
    pub closed: Option<&'static str>,
    pub chat: Option<String>,
    pub materials: Vec<MaterialView>,
    /// The next one on the topic.
    pub seminar: Option<SeminarView>,
    pub solved: Link,
}

/// `assignment`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Assignment {
    #[serde(flatten)]
    pub frame: Frame,
    pub due: Option<String>,
    /// For the subject: «до 15:00».
    pub due_short: Option<String>,
    /// The deadline has passed.
    pub late: bool,
    /// «Сидоров Пётр Ильич — отсутствует до 28 ноября».
    pub passed_over: Vec<String>,
    pub climbed_from: Option<String>,
    /// Why it came to the reader: a clause.
    pub why: String,
    pub incident: Option<IncidentView>,
    /// What a colleague says about it.
    pub note: String,
    pub enclosed: Option<EnclosedView>,
    pub earlier: Vec<EarlierView>,
    pub close: Link,
    pub wait: Link,
    pub decline: Link,
    pub raise: Link,
    pub help: Link,
}

/// `reminder`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Reminder {
    #[serde(flatten)]
    pub frame: Frame,
    /// `due`, `woke`, `again` or `resolution`.
    pub why: &'static str,
    pub due: Option<String>,
    /// «35 минут назад», when the deadline has passed.
    pub ago: Option<String>,
    pub late: bool,
    pub close: Link,
    pub wait: Link,
    pub decline: Link,
    pub raise: Link,
    pub earlier: Vec<EarlierView>,
}

/// `waiting-reminder`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct WaitingReminder {
    #[serde(flatten)]
    pub frame: Frame,
    /// «в пятницу».
    pub closes: String,
    pub solved: Link,
    pub earlier: Vec<EarlierView>,
}

/// `vendor`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ToVendor {
    #[serde(flatten)]
    pub frame: Frame,
    /// The service's own number of the case.
    pub vendor_case: Option<String>,
    /// What the specialist adds.
    pub words: String,
    pub enclosed: Option<EnclosedView>,
}

/// `absent`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Absent {
    #[serde(flatten)]
    pub frame: Frame,
    /// «28 ноября».
    pub until: String,
    /// They were not heard of for long: there is no such day.
    pub left: bool,
    pub back: Link,
}

/// `reassigned`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Reassigned {
    #[serde(flatten)]
    pub frame: Frame,
    pub to: String,
    pub late: bool,
    pub take: Link,
}

/// `raised`: to a supervisor.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Escalated {
    #[serde(flatten)]
    pub frame: Frame,
    pub from: Vec<String>,
    pub to: Option<String>,
    pub due: Option<String>,
    pub requester: String,
    /// For a reader who answers tickets themself.
    pub take: Option<Link>,
    pub earlier: Vec<EarlierView>,
}

/// `overdue`: to a supervisor or the administrators.
#[derive(Debug, Clone, Serialize)]
pub(super) struct OverdueView {
    #[serde(flatten)]
    pub frame: Frame,
    /// `answer` or `solution`.
    pub what: &'static str,
    pub due: Option<String>,
    /// «2 часа назад».
    pub ago: Option<String>,
    pub with: Vec<String>,
    pub requester: String,
    /// For a reader who answers tickets themself.
    pub take: Option<Link>,
    pub earlier: Vec<EarlierView>,
}

/// `reply`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Reply {
    #[serde(flatten)]
    pub frame: Frame,
    /// Empty when there are only files.
    pub words: String,
    /// The same as HTML, sanitised; where there is none the words must do.
    pub html: Option<String>,
    pub specialist: Option<String>,
    pub closes: bool,
    /// The reader is in copy.
    pub participant: bool,
    pub leave: Link,
    pub materials: Vec<MaterialView>,
    /// Those too large to go with it.
    pub files: Vec<FileView>,
    pub solved: Link,
    pub complain: Link,
    pub earlier: Vec<EarlierView>,
}

/// `followup`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Followup {
    #[serde(flatten)]
    pub frame: Frame,
    pub due: Option<String>,
    pub late: bool,
    pub reopened: bool,
    pub enclosed: Option<EnclosedView>,
    pub close: Link,
    pub help: Link,
    pub earlier: Vec<EarlierView>,
}

/// `meanwhile`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Meanwhile {
    #[serde(flatten)]
    pub frame: Frame,
    /// The colleague.
    pub who: String,
    /// «сегодня в 10:05».
    pub at: String,
    /// What they answered, shortened.
    pub said: String,
    /// The ticket stays closed.
    pub closed: bool,
    /// When the reader's own answer goes out, if it is held.
    pub held: Option<String>,
}

/// `note`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Note {
    #[serde(flatten)]
    pub frame: Frame,
    /// `answered-by-another`, `colleague`, `internal`, `changed` or `vendor`.
    pub why: &'static str,
    /// How the ticket stands: `closed`, `waiting` and so on.
    pub status: &'static str,
    /// «3 декабря в 8:00»: until when it sleeps.
    pub wakes: Option<String>,
    /// «сегодня в 10:02»: when a colleague's answer, which is still held, goes out.
    pub held: Option<String>,
    pub enclosed: Option<EnclosedView>,
}

/// `closed` and `closed-staff`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Closed {
    #[serde(flatten)]
    pub frame: Frame,
    /// `requester`, `specialist`, `silence` or `mended`.
    pub by: &'static str,
    /// One tap each: 1 to 5.
    pub ratings: Vec<Link>,
    pub enclosed: Option<EnclosedView>,
}

/// `command-result`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct CommandView {
    #[serde(flatten)]
    pub frame: Frame,
    /// `done`, `refused`, `help`, `unknown`, `argument` or `empty`.
    pub result: &'static str,
    /// The reader is of the staff.
    pub staff: bool,
    /// What was done, or why not: a line each.
    pub lines: Vec<String>,
    /// Tickets that were asked for.
    pub rows: Vec<TicketRow>,
    /// All commands, for `help`.
    pub commands: Vec<CommandLine>,
    pub word: String,
    pub nearest: Option<String>,
    pub text: String,
    /// Writes the letter again with the command put right.
    pub retry: Option<String>,
    /// Shows a returned answer to the writer's supervisor.
    pub review: Option<Link>,
    pub help: Link,
}

/// `confirm`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Confirm {
    #[serde(flatten)]
    pub frame: Frame,
    pub enclosed: Option<EnclosedView>,
}

/// `undeliverable`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Undeliverable {
    #[serde(flatten)]
    pub frame: Frame,
    /// `None` when the reader may not see it.
    pub recipient: Option<String>,
    pub diagnostic: String,
}

/// `too-large`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TooLarge {
    #[serde(flatten)]
    pub frame: Frame,
    /// The reader is a specialist.
    pub staff: bool,
    /// «52 МБ».
    pub size: String,
    pub limit: String,
}

/// `admin-alert`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AdminAlert {
    #[serde(flatten)]
    pub frame: Frame,
    /// `unreadable`, `nobody-available`, `undeliverable`, `flood`, `late`, `left`, `trouble`, or what is stopped:
    /// `stopped-tickets`, `stopped-acks`, `stopped-automatic`, `stopped-refusals`.
    pub alert: &'static str,
    pub why: String,
    pub from: String,
    pub letter_subject: String,
    /// Commands about the letter that was set aside.
    pub release: ActView,
    pub drop: ActView,
    pub tier: String,
    pub climbed: bool,
    pub recipient: String,
    pub diagnostic: String,
    pub limit: u32,
    /// Deadlines missed in a row by whoever has left the rotation; 0 when they cannot be reached.
    pub missed: u32,
    /// The name of that specialist, or of whoever is late.
    pub who: String,
    pub due: Option<String>,
    pub what: String,
}

/// A command with its argument, as a button and as a line.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Choice {
    /// What it does: «возобновить, отвечает Сидоров А. И.».
    pub label: String,
    /// With the `#`.
    pub command: String,
    pub href: String,
}

/// `service-stopped`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ServiceStopped {
    #[serde(flatten)]
    pub frame: Frame,
    pub reason: String,
    /// The administrators decide.
    pub office: bool,
}

/// `conduct-report`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ConductReport {
    #[serde(flatten)]
    pub frame: Frame,
    /// `stopped`, `held`, `waits` or `late` (it is held still), `again`.
    pub what: &'static str,
    /// Who ended service.
    pub by: String,
    pub reason: String,
    pub note: String,
    pub requester: String,
    pub enclosed: Option<EnclosedView>,
    pub choices: Vec<Choice>,
    /// Until when the requester was promised an answer, while a letter is held.
    pub due: Option<String>,
}

/// `complaint`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Complaint {
    #[serde(flatten)]
    pub frame: Frame,
    /// The specialist's name.
    pub about: Option<String>,
    pub from: String,
    pub proved: bool,
    pub words: String,
    pub again: bool,
    /// The correspondence goes with it.
    pub correspondence: bool,
    /// Whom the ticket can be given to.
    pub choices: Vec<Choice>,
    pub enclosed: Option<EnclosedView>,
}

/// `complaint-received`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ComplaintReceived {
    #[serde(flatten)]
    pub frame: Frame,
    pub to: Option<String>,
    pub office: bool,
}

/// `supervisor`: to the requester.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Decided {
    #[serde(flatten)]
    pub frame: Frame,
    /// `answer`, `resumed` or `upheld`.
    pub decision: &'static str,
    pub words: String,
    /// The supervisor's name.
    pub supervisor: Option<String>,
    /// Who has the ticket now.
    pub with: Option<String>,
    pub due: Option<String>,
    /// It belongs to a complaint.
    pub complaint: bool,
    pub files: Vec<FileView>,
}
