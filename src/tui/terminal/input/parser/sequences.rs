//! What goes on after an Escape: sequences of each kind, and what they mean.

use crossterm::event::{KeyEvent, MouseEvent};
use smallvec::SmallVec;

use super::super::control::{CAN, CTRL_C, ESC, SUB};
use super::super::nf::{NfSequence, NfStep};
use super::super::paste::Paste;
use super::super::string::{ControlString, ST, Step};
use super::super::{Input, keys, mouse};
use super::{Csi, MAX_CSI, Parser, State, escape, with_alt};

impl Parser {
    pub(super) fn nf(&mut self, c: char, mut sequence: NfSequence, out: &mut Vec<Input>) {
        if c == CTRL_C {
            self.interrupted = true;
            self.state = State::Nf(sequence);
            return;
        }
        match sequence.push(c) {
            NfStep::GoesOn => self.state = State::Nf(sequence),
            NfStep::Ended => self.sequence(None, sequence.meta, out),
            NfStep::Keys => {
                self.no_sequence(sequence, out);
                self.ground(c, out);
            }
        }
    }

    /// It was Alt and a character, when that is all. In a paste it is text.
    pub(super) fn no_sequence(&mut self, sequence: NfSequence, out: &mut Vec<Input>) {
        let meta = sequence.meta;
        let mut text = sequence.into_text().into_iter();
        if self.paste.is_none() {
            out.extend(meta.then(escape));
            if text.len() > 1 {
                return;
            }
            out.extend(text.next().map(|c| with_alt(keys::of_char(c)).into()));
        }
        text.for_each(|c| self.plain(c, out));
    }

    pub(super) fn ss3(&mut self, c: char, meta: bool, parameter: u16, out: &mut Vec<Input>) {
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

    pub(super) fn csi(&mut self, c: char, mut csi: Csi, out: &mut Vec<Input>) {
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
    pub(super) fn sequence(&mut self, key: Option<KeyEvent>, meta: bool, out: &mut Vec<Input>) {
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

    pub(super) fn string(&mut self, c: char, mut string: ControlString, out: &mut Vec<Input>) {
        match string.push(c) {
            Step::Ended => {
                let background = string.background().filter(|_| self.paste.is_none());
                return out.extend(background.map(Input::Background));
            }
            Step::PasteStart => {
                self.paste.get_or_insert_default();
                return;
            }
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
    pub(super) fn takes_raw(&mut self, byte: u8, out: &mut Vec<Input>) -> bool {
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
