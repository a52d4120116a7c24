//! That nothing is left of what was erased, in the bytes of the files; and that the rest is.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::super::{Clock, Snapshots};
use super::*;
use crate::scenario::{self, MaildirStage};
use crate::store::{Store, TicketFilter};

/// Anna asks twice and is quoted by others; Boris asks once, and names her.
const TALK: &str = "
Время: 2026-11-23T10:00
Пишет: Анна Лазуритова <anna@home.test>
Тема: Пропажа дневника
| Здравствуйте! Фиолетовый гиппопотам съел дневник Лазуритова Пети.
Файл: справка-лазуритова.txt: диагноз гиппопотам
Придёт: anna@home.test
Придёт: ivanova@school.test
Отвечает: ivanova@school.test
| Выпишите новый, про гиппопотама мы знаем.
Придёт: anna@home.test
Пишет: Борис <boris@home.test>
Тема: Расписание
| Посоветовали Anna@Home.test и joanna@home.test, где взять расписание каникул?
Заголовок: Cc: Anna <ANNA@home.test>
Придёт: boris@home.test
Придёт: sidorov@school.test
Пишет: ivanova@school.test
Тема: список
| #найти дневник
Придёт: ivanova@school.test
| Пропажа дневника
Отвечает: anna@home.test
| #решено
Придёт: anna@home.test
Придёт: ivanova@school.test
Пишет: anna@home.test
Тема: Ещё одна пропажа
| Теперь гиппопотам съел сменку.
Придёт: anna@home.test
";

/// What of Anna must not be found, as it is written and as search and transfer encodings have it.
const HERS: &[&str] = &[
    "anna@home.test",
    "ANNA@home.test",
    "Anna@Home.test",
    "иппопотам",
    "гиппопота",
    "Лазурит",
    "лазурит",
    "Пропажа",
    "пропаж",
    "справка-лазуритова",
    "диагноз",
    "сменк",
];

async fn desk(folder: &Path, talk: &str) -> Engine {
    let snapshot = scenario::school(folder).unwrap();
    let clock = Clock::standing(Timestamp::UNIX_EPOCH);
    let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock.clone())
        .await
        .unwrap();
    let mut stage = MaildirStage::new(engine.clone(), clock, folder).unwrap();
    let script = scenario::parse(talk).unwrap();
    scenario::play(&script, &mut stage, |_| {}).await.unwrap();
    engine
}

/// Which needles stand in the database's files, or in an original that they hold.
fn found(engine: &Engine, needles: &[&str]) -> Vec<String> {
    let database = engine.snapshots().current().config.database();
    let mut hay: Vec<(String, Vec<u8>)> = ["", "-wal", "-shm"]
        .iter()
        .filter_map(|end| {
            let path = format!("{}{end}", database.display());
            Some((path.clone(), std::fs::read(path).ok()?))
        })
        .collect();
    let connection = Connection::open(&database).unwrap();
    let mut query = connection
        .prepare("SELECT id, original FROM letters")
        .unwrap();
    let mut rows = query.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (id, packed): (i64, Vec<u8>) = (row.get(0).unwrap(), row.get(1).unwrap());
        let bytes = if packed.is_empty() {
            vec![]
        } else {
            zstd::stream::decode_all(&packed[..]).unwrap()
        };
        let read = format!("{:?}", crate::mail::read(&bytes));
        hay.push((format!("letter {id}"), bytes));
        hay.push((format!("letter {id}, read"), read.into_bytes()));
    }
    let holds = |hay: &[u8], needle: &str| {
        hay.windows(needle.len()).enumerate().any(|(at, one)| {
            // The address of Joanna ends like Anna's.
            one == needle.as_bytes() && (at < 2 || hay.get(at - 2..at) != Some(b"jo"))
        })
    };
    hay.iter()
        .flat_map(|(place, bytes)| {
            needles
                .iter()
                .filter(|needle| holds(bytes, needle))
                .map(move |needle| format!("{needle} in {place}"))
        })
        .collect()
}

fn store_is_sound(engine: &Engine) {
    let connection = Connection::open(engine.snapshots().current().config.database()).unwrap();
    let said: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(said, "ok");
    connection
        .execute("INSERT INTO words (words) VALUES ('integrity-check')", [])
        .unwrap();
}

fn tickets_with(store: &Store, words: &str) -> Vec<u64> {
    let filter = TicketFilter {
        search: Some(words.to_owned()),
        ..TicketFilter::default()
    };
    let rows = store.reader().unwrap().tickets(&filter).unwrap();
    rows.iter().map(|row| row.ticket.number).collect()
}

