//! Absences, letters that nobody wrote, and the vendor's service, which answers late.

use dezhurny::desk::roster::DateRange;
use dezhurny::mail::Mailbox;
use jiff::SignedDuration;

use super::deeds::of_parent;
use super::world::{Answers, Follows, World, Wrote, is_shut};

/// The vendor's service.
pub const VENDOR: &str = "support@vendor.test";
/// It takes its time.
const LATE: SignedDuration = SignedDuration::from_hours(20);

impl World {
    pub(super) fn absence(&mut self, what: &str) -> Option<Wrote> {
        let today = self.local().date();
        let from = self.staff("zaitseva");
        let until = today.checked_add(jiff::Span::new().days(2)).ok()?;
        let said = self.said_away.iter().any(|(who, _)| who == "zaitseva");
        match what {
            "отсутствую без доказательства" => {
                let alone = Answers::Nothing("отпуск".to_owned());
                let text = format!("#отсутствую {today}..{until}");
                Some(self.wrote(what, &from, &alone, &text, "command", Follows::Refused))
            }
            "отсутствую" if !said => {
                let ticket = self.a_ticket(|world, one| {
                    one.assignee.as_deref() == Some("zaitseva")
                        && world.last_to("zaitseva@school.test", one.number).is_some()
                })?;
                let route = self.route("zaitseva", &ticket);
                let text = format!("#отсутствую {today}..{until}");
                let days = DateRange {
                    from: today,
                    to: until,
                };
                self.said_away.push(("zaitseva".to_owned(), days));
                Some(self.wrote(what, &from, &route, &text, "command", Follows::Confirmed))
            }
            "вернулась" if said && self.away("zaitseva") => {
                let (_, days) = self.said_away.iter().find(|(who, _)| who == "zaitseva")?;
                if days.from == today {
                    return None;
                }
                self.said_away.retain(|(who, _)| who != "zaitseva");
                self.said_back.insert("zaitseva".to_owned(), today);
                let alone = Answers::Vouched("я здесь".to_owned());
                Some(self.wrote(
                    what,
                    &from,
                    &alone,
                    "#вернулась",
                    "command",
                    Follows::Confirmed,
                ))
            }
            _ => None,
        }
    }

    /// Somebody who is out of the rotation, silent, is heard of.
    pub(super) fn sign_of_life(&mut self) -> Option<Wrote> {
        let who = self.left.first()?.clone();
        let from = self.staff(&who);
        let alone = Answers::Vouched("мои".to_owned());
        let what = "признак жизни";
        Some(self.wrote(what, &from, &alone, "#мои", "command", Follows::Confirmed))
    }

    /// Letters that nobody wrote.
    pub(super) fn machine(&mut self, what: &str) -> Option<Wrote> {
        let ticket = self.a_ticket(|world, one| {
            of_parent(one).is_some()
                && !is_shut(one.status)
                && world.last_to(&one.requester.address, one.number).is_some()
                && one.assignee.is_some()
        })?;
        self.count += 1;
        let id = format!("machine.{}@home.test", self.count);
        self.automatic.insert(id.clone());
        let parent = of_parent(&ticket)?.address();
        let staff = self.staff(ticket.assignee.as_ref()?).address;
        let to = if what == "автоответ специалиста" {
            staff
        } else {
            parent
        };
        let place = self.last_to(&to, ticket.number)?;
        let answered = self.got[place].letter.message_id.clone()?;
        let (from, text) = match what {
            "автоответ" | "автоответ специалиста" => (
                to.clone(),
                format!(
                    "Auto-Submitted: auto-replied\r\nSubject: Out of office\r\nIn-Reply-To: <{answered}>\r\n\
                     Content-Type: text/plain; charset=utf-8\r\n\r\nМеня нет до понедельника.\r\n"
                ),
            ),
            _ => {
                let (action, status, said) = if what == "недоставка" {
                    ("failed", "5.1.1", "550 5.1.1 no such user")
                } else {
                    ("delayed", "4.4.1", "451 4.4.1 try again later")
                };
                (
                    "mailer-daemon@mx.home.test".to_owned(),
                    format!(
                        "Return-Path: <>\r\nAuto-Submitted: auto-replied\r\nSubject: Delivery Status Notification\r\n\
                         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
                         --b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n\
                         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.home.test\r\n\r\n\
                         Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\
                         Diagnostic-Code: smtp; {said}\r\n\r\n\
                         --b\r\nContent-Type: message/rfc822-headers\r\n\r\nMessage-ID: <{answered}>\r\n\r\n--b--\r\n"
                    ),
                )
            }
        };
        let bytes = format!(
            "From: <{from}>\r\nTo: <help@school.test>\r\nMessage-ID: <{id}>\r\n\
             Date: Mon, 23 Nov 2026 10:00:00 +0300\r\n{text}"
        );
        Some(Wrote {
            what: what.to_owned(),
            bytes: bytes.into_bytes(),
            from,
            end: "automatic",
            follows: Follows::Silence,
        })
    }

    /// The vendor's service: its machine confirms at once, its people answer the next day.
    pub(super) fn vendor(&mut self, what: &str) -> Option<Wrote> {
        let confirms = what == "служба подтвердила";
        let now = self.clock.now();
        let asked = self.a_ticket(|world, one| {
            let last = world.last_to(VENDOR, one.number);
            let since = last.and_then(|place| world.got[place].letter.date);
            since.is_some_and(|at| confirms || now.duration_since(at) > LATE)
        })?;
        let place = self.last_to(VENDOR, asked.number)?;
        let from = Mailbox {
            name: "Служба поддержки".to_owned(),
            address: VENDOR.to_owned(),
        };
        let (end, follows, text) = if confirms {
            ("automatic", Follows::Silence, "Ваша заявка принята.")
        } else {
            ("note", Follows::Anything, "Исправлено, проверьте.")
        };
        let mut wrote = self.wrote(what, &from, &Answers::Got(place), text, end, follows);
        if confirms {
            wrote
                .bytes
                .splice(0..0, *b"Auto-Submitted: auto-replied\r\n");
            let id = dezhurny::mail::read(&wrote.bytes).message_id?;
            self.automatic.insert(id);
        }
        Some(wrote)
    }
}
