//! What goes wrong on an administrator's day, with real servers.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use super::bench::{BOUND, Bench, Security, field};
use crate::client;

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All that was said: what is in order and what is not stand together.
fn all(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(output)
}

#[test]
fn a_wrong_password_is_said_plainly() {
    let bench = Bench::new(Security::Implicit);
    bench.run(&["check", "--online"]);
    bench.write("password", "wrong-secret");
    let output = bench.try_run(&["check", "--online"]);
    assert_eq!(output.status.code(), Some(1));
    let said = all(&output);
    assert!(said.contains("имя или пароль не приняты"), "{said}");
    assert!(!said.contains("wrong-secret"), "{said}");
}

#[test]
fn an_untrusted_certificate_is_said_plainly_and_can_be_pinned() {
    let bench = Bench::new(Security::Implicit);
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    let without: String = config
        .lines()
        .filter(|line| !line.starts_with("ca_file"))
        .map(|line| format!("{line}\n"))
        .collect();
    bench.write("config.toml", &without);
    let said = all(&bench.try_run(&["check", "--online"]));
    let (_, after) = said
        .split_once("fingerprint = \"")
        .unwrap_or_else(|| panic!("{said}"));
    let fingerprint = after.split('"').next().unwrap();
    let pinned = without.replace(
        "user = ",
        &format!("fingerprint = \"{fingerprint}\"\nuser = "),
    );
    bench.write("config.toml", &pinned);
    bench.run(&["check", "--online"]);
}

#[test]
fn a_refused_letter_is_told_to_the_specialist() {
    let bench = Bench::new(Security::Implicit);
    let letter = client::letter(
        "reject@home.test",
        "help@school.test",
        "Нет такого ящика",
        "Вопрос.",
    );
    bench.host.deliver("help@school.test", &letter);
    bench.run(&["run", "--once", "--quiet"]);
    let inbox = bench.host.wait_for("ivanova@school.test", 2, BOUND);
    let told = client::text_of(&inbox[1]);
    assert!(told.contains("reject@home.test"), "{told}");
    let events = bench.json(&["tickets", "show", "1", "--json"])["history"].to_string();
    assert!(events.contains("undeliverable"), "{events}");
}

#[test]
fn a_letter_refused_for_now_waits_and_the_others_go_on() {
    let bench = Bench::new(Security::Implicit);
    for from in ["defer@home.test", "anna@home.test"] {
        bench.host.deliver(
            "help@school.test",
            &client::letter(from, "help@school.test", from, "Вопрос."),
        );
    }
    bench.run(&["run", "--once", "--quiet"]);
    bench.host.wait_for("anna@home.test", 1, BOUND);
    let list = bench.run(&["outbox"]);
    assert!(
        list.contains("defer@home.test") && list.contains("451"),
        "{list}"
    );
}

