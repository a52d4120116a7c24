//! Tapping a link of a letter: the new letter that a mail client then writes.

use super::player::Play;
use super::stage::Stage;
use crate::mail::{self, Draft, Mailbox};

/// What a `mailto:` link says (RFC 6068).
struct Link {
    to: String,
    subject: String,
    text: String,
}

impl<S: Stage> Play<'_, S> {
    /// The letter of a person who taps this command in the last letter to `to` that has it.
    pub(super) fn tap(&mut self, who: &str, command: &str, to: &str) -> Result<Vec<u8>, String> {
        let tapped = |html: &str| {
            let mut links = links(html);
            links.find(|link| link.text.lines().next() == Some(command))
        };
        let link = self
            .letters_to(to)
            .find_map(|letter| letter.html.as_deref().and_then(tapped))
            .ok_or_else(|| format!("у {to} нет письма со ссылкой «{command}»"))?;
        let mailbox = |address: &str| Mailbox {
            name: String::new(),
            address: address.to_owned(),
        };
        let draft = Draft {
            message_id: format!("tapped.{}.{who}", self.next()),
            from: mailbox(who),
            to: mailbox(&link.to),
            subject: link.subject,
            date: self.now(),
            text: link.text,
            ..Draft::default()
        };
        mail::compose(&draft).map_err(|error| error.to_string())
    }
}

fn links(html: &str) -> impl Iterator<Item = Link> {
    html.split("href=\"mailto:").skip(1).filter_map(|rest| {
        let (link, _) = rest.split_once('"')?;
        let link = link.replace("&amp;", "&");
        let (to, fields) = link.split_once('?')?;
        let field = |name: &str| {
            let mut all = form_urlencoded::parse(fields.as_bytes());
            let found = all.find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned())
        };
        Some(Link {
            to: form_urlencoded::parse(to.as_bytes()).next()?.0.into_owned(),
            subject: field("subject")?,
            text: field("body")?,
        })
    })
}
