//! `config.toml`: every key, its default, and what may be wrong with it.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use jiff::civil::{Date, Weekday, time};
use jiff::tz::TimeZone;

use super::doubts;
use super::fault::Findings;
use super::places::address;
use super::reader::{File, Section, wrong};
use super::settings::{Config, IntakeSettings, OutgoingSettings, Reports};
use super::values::{
    DaysOff, WEEK, day, days_off, filled, flag, hours, kept, letter_size, number, percent,
    signed_duration, size, weekly, word, work_span, zone,
};
use super::ways::{Folders, intake, outgoing};
use crate::desk::policy::{
    Action, ConductPolicy, DeskLanguage, Hours, Limits, Policy, Sla, Span, Step, Topic, WorkSpan,
};

/// As much of `config.toml` as could be understood.
#[derive(Debug)]
pub struct Partly {
    /// Where a value is faulty, the usual one stands: fit to judge the other files by, not to work with.
    pub config: Config,
    /// Every topic of the file is in it; else a topic that other files name may be a right one.
    pub topics_known: bool,
    /// What is wrong with the file.
    pub findings: Findings,
}

/// Reads the text of a `config.toml`. Paths are relative to `base`; `today` is the day by which dates
/// are past.
pub(super) fn read(name: &str, source: &str, base: &Path, today: Option<Date>) -> Partly {
    let file = File::new(name, source).on(today);
    let table = file.parse();
    let root = Section::new(&file, table.get_ref(), 0..0, "");
    let (config, topics_known) = config(&root, base);
    root.finish();
    let topics_known = topics_known && !file.is_broken();
    drop(root);
    Partly {
        config,
        topics_known,
        findings: file.findings(),
    }
}

fn config(root: &Section<'_, '_>, base: &Path) -> (Config, bool) {
    let blank = File::new("", "");
    let nothing = blank.parse();
    let desk = root.section("desk");
    if desk.is_none() && !root.has("desk") {
        root.lacks(
            wrong("в файле нет раздела [desk]")
                .hint("он обязателен; образец — config.example.toml"),
        );
    }
    let hours = hours_of(root, desk.as_ref());
    let before = root.faults_so_far();
    let topics = topics(root);
    let topics_known = root.faults_so_far() == before;
    let sla = sla(root);
    let trust = trust(root);
    let limits = limits(root);
    let privacy = privacy(root);
    let conduct = conduct(root);
    let desk = desk.unwrap_or_else(|| Section::new(&blank, nothing.get_ref(), 0..0, "desk"));
    let place = |path: String| base.join(path);
    let data_dir = place(
        desk.get("data_dir", filled)
            .unwrap_or_else(|| "/var/lib/dezhurny".to_owned()),
    );
    let folders = Folders {
        base,
        data: &data_dir,
    };
    let intake = intake(root, folders);
    let outgoing = outgoing(root, folders, intake.as_ref());
    let (authserv_id, plus_addressing) = trust;
    let (show_requester_address, show_specialist_name, keep_closed) = privacy;
    let policy = Policy {
        name: desk
            .get("name", filled)
            .unwrap_or_else(|| "Служба помощи по электронному журналу".to_owned()),
        address: desk.must("address", address).unwrap_or_default(),
        extra: desk.list("extra", address).unwrap_or_default(),
        tag: tag(&desk),
        language: desk
            .get(
                "language",
                word(&[
                    ("ru", DeskLanguage::Ru),
                    ("en", DeskLanguage::En),
                    ("auto", DeskLanguage::Auto),
                ]),
            )
            .unwrap_or(DeskLanguage::Ru),
        admins: admins(&desk),
        undo: desk
            .get("undo", signed_duration)
            .unwrap_or(SignedDuration::ZERO),
        chat: desk.get("chat", filled),
        hours,
        sla,
        escalation: escalation(root),
        topics,
        authserv_id,
        plus_addressing,
        limits,
        conduct,
        show_requester_address,
        show_specialist_name,
    };
    let config = Config {
        policy,
        data_dir,
        roster: place(
            desk.get("roster", filled)
                .unwrap_or_else(|| "roster.toml".to_owned()),
        ),
        templates: desk.get("templates", filled).map(place),
        people: desk.get("people", filled).map(place),
        materials: desk.get("materials", filled).map(place),
        seminars: desk.get("seminars", filled).map(place),
        keep_closed,
        intake: intake.unwrap_or(IntakeSettings::Pipe),
        outgoing: outgoing.unwrap_or(OutgoingSettings::Maildir(PathBuf::new())),
        reports: reports(root, base),
    };
    own_address_among_admins(&desk, &config.policy);
    desk.finish();
    (config, topics_known)
}

