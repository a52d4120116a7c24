//! Which names a guide may use.

use std::fs;
use std::path::Path;

use dezhurny::config;

/// Of others: folders of a mailbox, permissions of a provider, words of systemd and of mail servers.
const OF_OTHERS: &[&str] = &[
    "Attention",
    "DynamicUser=no",
    "DynamicUser=yes",
    "IMAP.AccessAsUser.All",
    "LoadCredential",
    "LoadCredential=mail:/etc/dezhurny/password",
    "Processed",
    "SMTP.Send",
    "User=dezhurny",
    "[Service]",
    "build-essential",
    "ca-certificates",
    "cargo install cargo-deb --locked",
    "help@school.ru",
    "help@school.ru helpdesk:",
    "main.cf",
    "master.cf",
    "offline_access",
    "postmap /etc/postfix/transport",
    "/etc/hosts",
    "/etc/postfix/transport",
    "/etc/resolv.conf",
    "/tmp",
    "/usr/local/bin",
    "sendmail",
    "systemd-run",
];

/// What the program makes while it works, and what a reader brings.
const MADE: &[(&str, &str)] = &[
    // The name, and where the program's source has it.
    ("oauth2-…", "src/net/oauth2/keep.rs"),
    ("data.json", "src/cli/export.rs"),
    (".old", "src/store/copy.rs"),
    ("-wal", "src/store/copy.rs"),
    ("-shm", "src/store/copy.rs"),
    ("clock", "src/desk/decide/rewound.rs"),
    ("*.md", "src/config/material_file.rs"),
    (".eml", "src/cli/export.rs"),
    ("words", "src/config/material_file.rs"),
    ("пароль.md", "src/scenario/school.rs"),
    ("имя или пароль не приняты", "src/intake/imap/login.rs"),
    ("имя или пароль не приняты", "src/outbox/smtp.rs"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The examples of the files that administrators write.
fn examples() -> String {
    [
        "config.example.toml",
        "roster.example.toml",
        "seminars.example.toml",
    ]
    .map(text)
    .concat()
}

/// Does a line of an example begin so, in force or not?
fn stands_in_examples(begin: &str) -> bool {
    examples()
        .lines()
        .any(|line| line.strip_prefix('#').unwrap_or(line).starts_with(begin))
}

fn is_key(word: &str) -> bool {
    let plain = word
        .chars()
        .all(|one| one.is_ascii_lowercase() || one == '_');
    plain && !word.is_empty() && stands_in_examples(&format!("{word} ="))
}

fn is_section(word: &str) -> bool {
    let Some(inside) = word
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    else {
        return false;
    };
    match inside.strip_suffix('…') {
        Some(begin) => stands_in_examples(&format!("[{begin}.")),
        None => stands_in_examples(word) || stands_in_examples(&format!("[{inside}.")),
    }
}

/// `limits.message`, `[conduct] incoming = "hold"`, `port = 587`: known to the program itself.
fn is_setting(word: &str) -> bool {
    let (section, line) = if let Some((section, line)) = word.split_once("] ") {
        (section.trim_start_matches('[').to_owned(), line.to_owned())
    } else if let Some((section, key)) = word.split_once('.')
        && is_key(key)
    {
        return stands_in_examples(&format!("[{section}]"));
    } else {
        return word.split_once(" = ").is_some_and(|(key, value)| {
            is_key(key) && toml::from_str::<toml::Table>(&format!("x = {value}")).is_ok()
        });
    };
    let base = "[desk]\naddress = \"help@school.test\"\nadmins = [\"a@school.test\"]\n[outgoing.maildir]\npath = \"x\"\n";
    config::parse(
        "config.toml",
        &format!("{base}[{section}]\n{line}\n"),
        root(),
    )
    .is_ok()
}

/// A file of the project, by its path or by its name in a folder of settings.
fn is_file(word: &str) -> bool {
    let installed = [
        ("/etc/dezhurny/config.toml", "config.example.toml"),
        ("/etc/dezhurny/roster.toml", "roster.example.toml"),
        ("config.toml", "config.example.toml"),
        ("roster.toml", "roster.example.toml"),
    ];
    if root().join("templates").join(word).exists() {
        return true;
    }
    let path = installed
        .iter()
        .find_map(|(there, here)| (*there == word).then_some(*here))
        .unwrap_or(word);
    let named = path.contains(['/', '.']) && !path.starts_with(['/', '.']);
    // Folders of the package.
    let package =
        text("Cargo.toml") + &text("packaging/debian/postinst") + &text("packaging/tmpfiles.conf");
    let made = word.starts_with('/') && package.contains(word)
        || word == "/var/lib/dezhurny/dezhurny.sqlite"
        || word == "/etc/dezhurny" && package.contains("/etc/dezhurny");
    named && root().join(path).exists() || made
}

/// A word of the command line: a command with its words, an option, or one of its values.
fn is_of_the_command_line(word: &str) -> bool {
    let whole = dezhurny::cli::command();
    let all: Vec<&clap::Command> = whole.get_subcommands().chain([&whole]).collect();
    if word == "dezhurny" {
        return true;
    }
    if let Some(option) = word.strip_prefix("--") {
        let deeper = all
            .iter()
            .flat_map(|one| one.get_subcommands())
            .chain(all.iter().copied());
        return deeper
            .flat_map(clap::Command::get_arguments)
            .any(|one| one.get_long() == Some(option));
    }
    if let Some(option) = word
        .strip_prefix('-')
        .filter(|rest| rest.chars().count() == 1)
    {
        return all.iter().flat_map(|one| one.get_arguments()).any(|one| {
            one.get_short()
                .is_some_and(|short| option.starts_with(short))
        });
    }
    let value = all.iter().flat_map(|one| one.get_arguments()).any(|one| {
        one.get_possible_values()
            .iter()
            .any(|value| value.get_name() == word)
    });
    let mut words = word.split_whitespace();
    let first = words.next().unwrap_or_default();
    let command = all.iter().find(|one| one.get_name() == first);
    value
        || command.is_some_and(|one| {
            words.all(|word| {
                one.find_subcommand(word).is_some()
                    || word.starts_with("--") && is_of_the_command_line(word)
            })
        })
}

/// Servers that the program knows by itself, or whose faces it knows.
fn is_server(word: &str) -> bool {
    word.split('.').count() >= 3
        && text("src/cli/init/provider.rs").contains(&format!("\"{word}\""))
}

/// Is this a name that means something?
pub fn is_known(word: &str) -> bool {
    let line = ["dezhurny ", "sudo ", "systemctl ", "journalctl ", "apt "]
        .iter()
        .any(|start| word.starts_with(start));
    let order = word.starts_with('#');
    // Lines and orders have tests of their own.
    line || order
        || OF_OTHERS.contains(&word)
        || MADE
            .iter()
            .any(|(name, file)| *name == word && text(file).contains(name.trim_matches(['…', '*'])))
        || is_key(word)
        || is_section(word)
        || is_setting(word)
        || is_file(word)
        || is_of_the_command_line(word)
        || is_server(word)
}
