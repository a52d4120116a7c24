//! What must be true after every step of the week, looked up in the desk's own memory.

use std::collections::BTreeMap;

use dezhurny::desk::ticket::{Status, Ticket};
use dezhurny::mail::Letter;

use super::place::GONE;
use super::school::{DECLINED, NOTES, PARENTS};
use super::world::{Follows, Got, World, Wrote, is_shut, unquoted};

impl World {
    /// All laws, for the letters that came from `first` on because of `wrote` or of the clock.
    pub fn check(&mut self, first: usize, wrote: &[Wrote]) {
        let before = std::mem::take(&mut self.tickets);
        for ticket in self.all_tickets() {
            self.numbered(&ticket);
            let old = before.get(&ticket.number);
            let known = old.map_or(0, |(_, lines)| *lines);
            let lines = match old {
                Some((old, lines)) if *old == ticket => *lines,
                _ => self.reader.history(ticket.number).unwrap().len(),
            };
            self.traced(old.map(|(old, _)| old), &ticket, known, lines);
            self.tickets.insert(ticket.number, (ticket, lines));
        }
        self.ledger_grows(wrote);
        self.followed(first, wrote);
        for place in first..self.got.len() {
            self.sent_well(first, place);
            self.in_working_time(place, wrote.is_empty());
            self.count_step(place, wrote);
        }
        let tickets: Vec<Ticket> = self.tickets.values().map(|(one, _)| one.clone()).collect();
        for ticket in &tickets {
            if ticket.status == Status::New {
                self.unowned.insert(ticket.number);
            }
            self.looked_after(ticket);
            self.steps_agree(ticket);
        }
    }

    fn fail(&self, what: &str) -> ! {
        panic!("{}\n{what}", self.now_doing)
    }

    fn numbered(&self, ticket: &Ticket) {
        let next = self.tickets.len() as u64 + 1;
        if ticket.number != next {
            self.fail(&format!("ЭЖ-{} comes where {next} should", ticket.number));
        }
    }

    /// Whatever changes leaves a line in the history.
    fn traced(&self, old: Option<&Ticket>, new: &Ticket, known: usize, lines: usize) {
        let Some(old) = old else {
            return if lines == 0 {
                self.fail(&format!("ЭЖ-{} has no history", new.number))
            };
        };
        let same_but_clock = Ticket {
            next_at: old.next_at,
            updated: old.updated,
            ..new.clone()
        };
        if same_but_clock != *old && lines <= known {
            self.fail(&format!(
                "no line in the history of\n{old:?}\nthat became\n{new:?}"
            ));
        }
    }

    /// Every letter brought in is in one end state, the right one.
    fn ledger_grows(&mut self, wrote: &[Wrote]) {
        let mut overview = self.reader.overview(self.clock.now()).unwrap();
        overview.ledger.retain(|_, count| *count > 0);
        let sum: u64 = overview.ledger.values().sum();
        if sum != self.brought {
            self.fail(&format!("{} brought, {:?}", self.brought, overview.ledger));
        }
        let mut expected = self.ledger.clone();
        for one in wrote {
            if one.end.is_empty() {
                self.ledger = overview.ledger;
                return;
            }
            *expected.entry(one.end.to_owned()).or_default() += 1;
        }
        if expected != overview.ledger {
            self.fail(&format!("ended in {:?}, not {expected:?}", overview.ledger));
        }
        self.ledger = overview.ledger;
    }

    /// Commands are confirmed or refused; what nobody wrote is answered to nobody.
    fn followed(&self, first: usize, wrote: &[Wrote]) {
        let came = &self.got[first..];
        for one in wrote {
            let results: Vec<&Got> = came
                .iter()
                .filter(|got| got.to == one.from && is_result(got))
                .collect();
            // Behind an answer that is held the confirmation waits, lest they come in the wrong order.
            let held = self.reader.outbox().unwrap();
            if results.is_empty() && held.iter().filter(|row| row.recipient == one.from).count() > 1
            {
                continue;
            }
            let refused = results.iter().any(|got| is_refusal(&got.letter));
            let right = match one.follows {
                Follows::Anything => true,
                Follows::Confirmed => !results.is_empty() && !refused,
                Follows::Refused => {
                    // A sign of life is also a way back into the rotation.
                    let back = |got: &&&Got| !got.letter.text.contains("Вы снова в очереди");
                    results.iter().filter(back).count() == 1 && refused
                }
                Follows::Silence => !came
                    .iter()
                    .any(|got| got.to == one.from && (got.kind == "ack" || is_result(got))),
            };
            if !right {
                let texts: Vec<&str> = results.iter().map(|got| got.letter.text.as_str()).collect();
                self.fail(&format!("{:?} expected, came {texts:#?}", one.follows));
            }
        }
        for got in came {
            let of_machine = got
                .letter
                .in_reply_to
                .iter()
                .any(|id| self.automatic.contains(id));
            if of_machine || got.to.contains("mailer-daemon") {
                self.fail(&format!("answers a machine:\n{}", got.letter.text));
            }
        }
    }

