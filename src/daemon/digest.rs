//! What the desk tells of itself: the week's figures by mail, and a file for Prometheus.

use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};

use super::engine::Engine;
use super::snapshot::Snapshot;
use crate::config::settings::Config;
use crate::desk;
use crate::desk::figures::{Figures, Period};
use crate::store::{Overview, StoreError};

/// The moment of the week at which the last digest was due, and the seven days that it tells of.
fn last_due(config: &Config, now: Timestamp) -> Option<(Timestamp, Period)> {
    let (day, time) = config.reports.digest?;
    let zone = &config.policy.hours.zone;
    let at = |date: Date| date.to_datetime(time).to_zoned_datetime(zone.clone()).ok();
    let today = config.policy.hours.day(now);
    let mut date = same_weekday(today, day)?;
    if at(date)?.timestamp() > now {
        date = date.checked_sub(1.week()).ok()?;
    }
    let period = Period {
        from: date.checked_sub(1.week()).ok()?,
        until: date.yesterday().ok()?,
    };
    Some((at(date)?.timestamp(), period))
}

/// The last such day of the week, `today` included.
fn same_weekday(today: Date, day: Weekday) -> Option<Date> {
    let back = i64::from(today.weekday().to_monday_zero_offset() - day.to_monday_zero_offset());
    today.checked_sub(back.rem_euclid(7).days()).ok()
}

/// The instants within which a period lies, with a day to spare on both sides.
pub fn instants(period: Period, config: &Config) -> (Timestamp, Timestamp) {
    let zone = &config.policy.hours.zone;
    let at = |day: Date| {
        day.to_zoned_datetime(zone.clone())
            .map(|midnight| midnight.timestamp())
    };
    let from = period.from.saturating_sub(1.day());
    let until = period.until.saturating_add(2.days());
    (
        at(from).unwrap_or(Timestamp::MIN),
        at(until).unwrap_or(Timestamp::MAX),
    )
}

impl Engine {
    /// Sends the digest of the week when one is due. The first start sends none: it only remembers
    /// that the moment has passed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn digest_if_due(&self) -> Result<bool, StoreError> {
        let (snapshot, key) = (self.snapshots.current(), self.key());
        let now = self.clock.now();
        let Some((due, period)) = last_due(&snapshot.config, now) else {
            return Ok(false);
        };
        let sent = self
            .store
            .transaction(move |tx| {
                let before = tx.digested()?;
                // What a clock that ran ahead noted is no digest of this week.
                if before.is_some_and(|before| before >= due && before <= now) {
                    return Ok(false);
                }
                tx.digest_done(due)?;
                if before.is_none() {
                    return Ok(false);
                }
                let policy = &snapshot.config.policy;
                let (from, until) = instants(period, &snapshot.config);
                let mut figures = Figures::of(
                    period,
                    &tx.cases(from, until)?,
                    &tx.posts(from, until)?,
                    &policy.hours,
                    policy.sla.first_response,
                    now,
                );
                let extras = tx.extras(from, until)?.into_iter();
                let library = &snapshot.resources.library;
                figures.extras = extras.map(|extra| extra.titled(library)).collect();
                let office = snapshot.desk(&snapshot.roster, now);
                let outcome = desk::digest(&office, &figures);
                super::writing::carry_out(tx, &snapshot, &key, &outcome, None, now)?;
                Ok(true)
            })
            .await?;
        if sent {
            self.bell.notify_one();
        }
        Ok(sent)
    }
}

/// Writes the figures of the moment for Prometheus, as a whole or not at all.
pub(super) fn write_metrics(
    snapshot: &Snapshot,
    path: &Path,
    now: Timestamp,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    let reader = crate::store::Reader::open(&snapshot.config.database())?;
    let text = metrics(&reader.overview(now)?, now);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".dezhurny-")
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    // Another program reads it, and the umask of the service leaves nothing to others.
    file.as_file()
        .set_permissions(std::fs::Permissions::from_mode(0o644))?;
    file.persist(path)?;
    Ok(())
}

