//! What the desk's letters say, as values; `letters` turns them into words.

use jiff::Timestamp;

pub use super::alert::Alert;
use super::figures::Figures;
use super::materials::Material;
pub use super::obeyed::{CommandResult, Did, Refusal, Spared};
pub use super::oversight::{Conduct, Decision};
use super::quarantine::AdminAnswer;
pub use super::reason::{Handing, KnownIncident, Reason};
use super::reception::Reception;
use super::review::Review;
use super::roster::DateRange;
use super::seminars::{Announced, Seminar};
use super::ticket::Person;

/// Who or what closed a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedBy {
    /// The requester says that it is solved.
    Requester,
    /// A specialist.
    Specialist,
    /// Nobody wrote for a long time.
    Silence,
    /// A specialist, for all tickets of an incident: it works again.
    Mended,
    /// The requester asked to be forgotten.
    Erased,
}

/// What a reminder is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReminderWhy {
    /// The answer is due soon, or late.
    Due,
    /// It slept until now.
    Woke,
    /// The answer is late, and all that could be done has been.
    Again,
    /// The solution is due soon, or late.
    Resolution,
    /// It is joined to an incident that lasts.
    Joined,
}

/// What is late, for those who look after others' work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overdue {
    /// The answer, though the chain of escalation has come to its end.
    Answer,
    /// The solution.
    Solution,
}

/// What one letter of the desk says. `letters` turns it into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// To the requester: we have it, who answers, until when.
    Acknowledgement {
        /// The assignee's name, when it may be shown.
        assignee: Option<String>,
        /// Where they could be met instead, the nearest first.
        receptions: Vec<Reception>,
        /// Until when the answer is due.
        due: Option<Timestamp>,
        /// It came outside working time.
        closed_now: bool,
        /// The ticket that its question came up in.
        split_from: Option<u64>,
        /// The incident that it may be part of.
        incident: Option<KnownIncident>,
        /// Materials that may answer it meanwhile, the best first.
        materials: Vec<Material>,
        /// The next seminar on its topic.
        seminar: Option<Seminar>,
    },
    /// To a specialist: this is yours.
    Assignment {
        /// Until when to answer.
        due: Option<Timestamp>,
        /// Why it came to them.
        reason: Reason,
    },
    /// To the requester: a specialist's words.
    Reply {
        /// The words.
        text: String,
        /// Roster id of whoever wrote them.
        author: String,
        /// The specialist's name, when it may be shown.
        specialist: Option<String>,
        /// The ticket is closed with it.
        closes: bool,
        /// Reference materials that go with the words.
        materials: Vec<Material>,
    },
    /// To the assignee: the requester wrote again.
    Followup {
        /// Until when to answer.
        due: Option<Timestamp>,
        /// The ticket had been closed.
        reopened: bool,
    },
    /// To a specialist who answered: a colleague had answered while they wrote.
    Meanwhile {
        /// The colleague's name.
        who: String,
        /// When.
        at: Timestamp,
        /// Their words.
        said: String,
        /// They closed the ticket, and it stays closed.
        closed: bool,
        /// The writer's own answer is held until then.
        held: Option<Timestamp>,
    },
    /// To whoever has the first of many tickets that are alike: is it an incident? And to their supervisor.
    IncidentProposed {
        /// Numbers and subjects.
        cases: Vec<(u64, String)>,
        /// When the first came.
        since: Timestamp,
        /// Who was asked, when it is told to somebody else.
        asked: Option<String>,
    },
    /// To the assignee of a ticket: it may be part of an incident.
    IncidentOffer {
        /// The incident.
        known: KnownIncident,
    },
    /// To the assignee: somebody wrote who may not speak in the ticket.
    Note {
        /// Why their letter was not passed on.
        why: NoteWhy,
    },
    /// To the requester or a specialist: it is closed.
    Closed {
        /// Who or what closed it.
        by: ClosedBy,
    },
    /// To the assignee: something is to be done.
    Reminder {
        /// What about.
        why: ReminderWhy,
        /// Until when to answer, or to solve.
        due: Option<Timestamp>,
    },
    /// To the requester: we wait for You.
    WaitingReminder {
        /// When it is closed without a further letter.
        closes: Timestamp,
    },
    /// To the one who had it: somebody else has it now.
    Reassigned {
        /// Their name.
        to: String,
        /// Because of the deadline; else a colleague did it.
        late: bool,
    },
    /// To the vendor's service: a case, and what the specialist adds to it.
    ToVendor {
        /// The specialist's words.
        words: String,
    },
    /// To a specialist: their automatic answer says that they are away; or, without a last day, they were
    /// not heard of for long and have left the rotation.
    Absent {
        /// The days.
        days: DateRange,
    },
    /// To a supervisor: a ticket of their people is late.
    Escalated {
        /// Whose it was when it became late, and later.
        from: Vec<String>,
        /// Who has it now.
        to: Option<String>,
        /// Until when it should have been answered.
        due: Option<Timestamp>,
    },
    /// To somebody who signed up for a seminar, or to its leader.
    Seminar(SeminarWhy, Box<Announced>),
    /// To the requester: service on the ticket has ended (clause 5).
    ServiceStopped {
        /// Roster id of whoever ended it.
        author: String,
        /// Why, in their words.
        reason: String,
        /// The administrators decide about it, for want of a supervisor.
        office: bool,
    },
    /// To a supervisor: what happened on a ticket that needs their decision.
    Conduct(Conduct),
    /// About an answer that came back for its words.
    Review(Review),
    /// To a supervisor: a requester complains of a specialist.
    Complaint {
        /// Roster id of the specialist; empty when the complaint names no case.
        about: String,
        /// Their name.
        name: Option<String>,
        /// The complaint in the requester's words.
        text: String,
        /// Who wrote it.
        from: Person,
        /// More than From says so.
        proved: bool,
        /// It belongs to a complaint that the reader has already.
        again: bool,
    },
    /// To the requester: their complaint has gone to somebody.
    ComplaintReceived {
        /// Roster id of the specialist.
        about: String,
        /// The supervisor's name, when it may be shown and is known.
        to: Option<String>,
        /// It went to the administrators.
        office: bool,
    },
    /// To the requester: what a supervisor says or decides.
    Decided {
        /// Roster id or address of the supervisor.
        author: String,
        /// Their name, when it may be shown.
        name: Option<String>,
        /// The specialist complained of; `None` when it is about a stop.
        about: Option<String>,
        /// What was decided.
        decision: Decision,
        /// Their words; may be empty.
        text: String,
    },
    /// To a supervisor: what came of their answer to a report or a complaint. What they answer to this is
    /// for the same eyes.
    Overseen {
        /// The specialist complained of; `None` when it is about a stop.
        about: Option<String>,
        /// What came of it.
        result: CommandResult,
    },
    /// To a supervisor, or the administrators: a ticket is late and stays where it is.
    Overdue {
        /// What of it.
        what: Overdue,
        /// Until when it should have been.
        due: Option<Timestamp>,
        /// Whose it was when it became late, and is.
        with: Vec<String>,
    },
    /// To the one who gave a command.
    CommandResult(CommandResult),
    /// To one who claims to be a specialist without proof.
    Confirm,
    /// To the sender of a letter of which only the header could be read.
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// To a specialist: the requester could not be reached.
    Undeliverable {
        /// The address refused.
        recipient: String,
        /// What the server said.
        diagnostic: String,
    },
    /// To the administrators.
    AdminAlert(Alert),
    /// To an administrator who gave commands.
    AdminAnswer(AdminAnswer),
    /// To the administrators, every week: its figures.
    Digest(Box<Figures>),
}