    fn sent_well(&mut self, first: usize, place: usize) {
        let id = self.got[place].letter.message_id.clone().unwrap();
        if !self.message_ids.insert(id) {
            self.fail("a Message-ID is used twice");
        }
        let got = &self.got[place];
        let twice = self.got[first..place].iter().any(|one| {
            (&one.to, one.ticket, &one.letter.subject, &one.letter.text)
                == (&got.to, got.ticket, &got.letter.subject, &got.letter.text)
        });
        if twice {
            self.fail(&format!("sent twice to {}:\n{}", got.to, got.letter.text));
        }
        if let Some(parent) = PARENTS.iter().find(|one| one.address() == got.to) {
            self.shows_nothing(got, parent.child);
        }
        self.encloses_the_question(got);
        if got.kind == "assignment" {
            let who = self.roster.by_address(&got.to).unwrap();
            if self.absent(&who.id) || self.left_before.contains(&who.id) {
                self.fail(&format!(
                    "{} is away and gets:\n{}",
                    who.id, got.letter.text
                ));
            }
        }
    }

    /// Whoever gets a ticket, however late, reads what was asked.
    fn encloses_the_question(&self, got: &Got) {
        let (Some(number), "assignment") = (got.ticket, got.kind.as_str()) else {
            return;
        };
        let asker = &self.tickets[&number].0.requester.address;
        let asked = PARENTS.iter().find(|one| one.address() == *asker);
        if asked.is_some_and(|one| !unquoted(&got.letter.text).contains(one.child)) {
            self.fail(&format!("no question in:\n{}", got.letter.text));
        }
    }

    /// A requester sees no specialist's address, no other requester's words, no note.
    fn shows_nothing(&self, got: &Got, child: &str) {
        let html = got.letter.html.as_deref().unwrap_or_default();
        let whole = format!(
            "{}\n{}\n{html}\n{}",
            got.letter.subject, got.letter.text, got.raw
        );
        let staff = self
            .roster
            .specialists
            .iter()
            .flat_map(|one| one.aliases.iter().chain([&one.address]));
        let others = PARENTS
            .iter()
            .map(|one| one.child)
            .filter(|one| *one != child);
        let secret = staff
            .map(String::as_str)
            .chain(others)
            .chain(NOTES.iter().copied())
            .chain(["Между нами", DECLINED, "admin@school.test"]);
        for word in secret {
            if whole.contains(word) {
                self.fail(&format!("{} reads «{word}»:\n{whole}", got.to));
            }
        }
    }

    /// Nobody is reminded at night.
    fn in_working_time(&self, place: usize, by_clock: bool) {
        let got = &self.got[place];
        let reminds = got.kind == "reminder" || is_late(&got.letter) || got.kind == "escalation";
        let of_clock = reminds || got.letter.text.contains("Мы давно не получали");
        let at = got.letter.date.unwrap();
        if by_clock && of_clock && !self.policy.hours.open(at) {
            self.fail(&format!("outside working time:\n{}", got.letter.text));
        }
        if got.kind == "reminder" && !self.policy.hours.open(at) {
            self.fail(&format!("a reminder at night:\n{}", got.letter.text));
        }
    }

    fn count_step(&mut self, place: usize, wrote: &[Wrote]) {
        let got = &self.got[place];
        let Some(number) = got.ticket else { return };
        let to_asker = got.to == self.tickets[&number].0.requester.address;
        let beside_the_chain = [
            "отложено до сегодняшнего дня",
            "всё ещё ждёт Вашего ответа",
            "ещё не решено",
        ];
        let reminds = got.kind == "reminder"
            && !beside_the_chain
                .iter()
                .any(|said| got.letter.text.contains(said));
        // Instead of a reminder that nobody would read; a late ticket is handed over at once, beside the chain.
        let ticket = &self.tickets[&number].0;
        let by_machine = wrote.iter().any(|one| one.end == "automatic");
        let handed_over = got.letter.text.contains("отсутствует, теперь Ваша очередь")
            && ticket
                .response_due
                .is_some_and(|due| due > self.clock.now())
            && !by_machine
            && !self.of_one_who_left(&got.letter);
        if !(reminds || is_late(&got.letter) || handed_over) {
            return;
        }
        let started = self.tickets[&number].0.started;
        if started == self.clock.now() {
            // It was raised: the steps until now belong to the deadline of the tier below.
            return;
        }
        *self.steps.entry((number, started, to_asker)).or_default() += 1;
    }

    /// What silent people have goes to others at once, whatever their deadlines.
    fn of_one_who_left(&self, letter: &Letter) -> bool {
        self.left.iter().any(|id| {
            let name = &self.roster.by_id(id).unwrap().name;
            let (surname, names) = name.split_once(' ').unwrap();
            let said = format!("{names} {surname} отсутствует");
            letter.text.contains(&said)
        })
    }

