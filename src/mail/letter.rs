//! What a letter is to the rest of the program, once it was read, and before it is written.

use jiff::Timestamp;
use serde::Serialize;

use super::Method;

/// A name and an address as they stand in From, To or Cc (RFC 5322 §3.4, there called a mailbox).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Mailbox {
    /// The display name, decoded; empty when there is none.
    pub name: String,
    /// The address in lower case, without angle brackets, comments or control characters.
    pub address: String,
}

impl Mailbox {
    /// Of this name and address.
    pub fn new(name: &str, address: &str) -> Self {
        Self {
            name: name.to_owned(),
            address: address.to_owned(),
        }
    }
}

/// The domain of an address; `localhost` when it has none.
pub fn domain_of(address: &str) -> &str {
    address
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain)
}

/// The language a letter is written in, as far as the desk answers in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

/// A file that came with a letter, or goes with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name, decoded, without folders or control characters; made up when there was none.
    pub name: String,
    /// Media type such as `image/png`, lower case.
    pub media_type: String,
    /// Content-ID without angle brackets, for images shown inside the HTML.
    pub content_id: Option<String>,
    /// Shown inside the text rather than listed below it.
    pub inline: bool,
    /// The decoded content.
    pub bytes: Vec<u8>,
}

/// A delivery status notification (RFC 3464) or something that means the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Bounce {
    /// The address that could not be reached, where the letter names one.
    pub recipient: Option<String>,
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
    pub action: Option<String>,
    /// Enhanced status such as `5.1.1` (RFC 3463).
    pub status: Option<String>,
    /// What the other server said, one line.
    pub diagnostic: Option<String>,
    /// Message-ID of the letter that bounced, without angle brackets.
    pub message_id: Option<String>,
}

/// What sort of sender is behind a letter. Everything but [`Nature::Human`] is never answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "nature", content = "why")]
pub enum Nature {
    /// A person wrote it.
    Human,
    /// An automatic answer or a robot (RFC 3834); the text says by which sign.
    Automatic(String),
    /// An automatic answer by its words alone; nothing that a program set says so.
    Worded(String),
    /// A delivery report.
    Bounce(Bounce),
    /// A read or delivery receipt (RFC 8098).
    Receipt,
    /// A mailing list.
    List,
    /// A server on the way marked it as spam; the text says by which sign.
    Spam(String),
}

/// A letter that somebody passed on: who wrote it first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Forwarded {
    /// The first sender.
    pub from: Mailbox,
    /// Its subject, where it is named.
    pub subject: Option<String>,
    /// Its text.
    pub text: String,
}

/// By which way a letter names a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// A token in In-Reply-To or References.
    Reference,
    /// A token in the address it was sent to (`help+t12.TOKEN@…`).
    Address,
    /// A token in the text, where a link of the desk's letter wrote it.
    Mark,
    /// The tag in the subject, `[ЭЖ-12]`: for people, believed least.
    Tag,
}

/// A ticket that a letter claims to belong to. A claim proves nothing until its token is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// The ticket's number.
    pub ticket: u64,
    /// The token, lower case; absent for a subject tag.
    pub token: Option<String>,
    /// Where the claim stood.
    pub by: Route,
}

/// The list that a letter came through.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ListOrigin {
    /// What List-Id and List-Post name, lower case: `help.school.test`, `help@school.test`.
    pub names: Vec<String>,
    /// By which sign a robot wrote to the list, if one did.
    pub robot: Option<String>,
}

impl ListOrigin {
    /// Is the list this mailbox itself, as when a school's shared address is one?
    pub fn is(&self, address: &str) -> bool {
        let dotted = address.replace('@', ".");
        self.names
            .iter()
            .any(|name| name == address || *name == dotted)
    }
}

/// A letter, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// References, oldest first, without angle brackets.
    pub references: Vec<String>,
    /// Who wrote it; `None` when there is no From with an address.
    pub from: Option<Mailbox>,
    /// Reply-To.
    pub reply_to: Vec<Mailbox>,
    /// To.
    pub to: Vec<Mailbox>,
    /// Cc.
    pub cc: Vec<Mailbox>,
    /// Envelope sender that the server wrote down; `Some("")` is the null sender `<>`.
    pub return_path: Option<String>,
    /// Delivered-To, X-Original-To and Envelope-To: addresses it really came to.
    pub delivered_to: Vec<String>,
    /// Subject, decoded, on one line; empty when there is none.
    pub subject: String,
    /// Date, when it can be read.
    pub date: Option<Timestamp>,
    /// The readable body, whole: from the plain text, else made from the HTML.
    pub text: String,
    /// The HTML body as it came (decoded, not sanitised).
    pub html: Option<String>,
    /// What its writer wrote now: `text` without the quote and the signature. In doubt all of it.
    pub new_text: String,
    /// Marks that links of the desk's letters wrote below their commands (`t12.TOKEN`); they are not in `new_text`.
    pub marks: Vec<String>,
    /// The quoted history that was cut off.
    pub quoted: String,
    /// The signature that was cut off.
    pub signature: String,
    /// Files, in order; images shown inside the HTML are among them with `inline` set.
    pub attachments: Vec<Attachment>,
    /// What sort of sender is behind it.
    pub nature: Nature,
    /// The list that it came through, when its nature is [`Nature::List`].
    pub list: Option<ListOrigin>,
    /// Whom it was first from, if it was passed on.
    pub forwarded: Option<Forwarded>,
    /// The language of the new text.
    pub language: Language,
    /// The raw values of Authentication-Results, topmost first (RFC 8601).
    pub authentication_results: Vec<String>,
    /// From stands twice, names several, or can be read in more ways than one: nobody knows for whom a server vouched (RFC 7489 §6.6.1).
    pub several_senders: bool,
    /// Charset labels met, as they stood, for `inspect`.
    pub charsets: Vec<String>,
    /// What was wrong with it and how it was read all the same, in plain words.
    pub defects: Vec<String>,
    /// Nothing that a person could answer was found: neither sender nor text nor files. Why, in plain words.
    pub unreadable: Option<String>,
}

/// A letter to write.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// From: the desk.
    pub from: Mailbox,
    /// The one recipient (header To and envelope).
    pub to: Mailbox,
    /// Reply-To, when it differs from From.
    pub reply_to: Option<Mailbox>,
    /// Subject, not encoded.
    pub subject: String,
    /// Message-ID without angle brackets, already fixed.
    pub message_id: String,
    /// In-Reply-To without angle brackets.
    pub in_reply_to: Option<String>,
    /// References without angle brackets, oldest first.
    pub references: Vec<String>,
    /// The Date field.
    pub date: Timestamp,
    /// Auto-Submitted (RFC 3834): `auto-replied`, `auto-generated`; `None` for a person's answer sent on.
    pub auto_submitted: Option<String>,
    /// Plain text, `\n` line ends.
    pub text: String,
    /// HTML that says the same.
    pub html: Option<String>,
    /// An invitation that calendars take in: what it does, and its text (RFC 5545).
    pub calendar: Option<(Method, String)>,
    /// Files; those with `inline` and a Content-ID go beside the HTML.
    pub attachments: Vec<Attachment>,
}
