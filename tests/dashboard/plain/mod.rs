//! The linear mode: what is said of the same state, as a conversation.

pub mod everywhere;
mod forms;
mod live;
mod screens;

use keydeck::tui::message::Message;
use keydeck::tui::plain::{Pause, Plain};

use crate::common::draw::look;
use crate::common::talk::*;

/// Somebody who listens to what the dashboard says.
struct Ear {
    talk: Talk,
    plain: Plain,
    pause: Pause,
}

impl Ear {
    fn at(talk: Talk) -> Self {
        Self {
            talk,
            plain: Plain::new(true, 80),
            pause: Pause::Burst,
        }
    }

    /// The keys are there, and the first words were said.
    fn with_keys(keys: Vec<keydeck::api::Key>) -> Self {
        let mut talk = Talk::sized(80, 24, keys);
        talk.app = talk.app.in_plain_mode();
        let mut ear = Self::at(talk);
        ear.silence();
        ear
    }

    /// Presses keys as fast as they can be read; what is said meanwhile.
    fn press(&mut self, keys: &str) -> String {
        for key in parse_keys(keys) {
            for key in self.plain.keys(key, &self.talk.app, &look()) {
                self.tell(Message::Key(key));
            }
            self.pause = self.plain.after_input(&self.talk.app, &look());
        }
        self.said()
    }

    /// Something arrives.
    fn tell(&mut self, message: Message) {
        self.plain.note(&message, &self.talk.app);
        self.talk.tell(message);
        if self.pause == Pause::Over {
            self.pause = Pause::Burst;
        }
    }

    /// Nothing happens for so long that everything is said.
    fn silence(&mut self) -> String {
        for _ in 0..4 {
            if self.pause == Pause::Over {
                break;
            }
            self.pause = self.plain.after(self.pause, &self.talk.app, &look());
        }
        self.said()
    }

    /// The next moment of silence, however short.
    fn moment(&mut self, pause: Pause) -> String {
        self.pause = self.plain.after(pause, &self.talk.app, &look());
        self.said()
    }

    fn where_am_i(&mut self) -> String {
        self.plain.say_again(&self.talk.app, &look());
        self.said()
    }

    fn said(&mut self) -> String {
        let said = self.plain.take();
        assert!(!said.contains('\u{1b}'), "{said:?}");
        let lines = said.replace("\r\n", "\n");
        assert!(!lines.contains('\r'), "{said:?}");
        let short = short_length(&lines);
        assert!(short.is_none(), "{short:?} is not spoken: {lines}");
        lines
    }
}

/// A length of time whose unit is no word, such as `2 min`.
fn short_length(said: &str) -> Option<String> {
    let words: Vec<&str> = said.split_whitespace().collect();
    let is_number = |word: &str| word.chars().all(|sign| sign.is_ascii_digit() || sign == ',');
    let is_short = |word: &str| {
        let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
        ["s", "min", "h", "d", "mo", "y"].contains(&word)
    };
    let mut pairs = words.windows(2);
    let short = pairs.find(|pair| is_number(pair[0]) && is_short(pair[1]));
    short.map(|pair| pair.join(" "))
}
