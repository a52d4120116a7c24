//! How the ways in and out stand, and the access by consent that opens them, for whoever watches the program: systemd,
//! and through it an administrator.

use tokio::sync::watch;

use super::engine::Engine;

/// How the ways in and out stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The mailbox was looked into once, or could not be; without a mailbox there is nothing to wait for.
    pub looked: bool,
    /// Why access by consent is renewed no longer; what is left of it may still open the ways.
    pub no_access: Option<String>,
    /// Why no letters are taken in.
    pub no_way_in: Option<String>,
    /// Why no letters are sent.
    pub no_way_out: Option<String>,
}

impl Standing {
    /// In one line, for `systemctl status`.
    pub fn words(&self) -> String {
        let told = [
            ("Доступ к почте больше не продлевается", &self.no_access),
            ("Письма не принимаются", &self.no_way_in),
            ("Письма не отправляются", &self.no_way_out),
        ];
        let told: Vec<String> = told
            .into_iter()
            .filter_map(|(what, why)| Some(format!("{what}. {}", why.as_ref()?)))
            .collect();
        match (told.as_slice(), self.looked) {
            ([], true) => "работает".to_owned(),
            ([], false) => "открывает почтовый ящик".to_owned(),
            (some, _) => some.join(" ").replace(['\r', '\n'], " "),
        }
    }
}

impl Engine {
    /// How the ways stand, now and whenever it changes.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// The mailbox was reached.
    pub(super) fn looked(&self) {
        self.stands(|standing| standing.looked = true);
    }

    /// Letters are taken in, or why not.
    pub(super) fn way_in(&self, trouble: Option<String>) {
        self.stands(|standing| {
            standing.looked = true;
            standing.no_way_in = trouble;
        });
    }

    /// Letters are sent, or why not.
    pub(super) fn way_out(&self, trouble: Option<String>) {
        self.stands(|standing| standing.no_way_out = trouble);
    }

    /// Access by consent is renewed, or why not.
    pub(super) fn access(&self, trouble: Option<String>) {
        self.stands(|standing| standing.no_access = trouble);
    }

    fn stands(&self, change: impl FnOnce(&mut Standing)) {
        self.standing.send_if_modified(|standing| {
            let before = standing.clone();
            change(standing);
            *standing != before
        });
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;

    #[test]
    fn it_is_one_line() {
        let mut standing = Standing::default();
        assert_eq!(standing.words(), "открывает почтовый ящик");
        standing.looked = true;
        assert_eq!(standing.words(), "работает");
        standing.no_way_in = Some("IMAP host:993\nмолчит.".to_owned());
        standing.no_way_out = Some("SMTP host:465 молчит.".to_owned());
        assert_eq!(
            standing.words(),
            "Письма не принимаются. IMAP host:993 молчит. Письма не отправляются. SMTP host:465 молчит."
        );
        let standing = Standing {
            looked: true,
            no_access: Some("Выполните: dezhurny login".to_owned()),
            ..Standing::default()
        };
        assert_eq!(
            standing.words(),
            "Доступ к почте больше не продлевается. Выполните: dezhurny login"
        );
    }
}