#[tokio::test]
async fn a_forgotten_person_leaves_no_trace_and_others_lose_nothing_but_their_address() {
    let folder = tempfile::tempdir().unwrap();
    let engine = desk(folder.path(), TALK).await;
    assert!(
        found(&engine, HERS).len() > 20,
        "the test looks at the right files"
    );

    let done = engine.forget(" Anna@home.test ").await.unwrap();
    assert_eq!(
        (done.tickets, done.open.len(), done.originals),
        (2, 1, 0),
        "{done:?}"
    );
    assert!(done.letters >= 8 && done.masked >= 2, "{done:?}");
    assert_eq!(found(&engine, HERS), Vec::<String>::new());
    store_is_sound(&engine);

    // Boris has lost nothing else: his words, his letter, its search, and whoever else he named.
    let reader = engine.store().reader().unwrap();
    let letters = reader.letters(2).unwrap();
    assert!(
        letters[0]
            .text
            .contains("(стёрто) и joanna@home.test, где взять расписание")
    );
    let original = reader.letter_whole(letters[0].id).unwrap().original;
    assert_eq!(crate::mail::read(&original).subject, "Расписание");
    assert_eq!(tickets_with(engine.store(), "каникулы"), [2]);
    assert_eq!(tickets_with(engine.store(), "гиппопотам"), [0_u64; 0]);
    // The figures stay, the history says what was done, and whoever had the open ticket hears of it once.
    let rows = reader.tickets(&TicketFilter::default()).unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows[0].letters >= 6 && rows[0].ticket.first_responded.is_some());
    for number in [1, 3] {
        let history = reader.history(number).unwrap();
        assert_eq!(history.last().unwrap().event, "erased");
        assert!(
            history
                .iter()
                .any(|line| line.event == "assigned" && !line.detail.is_empty())
        );
    }
    let waiting = reader.outbox().unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].ticket, Some(3));
    assert!(waiting[0].recipient.ends_with("@school.test"));

    // A second time there is nothing, and nothing happens.
    assert!(engine.forget("anna@home.test").await.unwrap().is_empty());
}

#[tokio::test]
async fn old_closed_tickets_lose_their_text_in_the_file_too_and_young_ones_keep_it() {
    let folder = tempfile::tempdir().unwrap();
    let talk = TALK
        .split("Пишет: anna@home.test\nТема: Ещё одна")
        .next()
        .unwrap();
    let engine = desk(folder.path(), talk).await;
    engine.clock.advance(SignedDuration::from_hours(24 * 364));
    assert_eq!(engine.erase_old(engine.clock.now()).await.unwrap(), 0);
    engine.clock.advance(SignedDuration::from_hours(24 * 3));
    assert!(engine.erase_old(engine.clock.now()).await.unwrap() > 0);
    assert_eq!(engine.erase_old(engine.clock.now()).await.unwrap(), 0);
    let text = ["иппопотам", "гиппопота", "Пропажа", "лазурит", "диагноз"];
    assert_eq!(found(&engine, &text), Vec::<String>::new());
    store_is_sound(&engine);
    let reader = engine.store().reader().unwrap();
    assert!(
        reader.ticket(2).unwrap().unwrap().ticket.subject == "Расписание",
        "it is not closed"
    );
    assert_eq!(
        reader.ticket(1).unwrap().unwrap().ticket.requester.address,
        ""
    );
}

#[tokio::test]
async fn a_letter_that_is_erased_while_it_waits_never_goes_out() {
    let folder = tempfile::tempdir().unwrap();
    let engine = desk(folder.path(), "").await;
    let bytes =
        b"From: anna@home.test\r\nTo: help@school.test\r\nSubject: one\r\n\r\nHello.\r\n".to_vec();
    let arrived = super::super::Arrived {
        arrival: None,
        bytes,
        truncated: None,
    };
    engine.take_in(arrived).await.unwrap();
    engine.forget("anna@home.test").await.unwrap();
    let now = engine.clock.now();
    let due = engine
        .store()
        .transaction(move |tx| tx.claim_due(now, 50, false))
        .await
        .unwrap();
    assert!(
        due.iter()
            .all(|letter| letter.recipient.ends_with("@school.test")),
        "{due:?}"
    );
    assert!(
        due.iter()
            .all(|letter| letter.bytes.unpacked().is_ok_and(|bytes| !bytes.is_empty()))
    );
}

/// One seat: Anna has it, Boris waits; the day of the seminar is near, and its leader has the list.
const SEATS: &str = "
Время: 2026-11-23T10:00
Семинары:
| [[seminar]]
| number = 1
| title = \"Олимпиады\"
| topics = [\"олимпиады\"]
| start = \"2026-12-03 18:00\"
| length = \"90m\"
| place = \"кабинет 205\"
| leader = \"orlova\"
| seats = 1
Пишет: Анна Лазуритова <anna@home.test>
Тема: Запись
| #записаться 1
Придёт: anna@home.test
Пишет: Борис <boris@home.test>
Тема: Запись
| #записаться 1
Придёт: boris@home.test
Время: 2026-12-02T19:00
Придёт: anna@home.test
Придёт: orlova@school.test
| Лазуритова
";

#[tokio::test]
async fn a_forgotten_guest_leaves_a_seat_and_whoever_gets_it_hears_of_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let engine = desk(folder.path(), SEATS).await;
    let path = engine.snapshots().current().config.database();
    let written = || -> Vec<(String, String)> {
        let connection = Connection::open(&path).unwrap();
        let mut query = connection
            .prepare("SELECT to_address, subject FROM letters WHERE direction = 'out' ORDER BY id")
            .unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    };
    let before = written().len();
    engine.forget("anna@home.test").await.unwrap();
    engine.tick().await.unwrap();
    engine.tick().await.unwrap();
    let told: Vec<(String, String)> = written().split_off(before);
    let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["boris@home.test", "orlova@school.test"], "{told:?}");
    assert!(
        found(&engine, &["anna@home.test", "Лазурит"]).is_empty(),
        "the list that the leader got is hers no more"
    );
}
