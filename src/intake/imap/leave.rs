//! Putting a message of the desk's own into the mailbox (APPEND, RFC 9051 §6.3.12).

use imap_proto::{Response, Status};

use super::super::{Folder, MailboxError};
use super::exec::{SILENCE, quoted};
use super::{ImapMailbox, Open, count};

impl ImapMailbox {
    /// By hand: the library takes a refusal for success.
    pub(super) async fn append(&self, open: &mut Open, message: &[u8]) -> Result<(), MailboxError> {
        let lost = |what: String| MailboxError::Lost(format!("{}: {what}.", self.place()));
        // Letters of the desk are 7-bit ASCII, whatever the language.
        let text = std::str::from_utf8(message)
            .map_err(|_| lost("письмо не из букв и не положено в ящик".to_owned()))?;
        let folder = open.folders.get(&Folder::Attention);
        let command = format!(
            "APPEND {} (\\Flagged) {{{}}}",
            quoted(folder.map_or("", String::as_str)),
            message.len()
        );
        let talk = async {
            let tag = open.session.run_command(&command).await.ok()?;
            let mut wanted = false;
            loop {
                let answer = open.session.read_response().await.ok()??;
                match answer.parsed() {
                    Response::Continue(_) if !wanted => {
                        wanted = true;
                        open.session.run_command_untagged(text).await.ok()?;
                    }
                    Response::Done {
                        tag: found, status, ..
                    } if *found == tag => return Some(wanted && *status == Status::Ok),
                    Response::Data {
                        status: Status::Bye,
                        ..
                    } => return None,
                    other => count(&mut open.exists, other),
                }
            }
        };
        match tokio::time::timeout(SILENCE, talk).await {
            Ok(Some(true)) => Ok(()),
            Ok(Some(false)) => Err(lost("сервер не кладёт письмо в папку".to_owned())),
            Ok(None) | Err(_) => Err(lost("соединение оборвалось при записи письма".to_owned())),
        }
    }
}
