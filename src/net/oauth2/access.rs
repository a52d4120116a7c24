//! Access at hand: taken from the file, renewed ahead of its end, by one at a time.
//!
//! A provider may take the old refresh token back when it gives a new one. So nothing is asked of it that could not be
//! kept, and whoever ends the program waits until what was asked is kept ([`ended`]).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{RwLock, RwLockWriteGuard};

use super::grant::{self, Granted};
use super::keep::{self, Kept};
use crate::config::settings::OAuth2;
use crate::net::NetError;

/// Access is renewed when it lasts no longer than this, or half of the time for which it was given.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);
/// After a refusal the provider is asked again no sooner.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// Longest that a renewal takes: its connection, its answer, the file.
const RENEWAL: Duration = Duration::from_mins(1);

/// Read by each renewal while it is under way.
static UNDER_WAY: RwLock<()> = RwLock::const_new(());

/// Access to a mailbox.
#[derive(Debug)]
pub struct Access {
    /// What opens it.
    pub token: SecretString,
    /// Why it could not be renewed, though it still opens the mailbox.
    pub trouble: Option<NetError>,
}

/// What the file says, without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing was granted yet.
    Missing,
    /// It works, and is good until then.
    Good(Timestamp),
    /// Renewing was refused then, for this reason.
    Refused(Timestamp, String),
}

impl Kept {
    fn lasts(&self, now: Timestamp) -> SignedDuration {
        self.expires.duration_since(now)
    }

    /// Is it time to renew? A clock that was set far back must not make old access look fresh.
    fn is_due(&self, now: Timestamp) -> bool {
        let lifetime = SignedDuration::from_secs(self.lifetime);
        let left = self.lasts(now);
        left <= AHEAD.min(lifetime / 2) || left > lifetime
    }

    fn opens(&self, now: Timestamp) -> bool {
        self.lasts(now) > SignedDuration::ZERO
    }
}

/// Access that opens the mailbox now.
///
/// # Errors
/// When there is none: [`NetError::Lasting`] when a person must act.
pub async fn access(oauth: &OAuth2) -> Result<Access, NetError> {
    let oauth = oauth.clone();
    // A renewal must not be dropped half-way: the provider may have taken the old refresh token back already.
    tokio::spawn(async move { look(&oauth).await })
        .await
        .map_err(|_| NetError::Passing("обновление доступа прервано.".to_owned()))?
}

/// Renews access if it is time; the trouble, if that failed, whether or not the old still opens the mailbox.
///
/// # Errors
/// When access cannot be renewed.
pub async fn keep_up(oauth: &OAuth2) -> Result<(), NetError> {
    access(oauth).await?.trouble.map_or(Ok(()), Err)
}

/// Returns when no renewal is under way, at the latest after a minute; while the answer is held none begins.
pub async fn ended() -> Option<RwLockWriteGuard<'static, ()>> {
    let ended = tokio::time::timeout(RENEWAL, UNDER_WAY.write()).await;
    if ended.is_err() {
        tracing::error!(
            "access is being renewed, and that does not end; it may have to be granted anew"
        );
    }
    ended.ok()
}

async fn look(oauth: &OAuth2) -> Result<Access, NetError> {
    let now = Timestamp::now();
    let Some(kept) = keep::read(oauth)? else {
        return Err(missing(oauth));
    };
    if !kept.is_due(now) {
        return Ok(Access {
            token: kept.access,
            trouble: None,
        });
    }
    // What cannot be kept is not asked for; what is left of the old access opens the mailbox meanwhile.
    let _turn = match keep::turn(oauth).await {
        Ok(turn) => turn,
        Err(trouble) => return left(kept, trouble),
    };
    // Another may have renewed it while this one waited.
    let Some(mut kept) = keep::read(oauth)? else {
        return Err(missing(oauth));
    };
    let now = Timestamp::now();
    if !kept.is_due(now) {
        return Ok(Access {
            token: kept.access,
            trouble: None,
        });
    }
    let lately = |at: Timestamp| (SignedDuration::ZERO..AGAIN).contains(&now.duration_since(at));
    if let Some((at, why)) = &kept.refused
        && lately(*at)
    {
        let trouble = NetError::Lasting(why.clone());
        return left(kept, trouble);
    }
    let _under_way = UNDER_WAY.read().await;
    if let Err(trouble) = keep::write(oauth, &kept) {
        return left(kept, trouble);
    }
    match grant::refresh(oauth, &kept.refresh).await {
        Ok(granted) => {
            let kept = merged(granted, kept.refresh);
            keep::write(oauth, &kept)?;
            Ok(Access {
                token: kept.access,
                trouble: None,
            })
        }
        Err(trouble) => {
            if let NetError::Lasting(why) = &trouble {
                kept.refused = Some((now, why.clone()));
                if let Err(error) = keep::write(oauth, &kept) {
                    tracing::warn!(%error, "a refusal could not be written down");
                }
            }
            left(kept, trouble)
        }
    }
}

/// What there is without a renewal.
fn left(kept: Kept, trouble: NetError) -> Result<Access, NetError> {
    if !kept.opens(Timestamp::now()) {
        return Err(trouble);
    }
    Ok(Access {
        token: kept.access,
        trouble: Some(trouble),
    })
}

fn missing(oauth: &OAuth2) -> NetError {
    NetError::Lasting(format!(
        "доступа к ящику {} ещё нет. Выполните: dezhurny login",
        oauth.user
    ))
}

/// Fresh access, with the newest of what renews it.
fn merged(granted: Granted, refresh: SecretString) -> Kept {
    let lifetime = SignedDuration::from_secs(granted.lifetime);
    Kept {
        refresh: granted.refresh.unwrap_or(refresh),
        access: granted.access,
        expires: granted.at.checked_add(lifetime).unwrap_or(granted.at),
        lifetime: granted.lifetime,
        refused: None,
    }
}

/// The mail server took `token` no longer, though its time was not over: the next look renews it.
///
/// # Errors
/// When the file cannot be written.
pub async fn distrust(oauth: &OAuth2, token: &SecretString) -> Result<(), NetError> {
    let _turn = keep::turn(oauth).await?;
    let Some(mut kept) = keep::read(oauth)? else {
        return Ok(());
    };
    if kept.access.expose_secret() == token.expose_secret() {
        kept.expires = Timestamp::now();
        keep::write(oauth, &kept)?;
    }
    Ok(())
}

/// Keeps what a person has just granted.
///
/// # Errors
/// When nothing renews it, or it cannot be written.
pub async fn store(oauth: &OAuth2, granted: Granted) -> Result<(), NetError> {
    let Some(refresh) = granted.refresh.clone() else {
        return Err(NetError::Lasting(
            "провайдер дал доступ лишь на час, без права продлевать. Добавьте offline_access в scope.".to_owned(),
        ));
    };
    let _turn = keep::turn(oauth).await?;
    keep::write(oauth, &merged(granted, refresh))
}

/// What the file says.
///
/// # Errors
/// When it cannot be read.
pub fn state(oauth: &OAuth2) -> Result<State, NetError> {
    Ok(match keep::read(oauth)? {
        None => State::Missing,
        Some(kept) => match kept.refused {
            Some((at, why)) => State::Refused(at, why),
            None => State::Good(kept.expires),
        },
    })
}
