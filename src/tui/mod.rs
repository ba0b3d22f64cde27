//! The dashboard: one loop. Messages first, then input, then one draw when both have run dry.
//!
//! A key press goes to [`state::App::update`], which changes the state and returns effects; the
//! effects' answers come back as messages. Nothing else changes the state, and nothing ticks: what is said of a time to
//! come is drawn again when its text changes.

pub mod decks;
pub mod dialogs;
pub mod effects;
mod face;
pub mod keymap;
pub mod message;
pub mod plain;
pub mod state;
pub mod terminal;
pub mod view;

use std::io;
use std::sync::Arc;

use anstream::ColorChoice;
use crossterm::event::KeyEvent;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;
use uuid::Uuid;

use self::decks::{DeckSummary, Decks, DemoMode, Keep, Opened};
use self::effects::{Arrival, Arrived, Runner};
use self::face::Face;
pub use self::face::ShownAs;
use self::keymap::Keymap;
use self::message::{Effect, Message, Route, Timer};
use self::state::App;
use self::state::moment::Moment;
use self::terminal::{Input, Signal, TerminalError};
use self::view::time::Locale;
use self::view::{Look, NextChange, theme::Theme};
use crate::client::Client;
use crate::clipboard::Inside;
use crate::config::LoadedSettings;
use crate::config::theme::{Background, BaseTheme, ThemeSettings};

/// How the dashboard ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Quit,
    /// The number of the signal that ended it.
    Signal(i32),
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Terminal(#[from] TerminalError),
    #[error("The dashboard can't go on: {0}.")]
    Io(#[from] io::Error),
}

/// Opens the dashboard and returns when its user leaves it or a signal ends it. The terminal is
/// given back as it was found.
pub fn run(
    opened: Opened,
    decks: Arc<dyn Decks>,
    settings: &LoadedSettings,
    shown_as: ShownAs,
) -> Result<Ended, RunError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let Opened {
        client,
        deck,
        demo,
        mut keep,
    } = opened;
    let shown = (settings, shown_as);
    let ended = runtime.block_on(Dashboard::run(client, (deck, demo), decks, shown, &mut keep));
    runtime.shutdown_background();
    keep.end();
    ended
}

struct Dashboard<'a> {
    app: App,
    runner: Runner,
    face: Face,
    look: Look,
    /// Of which the look is made.
    theme: &'a ThemeSettings,
    arrivals: UnboundedReceiver<Arrived>,
    inputs: UnboundedReceiver<Input>,
    signals: UnboundedReceiver<Signal>,
    /// Of the deck that is open.
    keep: &'a mut Keep,
}

/// What one turn of the loop takes in.
enum Turn {
    Arrived(Arrived),
    Signal(Signal),
    Input(Input),
    /// What is shown of a time to come is another text now.
    CountedDown(NextChange),
    /// It was silent for long enough that more can be told.
    Silent,
}

