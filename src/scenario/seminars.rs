//! Seminars in a scenario: the school changes its file, a calendar answers an invitation.

use super::player::{Play, Scene};
use super::stage::Stage;
use crate::config;
use crate::mail::{self, Attachment, Draft, Mailbox};

impl<S: Stage> Play<'_, S> {
    /// The school saves its file of seminars.
    pub(super) async fn seminars(
        &mut self,
        text: &str,
        show: &mut impl FnMut(Scene<'_>),
    ) -> Result<(), String> {
        let snapshots = self.stage.engine().snapshots();
        let school = snapshots.current();
        let (policy, roster) = (&school.config.policy, &school.roster);
        let seminars = config::parse_seminars("seminars.toml", text, policy, Some(roster))
            .map_err(|faults| faults.to_string())?;
        snapshots.replace(|school| school.clone().with_seminars(seminars));
        self.work(show).await
    }

    /// A letter as a calendar sends it when its owner declines the last invitation.
    pub(super) fn decline(&mut self, who: &str) -> Result<Vec<u8>, String> {
        self.count += 1;
        let invitation = self
            .came
            .iter()
            .rev()
            .filter(|(came, ..)| came.to == who)
            .find_map(|(_, letter, _)| text(letter))
            .ok_or_else(|| format!("у {who} нет приглашения"))?;
        let answer = invitation
            .replace("METHOD:REQUEST", "METHOD:REPLY")
            .replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=DECLINED");
        let desk = self.stage.engine().snapshots().current();
        let desk = desk.config.policy.address.clone();
        let draft = Draft {
            message_id: format!("scenario.{}.{who}", self.count),
            from: Mailbox {
                name: String::new(),
                address: who.to_owned(),
            },
            to: Mailbox {
                name: String::new(),
                address: desk,
            },
            subject: "Отклонено: приглашение".to_owned(),
            date: self.stage.clock().now(),
            text: format!("{who} отклоняет приглашение."),
            attachments: vec![Attachment {
                name: "invite.ics".to_owned(),
                media_type: "text/calendar".to_owned(),
                content_id: None,
                inline: false,
                bytes: answer.into_bytes(),
            }],
            ..Draft::default()
        };
        mail::compose(&draft).map_err(|error| error.to_string())
    }
}

/// The text of a letter's invitation, with its folded lines joined.
fn text(letter: &mail::Letter) -> Option<String> {
    let file = letter
        .attachments
        .iter()
        .find(|file| file.name == "invite.ics")?;
    let text = String::from_utf8_lossy(&file.bytes).into_owned();
    Some(text.replace("\r\n ", ""))
}

/// Does the invitation hold these lines? None may be there when none is expected to be looked at.
pub(super) fn holds(letter: &mail::Letter, lines: &[String]) -> Result<(), String> {
    if lines.is_empty() {
        return Ok(());
    }
    let text = text(letter).unwrap_or_default();
    for wanted in lines {
        let absent = wanted == "нет";
        let there = text.lines().any(|line| line.trim_end() == wanted);
        if (absent && !text.is_empty()) || (!absent && !there) {
            return Err(format!("в приглашении нет «{wanted}»:\n{text}"));
        }
    }
    Ok(())
}
