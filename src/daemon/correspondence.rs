//! A ticket's correspondence as one file, for a supervisor.

use crate::desk::outcome::{Carry, Notice};
use crate::letters::{self, DeskWords, Said};
use crate::mail::Attachment;
use crate::store::{StoreError, Tx};

/// The file, if the letter is to carry it.
pub(super) fn file(
    tx: &Tx<'_>,
    desk: &DeskWords<'_>,
    notice: &Notice,
) -> Result<Option<Attachment>, StoreError> {
    let wanted = matches!(
        notice.carry,
        Carry::Correspondence | Carry::FilesAndCorrespondence
    );
    let Some(ticket) = notice.ticket.as_ref().filter(|_| wanted) else {
        return Ok(None);
    };
    let said: Vec<Said> = tx
        .correspondence(ticket.number, desk.now)?
        .into_iter()
        .map(|one| {
            let author = one.author.as_deref().and_then(|id| desk.roster.by_id(id));
            let name = match author {
                Some(who) => who.name.clone(),
                None if one.from.address == desk.policy.address => desk.policy.name.clone(),
                None => one.from.name,
            };
            let own = author.is_some() || one.from.address == desk.policy.address;
            Said {
                name,
                address: (!own).then_some(one.from.address),
                at: one.at,
                text: one.text,
                files: one.files.into_iter().map(|file| file.name).collect(),
            }
        })
        .collect();
    let (name, text) = letters::correspondence(desk, notice, &said);
    Ok(Some(Attachment {
        name,
        media_type: "text/plain; charset=utf-8".to_owned(),
        content_id: None,
        inline: false,
        bytes: text.into_bytes(),
    }))
}