impl<'a> Dashboard<'a> {
    async fn run(
        client: Client,
        (deck, demo): (DeckSummary, DemoMode),
        decks: Arc<dyn Decks>,
        (loaded, shown_as): (&'a LoadedSettings, ShownAs),
        keep: &'a mut Keep,
    ) -> Result<Ended, RunError> {
        let (signals_in, signals) = unbounded_channel();
        terminal::spawn_signals(signals_in)?;
        let (arrivals_in, arrivals) = unbounded_channel();
        let settings = &loaded.settings;
        let (keymap, refused) = Keymap::with(&settings.keys);
        let mut app = App::new(deck, Uuid::new_v4(), shown_as.size())
            .among(decks.all())
            .in_demo(demo);
        app.keymap = keymap;
        if shown_as != ShownAs::Screen {
            app = app.in_plain_mode();
        }
        let mut runner = Runner::start(client, decks, arrivals_in);
        let mut effects = app.start();
        effects.extend(
            loaded
                .in_short(&refused)
                .map(|wrong| app.warn(wrong))
                .unwrap_or_default(),
        );
        for effect in effects {
            runner.run(effect);
        }
        // The first questions travel while the terminal is being entered.
        tokio::task::yield_now().await;
        let face = Face::enter(shown_as)?;
        let (inputs_in, inputs) = unbounded_channel();
        terminal::spawn_input(inputs_in)?;
        let look = Look {
            theme: Theme::of(&settings.theme, background_of_environment(), has_colour()),
            now: Timestamp::now(),
            zone: Locale {
                zone: TimeZone::system(),
                dates: settings.dates.in_environment(),
            },
            is_spoken: false,
        };
        let dashboard = Self {
            app,
            runner,
            face,
            look,
            theme: &settings.theme,
            arrivals,
            inputs,
            signals,
            keep,
        };
        match dashboard.go().await {
            Err(RunError::Io(_)) if terminal::is_gone() => Ok(Ended::Signal(terminal::HANG_UP)),
            ended => ended,
        }
    }

    async fn go(mut self) -> Result<Ended, RunError> {
        // What it answers, and whether it does, changes the next frame: nothing waits for it.
        self.show()?;
        if self.theme.base == BaseTheme::Auto && has_colour() && can_be_asked() {
            self.face.ask_background()?;
        }
        loop {
            self.show()?;
            let mut turn = Some(self.next().await);
            while let Some(taken) = turn {
                if let Some(ended) = self.take(taken)? {
                    return Ok(ended);
                }
                turn = self.waiting();
            }
        }
    }

    fn show(&mut self) -> io::Result<()> {
        self.look.now = Timestamp::now();
        let targets = self.face.show(&self.app, &self.look)?;
        self.app.laid_out(targets);
        Ok(())
    }

    /// Waits for whatever comes first; of several, messages go before input.
    async fn next(&mut self) -> Turn {
        let change = view::next_change(&self.app, &self.look);
        let silence = self.face.due();
        tokio::select! {
            biased;
            Some(signal) = self.signals.recv() => Turn::Signal(signal),
            Some(arrival) = self.arrivals.recv() => Turn::Arrived(arrival),
            Some(input) = self.inputs.recv() => Turn::Input(input),
            Some(change) = until(change) => Turn::CountedDown(change),
            Some(()) = silent(silence) => Turn::Silent,
        }
    }

    /// What has come already, in the same order.
    fn waiting(&mut self) -> Option<Turn> {
        (self.signals.try_recv().map(Turn::Signal))
            .or_else(|_| self.arrivals.try_recv().map(Turn::Arrived))
            .or_else(|_| self.inputs.try_recv().map(Turn::Input))
            .ok()
    }

    fn take(&mut self, turn: Turn) -> Result<Option<Ended>, RunError> {
        let message = match turn {
            Turn::Signal(Signal::End(number)) => return Ok(Some(Ended::Signal(number))),
            Turn::Signal(Signal::Suspend) => return self.suspend(),
            Turn::Signal(Signal::Resized) => return self.resized(),
            Turn::Signal(Signal::Continue) => {
                self.face.resume()?;
                return self.resized();
            }
            Turn::Arrived(arrived) => match self.runner.take(arrived) {
                Some(arrival) => return self.arrived(arrival),
                None => return Ok(None),
            },
            Turn::Input(Input::Key(key)) => return self.pressed(key),
            Turn::Input(Input::Mouse(mouse)) => Message::Mouse(mouse),
            Turn::Input(Input::Paste(text)) => Message::Paste(text),
            Turn::Input(Input::Background(background)) => {
                self.look.theme = Theme::of(self.theme, Some(background), has_colour());
                return Ok(None);
            }
            Turn::CountedDown(NextChange { has_ended: true, .. }) => Message::Due(Timer::EndPassed),
            Turn::CountedDown(_) | Turn::Silent => return Ok(None),
        };
        self.update(message)
    }

    fn pressed(&mut self, key: KeyEvent) -> Result<Option<Ended>, RunError> {
        for message in self.face.keys(key, &self.app, &self.look) {
            if let Some(ended) = self.update(message)? {
                return Ok(Some(ended));
            }
        }
        Ok(None)
    }

    fn resized(&mut self) -> Result<Option<Ended>, RunError> {
        match self.face.resized() {
            Some(message) => self.update(message),
            None => Ok(None),
        }
    }

    fn arrived(&mut self, arrival: Arrival) -> Result<Option<Ended>, RunError> {
        let message = match arrival {
            Arrival::Message(message) => message,
            Arrival::ForTerminal {
                of,
                subject,
                text,
                inside,
            } => {
                let route = match self.face.send_osc52(&text, inside) {
                    Ok(()) if inside == Inside::TmuxInTmux => Route::OuterTmux,
                    Ok(()) => Route::Terminal,
                    Err(error) => Route::Failed(error.to_string()),
                };
                of.told(subject, route)
            }
            Arrival::Opened { number, result } => match result {
                Ok(opened) if self.app.awaits_profile(number) => return self.switch_to(*opened),
                Ok(_) => return Ok(None),
                Err(why) => Message::NotSwitched { number, why },
            },
        };
        self.update(message)
    }

    /// From now on everything is about another deck.
    fn switch_to(&mut self, opened: Opened) -> Result<Option<Ended>, RunError> {
        let Opened {
            client, deck, keep, ..
        } = opened;
        *self.keep = keep;
        self.runner.switch_to(client);
        let effects = self.app.switch_to(deck, Uuid::new_v4());
        self.perform(effects)
    }

    fn update(&mut self, message: Message) -> Result<Option<Ended>, RunError> {
        self.app.tell_time(Moment {
            now: Timestamp::now(),
            zone: self.look.zone.zone.clone(),
        });
        self.face.note(&message, &self.app);
        let effects = self.app.update(message);
        self.perform(effects)
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Result<Option<Ended>, RunError> {
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(Some(Ended::Quit)),
                Effect::ForgetFrames => self.face.forget_frames()?,
                Effect::SayAgain => self.face.say_again(&self.app, &self.look)?,
                Effect::Suspend => return self.suspend(),
                other => self.runner.run(other),
            }
        }
        Ok(None)
    }

    fn suspend(&mut self) -> Result<Option<Ended>, RunError> {
        self.face.suspend()?;
        self.resized()
    }
}

/// Sleeps until the screen is another one by itself, if it will be.
async fn until(change: Option<NextChange>) -> Option<NextChange> {
    let left = change?.at.duration_since(Timestamp::now());
    tokio::time::sleep(left.try_into().unwrap_or_default()).await;
    change
}

/// Waits until then, if there will be more to tell.
async fn silent(until: Option<Instant>) -> Option<()> {
    tokio::time::sleep_until(until?).await;
    Some(())
}

/// What `COLORFGBG` says, until the terminal says it itself.
fn background_of_environment() -> Option<Background> {
    let value = std::env::var("COLORFGBG").ok()?;
    Background::of_environment(&value)
}

/// The Linux console shows a part of what it doesn't know.
fn can_be_asked() -> bool {
    !matches!(std::env::var("TERM").as_deref(), Ok("linux" | "dumb"))
}

/// What `--color` says; without it <https://no-color.org>: set and not empty.
fn has_colour() -> bool {
    match ColorChoice::global() {
        ColorChoice::Never => false,
        ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
        ColorChoice::Auto => std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}
