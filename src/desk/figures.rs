//! The figures of a period: how much came, how soon it was answered, how people found it.
//!
//! Counts and middle values only: nothing here tells who asked. Times are working time.

mod titles;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;

use super::policy::{Hours, WorkSpan};

/// A ticket as the figures see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// When it was made.
    pub created: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// Its topic.
    pub topic: Option<String>,
    /// Id of the tier that has it.
    pub tier: String,
    /// Roster id of who answers.
    pub assignee: Option<String>,
    /// How it came.
    pub channel: String,
    /// Until when the first answer was due.
    pub due: Option<Timestamp>,
    /// When the first answer went.
    pub answered: Option<Timestamp>,
    /// How the requester says it went, 1 to 5.
    pub rating: Option<u8>,
}

/// A letter as the figures see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// When it came or was decided.
    pub at: Timestamp,
    /// The state it ended in, for one that came; `None` for one of the desk's own.
    pub end: Option<String>,
}

/// A span of days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

/// Tickets of one sort.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many were opened.
    pub tickets: u64,
    /// Of these, how many had an answer.
    pub answered: u64,
    /// First answers until the deadline.
    pub in_time: u64,
    /// First answers after it, and deadlines that passed without one.
    pub late: u64,
    /// The middle time to the first answer, minutes of working time.
    pub median_minutes: Option<u64>,
    /// Nine of ten first answers came within so many minutes of working time.
    pub nine_of_ten_minutes: Option<u64>,
}

/// Letters of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The day, in the school's zone.
    pub date: Date,
    /// Letters that came.
    pub received: u64,
    /// Letters that the desk wrote.
    pub sent: u64,
}

/// First answers within a length of working time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// At most so many minutes; `None` is longer than all others.
    pub up_to_minutes: Option<u64>,
    /// How many.
    pub answers: u64,
}

/// Counts of a part of the desk by name: materials that solved, seminars, roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extra {
    /// Which part.
    pub name: String,
    /// Counts by name.
    pub counts: BTreeMap<String, u64>,
}

/// The figures of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Tickets opened in the period.
    pub tickets: Tally,
    /// Tickets closed in the period, whenever they were opened.
    pub closed: u64,
    /// Tickets that are not closed now.
    pub open_now: u64,
    /// Of these, how many wait for a first answer past its deadline.
    pub overdue_now: u64,
    /// Letters that came, by the state they ended in; the sum is `received`.
    pub ledger: BTreeMap<String, u64>,
    /// Letters that came.
    pub received: u64,
    /// Letters that the desk wrote.
    pub sent: u64,
    /// Letters day by day.
    pub days: Vec<Day>,
    /// The school's goal for the first answer, minutes of working time, when it is one of hours.
    pub goal_minutes: Option<u64>,
    /// How soon first answers came.
    pub times: Vec<Bucket>,
    /// By topic; empty name: none.
    pub topics: BTreeMap<String, Tally>,
    /// By tier id.
    pub tiers: BTreeMap<String, Tally>,
    /// By roster id; empty: nobody.
    pub specialists: BTreeMap<String, Tally>,
    /// By channel.
    pub channels: BTreeMap<String, u64>,
    /// How many gave 1, 2, 3, 4, 5.
    pub survey: [u64; 5],
    /// Counts of other parts of the desk, where it has them.
    pub extras: Vec<Extra>,
}

/// Bounds of the lengths that first answers are sorted by, minutes.
const BOUNDS: [u64; 6] = [30, 60, 120, 240, 480, 960];