    /// Each step of a deadline, and of a wait, was done once.
    fn steps_agree(&self, ticket: &Ticket) {
        let done = |asker| {
            let key = (ticket.number, ticket.started, asker);
            self.steps.get(&key).copied().unwrap_or(0)
        };
        let right = match ticket.status {
            Status::Open => done(false) == ticket.steps,
            // While the answer is held, the deadline that it met stands.
            Status::Answered if ticket.response_due.is_some() => done(false) == ticket.steps,
            Status::Answered => done(true) == ticket.steps || ticket.requester.address == GONE,
            _ => true,
        };
        if !right {
            self.fail(&format!(
                "{} steps done, letters of them: {} and {}: {ticket:?}",
                ticket.steps,
                done(false),
                done(true)
            ));
        }
    }

    /// Nothing that waits is forgotten: it has an owner, a deadline, and a next look of the clock.
    fn looked_after(&self, ticket: &Ticket) {
        let right = match ticket.status {
            Status::Open => {
                ticket.assignee.is_some()
                    && ticket.response_due.is_some()
                    && ticket.next_at.is_some()
                    && ticket.resolution.due.is_some()
            }
            Status::New => ticket.response_due.is_some() && self.nobody_can_take(ticket),
            Status::Answered => ticket.assignee.is_some() && ticket.next_at.is_some(),
            Status::Waiting => ticket.wake.is_some() && ticket.next_at.is_some(),
            // Its closing answer is held.
            Status::Closed if ticket.response_due.is_some() => ticket.next_at.is_some(),
            Status::Closed | Status::Spam | Status::Merged | Status::Stopped => {
                ticket.next_at.is_none() && ticket.response_due.is_none()
            }
        };
        if !right {
            self.fail(&format!("not looked after: {ticket:?}"));
        }
        if is_shut(ticket.status) && ticket.wake.is_some() {
            self.fail(&format!("sleeps and is shut: {ticket:?}"));
        }
    }

    fn nobody_can_take(&self, ticket: &Ticket) -> bool {
        let mut load: BTreeMap<&str, u32> = BTreeMap::new();
        for (one, _) in self.tickets.values() {
            if let (Status::Open, Some(who)) = (one.status, &one.assignee) {
                *load.entry(who).or_default() += 1;
            }
        }
        let tiers = &self.roster.tiers;
        let lowest = tiers.iter().position(|one| one.id == ticket.tier).unwrap();
        self.roster
            .specialists
            .iter()
            .filter(|one| one.tier != "vendor")
            .filter(|one| tiers[lowest..].iter().any(|tier| tier.id == one.tier))
            .all(|one| {
                let full = one
                    .max_open
                    .is_some_and(|most| load.get(one.id.as_str()).copied().unwrap_or(0) >= most);
                full || self.away(&one.id) || ticket.excluded.contains(&one.id)
            })
    }

    /// The sums of the week agree.
    pub fn settle_accounts(&self) {
        assert!(!self.unowned.is_empty(), "somebody could always take it");
        let overview = self.reader.overview(self.clock.now()).unwrap();
        let ended: u64 = overview.ledger.values().sum();
        assert_eq!(ended, self.brought, "{:?}", overview.ledger);
        let of = |state: &str| overview.outbox.get(state).copied().unwrap_or(0);
        assert_eq!(of("sent"), self.got.len() as u64, "{:?}", overview.outbox);
        assert_eq!((of("waiting"), of("sending")), (0, 0));
        let letters: u64 = self
            .tickets
            .keys()
            .map(|number| {
                let rows = self.reader.letters(*number).unwrap();
                rows.iter().filter(|row| row.direction == "out").count() as u64
            })
            .sum();
        let alone = self.got.iter().filter(|got| got.ticket.is_none()).count() as u64;
        let never = of("refused") + of("dropped");
        assert_eq!(letters + alone, of("sent") + never, "letters of the desk");
        assert_eq!(
            overview.ledger["ticket"],
            self.tickets.len() as u64,
            "tickets made"
        );
        let by_status: u64 = overview.tickets.values().sum();
        assert_eq!(by_status, self.tickets.len() as u64);
    }
}

/// A letter that says how a command ended.
fn is_result(got: &Got) -> bool {
    got.kind == "command"
        || got.letter.text.starts_with("Спасибо, что сообщили")
        || got.letter.text.starts_with("Thank you for telling us")
        || got.ticket.is_none()
}

fn is_refusal(letter: &Letter) -> bool {
    letter.text.contains("Ничего не сделано") || letter.text.contains("Письмо никому не отправлено")
}

fn is_late(letter: &Letter) -> bool {
    letter.text.contains("срок прошёл, а ответа не было")
}
