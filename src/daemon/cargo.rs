//! What a letter of the desk takes along of another: its words, its files, its HTML.

use jiff::Timestamp;

use super::recorded::{recorded, request_words};
use super::writing::AtHand;
use crate::desk::outcome::{Carry, Notice};
use crate::desk::ticket::{Person, Ticket};
use crate::mail::{self, Attachment, Nature, PassedOn};
use crate::store::{FiledLetter, StoreError, Tx};

/// What goes with a letter of the desk.
#[derive(Default)]
pub(super) struct Cargo {
    /// The letter that is passed on.
    pub id: u64,
    pub from: Person,
    pub subject: String,
    pub text: String,
    /// The text was judged, and nothing in it offends.
    pub clean: bool,
    pub html: Option<PassedOn>,
    pub at: Option<Timestamp>,
    pub files: Vec<Attachment>,
}

impl Cargo {
    fn of(at_hand: AtHand<'_>) -> Self {
        let AtHand {
            id,
            letter,
            clean,
            html,
        } = at_hand;
        let from = letter.from.clone().unwrap_or_default();
        Self {
            id,
            from: Person {
                name: from.name,
                address: from.address,
            },
            subject: letter.subject.clone(),
            text: if letter.new_text.is_empty() {
                letter.text.clone()
            } else {
                letter.new_text.clone()
            },
            clean: clean && !letter.new_text.is_empty(),
            html: html.cloned(),
            at: letter.date,
            files: letter.attachments.clone(),
        }
    }

    /// The same of the letter that opened `ticket`.
    fn of_request(letter: AtHand<'_>, ticket: Option<&Ticket>) -> Self {
        let whole = Self::of(letter);
        match ticket.and_then(|ticket| recorded(letter.letter, &ticket.requester)) {
            Some(recorded) => Self {
                from: recorded.from,
                subject: recorded.subject,
                text: recorded.text,
                clean: false,
                html: None,
                ..whole
            },
            None => match request_words(letter.letter) {
                Some(text) => Self {
                    text,
                    clean: false,
                    ..whole
                },
                None => whole,
            },
        }
    }
}

/// What goes with a notice, by what it says of it.
pub(super) fn cargo(
    tx: &Tx<'_>,
    notice: &Notice,
    letter: Option<AtHand<'_>>,
    opens: bool,
) -> Result<Option<Cargo>, StoreError> {
    match (notice.carry, letter, &notice.ticket) {
        (Carry::Nothing, ..) => Ok(None),
        (Carry::Correspondence, ..) => Ok(Some(Cargo::default())),
        (Carry::FilesAndCorrespondence, None, _) => Ok(Some(Cargo::default())),
        (Carry::Files | Carry::FilesAndCorrespondence, Some(letter), _) => {
            Ok(Some(Cargo::of(letter)))
        }
        // The letter at hand is the request itself, or a colleague's who hands the ticket on.
        (Carry::Request, Some(letter), ticket) if opens => {
            Ok(Some(Cargo::of_request(letter, ticket.as_ref())))
        }
        (Carry::FilesOf(id), ..) => {
            let bytes = tx.original(id)?;
            Ok((!bytes.is_empty()).then(|| stored(id, &bytes, Cargo::of)))
        }
        (Carry::RequestOf(number), ..) => {
            let request = tx.request_of(number)?;
            Ok(request.map(|request| stored(request.id, &request.original, Cargo::of)))
        }
        (_, _, Some(ticket)) => {
            let Some(request) = tx.request_of(ticket.number)? else {
                return Ok(letter.map(Cargo::of));
            };
            let mut cargo = of_filed(&request, ticket);
            let at_hand = letter.map(|one| one.id);
            for id in tx.brought_files(ticket.number)? {
                // A damaged letter must not keep the ticket from going on.
                if Some(id) != at_hand
                    && let Ok(bytes) = tx.original(id)
                {
                    cargo.files.extend(mail::read(&bytes).attachments);
                }
            }
            // What the colleague adds goes along.
            let colleague = letter.filter(|one| one.letter.nature == Nature::Human);
            cargo.files.extend(
                colleague
                    .iter()
                    .flat_map(|one| one.letter.attachments.clone()),
            );
            Ok(Some(cargo))
        }
        _ => Ok(None),
    }
}

fn of_filed(filed: &FiledLetter, ticket: &Ticket) -> Cargo {
    stored(filed.id, &filed.original, |letter| {
        Cargo::of_request(letter, Some(ticket))
    })
}

/// What `cargo` makes of a letter that was filed before.
fn stored(id: u64, original: &[u8], cargo: impl FnOnce(AtHand<'_>) -> Cargo) -> Cargo {
    let letter = &mail::read(original);
    let html = mail::passed_on(letter);
    cargo(AtHand {
        id,
        letter,
        clean: false,
        html: html.as_ref(),
    })
}
