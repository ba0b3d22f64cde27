//! Cleans up before a signal ends the process.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

static TASKS: Mutex<Tasks> = Mutex::new(Tasks {
    is_watching: false,
    next: 0,
    waiting: BTreeMap::new(),
});
static LEFT_TO_OTHERS: AtomicBool = AtomicBool::new(false);

struct Tasks {
    is_watching: bool,
    next: u64,
    waiting: BTreeMap<u64, Box<dyn FnOnce() + Send>>,
}

/// A task that waits for the end. Dropped, it will not be done any more; if it is at work, that waits
/// until it is done.
#[derive(Debug)]
pub struct Waiting(u64);

/// Does the task when a signal comes that ends the process, before it does.
pub fn before(task: impl FnOnce() + Send + 'static) -> io::Result<Waiting> {
    let mut tasks = tasks();
    if !tasks.is_watching {
        watch()?;
        tasks.is_watching = true;
    }
    let number = tasks.next;
    tasks.next += 1;
    tasks.waiting.insert(number, Box::new(task));
    Ok(Waiting(number))
}

/// From here on somebody else ends the process on a signal, as a dashboard does that must give the
/// terminal back first.
pub fn leave_to_others() {
    LEFT_TO_OTHERS.store(true, Ordering::Release);
}

impl Drop for Waiting {
    fn drop(&mut self) {
        tasks().waiting.remove(&self.0);
    }
}

fn tasks() -> MutexGuard<'static, Tasks> {
    TASKS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch() -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
    thread::Builder::new().name("ending".into()).spawn(move || {
        for signal in signals.forever() {
            let mut tasks = tasks();
            while let Some((_, task)) = tasks.waiting.pop_last() {
                task();
            }
            if !LEFT_TO_OTHERS.load(Ordering::Acquire) {
                // Ends the process as the signal would have.
                let _ = emulate_default_handler(signal);
            }
        }
    })?;
    Ok(())
}
