//! What the servers of the host are started with: their configuration and their certificates.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::PathBuf;
use std::process::Command;

use super::{MailHost, PASSWORD, id_of, run};

impl MailHost {
    /// The certificate authority that signed the servers' certificate for `localhost` and `127.0.0.1`.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join("tls/ca.pem")
    }

    /// Writes certificates and configuration.
    pub(super) fn furnish(&self) {
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&self.folder, open).expect("the folder can be opened to the servers");
        self.give_to_mail(&self.folder.join("mail"));
        let postfix = Some(id_of("-u", "postfix"));
        chown(self.folder.join("data"), postfix, None).expect("root may give folders away");
        let values = BTreeMap::from([
            ("FOLDER", self.folder.display().to_string()),
            ("IMAP", self.imap_port.to_string()),
            ("IMAPS", self.imaps_port.to_string()),
            ("SUBMISSION", self.submission_port.to_string()),
            ("SMTPS", self.smtps_port.to_string()),
            ("INBOUND", self.inbound_port.to_string()),
            ("LMTP", self.lmtp_port.to_string()),
            ("PROVIDER", self.provider_port.to_string()),
            ("PASSWORD", PASSWORD.to_owned()),
        ]);
        for (name, template) in [
            ("tls/openssl.cnf", include_str!("openssl.cnf")),
            ("dovecot.conf", include_str!("dovecot.conf")),
            ("dovecot-oauth2.conf", include_str!("dovecot-oauth2.conf")),
            ("etc/main.cf", include_str!("main.cf")),
            ("etc/master.cf", include_str!("master.cf")),
            ("etc/recipients", include_str!("recipients")),
        ] {
            let text = values
                .iter()
                .fold(template.to_owned(), |text, (key, value)| {
                    text.replace(&format!("@{key}@"), value)
                });
            fs::write(self.folder.join(name), text).expect("configuration can be written");
        }
        for section in ["ca", "server"] {
            let mut openssl = Command::new("openssl");
            openssl.current_dir(self.folder.join("tls"));
            openssl.args(
                "req -x509 -config openssl.cnf -nodes -sha256 -days 30 -newkey ec".split(' '),
            );
            openssl.args(["-pkeyopt", "ec_paramgen_curve:prime256v1"]);
            openssl.args([
                "-subj",
                &format!("/CN=bench {section}"),
                "-extensions",
                section,
            ]);
            openssl.args([
                "-keyout",
                &format!("{section}.key"),
                "-out",
                &format!("{section}.pem"),
            ]);
            if section == "server" {
                openssl.args(["-CA", "ca.pem", "-CAkey", "ca.key"]);
            }
            run(&mut openssl, "the making of certificates");
        }
    }

    /// Gives the servers a certificate for another name, or one that ended so many days ago, and starts them anew.
    pub fn certify(&self, name: &str, days: i32) {
        let tls = self.folder.join("tls");
        let extension = format!(
            "subjectAltName=DNS:{name}\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n"
        );
        fs::write(tls.join("other.cnf"), extension).expect("the extension can be written");
        let mut ask = Command::new("openssl");
        ask.current_dir(&tls).args([
            "req",
            "-new",
            "-config",
            "openssl.cnf",
            "-key",
            "server.key",
        ]);
        ask.args(["-subj", "/CN=bench other", "-out", "other.csr"]);
        run(&mut ask, "the request for a certificate");
        let mut sign = Command::new("openssl");
        sign.current_dir(&tls)
            .args(["x509", "-req", "-in", "other.csr", "-CA", "ca.pem"]);
        sign.args(["-CAkey", "ca.key", "-CAcreateserial", "-sha256"]);
        sign.args(["-extfile", "other.cnf", "-out", "server.pem"]);
        sign.args(["-days", &days.to_string()]);
        run(&mut sign, "the signing of a certificate");
        self.restart();
    }

    /// Adds lines to Dovecot's configuration, and starts the servers anew.
    pub fn configure(&self, lines: &str) {
        let path = self.folder.join("dovecot.conf");
        let text = fs::read_to_string(&path).expect("the configuration can be read");
        fs::write(&path, format!("{text}\n{lines}\n")).expect("configuration can be written");
        self.restart();
    }
}
