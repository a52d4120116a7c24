//! How far long work is: on a terminal, and nowhere else.

use super::place::{Place, said};
use super::terminal::{Ended, Terminal};

const BACKLOG: usize = 30;

/// A desk on Maildir folders with letters that wait.
fn backlog() -> Place {
    let place = Place::new();
    for sub in ["tmp", "new", "cur"] {
        std::fs::create_dir_all(place.path("in").join(sub)).unwrap();
    }
    let config = std::fs::read_to_string(place.path("config.toml")).unwrap();
    let intake = format!(
        "[intake.maildir]\npath = \"{}\"\n",
        place.path("in").display()
    );
    std::fs::write(place.path("config.toml"), config + &intake).unwrap();
    for number in 0..BACKLOG {
        let letter = format!(
            "From: Anna <anna{number}@home.test>\r\nTo: help@school.test\r\nSubject: {number}\r\n\
             Message-ID: <{number}@home.test>\r\n\r\nQuestion {number}\r\n"
        );
        std::fs::write(place.path("in/new").join(number.to_string()), letter).unwrap();
    }
    place
}

/// The words, with the configuration of this place.
fn words(place: &Place, command: &str) -> String {
    format!("{command} --config {}", place.path("config.toml").display())
}

/// What is left on a terminal: lines that are drawn over are gone.
fn left(screen: &str) -> String {
    screen
        .split('\n')
        .map(|line| line.trim_end_matches('\r').rsplit('\r').next().unwrap())
        .map(|line| line.replace("\u{1b}[2K", "").replace("\u{1b}[1A", "") + "\n")
        .collect()
}

#[test]
fn long_work_is_shown_on_a_terminal_and_leaves_nothing_there() {
    let place = backlog();
    let copy = place.path("copy.sqlite").display().to_string();
    let zip = place.path("anna.zip").display().to_string();
    for (command, shown, told) in [
        (
            "run --once".to_owned(),
            vec!["Принимаю письма [", "из 30, ещё"],
            "Принято писем: 30",
        ),
        (
            format!("backup {copy}"),
            vec!["Копирую базу данных [", "%, ещё", "Проверяю копию"],
            "копия сделана и проверена",
        ),
        (
            format!("export anna1@home.test -o {zip}"),
            vec!["Выгружаю письма [", "из "],
            "обращений 1",
        ),
        (
            format!("restore {copy} --force"),
            vec!["Проверяю копию", "Возвращаю базу данных ["],
            "восстановлена и проверена",
        ),
    ] {
        let Ended { status, screen, .. } = Terminal::start(&words(&place, &command)).end();
        assert!(
            status.success() && screen.contains(told),
            "{command}: {status}\n{screen}"
        );
        for one in shown {
            assert!(screen.contains(one), "{command}: no «{one}»:\n{screen:?}");
        }
        assert!(!screen.contains('░'), "{screen:?}");
        let left = left(&screen);
        assert!(!left.contains('['), "{command} leaves:\n{left:?}");
        assert!(left.contains(told), "{command} leaves:\n{left:?}");
    }
}

#[test]
fn nothing_of_it_goes_into_a_pipe_onto_a_dumb_terminal_or_to_whoever_wants_quiet() {
    let place = backlog();
    let copy = place.path("copy.sqlite").display().to_string();
    assert!(place.run(&["run", "--once"], "").status.success());
    let piped = place.run(&["backup", &copy], "");
    assert!(piped.stderr.is_empty(), "{}", said(&piped));
    assert!(said(&piped).starts_with(&copy), "{}", said(&piped));
    for (kind, command) in [
        ("dumb", format!("backup {copy}")),
        ("xterm", format!("backup {copy} --quiet")),
    ] {
        let Ended { status, screen, .. } = Terminal::of(kind, &words(&place, &command)).end();
        assert!(
            status.success() && screen.starts_with(&copy),
            "{status} {screen:?}"
        );
        assert!(!screen.contains(['\u{1b}', '░']), "{screen:?}");
    }
    // Standard output belongs to whoever reads it, also when somebody looks on.
    let out = place.path("out.txt").display().to_string();
    let line = format!("{} > {out}", words(&place, &format!("backup {copy}")));
    let Ended { status, screen, .. } = Terminal::start(&line).end();
    assert!(status.success(), "{status} {screen:?}");
    assert!(screen.contains("Копирую базу данных"), "{screen:?}");
    assert!(std::fs::read_to_string(&out).unwrap().starts_with(&copy));
}

#[test]
fn lines_of_the_log_stand_whole_above_it() {
    let place = backlog();
    let mut terminal = Terminal::start(&words(&place, "run"));
    terminal.see("Принимаю письма [");
    terminal.see("taken in filed=30");
    terminal.type_in("\u{3}");
    let Ended { status, screen, .. } = terminal.end();
    assert!(status.success(), "{status}\n{screen}");
    let left = left(&screen);
    for line in left.lines().filter(|line| line.contains("INFO")) {
        assert!(
            line.trim_start_matches("^C").starts_with("20"),
            "{line:?} of\n{screen:?}"
        );
    }
    assert!(
        !left.contains("Принимаю") && !left.contains('░'),
        "{left:?}"
    );
}
