//! Seminars (clause 3): signing up, leaving, and what those who signed up are told when the school changes its
//! mind. Anybody who writes may sign up; it needs no ticket and makes none.

use std::collections::BTreeMap;

use super::super::command::{Command, Party, parse, without};
use super::super::event::{Incoming, Memory, Rsvp};
use super::super::outcome::{
    Audience, Carry, Change, EndState, Kind, Message, Notice, Outcome, SeminarWhy,
};
use super::super::seminars::{Announced, Guest, News, REMINDER, Seat, Seminar};
use super::super::ticket::{Person, Tongue};
use super::Desk;

/// Commands about seminars that one letter may hold.
const MOST: usize = 5;
/// Seminars that a letter lists.
const LISTED: usize = 5;

/// What a letter asks about seminars: what follows from that, and the letter without it. `None` when it asks
/// nothing.
pub(super) fn asked(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
) -> Option<(Outcome, Option<Incoming>)> {
    let party = match desk.roster.by_address(&letter.from.address) {
        Some(_) => Party::Specialist,
        None => Party::Requester,
    };
    let about = |one: &Command| matches!(one, Command::Join(_) | Command::Leave(_));
    let parsed = parse(&letter.new_text, party);
    // Whoever is named by a forged letter never asked, and is not written to.
    if letter.failed || !parsed.commands.iter().any(about) {
        return None;
    }
    let mut outcome = Outcome::quiet(EndState::Command, Kind::Command, "signs up for a seminar");
    let rest = without(&letter.new_text, party, about);
    let rest = (!rest.is_empty() || letter.has_files).then(|| Incoming {
        new_text: rest,
        ..letter.clone()
    });
    if memory.letters_this_hour >= desk.policy.limits.letters_per_hour {
        "writes more often than letters_per_hour; not obeyed".clone_into(&mut outcome.why);
        return Some((outcome, rest));
    }
    let tongue = desk.policy.tongue(letter.tongue);
    let mut known = memory.seminars.clone();
    for command in parsed.commands.iter().filter(|one| about(one)).take(MOST) {
        match command {
            Command::Join(number) => join(
                desk,
                &mut known,
                *number,
                (&letter.from, tongue),
                &mut outcome,
            ),
            Command::Leave(number) => {
                leave(
                    desk,
                    &mut known,
                    *number,
                    (&letter.from, tongue),
                    &mut outcome,
                );
            }
            _ => {}
        }
    }
    Some((outcome, rest))
}

fn join(
    desk: &Desk<'_>,
    known: &mut BTreeMap<u32, Announced>,
    number: u32,
    (person, tongue): (&Person, Tongue),
    outcome: &mut Outcome,
) {
    let seminars = &desk.resources.seminars;
    let ahead = seminars
        .iter()
        .find(|one| one.number == number && one.is_ahead(desk.now));
    let Some(seminar) = ahead else {
        let nothing = Announced::new(nothing(number));
        let why = SeminarWhy::Unknown(upcoming(desk));
        outcome.notices.push(notice(&nothing, person, tongue, why));
        return;
    };
    let one = known
        .entry(number)
        .or_insert_with(|| Announced::new(seminar.clone()));
    one.take_over(Some(seminar), desk.now);
    let before = one.seat_of(&person.address);
    let seat = one.join(person, tongue);
    let why = match (before, seat) {
        (None, Seat::Taken) => SeminarWhy::Seated,
        (Some(_), Seat::Taken) => SeminarWhy::Already,
        (_, Seat::Waiting) => SeminarWhy::Waiting,
    };
    outcome.notices.push(notice(one, person, tongue, why));
    if before.is_none() {
        outcome.changes.push(Change::Seminar(one.clone()));
        late_list(one, desk, outcome);
    }
}

fn leave(
    desk: &Desk<'_>,
    known: &mut BTreeMap<u32, Announced>,
    number: u32,
    (person, tongue): (&Person, Tongue),
    outcome: &mut Outcome,
) {
    let mut absent = Announced::new(nothing(number));
    let one = known.get_mut(&number).unwrap_or(&mut absent);
    let Some(guest) = one.leave(&person.address) else {
        let why = SeminarWhy::NotIn(upcoming(desk));
        outcome.notices.push(notice(one, person, tongue, why));
        return;
    };
    let why = SeminarWhy::Left {
        had_seat: guest.seat == Seat::Taken,
    };
    outcome.notices.push(notice(one, person, tongue, why));
    move_up(one, desk, outcome);
    outcome.changes.push(Change::Seminar(one.clone()));
    late_list(one, desk, outcome);
}