/// Somebody must hear when a letter needs a person.
fn admins(desk: &Section<'_, '_>) -> Vec<String> {
    let nobody = || {
        wrong("не сказано, кому писать о неполадках")
            .hint("добавьте в [desk] строку: admins = [\"admin@school.ru\"]")
    };
    if !desk.has("admins") {
        desk.lacks(nobody());
    }
    let listed = desk.get("admins", |value| match value.as_array() {
        Some(list) if list.is_empty() => Err(nobody()),
        _ => Ok(()),
    });
    listed
        .and_then(|()| desk.list("admins", address))
        .unwrap_or_default()
}

/// Letters of trouble to the desk itself would be new letters.
fn own_address_among_admins(desk: &Section<'_, '_>, policy: &Policy) {
    let own = policy.admins.iter().find(|one| policy.is_own(one));
    if let Some(own) = own {
        desk.fault_at(
            "admins",
            wrong(format!("{own} — адрес самой службы"))
                .hint("о неполадках пишут человеку: укажите его личный адрес")
                .at(own),
        );
    }
}

fn tag(desk: &Section<'_, '_>) -> String {
    let read = |value: &toml::de::DeValue<'_>| {
        let tag = filled(value)?;
        if tag.chars().count() > 10 || tag.contains(|one: char| !one.is_alphanumeric()) {
            return Err(wrong(format!("«{tag}» не годится для темы письма"))
                .hint("до десяти букв и цифр, например ЭЖ"));
        }
        Ok(tag)
    };
    desk.get("tag", read).unwrap_or_else(|| "ЭЖ".to_owned())
}

fn hours_of(root: &Section<'_, '_>, desk: Option<&Section<'_, '_>>) -> Hours {
    let zone = desk
        .and_then(|desk| desk.get("time_zone", zone))
        .unwrap_or_else(|| TimeZone::get("Europe/Moscow").unwrap_or(TimeZone::UTC));
    let workday = Some(Span {
        from: time(8, 0, 0, 0),
        to: time(17, 0, 0, 0),
    });
    let mut found = Hours {
        week: [workday, workday, workday, workday, workday, None, None],
        holidays: vec![],
        yearly: vec![],
        special: vec![],
        zone,
    };
    let Some(section) = root.section("hours") else {
        return found;
    };
    let faults_before = section.faults_so_far();
    if let Some(week) = section.section("week") {
        let before = week.faults_so_far();
        found.week = WEEK.map(|day| week.get(day, hours));
        week.finish();
        if found.week.iter().all(Option::is_none) && week.faults_so_far() == before {
            section.fault_at(
                "week",
                wrong("в неделе нет ни одного рабочего дня")
                    .hint("впишите хотя бы один: week = { mon = \"08:00-17:00\" }"),
            );
        }
    }
    let mut dated = Vec::new();
    for (place, days) in section.placed("holidays", days_off).unwrap_or_default() {
        match days {
            DaysOff::Dated(range) => dated.push((place, range)),
            DaysOff::Yearly(range) => {
                doubts::yearly(&section, &place, range);
                found.yearly.push(range);
            }
        }
    }
    doubts::holidays(&section, &dated, found.yearly.is_empty());
    found.holidays = dated.into_iter().map(|(_, range)| range).collect();
    if let Some(special) = section.section("special") {
        for (name, span, value) in special.free() {
            let read = day(&name).map_err(|wrong| special.fault_span(&span, wrong));
            let open =
                hours(value.get_ref()).map_err(|wrong| special.fault_span(&value.span(), wrong));
            if let (Ok(date), Ok(open)) = (read, open) {
                doubts::special(&special, &span, date);
                found.special.push((date, open));
            }
        }
    }
    if section.faults_so_far() == faults_before {
        doubts::no_working_day(&section, &found);
    }
    section.finish();
    found
}

fn topics(root: &Section<'_, '_>) -> Vec<Topic> {
    let mut found: Vec<Topic> = Vec::new();
    for section in root.sections("topic") {
        let name = section.must("name", filled);
        let words = section.list("words", filled).unwrap_or_default();
        section.finish();
        let Some(name) = name else { continue };
        if found.iter().any(|other| other.name == name) {
            section.fault_at(
                "name",
                wrong(format!("тема «{name}» уже есть выше"))
                    .hint("соедините слова обеих в одном разделе"),
            );
        }
        found.push(Topic { name, words });
    }
    found
}

fn sla(root: &Section<'_, '_>) -> Sla {
    let mut found = Sla {
        first_response: WorkSpan::Time(SignedDuration::from_hours(4)),
        next_response: WorkSpan::Time(SignedDuration::from_hours(8)),
        resolution: WorkSpan::Days(5),
        close_after: WorkSpan::Days(3),
        silent_after: 3,
    };
    if let Some(section) = root.section("sla") {
        for (key, place) in [
            ("first_response", &mut found.first_response),
            ("next_response", &mut found.next_response),
            ("resolution", &mut found.resolution),
            ("close_after", &mut found.close_after),
        ] {
            *place = section.get(key, work_span).unwrap_or(*place);
        }
        if let Some(count) = section.get("silent_after", number(0, 1_000)) {
            found.silent_after = u32::try_from(count).unwrap_or(found.silent_after);
        }
        section.finish();
    }
    found
}

