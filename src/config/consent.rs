//! `[intake.imap.oauth2]` and `[outgoing.smtp.oauth2]`: access by consent instead of a password.
//!
//! Two providers are known by name; any other is described by its addresses.

use ring::digest::{SHA256, digest};
use secrecy::SecretString;

use super::reader::{Section, Wrong, wrong};
use super::settings::{OAuth2, Password};
use super::values::{filled, text, word};
use super::ways::Folders;

/// Providers whose addresses are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Provider {
    Google,
    Microsoft,
}

/// Where a provider grants and renews access, and what is asked of it.
#[derive(Default)]
struct Endpoints {
    token: Option<String>,
    device: Option<String>,
    authorization: Option<String>,
    scope: Option<String>,
}

impl Provider {
    /// `tenant` is Microsoft's word for the organisation.
    fn endpoints(self, tenant: &str) -> Endpoints {
        match self {
            // Google grants no mail to a code for another device: its page of consent is the only way.
            Self::Google => Endpoints {
                token: Some("https://oauth2.googleapis.com/token".to_owned()),
                device: None,
                authorization: Some("https://accounts.google.com/o/oauth2/v2/auth".to_owned()),
                scope: Some("https://mail.google.com/".to_owned()),
            },
            Self::Microsoft => {
                let at = |what: &str| {
                    Some(format!(
                        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/{what}"
                    ))
                };
                Endpoints {
                    token: at("token"),
                    device: at("devicecode"),
                    authorization: at("authorize"),
                    scope: Some(
                        "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
                            .to_owned(),
                    ),
                }
            }
        }
    }
}

/// The table `oauth2` of a server, if it is there.
pub(super) fn consent(
    server: &Section<'_, '_>,
    folders: Folders<'_>,
    user: Option<&str>,
) -> Option<OAuth2> {
    if !server.has("oauth2") {
        return None;
    }
    let section = server.section("oauth2")?;
    let provider = section.get(
        "provider",
        word(&[
            ("google", Provider::Google),
            ("microsoft365", Provider::Microsoft),
        ]),
    );
    let tenant = section
        .get("tenant", name)
        .unwrap_or_else(|| "organizations".to_owned());
    let known = provider.map_or_else(Endpoints::default, |one| one.endpoints(&tenant));
    let client_id = section.must("client_id", filled);
    let client_secret = secret(&section, folders);
    let token_url = section.get("token_url", address).or(known.token);
    let device_url = section.get("device_url", address).or(known.device);
    let authorization_url = section
        .get("authorization_url", address)
        .or(known.authorization);
    let scope = section.get("scope", filled).or(known.scope);
    let ca_file = section
        .get("ca_file", filled)
        .map(|path| folders.base.join(path));
    // What is there and faulty has been told already.
    let named = |keys: &[&str]| keys.iter().any(|key| section.has(key));
    if !named(&["token_url", "provider"]) {
        section.fault(
            wrong("не сказано, чей это вход")
                .hint("добавьте provider = \"google\" или \"microsoft365\", или token_url, scope и device_url своего сервиса"),
        );
    } else if !named(&["device_url", "authorization_url", "provider"]) {
        section.fault(
            wrong("не сказано, где дают согласие")
                .hint("добавьте device_url или authorization_url своего сервиса"),
        );
    }
    section.finish();
    let (client_id, token_url, user) = (client_id?, token_url?, user?);
    let sum = digest(
        &SHA256,
        format!("{user}\n{client_id}\n{token_url}").as_bytes(),
    );
    let mark: String = sum
        .as_ref()
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let readable: String = user
        .chars()
        .map(|one| match one {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '@' | '.' | '-' | '_' => one,
            _ => '_',
        })
        .take(80)
        .collect();
    Some(OAuth2 {
        user: user.to_owned(),
        client_id,
        client_secret,
        token_url,
        device_url,
        authorization_url,
        scope: scope.unwrap_or_default(),
        ca_file,
        kept: folders.data.join(format!("oauth2-{readable}-{mark}.json")),
    })
}

fn secret(section: &Section<'_, '_>, folders: Folders<'_>) -> Option<Password> {
    let inline = section
        .get("client_secret", text)
        .map(|one| Password::Inline(SecretString::from(one)));
    let file = section
        .get("client_secret_file", filled)
        .map(|path| Password::File(folders.base.join(path)));
    if inline.is_some() && file.is_some() {
        section.fault_at(
            "client_secret",
            wrong("секрет программы указан дважды")
                .hint("оставьте client_secret_file или client_secret"),
        );
    }
    file.or(inline)
}

/// A name that stands in an address.
fn name(value: &toml::de::DeValue<'_>) -> Result<String, Wrong> {
    let said = filled(value)?;
    let good = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '-' | '_');
    if said.chars().all(good) {
        Ok(said)
    } else {
        Err(wrong("это не имя организации")
            .hint("впишите домен школы или идентификатор из портала Azure"))
    }
}

/// An address of the provider's: tokens go there, so it is protected, or on this computer.
fn address(value: &toml::de::DeValue<'_>) -> Result<String, Wrong> {
    let said = filled(value)?;
    let uri: Result<hyper::Uri, _> = said.parse();
    let Ok(uri) = uri else {
        return Err(wrong("это не адрес страницы").hint("пишите целиком: \"https://…\""));
    };
    let loopback = uri
        .host()
        .is_some_and(|host| host == "localhost" || host == "127.0.0.1" || host == "[::1]");
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => Ok(said),
        (Some("http"), Some(_)) if loopback => Ok(said),
        (Some("http"), Some(_)) => {
            Err(wrong("без шифрования ключ доступа увидит вся сеть").hint("пишите https://"))
        }
        _ => Err(wrong("это не адрес страницы").hint("пишите целиком: \"https://…\"")),
    }
}
