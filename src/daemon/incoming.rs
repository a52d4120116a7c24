//! From a letter as mail to a letter as the desk sees it: who speaks, about which ticket, by what proof.

use jiff::{SignedDuration, Timestamp};

use super::likeness;
use crate::desk::event::{
    Carried, Evidence, FORGED, Incoming, MadeFor, Manner, Memory, PassedOn, Said, Source, Told,
};
use crate::desk::outcome::Audience;
use crate::desk::policy::Policy;
use crate::desk::roster::Roster;
use crate::desk::ticket::{Person, Ticket, Tongue};
use crate::desk::{AdminAsks, Asks};
use crate::mail::{self, Language, Letter, Mailbox, Nature, Verdict};
use crate::store::{Lately, StoreError, Tx};

/// Letters set aside within an hour after which the administrators hear of no more of them.
const ALERTS_PER_HOUR: u32 = 10;
/// Tickets listed in one answer.
const LISTED: u32 = 50;
/// Merges followed from ticket to ticket.
const MERGES: u32 = 20;
/// References looked at; a thread that is longer names its tickets in the last of them.
const REFERENCES: usize = 50;

/// What the desk remembers that matters for a letter from `address`.
/// Without what the letter's commands ask for; see [`look_up`].
pub fn memory(tx: &Tx<'_>, address: &str, now: Timestamp) -> Result<Memory, StoreError> {
    let hour = Lately::hours(1, now);
    Ok(Memory {
        next_number: tx.next_ticket()?,
        next_letter: tx.next_letter_id()?,
        rounds: tx.rounds()?,
        load: tx.load()?,
        missed: tx.missed()?,
        left_silent: tx.left_silent()?,
        acks_today: tx.acknowledgements_since(address, Lately::hours(24, now))?,
        letters_this_hour: tx.letters_since(address, hour)?,
        alerted_enough: tx.quarantined_since(hour, ALERTS_PER_HOUR)? >= ALERTS_PER_HOUR,
        blocked: tx.is_blocked(address)?,
        ..Memory::default()
    })
}

/// Looks up how much came already, of this sender, for this ticket and in all, and what was told of it.
pub fn count(
    tx: &Tx<'_>,
    policy: &Policy,
    memory: &mut Memory,
    letter: &Incoming,
    spam: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ago = |hours| {
        now.checked_sub(SignedDuration::from_hours(hours))
            .unwrap_or(now)
    };
    let hour = Lately::hours(1, now);
    let limits = &policy.limits;
    let flood = format!("flood:{}", letter.from.address);
    memory.tickets_full = tx.tickets_reached(memory.next_number, limits.tickets_per_hour, hour)?;
    memory.acks_full = tx.acks_reached(memory.next_letter, limits.acks_per_hour, hour)?;
    memory.told = Told {
        flood: tx.told_since("flood", ago(1))? || tx.told_since(&flood, ago(24))?,
        tickets: tx.told_since("tickets", ago(1))?,
        acks: tx.told_since("acks", ago(1))?,
    };
    if spam {
        // Spam comes in waves: one alert an hour is enough to look into the folder.
        memory.alerted_enough = tx.quarantined_since(hour, 1)? > 0;
    }
    if let Some(evidence) = letter.evidence.first() {
        memory.not_obeyed_today =
            tx.events_since(evidence.ticket.number, "not-obeyed", Lately::hours(24, now))?;
    }
    Ok(())
}

