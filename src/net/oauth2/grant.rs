//! What is said to the provider: renewing, a code for another device, and the code that a browser brings back.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::config::settings::OAuth2;
use crate::net::{NetError, http, password};

/// Where the browser is sent back to. Nobody listens there: the address that it shows is brought back by hand.
const BACK: &str = "http://127.0.0.1:53682/";
/// Lifetime of access when the provider says none, in seconds.
const LIFETIME: i64 = 3600;

/// Fresh access.
#[derive(Debug)]
pub struct Granted {
    /// Opens the mailbox.
    pub access: SecretString,
    /// Renews access, when the provider gave a new one.
    pub refresh: Option<SecretString>,
    /// For how many seconds.
    pub lifetime: i64,
    /// From when on.
    pub at: Timestamp,
}

/// What a person does on another device.
#[derive(Debug)]
pub struct Device {
    secret: SecretString,
    /// The code that they enter.
    pub user_code: String,
    /// The page where they enter it.
    pub page: String,
    /// How often to ask whether they did.
    pub every: Duration,
    /// For how long the code is good.
    pub lasts: Duration,
}

/// What the provider said to the question whether consent was given.
#[derive(Debug)]
pub enum Polled {
    /// It was.
    Granted(Granted),
    /// Not yet.
    Waiting,
    /// Not yet, and it was asked too often.
    SlowDown,
}

/// A consent that is under way in a browser.
#[derive(Debug)]
pub struct Asked {
    /// The page to open.
    pub page: String,
    state: String,
    verifier: SecretString,
}

/// The provider's answer, good or bad. It has no `Debug` on purpose.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<Number>,
    error: Option<String>,
    error_description: Option<String>,
    device_code: Option<String>,
    user_code: Option<String>,
    #[serde(alias = "verification_url")]
    verification_uri: Option<String>,
    interval: Option<Number>,
}

/// Some providers write numbers as texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Plain(i64),
    Fraction(f64),
    Text(String),
}

impl Number {
    fn value(&self) -> Option<i64> {
        match self {
            Self::Plain(value) => Some(*value),
            #[allow(clippy::cast_possible_truncation)]
            Self::Fraction(value) => Some(*value as i64),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }
}

/// The provider's words as far as they may be shown: one short line.
fn tame(text: &str) -> String {
    text.chars()
        .map(|one| if one.is_control() { ' ' } else { one })
        .take(200)
        .collect()
}

async fn ask(oauth: &OAuth2, address: &str, form: &[(&str, &str)]) -> Result<Said, NetError> {
    let secret = match &oauth.client_secret {
        Some(from) => Some(password(from).await.map_err(|why| {
            NetError::Lasting(format!("секрет программы (client_secret): {why}"))
        })?),
        None => None,
    };
    let mut form = form.to_vec();
    form.push(("client_id", &oauth.client_id));
    if let Some(secret) = &secret {
        form.push(("client_secret", secret.expose_secret()));
    }
    let answer = http::post(address, oauth.ca_file.as_deref(), &form).await?;
    let host = address.split('/').nth(2).unwrap_or(address);
    let busy = answer.status >= 500 || answer.status == 429;
    let said = serde_json::from_slice::<Said>(&answer.body);
    match said {
        // RFC 6749 §5.2 asks for the word `error`; a page of a proxy has none.
        Ok(said) if !busy && (answer.status == 200 || said.error.is_some()) => Ok(said),
        _ if answer.status == 200 => Err(NetError::Lasting(format!(
            "Сервер входа {host} ответил не так, как условлено. Проверьте адреса в разделе oauth2."
        ))),
        _ if busy => Err(NetError::Passing(format!(
            "Сервер входа {host} сейчас не работает (код {}).",
            answer.status
        ))),
        _ => Err(NetError::Lasting(format!(
            "Сервер входа {host} отказал (код {}). Проверьте адреса в разделе oauth2.",
            answer.status
        ))),
    }
}

/// A refusal in plain words, with what to do.
fn refusal(said: &Said) -> NetError {
    let code = tame(said.error.as_deref().unwrap_or("unknown"));
    let detail = said
        .error_description
        .as_deref()
        .map_or_else(String::new, |text| format!(": {}", tame(text)));
    match code.as_str() {
        "invalid_grant" | "interaction_required" | "consent_required" => {
            NetError::Lasting(format!(
                "доступ отозван или истёк ({code}{detail}). Выполните на сервере: dezhurny login"
            ))
        }
        "access_denied" | "authorization_declined" => {
            NetError::Lasting(format!("в доступе отказано на странице согласия ({code})."))
        }
        "expired_token" | "code_expired" => NetError::Lasting(
            "код устарел: согласие не дали вовремя. Начните снова: dezhurny login".to_owned(),
        ),
        "invalid_client" | "unauthorized_client" => NetError::Lasting(format!(
            "провайдер не узнаёт программу ({code}{detail}). Проверьте client_id и client_secret; в Azure включите «Allow public client flows»."
        )),
        "invalid_scope" => NetError::Lasting(format!(
            "провайдер не даёт почту таким способом ({code}{detail}). Проверьте scope; Google даёт её только через страницу согласия."
        )),
        "temporarily_unavailable" | "server_error" => {
            NetError::Passing(format!("сервер входа сейчас не работает ({code})."))
        }
        _ => NetError::Lasting(format!("сервер входа отказал ({code}{detail}).")),
    }
}

fn granted(said: Said) -> Result<Granted, NetError> {
    if said.error.is_some() {
        return Err(refusal(&said));
    }
    let Some(access) = said.access_token.filter(|token| usable(token)) else {
        return Err(NetError::Lasting(
            "сервер входа не дал доступа, хотя и не отказал.".to_owned(),
        ));
    };
    Ok(Granted {
        access: SecretString::from(access),
        refresh: said
            .refresh_token
            .filter(|token| !token.is_empty())
            .map(SecretString::from),
        lifetime: said
            .expires_in
            .and_then(|number| number.value())
            .filter(|seconds| *seconds > 0)
            .map_or(LIFETIME, |seconds| seconds.min(366 * 24 * 3600)),
        at: Timestamp::now(),
    })
}

/// A token stands in the middle of a command: what would end it is no token (RFC 6750 §2.1).
fn usable(token: &str) -> bool {
    !token.is_empty() && token.chars().all(|one| one.is_ascii_graphic())
}

/// Renews access.
pub(super) async fn refresh(oauth: &OAuth2, token: &SecretString) -> Result<Granted, NetError> {
    let mut form = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose_secret()),
    ];
    if !oauth.scope.is_empty() {
        form.push(("scope", &oauth.scope));
    }
    granted(ask(oauth, &oauth.token_url, &form).await?)
}

