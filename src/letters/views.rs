//! The parts of a letter that several letters share, and what an alert says, as templates see them.

use crate::desk::outcome::{Alert, Audience, Handing, Left, Reason, Stopped};
use crate::desk::roster::DateRange;
use crate::desk::rotation::PassedOver;
use crate::desk::ticket::{Person, Tongue};

use super::admin::ActView;
use super::compose::{LINE, NAME, SUBJECT, Writer};
use super::context::{AdminAlert, EarlierView, EnclosedView, FileView, Frame};
use super::text::{one_line, tidy};
use super::{Earlier, Enclosed, FileLine, names, when};

/// Earlier letters shown, and their characters all together.
const EARLIER: usize = 3;
const EARLIER_CHARS: usize = 4_000;

impl Writer<'_> {
    pub(super) fn passed_over(&self, reason: &Reason) -> Vec<String> {
        let today = self.desk.policy.hours.day(self.desk.now);
        let why = |name: &str, why: PassedOver| match why {
            PassedOver::Away => {
                let until = self
                    .desk
                    .roster
                    .specialists
                    .iter()
                    .filter(|one| one.name == name)
                    .flat_map(|one| &one.away)
                    .filter(|range| range.contains(today))
                    .map(|range| range.to)
                    .max();
                let away = self.say("отсутствует", "away");
                until.map_or_else(
                    || away.to_owned(),
                    |day| {
                        if day == DateRange::OPEN {
                            return self
                                .say("пока не в очереди", "out of the rotation")
                                .to_owned();
                        }
                        let day = when::date(self.tongue, today, day);
                        format!("{away} {} {day}", self.say("до", "until"))
                    },
                )
            }
            PassedOver::Full => self
                .say("уже достаточно обращений", "has enough tickets already")
                .to_owned(),
            PassedOver::Excluded if self.asked(name) => self
                .say("задаёт этот вопрос", "asks this question")
                .to_owned(),
            PassedOver::Excluded => self
                .say(
                    "обращение уже передано дальше",
                    "it was passed on from there",
                )
                .to_owned(),
        };
        reason
            .passed_over
            .iter()
            .map(|(name, cause)| format!("{} — {}", one_line(name, NAME), why(name, *cause)))
            .collect()
    }

    /// Is the specialist of this name the one who asked?
    fn asked(&self, name: &str) -> bool {
        let who = self
            .desk
            .roster
            .specialists
            .iter()
            .find(|one| one.name == name);
        let asker = self
            .notice
            .ticket
            .as_ref()
            .map(|ticket| ticket.requester.address.as_str());
        who.is_some_and(|who| {
            asker.is_some_and(|asker| {
                who.address == asker || who.aliases.iter().any(|one| one == asker)
            })
        })
    }

    /// Why the reader has the ticket, as a clause. Names stay in the nominative.
    pub(super) fn why(&self, how: &Handing) -> String {
        let ru = self.tongue == Tongue::Ru;
        let person = |name: &str| one_line(&names::aloud(name), NAME);
        match how {
            Handing::Turn => self.say("Ваша очередь", "it is your turn").to_owned(),
            Handing::Declined(name, why) => {
                let why = self.line(why, LINE);
                let why = if why.is_empty() {
                    why
                } else {
                    format!(" ({why})")
                };
                if ru {
                    format!(
                        "{} отдаёт его дальше{why}, теперь Ваша очередь",
                        person(name)
                    )
                } else {
                    format!("{} passes it on{why}, and it is your turn", person(name))
                }
            }
            Handing::Colleague(name) if name.is_empty() => self
                .say(
                    "Вам его передаёт администрация",
                    "the administration passes it to you",
                )
                .to_owned(),
            Handing::Colleague(name) if ru => format!("Вам его передаёт {}", person(name)),
            Handing::Colleague(name) => format!("{} passes it to you", person(name)),
            Handing::Raised(name) if ru => format!("{} просит помощи Вашей ступени", person(name)),
            Handing::Raised(name) => format!("{} asks your tier for help", person(name)),
            Handing::Away(name) if ru => {
                format!("{} отсутствует, теперь Ваша очередь", person(name))
            }
            Handing::Away(name) => format!("{} is away, and it is your turn", person(name)),
            // The present tense, which has no gender.
            Handing::Silent(name) if ru => {
                format!("{} не отвечает в срок, теперь Ваша очередь", person(name))
            }
            Handing::Silent(name) => {
                format!(
                    "{} does not answer in time, and it is your turn",
                    person(name)
                )
            }
            Handing::Unreachable(name) if ru => format!(
                "письма к прежнему специалисту не доходят ({}), теперь Ваша очередь",
                person(name)
            ),
            Handing::Unreachable(name) => {
                format!("letters do not reach {}, and it is your turn", person(name))
            }
            Handing::Split(from) if ru => {
                format!("Вы отделили это письмо от {}", self.case_of(*from))
            }
            Handing::Split(from) => format!("you split it from {}", self.case_of(*from)),
            // A supervisor outside the roster has no name here.
            Handing::Incident(first) => format!(
                "{} {}-{first} {}",
                self.say(
                    "Вы ведёте этот сбой, а обращение",
                    "you lead this incident, and service on"
                ),
                self.desk.policy.tag,
                self.say("прекращено", "has ended")
            ),
            Handing::Resumed(name) if name.is_empty() => self
                .say(
                    "обращение возобновил руководитель",
                    "a supervisor lets the ticket go on",
                )
                .to_owned(),
            Handing::Resumed(name) if ru => format!("обращение возобновляет {}", person(name)),
            Handing::Resumed(name) => format!("{} lets the ticket go on", person(name)),
            Handing::Late => self
                .say(
                    "срок прошёл, а ответа не было; теперь Ваша очередь",
                    "nobody answered in time, and it is your turn",
                )
                .to_owned(),
        }
    }

    /// The requester's name and part in the school, for the staff: «Анна Сергеевна Ткаченко, родитель».
    fn introduced(&self, from: &Person) -> Option<String> {
        let ticket = self.notice.ticket.as_ref()?;
        let role = ticket.role?;
        let asked = self.notice.audience == Audience::Staff
            && ticket.requester.address.eq_ignore_ascii_case(&from.address);
        let name = self.line(&names::aloud(&ticket.requester.name), NAME);
        (asked && !name.is_empty()).then(|| format!("{name}, {}", role.said(self.tongue)))
    }

    pub(super) fn enclosed(&self, enclosed: &Enclosed<'_>) -> EnclosedView {
        let Person { name, address } = enclosed.from;
        let name = self
            .introduced(enclosed.from)
            .unwrap_or_else(|| self.line(name, NAME));
        let visible = !address.is_empty()
            && !self
                .hidden
                .iter()
                .any(|one| one.eq_ignore_ascii_case(address));
        let address = one_line(address, NAME);
        let from = match (name.is_empty(), visible) {
            (false, true) => format!("{name} <{address}>"),
            (true, true) => address,
            (_, false) => name,
        };
        EnclosedView {
            from,
            at: enclosed
                .sent_at
                .map(|at| when::moment(self.tongue, self.zone(), self.desk.now, at)),
            text: self.clean(enclosed.text),
            // People beyond the school see what the case needs.
            whole: enclosed
                .whole
                .filter(|_| self.notice.audience == Audience::Staff)
                .map(|whole| self.clean(whole)),
            html: self.html(enclosed, enclosed.text),
            files: self.files(enclosed.files),
        }
    }

    /// The writer's HTML, when it says what `text` says and shows nothing that must stay hidden. An address
    /// may be cut in two by a tag, so its words are looked at as well as its source.
    pub(super) fn html(&self, enclosed: &Enclosed<'_>, text: &str) -> Option<String> {
        let passed = enclosed.html.filter(|passed| passed.says(text))?;
        let own = &self.desk.policy.address;
        let shows_nothing = [passed.html.as_str(), &passed.words]
            .iter()
            .all(|shown| self.hide.scrub(shown, own) == **shown);
        shows_nothing.then(|| passed.html.clone())
    }

    pub(super) fn files(&self, files: &[FileLine]) -> Vec<FileView> {
        files
            .iter()
            .map(|file| FileView {
                name: self.line(&file.name, NAME),
                size: size(self.tongue, file.size),
                sent: file.sent,
            })
            .collect()
    }

    pub(super) fn earlier(&self, earlier: &[Earlier]) -> Vec<EarlierView> {
        let mut left = EARLIER_CHARS;
        let mut views = Vec::new();
        for one in earlier.iter().take(EARLIER) {
            if left == 0 {
                break;
            }
            let text = self.clean(&one.text);
            let length = text.chars().count();
            let text = if length > left {
                let cut: String = text.chars().take(left).collect();
                format!("{}…", cut.trim_end())
            } else {
                text
            };
            left = left.saturating_sub(length);
            views.push(EarlierView {
                from: self.line(&one.from, NAME),
                at: when::moment(self.tongue, self.zone(), self.desk.now, one.at),
                text,
            });
        }
        views
    }
}

