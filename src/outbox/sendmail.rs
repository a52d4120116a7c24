//! Sending through a program with the manners of sendmail.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{Delivery, Outgoing, Transport};

/// Longest run of the program.
const RUN: Duration = Duration::from_mins(2);

/// A sendmail program.
pub struct SendmailTransport {
    command: Vec<String>,
}

impl SendmailTransport {
    /// The program and its arguments; the sender and the recipient are added.
    pub fn new(command: Vec<String>) -> Self {
        Self { command }
    }

    async fn run(&self, letter: &Outgoing) -> Result<std::process::Output, Delivery> {
        let Some((program, arguments)) = self.command.split_first() else {
            return Err(Delivery::Unreachable {
                why: "команда sendmail пуста. Проверьте [outgoing.sendmail].".to_owned(),
                lasting: false,
            });
        };
        let mut child = Command::new(program)
            .args(arguments)
            .args(["-f", &letter.sender, "--", &letter.recipient])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Delivery::Unreachable {
                why: format!(
                    "программа {program} не запускается ({error}). Проверьте [outgoing.sendmail]."
                ),
                lasting: false,
            })?;
        let mut stdin = child.stdin.take();
        // On a pipe the lines end as the system's do.
        let bytes = String::from_utf8_lossy(&letter.bytes).replace("\r\n", "\n");
        let feed = async move {
            if let Some(stdin) = &mut stdin {
                // A program that does not read says so by its exit code.
                let _ = stdin.write_all(bytes.as_bytes()).await;
                let _ = stdin.shutdown().await;
            }
            drop(stdin);
        };
        let ((), output) = tokio::join!(feed, child.wait_with_output());
        output.map_err(|error| Delivery::Unknown(format!("программа {program}: {error}")))
    }
}

impl Transport for SendmailTransport {
    async fn send(&mut self, letter: &Outgoing) -> Delivery {
        let output = match tokio::time::timeout(RUN, self.run(letter)).await {
            Ok(Ok(output)) => output,
            Ok(Err(delivery)) => return delivery,
            Err(_) => return Delivery::Unknown("программа sendmail не заканчивается".to_owned()),
        };
        let stderr = String::from_utf8_lossy(&output.stderr);
        let said = stderr.lines().next().unwrap_or_default().trim();
        match output.status.code() {
            Some(0) => Delivery::Sent,
            // sysexits: bad data, no such user, no such host.
            Some(code @ (65 | 67 | 68)) => {
                Delivery::Refused(format!("sendmail: код {code} {said}"))
            }
            Some(code) => Delivery::Deferred(format!("sendmail: код {code} {said}")),
            None => Delivery::Deferred("программа sendmail прервана".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Outgoing {
        Outgoing {
            sender: "help@school.test".into(),
            recipient: "-anna@home.test".into(),
            bytes: b"Subject: x\r\n\r\ny\r\n".to_vec(),
        }
    }

    async fn run(script: &str) -> Delivery {
        let command = ["sh", "-c", script, "sendmail"].map(str::to_owned).to_vec();
        SendmailTransport::new(command).send(&letter()).await
    }

    #[tokio::test]
    async fn exit_codes_are_sysexits() {
        assert_eq!(run("cat >/dev/null").await, Delivery::Sent);
        assert!(
            matches!(run("echo full >&2; exit 75").await, Delivery::Deferred(said) if said.contains("full"))
        );
        assert!(matches!(run("exit 67").await, Delivery::Refused(_)));
        assert!(matches!(
            SendmailTransport::new(vec!["/nonexistent".into()])
                .send(&letter())
                .await,
            Delivery::Unreachable { .. }
        ));
    }

    #[tokio::test]
    async fn an_address_is_never_an_option() {
        let script = "test \"$1 $2 $3 $4\" = '-f help@school.test -- -anna@home.test' && test \"$(head -n1)\" = 'Subject: x'";
        assert_eq!(run(script).await, Delivery::Sent);
    }
}
