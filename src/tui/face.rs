//! What the person has before them: the screen that is drawn, or in the linear mode the lines that are told. Both have the
//! same state.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

use super::message::Message;
use super::plain::{self, Pause, Plain};
use super::state::{App, Targets};
use super::terminal::{self, LineTerminal, Terminal, TerminalError};
use super::view::{self, Look};
use crate::clipboard::Inside;
use crate::model::Secret;

/// How the dashboard is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ShownAs {
    #[default]
    Screen,
    /// In lines that are only appended, without any escape sequence. `can_erase`: the terminal can at least take back
    /// the last character.
    Lines { can_erase: bool },
}

impl ShownAs {
    /// The size that the state is told.
    pub fn size(self) -> (u16, u16) {
        match self {
            ShownAs::Screen => terminal::size(),
            ShownAs::Lines { .. } => plain::SIZE,
        }
    }
}

pub enum Face {
    Screen(Terminal),
    Lines(Box<LineFace>),
}

/// The lines, and when there may be more to say.
pub struct LineFace {
    plain: Plain,
    terminal: LineTerminal,
    /// Something was done by the person, or arrived, since the last line.
    was_input: bool,
    has_arrived: bool,
    due: Option<(Instant, Pause)>,
    /// When figures were told last.
    figures_at: Option<Instant>,
}

/// How long it is silent before what arrived is told.
const BURST: Duration = Duration::from_millis(120);
const TYPING: Duration = Duration::from_millis(700);
const LOADING: Duration = Duration::from_millis(400);
const FIGURES: Duration = Duration::from_secs(10);

impl Face {
    pub fn enter(shown_as: ShownAs) -> Result<Self, TerminalError> {
        Ok(match shown_as {
            ShownAs::Screen => Face::Screen(Terminal::enter()?),
            ShownAs::Lines { can_erase } => Face::Lines(Box::new(LineFace {
                plain: Plain::new(can_erase, usize::from(terminal::size().0)),
                terminal: LineTerminal::enter()?,
                was_input: false,
                has_arrived: true,
                due: None,
                figures_at: None,
            })),
        })
    }

    /// Draws the frame, or says what there is to say now; what can be clicked in it.
    pub fn show(&mut self, app: &App, look: &Look) -> io::Result<Targets> {
        let mut targets = Targets::default();
        match self {
            Face::Screen(terminal) => {
                terminal.draw(|frame| targets = view::draw_with_targets(frame, app, look))?;
            }
            Face::Lines(lines) => lines.tell(app, look)?,
        }
        Ok(targets)
    }

    /// The keys that a pressed key stands for.
    pub fn keys(&mut self, key: crossterm::event::KeyEvent, app: &App, look: &Look) -> Vec<Message> {
        let keys = match self {
            Face::Screen(_) => vec![key],
            Face::Lines(lines) => lines.plain.keys(key, app, look),
        };
        keys.into_iter().map(Message::Key).collect()
    }

    /// Before the state takes a message.
    pub fn note(&mut self, message: &Message, app: &App) {
        if let Face::Lines(lines) = self {
            lines.plain.note(message, app);
            match message {
                Message::Key(_) | Message::Paste(_) => lines.was_input = true,
                _ => lines.has_arrived = true,
            }
        }
    }

    /// When there may be more to tell.
    pub fn due(&self) -> Option<Instant> {
        match self {
            Face::Screen(_) => None,
            Face::Lines(lines) => lines.due.map(|(at, _)| at),
        }
    }

    /// Where one is, once more.
    pub fn say_again(&mut self, app: &App, look: &Look) -> io::Result<()> {
        match self {
            Face::Screen(_) => Ok(()),
            Face::Lines(lines) => {
                lines.plain.say_again(app, look);
                lines.write()
            }
        }
    }

    pub fn suspend(&mut self) -> io::Result<()> {
        match self {
            Face::Screen(terminal) => terminal.suspend(),
            Face::Lines(lines) => {
                lines.plain.end();
                lines.write()?;
                lines.terminal.suspend()
            }
        }
    }

    pub fn resume(&mut self) -> io::Result<()> {
        match self {
            Face::Screen(terminal) => terminal.resume(),
            Face::Lines(lines) => lines.terminal.resume(),
        }
    }

    /// What the state is told of another size of the terminal.
    pub fn resized(&mut self) -> Option<Message> {
        let (width, height) = terminal::size();
        match self {
            Face::Screen(_) => Some(Message::Resized { width, height }),
            Face::Lines(lines) => {
                lines.plain.resize(usize::from(width));
                None
            }
        }
    }

    /// The colour that it draws on, which the terminal may answer.
    pub fn ask_background(&mut self) -> io::Result<()> {
        match self {
            Face::Screen(terminal) => terminal.ask_background(),
            Face::Lines(_) => Ok(()),
        }
    }

    pub fn send_osc52(&mut self, secret: &Secret, inside: Inside) -> io::Result<()> {
        match self {
            Face::Screen(terminal) => terminal.send_osc52(secret, inside),
            Face::Lines(_) => Err(io::Error::other(
                "there is no display, and the linear mode sends the terminal nothing but text",
            )),
        }
    }

    pub fn forget_frames(&mut self) -> io::Result<()> {
        match self {
            Face::Screen(terminal) => terminal.forget_frames(),
            Face::Lines(_) => Ok(()),
        }
    }
}

impl LineFace {
    fn tell(&mut self, app: &App, look: &Look) -> io::Result<()> {
        let now = Instant::now();
        let (was_input, has_arrived) = (
            std::mem::take(&mut self.was_input),
            std::mem::take(&mut self.has_arrived),
        );
        let due = self.due.filter(|(at, _)| *at <= now);
        if was_input {
            let pause = self.plain.after_input(app, look);
            self.schedule(pause, now);
        } else if let Some((_, of)) = due {
            let has_rested = self.figures_at.is_none_or(|at| at + FIGURES <= now);
            let of = match of {
                Pause::Burst if has_rested => Pause::Figures,
                of => of,
            };
            if of == Pause::Figures {
                self.figures_at = Some(now);
            }
            let pause = self.plain.after(of, app, look);
            self.schedule(pause, now);
        } else if has_arrived {
            let burst = now + BURST;
            if self.due.is_none_or(|(at, of)| of != Pause::Typing && at > burst) {
                self.due = Some((burst, Pause::Burst));
            }
        }
        self.write()
    }

    fn schedule(&mut self, pause: Pause, now: Instant) {
        let at = match pause {
            Pause::Over => None,
            Pause::Burst => Some(now + BURST),
            Pause::Typing => Some(now + TYPING),
            Pause::Loading => Some(now + LOADING),
            Pause::Figures => Some(self.figures_at.unwrap_or(now) + FIGURES),
        };
        self.due = at.map(|at| (at, pause));
    }

    fn write(&mut self) -> io::Result<()> {
        let text = self.plain.take();
        match text.is_empty() {
            true => Ok(()),
            false => self.terminal.write(&text),
        }
    }
}

impl Drop for LineFace {
    /// The shell's prompt begins a line.
    fn drop(&mut self) {
        self.plain.end();
        let _ = self.write();
    }
}
