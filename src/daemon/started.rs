//! The part of the configuration that is read at the start alone: the connections and the folder.

use secrecy::ExposeSecret;

use super::troubles;
use crate::config::settings::{Config, IntakeSettings, OutgoingSettings, Password, Server};
use crate::desk::ticket::Tongue;

/// What was in force when the program started, section by section, in a form that can be compared.
#[derive(PartialEq, Eq)]
pub(super) struct Started([(&'static str, String); 3]);

impl Started {
    /// Of this configuration.
    pub fn of(config: &Config) -> Self {
        let secret = |server: &Server| match &server.password {
            Some(Password::Inline(secret)) => secret.expose_secret().to_owned(),
            _ => String::new(),
        };
        let in_secret = match &config.intake {
            IntakeSettings::Imap(imap) => secret(&imap.server),
            IntakeSettings::Maildir(_) | IntakeSettings::Pipe => String::new(),
        };
        let out_secret = match &config.outgoing {
            OutgoingSettings::Smtp(smtp) => secret(&smtp.server),
            OutgoingSettings::Sendmail(_) | OutgoingSettings::Maildir(_) => String::new(),
        };
        Self([
            ("[intake]", format!("{:?}{in_secret}", config.intake)),
            ("[outgoing]", format!("{:?}{out_secret}", config.outgoing)),
            ("data_dir", config.data_dir.display().to_string()),
        ])
    }

    /// What a restart would change, for the administrators.
    pub fn unlike(&self, other: &Started, tongue: Tongue) -> String {
        let changed: Vec<&str> = self
            .0
            .iter()
            .zip(&other.0)
            .filter(|(now, then)| now != then)
            .map(|((name, _), _)| *name)
            .collect();
        troubles::waits_for_restart(tongue, &changed.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use std::path::Path;

    fn of(password: &str, name: &str) -> Started {
        let text = format!(
            "[desk]\naddress = \"help@school.test\"\nadmins = [\"a@b.test\"]\nname = \"{name}\"\n\
             [outgoing.smtp]\nhost = \"h\"\nuser = \"u\"\npassword = \"{password}\"\n"
        );
        Started::of(&parse("config.toml", &text, Path::new("/")).unwrap())
    }

    #[test]
    fn what_waits_for_a_restart_is_named_and_no_secret_is_told() {
        assert!(
            of("one", "A") == of("one", "B"),
            "names take effect at once"
        );
        let said = of("two", "A").unlike(&of("one", "A"), Tongue::Ru);
        assert!(said.contains("изменено: [outgoing]. "), "{said}");
        assert!(!said.contains("two") && !said.contains("one"), "{said}");
    }
}
