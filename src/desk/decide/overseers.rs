//! Who oversees a specialist's conduct (clause 5): the supervisor of the roster, or without one the
//! administrators; nobody oversees themself, and nobody a case that they opened.

use super::super::roster::Specialist;
use super::super::ticket::{Person, Ticket};
use super::Desk;

/// Those to whom a specialist's conduct is told.
pub(super) struct Overseers {
    /// Never the specialist.
    pub people: Vec<Person>,
    /// They are the administrators.
    pub office: bool,
}

impl Overseers {
    /// The supervisor's name, when there is one and it is known.
    pub fn name(&self) -> Option<String> {
        self.people
            .first()
            .filter(|one| !self.office && !one.name.is_empty())
            .map(|one| one.name.clone())
    }

    pub fn include(&self, address: &str) -> bool {
        self.people.iter().any(|one| one.address == address)
    }
}

impl Desk<'_> {
    /// Who oversees the specialist `about` (a roster id or an address) towards this requester: their own
    /// supervisor, or the administrators where there is none who is somebody else than the two.
    pub(super) fn overseers(&self, about: &str, requester: &str) -> Overseers {
        let who = self.roster.by_id(about).or(self.roster.by_address(about));
        let own = |address: &str| {
            address == about
                || who.is_some_and(|who| {
                    who.address == address || who.aliases.iter().any(|alias| alias == address)
                })
        };
        let direct = who
            .and_then(|who| self.supervisor(who))
            .filter(|to| !own(&to.address) && to.address != requester);
        let above = direct.as_ref().filter(|to| {
            let boss = self.roster.by_address(&to.address);
            // A circle decides nothing, and people beyond the school do not oversee its teachers.
            boss.is_none_or(|boss| {
                let over = self.supervisor(boss);
                !self.is_outside(boss) && !over.is_some_and(|over| own(&over.address))
            })
        });
        if let Some(to) = above {
            return Overseers {
                people: vec![to.clone()],
                office: false,
            };
        }
        let admins: Vec<Person> = self
            .policy
            .admins
            .iter()
            .filter(|address| !own(address))
            .map(|address| Person {
                name: String::new(),
                address: address.clone(),
            })
            .collect();
        if !admins.is_empty() {
            return Overseers {
                people: admins,
                office: true,
            };
        }
        // The only administrator is the one whom it is about: rather a supervisor in a circle, or somebody
        // of the highest tier, than nobody.
        let top = self.roster.tiers.iter().rfind(|tier| !tier.outside);
        let highest = self.roster.specialists.iter().find(|one| {
            top.is_some_and(|top| top.id == one.tier)
                && !own(&one.address)
                && one.address != requester
        });
        let highest = highest.map(|one| Person {
            name: one.name.clone(),
            address: one.address.clone(),
        });
        Overseers {
            people: direct.or(highest).into_iter().collect(),
            office: false,
        }
    }

    /// Who oversees a ticket whose service has ended: whoever ended it is its assignee.
    pub(super) fn overseers_of(&self, ticket: &Ticket) -> Overseers {
        let about = ticket.assignee.as_deref().unwrap_or_default();
        self.overseers(about, &ticket.requester.address)
    }

    /// The one who oversees, as somebody who gives orders. People outside the roster have their address for
    /// an id.
    pub(super) fn overseer(&self, address: &str) -> Specialist {
        let known = self.roster.by_address(address).cloned();
        known.unwrap_or_else(|| Specialist {
            id: address.to_owned(),
            name: String::new(),
            address: address.to_owned(),
            aliases: vec![],
            tier: String::new(),
            topics: vec![],
            weight: 1,
            max_open: None,
            supervisor: None,
            away: vec![],
            reception: None,
        })
    }
}

/// For the history: to whom it went.
pub(super) fn addresses(overseers: &Overseers) -> String {
    let all: Vec<&str> = overseers
        .people
        .iter()
        .map(|one| one.address.as_str())
        .collect();
    format!("to {}", all.join(", "))
}
