//! From bytes to input. Everything that is not input is discarded: what terminals answer (OSC, DCS, APC,
//! PM, SOS, reports in CSI), in whatever pieces it comes, between keys and in the middle of a paste.
//!
//! The states are those of a terminal's own parser (<https://vt100.net/emu/dec_ansi_parser>), with what
//! input needs beside: an Escape that stays alone is a key ([`super::late`]: what may follow it), Escape
//! before a key means Alt, and a paste is text. Nothing waits without a limit: [`Parser::patience`] says how long, and [`Parser::silence`] what
//! it means that nothing came. The content of a control string is not kept, and of a paste no more than
//! [`super::paste::MAX_PASTE`]. The crate `vte` parses what programs write, not what they read: it does not
//! tell whether it is in the middle of a sequence, and a lone Escape depends on that.

mod sequences;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use smallvec::SmallVec;

use super::control::{CAN, CTRL_C, ESC, SUB};
use super::late::{HeldText, HeldVerdict};
use super::nf::{NfSequence, is_intermediate};
use super::paste::Paste;
use super::stalled::{StalledPaste, StalledVerdict};
use super::string::ControlString;
use super::utf8::Utf8;
use super::{Input, keys};

/// An Escape that nothing follows for so long is the key. A Ctrl-C in the middle of something was typed
/// when nothing follows it, and is content otherwise.
const LONE: Duration = Duration::from_millis(100);
/// For so long after the key Escape, what follows may be the rest of a sequence.
const LATE: Duration = Duration::from_secs(3);
/// What is not continued for so long has ended.
const UNFINISHED: Duration = Duration::from_secs(2);
/// For so long after a paste that was taken for ended, its rest may come.
const STALLED: Duration = Duration::from_secs(60);

/// The most bytes of a CSI sequence; longer ones are discarded.
const MAX_CSI: usize = 64;

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    /// After an Escape. With `meta`, another one stood before it: the key Escape, or Alt. `alone`, it
    /// was the last that was read: a terminal sends Alt and its key together.
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
    /// After an Escape and intermediates.
    Nf(NfSequence),
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
    /// A paste ended without what ends one.
    stalled: Option<Box<StalledPaste>>,
    /// The last byte is a Ctrl-C in the middle of something.
    interrupted: bool,
}

impl Parser {
    /// How long to wait for more before [`Parser::silence`]; `None`: nothing has begun.
    pub(super) fn patience(&self) -> Option<Duration> {
        match &self.stalled {
            Some(stalled) if stalled.holds() => Some(LONE),
            Some(_) => self.own_patience().or(Some(STALLED)),
            None => self.own_patience(),
        }
    }

    fn own_patience(&self) -> Option<Duration> {
        let in_paste = self.paste.is_some();
        match self.state {
            _ if self.interrupted => Some(LONE),
            State::Escape { .. } if !in_paste => Some(LONE),
            State::Late => Some(LATE),
            State::Nf(ref sequence) if !in_paste => Some(sequence.patience()),
            State::Held(ref held) => Some(held.patience()),
            State::Ground if !in_paste && self.partial.is_empty() => None,
            _ => Some(UNFINISHED),
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<Input>) {
        match self.stalled.as_mut().map(|stalled| stalled.push(bytes)) {
            None => self.read(bytes, out),
            Some(StalledVerdict::Unknown) => {}
            Some(StalledVerdict::Keys) => self.typed_after_paste(out),
            Some(StalledVerdict::Paste) => self.resume_paste(out),
        }
    }

    fn typed_after_paste(&mut self, out: &mut Vec<Input>) {
        let typed = self.stalled.as_mut().map(|stalled| stalled.take_typed());
        if let Some((typed, is_awaited)) = typed {
            self.stalled.take_if(|_| !is_awaited);
            self.read(&typed, out);
        }
    }

    fn resume_paste(&mut self, out: &mut Vec<Input>) {
        if let Some(stalled) = self.stalled.take() {
            self.state = State::Ground;
            self.paste.get_or_insert_default();
            self.read(&stalled.into_rest(), out);
        }
    }

    fn read(&mut self, bytes: &[u8], out: &mut Vec<Input>) {
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
        if self.paste.is_some() {
            self.stalled = None;
        }
    }

    fn nothing_follows(&mut self) {
        if let State::Escape { alone, .. } = &mut self.state {
            *alone = true;
        }
    }

    /// Nothing came for as long as [`Parser::patience`] said.
    pub(super) fn silence(&mut self, out: &mut Vec<Input>) {
        match &self.stalled {
            Some(stalled) if stalled.holds() => return self.typed_after_paste(out),
            Some(_) if self.own_patience().is_none() => return self.stalled = None,
            _ => {}
        }
        self.partial.clear();
        if self.paste.is_some() {
            self.stalled = Some(Box::new(StalledPaste::new(&self.begun())));
        }
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
                let verdict = held.pause();
                self.judged(verdict, held, out);
                self.nothing_follows();
            }
            State::Nf(sequence) if !in_paste => self.no_sequence(sequence, out),
            _ => {}
        }
    }

    /// The bytes of the control sequence that has begun.
    fn begun(&self) -> SmallVec<[u8; MAX_CSI]> {
        let escape = ESC as u8;
        match &self.state {
            State::Escape { .. } => SmallVec::from_slice(&[escape]),
            State::Csi(csi) => [escape, b'[']
                .into_iter()
                .chain(csi.body.iter().copied())
                .collect(),
            _ => SmallVec::new(),
        }
    }

    fn char(&mut self, c: char, out: &mut Vec<Input>) {
        match std::mem::take(&mut self.state) {
            State::Ground => self.ground(c, out),
            State::Escape { meta, alone: true } if self.paste.is_none() && is_intermediate(c) => {
                self.state = State::Held(HeldText::after(1 + u8::from(meta), c));
            }
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
            State::Nf(sequence) => self.nf(c, sequence, out),
            State::Console if c == ESC => self.ground(c, out),
            State::Console => self.sequence(keys::console(c), false, out),
            // Its bytes were taken before; this is no part of it.
            State::Raw(_) => self.ground(c, out),
            State::String(string) => self.string(c, string, out),
        }
    }

    fn held(&mut self, c: char, mut held: HeldText, out: &mut Vec<Input>) {
        let verdict = held.push(c);
        self.judged(verdict, held, out);
    }

    fn judged(&mut self, verdict: HeldVerdict, held: HeldText, out: &mut Vec<Input>) {
        match verdict {
            HeldVerdict::Unknown => self.state = State::Held(held),
            HeldVerdict::Keys => self.typed(held, out),
            HeldVerdict::Answer => {
                // Of two Escapes before a sequence, the first one is a key.
                out.extend((held.escapes > 1).then(escape));
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
        out.extend((0..held.escapes).map(|_| escape()));
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
            _ if is_intermediate(c) => return self.introduce(c, meta, false),
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
            c if is_intermediate(c) => State::Nf(NfSequence::new(c, meta)),
            _ => State::String(ControlString::new(introducer, eight_bit)),
        };
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
