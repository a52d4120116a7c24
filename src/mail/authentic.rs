//! What the school's own mail server found out about a letter's From (RFC 8601).
//!
//! Believed is only the topmost field of a configured server: whatever stands below may have come with the
//! letter. Text in comments and in quoted strings is never a result, for a sender chooses much of it.

/// What a trusted server says of the domain of From.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// DKIM or DMARC passed, aligned with the domain.
    Pass,
    /// Nothing that counts was said.
    #[default]
    Unknown,
    /// The letter failed: DMARC did, or, where DMARC says nothing, DKIM of that domain or SPF.
    Fail,
}

/// The verdict of the servers named `trusted` on `domain`, the domain of From. `results` are the values of
/// Authentication-Results, topmost first.
pub fn verdict(results: &[String], trusted: &[String], domain: &str) -> Verdict {
    let domain = domain.to_lowercase();
    let believed = results
        .iter()
        .map(|value| statements(value))
        .find(|said| trusted.contains(&authserv_id(said)));
    let Some(said) = believed else {
        return Verdict::Unknown;
    };
    let results: Vec<Statement<'_>> = said.iter().skip(1).map(|words| Statement(words)).collect();
    let about = |method: &'static str| results.iter().filter(move |one| one.method() == method);
    let of_domain = |one: &&Statement<'_>| one.dmarc_domain().is_none_or(|from| from == domain);
    if about("dmarc").any(|one| one.result() == "fail" && of_domain(&one)) {
        return Verdict::Fail;
    }
    let dmarc = about("dmarc")
        .any(|one| one.result() == "pass" && one.dmarc_domain().as_deref() == Some(&domain));
    let signed = |result: &str| {
        about("dkim").any(|one| {
            one.result() == result && one.signer().is_some_and(|who| aligned(&who, &domain))
        })
    };
    if dmarc || signed("pass") {
        return Verdict::Pass;
    }
    let envelope_passed = about("spf").any(|one| one.result() == "pass");
    let envelope_failed = about("spf").any(|one| one.result() == "fail");
    if envelope_failed || (signed("fail") && !envelope_passed) {
        return Verdict::Fail;
    }
    Verdict::Unknown
}

fn authserv_id(said: &[Vec<String>]) -> String {
    let first = said.first().and_then(|words| words.first());
    first.cloned().unwrap_or_default()
}

/// One result: `dkim=pass`, then properties.
struct Statement<'a>(&'a [String]);

impl Statement<'_> {
    fn head(&self) -> (&str, &str) {
        let first = self.0.first().map(String::as_str).unwrap_or_default();
        let (method, result) = first.split_once('=').unwrap_or((first, ""));
        // RFC 8601 §2.2 allows a version: `dkim/1=pass`.
        (method.split('/').next().unwrap_or(method), result)
    }

    fn method(&self) -> &str {
        self.head().0
    }

    fn result(&self) -> &str {
        self.head().1
    }

    fn property(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .skip(1)
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    fn dmarc_domain(&self) -> Option<String> {
        self.property("header.from").map(domain_of)
    }

    /// `header.d` is what was signed with; `header.i` may lie below it (RFC 6376 §3.5).
    fn signer(&self) -> Option<String> {
        self.property("header.d")
            .or_else(|| self.property("header.i"))
            .map(domain_of)
    }
}

fn domain_of(value: &str) -> String {
    value
        .rsplit_once('@')
        .map_or(value, |(_, domain)| domain)
        .to_owned()
}

/// The value in statements (between semicolons) of words, lower case, without comments. A quoted string
/// stays within its word, its white space and signs replaced, so that nothing in it can pass for a result.
fn statements(value: &str) -> Vec<Vec<String>> {
    let mut said = vec![vec![]];
    let mut word = String::new();
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    let end_word = |word: &mut String, said: &mut Vec<Vec<String>>| {
        if let (false, Some(last)) = (word.is_empty(), said.last_mut()) {
            last.push(std::mem::take(word));
        }
    };
    for letter in value.chars().flat_map(char::to_lowercase) {
        if escaped {
            escaped = false;
            if quoted && depth == 0 {
                word.push('_');
            }
            continue;
        }
        match letter {
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            _ if quoted => word.push(plain(letter)),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ';' => {
                end_word(&mut word, &mut said);
                said.push(vec![]);
            }
            _ if letter.is_whitespace() => end_word(&mut word, &mut said),
            _ => word.push(letter),
        }
    }
    end_word(&mut word, &mut said);
    // A comment or quotation that never ends swallows the rest: nothing in it counts.
    said.into_iter().map(joined).collect()
}

/// What of a quoted string may stand in a word: a domain or an address, nothing that separates.
fn plain(letter: char) -> char {
    if letter.is_alphanumeric() || matches!(letter, '.' | '-' | '@') {
        letter
    } else {
        '_'
    }
}