/// The text format of Prometheus.
fn metrics(overview: &Overview, now: Timestamp) -> String {
    let mut text = String::new();
    let mut family = |name: &str, help: &str, lines: Vec<(String, String)>| {
        let _ = writeln!(
            text,
            "# HELP dezhurny_{name} {help}\n# TYPE dezhurny_{name} gauge"
        );
        for (labels, value) in lines {
            let _ = writeln!(text, "dezhurny_{name}{labels} {value}");
        }
    };
    let labelled = |label: &str, counts: &std::collections::BTreeMap<String, u64>| {
        counts
            .iter()
            .map(|(word, count)| {
                let word = word.replace('\\', "\\\\").replace('"', "\\\"");
                (format!("{{{label}=\"{word}\"}}"), count.to_string())
            })
            .collect()
    };
    let one = |value: String| vec![(String::new(), value)];
    let seconds = |at: Option<Timestamp>| {
        at.map_or_else(Vec::new, |at| {
            vec![(String::new(), at.as_second().to_string())]
        })
    };
    family(
        "tickets",
        "Tickets by status.",
        labelled("status", &overview.tickets),
    );
    family(
        "tickets_late",
        "Tickets whose running deadline has passed.",
        one(overview.late.to_string()),
    );
    family(
        "tickets_open",
        "Open tickets by specialist.",
        labelled("specialist", &overview.load),
    );
    family(
        "letters_received",
        "Letters taken in, by the state they ended in.",
        labelled("state", &overview.ledger),
    );
    family(
        "outbox",
        "Letters of the outbox by state.",
        labelled("state", &overview.outbox),
    );
    family(
        "last_received_timestamp_seconds",
        "When the last letter was taken in.",
        seconds(overview.last_received),
    );
    family(
        "last_sent_timestamp_seconds",
        "When the last letter was sent.",
        seconds(overview.last_sent),
    );
    family(
        "outbox_waiting_since_timestamp_seconds",
        "Since when the oldest letter waits to be sent.",
        seconds(overview.waiting_since),
    );
    family(
        "written_timestamp_seconds",
        "When this file was written.",
        one(now.as_second().to_string()),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn config(digest: &str) -> Config {
        let text = format!(
            "[desk]\naddress = \"help@school.test\"\nadmins = [\"a@b.test\"]\n\
             [outgoing.maildir]\npath = \"x\"\n[reports]\ndigest = \"{digest}\"\n"
        );
        crate::config::parse("config.toml", &text, Path::new("/")).unwrap()
    }

    #[test]
    fn a_digest_is_due_at_its_moment_of_the_week_in_the_schools_zone() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // 08:00 in Moscow is 05:00 UTC.
        let monday = config("mon 08:00");
        let (due, period) = last_due(&monday, at("2026-11-23T05:00:00Z")).unwrap();
        assert_eq!(due, at("2026-11-23T05:00:00Z"));
        assert_eq!(
            (period.from, period.until),
            (date(2026, 11, 16), date(2026, 11, 22))
        );
        let (due, _) = last_due(&monday, at("2026-11-23T04:59:59Z")).unwrap();
        assert_eq!(due, at("2026-11-16T05:00:00Z"));
        let (due, _) = last_due(&config("fri 17:30"), at("2026-11-23T05:00:00Z")).unwrap();
        assert_eq!(due, at("2026-11-20T14:30:00Z"));
        assert!(last_due(&config("off"), at("2026-11-23T05:00:00Z")).is_none());
    }

    #[test]
    fn metrics_are_in_the_text_format() {
        let overview = Overview {
            tickets: [("open".to_owned(), 3)].into(),
            load: [("iva\"nova".to_owned(), 2)].into(),
            last_sent: Some(Timestamp::from_second(1_795_419_600).unwrap()),
            ..Overview::default()
        };
        let text = metrics(&overview, Timestamp::UNIX_EPOCH);
        assert!(
            text.contains("# TYPE dezhurny_tickets gauge\ndezhurny_tickets{status=\"open\"} 3\n"),
            "{text}"
        );
        assert!(
            text.contains("dezhurny_tickets_open{specialist=\"iva\\\"nova\"} 2\n"),
            "{text}"
        );
        assert!(
            text.contains("dezhurny_last_sent_timestamp_seconds 1795419600\n"),
            "{text}"
        );
        assert!(!text.contains("\ndezhurny_last_received"), "{text}");
    }
}