/// A calendar's answer to an invitation. No person wrote it, and none is answered (promise 5): whoever declines
/// gives up their seat, and the next who waits hears of it.
pub(super) fn answered(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
    rsvp: &Rsvp,
) -> Outcome {
    let mut outcome = desk.automatic(letter, "an answer of a calendar");
    let Some(number) = rsvp.seminar.filter(|_| rsvp.declined) else {
        return outcome;
    };
    let mut one = match memory.seminars.get(&number) {
        Some(one) if one.seminar.start > desk.now => one.clone(),
        _ => return outcome,
    };
    if one.leave(&rsvp.attendee).is_none() {
        return outcome;
    }
    outcome.why = format!("{} declines seminar {number}", rsvp.attendee);
    move_up(&mut one, desk, &mut outcome);
    outcome.changes.push(Change::Seminar(one.clone()));
    late_list(&one, desk, &mut outcome);
    outcome
}

/// What is to be told of a seminar now: a change of the school's file, a reminder. `None` when nothing is.
pub fn seminar_step(desk: &Desk<'_>, announced: &Announced) -> Option<Outcome> {
    let seminars = &desk.resources.seminars;
    let number = announced.seminar.number;
    let mut one = announced.clone();
    let file = seminars.iter().find(|seminar| seminar.number == number);
    let unknown = file.is_none() && desk.resources.seminars_faulty;
    let news = if unknown {
        News::None
    } else {
        one.take_over(file, desk.now)
    };
    let mut outcome = Outcome::quiet(EndState::Automatic, Kind::Report, "a seminar");
    match news {
        News::None | News::Another => {}
        News::Changed | News::Restored => tell(&one, &mut outcome, |guest| SeminarWhy::Changed {
            restored: news == News::Restored,
            waits: guest.seat == Seat::Waiting,
        }),
        News::Cancelled => {
            tell(&one, &mut outcome, |guest| SeminarWhy::Cancelled {
                had_seat: guest.seat == Seat::Taken,
            });
            list(&one, &mut outcome);
        }
    }
    if one.seminar.is_ahead(desk.now) {
        // A seat came free without a letter: its guest was forgotten, or there are more seats now.
        if move_up(&mut one, desk, &mut outcome) {
            late_list(&one, desk, &mut outcome);
        }
        let soon = one.seminar.start.duration_since(desk.now) <= REMINDER;
        if soon && !one.reminded && !one.guests.is_empty() {
            one.reminded = true;
            let seated: Vec<Guest> = one.seated().cloned().collect();
            for guest in seated {
                let why = SeminarWhy::Reminder;
                outcome
                    .notices
                    .push(notice(&one, &guest.person, guest.tongue, why));
            }
            list(&one, &mut outcome);
        }
    }
    if one == *announced {
        return None;
    }
    outcome.changes.push(Change::Seminar(one));
    Some(outcome)
}

fn tell(one: &Announced, outcome: &mut Outcome, why: impl Fn(&Guest) -> SeminarWhy) {
    for guest in &one.guests {
        outcome
            .notices
            .push(notice(one, &guest.person, guest.tongue, why(guest)));
    }
}

/// Those who wait get the seats that are free, and hear of it. Were there any?
fn move_up(one: &mut Announced, desk: &Desk<'_>, outcome: &mut Outcome) -> bool {
    if !one.seminar.is_ahead(desk.now) {
        return false;
    }
    let moved = one.move_up();
    let any = !moved.is_empty();
    for guest in moved {
        let why = SeminarWhy::MovedUp;
        outcome
            .notices
            .push(notice(one, &guest.person, guest.tongue, why));
    }
    any
}

/// The leader has the list; what changes after that is told anew.
fn late_list(one: &Announced, desk: &Desk<'_>, outcome: &mut Outcome) {
    if one.reminded && one.seminar.start > desk.now {
        list(one, outcome);
    }
}

fn list(one: &Announced, outcome: &mut Outcome) {
    if one.seminar.leader.address.is_empty() {
        return;
    }
    let mut notice = notice(one, &one.seminar.leader, Tongue::Ru, SeminarWhy::List);
    notice.audience = Audience::Staff;
    notice.message = Message::Seminar(SeminarWhy::List, Box::new(one.clone()));
    outcome.notices.push(notice);
}

/// A letter to one guest, who is not to see the others (promise 6).
fn notice(one: &Announced, to: &Person, tongue: Tongue, why: SeminarWhy) -> Notice {
    let alone = Announced {
        guests: vec![],
        ..one.clone()
    };
    Notice {
        to: to.clone(),
        audience: Audience::Requester,
        tongue,
        ticket: None,
        message: Message::Seminar(why, Box::new(alone)),
        carry: Carry::Nothing,
        not_before: None,
    }
}

fn upcoming(desk: &Desk<'_>) -> Vec<Seminar> {
    let all = desk.resources.seminars.iter();
    let mut ahead: Vec<Seminar> = all.filter(|one| one.is_ahead(desk.now)).cloned().collect();
    ahead.sort_by_key(|one| one.start);
    ahead.truncate(LISTED);
    ahead
}

/// A seminar that is not there, for a letter that says so.
fn nothing(number: u32) -> Seminar {
    Seminar {
        number,
        title: String::new(),
        topics: vec![],
        start: jiff::Timestamp::UNIX_EPOCH,
        length: jiff::SignedDuration::ZERO,
        place: String::new(),
        leader: Person::default(),
        seats: None,
        cancelled: true,
    }
}