impl Figures {
    /// The figures of `period` as they are at `now`. `cases` are all tickets that were opened in it,
    /// closed in it or are open now; `posts` all letters of it.
    pub fn of(
        period: Period,
        cases: &[Case],
        posts: &[Post],
        hours: &Hours,
        goal: WorkSpan,
        now: Timestamp,
    ) -> Self {
        let within = |at: Timestamp| {
            let day = hours.day(at);
            period.from <= day && day <= period.until
        };
        let opened: Vec<Timed<'_>> = cases
            .iter()
            .filter(|case| within(case.created))
            .map(|case| Timed::of(case, hours, now))
            .collect();
        let open = || cases.iter().filter(|case| case.closed.is_none());
        let posts: Vec<(Date, &Post)> = posts
            .iter()
            .map(|post| (hours.day(post.at), post))
            .filter(|(day, _)| period.from <= *day && *day <= period.until)
            .collect();
        let mut ledger: BTreeMap<String, u64> = BTreeMap::new();
        let mut by_day: BTreeMap<Date, (u64, u64)> = BTreeMap::new();
        for (day, post) in &posts {
            let counts = by_day.entry(*day).or_default();
            if let Some(end) = &post.end {
                *ledger.entry(end.clone()).or_default() += 1;
                counts.0 += 1;
            } else {
                counts.1 += 1;
            }
        }
        let by = |name: fn(&Case) -> &str| {
            let mut sorted: BTreeMap<String, Vec<&Timed<'_>>> = BTreeMap::new();
            for one in &opened {
                sorted
                    .entry(name(one.case).to_owned())
                    .or_default()
                    .push(one);
            }
            sorted
                .into_iter()
                .map(|(name, cases)| (name, tally(&cases)))
                .collect::<BTreeMap<String, Tally>>()
        };
        let mut channels: BTreeMap<String, u64> = BTreeMap::new();
        let mut survey = [0; 5];
        for one in &opened {
            *channels.entry(one.case.channel.clone()).or_default() += 1;
            let place = one
                .case
                .rating
                .map(|rating| usize::from(rating).wrapping_sub(1));
            if let Some(count) = place.and_then(|place| survey.get_mut(place)) {
                *count += 1;
            }
        }
        Self {
            from: period.from,
            until: period.until,
            tickets: tally(&opened.iter().collect::<Vec<_>>()),
            closed: count(cases.iter().filter(|case| case.closed.is_some_and(within))),
            open_now: count(open()),
            overdue_now: count(
                open().filter(|case| {
                    case.answered.is_none() && case.due.is_some_and(|due| due < now)
                }),
            ),
            received: ledger.values().sum(),
            sent: count(posts.iter().filter(|(_, post)| post.end.is_none())),
            ledger,
            days: days(period, &by_day),
            goal_minutes: match goal {
                WorkSpan::Time(length) => Some(minutes(length)),
                WorkSpan::Days(_) => None,
            },
            times: buckets(&opened),
            topics: by(|case| case.topic.as_deref().unwrap_or_default()),
            tiers: by(|case| &case.tier),
            specialists: by(|case| case.assignee.as_deref().unwrap_or_default()),
            channels,
            survey,
            extras: vec![],
        }
    }
}

/// A ticket with its time to the first answer.
struct Timed<'a> {
    case: &'a Case,
    minutes: Option<u64>,
    late: bool,
}

impl<'a> Timed<'a> {
    fn of(case: &'a Case, hours: &Hours, now: Timestamp) -> Self {
        let answered = case.answered;
        Self {
            case,
            minutes: answered.map(|at| minutes(hours.between(case.created, at))),
            // Closed without an answer is nobody's delay.
            late: case
                .due
                .is_some_and(|due| answered.or(case.closed).unwrap_or(now) > due),
        }
    }
}

