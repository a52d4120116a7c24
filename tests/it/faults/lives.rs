//! What people and providers do to a mailbox and to the way out over its life.

use super::plan::{Act, Fault, Way};
use super::school::School;
use super::table::by_hand;
use crate::client;
use crate::host;

pub fn fault(way: Way, step: &'static str, act: Act, times: u32) -> Fault {
    Fault {
        way,
        step,
        act,
        times,
    }
}

/// Subjects in an inbox of a school test address, sorted.
pub fn subjects(school: &School, address: &str) -> Vec<String> {
    let mut found: Vec<String> = school
        .host
        .mailbox(address, "INBOX")
        .iter()
        .map(|raw| client::subject_of(raw))
        .collect();
    found.sort();
    found
}

pub fn admin(school: &School) -> String {
    format!("{}-admin@school.test", school.name)
}

#[test]
fn a_wrong_password_is_told_at_once_and_tried_ever_less_often_until_it_is_right() {
    by_hand(async {
        let mut school = School::open(host::shared(), "password", &[], "").await;
        // The way out has its own login: what still works tells of what does not.
        let right = school.host.password;
        school.proxy.knows.plan.script(vec![fault(
            Way::Imap,
            "LOGIN",
            Act::Say("NO [AUTHENTICATIONFAILED] no"),
            6,
        )]);
        school.write("password", right);
        school.bring("anna", "Оценки", "Не вижу оценок.");
        let began = school.clock.now();
        school.start();
        school
            .until("the administrators hear of it", |school| {
                !subjects(school, &admin(school)).is_empty()
            })
            .await;
        assert!(
            school.proxy.knows.plan.left() > 0,
            "told before the last attempt"
        );
        school.settle(1).await;
        let lasted = school.clock.now().duration_since(began);
        // 30 s, 1, 2, 4, 8 and 15 minutes, each up to a quarter shorter.
        assert!(
            lasted.as_mins() >= 20,
            "the account would be locked: {lasted:?}"
        );
        school
            .until("they hear that it is over", |school| {
                subjects(school, &admin(school)).len() == 2
            })
            .await;
        school.stop().await;
        let told = subjects(&school, &admin(&school));
        let wanted = [
            "Служба помощи: нужна Ваша помощь",
            "Служба помощи: снова работает",
        ];
        assert_eq!(told, wanted, "each once");
    });
}

#[test]
fn a_message_that_cannot_be_fetched_is_told_and_tried_again_each_hour() {
    by_hand(async {
        let mut school = School::open(host::shared(), "cursed", &[], "").await;
        school
            .proxy
            .knows
            .plan
            .script(vec![fault(Way::Imap, "FETCH BODY", Act::Cut, 4)]);
        school.bring("anna", "Оценки", "Не вижу оценок.");
        school.start();
        school.settle(1).await;
        school.stop().await;
        let told = subjects(&school, &admin(&school));
        assert_eq!(told.len(), 1, "{told:?}");
        let passed = school.clock.now().as_second()
            - "2026-11-28T08:00:00Z"
                .parse::<jiff::Timestamp>()
                .unwrap()
                .as_second();
        assert!(passed >= 3600, "{passed}");
    });
}

#[test]
fn what_people_do_in_the_mailbox_does_no_harm() {
    by_hand(async {
        let mut school = School::open(host::shared(), "people", &[], "").await;
        school.start();
        school.bring("anna", "Первое", "Вопрос.");
        school.settle(1).await;
        let maildir = school.host.maildir(&school.desk());

        // Somebody deletes the folder that letters go to: it is made again.
        std::fs::remove_dir_all(maildir.join(".Processed")).unwrap();
        school.bring("boris", "Второе", "Вопрос.");
        school.settle(2).await;
        assert_eq!(school.host.mailbox(&school.desk(), "Processed").len(), 1);

        // Somebody puts a letter back by hand: it is known, and goes again.
        let back = school.host.mailbox(&school.desk(), "Processed").remove(0);
        school.host.deliver(&school.desk(), &back);
        school.until("the copy is gone", School::quiet).await;
        // A letter that somebody has read, flagged and marked as answered is a letter.
        let letter = client::letter(&school.person("vera"), &school.desk(), "Третье", "Вопрос.");
        school.host.deliver(&school.desk(), &letter);
        let new = maildir.join("new");
        for entry in std::fs::read_dir(&new).unwrap().flatten() {
            let name = entry.file_name().into_string().unwrap();
            let _ = std::fs::rename(
                entry.path(),
                maildir.join("cur").join(format!("{name}:2,FRS")),
            );
        }
        school.settle(3).await;
        assert_eq!(school.one::<u32>("SELECT count(*) FROM tickets"), 3);
        assert_eq!(
            school.one::<u32>("SELECT count(*) FROM arrivals WHERE state = 'repeat'"),
            1
        );

        // The server loses its lists and numbers everything anew (UIDVALIDITY), with old letters in the inbox.
        for name in [
            "dovecot-uidlist",
            "dovecot.index",
            "dovecot.index.log",
            "dovecot.index.cache",
        ] {
            let _ = std::fs::remove_file(maildir.join(name));
        }
        let _ = std::fs::remove_file(maildir.join("dovecot-uidvalidity"));
        for old in school.host.mailbox(&school.desk(), "Processed") {
            school.host.deliver(&school.desk(), &old);
        }
        school.bring("gleb", "Четвёртое", "Вопрос.");
        school.settle(4).await;
        assert_eq!(
            school.one::<u32>("SELECT count(*) FROM tickets"),
            4,
            "nothing twice"
        );
        school.stop().await;
        let (left, repeated) = school.left().await;
        assert_eq!((repeated, left.letters.len()), (0, 8), "{left:?}");
    });
}

