//! A computer as the guides speak of it, in one folder: the program, a school with letters, a mail host, and
//! everything else that a command line may call, as far as it can be held to its word.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::access::provider::Provider;
use crate::desk::bench::{Bench, Security};

/// The program, with the school's files wherever a line does not name others. It begins each time with the same
/// letters, so that no line depends on one before it.
const PROGRAM: &str = r#"
case $1 in
init)
    rm -rf "$STAGE/etc/dezhurny" && mkdir -p "$STAGE/etc/dezhurny"
    # Without answers there are only questions; at a terminal they are answered by other tests.
    [ $# -gt 2 ] || {
        cd "$(mktemp -d "$STAGE/tmp/empty.XXXXXX")"
        "$DEZHURNY" "$@" </dev/null 2>&1 | grep -q 'не хватает ключа --provider'
        exit
    }
    "$DEZHURNY" "$@" </dev/null
    exec "$DEZHURNY" check --config "$STAGE/etc/dezhurny/config.toml" ;;
inspect)
    # Spoken of without a letter.
    [ $# -gt 1 ] || set -- inspect letter.eml
    exec "$DEZHURNY" "$@" ;;
demo | completions | man) exec "$DEZHURNY" "$@" ;;
login) exec "$DEZHURNY" "$@" --config "$STAGE/school/oauth2.toml" ;;
esac
rm -rf "$STAGE/school/data" && cp -a "$STAGE/school/filled" "$STAGE/school/data"
case " $* " in
*" --config "*) ;;
*) set -- "$@" --config "$STAGE/school/config.toml" ;;
esac
case $1 in
deliver) exec "$DEZHURNY" "$@" < letter.eml ;;
run)
    case " $* " in
    *" --once "*) exec "$DEZHURNY" "$@" ;;
    esac
    # The log of the line before would say that this one is open.
    rm -f log
    "$DEZHURNY" "$@" 2>log & daemon=$!
    while ! grep -qs 'the desk is open' log; do kill -0 $daemon || { cat log; exit 1; }; sleep 0.05; done
    kill -TERM $daemon
    wait $daemon ;;
*) exec "$DEZHURNY" "$@" ;;
esac
"#;

/// Programs of the system, held to what the guides use of them.
const SYSTEM: &[(&str, &str)] = &[
    (
        "sudo",
        r#"[ "$1" != -u ] || { [ "$2" = dezhurny ] || exit 1; shift 2; }; exec "$@""#,
    ),
    (
        "systemctl",
        r#"
for last; do :; done
case $1 in
daemon-reload) exit 0 ;;
start | stop | restart | reload | status | edit) [ $# = 2 ] ;;
enable) [ "$2" = --now ] ;;
*) exit 1 ;;
esac && [ "$last" = dezhurny ]"#,
    ),
    ("journalctl", r#"[ "$1" = -u ] && [ "$2" = dezhurny ]"#),
    ("nano", r#"[ -e "$1" ] && echo secret > "$1""#),
    (
        "adduser",
        r#"[ "$1" = --system ] && for last; do :; done && [ "$last" = dezhurny ]"#,
    ),
    (
        "apt",
        r#"
case $1 in
install) [ -e "$2" ] ;;
remove | purge) [ $# = 1 ] || [ "$2" = dezhurny ] ;;
*) exit 1 ;;
esac"#,
    ),
    (
        "systemd-run",
        r#"
while :; do
    case $1 in
    --pipe | --wait | --quiet) shift ;;
    -p) case $2 in LoadCredential=*:*) ;; *) exit 1 ;; esac; [ -e "${2##*:}" ] || exit 1; shift 2 ;;
    *) break ;;
    esac
done
exec "$@""#,
    ),
    (
        "cargo",
        r#"
[ "$1 $2" = "build --release" ] && { mkdir -p target/release && cp "$STAGE/bin/dezhurny" target/release/; exit; }
[ "$1 $2 $3" = "run --release --" ] || exit 1
shift 3; exec dezhurny "$@""#,
    ),
];

/// The folder, and what works for it.
pub struct Stage {
    bench: Bench,
    provider: Provider,
    folder: tempfile::TempDir,
}

