//! What the desk's letters say, as values; `letters` turns them into words.

use jiff::Timestamp;
use jiff::civil::Date;

use super::figures::Figures;
use super::materials::Material;
use super::quarantine::AdminAnswer;
use super::reception::Reception;
use super::roster::DateRange;
use super::rotation::PassedOver;
use super::seminars::{Announced, Seminar};
use super::ticket::{Status, Ticket};

/// Why a ticket came to its assignee.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reason {
    /// How it was handed over.
    pub how: Handing,
    /// What a colleague says about it, for the staff alone.
    pub note: String,
    /// Names of those passed over, and why.
    pub passed_over: Vec<(String, PassedOver)>,
    /// Name of the tier that could not take it, when the ticket climbed.
    pub climbed_from: Option<String>,
}

/// How a ticket was handed over. The names are of people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Handing {
    /// It was their turn.
    #[default]
    Turn,
    /// Their turn, after somebody gave it back, with the reason.
    Declined(String, String),
    /// A colleague passed it on.
    Colleague(String),
    /// Somebody raised it to this tier.
    Raised(String),
    /// Nobody had answered in time.
    Late,
    /// Whoever had it is away.
    Away(String),
}

/// Who or what closed a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedBy {
    /// The requester says that it is solved.
    Requester,
    /// A specialist.
    Specialist,
    /// Nobody wrote for a long time.
    Silence,
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
    /// The vendor's service answered the owner.
    Vendor,
}

/// How a letter with commands ended: all of them were obeyed, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandResult {
    /// What was done, in order.
    Done(Vec<Did>),
    /// Nothing was done.
    Refused {
        /// Why.
        why: Refusal,
        /// The text that was held back.
        text: String,
    },
    /// The list of commands for specialists.
    SpecialistHelp,
    /// The list of commands for requesters.
    RequesterHelp,
    /// No such command, or its argument is not understood; nothing was sent on.
    Unknown {
        /// What was typed.
        word: String,
        /// What was probably meant, or the right form.
        nearest: Option<String>,
        /// The command is known, its argument is not understood.
        argument: bool,
        /// The text that was held back.
        text: String,
    },
    /// An answer without words and without files.
    Empty,
}

/// One thing that was done. Names are of people and tiers, as they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Did {
    /// The answer went to the requester.
    Sent,
    /// A reference material goes with the answer; its title.
    Material(String),
    /// The text stays among the staff.
    Noted,
    /// Closed.
    Closed,
    /// It was closed already.
    ClosedBefore,
    /// The ticket is the writer's now.
    Taken,
    /// Given back; who has it now.
    Declined(String),
    /// The held answer is not sent.
    TakenBack,
    /// Passed to a specialist.
    Assigned(String),
    /// A consultation is recorded as a closed ticket: its number and requester.
    Recorded(u64, String),
    /// A ticket is opened in somebody's name: its number, its requester, and who has it.
    RecordedOpen(u64, String, String),
    /// Open again.
    Reopened,
    /// Raised to a tier; who has it there.
    Raised(String, String),
    /// The vendor's service was asked; its name.
    AskedVendor(String),
    /// Waits for the requester until then.
    Waiting(Timestamp),
    /// Sleeps until then.
    Snoozed(Timestamp),
    /// The topic is set.
    Topic(String),
    /// Put into another ticket.
    Merged(u64),
    /// Closed as spam; this address is blocked.
    Spam(String),
    /// Opened again; this address is free.
    NotSpam(String),
    /// The requester said how it went.
    Rated,
    /// Out of the rotation on these days.
    Away(DateRange),
    /// Back in it.
    Back,
    /// The tickets asked for; the word that was searched, if any.
    Tickets(Option<String>, Vec<Ticket>),
}

/// Why a command is not obeyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is closed already.
    AlreadyClosed,
    /// It is the writer's already.
    AlreadyYours,
    /// It is not the writer's.
    NotYours,
    /// It is spam, merged or stopped: nothing can be done with it.
    Shut(Status),
    /// Nobody else can take it.
    NobodyElse,
    /// That specialist is away; their name.
    TheyAreAway(String),
    /// No such specialist; the nearest id.
    NoSpecialist(String, Option<String>),
    /// No such tier; the nearest id.
    NoTier(String, Option<String>),
    /// There is no higher tier.
    NoTierAbove,
    /// No such reference material; the nearest name.
    NoMaterial(String, Option<String>),
    /// Whose consultation it was is not said.
    NoRequester,
    /// No such channel; the nearest word.
    NoChannel(String, Option<String>),
    /// It cannot stand beside `#обращение`; what was typed means that a consultation is recorded.
    NotBeside,
    /// Nothing proves that the specialist wrote it.
    NeedsProof,
    /// The ticket is open already.
    AlreadyOpen,
    /// That tier is outside the school.
    TierOutside(String),
    /// No such topic; the nearest name.
    NoTopic(String, Option<String>),
    /// The day has passed.
    Past(Date),
    /// No such ticket.
    NoTicket(u64),
    /// It cannot be put into itself, nor into one that is in it.
    MergeCircle(u64),
    /// The other ticket is somebody else's: one would read the other's answers.
    OtherRequester(u64),
    /// No answer is held.
    NothingHeld,
    /// It is no spam.
    NotSpam,
    /// The command belongs into an answer to a letter about a ticket.
    NeedsTicket,
}

/// Why a specialist has left the rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// They missed so many deadlines in a row without a sign of life.
    Silent(u32),
    /// Letters to them are refused; what the server said.
    Unreachable(String),
}

/// Why the administrators hear of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alert {
    /// A letter went to Attention.
    Unreadable {
        /// Why, in plain words.
        why: String,
        /// From whom it seems to be.
        from: String,
        /// Its subject, as far as it could be read.
        subject: String,
        /// Its number.
        letter: u64,
    },
    /// Nobody of a tier could take a ticket.
    NobodyAvailable {
        /// The tier's name.
        tier: String,
        /// A higher tier has it now.
        climbed: bool,
    },
    /// A letter of the desk could not be delivered and has no specialist to tell.
    Undeliverable {
        /// The address refused.
        recipient: String,
        /// What the server said.
        diagnostic: String,
    },
    /// A ticket is late, and there is no supervisor to tell.
    Late {
        /// Until when it should have been answered.
        due: Option<Timestamp>,
    },
    /// A specialist has left the rotation.
    Left {
        /// Their name.
        name: String,
        /// Their address.
        address: String,
        /// Why.
        why: Left,
    },
    /// One address writes more than `letters_per_hour`; it gets no acknowledgements meanwhile.
    Flood {
        /// The address.
        from: String,
        /// The limit.
        limit: u32,
    },
    /// The desk holds something back, because there is too much of it.
    Stopped(Stopped),
    /// The desk itself is in trouble; the text is plain and says what to do.
    Trouble {
        /// What happened.
        what: String,
    },
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