/// Looks up what a letter's commands ask to see.
pub fn look_up(
    tx: &Tx<'_>,
    (roster, policy): (&Roster, &Policy),
    memory: &mut Memory,
    letter: &Incoming,
    asks: &Asks,
    now: Timestamp,
) -> Result<(), StoreError> {
    for number in &asks.named {
        if let Some(ticket) = tx.ticket(*number)? {
            memory.named.insert(*number, ticket);
        }
    }
    if let Some(id) = &asks.of_assignee {
        memory.listed = tx.tickets_of_assignee(id, LISTED)?;
    }
    if let Some(address) = &asks.of_requester {
        for own in tx.tickets_of_requester(address, LISTED)? {
            if memory.listed.iter().all(|one| one.number != own.number) {
                memory.listed.push(own);
            }
        }
    }
    if let Some(words) = &asks.words {
        memory.listed = tx.tickets_with(words, LISTED)?;
    }
    if asks.seminars {
        memory.seminars = tx.seminars()?;
    }
    if asks.author
        && let Some(evidence) = letter.evidence.first()
    {
        memory.last_author = tx.last_author(evidence.ticket.number)?;
    }
    let is_theirs =
        |address: &str, who: &str| roster.by_address(address).is_some_and(|one| one.id == who);
    if (asks.held_all || asks.held_of.is_some())
        && let Some(evidence) = letter.evidence.first()
    {
        let held = tx.held_replies(evidence.ticket.number, now)?;
        let theirs = asks.held_of.as_ref().and_then(|who| {
            held.iter()
                .find(|(_, writer)| writer.as_deref().is_none_or(|from| is_theirs(from, who)))
        });
        memory.held = theirs.map(|(held, _)| *held);
        memory.held_all = held.into_iter().map(|(held, _)| held).collect();
    }
    if let Some(held) = memory.held {
        memory.held_with = tx.held_with(held.letter)?;
    }
    if asks.forged
        && let Some(evidence) = letter.evidence.first()
    {
        let number = evidence.ticket.number;
        memory.forged = tx.events_since(number, FORGED, Lately::ever())? > 0;
    }
    if let Some(incident) = asks.joined_to {
        memory.joined = tx.joined(incident)?;
    }
    likeness::look_up(tx, &policy.hours, memory, letter, asks, now)?;
    if let Some(letter) = asks.carried_by {
        memory.carried = tx.carried_by(letter)?.map(|carried| Carried {
            subject: mail::base_subject(&carried.subject, &policy.tag),
            ..carried
        });
    }
    if let Some((ticket, since, who)) = &asks.meanwhile {
        let answers = tx.answered_since(*ticket, *since)?;
        memory.meanwhile = answers.into_iter().find_map(|answer| {
            let other = roster.by_address(&answer.from.address)?;
            (other.id != *who).then(|| Said {
                who: other.id.clone(),
                at: answer.at,
                text: answer.text,
            })
        });
    }
    Ok(())
}

/// Looks up what an administrator's commands ask to see.
pub fn look_up_for_admin(
    tx: &Tx<'_>,
    memory: &mut Memory,
    asks: &AdminAsks,
) -> Result<(), StoreError> {
    if asks.held {
        memory.quarantine = tx.held()?;
    }
    for number in &asks.why {
        memory.evidence.extend(tx.why(*number)?);
    }
    Ok(())
}

/// A ticket, or the one that it was put into.
pub(super) fn ticket(tx: &Tx<'_>, number: u64) -> Result<Option<Ticket>, StoreError> {
    // Nobody is left in an erased ticket who could go on with it.
    if tx.is_erased(number)? {
        return Ok(None);
    }
    let mut found = tx.ticket(number)?;
    // Merging in a circle is refused; the bound is for a database that was edited by hand.
    for _ in 0..MERGES {
        let Some(into) = found.as_ref().and_then(|ticket| ticket.merged_into) else {
            break;
        };
        found = tx.ticket(into)?;
    }
    Ok(found)
}

