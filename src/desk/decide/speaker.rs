//! Who is speaking, as far as it is proved (promise 6).

use super::super::event::{Evidence, Incoming, MadeFor};
use super::super::outcome::Audience;
use super::super::roster::Specialist;
use super::super::ticket::{Person, Ticket};
use super::Desk;

/// Whether a requester's address is more than a From field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// A letter of the desk is answered from the address that it was made for, or a trusted server vouches.
    Given,
    /// A subject tag or a Message-ID of theirs, which others can know.
    Missing,
}

/// Who is speaking, as far as it is proved.
#[derive(Clone, Copy)]
pub(super) enum Speaker<'a> {
    /// A specialist with a token of theirs, or vouched for by a trusted server.
    Specialist(&'a Specialist, &'a Ticket),
    /// Someone at a specialist's address without proof.
    Claimed(&'a Specialist, &'a Ticket),
    /// Whoever got a letter about conduct or a complaint, and answers it.
    Overseer(&'a Ticket, &'a MadeFor),
    /// An administrator, or a supervisor who is not of the roster, in answer to any other letter of theirs.
    Above(&'a Ticket, &'a MadeFor),
    /// Someone else who answers a letter about conduct or a complaint.
    OverseersAnother(&'a Ticket, &'a MadeFor),
    /// The one who asked; with proof, or by their address alone.
    Requester(&'a Ticket, Proof),
    /// Someone in copy of the one who asked; with proof, or by their address alone.
    Participant(&'a Ticket, &'a Person, Proof),
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
                // A service answers from whichever of its addresses; but not against the mail server's word.
                (Some(made), _) if made.audience == Audience::Vendor => {
                    return if letter.failed {
                        Speaker::Another(ticket)
                    } else {
                        Speaker::Vendor(ticket)
                    };
                }
                // People beyond the school give no commands and send nothing on, whoever vouches for them.
                (_, Some(who)) if self.is_outside(who) && !wrote_it => {
                    return Speaker::Another(ticket);
                }
                // A token for the one who oversees is theirs alone; a colleague who got the letter from them
                // speaks only for themself.
                (Some(made), _) if made.audience == Audience::Staff && made.kind.is_overseen() => {
                    let theirs = specialist.map_or(made.address == from, |who| {
                        who.address == made.address || who.aliases.contains(&made.address)
                    });
                    return if theirs && letter.can_prove() {
                        Speaker::Overseer(ticket, made)
                    } else {
                        Speaker::OverseersAnother(ticket, made)
                    };
                }
                (Some(made), Some(who))
                    if made.audience == Audience::Staff
                        && letter.can_prove()
                        && (who.address == made.address || who.aliases.contains(&made.address)) =>
                {
                    return Speaker::Specialist(who, ticket);
                }
                (Some(made), None)
                    if made.audience == Audience::Staff
                        && made.address == from
                        && letter.can_prove()
                        && self.is_staff(from) =>
                {
                    return Speaker::Above(ticket, made);
                }
                // A specialist who asked the desk something is a requester in that ticket.
                (Some(made), _) if made.audience == Audience::Requester && made.address == from => {
                    return Speaker::Requester(ticket, proof(letter.can_prove()));
                }
                // A participant is known like a requester; whoever was taken out is a stranger again.
                (Some(made), None)
                    if made.audience == Audience::Participant
                        && made.address == from
                        && ticket.participant(from).is_some() =>
                {
                    if let Some(one) = ticket.participant(from) {
                        return Speaker::Participant(ticket, one, proof(letter.can_prove()));
                    }
                }
                (_, Some(who)) if !wrote_it => {
                    return if letter.authenticated {
                        Speaker::Specialist(who, ticket)
                    } else {
                        Speaker::Claimed(who, ticket)
                    };
                }
                (Some(made), _) if made.audience == Audience::Staff && !wrote_it => {
                    return Speaker::Another(ticket);
                }
                // A requester's token from another address than it was made for is no proof either: whoever
                // got hold of it opens a ticket of their own.
                (_, _) if wrote_it && !letter.failed => {
                    return Speaker::Requester(ticket, proof(letter.authenticated));
                }
                (_, None) if ticket.participant(from).is_some() && !letter.failed => {
                    if let Some(one) = ticket.participant(from) {
                        return Speaker::Participant(ticket, one, proof(letter.authenticated));
                    }
                }
                _ => {}
            }
        }
        Speaker::Stranger(named)
    }
}

fn proof(given: bool) -> Proof {
    if given { Proof::Given } else { Proof::Missing }
}
