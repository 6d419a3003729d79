//! A line on the terminal while the user waits, so that long work is seen to be alive and known to be stoppable.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Shows the line until it is dropped. Nothing is shown in the first second, nor where standard error is not a terminal.
pub struct Waiting {
    /// Dropping the sender ends the thread.
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Waiting {
    /// Starts to wait for `what`, such as "inferring".
    pub fn for_work(what: &'static str) -> Waiting {
        if !std::io::stderr().is_terminal() {
            return Waiting { done: None, thread: None };
        }
        let (done, ended) = channel::<()>();
        let started = Instant::now();
        let show = move || {
            while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(Duration::from_secs(1)) {
                let seconds = started.elapsed().as_secs();
                eprint!("\r\x1b[2K{what} for {seconds} s; Ctrl-C stops and shows what was found");
                let _ = std::io::stderr().flush();
            }
            if started.elapsed() >= Duration::from_secs(1) {
                eprint!("\r\x1b[2K");
            }
        };
        Waiting { done: Some(done), thread: Some(std::thread::spawn(show)) }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A bar for work that is counted in bytes; nothing where standard error is no terminal.
pub fn bytes_bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    // The template is fixed, so it is read without fault; otherwise the plain style stays.
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar
}
