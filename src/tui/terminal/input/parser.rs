//! From bytes to input. Everything that is not input is discarded: what terminals answer (OSC, DCS, APC,
//! PM, SOS, reports in CSI), in whatever pieces it comes, between keys and in the middle of a paste.
//!
//! The states are those of a terminal's own parser (<https://vt100.net/emu/dec_ansi_parser>), with what
//! input needs beside: an Escape that stays alone is a key ([`super::late`]: what may follow it), Escape
//! before a key means Alt, and a paste is text. Nothing waits without a limit: [`Parser::patience`] says how long, and [`Parser::silence`] what
//! it means that nothing came. The content of a control string is not kept, and of a paste no more than
//! [`super::paste::MAX_PASTE`]. The crate `vte` parses what programs write, not what they read: it does not
//! tell whether it is in the middle of a sequence, and a lone Escape depends on that.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};
use smallvec::SmallVec;

use super::control::{CAN, CTRL_C, ESC, SUB};
use super::late::{HeldText, HeldVerdict};
use super::paste::Paste;
use super::string::{ControlString, ST, Step};
use super::utf8::Utf8;
use super::{Input, keys, mouse};

/// An Escape that nothing follows for so long is the key. A Ctrl-C in the middle of something was typed
/// when nothing follows it, and is content otherwise.
const LONE: Duration = Duration::from_millis(100);
/// For so long after the key Escape, what follows may be the rest of a sequence.
const LATE: Duration = Duration::from_secs(3);
/// What is not continued for so long has ended.
const UNFINISHED: Duration = Duration::from_secs(2);

/// The most bytes of a CSI sequence; longer ones are discarded.
const MAX_CSI: usize = 64;

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    /// After an Escape. With `meta`, another one stood before it: the key Escape, or Alt. `alone`, it
    /// was the last that was read: a terminal sends Alt and its key at once.
    Escape {
        meta: bool,
        alone: bool,
    },
    /// After an Escape that was taken for the key.
    Late,
    /// After that, what may be the rest of a sequence.
    Held(HeldText),
    /// After `ESC O`: the parameter so far.
    Ss3 {
        meta: bool,
        parameter: u16,
    },
    Csi(Csi),
    /// After `ESC [ [`: a function key of the Linux console.
    Console,
    /// After `ESC [ M`: a mouse report of three bytes, so far these.
    Raw(SmallVec<[u8; 3]>),
    String(ControlString),
}

#[derive(Debug, Default)]
struct Csi {
    meta: bool,
    /// Parameters and intermediates.
    body: SmallVec<[u8; MAX_CSI]>,
    too_long: bool,
}

#[derive(Debug, Default)]
pub(super) struct Parser {
    state: State,
    partial: Utf8,
    paste: Option<Paste>,
    /// The last byte is a Ctrl-C in the middle of something.
    interrupted: bool,
}

