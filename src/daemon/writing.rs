//! From the letters that a decision wants to finished bytes in the outbox, in the same transaction.

use jiff::Timestamp;

use super::cargo::cargo;
use super::inviting;
use super::snapshot::Snapshot;
use super::token::TokenKey;
use super::{correspondence, folding, judge};
use crate::desk;
use crate::desk::command::{Party, parse};
use crate::desk::outcome::{Audience, Carry, Change, EndState, Handing, Message, Notice, Outcome};
use crate::desk::policy::Policy;
use crate::desk::roster::Roster;
use crate::desk::ticket::Person;
use crate::letters::{self, DeskWords, Earlier, Enclosed, FileLine};
use crate::mail::{self, Attachment, Draft, Letter, Mailbox, Method, PassedOn};
use crate::store::{FiledLetter, Lately, LetterToSend, StoreError, StoredFile, Tx};

/// Earlier letters quoted below an answer.
const EARLIER: u32 = 3;
/// Notes of colleagues and answers of the vendor quoted for whoever gets a ticket later.
const NOTES: u32 = 3;
/// Message-IDs in References: enough for every client, short enough for every server.
const REFERENCES: usize = 20;

/// The letter that is being decided, and the id that it is filed under.
#[derive(Clone, Copy)]
pub struct AtHand<'a> {
    /// Its id.
    pub id: u64,
    /// The letter.
    pub letter: &'a Letter,
    /// It was judged, and nothing in its new text offends.
    pub clean: bool,
    /// Its HTML, as far as it may be passed on.
    pub html: Option<&'a PassedOn>,
}

/// Makes the changes of a decision and queues its letters.
pub fn carry_out(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    key: &TokenKey,
    outcome: &Outcome,
    letter: Option<AtHand<'_>>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.apply(&outcome.changes, now)?;
    send_notices(tx, snapshot, key, outcome, letter, now)
}

/// Queues the letters of a decision.
pub fn send_notices(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    key: &TokenKey,
    outcome: &Outcome,
    letter: Option<AtHand<'_>>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if outcome.notices.is_empty() {
        return Ok(());
    }
    let roster = tx.with_absences(&snapshot.roster)?;
    let opens = outcome.end == EndState::Ticket;
    for notice in &outcome.notices {
        if notice.answers_by_itself() && held_back(tx, notice, now)? {
            continue;
        }
        let to_send = write(tx, snapshot, &roster, key, notice, (letter, opens), now)?;
        tracing::info!(
            ticket = to_send.ticket,
            message_id = %to_send.message_id,
            kind = to_send.kind.word(),
            to = %to_send.to.address,
            "queued"
        );
        tx.queue(&to_send)?;
    }
    Ok(())
}

/// Whoever we write to may be a robot that answers without any sign of it: so many answers of the desk and
/// no more. The history says why nothing was sent.
fn held_back(tx: &Tx<'_>, notice: &Notice, now: Timestamp) -> Result<bool, StoreError> {
    let number = notice.ticket.as_ref().map(|ticket| ticket.number);
    let answers = tx.answers_since(&notice.to.address, number, Lately::hours(1, now))?;
    let in_ticket = number.map(|_| answers.in_ticket);
    let Some(why) = desk::too_many_answers(answers.to_address, in_ticket) else {
        return Ok(false);
    };
    tracing::warn!(ticket = number, to = %notice.to.address, why, "not answered");
    if let Some(ticket) = number {
        let line = Change::History {
            ticket,
            actor: "desk".to_owned(),
            event: "not-sent",
            detail: format!("{} to {}: {why}", notice.kind().word(), notice.to.address),
        };
        tx.apply(&[line], now)?;
    }
    Ok(true)
}