/// The letter as the desk sees it.
pub fn incoming(
    tx: &Tx<'_>,
    policy: &Policy,
    roster: &Roster,
    letter: &Letter,
    reused_id: bool,
) -> Result<Incoming, StoreError> {
    let vouched = verdict(policy, letter);
    let from = writer(policy, roster, letter);
    let by_reply_to = letter
        .from
        .as_ref()
        .is_some_and(|one| one.address != from.address);
    let source = match source(policy, letter) {
        // A form that names the desk itself or a specialist leaves nobody to answer.
        Source::Human if mail::is_robot(&from.address) && !letter.reply_to.is_empty() => {
            Source::Automatic("nobody reads what is written to its sender".to_owned())
        }
        source => source,
    };
    let evidence = evidence(tx, policy, letter)?;
    let replayed = match (evidence.first(), letter.date) {
        (Some(one), Some(date)) => {
            tx.is_filed(one.ticket.number, &from.address, date, &letter.text)?
        }
        _ => false,
    };
    Ok(Incoming {
        from,
        copied: in_copy(policy, letter),
        role: None,
        subject: mail::base_subject(&letter.subject, &policy.tag),
        new_text: letter.new_text.clone(),
        has_files: letter.attachments.iter().any(|file| !file.inline),
        has_pictures: letter.attachments.iter().any(|file| file.inline),
        source,
        tongue: match letter.language {
            Language::Ru => Tongue::Ru,
            Language::En => Tongue::En,
        },
        rsvp: None,
        forwarded: letter.forwarded.as_ref().map(|one| PassedOn {
            from: Person {
                name: one.from.name.clone(),
                address: one.from.address.clone(),
            },
            subject: mail::base_subject(one.subject.as_deref().unwrap_or_default(), &policy.tag),
            text: one.text.clone(),
        }),
        unreadable: letter.unreadable.clone().or_else(|| suspected(letter)),
        reused_id,
        manner: Manner::default(),
        // The server speaks of From, and of nobody else.
        authenticated: vouched == Verdict::Pass && !letter.several_senders && !by_reply_to,
        failed: vouched == Verdict::Fail,
        by_reply_to,
        several_senders: letter.several_senders,
        replayed,
        too_large: None,
        evidence,
        alone: alone(tx, policy, letter)?,
    })
}

/// The others to whom it was sent. Where the desk itself stands in no field they are not to know of it: it was
/// in Bcc, and an answer to them would disclose that.
fn in_copy(policy: &Policy, letter: &Letter) -> Vec<Person> {
    let all: Vec<&Mailbox> = letter.to.iter().chain(&letter.cc).collect();
    if !all.iter().any(|one| policy.is_own(&one.address)) {
        return vec![];
    }
    all.into_iter()
        .filter(|one| !policy.is_own(&one.address) && !mail::is_robot(&one.address))
        // To an address with a slip in it nothing can be sent, and every answer of the ticket would fail over it.
        .filter(|one| mail::wire_address(&one.address).is_some())
        .map(|one| Person {
            name: one.name.clone(),
            address: one.address.clone(),
        })
        .collect()
}

/// Who is written back to. A contact form puts the person into Reply-To; a specialist is known by From
/// alone, lest a Reply-To make one.
fn writer(policy: &Policy, roster: &Roster, letter: &Letter) -> Person {
    let from = letter.from.clone().unwrap_or_default();
    let reply_to = letter.reply_to.first().filter(|one| {
        letter.reply_to.len() == 1
            && mail::wire_address(&one.address).is_some()
            && roster.by_address(&from.address).is_none()
            && roster.by_address(&one.address).is_none()
            && !policy.is_own(&one.address)
    });
    match reply_to {
        Some(Mailbox { name, address }) => {
            let name = if name.is_empty() {
                from.name
            } else {
                name.clone()
            };
            Person {
                name,
                address: address.clone(),
            }
        }
        None => Person {
            name: from.name,
            address: from.address,
        },
    }
}

/// A letter that the mail server takes for spam is neither answered nor thrown away: a person looks at it,
/// for a parent's letter may be among them.
fn suspected(letter: &Letter) -> Option<String> {
    matches!(letter.nature, Nature::Spam(_))
        .then(|| "почтовый сервер пометил его как спам".to_owned())
}

fn source(policy: &Policy, letter: &Letter) -> Source {
    match &letter.nature {
        Nature::Human => Source::Human,
        Nature::Automatic(why) => Source::Automatic(why.clone()),
        Nature::Worded(why) => Source::Worded(why.clone()),
        Nature::Receipt => Source::Automatic("a receipt (RFC 8098)".to_owned()),
        Nature::List => through_list(policy, letter),
        Nature::Spam(why) => Source::Automatic(format!("marked as spam: {why}")),
        Nature::Bounce(bounce) => Source::Bounce {
            recipient: bounce.recipient.clone(),
            failed: bounce
                .action
                .as_deref()
                .is_none_or(|action| action == "failed"),
            diagnostic: [&bounce.status, &bounce.diagnostic]
                .into_iter()
                .flatten()
                .cloned()
                .collect::<Vec<_>>()
                .join(" "),
        },
    }
}

