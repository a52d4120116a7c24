//! How HTML becomes text, and where its links lead.

use html2text::render::TextDecorator;

/// Marks of a link in rendered text, from the private use area: before its text, before and behind its address.
const LINK: [char; 3] = ['\u{e0f0}', '\u{e0f1}', '\u{e0f2}'];

/// What is written around the words of an HTML body.
#[derive(Clone)]
pub(super) struct Decorator {
    /// Mark links for [`with_links`] and show the descriptions of pictures.
    pub marked: bool,
    /// Where the link leads that is open.
    pub link: String,
}

impl TextDecorator for Decorator {
    type Annotation = ();

    fn decorate_link_start(&mut self, url: &str) -> (String, ()) {
        url.clone_into(&mut self.link);
        let [start, ..] = LINK;
        let mark = if self.marked {
            start.to_string()
        } else {
            String::new()
        };
        (mark, ())
    }
    fn decorate_link_end(&mut self) -> String {
        let [_, address, end] = LINK;
        if self.marked {
            format!("{address}{}{end}", self.link)
        } else {
            String::new()
        }
    }
    fn decorate_em_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_em_end(&self) -> String {
        String::new()
    }
    fn decorate_strong_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_strong_end(&self) -> String {
        String::new()
    }
    fn decorate_strikeout_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_strikeout_end(&self) -> String {
        String::new()
    }
    fn decorate_code_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_code_end(&self) -> String {
        String::new()
    }
    fn decorate_superscript_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_superscript_end(&self) -> String {
        String::new()
    }
    fn decorate_preformat_first(&self) {}
    fn decorate_preformat_cont(&self) {}
    fn decorate_image(&mut self, _: &str, title: &str) -> (String, ()) {
        let shown = self.marked && !title.trim().is_empty();
        let text = if shown {
            format!("[{}]", title.trim())
        } else {
            String::new()
        };
        (text, ())
    }
    fn header_prefix(&self, _: usize) -> String {
        String::new()
    }
    fn quote_prefix(&self) -> String {
        "> ".to_owned()
    }
    fn unordered_item_prefix(&self) -> String {
        "* ".to_owned()
    }
    fn ordered_item_prefix(&self, number: i64) -> String {
        format!("{number}. ")
    }
    fn make_subblock_decorator(&self) -> Self {
        self.clone()
    }
}

/// Writes the address of a link behind its text, where the text does not say it already.
pub(super) fn with_links(text: &str) -> String {
    let [start, address, end] = LINK;
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(start) {
        shown.push_str(before);
        rest = behind;
        let Some((said, link)) = behind.split_once(address) else {
            break;
        };
        let Some((link, behind)) = link.split_once(end) else {
            break;
        };
        rest = behind;
        shown.push_str(said);
        // A renderer that breaks a long line may break an address.
        let link: String = link.split_whitespace().collect();
        if let Some(link) = worth_showing(&link, said) {
            shown.push_str(" (");
            shown.push_str(link);
            shown.push(')');
        }
    }
    shown.push_str(rest);
    shown.retain(|one| !LINK.contains(&one));
    shown
}

/// The address of a link, unless it says no more than the text.
fn worth_showing<'a>(link: &'a str, said: &str) -> Option<&'a str> {
    let (scheme, place) = link.split_once(':')?;
    let bare = |text: &str| {
        let text = text.trim().to_lowercase();
        let text = text
            .strip_prefix("https://")
            .or(text.strip_prefix("http://"))
            .unwrap_or(&text);
        text.trim_start_matches("www.")
            .trim_end_matches('/')
            .to_owned()
    };
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => (bare(link) != bare(said) && !said.contains(link)).then_some(link),
        "mailto" => {
            let address = place.split('?').next().unwrap_or(place);
            (!said.to_lowercase().contains(&address.to_lowercase())).then_some(address)
        }
        "tel" => (!said.contains(|c: char| c.is_ascii_digit())).then_some(place),
        _ => None,
    }
}
