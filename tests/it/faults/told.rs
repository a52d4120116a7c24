//! Who hears of a way in or out that does not work, by what still works, and that it is over.

use super::lives::{admin, fault, subjects};
use super::plan::{Act, Way};
use super::school::School;
use super::table::by_hand;
use crate::client;
use crate::desk::bench::field;
use crate::host;

const NO: Act = Act::Say("535 5.7.8 authentication failed");

/// Letters in the shared mailbox's folder for attention.
fn attention(school: &School) -> Vec<Vec<u8>> {
    school.host.mailbox(&school.desk(), "Attention")
}

#[test]
fn a_wrong_smtp_password_is_told_in_the_mailbox_itself_and_then_by_mail_that_it_is_over() {
    by_hand(async {
        let mut school = School::open(host::shared(), "smtppass", &[], "").await;
        let plan = &school.proxy.knows.plan;
        plan.script(vec![fault(Way::Smtp, "AUTH", NO, 5)]);
        let began = school.clock.now();
        school.bring("anna", "Оценки", "Не вижу оценок.");
        school.start();
        school
            .until("a word lies in the mailbox", |school| {
                !attention(school).is_empty()
            })
            .await;
        assert!(
            school.proxy.knows.plan.left() > 0,
            "told before the end of it"
        );
        let heard = school.clock.now().duration_since(began);
        assert!(heard.as_mins() < 10, "{heard:?}");
        let word = attention(&school).remove(0);
        let text = client::text_of(&word);
        assert!(
            text.contains("Письма не отправляются") && text.contains("имя или пароль не приняты"),
            "{text}"
        );
        assert!(!text.contains(school.host.password), "{text}");
        let cur = school.host.maildir(&school.desk()).join(".Attention");
        let names: Vec<String> = ["new", "cur"]
            .iter()
            .filter_map(|part| std::fs::read_dir(cur.join(part)).ok())
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let flags = names[0].rsplit_once(":2,").map_or("", |(_, flags)| flags);
        assert!(flags.contains('F') && !flags.contains('S'), "{names:?}");

        school.settle(1).await;
        school
            .until("they hear that it is over", |school| {
                subjects(school, &admin(school)) == ["Служба помощи: снова работает"]
            })
            .await;
        // The password was tried with long pauses.
        let lasted = school.clock.now().duration_since(began);
        assert!(
            lasted.as_mins() >= 7,
            "the account would be locked: {lasted:?}"
        );
        assert_eq!(attention(&school).len(), 1, "told once");

        // Somebody drags it into the inbox: it is one of the desk's own, and answered by nothing.
        let queued = school.one::<u32>("SELECT count(*) FROM outbox");
        school.host.deliver(&school.desk(), &word);
        school.settle(2).await;
        assert_eq!(school.one::<u32>("SELECT count(*) FROM outbox"), queued);
        let ends: u32 = school.one("SELECT count(*) FROM arrivals WHERE state = 'automatic'");
        assert_eq!(ends, 1);
        school.stop().await;
        assert_eq!(school.one::<u32>("SELECT count(*) FROM tickets"), 1);
        assert!(field(&word, "Auto-Submitted").is_some_and(|value| value == "auto-generated"));
    });
}

#[test]
fn one_refusal_of_the_password_is_told_to_nobody() {
    by_hand(async {
        let mut school = School::open(host::shared(), "smtponce", &[], "").await;
        let plan = &school.proxy.knows.plan;
        plan.script(vec![fault(Way::Smtp, "AUTH", NO, 1)]);
        school.bring("anna", "Оценки", "Не вижу оценок.");
        school.start();
        school.settle(1).await;
        school.stop().await;
        assert_eq!(attention(&school).len(), 0);
        let (left, _) = school.left().await;
        assert_eq!(left.letters.len(), 2, "{left:?}");
    });
}

#[test]
fn a_server_that_offers_idle_and_refuses_it_or_hangs_up_is_polled_without_haste() {
    by_hand(async {
        for (name, act) in [
            ("idle-no", Act::Say("NO not here")),
            ("idle-bad", Act::Say("BAD unknown command")),
            ("idle-bye", Act::Bye("* BYE")),
            ("idle-cut", Act::Cut),
        ] {
            let mut school = School::open(host::shared(), name, &[], "").await;
            let plan = &school.proxy.knows.plan;
            plan.script(vec![fault(Way::Imap, "IDLE", act, u32::MAX)]);
            school.start();
            let began = school.clock.now();
            let hour = |school: &School| school.clock.now().duration_since(began).as_mins() >= 50;
            school.until("most of an hour has passed", hour).await;
            let steps = school.proxy.knows.plan.steps();
            let count = |step: &str| steps.iter().filter(|one| *one == step).count();
            assert_eq!(count("Imap IDLE"), 3, "{name}: asked again and again");
            let most = if name == "idle-no" { 1 } else { 4 };
            assert!(
                count("Imap LOGIN") <= most,
                "{name}: {}",
                count("Imap LOGIN")
            );
            // Letters come in all the same.
            school.bring("anna", "Оценки", "Не вижу оценок.");
            school.settle(1).await;
            school.stop().await;
            assert_eq!(attention(&school).len(), 0, "{name}");
            assert_eq!(subjects(&school, &admin(&school)).len(), 0, "{name}");
        }
    });
}