/// A list that is the desk's own mailbox brings people's letters; every other list is nobody's.
fn through_list(policy: &Policy, letter: &Letter) -> Source {
    let list = letter.list.clone().unwrap_or_default();
    let ours = std::iter::once(&policy.address)
        .chain(&policy.extra)
        .any(|own| list.is(own));
    match list.robot {
        None if ours => Source::Human,
        Some(sign) if ours => Source::Automatic(sign),
        _ => Source::Automatic("a mailing list".to_owned()),
    }
}

fn verdict(policy: &Policy, letter: &Letter) -> Verdict {
    let domain = letter
        .from
        .as_ref()
        .and_then(|from| from.address.rsplit_once('@'))
        .map(|(_, domain)| domain);
    domain.map_or(Verdict::Unknown, |domain| {
        mail::verdict(&letter.authentication_results, &policy.authserv_id, domain)
    })
}

/// For whom the desk's letter was made that this one answers, if that belongs to no ticket.
fn alone(tx: &Tx<'_>, policy: &Policy, letter: &Letter) -> Result<Option<MadeFor>, StoreError> {
    for claim in mail::claims(letter, &own_addresses(policy), &policy.tag) {
        if let (0, Some(token)) = (claim.ticket, &claim.token)
            && let Some(made) = tx.made_alone(token)?
        {
            return Ok(Some(made));
        }
    }
    Ok(None)
}

fn own_addresses(policy: &Policy) -> Vec<String> {
    std::iter::once(&policy.address)
        .chain(&policy.extra)
        .cloned()
        .collect()
}

/// The tickets that a letter names, tokens before Message-IDs before the subject's tag.
fn evidence(tx: &Tx<'_>, policy: &Policy, letter: &Letter) -> Result<Vec<Evidence>, StoreError> {
    let own = own_addresses(policy);
    let mut proved = Vec::new();
    let mut named = Vec::new();
    for claim in mail::claims(letter, &own, &policy.tag) {
        let made_for = match &claim.token {
            Some(token) => tx.made_for(claim.ticket, token)?,
            None => None,
        };
        // The letter that a specialist answers may have been split off since.
        let moved = match &made_for {
            Some(made) if made.audience == Audience::Staff => tx.ticket_of_carried(made.letter)?,
            _ => None,
        };
        let Some(ticket) = ticket(tx, moved.unwrap_or(claim.ticket))? else {
            continue;
        };
        let list = if made_for.is_some() {
            &mut proved
        } else {
            &mut named
        };
        list.push(Evidence { ticket, made_for });
    }
    let bounced = match &letter.nature {
        Nature::Bounce(bounce) => bounce.message_id.as_ref(),
        _ => None,
    };
    let references = letter
        .in_reply_to
        .iter()
        .chain(letter.references.iter().rev().take(REFERENCES));
    for message_id in bounced.into_iter().chain(references) {
        let Some(number) = tx.ticket_of_message(message_id)? else {
            continue;
        };
        if proved.iter().any(|one| one.ticket.number == number) {
            continue;
        }
        let Some(ticket) = ticket(tx, number)? else {
            continue;
        };
        // A bounce gives back our own Message-ID: that is its token.
        let made_for = match own_token(message_id) {
            Some(token) if bounced == Some(message_id) => tx.made_for(number, &token)?,
            _ => None,
        };
        proved.push(Evidence { ticket, made_for });
    }
    proved.extend(named);
    Ok(proved)
}

fn own_token(message_id: &str) -> Option<String> {
    let local = message_id.split_once('@')?.0;
    Some(local.split_once('.')?.1.to_owned())
}
