//! Access by consent that is lost and granted again while the desk works.

use std::os::unix::fs::OpenOptionsExt;

use super::super::access::AccessWatch;
use super::*;
use crate::config;
use crate::config::settings::OAuth2;

/// What lies in the file of an access: good for an hour, or refused a moment ago.
fn keep(oauth: &OAuth2, refused: bool) {
    let now = Timestamp::now();
    let hour = if refused { 0 } else { 3600 };
    let mut kept = serde_json::json!({
        "user": oauth.user, "client_id": oauth.client_id, "refresh_token": "r", "access_token": "a",
        "expires": now.checked_add(jiff::SignedDuration::from_secs(hour)).unwrap(), "lifetime": 3600,
    });
    if refused {
        kept["refused_at"] = serde_json::json!(now);
        kept["refused"] = serde_json::json!("доступ отозван. Выполните: dezhurny login");
    }
    std::fs::create_dir_all(oauth.kept.parent().unwrap()).unwrap();
    let mut options = std::fs::OpenOptions::new();
    let file = options.create(true).truncate(true).write(true).mode(0o600);
    serde_json::to_writer(file.open(&oauth.kept).unwrap(), &kept).unwrap();
}

/// A desk that works with these ways in and out; their accesses.
async fn office(ways: &str) -> (Office, Vec<OAuth2>) {
    let mut office = Office::open().await;
    let mut snapshot = school(office.folder.path()).unwrap();
    let desk = "[desk]\naddress = \"help@school.test\"\nadmins = [\"admin@school.test\"]\ndata_dir = \"data\"\n";
    let text = format!("{desk}{ways}");
    let parsed = config::parse("config.toml", &text, office.folder.path()).unwrap();
    let accesses = parsed.accesses().into_iter().cloned().collect();
    (snapshot.config.intake, snapshot.config.outgoing) = (parsed.intake, parsed.outgoing);
    let clock = office.engine.clock.clone();
    office.engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock)
        .await
        .unwrap();
    (office, accesses)
}

const CONSENT: &str = "client_id = \"x\"\ntoken_url = \"http://127.0.0.1:9/token\"\ndevice_url = \"http://127.0.0.1:9/device\"\n";

#[tokio::test]
async fn access_that_comes_back_opens_the_ways_at_once_however_lately_it_was_told_of() {
    let imap = format!(
        "[intake.imap]\nhost = \"imap.test\"\nuser = \"help@school.test\"\n[intake.imap.oauth2]\n{CONSENT}\
         [outgoing.maildir]\npath = \"sent\"\n"
    );
    let (office, accesses) = office(&imap).await;
    let watch = AccessWatch::new(office.engine.clone(), WayOut::new(0));
    let told =
        "SELECT count(*) FROM letters WHERE direction = 'out' AND to_address = 'admin@school.test'";
    // Lost and granted twice within the hour: the second time is told to nobody.
    for _ in 0..2 {
        keep(&accesses[0], true);
        assert!(watch.look().await);
        let standing = office.engine.standing().borrow().clone();
        assert!(standing.words().contains("dezhurny login"), "{standing:?}");
        keep(&accesses[0], false);
        assert!(!watch.look().await);
        let back = tokio::time::timeout(Duration::from_secs(10), watch.back()).await;
        assert!(back.is_ok(), "nobody hears that it is back");
        assert_eq!(office.engine.standing().borrow().no_access, None);
        assert_eq!(office.one::<u32>(told), 2, "that it is lost, and back");
    }
}

#[tokio::test]
async fn lost_access_to_the_way_out_alone_keeps_no_trouble_of_the_mailbox_back() {
    let ways = format!(
        "[intake.imap]\nhost = \"imap.test\"\nuser = \"help@school.test\"\npassword = \"p\"\n\
         [outgoing.smtp]\nhost = \"smtp.test\"\nuser = \"help@school.test\"\n[outgoing.smtp.oauth2]\n{CONSENT}"
    );
    let (office, accesses) = office(&ways).await;
    keep(&accesses[0], true);
    let watch = AccessWatch::new(office.engine.clone(), WayOut::new(0));
    assert!(!watch.look().await, "the mailbox is opened by a password");
    assert!(office.engine.standing().borrow().no_access.is_some());
}