#[test]
fn a_connection_that_died_silently_in_idle_is_noticed() {
    by_hand(async {
        let mut school = School::open(host::shared(), "halfopen", &[], "").await;
        school
            .proxy
            .knows
            .plan
            .script(vec![fault(Way::Imap, "NEWS", Act::Stall, 1)]);
        school.start();
        school
            .until("it waits", |school| {
                school
                    .proxy
                    .knows
                    .plan
                    .steps()
                    .iter()
                    .any(|step| step == "Imap IDLE")
            })
            .await;
        school.bring("anna", "Оценки", "Не вижу оценок.");
        school
            .until("the connection dies", |school| {
                school.proxy.knows.plan.left() == 0
            })
            .await;
        let began = school.clock.now();
        let connects = |school: &School| {
            let steps = school.proxy.knows.plan.steps();
            steps.iter().filter(|step| *step == "Imap CONNECT").count()
        };
        school
            .until("another connection", |school| connects(school) == 2)
            .await;
        let lasted = school.clock.now().duration_since(began);
        assert!(
            lasted.as_mins() < 8,
            "a round of IDLE and its end: {lasted:?}"
        );
        school.settle(1).await;
        school.stop().await;
    });
}

/// The id under which Postfix accepted a letter from the desk; the ids sort by time.
fn accepted_as(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let (_, id) = text.split_once("with ESMTPSA id ").unwrap();
    id.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn after_a_long_outage_letters_of_a_ticket_come_in_their_order() {
    by_hand(async {
        let mut school = School::open(host::shared(), "outage", &[], "").await;
        let down = [
            fault(Way::Smtp, "CONNECT", Act::Reset, 3),
            fault(Way::Smtp, "GREETING", Act::Bye("421 4.3.2 not now"), 2),
            fault(Way::Smtp, "AUTH", Act::Say("454 4.7.0 not now"), 2),
            fault(Way::Smtp, "RCPT", Act::Say("451 4.7.1 greylisted"), 3),
            fault(Way::Smtp, "DOT", Act::Bye("421 4.3.2 not now"), 2),
        ];
        school.proxy.knows.plan.script(down.to_vec());
        let request = school.bring("anna", "Оценки", "Первый вопрос.");
        school.start();
        school
            .until("the request is filed", |school| {
                school.one::<u32>("SELECT count(*) FROM arrivals") == 1
            })
            .await;
        for number in 2..=4 {
            // The requester writes on, though nothing has gone out.
            let more = client::reply(
                &request,
                &school.person("anna"),
                &format!("Вопрос номер {number}."),
                client::QuoteStyle::Bare,
            );
            let more = String::from_utf8(more).unwrap();
            let more = more.replace("Message-ID: <", &format!("Message-ID: <n{number}."));
            school.host.deliver(&school.desk(), more.as_bytes());
        }
        school.settle(4).await;
        school.stop().await;
        assert_eq!(school.proxy.knows.plan.left(), 0);
        school.arrived().await;
        let address = format!("{}-one@school.test", school.name);
        // By the server's ids, for it delivers side by side what it accepted one after another.
        let mut letters = school.host.mailbox(&address, "INBOX");
        letters.sort_by_key(|raw| accepted_as(raw));
        let texts: Vec<String> = letters.iter().map(|raw| client::text_of(raw)).collect();
        let order: Vec<Option<usize>> = ["Первый вопрос", "номер 2", "номер 3", "номер 4"]
            .iter()
            .map(|words| texts.iter().position(|text| text.contains(words)))
            .collect();
        assert!(
            order.iter().all(Option::is_some) && order.is_sorted(),
            "{order:?}"
        );
    });
}

#[test]
fn a_server_without_smtputf8_refuses_such_an_address_alone_and_it_is_told() {
    by_hand(async {
        let mut school = School::open(host::shared(), "utf", &["SMTPUTF8"], "").await;
        let desk = school.desk();
        let raw = client::letter("Анна <анна@почта.рф>", &desk, "Оценки", "Не вижу оценок.");
        school.host.deliver(&desk, &raw);
        school.bring("boris", "Пароль", "Не приходит.");
        school.start();
        school.settle(2).await;
        school.stop().await;
        let (left, _) = school.left().await;
        assert_eq!(left.outbox.get("refused"), Some(&1), "{left:?}");
        let told: String = school.one("SELECT last_error FROM outbox WHERE state = 'refused'");
        assert!(told.contains("SMTPUTF8"), "{told}");
        let events: u32 = school.one("SELECT count(*) FROM history WHERE event = 'undeliverable'");
        assert_eq!(events, 1);
        assert_eq!(
            left.letters.len(),
            4,
            "two assignments, one answer, one notice: {left:?}"
        );
    });
}

#[test]
fn a_letter_that_is_put_off_for_five_days_is_given_up_and_told() {
    by_hand(async {
        let mut school = School::open(host::shared(), "never", &[], "").await;
        // Postfix defers this one for ever.
        let raw = client::letter(
            "defer@home.test",
            &school.desk(),
            "Оценки",
            "Не вижу оценок.",
        );
        school.host.deliver(&school.desk(), &raw);
        school.start();
        let refused = "SELECT count(*) FROM outbox WHERE state = 'refused'";
        let began = school.clock.now();
        school
            .until("it is given up", |school| {
                // Nothing happens until the next attempt.
                let next: i64 = school.one(
                    "SELECT coalesce(min(next_at), 0) FROM outbox WHERE state = 'waiting' AND last_error IS NOT NULL",
                );
                let next = jiff::Timestamp::from_millisecond(next).unwrap();
                school.clock.set(next.max(school.clock.now()));
                school.one::<u32>(refused) == 1
            })
            .await;
        let days = school.clock.now().duration_since(began).as_hours() / 24;
        assert!((4..=7).contains(&days), "{days}");
        school
            .until("it is told", |school| {
                ["one@school.test", "admin@school.test"].iter().any(|who| {
                    let address = format!("{}-{who}", school.name);
                    let inbox = school.host.mailbox(&address, "INBOX");
                    inbox.iter().any(|raw| {
                        !client::subject_of(raw).contains("Вам")
                            && client::text_of(raw).contains("defer@home.test")
                    })
                })
            })
            .await;
        school.stop().await;
    });
}

/// SIGTERM's bound holds whatever a server does.
#[test]
fn a_silent_server_does_not_hold_up_the_end() {
    by_hand(async {
        for (way, step) in [
            (Way::Imap, "FETCH BODY"),
            (Way::Imap, "MOVE"),
            (Way::Smtp, "DOT"),
        ] {
            let name = format!("stop-{}", step.replace(' ', "-").to_lowercase());
            let mut school = School::open(host::shared(), &name, &[], "").await;
            school
                .proxy
                .knows
                .plan
                .script(vec![fault(way, step, Act::Hush, 1)]);
            school.bring("anna", "Оценки", "Не вижу оценок.");
            school.start();
            school
                .until("the server is silent", |school| {
                    school.proxy.knows.plan.left() == 0
                })
                .await;
            if matches!(way, Way::Imap) {
                // Time runs past the real servers here: only the silent one may still owe an answer.
                school
                    .until("nothing else is under way", |school| {
                        let under_way =
                            "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')";
                        school.one::<u32>(under_way) == 0
                    })
                    .await;
            }
            let began = school.clock.now();
            school.stop().await;
            let lasted = school.clock.now().duration_since(began);
            assert!(lasted.as_secs() <= 15, "{step}: {lasted:?}");
            school.start();
            school.settle(1).await;
            school.stop().await;
            let (left, repeated) = school.left().await;
            assert_eq!(left.tickets.len(), 1, "{step}: {left:?}");
            assert!(repeated <= usize::from(step == "DOT"), "{step}");
        }
    });
}
