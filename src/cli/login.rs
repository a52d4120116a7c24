//! `dezhurny login`: a person grants the desk access to its mailbox (OAuth2), once.
//!
//! By a code that is entered on any device (RFC 8628), or, where the provider grants mail no other way, by a page
//! of consent whose last address is brought back by hand: the program listens nowhere.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::config;
use crate::config::settings::OAuth2;
use crate::net::NetError;
use crate::net::oauth2::{self, Granted, Polled};
use crate::store::private_folder;

/// Addresses that do not fit are asked for again so often.
const TRIES: u32 = 5;

/// Options of `login`.
#[derive(Debug, Args)]
pub struct Options {
    /// Дать согласие в браузере и перенести адрес сюда, даже если есть вход по коду
    #[arg(long)]
    browser: bool,
}

/// Gets access and keeps it.
pub fn login(config: Option<&Path>, options: &Options) -> Ending {
    let path = files::config_path(config)?;
    let config = config::load(&path).map_err(|faults| {
        Trouble::new(faults).hint("исправьте файл и проверьте: dezhurny check")
    })?;
    let accesses = config.accesses();
    if accesses.is_empty() {
        return Err(Trouble::new(format!("в {} нет раздела oauth2: ящик открывается паролем", path.display()))
            .hint("для Gmail и Microsoft 365 добавьте [intake.imap.oauth2]; образец — config.example.toml"));
    }
    // What is granted is kept there; it need not have been made yet.
    private_folder(&config.data_dir)?;
    files::block_on(async {
        for oauth in accesses {
            let granted = consent(oauth, options.browser).await?;
            oauth2::store(oauth, granted).await.map_err(Trouble::new)?;
            say::line(format!(
                "Доступ к ящику {} получен и будет продлеваться сам.",
                oauth.user
            ));
        }
        say::line("Дальше: dezhurny check --online. Работающая служба подхватит доступ сама.");
        Ok(ExitCode::SUCCESS)
    })?
}

async fn consent(oauth: &OAuth2, browser: bool) -> Result<Granted, Trouble> {
    match (&oauth.device_url, &oauth.authorization_url) {
        (Some(address), _) if !browser => by_code(oauth, address).await,
        (_, Some(address)) => by_browser(oauth, address).await,
        (Some(address), None) => by_code(oauth, address).await,
        (None, None) => Err(Trouble::new("не сказано, где дают согласие")),
    }
}

/// A code on another device, and waiting until it is entered.
async fn by_code(oauth: &OAuth2, address: &str) -> Result<Granted, Trouble> {
    let device = oauth2::ask_device(oauth, address)
        .await
        .map_err(Trouble::new)?;
    say::line(format!(
        "Откройте на любом компьютере или телефоне страницу\n\n    {}\n\nвойдите как {} и введите код\n\n    {}\n",
        device.page, oauth.user, device.user_code
    ));
    say::line("Жду согласия; прервать — Ctrl+C.");
    let mut every = device.every;
    let wait = async {
        loop {
            tokio::time::sleep(every).await;
            match oauth2::poll_device(oauth, &device).await {
                Ok(Polled::Granted(granted)) => return Ok(granted),
                Ok(Polled::Waiting) => {}
                // RFC 8628 §3.5: five seconds more from now on; the same when the network fails.
                Ok(Polled::SlowDown) | Err(NetError::Passing(_)) => {
                    every = (every + Duration::from_secs(5)).min(Duration::from_mins(1));
                }
                Err(error) => return Err(Trouble::new(error)),
            }
        }
    };
    tokio::time::timeout(device.lasts, wait)
        .await
        .map_err(|_| {
            Trouble::new("код устарел: согласия не было").hint("начните снова: dezhurny login")
        })?
}

/// The page of consent, and the address that the browser shows at its end.
async fn by_browser(oauth: &OAuth2, address: &str) -> Result<Granted, Trouble> {
    let asked = oauth2::invite(oauth, address).map_err(Trouble::new)?;
    say::line(format!(
        "Откройте в браузере страницу\n\n{}\n\nвойдите как {} и дайте согласие. В конце браузер попробует открыть адрес 127.0.0.1 и не сможет: так и должно быть.",
        asked.page, oauth.user
    ));
    for _ in 0..TRIES {
        let line = ask("Скопируйте этот адрес из строки браузера сюда целиком: ").await?;
        match oauth2::code_of(&asked, &line) {
            Ok(code) => {
                return oauth2::exchange(oauth, &asked, &code)
                    .await
                    .map_err(Trouble::new);
            }
            Err(why) => say::line(format!("Не подходит: {why}.")),
        }
    }
    Err(Trouble::new("нужного адреса так и нет").hint("начните снова: dezhurny login"))
}

/// One line from the person.
async fn ask(question: &'static str) -> Result<String, Trouble> {
    tokio::task::spawn_blocking(move || say::ask(question))
        .await
        .map_err(Trouble::new)??
        .ok_or_else(|| Trouble::new("адреса нет").code(64))
}
