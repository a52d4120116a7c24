//! `[intake]` and `[outgoing]`: the ways in and out, and the servers behind them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use super::consent::consent;
use super::places::host;
use super::reader::{Section, wrong};
use super::settings::{
    ImapSettings, IntakeSettings, MaildirSettings, OAuth2, OutgoingSettings, Password, Server,
    SmtpSettings, Tls,
};
use super::values::{duration, filled, flag, number, text, word};

/// What paths are counted from.
#[derive(Clone, Copy)]
pub(super) struct Folders<'a> {
    /// The folder of config.toml.
    pub base: &'a Path,
    /// The data folder.
    pub data: &'a Path,
}

pub(super) fn intake(root: &Section<'_, '_>, folders: Folders<'_>) -> Option<IntakeSettings> {
    let section = root.section("intake")?;
    let both = section.has("imap") && section.has("maildir");
    if both {
        section.fault_at(
            "maildir",
            wrong("в [intake] два пути: imap и maildir").hint("оставьте один"),
        );
    }
    let imap = section
        .section("imap")
        .and_then(|section| imap(&section, folders));
    let maildir = section
        .section("maildir")
        .and_then(|section| maildir(&section, folders.base));
    section.finish();
    imap.map(IntakeSettings::Imap)
        .or(maildir.map(IntakeSettings::Maildir))
}

fn folders(section: &Section<'_, '_>) -> (String, String) {
    let folder = |value: &toml::de::DeValue<'_>| {
        let name = filled(value)?;
        if name.contains(['\r', '\n', '\0']) {
            Err(wrong("имя папки не может быть таким"))
        } else {
            Ok(name)
        }
    };
    let processed = section
        .get("processed", folder)
        .unwrap_or_else(|| "Processed".to_owned());
    let attention = section
        .get("attention", folder)
        .unwrap_or_else(|| "Attention".to_owned());
    if same_folder(&processed, &attention) {
        section.fault_at(
            "attention",
            wrong("принятые письма и те, что ждут человека, складываются в одну папку")
                .hint("назовите две разные, например Processed и Attention"),
        );
    }
    (processed, attention)
}

/// INBOX is one folder, in whatever letters it is written (RFC 3501 §5.1).
fn same_folder(one: &str, other: &str) -> bool {
    one == other
        || [one, other]
            .iter()
            .all(|name| name.eq_ignore_ascii_case("INBOX"))
}

fn poll_every(section: &Section<'_, '_>) -> Duration {
    section
        .get("poll_every", duration)
        .filter(|every| !every.is_zero())
        .unwrap_or(Duration::from_mins(1))
}

fn imap(section: &Section<'_, '_>, places: Folders<'_>) -> Option<ImapSettings> {
    let server = server(section, places, Way::In);
    let (processed, attention) = folders(section);
    let mailbox = section
        .get("mailbox", filled)
        .unwrap_or_else(|| "INBOX".to_owned());
    let idle = section.get("idle", flag).unwrap_or(true);
    let poll_every = poll_every(section);
    for (key, folder, usual) in [
        ("processed", &processed, "Processed"),
        ("attention", &attention, "Attention"),
    ] {
        if same_folder(folder, &mailbox) {
            section.fault_at(
                key,
                wrong("письма нельзя складывать в ту же папку, из которой они берутся")
                    .hint(format!("назовите другую, например {usual}")),
            );
        }
    }
    section.finish();
    Some(ImapSettings {
        server: server?,
        mailbox,
        processed,
        attention,
        idle,
        poll_every,
    })
}

fn maildir(section: &Section<'_, '_>, base: &Path) -> Option<MaildirSettings> {
    let path = section.must("path", filled);
    let (processed, attention) = folders(section);
    let poll_every = poll_every(section);
    section.finish();
    Some(MaildirSettings {
        path: base.join(path?),
        processed,
        attention,
        poll_every,
    })
}

/// Which of the two servers it is.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// `[intake.imap]`.
    In,
    /// `[outgoing.smtp]`, and the way in, whose consent may serve here, too.
    Out(Option<&'a IntakeSettings>),
}

/// A server of mail.
fn server(section: &Section<'_, '_>, folders: Folders<'_>, way: Way<'_>) -> Option<Server> {
    let base = folders.base;
    let host = section.must("host", host);
    let tls = section
        .get(
            "tls",
            word(&[
                ("implicit", Tls::Implicit),
                ("starttls", Tls::StartTls),
                ("none", Tls::None),
            ]),
        )
        .unwrap_or(Tls::Implicit);
    let usual = match (way, tls) {
        (Way::In, Tls::Implicit) => 993,
        (Way::In, _) => 143,
        (Way::Out(_), Tls::Implicit) => 465,
        (Way::Out(_), _) => 587,
    };
    let port = section.get("port", number(1, 65_535)).unwrap_or(usual);
    crossed(section, tls, port);
    let allow_plaintext = section.get("allow_plaintext", flag).unwrap_or(false);
    let loopback = host
        .as_deref()
        .is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "::1");
    if tls == Tls::None && !loopback && !allow_plaintext && host.is_some() {
        section.fault_at(
            "tls",
            wrong("без шифрования пароль и письма увидит вся сеть")
                .hint("поставьте tls = \"implicit\" или \"starttls\"; если сеть точно своя, добавьте allow_plaintext = true"),
        );
    }
    let user = match way {
        Way::In => section.must("user", filled),
        // A relay in the school's own network may ask for no login.
        Way::Out(_) => section.get("user", filled),
    };
    let own = consent(section, folders, user.as_deref());
    let granted = own.is_some() || section.has("oauth2");
    let shared = shared_consent(section, way, user.as_deref()).filter(|_| !granted);
    let password = password(
        section,
        base,
        user.is_some() && !granted && shared.is_none(),
    );
    if granted && password.is_some() {
        section.fault_at(
            "oauth2",
            wrong("и пароль, и oauth2: вход бывает только один")
                .hint("уберите строку с паролем или раздел oauth2"),
        );
    }
    let ca_file = section.get("ca_file", filled).map(|path| base.join(path));
    let fingerprint = section.get("fingerprint", |value| {
        let said = filled(value)?;
        let hex: String = said
            .strip_prefix("sha256:")
            .unwrap_or_default()
            .chars()
            .filter(|one| *one != ':')
            .collect();
        if hex.len() == 64 && hex.chars().all(|one| one.is_ascii_hexdigit()) {
            Ok(hex.to_lowercase())
        } else {
            Err(wrong("это не отпечаток сертификата")
                .hint("пишите sha256: и 64 шестнадцатеричные цифры"))
        }
    });
    Some(Server {
        host: host?,
        port: u16::try_from(port).unwrap_or(0),
        tls,
        ca_file,
        fingerprint,
        allow_plaintext,
        user,
        password,
        oauth2: own.or(shared).map(Box::new),
    })
}