fn tally(cases: &[&Timed<'_>]) -> Tally {
    let mut times: Vec<u64> = cases.iter().filter_map(|one| one.minutes).collect();
    times.sort_unstable();
    // The nearest rank: a time that really was.
    let rank = |tenths: usize| {
        let place = (times.len() * tenths).div_ceil(10).checked_sub(1)?;
        times.get(place).copied()
    };
    let late = count(cases.iter().filter(|one| one.late));
    let answered = count(times.iter());
    Tally {
        tickets: count(cases.iter()),
        answered,
        in_time: count(
            cases
                .iter()
                .filter(|one| one.minutes.is_some() && !one.late),
        ),
        late,
        median_minutes: rank(5),
        nine_of_ten_minutes: rank(9),
    }
}

fn buckets(cases: &[Timed<'_>]) -> Vec<Bucket> {
    let mut found: Vec<Bucket> = BOUNDS
        .into_iter()
        .map(Some)
        .chain([None])
        .map(|up_to_minutes| Bucket {
            up_to_minutes,
            answers: 0,
        })
        .collect();
    for minutes in cases.iter().filter_map(|one| one.minutes) {
        let fits = |one: &&mut Bucket| one.up_to_minutes.is_none_or(|most| minutes <= most);
        if let Some(bucket) = found.iter_mut().find(fits) {
            bucket.answers += 1;
        }
    }
    found
}

fn days(period: Period, counts: &BTreeMap<Date, (u64, u64)>) -> Vec<Day> {
    period
        .from
        .series(1.day())
        .take_while(|day| *day <= period.until)
        .map(|date| {
            let (received, sent) = counts.get(&date).copied().unwrap_or_default();
            Day {
                date,
                received,
                sent,
            }
        })
        .collect()
}

fn count<T>(them: impl Iterator<Item = T>) -> u64 {
    u64::try_from(them.count()).unwrap_or(u64::MAX)
}

fn minutes(length: SignedDuration) -> u64 {
    u64::try_from(length.as_mins()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::policy::Span;
    use jiff::civil::{date, time};
    use jiff::tz::TimeZone;

    fn at(text: &str) -> Timestamp {
        format!("{text}:00Z").parse().unwrap()
    }

    fn hours() -> Hours {
        let day = Some(Span {
            from: time(8, 0, 0, 0),
            to: time(16, 0, 0, 0),
        });
        Hours {
            week: [day, day, day, day, day, None, None],
            holidays: vec![],
            special: vec![],
            yearly: vec![],
            zone: TimeZone::UTC,
        }
    }

    fn case(created: &str, due: &str, answered: Option<&str>) -> Case {
        Case {
            created: at(created),
            closed: None,
            topic: Some("оценки".to_owned()),
            tier: "teachers".to_owned(),
            assignee: Some("ivanova".to_owned()),
            channel: "email".to_owned(),
            due: Some(at(due)),
            answered: answered.map(at),
            rating: None,
        }
    }

    #[test]
    fn times_are_working_time_and_lateness_is_told_by_the_deadline() {
        let cases = [
            case(
                "2026-11-20T15:00",
                "2026-11-23T11:00",
                Some("2026-11-23T09:00"),
            ),
            case(
                "2026-11-23T08:00",
                "2026-11-23T12:00",
                Some("2026-11-23T13:00"),
            ),
            case("2026-11-23T08:00", "2026-11-23T12:00", None),
            case("2026-11-24T15:00", "2026-11-25T11:00", None),
            Case {
                closed: Some(at("2026-11-24T10:00")),
                rating: Some(5),
                ..case(
                    "2026-10-01T08:00",
                    "2026-10-01T12:00",
                    Some("2026-10-01T09:00"),
                )
            },
        ];
        let period = Period {
            from: date(2026, 11, 20),
            until: date(2026, 11, 24),
        };
        let posts = [
            Post {
                at: at("2026-11-20T15:00"),
                end: Some("ticket".to_owned()),
            },
            Post {
                at: at("2026-11-23T08:00"),
                end: Some("automatic".to_owned()),
            },
            Post {
                at: at("2026-11-23T08:01"),
                end: None,
            },
            Post {
                at: at("2026-10-23T08:01"),
                end: None,
            },
        ];
        let goal = WorkSpan::Time(SignedDuration::from_hours(4));
        let found = Figures::of(
            period,
            &cases,
            &posts,
            &hours(),
            goal,
            at("2026-11-24T15:30"),
        );
        assert_eq!(
            found.tickets,
            Tally {
                tickets: 4,
                answered: 2,
                in_time: 1,
                late: 2,
                median_minutes: Some(120),
                nine_of_ten_minutes: Some(300),
            }
        );
        assert_eq!((found.closed, found.open_now, found.overdue_now), (1, 4, 1));
        assert_eq!((found.received, found.sent), (2, 1));
        assert_eq!(found.ledger.values().sum::<u64>(), found.received);
        assert_eq!(found.days.len(), 5);
        assert_eq!(found.days[3].received, 1);
        assert_eq!(found.survey, [0; 5], "the rated one was opened before");
        assert_eq!(found.goal_minutes, Some(240));
        let answers: Vec<u64> = found.times.iter().map(|one| one.answers).collect();
        assert_eq!(answers, [0, 0, 1, 0, 1, 0, 0]);
    }

    #[test]
    fn nothing_at_all_is_no_fault() {
        let period = Period {
            from: date(2026, 11, 20),
            until: date(2026, 11, 20),
        };
        let found = Figures::of(
            period,
            &[],
            &[],
            &hours(),
            WorkSpan::Days(1),
            at("2026-11-24T15:30"),
        );
        assert_eq!(found.tickets, Tally::default());
        assert_eq!(found.days.len(), 1);
    }
}