impl Stage {
    /// With ticket 41, a letter 17 that waits, and one that a person must look at.
    pub fn new() -> Self {
        let bench = Bench::new(Security::Implicit);
        let provider = Provider::start(bench.host.provider_port);
        let stage = Self {
            bench,
            provider,
            folder: tempfile::tempdir().unwrap(),
        };
        for folder in [
            "bin",
            "etc/dezhurny",
            "etc/systemd/system",
            "root",
            "tmp",
            "usr/local/bin",
            "school",
            "here",
        ] {
            fs::create_dir_all(stage.path(folder)).unwrap();
        }
        stage.put_programs();
        stage.put_school();
        stage.put_project();
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put_program(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::write(&path, format!("#!/bin/sh\nset -e\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn put_programs(&self) {
        self.put_program("bin/dezhurny", PROGRAM);
        self.put_program("usr/local/bin/dezhurny", PROGRAM);
        for (name, text) in SYSTEM {
            self.put_program(&format!("bin/{name}"), text);
        }
    }

    /// What lies beside the reader: the project, a package, letters in files.
    fn put_project(&self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in ["config.example.toml", "roster.example.toml", "systemd"] {
            std::os::unix::fs::symlink(root.join(name), self.path("here").join(name)).unwrap();
        }
        let version = env!("CARGO_PKG_VERSION");
        fs::write(
            self.path(&format!("here/dezhurny_{version}-1_amd64.deb")),
            "",
        )
        .unwrap();
        for name in ["letter.eml", "письмо.eml"] {
            fs::write(self.path("here").join(name), letter(100, "")).unwrap();
        }
        for name in ["config.toml", "roster.toml", "password"] {
            fs::copy(self.path("school").join(name), self.path("here").join(name)).unwrap();
        }
        // These would run for a long time, this test among them: that they are there is enough.
        for name in ["tests/run", "packaging/build"] {
            let real = root.join(name).metadata().unwrap();
            assert!(
                real.permissions().mode() & 0o111 != 0,
                "{name} is no program"
            );
            fs::create_dir_all(self.path("here").join(name).parent().unwrap()).unwrap();
            self.put_program(&format!("here/{name}"), "");
        }
        fs::write(self.path("root/dezhurny-copy.sqlite"), "").unwrap();
    }

    fn put_school(&self) {
        let config = fs::read_to_string(self.bench.path().join("config.toml")).unwrap();
        let config = config.replace(
            "data_dir = \"data\"",
            &format!("data_dir = \"{}\"", self.path("school/data").display()),
        );
        fs::write(self.path("school/config.toml"), &config).unwrap();
        for name in ["roster.toml", "password"] {
            fs::copy(self.bench.path().join(name), self.path("school").join(name)).unwrap();
        }
        let consent: String = config
            .lines()
            .filter(|line| !line.starts_with("password_file"))
            .map(|line| match line {
                "[outgoing.smtp]" => format!("{}{line}\n", self.provider.table("intake.imap")),
                _ => format!("{line}\n"),
            })
            .collect();
        fs::write(self.path("school/oauth2.toml"), consent).unwrap();
        for number in 1..=41 {
            self.deliver(&letter(number, ""));
        }
        self.deliver(&letter(42, "X-Spam-Flag: YES\r\n"));
        fs::rename(self.path("school/data"), self.path("school/filled")).unwrap();
    }

    fn deliver(&self, text: &str) {
        let from = self.path("school/letter.eml");
        fs::write(&from, text).unwrap();
        let done = Command::new(env!("CARGO_BIN_EXE_dezhurny"))
            .args(["deliver", "--config"])
            .arg(self.path("school/config.toml"))
            .stdin(fs::File::open(&from).unwrap())
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    /// Numbers of letters that a person must look at are given by the program: the line names this one.
    fn held(&self) -> String {
        let shown = Command::new("sh")
            .args(["-c", "dezhurny quarantine"])
            .env("PATH", self.search())
            .env("STAGE", self.folder.path())
            .env("DEZHURNY", env!("CARGO_BIN_EXE_dezhurny"))
            .current_dir(self.path("here"))
            .output()
            .unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        shown.split_whitespace().next().unwrap().to_owned()
    }

    fn search(&self) -> String {
        format!("{}:/usr/bin:/bin", self.path("bin").display())
    }

    /// Runs a line of a guide as somebody who reads it would; what was said when it goes wrong.
    pub fn run(&self, line: &str) -> Result<(), String> {
        let root = self.folder.path().display();
        let mut line = line.to_owned();
        for folder in ["/tmp/", "/etc/", "/root/", "/usr/local/"] {
            line = line.replace(folder, &format!("{root}{folder}"));
        }
        for (open, written) in [
            ("ADDRESS", "anna@mail.ru"),
            ("FILE", &format!("{root}/root/dezhurny-copy.sqlite")),
        ] {
            line = line.replace(open, written);
        }
        if line.contains("quarantine release 12") {
            line = line.replace("12", &self.held());
        }
        if line.contains("restore") {
            self.copy();
        }
        self.provider.books().consented = true;
        fs::create_dir_all(self.path("etc/dezhurny")).unwrap();
        let password = self.path("etc/dezhurny/password");
        if !password.exists() {
            fs::copy(self.path("school/password"), password).unwrap();
        }
        let ended = Command::new("sh")
            .args(["-ec", &line])
            .env("PATH", self.search())
            .env("STAGE", self.folder.path())
            .env("DEZHURNY", env!("CARGO_BIN_EXE_dezhurny"))
            .env("LC_ALL", "C.UTF-8")
            .current_dir(self.path("here"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        if ended.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
        Err(format!("{}\n{said}", ended.status))
    }

    /// The copy that a line brings back.
    fn copy(&self) {
        self.run("dezhurny backup /root/dezhurny-copy.sqlite")
            .unwrap();
    }
}

fn letter(number: u32, header: &str) -> String {
    format!(
        "From: Anna <anna@mail.ru>\r\nTo: help@school.test\r\nSubject: {number}: четверть\r\n\
         Message-ID: <{number}@mail.ru>\r\n{header}\r\nВопрос {number}: где оценки за четверть?\r\n"
    )
}