/// `dkim = pass` is allowed as well: white space around the sign is none of the word.
fn joined(words: Vec<String>) -> Vec<String> {
    let mut whole: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let goes_on = word.starts_with('=') || whole.last().is_some_and(|last| last.ends_with('='));
        match whole.last_mut() {
            Some(last) if goes_on => last.push_str(&word),
            _ => whole.push(word),
        }
    }
    whole
}

/// Is a signature of `signed` one for `domain`: the same, or a domain above it?
///
/// DMARC's relaxed alignment (RFC 7489 §3.1) needs a list of public suffixes to know which domains belong
/// together. Without one this takes only the half that is safe: whoever signs for `school.test` decides
/// over every name below it anyway, and nobody can sign for a public suffix but its registry. A signature of
/// a domain beside or below counts only through the server's own DMARC result, which knows the list.
fn aligned(signed: &str, domain: &str) -> bool {
    signed == domain
        || (signed.contains('.')
            && domain
                .strip_suffix(signed)
                .is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::{Verdict, verdict};

    fn ask(values: &[&str]) -> Verdict {
        let values: Vec<String> = values.iter().map(|one| (*one).to_owned()).collect();
        verdict(&values, &["mx.school.test".to_owned()], "school.test")
    }

    #[test]
    fn a_trusted_pass_counts() {
        for value in [
            "mx.school.test; dkim=pass header.d=school.test",
            "mx.school.test 1; spf=none; dmarc=pass (p=reject) header.from=school.test",
            "MX.school.test;\r\n\tdkim=pass header.i=@school.test header.s=a",
            "mx.school.test; dkim=fail header.d=list.test; dkim=pass header.d=\"school.test\"",
            "mx.school.test; dkim = pass header.d = school.test",
            "mx.school.test; dkim/1=pass reason=\"a; b\" header.d=school.test",
            "mx.school.test; spf=fail smtp.mailfrom=list.test; dkim=pass header.d=school.test",
        ] {
            assert_eq!(ask(&[value]), Verdict::Pass, "{value}");
        }
    }

    #[test]
    fn what_says_nothing_of_this_domain_does_not() {
        for value in [
            "mx.evil.test; dkim=pass header.d=school.test",
            "mx.school.test; dkim=pass header.d=evil.test",
            "mx.school.test; dkim=pass header.d=notschool.test",
            "mx.school.test; dkim=pass header.d=mail.school.test",
            "mx.school.test; dkim=pass header.d=test",
            "mx.school.test; dkim=pass",
            "mx.school.test; dmarc=pass header.from=evil.test",
            "mx.school.test; dmarc=bestguesspass header.from=school.test",
            "mx.school.test; dkim=none (dkim=pass header.d=school.test)",
            "mx.school.test; dkim=none (a \\) ; dkim=pass header.d=school.test",
            "mx.school.test; spf=pass smtp.mailfrom=school.test",
            "mx.school.test; spf=none smtp.mailfrom=\"a; dkim=pass header.d=school.test\"@evil.test",
            "mx.school.test; spf=none smtp.mailfrom=\"a\\\"; dkim=pass header.d=school.test\"@evil.test",
            "mx.school.test; dkim=none reason=\"header.d=school.test dkim=pass\"",
            "(mx.school.test; dkim=pass header.d=school.test",
            "mx.school.test dkim=pass header.d=school.test",
            "mx.school.test.evil.test; dkim=pass header.d=school.test",
            "mx.school.test",
            "",
        ] {
            assert_eq!(ask(&[value]), Verdict::Unknown, "{value}");
        }
    }

    #[test]
    fn a_failure_is_known_as_one() {
        for value in [
            "mx.school.test; dmarc=fail header.from=school.test",
            "mx.school.test; dmarc=fail (p=none)",
            "mx.school.test; dkim=pass header.d=school.test; dmarc=fail header.from=school.test",
            "mx.school.test; dkim=fail header.d=school.test",
            "mx.school.test; dkim=fail (dkim=pass header.d=school.test) header.d=school.test",
            "mx.school.test; spf=fail smtp.mailfrom=school.test; dkim=none",
        ] {
            assert_eq!(ask(&[value]), Verdict::Fail, "{value}");
        }
        // A broken signature alone is what any change on the way leaves behind.
        assert_eq!(
            ask(&[
                "mx.school.test; spf=pass smtp.mailfrom=school.test; dkim=fail header.d=school.test"
            ]),
            Verdict::Unknown
        );
    }

    #[test]
    fn of_several_the_topmost_of_ours_is_believed() {
        let forged = "mx.school.test; dkim=pass header.d=school.test";
        let ours = "mx.school.test; dkim=fail header.d=school.test";
        assert_eq!(ask(&[ours, forged]), Verdict::Fail);
        assert_eq!(ask(&["mx.school.test; spf=none", forged]), Verdict::Unknown);
        assert_eq!(ask(&["mx.evil.test; dkim=pass", ours]), Verdict::Fail);
    }
}
