//! `init` as a person at a terminal meets it: questions, slips of the hand, and the mailbox checked at the end.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::termios::LocalModes;

use crate::host::MailHost;
use crate::terminal::{Ended, Terminal};

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn questions_explain_a_slip_ask_again_and_end_with_the_mailbox_checked() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(&format!("init {}", folder.path().display()));
    for name in [
        "Яндекс 360",
        "Mail.ru",
        "Gmail",
        "Microsoft 365",
        "свой сервер",
    ] {
        terminal.see(name);
    }
    terminal.answer("Номер", "9");
    terminal.see("Введите номер от 1 до 5");
    terminal.answer("Номер", "5");
    // The third letter is Cyrillic.
    terminal.answer("Адрес общего ящика", "heлp@school.test");
    terminal.see("русская буква");
    terminal.answer("Адрес общего ящика", "help@school.test");
    terminal.answer("о неполадках", "help@school.test");
    terminal.see("адрес самой службы");
    terminal.answer("о неполадках", "admin@school.test");
    terminal.answer("Сервер IMAP", "https://imap.school.test/");
    terminal.see("это не имя сервера");
    terminal.answer("Сервер IMAP", "nowhere.invalid");
    terminal.answer("Сервер SMTP", "nowhere.invalid");
    terminal.answer("Первый специалист", "Иванова Мария Петровна");
    terminal.answer("Его адрес", "ivanova");
    terminal.see("не почтовый адрес");
    terminal.answer("Его адрес", "ivanova@school.test");
    terminal.answer(
        "Файл с паролем",
        &folder.path().join("password").display().to_string(),
    );
    terminal.see("Пароль ящика");
    // The terminal is told to hide it before the question; a moment for it is not needed.
    terminal.type_in("s3cret-of-the-mailbox\n");
    terminal.see("Проверяю ящик");
    terminal.see("такого имени нет. Проверьте host");
    terminal.see("dezhurny check --online --config");
    let Ended { status, screen, .. } = terminal.end();
    assert!(status.success(), "{status}\n{screen}");
    assert!(!screen.contains("s3cret-of-the-mailbox"), "{screen}");
    assert_eq!(
        files(folder.path()),
        ["config.toml", "materials", "password", "roster.toml"]
    );
    let password = folder.path().join("password");
    assert_eq!(
        std::fs::read_to_string(&password).unwrap(),
        "s3cret-of-the-mailbox\n"
    );
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&password).unwrap());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_end_of_the_input_ends_the_questions_with_nothing_written() {
    for before in [
        "",
        "2\n",
        "2\nhelp@school.test\nadmin@school.test\nИванова\nivanova@school.test\n\n",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::start(&format!("init {}", folder.path().display()));
        terminal.see("Номер");
        terminal.type_in(before);
        terminal.type_in("\u{4}");
        terminal.see("ничего не записано");
        let Ended { status, screen, .. } = terminal.end();
        assert!(!status.success(), "{status}\n{screen}");
        assert!(files(folder.path()).is_empty(), "{screen}");
    }
}

#[test]
fn a_terminal_shows_again_what_is_typed_after_the_password_was_broken_off() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(&format!(
        "init {} --provider yandex --address help@school.test --admin admin@school.test --specialist Иванова \
         --specialist-address ivanova@school.test --password-file password",
        folder.path().display()
    ));
    terminal.see("Пароль ящика");
    terminal.type_in("half\u{3}");
    terminal.see("ничего не записано");
    let Ended { modes, screen, .. } = terminal.end();
    assert!(
        modes.contains(LocalModes::ECHO | LocalModes::ISIG),
        "{screen}"
    );
    assert!(!screen.contains("half"), "{screen}");
    assert!(files(folder.path()).is_empty(), "{screen}");
}