pub(super) fn admin_alert(frame: Frame, alert: &Alert) -> AdminAlert {
    let mut view = AdminAlert {
        frame,
        alert: "trouble",
        why: String::new(),
        from: String::new(),
        letter_subject: String::new(),
        release: ActView::default(),
        drop: ActView::default(),
        tier: String::new(),
        climbed: false,
        recipient: String::new(),
        diagnostic: String::new(),
        limit: 0,
        missed: 0,
        who: String::new(),
        due: None,
        what: String::new(),
    };
    match alert {
        Alert::Unreadable {
            why, from, subject, ..
        } => {
            view.alert = "unreadable";
            view.why = one_line(why, LINE);
            view.from = one_line(from, NAME);
            view.letter_subject = one_line(subject, SUBJECT);
        }
        Alert::NobodyAvailable { tier, climbed } => {
            view.alert = "nobody-available";
            view.tier = one_line(tier, NAME);
            view.climbed = *climbed;
        }
        Alert::Undeliverable {
            recipient,
            diagnostic,
        } => {
            view.alert = "undeliverable";
            view.recipient = one_line(recipient, NAME);
            view.diagnostic = one_line(diagnostic, LINE);
        }
        Alert::Flood { from, limit } => {
            view.alert = "flood";
            view.from = one_line(from, NAME);
            view.limit = *limit;
        }
        Alert::Stopped(what) => stopped(&mut view, what),
        Alert::Left { name, address, why } => {
            view.alert = "left";
            view.who = one_line(&names::aloud(name), NAME);
            view.recipient = one_line(address, NAME);
            match why {
                Left::Silent(count) => view.missed = *count,
                Left::Unreachable(said) => view.diagnostic = one_line(said, LINE),
            }
        }
        Alert::Late { .. } => view.alert = "late",
        Alert::Trouble { what } => view.what = tidy(what),
        Alert::Over { what } => {
            view.alert = "over";
            view.what = tidy(what);
        }
    }
    view
}

