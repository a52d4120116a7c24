//! What became of a letter's commands, as values: what was done, or why nothing was.

use jiff::Timestamp;
use jiff::civil::Date;

use super::review::Verdict;
use super::roster::DateRange;
use super::ticket::{Status, Ticket};

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
    /// It insults and was not sent (clause 4).
    Returned {
        /// The places.
        places: Vec<String>,
        /// The whole of what was written, commands and text.
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
    /// The text goes to whoever has the ticket; their name.
    ToOwner(String),
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
    /// It is an incident now.
    Incident(u64),
    /// Joined to an incident.
    Joined(u64),
    /// It stands for itself again.
    NoIncident,
    /// The same was done for so many tickets that are joined to it.
    WithJoined(u32),
    /// The requester of an incident says that it is solved for them.
    Heard,
    /// This person is no longer in copy.
    Removed(String),
    /// The writer is no longer in copy.
    Left,
    /// A letter became a ticket of its own.
    Split {
        /// The ticket that it was in.
        from: u64,
        /// The new one.
        to: u64,
    },
    /// Closed as spam; this address is blocked, unless there is a reason against it.
    Spam(String, Option<Spared>),
    /// Opened again; this address is free.
    NotSpam(String),
    /// The requester said how it went.
    Rated,
    /// It went out, though these places of it are coarse.
    Coarse(Vec<String>),
    /// It is recorded, though these places of it insult; colleagues see them folded.
    CoarseRecord(Vec<String>),
    /// The incident goes on in this ticket, now that service on its first has ended.
    IncidentMoved(u64),
    /// Service has ended; who decides now (a name), or the administrators.
    Stopped(Option<String>),
    /// Service has ended over a letter that was held: whoever decides did it themself.
    EndedHeld,
    /// It goes on with this specialist.
    Resumed(String),
    /// The answer that came back is before a supervisor; their name, or the administrators.
    Reviewed(Option<String>),
    /// What a supervisor's word did with such an answer.
    Approved(Verdict),
    /// The end of service stands.
    Upheld,
    /// The text was kept and sent to nobody.
    Kept,
    /// Out of the rotation on these days.
    Away(DateRange),
    /// Back in it.
    Back,
    /// The tickets asked for; the word that was searched, if any.
    Tickets(Option<String>, Vec<Ticket>),
}

/// Why the sender of what is closed as spam is not blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spared {
    /// It is an address of the staff.
    Staff,
    /// The mail server knows that somebody else wrote in its name.
    Forged,
}

/// Why a command is not obeyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is closed already.
    AlreadyClosed,
    /// It is the writer's already.
    AlreadyYours,
    /// It is the named specialist's already.
    AlreadyTheirs,
    /// It is not the writer's.
    NotYours,
    /// The writer is not of the roster; who has the ticket.
    ForSpecialists(Option<String>),
    /// It is spam, merged or stopped: nothing can be done with it.
    Shut(Status),
    /// Nobody else can take it.
    NobodyElse,
    /// The roster has nobody on that tier; its name.
    TierEmpty(String),
    /// That specialist is away; their name.
    TheyAreAway(String),
    /// No such specialist; the nearest id.
    NoSpecialist(String, Option<String>),
    /// No such tier; the nearest id.
    NoTier(String, Option<String>),
    /// There is no higher tier.
    NoTierAbove,
    /// No such reference material; the nearest name, and the names that there are.
    NoMaterial(String, Option<String>, Vec<String>),
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
    /// None of the requester's own tickets: somebody else's, or none at all; which of them is not said.
    NotAmongYours(u64),
    /// The letter that is answered carries none that could be split off.
    NothingToSplit,
    /// Nobody in copy has that address or name.
    NoParticipant(String),
    /// Only whoever asked may do that.
    RequesterAlone,
    /// It is an incident already.
    IncidentAlready,
    /// It is joined to that incident already.
    JoinedAlready(u64),
    /// The first is no incident but part of the second.
    JoinedElsewhere(u64, u64),
    /// That ticket is no incident, or none any more.
    NoIncident(u64),
    /// So many tickets are joined to it.
    HasJoined(u32),
    /// It cannot be put into itself, nor into one that is in it.
    MergeCircle(u64),
    /// The other ticket is somebody else's: one would read the other's answers.
    OtherRequester(u64),
    /// No answer is held.
    NothingHeld,
    /// It is no spam.
    NotSpam,
    /// Service on it has not been ended.
    NotStopped,
    /// A letter is held, and its writer knows nothing of that: it goes on, or service ends.
    LetterWaits,
    /// A supervisor decides this; their name, if there is one.
    ForSupervisor(Option<String>),
    /// No answer of the writer's came back, or another has gone out since.
    NothingReturned,
    /// It is before a supervisor already.
    ReviewedAlready,
    /// There is nobody who could look at it.
    NobodyToReview,
    /// `#проверить` stands alone.
    ReviewAlone,
    /// Only whoever was shown an answer lets it go out.
    NotReviewed,
    /// It has gone out already.
    ReviewSent,
    /// Its writer sent another answer, or it is kept no longer.
    ReviewOver,
    /// Not in answer to a letter that shows a returned answer.
    OnlyReview,
    /// Not in answer to a letter of that kind.
    OnlyDecisions,
    /// The command belongs in an answer to a letter about a ticket.
    NeedsTicket,
}
