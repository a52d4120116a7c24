//! Where a password comes from. It is read anew at each login, so that a changed one takes effect.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use crate::config::settings::Password;

/// Longest wait for a command that prints a password.
const COMMAND: Duration = Duration::from_secs(20);

/// The password.
///
/// # Errors
/// When it cannot be read; the text says what to do and holds nothing of it.
pub async fn password(from: &Password) -> Result<SecretString, String> {
    let said = match from {
        Password::Inline(secret) => return Ok(secret.clone()),
        Password::File(path) => file(path).await?,
        Password::Command(words) => command(words).await?,
        Password::Credential(name) => {
            let folder = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from).ok_or_else(|| {
                format!("systemd не передал пароль {name}. Добавьте в службу строку LoadCredential={name}:/путь/к/файлу.")
            })?;
            file(&folder.join(name)).await?
        }
    };
    let line = said
        .trim_start_matches('\u{feff}')
        .lines()
        .next()
        .unwrap_or_default()
        .trim_end_matches('\r')
        .to_owned();
    if line.is_empty() {
        Err("пароль пуст: файл или команда ничего не дали в первой строке.".to_owned())
    } else {
        Ok(SecretString::from(line))
    }
}

async fn file(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let bytes = tokio::fs::read(path).await.map_err(|error| {
        format!("файл с паролем {shown} не читается ({error}). Проверьте путь и права.")
    })?;
    decoded(bytes)
        .map_err(|encoding| format!("файл с паролем {shown} {encoding}. Сохраните его в UTF-8."))
}

/// The text of a file with a password.
///
/// # Errors
/// What is wrong with its encoding.
pub fn decoded(bytes: Vec<u8>) -> Result<String, &'static str> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("в кодировке UTF-16");
    }
    String::from_utf8(bytes)
        .map(|text| text.trim_start_matches('\u{feff}').to_owned())
        .map_err(|_| "не в кодировке UTF-8")
}

async fn command(words: &[String]) -> Result<String, String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("password_command пуста.".to_owned());
    };
    let run = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(COMMAND, run)
        .await
        .map_err(|_| format!("команда пароля {program} не заканчивается."))?
        .map_err(|error| format!("команда пароля {program} не запускается ({error})."))?;
    if !output.status.success() {
        return Err(format!(
            "команда пароля {program} закончилась с ошибкой ({}).",
            output.status
        ));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("команда пароля {program} напечатала не текст."))
}
