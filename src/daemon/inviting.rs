//! Invitations to seminars, and the answers that calendars send back.
//!
//! The UID of an entry is made for one guest and cannot be guessed: an answer that holds it proves for whom it
//! speaks, and every version of the entry has the same.

use jiff::Timestamp;

use crate::desk::event::Rsvp;
use crate::desk::outcome::{Message, Notice, SeminarWhy};
use crate::desk::policy::Policy;
use crate::mail::{self, Invitation, Letter, Mailbox, Method};
use crate::store::{StoreError, Tx};

/// The calendar part of a letter about a seminar, for those letters that put an entry in or take it out.
pub fn invitation(
    tx: &Tx<'_>,
    policy: &Policy,
    notice: &Notice,
    now: Timestamp,
) -> Result<Option<(Method, String)>, StoreError> {
    let Message::Seminar(why, announced) = &notice.message else {
        return Ok(None);
    };
    let method = match why {
        SeminarWhy::Seated | SeminarWhy::Already | SeminarWhy::MovedUp => Method::Request,
        SeminarWhy::Changed { waits: false, .. } => Method::Request,
        SeminarWhy::Cancelled { had_seat: true } | SeminarWhy::Left { had_seat: true } => {
            Method::Cancel
        }
        _ => return Ok(None),
    };
    let seminar = &announced.seminar;
    // An entry that its owner took out is not put back by a newer version of it: it is another.
    let anew = matches!(why, SeminarWhy::Seated | SeminarWhy::MovedUp);
    let uid = tx.invitation(seminar.number, &notice.to.address, anew)?;
    let domain = mail::domain_of(&policy.address);
    let invitation = Invitation {
        uid: format!("{uid}@{domain}"),
        sequence: announced.sequence,
        method,
        stamp: now,
        summary: seminar.title.clone(),
        description: policy.name.clone(),
        location: seminar.place.clone(),
        start: seminar.start,
        end: seminar.end(),
        organizer: Mailbox {
            name: policy.name.clone(),
            address: policy.address.clone(),
        },
        attendee: Mailbox {
            name: notice.to.name.clone(),
            address: notice.to.address.clone(),
        },
    };
    Ok(Some((method, mail::invitation(&invitation))))
}

/// The answer of a calendar in this letter, if there is one.
pub fn rsvp(tx: &Tx<'_>, letter: &Letter) -> Result<Option<Rsvp>, StoreError> {
    let Some(answer) = mail::calendar_answer(letter) else {
        return Ok(None);
    };
    let uid = answer.uid.split('@').next().unwrap_or_default();
    let (seminar, guest) = tx.invited_by(uid)?.unzip();
    Ok(Some(Rsvp {
        seminar,
        attendee: guest.unwrap_or(answer.attendee),
        declined: answer.declined,
    }))
}