/// Begins a consent on another device (RFC 8628 §3.1).
///
/// # Errors
/// When the provider cannot be asked or refuses.
pub async fn ask_device(oauth: &OAuth2, address: &str) -> Result<Device, NetError> {
    let said = ask(oauth, address, &[("scope", &oauth.scope)]).await?;
    if said.error.is_some() {
        return Err(refusal(&said));
    }
    let seconds = |number: &Option<Number>, usual: u64, most: u64| {
        let found = number.as_ref().and_then(Number::value);
        let found = found.and_then(|value| u64::try_from(value).ok());
        Duration::from_secs(found.unwrap_or(usual).clamp(1, most))
    };
    let (every, lasts) = (
        seconds(&said.interval, 5, 60),
        seconds(&said.expires_in, 900, 3600),
    );
    match (said.device_code, said.user_code, said.verification_uri) {
        (Some(device_code), Some(user_code), Some(page)) => Ok(Device {
            secret: SecretString::from(device_code),
            user_code: tame(&user_code),
            page: tame(&page),
            every,
            lasts,
        }),
        _ => Err(NetError::Lasting(
            "сервер входа не дал кода. Проверьте device_url.".to_owned(),
        )),
    }
}

/// Asks whether consent was given (RFC 8628 §3.4).
///
/// # Errors
/// When it was refused, the code is too old, or the provider cannot be asked.
pub async fn poll_device(oauth: &OAuth2, device: &Device) -> Result<Polled, NetError> {
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", device.secret.expose_secret()),
    ];
    let said = ask(oauth, &oauth.token_url, &form).await?;
    match said.error.as_deref() {
        Some("authorization_pending") => Ok(Polled::Waiting),
        Some("slow_down") => Ok(Polled::SlowDown),
        _ => granted(said).map(Polled::Granted),
    }
}

/// Begins a consent in a browser, with a proof that only this program can end it (RFC 7636).
///
/// # Errors
/// When the system gives no random numbers, or the address is no address.
pub fn invite(oauth: &OAuth2, address: &str) -> Result<Asked, NetError> {
    let chance = || {
        let mut bytes = [0_u8; 32];
        SystemRandom::new()
            .fill(&mut bytes)
            .map(|()| URL_SAFE_NO_PAD.encode(bytes))
            .map_err(|_| NetError::Passing("система не даёт случайных чисел.".to_owned()))
    };
    let (state, verifier) = (chance()?, chance()?);
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &oauth.client_id)
        .append_pair("redirect_uri", BACK)
        .append_pair("scope", &oauth.scope)
        .append_pair("state", &state)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .append_pair("login_hint", &oauth.user)
        // Google gives what renews access only when it is asked for so; others do not mind.
        .append_pair("access_type", "offline")
        .append_pair("prompt", "consent");
    let joint = if address.contains('?') { '&' } else { '?' };
    Ok(Asked {
        page: format!("{address}{joint}{}", query.finish()),
        state,
        verifier: SecretString::from(verifier),
    })
}

/// The code in the address that the browser shows at the end.
///
/// # Errors
/// When there is none in it, or it belongs to another consent; one sentence.
pub fn code_of(asked: &Asked, address: &str) -> Result<SecretString, String> {
    let query = address
        .trim()
        .split_once('?')
        .map(|(_, query)| query.split('#').next().unwrap_or(query))
        .ok_or("это не весь адрес: скопируйте его из строки браузера целиком, вместе со знаком вопроса")?;
    let mut code = None;
    let mut state = None;
    let mut error = None;
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match key.as_ref() {
            "code" => code = Some(value.into_owned()),
            "state" => state = Some(value.into_owned()),
            "error" => error = Some(tame(&value)),
            _ => {}
        }
    }
    if let Some(error) = error {
        return Err(format!("на странице согласия отказано ({error})"));
    }
    if state.as_deref() != Some(asked.state.as_str()) {
        return Err(
            "этот адрес от другого согласия: откройте страницу, показанную выше".to_owned(),
        );
    }
    code.filter(|code| !code.is_empty())
        .map(SecretString::from)
        .ok_or_else(|| {
            "в адресе нет кода: дождитесь, пока браузер откроет страницу 127.0.0.1".to_owned()
        })
}

/// Ends a consent in a browser.
///
/// # Errors
/// When the provider refuses or cannot be asked.
pub async fn exchange(
    oauth: &OAuth2,
    asked: &Asked,
    code: &SecretString,
) -> Result<Granted, NetError> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.expose_secret()),
        ("redirect_uri", BACK),
        ("code_verifier", asked.verifier.expose_secret()),
    ];
    granted(ask(oauth, &oauth.token_url, &form).await?)
}
