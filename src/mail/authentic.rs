//! Whether a trusted server vouches for a letter's From (RFC 8601).

/// Does a server of `trusted` say that DKIM or DMARC passed for `domain`, the domain of From?
///
/// Only the header of a trusted server counts. A sender can write such a header too: a server of ours
/// must remove foreign ones that carry its name (RFC 8601 §5), and of several the topmost is believed.
pub fn vouched_for(results: &[String], trusted: &[String], domain: &str) -> bool {
    results
        .iter()
        .find(|value| trusted.iter().any(|id| *id == authserv_id(value)))
        .is_some_and(|value| {
            without_comments(value)
                .split(';')
                .skip(1)
                .any(|result| passes(result, domain))
        })
}

fn authserv_id(value: &str) -> String {
    let plain = without_comments(value);
    let first = plain.split(';').next().unwrap_or_default();
    first
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_lowercase()
}

fn without_comments(value: &str) -> String {
    let mut depth = 0_u32;
    let mut plain = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    plain
}

fn passes(result: &str, domain: &str) -> bool {
    let result = result.to_lowercase();
    let mut words = result.split_whitespace();
    let verdict = words.next().unwrap_or_default();
    let property = |name: &str| {
        result
            .split_whitespace()
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
            .map(|value| {
                let value = value.trim_matches('"');
                value
                    .rsplit_once('@')
                    .map_or(value, |(_, domain)| domain)
                    .to_owned()
            })
    };
    match verdict {
        "dmarc=pass" => property("header.from").is_some_and(|from| from == domain),
        "dkim=pass" => property("header.d")
            .or_else(|| property("header.i"))
            .is_some_and(|signed| aligned(&signed, domain)),
        _ => false,
    }
}

/// Relaxed alignment without a public suffix list: the signing domain is the domain of From, or above it,
/// and has a dot of its own.
fn aligned(signed: &str, domain: &str) -> bool {
    signed == domain
        || (signed.contains('.')
            && domain
                .strip_suffix(signed)
                .is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::vouched_for;

    fn ask(value: &str) -> bool {
        vouched_for(
            &[value.to_owned()],
            &["mx.school.test".to_owned()],
            "school.test",
        )
    }

    #[test]
    fn a_trusted_pass_counts() {
        assert!(ask("mx.school.test; dkim=pass header.d=school.test"));
        assert!(ask(
            "mx.school.test 1; spf=none; dmarc=pass (p=reject) header.from=school.test"
        ));
        assert!(ask(
            "MX.school.test;\r\n\tdkim=pass header.i=@school.test header.s=a"
        ));
    }

    #[test]
    fn anything_else_does_not() {
        for value in [
            "mx.evil.test; dkim=pass header.d=school.test",
            "mx.school.test; dkim=fail header.d=school.test",
            "mx.school.test; dkim=pass header.d=evil.test",
            "mx.school.test; dkim=pass header.d=test",
            "mx.school.test; dkim=fail (dkim=pass header.d=school.test) header.d=school.test",
            "mx.school.test; spf=pass smtp.mailfrom=school.test",
            "mx.school.test",
            "",
        ] {
            assert!(!ask(value), "{value}");
        }
    }

    #[test]
    fn of_several_the_topmost_of_ours_is_believed() {
        let results = [
            "mx.school.test; dkim=fail header.d=school.test",
            "mx.school.test; dkim=pass header.d=school.test",
        ];
        assert!(!vouched_for(
            &results.map(str::to_owned),
            &["mx.school.test".to_owned()],
            "school.test"
        ));
    }
}
