//! How far long work is, for whoever waits for it at a terminal.
//!
//! Promises: nothing of it is on standard output, nor anywhere when standard error is no terminal, the terminal is a
//! dumb one, or `--quiet` was said; nothing of it is left on the screen; lines of the log stand above it, whole.

use std::io::{self, Write};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::intake::{Folder, Mailbox, MailboxError, MessageKey, RawMessage};

/// Fewer letters than these are taken in before anybody wonders.
const MANY: usize = 20;
/// Between two turns of a bar whose end is not known.
const TURN: Duration = Duration::from_millis(150);

static QUIET: AtomicBool = AtomicBool::new(false);

/// The part of the screen that bars are drawn on.
static SCREEN: LazyLock<MultiProgress> = LazyLock::new(|| {
    MultiProgress::with_draw_target(if QUIET.load(Ordering::Relaxed) {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    })
});

/// No progress is shown in this run.
pub fn none() {
    QUIET.store(true, Ordering::Relaxed);
}

/// One bar; its clones show the same. It appears with the first thing that is told of.
#[derive(Clone)]
pub struct Bar(ProgressBar);

impl Default for Bar {
    fn default() -> Self {
        // Nothing is drawn before it has its words and its place.
        Self(ProgressBar::with_draw_target(
            None,
            ProgressDrawTarget::hidden(),
        ))
    }
}

impl Bar {
    /// So many of so many are done.
    pub fn count(&self, what: &'static str, done: usize, whole: usize) {
        let form = "{msg} [{bar:30}] {pos} из {len}, ещё {eta_precise}";
        self.show(what, form, done as u64, whole as u64);
    }

    /// So many bytes of so many are written.
    pub fn bytes(&self, what: &'static str, done: u64, whole: u64) {
        let form = "{msg} [{bar:30}] {percent} %, ещё {eta_precise}";
        self.show(what, form, done, whole);
    }

    /// Something is done whose end is not known.
    pub fn endless(&self, what: &'static str) {
        self.0.unset_length();
        self.appear(what, "{msg} {spinner} {elapsed_precise}");
        self.0.enable_steady_tick(TURN);
    }

    /// Takes it off the screen.
    pub fn end(&self) {
        self.0.finish_and_clear();
        SCREEN.remove(&self.0);
    }

    fn show(&self, what: &'static str, form: &str, done: u64, whole: u64) {
        self.0.set_length(whole);
        self.0.set_position(done);
        self.appear(what, form);
    }

    fn appear(&self, what: &'static str, form: &str) {
        if self.0.message() == what && !self.0.is_finished() {
            return;
        }
        self.0.reset_eta();
        self.0.set_message(what);
        if let Ok(style) = ProgressStyle::with_template(form) {
            // Signs that every terminal has.
            self.0
                .set_style(style.progress_chars("=> ").tick_chars("|/-\\ "));
        }
        SCREEN.add(self.0.clone());
        self.0.tick();
    }
}

/// Standard error, with the bars below what is written.
#[derive(Default)]
pub struct Above(Vec<u8>);

impl Write for Above {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let text = std::mem::take(&mut self.0);
        if text.is_empty() {
            return Ok(());
        }
        SCREEN.suspend(|| io::stderr().lock().write_all(&text))
    }
}

impl Drop for Above {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

/// A mailbox that shows how far its letters are taken in when there are many.
pub struct Shown<M> {
    mailbox: M,
    bar: Bar,
    done: usize,
    whole: usize,
}

impl<M> Shown<M> {
    /// The same mailbox, seen.
    pub fn new(mailbox: M) -> Self {
        Self {
            mailbox,
            bar: Bar::default(),
            done: 0,
            whole: 0,
        }
    }

    fn waiting(&mut self, count: usize) {
        if self.whole == 0 && count < MANY {
            return;
        }
        // Listed anew half-way: what came meanwhile belongs to it.
        self.whole = self.done + count;
        self.look();
    }

    fn settled(&mut self, count: usize) {
        if self.whole > 0 {
            self.done += count;
            self.look();
        }
    }

    fn look(&mut self) {
        if self.done < self.whole {
            self.bar.count("Принимаю письма", self.done, self.whole);
        } else {
            self.over();
        }
    }

    /// A server that fails is told of by the log; a bar beside it would stand still.
    fn unless<R>(&mut self, ended: Result<R, MailboxError>) -> Result<R, MailboxError> {
        if ended.is_err() {
            self.over();
        }
        ended
    }

    fn over(&mut self) {
        if self.whole > 0 {
            self.bar.end();
            (self.done, self.whole, self.bar) = (0, 0, Bar::default());
        }
    }
}

impl<M: Mailbox> Mailbox for Shown<M> {
    async fn list(&mut self) -> Result<Vec<MessageKey>, MailboxError> {
        let listed = self.mailbox.list().await;
        let keys = self.unless(listed)?;
        self.waiting(keys.len());
        Ok(keys)
    }

    async fn fetch(&mut self, keys: &[MessageKey]) -> Result<Vec<RawMessage>, MailboxError> {
        let fetched = self.mailbox.fetch(keys).await;
        self.unless(fetched)
    }

    async fn headers(
        &mut self,
        keys: &[MessageKey],
    ) -> Result<Vec<(MessageKey, Vec<u8>)>, MailboxError> {
        self.mailbox.headers(keys).await
    }

    async fn settle(&mut self, done: &[(MessageKey, Folder)]) -> Result<(), MailboxError> {
        let settled = self.mailbox.settle(done).await;
        self.unless(settled)?;
        self.settled(done.len());
        Ok(())
    }

    async fn leave(&mut self, message: &[u8]) -> Result<(), MailboxError> {
        self.mailbox.leave(message).await
    }

    async fn wait(&mut self, longest: Duration) -> Result<(), MailboxError> {
        // What is left waits for an hour, or could not be taken in: nobody waits for it here.
        self.over();
        self.mailbox.wait(longest).await
    }
}

impl<M> Drop for Shown<M> {
    fn drop(&mut self) {
        self.over();
    }
}