fn trust(root: &Section<'_, '_>) -> (Vec<String>, bool) {
    let Some(section) = root.section("trust") else {
        return (vec![], false);
    };
    let servers = section.list("authserv_id", filled).unwrap_or_default();
    let plus = section.get("plus_addressing", flag).unwrap_or(false);
    section.finish();
    (
        servers
            .into_iter()
            .map(|server| server.to_lowercase())
            .collect(),
        plus,
    )
}

fn limits(root: &Section<'_, '_>) -> Limits {
    let mut found = Limits::default();
    if let Some(section) = root.section("limits") {
        let count = |key: &str, default: u32| {
            section
                .get(key, number(1, 1_000_000))
                .and_then(|number| u32::try_from(number).ok())
                .unwrap_or(default)
        };
        found.letters_per_hour = count("letters_per_hour", found.letters_per_hour);
        found.acks_per_day = count("acks_per_day", found.acks_per_day);
        found.kept_per_hour = count("kept_per_hour", found.kept_per_hour);
        found.tickets_per_hour = count("tickets_per_hour", found.tickets_per_hour);
        found.acks_per_hour = count("acks_per_hour", found.acks_per_hour);
        found.automatic_per_hour = count("automatic_per_hour", found.automatic_per_hour);
        found.message = section.get("message", letter_size).unwrap_or(found.message);
        found.attachments_out = section
            .get("attachments_out", size)
            .unwrap_or(found.attachments_out);
        section.finish();
    }
    found
}

fn privacy(root: &Section<'_, '_>) -> (bool, bool, Option<SignedDuration>) {
    let year = Some(SignedDuration::from_hours(24 * 365));
    let Some(section) = root.section("privacy") else {
        return (true, true, year);
    };
    let keep = section.get("keep_closed", kept).unwrap_or(year);
    let address = section.get("show_requester_address", flag).unwrap_or(true);
    let name = section.get("show_specialist_name", flag).unwrap_or(true);
    section.finish();
    (address, name, keep)
}

/// The chain; without one in the file the usual one.
fn escalation(root: &Section<'_, '_>) -> Vec<Step> {
    let sections = root.sections("escalation");
    if sections.is_empty() {
        return vec![
            Step {
                percent: 50,
                action: Action::Remind,
            },
            Step {
                percent: 100,
                action: Action::Reassign,
            },
            Step {
                percent: 150,
                action: Action::Raise,
            },
        ];
    }
    let mut steps: Vec<Step> = Vec::new();
    for section in sections {
        let percent = section.must("at", percent);
        let action = section.must(
            "action",
            word(&[
                ("remind", Action::Remind),
                ("reassign", Action::Reassign),
                ("raise", Action::Raise),
            ]),
        );
        if let (Some(percent), Some(action)) = (percent, action) {
            if steps.last().is_some_and(|last| last.percent > percent) {
                section.fault_at(
                    "at",
                    wrong("шаги идут не по порядку")
                        .hint("сначала меньшие проценты, потом большие"),
                );
            }
            steps.push(Step { percent, action });
        }
        section.finish();
    }
    steps
}

/// Keys whose features come later: checked now, so that a file need not change then.
fn conduct(root: &Section<'_, '_>) -> ConductPolicy {
    let mut found = ConductPolicy::default();
    let Some(section) = root.section("conduct") else {
        return found;
    };
    let incoming = section.get("incoming", word(&[("warn", false), ("hold", true)]));
    let outgoing = section.get("outgoing", word(&[("return", true), ("warn", false)]));
    found.holds = incoming.unwrap_or(found.holds);
    found.returns = outgoing.unwrap_or(found.returns);
    for (key, entries) in [("words", &mut found.words), ("allow", &mut found.allow)] {
        *entries = section.list(key, filled).unwrap_or_default();
        for bad in crate::desk::conduct::check(entries) {
            section.fault_at(
                key,
                wrong(format!("«{}»: {}", bad.entry, bad.message))
                    .hint("слово без знаков значит все его формы, например \"двоечник\""),
            );
        }
    }
    section.finish();
    found
}

fn reports(root: &Section<'_, '_>, base: &Path) -> Reports {
    let monday = Some((Weekday::Monday, time(8, 0, 0, 0)));
    let Some(section) = root.section("reports") else {
        return Reports {
            digest: monday,
            metrics_file: None,
        };
    };
    let found = Reports {
        digest: section.get("digest", weekly).unwrap_or(monday),
        metrics_file: section
            .get("metrics_file", filled)
            .map(|path| base.join(path)),
    };
    section.finish();
    found
}