/// A port at which a server expects the other beginning: both would wait for the other to speak.
fn crossed(section: &Section<'_, '_>, tls: Tls, port: i64) {
    let other = match (tls, port) {
        (Tls::StartTls, 465 | 993) => "implicit",
        (Tls::Implicit, 25 | 143 | 587) => "starttls",
        _ => return,
    };
    section.warn_at(
        "port",
        wrong(format!("на порту {port} обычно tls = \"{other}\""))
            .hint("поставьте так или уберите port: обычный подберётся сам"),
    );
}

/// The same mailbox needs no second consent to send.
fn shared_consent(section: &Section<'_, '_>, way: Way<'_>, user: Option<&str>) -> Option<OAuth2> {
    let Way::Out(Some(IntakeSettings::Imap(imap))) = way else {
        return None;
    };
    let named = PASSWORDS.iter().any(|key| section.has(key));
    let oauth2 = imap.server.oauth2.as_ref()?;
    (!named && user == Some(oauth2.user.as_str())).then(|| OAuth2::clone(oauth2))
}

/// The keys that say where a password is.
const PASSWORDS: [&str; 4] = [
    "password",
    "password_file",
    "password_command",
    "password_credential",
];

fn password(section: &Section<'_, '_>, base: &Path, needed: bool) -> Option<Password> {
    let inline = section
        .get("password", text)
        .map(|one| Password::Inline(SecretString::from(one)));
    let file = section
        .get("password_file", filled)
        .map(|path| Password::File(base.join(path)));
    let command = if section.has("password_command") {
        section
            .list("password_command", text)
            .filter(|words| !words.is_empty())
            .map(Password::Command)
    } else {
        None
    };
    let credential = section
        .get("password_credential", filled)
        .map(Password::Credential);
    let mut found: Vec<Password> = [inline, file, command, credential]
        .into_iter()
        .flatten()
        .collect();
    if found.len() > 1 {
        section.fault(wrong("пароль указан несколькими способами").hint(
            "оставьте один: password_file, password_command, password_credential или password",
        ));
    }
    let named = PASSWORDS.iter().any(|key| section.has(key));
    if needed && !named {
        section.lacks(
            wrong("не сказано, где пароль")
                .hint("добавьте password_file = \"/etc/dezhurny/password\" или раздел oauth2"),
        );
    }
    found.pop()
}

pub(super) fn outgoing(
    root: &Section<'_, '_>,
    folders: Folders<'_>,
    intake: Option<&IntakeSettings>,
) -> Option<OutgoingSettings> {
    let base = folders.base;
    let Some(section) = root.section("outgoing") else {
        root.lacks(
            wrong("не сказано, как отправлять письма")
                .hint("добавьте раздел [outgoing.smtp]; образец — config.example.toml"),
        );
        return None;
    };
    let ways = ["smtp", "sendmail", "maildir"]
        .iter()
        .filter(|way| section.has(way))
        .count();
    if ways != 1 {
        section.fault(
            wrong("в [outgoing] должен быть ровно один путь").hint("smtp, sendmail или maildir"),
        );
    }
    let smtp = section
        .section("smtp")
        .and_then(|section| smtp(&section, folders, intake));
    let sendmail = section.section("sendmail").and_then(|section| {
        let command = section.list("command", filled);
        if command.as_ref().is_none_or(Vec::is_empty) {
            section.fault(
                wrong("не сказано, какую программу запускать")
                    .hint("command = [\"/usr/sbin/sendmail\", \"-i\"]"),
            );
        }
        section.finish();
        command.filter(|command| !command.is_empty())
    });
    let maildir = section.section("maildir").and_then(|section| {
        let path: Option<PathBuf> = section.must("path", filled).map(|path| base.join(path));
        section.finish();
        path
    });
    section.finish();
    smtp.map(OutgoingSettings::Smtp)
        .or(sendmail.map(OutgoingSettings::Sendmail))
        .or(maildir.map(OutgoingSettings::Maildir))
}

fn smtp(
    section: &Section<'_, '_>,
    folders: Folders<'_>,
    intake: Option<&IntakeSettings>,
) -> Option<SmtpSettings> {
    let server = server(section, folders, Way::Out(intake));
    let connections = section.get("connections", number(1, 50)).unwrap_or(4);
    let per_hour = section.get("per_hour", number(0, 1_000_000)).unwrap_or(0);
    section.finish();
    Some(SmtpSettings {
        server: server?,
        connections: usize::try_from(connections).unwrap_or(1),
        per_hour: u32::try_from(per_hour).unwrap_or(0),
    })
}