/// What a letter about a seminar says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeminarWhy {
    /// They have a seat.
    Seated,
    /// They had one already.
    Already,
    /// It is full; they wait.
    Waiting,
    /// Somebody left, and they have a seat now.
    MovedUp,
    /// It is at another time or place, or takes place after all.
    Changed {
        /// It had been cancelled.
        restored: bool,
        /// They have no seat yet.
        waits: bool,
    },
    /// It does not take place.
    Cancelled {
        /// They had a seat, and so an entry in their calendar.
        had_seat: bool,
    },
    /// It is tomorrow.
    Reminder,
    /// They do not come, as they said.
    Left {
        /// They had a seat.
        had_seat: bool,
    },
    /// There is no such seminar ahead; these are.
    Unknown(Vec<Seminar>),
    /// They had not signed up; these are ahead.
    NotIn(Vec<Seminar>),
    /// To the leader: who comes.
    List,
}

/// Why a letter stays a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteWhy {
    /// An assignment was passed on, and somebody else answered it.
    AnsweredByAnother,
    /// Another specialist than the assignee answered the requester.
    Colleague,
    /// A specialist wrote for the staff alone.
    Internal,
    /// Another specialist than the assignee closed the ticket, put it off or opened it again.
    Changed,
    /// The vendor's service answered the owner.
    Vendor,
    /// The incident that the ticket was joined to is over; the ticket itself is not.
    IncidentOver,
}

/// Why a specialist has left the rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// They missed so many deadlines in a row without a sign of life.
    Silent(u32),
    /// Letters to them are refused; what the server said.
    Unreachable(String),
}

/// What the desk holds back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// New tickets, above this many an hour.
    Tickets(u32),
    /// Acknowledgements, above this many an hour.
    Acknowledgements(u32),
    /// Letters that it writes by itself, above this many an hour.
    Automatic(u32),
    /// The same, because other servers refuse letters in equal words.
    Refusals(String),
}