impl Parser {
    /// How long to wait for more before [`Parser::silence`]; `None`: nothing has begun.
    pub(super) fn patience(&self) -> Option<Duration> {
        let in_paste = self.paste.is_some();
        match self.state {
            _ if self.interrupted => Some(LONE),
            State::Escape { .. } if !in_paste => Some(LONE),
            State::Late => Some(LATE),
            State::Held(ref held) => Some(held.patience()),
            State::Ground if !in_paste && self.partial.is_empty() => None,
            _ => Some(UNFINISHED),
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<Input>) {
        for &byte in bytes {
            self.interrupted = false;
            if self.takes_raw(byte, out) {
                continue;
            }
            if let Some(c) = self.partial.push(byte) {
                self.char(c, out);
            }
        }
        self.nothing_follows();
    }

    fn nothing_follows(&mut self) {
        if let State::Escape { alone, .. } = &mut self.state {
            *alone = true;
        }
    }

    /// Nothing came for as long as [`Parser::patience`] said.
    pub(super) fn silence(&mut self, out: &mut Vec<Input>) {
        self.partial.clear();
        let state = std::mem::take(&mut self.state);
        if self.interrupted {
            self.interrupted = false;
            if let Some(mut paste) = self.paste.take() {
                paste.take_back(CTRL_C);
                out.push(paste.into_input());
            }
            out.push(keys::control(CTRL_C).into());
            return;
        }
        let paste = self.paste.take();
        let in_paste = paste.is_some();
        out.extend(paste.map(Paste::into_input));
        match state {
            State::Escape { meta, .. } => {
                if !in_paste {
                    escapes(meta, out);
                }
                self.state = State::Late;
            }
            State::Held(mut held) => {
                if held.pause() {
                    self.typed(held, out);
                    self.nothing_follows();
                } else {
                    self.state = State::Held(held);
                }
            }
            _ => {}
        }
    }

    fn char(&mut self, c: char, out: &mut Vec<Input>) {
        match std::mem::take(&mut self.state) {
            State::Ground => self.ground(c, out),
            State::Escape { meta, alone: true } if self.paste.is_none() && !goes_on(c) => {
                escapes(meta, out);
                self.ground(c, out);
            }
            State::Escape { meta, .. } => self.escape(c, meta, out),
            State::Late => match HeldText::begun_by(c) {
                Some(held) => self.state = State::Held(held),
                None => self.ground(c, out),
            },
            State::Held(held) => self.held(c, held, out),
            State::Ss3 { meta, parameter } => self.ss3(c, meta, parameter, out),
            State::Csi(csi) => self.csi(c, csi, out),
            State::Console => self.sequence(keys::console(c), false, out),
            // Its bytes were taken before; this is no part of it.
            State::Raw(_) => self.ground(c, out),
            State::String(string) => self.string(c, string, out),
        }
    }

    fn held(&mut self, c: char, mut held: HeldText, out: &mut Vec<Input>) {
        match held.push(c) {
            HeldVerdict::Unknown => self.state = State::Held(held),
            HeldVerdict::Keys => self.typed(held, out),
            HeldVerdict::Answer => {
                let mut text = held.into_text().into_iter();
                if let Some(introducer) = text.next() {
                    self.introduce(introducer, false, false);
                }
                text.for_each(|c| self.char(c, out));
            }
        }
    }

    /// It was typed, after all.
    fn typed(&mut self, held: HeldText, out: &mut Vec<Input>) {
        held.into_text().into_iter().for_each(|c| self.char(c, out));
    }

    fn ground(&mut self, c: char, out: &mut Vec<Input>) {
        match c {
            ESC => self.state = after_escape(false),
            // The controls that are an Escape and a character, as one character.
            '\u{80}'..='\u{9f}' => {
                let c = char::from(c as u8 - 0x40);
                if goes_on(c) && c != '\\' {
                    self.introduce(c, false, true);
                }
            }
            _ => self.plain(c, out),
        }
    }

    /// A character of text or of the keyboard.
    fn plain(&mut self, c: char, out: &mut Vec<Input>) {
        match &mut self.paste {
            Some(paste) => {
                paste.push(c);
                self.interrupted = c == CTRL_C;
            }
            None => out.push(keys::of_char(c).into()),
        }
    }

    fn escape(&mut self, c: char, meta: bool, out: &mut Vec<Input>) {
        match c {
            ESC => {
                if meta && self.paste.is_none() {
                    out.push(escape());
                }
                self.state = after_escape(true);
                return;
            }
            '[' | 'O' => return self.introduce(c, meta, false),
            _ if meta && self.paste.is_none() => out.push(escape()),
            _ => {}
        }
        match c {
            'P' | 'X' | ']' | '^' | '_' => self.introduce(c, false, false),
            // The end of a string that was taken for ended; what cancels a sequence.
            '\\' | CAN | SUB => {}
            '\u{80}'..='\u{9f}' | CTRL_C => self.ground(c, out),
            _ if self.paste.is_some() => self.plain(c, out),
            _ => out.push(with_alt(keys::of_char(c)).into()),
        }
    }

    fn introduce(&mut self, introducer: char, meta: bool, eight_bit: bool) {
        self.state = match introducer {
            '[' => State::Csi(Csi {
                meta,
                ..Csi::default()
            }),
            'O' => State::Ss3 { meta, parameter: 0 },
            _ => State::String(ControlString::new(introducer, eight_bit)),
        };
    }

    fn ss3(&mut self, c: char, meta: bool, parameter: u16, out: &mut Vec<Input>) {
        match c {
            ESC => self.ground(c, out),
            '0'..='9' => {
                let digit = c as u16 - '0' as u16;
                let parameter = parameter.saturating_mul(10).saturating_add(digit);
                self.state = State::Ss3 { meta, parameter };
            }
            CTRL_C => {
                self.interrupted = true;
                self.state = State::Ss3 { meta, parameter };
            }
            _ => self.sequence(keys::ss3(parameter, c), meta, out),
        }
    }

    fn csi(&mut self, c: char, mut csi: Csi, out: &mut Vec<Input>) {
        match c {
            ESC | '\u{80}'..='\u{9b}' | '\u{9d}'..='\u{9f}' => self.ground(c, out),
            CAN | SUB | ST => {}
            ' '..='?' => {
                if csi.body.len() < MAX_CSI {
                    csi.body.push(c as u8);
                } else {
                    csi.too_long = true;
                }
                self.state = State::Csi(csi);
            }
            '@'..='~' if !csi.too_long => self.csi_ended(c, &csi, out),
            '@'..='~' => {}
            _ if c.is_control() => {
                self.interrupted = c == CTRL_C;
                self.state = State::Csi(csi);
            }
            // No sequence has such a character, and it is not a key either: the sequence was cut.
            _ => {}
        }
    }

    fn csi_ended(&mut self, last: char, csi: &Csi, out: &mut Vec<Input>) {
        let body = csi.body.as_slice();
        match (body, last) {
            (b"201", '~') if self.paste.is_some() => {
                return out.extend(self.paste.take().map(Paste::into_input));
            }
            (b"", '[') => return self.state = State::Console,
            (b"200", '~') | (_, 'M' | 'm') => {}
            _ => return self.sequence(keys::csi(body, last), csi.meta, out),
        }
        // Not a key: the Escape before it is a key by itself.
        self.sequence(None, csi.meta, out);
        match (body, last) {
            (_, '~') => _ = self.paste.get_or_insert_default(),
            (b"", 'M') => self.state = State::Raw(SmallVec::new()),
            _ => self.mouse(mouse::report(body, last), out),
        }
    }

    fn mouse(&self, event: Option<MouseEvent>, out: &mut Vec<Input>) {
        if self.paste.is_none() {
            out.extend(event.map(Input::Mouse));
        }
    }

    /// The end of a sequence that is a key or nothing. In a paste it is nothing.
    fn sequence(&mut self, key: Option<KeyEvent>, meta: bool, out: &mut Vec<Input>) {
        if self.paste.is_some() {
            return;
        }
        match key {
            Some(key) if meta => out.push(with_alt(key).into()),
            Some(key) => out.push(key.into()),
            None if meta => out.push(escape()),
            None => {}
        }
    }

    fn string(&mut self, c: char, mut string: ControlString, out: &mut Vec<Input>) {
        match string.push(c) {
            Step::Ended => return,
            Step::PasteEnd => {
                if let Some(paste) = self.paste.take() {
                    return out.push(paste.into_input());
                }
            }
            Step::CtrlC => self.interrupted = true,
            Step::GoesOn => {}
        }
        self.state = State::String(string);
    }

    /// The bytes of a mouse report are not characters; controls are not among them.
    fn takes_raw(&mut self, byte: u8, out: &mut Vec<Input>) -> bool {
        let State::Raw(bytes) = &mut self.state else {
            return false;
        };
        if byte < b' ' {
            self.state = State::Ground;
            return false;
        }
        bytes.push(byte);
        if let &[button, column, row] = bytes.as_slice() {
            self.state = State::Ground;
            self.mouse(mouse::x11([button, column, row]), out);
        }
        true
    }
}

fn after_escape(meta: bool) -> State {
    State::Escape { meta, alone: false }
}

/// Whether an Escape and `c` begin a control sequence, or end one.
fn goes_on(c: char) -> bool {
    matches!(c, '[' | ']' | 'P' | 'X' | '^' | '_' | 'O' | '\\')
}

/// One Escape, or two.
fn escapes(two: bool, out: &mut Vec<Input>) {
    out.extend((0..=usize::from(two)).map(|_| escape()));
}

fn escape() -> Input {
    KeyEvent::from(KeyCode::Esc).into()
}

fn with_alt(mut key: KeyEvent) -> KeyEvent {
    key.modifiers |= KeyModifiers::ALT;
    key
}

impl From<KeyEvent> for Input {
    fn from(key: KeyEvent) -> Self {
        Input::Key(key)
    }
}