#[test]
fn deliver_takes_a_letter_from_a_pipe_once() {
    let bench = Bench::new(Security::Implicit);
    let letter = client::letter(
        "anna@home.test",
        "help@school.test",
        "Через канал",
        "Вопрос.",
    );
    for _ in 0..2 {
        let mut child = bench
            .command(&["deliver"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&letter).unwrap();
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(bench.tickets().len(), 1);
    bench.run(&["run", "--once", "--quiet"]);
    let ack = bench.host.wait_for("anna@home.test", 1, BOUND);
    assert_eq!(field(&ack[0], "In-Reply-To"), field(&letter, "Message-ID"));
    // Codes of sysexits: 65 no message, 69 too large; a fault of ours is 75, lest the sender get it back.
    let empty = bench
        .command(&["deliver"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(empty.status.code(), Some(65));
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    bench.write(
        "config.toml",
        &format!("{config}[limits]\nmessage = \"64 KiB\"\n"),
    );
    std::fs::write(
        bench.path().join("large"),
        [letter.as_slice(), vec![b'x'; 70_000].as_slice()].concat(),
    )
    .unwrap();
    let large = bench
        .command(&["deliver"])
        .stdin(std::fs::File::open(bench.path().join("large")).unwrap())
        .output()
        .unwrap();
    assert_eq!(large.status.code(), Some(69));
    bench.write("config.toml", "[desk]\n");
    let faulty = bench
        .command(&["deliver"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(faulty.status.code(), Some(75));
}

#[test]
fn every_fault_of_every_file_is_told_at_once_and_nothing_starts() {
    let bench = Bench::new(Security::Implicit);
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    let roster = std::fs::read_to_string(bench.path().join("roster.toml")).unwrap();
    bench.write("config.toml", &config.replace("admins = ", "admin = "));
    bench.write(
        "roster.toml",
        &roster.replacen("tier = \"teachers\"", "tier = \"techers\"", 1),
    );
    for command in [&["check"][..], &["run", "--once"]] {
        let output = bench.try_run(command);
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        assert!(said.contains("config.toml:"), "{said}");
        assert!(said.contains("roster.toml:"), "{said}");
    }
    assert!(!bench.path().join("data").exists());
}

#[test]
fn a_fault_of_one_file_makes_no_untrue_faults_of_another() {
    let bench = Bench::new(Security::Implicit);
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    let roster = std::fs::read_to_string(bench.path().join("roster.toml")).unwrap();
    let topic = "[[topic]]\nnaem = \"оценки\"\nwords = [\"балл\"]\n";
    bench.write("config.toml", &format!("{config}{topic}"));
    bench.write(
        "roster.toml",
        &format!("{roster}topics = [\"оценки\"]\nweight = 0\n"),
    );
    let output = bench.try_run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert_eq!(said.matches("ошибка: /").count(), 3, "{said}");
    assert!(!said.contains("темы «оценки» нет"), "{said}");
    assert!(
        said.contains("в файлах есть ошибки: 3; предупреждений: 0"),
        "{said}"
    );
}

#[test]
fn warnings_are_told_and_harm_nothing_and_the_next_turns_are_told() {
    let bench = Bench::new(Security::Implicit);
    let roster = std::fs::read_to_string(bench.path().join("roster.toml")).unwrap();
    bench.write("roster.toml", &format!("{roster}away = [\"2020-01-01\"]\n"));
    let output = bench.try_run(&["check"]);
    assert_eq!(output.status.code(), Some(0));
    let said = stderr(&output);
    assert!(
        said.contains("предупреждение: ") && said.contains("2020-01-01 — уже прошло"),
        "{said}"
    );
    let told = String::from_utf8(output.stdout).unwrap();
    let turns = "Следующие обращения получат: ivanova, sidorov, orlova, ivanova, sidorov, orlova, ivanova, sidorov, orlova, ivanova.";
    assert!(told.contains(turns), "{told}");
}

#[test]
fn a_broken_template_gives_way_to_the_built_in_one_and_the_admins_are_told_the_line() {
    let bench = Bench::new(Security::Implicit);
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    bench.write(
        "config.toml",
        &config.replacen("[desk]\n", "[desk]\ntemplates = \"mine\"\n", 1),
    );
    std::fs::create_dir_all(bench.path().join("mine/ru")).unwrap();
    bench.write(
        "mine/ru/acknowledgement.txt",
        "Тема\nЗдравствуйте, {{ nmae }}.\n",
    );
    let check = bench.try_run(&["check"]);
    assert_eq!(check.status.code(), Some(1));
    let line = "mine/ru/acknowledgement.txt:2:18: в этом письме нет значения nmae";
    assert!(stderr(&check).contains(line), "{}", stderr(&check));
    let daemon = bench.start();
    let alert = bench.host.wait_for("admin@school.test", 1, BOUND);
    let said = client::text_of(&alert[0]);
    assert!(said.contains("acknowledgement.txt:2:18"), "{said}");
    bench.host.deliver(
        "help@school.test",
        &client::letter("a@home.test", "help@school.test", "1", "Вопрос."),
    );
    let ack = bench.host.wait_for("a@home.test", 1, BOUND);
    assert!(client::text_of(&ack[0]).contains("Ваше письмо получено"));
    daemon.stop();
}

#[test]
fn the_figures_are_told_on_a_page_and_to_machines() {
    let bench = Bench::new(Security::Implicit);
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    bench.write(
        "config.toml",
        &format!("{config}[reports]\nmetrics_file = \"metrics.prom\"\n"),
    );
    for n in 1..4 {
        let letter = client::letter("a@home.test", "help@school.test", &n.to_string(), "Вопрос.");
        bench.host.deliver("help@school.test", &letter);
    }
    let daemon = bench.start();
    bench.host.wait_for("a@home.test", 3, BOUND);
    bench.until("the metrics are written", || {
        std::fs::read_to_string(bench.path().join("metrics.prom"))
            .is_ok_and(|text| text.contains("dezhurny_tickets{status=\"open\"} 3\n"))
    });
    let metrics = std::fs::metadata(bench.path().join("metrics.prom")).unwrap();
    let mode = metrics.permissions().mode() & 0o777;
    assert_eq!(mode, 0o644, "another program must be able to read it");
    daemon.stop();
    let figures = bench.json(&["report", "--json"]);
    assert_eq!(figures["received"], 3, "{figures}");
    assert_eq!(figures["ledger"]["ticket"], 3, "{figures}");
    assert_eq!(figures["tickets"]["tickets"], 3, "{figures}");
    let told = bench.run(&["report", "--language", "en"]);
    assert!(told.contains("Letters received"), "{told}");
    let page = bench.path().join("report.html");
    bench.run(&["report", "--html", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains("<svg") && page.contains("Иванова Мария Петровна"),
        "{page}"
    );
    let shown = bench.path().join("shown");
    bench.run(&["preview", "reply", "--dir", shown.to_str().unwrap()]);
    assert!(shown.read_dir().unwrap().count() >= 4);
    let backwards = bench.try_run(&["report", "--from", "2026-02-01", "--until", "2026-01-01"]);
    assert_eq!(backwards.status.code(), Some(1));
}

#[test]
fn what_needs_a_restart_says_so_and_a_hangup_reads_the_files_anew() {
    let bench = Bench::new(Security::Implicit);
    let daemon = bench.start();
    bench.until("the daemon is up", || {
        bench.path().join("data/dezhurny.sqlite").exists()
    });
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    bench.write(
        "config.toml",
        &config.replacen("[outgoing.smtp]\n", "[outgoing.smtp]\nconnections = 1\n", 1),
    );
    let told = bench.host.wait_for("admin@school.test", 1, BOUND);
    let said = client::text_of(&told[0]);
    assert!(said.contains("изменено: [outgoing]"), "{said}");
    let read = || bench.log_text().matches("the files were read anew").count();
    let before = read();
    daemon.hang_up();
    bench.until("the files are read anew", || {
        bench.log_text().contains("told to read the files anew") && read() > before
    });
    daemon.stop();
}

#[test]
fn a_second_daemon_is_refused() {
    let bench = Bench::new(Security::Implicit);
    let daemon = bench.start();
    bench.until("the daemon is up", || {
        bench.path().join("data/dezhurny.lock").exists()
    });
    bench.until("the daemon holds the lock", || {
        // Its memory may still be in the making: then `status` says so, and is asked again.
        let status = bench.try_run(&["status", "--json"]);
        serde_json::from_slice::<serde_json::Value>(&status.stdout)
            .is_ok_and(|status| status["running"] == serde_json::Value::Bool(true))
    });
    let second = bench.try_run(&["run", "--once"]);
    assert_eq!(second.status.code(), Some(75));
    daemon.stop();
}

#[test]
fn a_roster_takes_effect_while_the_daemon_runs_and_a_faulty_one_does_not() {
    let bench = Bench::new(Security::Implicit);
    let daemon = bench.start();
    let roster = std::fs::read_to_string(bench.path().join("roster.toml")).unwrap();
    bench.host.deliver(
        "help@school.test",
        &client::letter("a@home.test", "help@school.test", "1", "Вопрос."),
    );
    bench.host.wait_for("ivanova@school.test", 1, BOUND);
    bench.write(
        "roster.toml",
        &format!("{roster}\n[[specialist]]\nid = \"x\"\n"),
    );
    let alert = bench.host.wait_for("admin@school.test", 1, BOUND);
    let said = client::text_of(&alert[0]);
    assert!(
        said.contains("roster.toml:") && said.contains("подсказка"),
        "{said}"
    );
    bench.host.deliver(
        "help@school.test",
        &client::letter("b@home.test", "help@school.test", "2", "Вопрос."),
    );
    bench.host.wait_for("sidorov@school.test", 1, BOUND);
    daemon.stop();
}
