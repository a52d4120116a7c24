//! Whose turn it is when many messages wait: those of one sender stand behind each other, not before everybody.

use std::collections::BTreeMap;

use crate::intake::MessageKey;
use crate::mail::{self, Nature};

/// The address of the sender; empty when there is none, and for what nobody wrote: robots share one turn,
/// however many addresses they have.
pub(super) fn sender(header: &[u8]) -> String {
    let letter = mail::read(header);
    match letter.nature {
        Nature::Human | Nature::Spam(_) => letter.from.map(|from| from.address.to_lowercase()),
        _ => None,
    }
    .unwrap_or_default()
}

/// Each sender's first message, then each one's second, and so on, those of one in their order; `had` are the
/// turns that they had already.
pub(super) fn turns(
    waiting: &[MessageKey],
    senders: &BTreeMap<MessageKey, String>,
    had: &BTreeMap<String, usize>,
) -> Vec<MessageKey> {
    let mut had: BTreeMap<&str, usize> = had
        .iter()
        .map(|(sender, turns)| (sender.as_str(), *turns))
        .collect();
    let mut order: Vec<(usize, usize, MessageKey)> = waiting
        .iter()
        .enumerate()
        .map(|(place, key)| {
            let sender = senders.get(key).map_or("", String::as_str);
            let turn = had.entry(sender).or_default();
            *turn += 1;
            (*turn, place, *key)
        })
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, _, key)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sender_s_first_before_anybody_s_second() {
        let key = |uid| MessageKey { validity: 1, uid };
        let waiting: Vec<MessageKey> = (1..=6).map(key).collect();
        let senders: BTreeMap<MessageKey, String> =
            [(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "a"), (6, "c")]
                .map(|(uid, who)| (key(uid), who.to_owned()))
                .into();
        let uids = |waiting: &[MessageKey], had: &[(&str, usize)]| -> Vec<u32> {
            let had = had.iter().map(|(who, turns)| ((*who).to_owned(), *turns));
            let order = turns(waiting, &senders, &had.collect());
            order.iter().map(|one| one.uid).collect()
        };
        assert_eq!(uids(&waiting, &[]), [1, 4, 6, 2, 3, 5]);
        // Whoever comes while others had theirs is not behind all of these again.
        assert_eq!(uids(&waiting[1..], &[("a", 1), ("b", 2)]), [6, 2, 3, 4, 5]);
        assert_eq!(turns(&waiting, &BTreeMap::new(), &BTreeMap::new()), waiting);
    }

    #[test]
    fn the_address_of_the_first_from_and_none_of_robots() {
        for (head, found) in [
            (
                &b"From: Anna <Anna@home.test>\r\nTo: x\r\n\r\n"[..],
                "anna@home.test",
            ),
            (b"To: x\r\nFROM:\r\n boris@home.test\r\n", "boris@home.test"),
            (b"To: x\n\nFrom: vera@home.test\n", ""),
            (
                b"From: anna@home.test\r\nAuto-Submitted: no\r\n\r\n",
                "anna@home.test",
            ),
            (
                b"From: anna@home.test\r\nAuto-Submitted:\r\n auto-replied\r\n",
                "",
            ),
            (b"Precedence: bulk\r\nFrom: shop@sale.test\r\n", ""),
            (b"List-Id: <a.b>\r\nFrom: news@sale.test\r\n", ""),
            (b"From: MAILER-DAEMON@home.test\r\n", ""),
            (b"\xff\xfe", ""),
            (b"", ""),
        ] {
            assert_eq!(sender(head), found);
        }
    }
}