#[test]
fn a_mailbox_that_works_is_found_so_and_the_next_step_is_to_start() {
    let host = MailHost::start();
    let folder = tempfile::tempdir().unwrap();
    let flags = format!(
        "--provider custom --address help@school.test --admin admin@school.test --imap localhost:{} \
         --smtp localhost:{} --specialist Иванова --specialist-address ivanova@school.test --password-file password",
        host.imaps_port, host.smtps_port
    );
    let made = Command::new(env!("CARGO_BIN_EXE_dezhurny"))
        .arg("init")
        .arg(folder.path())
        .args(flags.split_whitespace())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(made.status.success());
    std::fs::write(folder.path().join("password"), host.password).unwrap();
    let config = folder.path().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let ca = format!("ca_file = \"{}\"", host.ca_file().display());
    // The authority of a test is in no system.
    let text = text.replace("#tls = \"implicit\"", &ca);
    std::fs::write(&config, text).unwrap();
    let checked = Command::new(env!("CARGO_BIN_EXE_dezhurny"))
        .args(["check", "--online", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(
        checked.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    assert!(!said.contains('✗'), "{said}");
}

#[test]
fn the_first_check_after_it_doubts_nothing_but_a_password_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let dezhurny = |words: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_dezhurny"))
            .args(words.split_whitespace())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    };
    let (well, said) = dezhurny("check");
    assert!(!well && said.contains("dezhurny init"), "{said}");
    let (well, said) = dezhurny(
        "init . --provider mail.ru --address help@school.test --admin admin@school.test --specialist Иванова \
         --specialist-address ivanova@school.test",
    );
    assert!(well, "{said}");
    assert!(
        said.contains("1. Впишите пароль ящика в ./password."),
        "{said}"
    );
    let (well, said) = dezhurny("check");
    assert!(well && said.contains("password ещё не создан"), "{said}");
    assert!(said.contains("Предупреждений: 1."), "{said}");
    std::fs::write(folder.path().join("password"), "\n").unwrap();
    let (_, said) = dezhurny("check");
    assert!(said.contains("password пуст"), "{said}");
    for (left, told) in [
        ("secret \n", "пробел перед паролем или после него"),
        ("\u{a0}secret", "пробел перед паролем или после него"),
        ("\tsecret\r\n", "пробел перед паролем или после него"),
    ] {
        std::fs::write(folder.path().join("password"), left).unwrap();
        let (well, said) = dezhurny("check");
        assert!(well && said.contains(told), "{left:?}: {said}");
    }
    std::fs::write(folder.path().join("password"), b"\xff\xfes\0e\0").unwrap();
    let (_, said) = dezhurny("check");
    assert!(said.contains("в кодировке UTF-16"), "{said}");
    let config = folder.path().join("config.toml");
    let plain = std::fs::read_to_string(&config).unwrap();
    let named = plain.replacen(
        "\npassword_file",
        "\nca_file = \"config.toml\"\npassword_file",
        1,
    );
    std::fs::write(&config, named).unwrap();
    // The mark of Windows is no part of a password.
    std::fs::write(folder.path().join("password"), "\u{feff}secret\r\n").unwrap();
    let (well, said) = dezhurny("check");
    assert!(
        well && said.contains("нет ни одного сертификата PEM"),
        "{said}"
    );
    assert!(said.contains("Предупреждений: 1."), "{said}");
    std::fs::write(&config, plain).unwrap();
    let (well, said) = dezhurny("check");
    assert!(well && !said.contains("редупреждени"), "{said}");
    assert!(said.contains("Все обращения получает ivanova."), "{said}");
    // What goes wrong later is told in the reader's language, and what it means for a desk that works already.
    let (_, said) = dezhurny("inspect nowhere.eml");
    assert!(said.contains("такого файла или папки нет"), "{said}");
    let roster = folder.path().join("roster.toml");
    let text = std::fs::read_to_string(&roster).unwrap();
    std::fs::write(&roster, text.replacen("teachers", "techers", 1)).unwrap();
    let (well, said) = dezhurny("status");
    assert!(!well && said.contains("держится прежних файлов"), "{said}");
}