fn stopped(view: &mut AdminAlert, what: &Stopped) {
    (view.alert, view.limit) = match what {
        Stopped::Tickets(limit) => ("stopped-tickets", *limit),
        Stopped::Acknowledgements(limit) => ("stopped-acks", *limit),
        Stopped::Automatic(limit) => ("stopped-automatic", *limit),
        Stopped::Refusals(said) => {
            view.diagnostic = one_line(said, LINE);
            ("stopped-refusals", 0)
        }
    };
}

/// «184 КБ»: rounded up, for people.
pub(super) fn size(tongue: Tongue, bytes: u64) -> String {
    let (kilo, mega) = match tongue {
        Tongue::Ru => ("КБ", "МБ"),
        Tongue::En => ("KB", "MB"),
    };
    let kib = bytes.div_ceil(1024);
    if kib < 1024 {
        return format!("{kib} {kilo}");
    }
    let tenths = (bytes * 10).div_ceil(1024 * 1024);
    let (whole, tenth) = (tenths / 10, tenths % 10);
    match (tongue, tenth) {
        (_, 0) => format!("{whole} {mega}"),
        (Tongue::Ru, _) => format!("{whole},{tenth} {mega}"),
        (Tongue::En, _) => format!("{whole}.{tenth} {mega}"),
    }
}