fn write(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    roster: &Roster,
    key: &TokenKey,
    notice: &Notice,
    (letter, opens): (Option<AtHand<'_>>, bool),
    now: Timestamp,
) -> Result<LetterToSend, StoreError> {
    let policy = &snapshot.config.policy;
    let notice = &folding::notice(policy, notice);
    let id = tx.next_letter_id()?;
    let number = notice.ticket.as_ref().map(|ticket| ticket.number);
    let token = key.token(id, number.unwrap_or(0), &notice.to.address, notice.audience);
    let message_id = token.message_id(number.unwrap_or(0), &policy.address);
    let is_answered = number.is_some() || notice.audience == Audience::Staff;
    let reply_to = if policy.plus_addressing && is_answered {
        token.plus_address(number.unwrap_or(0), &policy.address)
    } else {
        policy.address.clone()
    };
    let mark = (is_answered && !policy.plus_addressing).then(|| token.mark(number.unwrap_or(0)));
    let mut cargo = cargo(tx, notice, letter, opens)?;
    let words = DeskWords {
        policy,
        roster,
        now,
        reply_to: &reply_to,
        mark: mark.as_deref(),
    };
    if let Some(cargo) = &mut cargo {
        cargo.files = letters::files_for(&words, notice, std::mem::take(&mut cargo.files));
        if let Some(file) = correspondence::file(tx, &words, notice)? {
            cargo.files.insert(0, file);
        }
    }
    let (sent, lines) = split_files(
        cargo.as_ref().map_or(&[], |cargo| &cargo.files),
        policy.limits.attachments_out,
    );
    let judged = cargo.as_ref().filter(|one| !one.clean);
    let folded = folding::enclosed(policy, notice, judged.map(|one| one.text.as_str()));
    let enclosed = cargo.as_ref().map(|cargo| Enclosed {
        from: &cargo.from,
        text: folded.as_deref().unwrap_or(&cargo.text),
        whole: folded.as_ref().map(|_| cargo.text.as_str()),
        html: cargo
            .html
            .as_ref()
            .filter(|html| folded.is_none() && all_go(html, &sent)),
        subject: &cargo.subject,
        sent_at: cargo.at,
        files: &lines,
    });
    let earlier = earlier(tx, (policy, roster), notice, now)?;
    let words = snapshot
        .templates
        .write(&words, notice, enclosed.as_ref(), &earlier)
        .map_err(|error| StoreError::Broken(error.to_string()))?;
    let sent = shown_inside(sent, &words.html);
    let calendar = inviting::invitation(tx, policy, notice, now)?;
    let references = references(tx, snapshot, notice, letter.map(|one| one.letter))?;
    let draft = Draft {
        from: Mailbox::new(&policy.name, &policy.address),
        to: Mailbox::new(&notice.to.name, &notice.to.address),
        reply_to: (reply_to != policy.address).then(|| Mailbox::new(&policy.name, &reply_to)),
        subject: words.subject.clone(),
        message_id: message_id.clone(),
        in_reply_to: references.last().cloned(),
        references,
        date: now,
        auto_submitted: auto_submitted(notice),
        text: words.text.clone(),
        html: Some(words.html),
        attachments: with_file(sent, calendar.as_ref()),
        calendar,
    };
    let bytes = mail::compose(&draft).map_err(|error| StoreError::Broken(error.to_string()))?;
    Ok(LetterToSend {
        id,
        ticket: number,
        kind: notice.kind(),
        audience: notice.audience,
        to: notice.to.clone(),
        from: policy.address.clone(),
        sender: envelope_sender(policy),
        message_id,
        token: token.0,
        subject: words.subject,
        text: words.text,
        words: passed_on(notice),
        author: notice.author().map(str::to_owned),
        about: notice.about().map(str::to_owned),
        carries: cargo.as_ref().map(|cargo| cargo.id),
        files: draft.attachments.iter().map(stored).collect(),
        bytes,
        automatic: notice.is_automatic(),
        at: now,
        not_before: notice.not_before.unwrap_or(now),
    })
}

/// The desk's own address, also for acknowledgements: a provider's submission server takes no other,
/// and what comes back is a delivery report that finds its ticket and is never answered.
fn envelope_sender(policy: &Policy) -> String {
    policy.address.clone()
}

/// RFC 3834 §5.1. A person's words that are passed on to the requester are no automatic letter.
fn auto_submitted(notice: &Notice) -> Option<String> {
    match notice.message {
        Message::Reply { .. } | Message::Decided { .. } => None,
        _ if notice.answers_by_itself() => Some("auto-replied".to_owned()),
        _ => Some("auto-generated".to_owned()),
    }
}

fn passed_on(notice: &Notice) -> String {
    match &notice.message {
        Message::Decided { text, .. } => text.clone(),
        Message::Reply {
            text, materials, ..
        } => {
            let named = materials.iter().map(|one| match &one.link {
                Some(link) => format!("{} — {link}", one.title),
                None => one.title.clone(),
            });
            let all: Vec<String> = std::iter::once(text.clone()).chain(named).collect();
            all.join("\n").trim().to_owned()
        }
        _ => String::new(),
    }
}

/// Bytes that a file takes in a letter: base64 in lines of 76 with CRLF (RFC 2045 §6.8).
fn encoded(size: u64) -> u64 {
    size.div_ceil(57) * 78
}

/// Files that fit go along, in order; the others are named.
fn split_files(files: &[Attachment], limit: u64) -> (Vec<Attachment>, Vec<FileLine>) {
    let mut left = limit;
    let mut sent = Vec::new();
    let mut lines = Vec::new();
    for file in files {
        let size = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
        let fits = encoded(size) <= left;
        if fits {
            left -= encoded(size);
            sent.push(file.clone());
        }
        lines.push(FileLine {
            name: file.name.clone(),
            size,
            sent: fits,
        });
    }
    (sent, lines)
}

/// The same invitation as a file, for programs that do not look among the alternatives.
fn with_file(mut files: Vec<Attachment>, calendar: Option<&(Method, String)>) -> Vec<Attachment> {
    files.extend(calendar.map(|(_, text)| Attachment {
        name: "invite.ics".to_owned(),
        media_type: "application/ics".to_owned(),
        content_id: None,
        inline: false,
        bytes: text.clone().into_bytes(),
    }));
    files
}

/// Whether every picture that the HTML shows goes with the letter.
fn all_go(html: &PassedOn, sent: &[Attachment]) -> bool {
    html.pictures.iter().all(|picture| {
        sent.iter()
            .any(|file| file.content_id.as_ref() == Some(picture))
    })
}

/// Pictures that the finished HTML shows stand inside it; where the HTML that showed them stays behind they
/// are files like any other.
fn shown_inside(sent: Vec<Attachment>, html: &str) -> Vec<Attachment> {
    sent.into_iter()
        .map(|file| {
            let id = file
                .content_id
                .filter(|id| html.contains(&format!("src=\"cid:{id}\"")));
            Attachment {
                inline: id.is_some(),
                content_id: id,
                ..file
            }
        })
        .collect()
}

fn stored(file: &Attachment) -> StoredFile {
    StoredFile {
        name: file.name.clone(),
        size: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
        media_type: file.media_type.clone(),
    }
}

/// What was said before, quoted below an answer so that a phone shows what it answers.
fn earlier(
    tx: &Tx<'_>,
    (policy, roster): (&Policy, &Roster),
    notice: &Notice,
    now: Timestamp,
) -> Result<Vec<Earlier>, StoreError> {
    let shows = match (&notice.message, notice.audience) {
        (Message::Reply { .. } | Message::WaitingReminder { .. }, Audience::Requester) => true,
        // Whoever gets a ticket later sees what was said since; the request itself is enclosed.
        (Message::Assignment { reason, .. }, Audience::Staff) => reason.how != Handing::Turn,
        (
            Message::Reminder { .. } | Message::Escalated { .. } | Message::Overdue { .. },
            Audience::Staff,
        ) => true,
        _ => false,
    };
    let Some(ticket) = notice.ticket.as_ref().filter(|_| shows) else {
        return Ok(vec![]);
    };
    // What is enclosed is not quoted below as well.
    let enclosed = match notice.carry {
        Carry::Request => tx.request_of(ticket.number)?.map(|request| request.id),
        _ => None,
    };
    let mut letters = tx.conversation(ticket.number, EARLIER, now)?;
    if notice.audience == Audience::Staff {
        letters.extend(notes(tx, roster, ticket.number)?);
        letters.sort_by_key(|letter| std::cmp::Reverse(letter.id));
    }
    Ok(letters
        .into_iter()
        .filter(|letter| Some(letter.id) != enclosed)
        .map(|letter| Earlier {
            from: match letter.from {
                Person { address, .. } if address == policy.address => policy.name.clone(),
                Person { name, address } if name.is_empty() => address,
                Person { name, .. } => name,
            },
            at: letter.at,
            text: judge::clean(&policy.conduct, &letter.text).unwrap_or(letter.text),
        })
        .collect())
}

/// What colleagues and the vendor wrote among themselves, without the commands; nobody else's words are taken for
/// theirs.
fn notes(tx: &Tx<'_>, roster: &Roster, ticket: u64) -> Result<Vec<FiledLetter>, StoreError> {
    let mut notes = tx.notes(ticket, NOTES)?;
    notes.retain(|note| roster.by_address(&note.from.address).is_some());
    for note in &mut notes {
        note.text = parse(&note.text, Party::Specialist).text;
    }
    notes.retain(|note| !note.text.trim().is_empty());
    Ok(notes)
}

/// The thread as this recipient's mail client knows it: what they wrote and what was written to them.
fn references(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    notice: &Notice,
    letter: Option<&Letter>,
) -> Result<Vec<String>, StoreError> {
    let Some(ticket) = &notice.ticket else {
        return Ok(vec![]);
    };
    if notice.audience == Audience::Participant {
        let (to, asked) = (&notice.to.address, &ticket.requester.address);
        return Ok(newest(tx.thread_in_copy(ticket.number, to, asked)?));
    }
    let mut addresses = vec![notice.to.address.as_str()];
    if let Some(who) = snapshot.roster.by_address(&notice.to.address) {
        addresses.extend(who.aliases.iter().map(String::as_str));
    }
    let mut thread = tx.thread(ticket.number, &addresses)?;
    // A letter that is answered on the spot comes last, whatever the order of filing.
    if let Some(answered) = letter
        .filter(|letter| from_one_of(letter, &addresses))
        .and_then(|one| one.message_id.clone())
    {
        thread.retain(|one| *one != answered);
        thread.push(answered);
    }
    Ok(newest(thread))
}

fn newest(mut thread: Vec<String>) -> Vec<String> {
    if thread.len() > REFERENCES {
        // The root and the newest (RFC 5322 §3.6.4 leaves the middle out first).
        let newest = thread.split_off(thread.len() - (REFERENCES - 1));
        thread.truncate(1);
        thread.extend(newest);
    }
    thread
}

fn from_one_of(letter: &Letter, addresses: &[&str]) -> bool {
    letter
        .from
        .as_ref()
        .is_some_and(|from| addresses.contains(&from.address.as_str()))
}
