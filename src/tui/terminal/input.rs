//! The thread that reads the terminal.

use std::io;
use std::thread;
use std::time::Duration;

use crossterm::event::{Event, KeyEvent, KeyEventKind, MouseEvent};
use tokio::sync::mpsc::UnboundedSender;

use super::signals;
use crate::model::Secret;

/// What the person at the terminal did.
#[derive(Debug, Clone)]
pub enum Input {
    Key(KeyEvent),
    Mouse(MouseEvent),
    /// Text that came as one paste, its lines separated by `\n`. Never keys to act on; it may be a secret.
    Paste(Secret),
}

/// Reads until nobody listens any more. When the terminal can't be read, the program ends as it
/// does on a hang-up.
///
/// When this returns, changes of size are noticed: one that is asked for from now on is not outdated.
pub fn spawn_input(listener: UnboundedSender<Input>) -> io::Result<()> {
    // Crossterm listens for changes of size from its first look for events on.
    crossterm::event::poll(Duration::ZERO)?;
    thread::Builder::new().name("input".into()).spawn(move || {
        loop {
            let Ok(event) = crossterm::event::read() else {
                return signals::hung_up();
            };
            if let Some(input) = meant(event)
                && listener.send(input).is_err()
            {
                return;
            }
        }
    })?;
    Ok(())
}

fn meant(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => Some(Input::Key(key)),
        Event::Mouse(mouse) => Some(Input::Mouse(mouse)),
        Event::Paste(text) => Some(Input::Paste(Secret::new(
            text.replace("\r\n", "\n").replace('\r', "\n"),
        ))),
        // Crossterm tells of sizes only from its first read on; signals tell of all.
        Event::Resize(..) | Event::FocusGained | Event::FocusLost => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    #[test]
    fn a_released_key_is_no_second_key_press() {
        let key = |kind| {
            Event::Key(KeyEvent::new_with_kind(
                KeyCode::Char('d'),
                KeyModifiers::NONE,
                kind,
            ))
        };
        assert!(meant(key(KeyEventKind::Press)).is_some());
        assert!(meant(key(KeyEventKind::Repeat)).is_some());
        assert!(meant(key(KeyEventKind::Release)).is_none());
    }

    #[test]
    fn pasted_lines_end_as_lines_do() {
        let Some(Input::Paste(text)) = meant(Event::Paste("a\r\nb\rc\n".into())) else {
            panic!("a paste is a paste");
        };
        assert_eq!(text.expose(), "a\nb\nc\n");
    }
}
