//! Who is speaking, as far as it is proved (promise 6).

use super::super::event::{Evidence, Incoming};
use super::super::outcome::Audience;
use super::super::roster::Specialist;
use super::super::ticket::{Person, Ticket};
use super::Desk;

/// Who is speaking, as far as it is proved.
pub(super) enum Speaker<'a> {
    /// A specialist with a token of theirs, or vouched for by a trusted server.
    Specialist(&'a Specialist, &'a Ticket),
    /// Someone at a specialist's address without proof.
    Claimed(&'a Specialist, &'a Ticket),
    /// The one who asked.
    Requester(&'a Ticket),
    /// Someone in copy of the one who asked.
    Participant(&'a Ticket, &'a Person),
    /// The vendor's service, in answer to a letter that was made for it.
    Vendor(&'a Ticket),
    /// Someone who answers a letter that was made for a specialist.
    Another(&'a Ticket),
    /// Someone who takes no part; the ticket that they named, if any.
    Stranger(Option<&'a Ticket>),
}

impl<'a> Desk<'a> {
    /// Whoever proves the most for one of the tickets that the letter names.
    pub(super) fn speaker<'b>(&self, letter: &'b Incoming) -> Speaker<'b>
    where
        'a: 'b,
    {
        let from = letter.from.address.as_str();
        let specialist = self.roster.by_address(from);
        let mut named = None;
        for Evidence { ticket, made_for } in &letter.evidence {
            named = named.or(Some(ticket));
            let wrote_it = ticket.requester.address == from;
            match (made_for, specialist) {
                (Some(made), _) if made.audience == Audience::Vendor => {
                    return Speaker::Vendor(ticket);
                }
                // People beyond the school give no commands and send nothing on, whoever vouches for them.
                (_, Some(who)) if self.is_outside(who) && !wrote_it => {
                    return Speaker::Another(ticket);
                }
                (Some(made), Some(who))
                    if made.audience == Audience::Staff
                        && (who.address == made.address || who.aliases.contains(&made.address)) =>
                {
                    return Speaker::Specialist(who, ticket);
                }
                // A specialist who asked the desk something is a requester in that ticket.
                (Some(made), _) if wrote_it && made.audience.asks() => {
                    return Speaker::Requester(ticket);
                }
                // A participant is known by their own letter, or by their address; whoever was taken out is
                // a stranger again.
                (Some(made), None) if made.audience == Audience::Participant => {
                    if let Some(one) = ticket.participant(&made.address) {
                        return Speaker::Participant(ticket, one);
                    }
                }
                (Some(made), None)
                    if made.audience == Audience::Requester
                        && ticket.participant(from).is_some() =>
                {
                    if let Some(one) = ticket.participant(from) {
                        return Speaker::Participant(ticket, one);
                    }
                }
                // Nobody can guess a token: whoever has the requester's may add to the ticket, from
                // whichever address. The answer still goes to the requester alone.
                (Some(made), None) if made.audience == Audience::Requester => {
                    return Speaker::Requester(ticket);
                }
                (_, Some(who)) if !wrote_it => {
                    return if letter.authenticated {
                        Speaker::Specialist(who, ticket)
                    } else {
                        Speaker::Claimed(who, ticket)
                    };
                }
                (Some(made), _) if made.audience == Audience::Staff => {
                    return Speaker::Another(ticket);
                }
                (None, None) if ticket.participant(from).is_some() && !wrote_it => {
                    if let Some(one) = ticket.participant(from) {
                        return Speaker::Participant(ticket, one);
                    }
                }
                (None, _) if wrote_it => return Speaker::Requester(ticket),
                _ => {}
            }
        }
        Speaker::Stranger(named)
    }
}
