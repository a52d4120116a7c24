//! The shape of the database: the steps that bring an older one to it.
//!
//! Times are instants in milliseconds since 1970 (promise 10). Every table is `STRICT`.
//!
//! Promises: a step that stands here never changes, for databases in use have been through it; what is new is a
//! step of its own at the end. `tests/databases` keeps a database of each schema, and a test brings each to today's
//! shape.

/// Step N brings schema N to N + 1. Only ever added to: CONTRIBUTING.md says how.
pub(super) const STEPS: &[&str] = &[FIRST, SECOND, THIRD, FOURTH];

const FIRST: &str = "
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE tickets (
    number             INTEGER PRIMARY KEY,
    status             TEXT    NOT NULL,
    subject            TEXT    NOT NULL,
    requester_name     TEXT    NOT NULL,
    requester_address  TEXT    NOT NULL,
    role               TEXT,
    tongue             TEXT    NOT NULL,
    assignee           TEXT,
    excluded           TEXT    NOT NULL,
    tier               TEXT    NOT NULL,
    topic              TEXT,
    channel            TEXT    NOT NULL,
    created            INTEGER NOT NULL,
    updated            INTEGER NOT NULL,
    first_response_due INTEGER,
    first_responded    INTEGER,
    response_due       INTEGER,
    started            INTEGER NOT NULL,
    steps              INTEGER NOT NULL,
    wake               INTEGER,
    next_at            INTEGER,
    closed             INTEGER,
    linked             INTEGER,
    merged_into        INTEGER,
    incident           INTEGER,
    participants       TEXT    NOT NULL DEFAULT '[]',
    taken_out          TEXT    NOT NULL DEFAULT '[]',
    incident_offered   INTEGER NOT NULL DEFAULT 0,
    resolution_due     INTEGER,
    resolution_paused  INTEGER,
    resolution_steps   INTEGER NOT NULL,
    late_with          TEXT,
    late_told          INTEGER,
    rating             INTEGER,
    vendor_case        TEXT,
    erased             INTEGER
) STRICT;
CREATE INDEX tickets_next ON tickets (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX tickets_incident ON tickets (incident) WHERE incident IS NOT NULL;
CREATE INDEX tickets_created ON tickets (created);
CREATE INDEX tickets_status ON tickets (status, assignee);
CREATE INDEX tickets_requester ON tickets (requester_address);
CREATE INDEX tickets_ended ON tickets (coalesce(closed, updated))
    WHERE erased IS NULL AND status IN ('closed', 'spam', 'merged', 'stopped');

CREATE TABLE letters (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    direction    TEXT    NOT NULL CHECK (direction IN ('in', 'out')),
    ticket       INTEGER REFERENCES tickets (number),
    kind         TEXT    NOT NULL,
    end_state    TEXT,
    why          TEXT    NOT NULL DEFAULT '',
    message_id   TEXT,
    token        TEXT UNIQUE,
    digest       BLOB,
    from_name    TEXT    NOT NULL,
    from_address TEXT    NOT NULL,
    to_address   TEXT    NOT NULL,
    audience     TEXT,
    author       TEXT,
    about        TEXT,
    carries      INTEGER,
    subject      TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    new_text     TEXT    NOT NULL,
    attachments  TEXT    NOT NULL DEFAULT '[]',
    at           INTEGER NOT NULL,
    sent_at      INTEGER,
    size         INTEGER NOT NULL,
    original     BLOB    NOT NULL,
    erased       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX letters_message_id ON letters (message_id);
CREATE INDEX letters_carries ON letters (carries) WHERE carries IS NOT NULL;
CREATE INDEX letters_ticket ON letters (ticket);
CREATE INDEX letters_from ON letters (from_address, at) WHERE direction = 'in';
CREATE INDEX letters_to ON letters (to_address, at) WHERE direction = 'out';
CREATE INDEX letters_digest ON letters (digest) WHERE digest IS NOT NULL;
CREATE INDEX letters_loose ON letters (at) WHERE ticket IS NULL AND erased = 0;
CREATE INDEX letters_quarantined ON letters (at) WHERE end_state = 'quarantined' AND kind = 'auto';
CREATE INDEX letters_acks ON letters (at) WHERE kind = 'ack';

CREATE TABLE history (
    id     INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (number),
    at     INTEGER NOT NULL,
    actor  TEXT    NOT NULL,
    event  TEXT    NOT NULL,
    detail TEXT    NOT NULL
) STRICT;
CREATE INDEX history_ticket ON history (ticket);

CREATE TABLE rounds (
    tier  TEXT NOT NULL,
    topic TEXT NOT NULL,
    turns TEXT NOT NULL,
    PRIMARY KEY (tier, topic)
) STRICT;

CREATE VIRTUAL TABLE words USING fts5 (stems, content = '', contentless_delete = 1);

CREATE TABLE blocked (
    address TEXT PRIMARY KEY,
    at      INTEGER NOT NULL
) STRICT;

CREATE TABLE told (
    what TEXT PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT;

CREATE TABLE absences (
    specialist TEXT NOT NULL,
    first_day  TEXT NOT NULL,
    last_day   TEXT NOT NULL
) STRICT;

CREATE TABLE returns (
    specialist TEXT PRIMARY KEY,
    day        TEXT NOT NULL
) STRICT;

CREATE TABLE material_uses (
    ticket   INTEGER NOT NULL REFERENCES tickets (number),
    material TEXT    NOT NULL,
    use      TEXT    NOT NULL CHECK (use IN ('offered', 'sent', 'solved')),
    at       INTEGER NOT NULL,
    PRIMARY KEY (ticket, material, use)
) STRICT;
CREATE INDEX material_uses_at ON material_uses (at);

CREATE TABLE seminars (
    number         INTEGER PRIMARY KEY,
    title          TEXT    NOT NULL,
    topics         TEXT    NOT NULL,
    start          INTEGER NOT NULL,
    minutes        INTEGER NOT NULL,
    place          TEXT    NOT NULL,
    leader_name    TEXT    NOT NULL,
    leader_address TEXT    NOT NULL,
    seats          INTEGER,
    cancelled      INTEGER NOT NULL,
    sequence       INTEGER NOT NULL,
    reminded       INTEGER NOT NULL
) STRICT;

CREATE TABLE invitations (
    seminar INTEGER NOT NULL,
    address TEXT    NOT NULL,
    uid     TEXT    NOT NULL UNIQUE,
    PRIMARY KEY (seminar, address)
) STRICT;

CREATE TABLE guests (
    seminar INTEGER NOT NULL REFERENCES seminars (number),
    place   INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    address TEXT    NOT NULL,
    tongue  TEXT    NOT NULL,
    waiting INTEGER NOT NULL,
    PRIMARY KEY (seminar, address)
) STRICT;

CREATE TABLE silent (
    specialist TEXT PRIMARY KEY,
    missed     INTEGER NOT NULL,
    left_on    TEXT,
    entry      TEXT
) STRICT;

CREATE TABLE outbox (
    letter     INTEGER PRIMARY KEY REFERENCES letters (id),
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'refused', 'dropped')),
    sender     TEXT    NOT NULL,
    recipient  TEXT    NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    done_at    INTEGER,
    last_error TEXT,
    automatic  INTEGER NOT NULL,
    held       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_not_held ON outbox (next_at) WHERE state = 'waiting' AND automatic = 1 AND held = 0;
CREATE INDEX outbox_automatic ON outbox (done_at) WHERE state = 'sent' AND automatic = 1;
CREATE INDEX outbox_refused ON outbox (done_at) WHERE state = 'refused';
CREATE INDEX outbox_recipient ON outbox (recipient) WHERE state IN ('waiting', 'sending');
CREATE INDEX outbox_due ON outbox (next_at) WHERE state IN ('waiting', 'sending');

CREATE TABLE arrivals (
    source   TEXT    NOT NULL,
    validity INTEGER NOT NULL,
    uid      INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    letter   INTEGER REFERENCES letters (id),
    at       INTEGER NOT NULL,
    settled  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, validity, uid)
) STRICT;
CREATE INDEX arrivals_unsettled ON arrivals (source) WHERE settled = 0;
";

/// Answers that a supervisor reviews. And open tickets of each assignee, counted as they come and go: each new
/// letter asks for them, and with years of tickets counting takes longer than all the rest.
const SECOND: &str = "
CREATE TABLE reviews (
    letter INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (number),
    writer TEXT    NOT NULL,
    state  TEXT    NOT NULL CHECK (state IN ('returned', 'asked', 'answered', 'sent', 'overtaken'))
) STRICT;
CREATE INDEX reviews_ticket ON reviews (ticket);

CREATE INDEX tickets_merged ON tickets (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE load (
    assignee TEXT PRIMARY KEY,
    open     INTEGER NOT NULL
) STRICT;
INSERT INTO load SELECT assignee, count(*) FROM tickets
    WHERE status = 'open' AND assignee IS NOT NULL GROUP BY assignee;
CREATE TRIGGER load_inserted AFTER INSERT ON tickets
    WHEN new.status = 'open' AND new.assignee IS NOT NULL BEGIN
    INSERT INTO load VALUES (new.assignee, 1) ON CONFLICT (assignee) DO UPDATE SET open = open + 1;
END;
CREATE TRIGGER load_left AFTER UPDATE OF status, assignee ON tickets
    WHEN old.status = 'open' AND old.assignee IS NOT NULL BEGIN
    UPDATE load SET open = open - 1 WHERE assignee = old.assignee;
END;
CREATE TRIGGER load_came AFTER UPDATE OF status, assignee ON tickets
    WHEN new.status = 'open' AND new.assignee IS NOT NULL BEGIN
    INSERT INTO load VALUES (new.assignee, 1) ON CONFLICT (assignee) DO UPDATE SET open = open + 1;
END;
CREATE TRIGGER load_deleted AFTER DELETE ON tickets
    WHEN old.status = 'open' AND old.assignee IS NOT NULL BEGIN
    UPDATE load SET open = open - 1 WHERE assignee = old.assignee;
END;
";

/// What `status` shows at a glance, counted as it comes and goes: with years of letters counting them takes seconds.
const THIRD: &str = "
CREATE TABLE counts (
    what TEXT    NOT NULL CHECK (what IN ('ticket', 'letter', 'repeat', 'outbox')),
    word TEXT    NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (what, word)
) STRICT;
INSERT INTO counts SELECT 'ticket', status, count(*) FROM tickets GROUP BY status;
INSERT INTO counts SELECT 'letter', end_state, count(*) FROM letters WHERE direction = 'in' AND end_state IS NOT NULL
    GROUP BY end_state;
INSERT INTO counts SELECT 'repeat', 'repeat', count(*) FROM arrivals a WHERE a.state = 'repeat'
    AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.id = a.letter AND l.end_state = 'repeat');
INSERT INTO counts SELECT 'outbox', state, count(*) FROM outbox GROUP BY state;

CREATE TRIGGER counts_ticket_inserted AFTER INSERT ON tickets BEGIN
    INSERT INTO counts VALUES ('ticket', new.status, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_ticket_updated AFTER UPDATE OF status ON tickets WHEN new.status <> old.status BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'ticket' AND word = old.status;
    INSERT INTO counts VALUES ('ticket', new.status, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_ticket_deleted AFTER DELETE ON tickets BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'ticket' AND word = old.status;
END;

CREATE TRIGGER counts_letter_inserted AFTER INSERT ON letters WHEN new.direction = 'in' AND new.end_state IS NOT NULL BEGIN
    INSERT INTO counts VALUES ('letter', new.end_state, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_letter_updated AFTER UPDATE OF end_state ON letters
    WHEN new.direction = 'in' AND new.end_state IS NOT old.end_state BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'letter' AND word = old.end_state;
    INSERT INTO counts SELECT 'letter', new.end_state, 1 WHERE new.end_state IS NOT NULL
        ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_letter_deleted AFTER DELETE ON letters WHEN old.direction = 'in' BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'letter' AND word = old.end_state;
END;

CREATE TRIGGER counts_repeat_inserted AFTER INSERT ON arrivals WHEN new.state = 'repeat'
    AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.id = new.letter AND l.end_state = 'repeat') BEGIN
    INSERT INTO counts VALUES ('repeat', 'repeat', 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_repeat_deleted AFTER DELETE ON arrivals WHEN old.state = 'repeat'
    AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.id = old.letter AND l.end_state = 'repeat') BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'repeat';
END;

CREATE TRIGGER counts_outbox_inserted AFTER INSERT ON outbox BEGIN
    INSERT INTO counts VALUES ('outbox', new.state, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_outbox_updated AFTER UPDATE OF state ON outbox WHEN new.state <> old.state BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'outbox' AND word = old.state;
    INSERT INTO counts VALUES ('outbox', new.state, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_outbox_deleted AFTER DELETE ON outbox BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'outbox' AND word = old.state;
END;

CREATE INDEX tickets_response ON tickets (response_due, status) WHERE response_due IS NOT NULL;
CREATE INDEX tickets_resolution ON tickets (resolution_due, resolution_paused, status, response_due)
    WHERE resolution_due IS NOT NULL AND status IN ('new', 'open', 'waiting');
CREATE INDEX outbox_sent ON outbox (done_at) WHERE state = 'sent';
CREATE INDEX arrivals_letter ON arrivals (letter) WHERE letter IS NOT NULL;
";

/// A letter that goes out changes one count, not five: what waits and what is going is little, and is counted when
/// it is asked for.
const FOURTH: &str = "
DROP TRIGGER counts_outbox_inserted;
DROP TRIGGER counts_outbox_updated;
DROP TRIGGER counts_outbox_deleted;
DELETE FROM counts WHERE what = 'outbox' AND word NOT IN ('sent', 'refused', 'dropped');
CREATE TRIGGER counts_outbox_inserted AFTER INSERT ON outbox WHEN new.state IN ('sent', 'refused', 'dropped') BEGIN
    INSERT INTO counts VALUES ('outbox', new.state, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_outbox_ended AFTER UPDATE OF state ON outbox
    WHEN new.state IN ('sent', 'refused', 'dropped') AND new.state <> old.state BEGIN
    INSERT INTO counts VALUES ('outbox', new.state, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_outbox_left AFTER UPDATE OF state ON outbox
    WHEN old.state IN ('sent', 'refused', 'dropped') AND new.state <> old.state BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'outbox' AND word = old.state;
END;
CREATE TRIGGER counts_outbox_deleted AFTER DELETE ON outbox WHEN old.state IN ('sent', 'refused', 'dropped') BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'outbox' AND word = old.state;
END;
";
