//! What the program is built from: licences, bans and sources, by the rules of `deny.toml`.
//!
//! The rules are those of cargo-deny, which need not be installed: building it takes longer than all tests.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

struct Rules {
    licenses: BTreeSet<String>,
    bans: BTreeSet<String>,
    registries: BTreeSet<String>,
}

fn rules() -> Rules {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml");
    let file: toml::Value = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let names = |section: &str, key: &str| -> BTreeSet<String> {
        let list = file[section][key].as_array().unwrap();
        list.iter()
            .map(|one| one.get("crate").unwrap_or(one).as_str().unwrap().to_owned())
            .collect()
    };
    for key in ["unknown-registry", "unknown-git"] {
        assert_eq!(file["sources"][key].as_str(), Some("deny"));
    }
    Rules {
        licenses: names("licenses", "allow"),
        bans: names("bans", "deny"),
        registries: names("sources", "allow-registry"),
    }
}

/// The packages that a Linux build uses, its tests included.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    all["packages"].as_array().unwrap().clone()
}

/// Is a licence expression (SPDX) satisfied by the licences allowed?
fn allowed(expression: &str, licenses: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let good = either(&words, &mut at, licenses);
    assert_eq!(at, words.len(), "«{expression}» is not understood");
    good
}

fn either(words: &[&str], at: &mut usize, licenses: &BTreeSet<String>) -> bool {
    let mut good = both(words, at, licenses);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        good |= both(words, at, licenses);
    }
    good
}

fn both(words: &[&str], at: &mut usize, licenses: &BTreeSet<String>) -> bool {
    let mut good = one(words, at, licenses);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        good &= one(words, at, licenses);
    }
    good
}

fn one(words: &[&str], at: &mut usize, licenses: &BTreeSet<String>) -> bool {
    let word = words[*at];
    *at += 1;
    if word == "(" {
        let good = either(words, at, licenses);
        assert_eq!(words.get(*at), Some(&")"));
        *at += 1;
        return good;
    }
    if words.get(*at) == Some(&"WITH") {
        let whole = format!("{word} WITH {}", words[*at + 1]);
        *at += 2;
        return licenses.contains(&whole);
    }
    licenses.contains(word)
}

#[test]
fn licences_bans_and_sources_are_as_deny_toml_says() {
    let rules = rules();
    let packages = packages();
    assert!(packages.len() > 100);
    let mut wrong = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        match package["license"].as_str() {
            Some(license) if allowed(license, &rules.licenses) => {}
            other => wrong.push(format!("{name}: licence {other:?}")),
        }
        let source = package["source"].as_str();
        let known = source.is_none_or(|source| {
            source
                .strip_prefix("registry+")
                .is_some_and(|registry| rules.registries.contains(registry))
        });
        if !known {
            wrong.push(format!("{name}: comes from {source:?}"));
        }
    }
    // Bans hold for every platform: the lock file names all of them.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    let lock: toml::Value = toml::from_str(&std::fs::read_to_string(lock).unwrap()).unwrap();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        if rules.bans.contains(name) {
            wrong.push(format!("{name} is banned"));
        }
        if package.get("source").is_some() && package.get("checksum").is_none() {
            wrong.push(format!("{name} has no checksum"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn licence_expressions_are_understood() {
    let licenses = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]
        .map(str::to_owned)
        .into();
    for (expression, good) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("MIT/GPL-3.0", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("(GPL-3.0 OR MIT) AND ISC", true),
        ("MIT AND (GPL-3.0 OR BSL-1.0)", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
    ] {
        assert_eq!(allowed(expression, &licenses), good, "{expression}");
    }
}
