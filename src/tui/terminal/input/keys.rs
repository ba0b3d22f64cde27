//! The key that a character or a sequence means, in all the encodings that terminals use: plain ones,
//! xterm's with modifiers and its modifyOtherKeys, CSI u (kitty's protocol included), rxvt's and the
//! Linux console's. `None`: it is not a key.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Kitty's event type of a key that is let go.
const RELEASE: u32 = 3;

/// A character as it comes without a sequence.
pub(super) fn of_char(c: char) -> KeyEvent {
    match c {
        '\r' => KeyCode::Enter.into(),
        '\t' => KeyCode::Tab.into(),
        '\x7f' => KeyCode::Backspace.into(),
        c if c.is_ascii_control() => control(c),
        c => typed(c),
    }
}

/// A control character, as Ctrl and a letter.
pub(super) fn control(c: char) -> KeyEvent {
    let code = match c {
        '\0' => ' ',
        // 0x1f is Ctrl-_, as terminals send it for Ctrl-/ and Ctrl-7 too.
        c => char::from((c as u8 & 0x1f) | 0x40).to_ascii_lowercase(),
    };
    KeyEvent::new(KeyCode::Char(code), KeyModifiers::CONTROL)
}

fn typed(c: char) -> KeyEvent {
    let shift = if c.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    KeyEvent::new(KeyCode::Char(c), shift)
}

/// `ESC O`, a parameter or 0, and `last`.
pub(super) fn ss3(parameter: u16, last: char) -> Option<KeyEvent> {
    let (modifiers, _) = modifiers(u32::from(parameter.max(1)))?;
    let code = match last {
        'a'..='d' => {
            // Rxvt's arrows with Ctrl.
            let code = cursor(last.to_ascii_uppercase())?;
            return Some(KeyEvent::new(code, modifiers | KeyModifiers::CONTROL));
        }
        'P'..='S' => function(last)?,
        // The number pad in application mode.
        'M' => KeyCode::Enter,
        'I' => KeyCode::Tab,
        ' ' => KeyCode::Char(' '),
        'X' => KeyCode::Char('='),
        'j'..='y' => KeyCode::Char(char::from(last as u8 - 0x40)),
        _ => cursor(last)?,
    };
    Some(KeyEvent::new(code, modifiers))
}

/// `ESC [`, parameters and intermediates, and `last`.
pub(super) fn csi(body: &[u8], last: char) -> Option<KeyEvent> {
    let body = std::str::from_utf8(body).ok()?;
    let parameters = Parameters::of(body)?;
    let first = parameters.number(0, 0);
    match last {
        'u' if !body.is_empty() => unicode(&parameters, 0, 1),
        '~' if first == Some(27) => other_key(&parameters),
        '~' | '^' | '@' => {
            let code = numbered(first?)?;
            let rxvt = match last {
                '^' => KeyModifiers::CONTROL,
                '@' => KeyModifiers::CONTROL | KeyModifiers::SHIFT,
                _ => KeyModifiers::NONE,
            };
            parameters.key(code).map(|mut key| {
                key.modifiers |= rxvt;
                key
            })
        }
        'Z' if body.is_empty() || first == Some(1) => {
            Some(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT))
        }
        // Rxvt's arrows with Shift.
        'a'..='d' if body.is_empty() => Some(KeyEvent::new(
            cursor(last.to_ascii_uppercase())?,
            KeyModifiers::SHIFT,
        )),
        // Not R: where the cursor is, says a terminal with it.
        'P' | 'Q' | 'S' if matches!(first, None | Some(1)) => parameters.key(function(last)?),
        _ if matches!(first, None | Some(1)) => parameters.key(cursor(last)?),
        _ => None,
    }
}

/// `ESC [ [` and `last`.
pub(super) fn console(last: char) -> Option<KeyEvent> {
    matches!(last, 'A'..='E').then(|| KeyCode::F(last as u8 - b'A' + 1).into())
}

fn cursor(last: char) -> Option<KeyCode> {
    Some(match last {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        'F' => KeyCode::End,
        'H' => KeyCode::Home,
        _ => return None,
    })
}

fn function(last: char) -> Option<KeyCode> {
    matches!(last, 'P'..='S').then(|| KeyCode::F(last as u8 - b'P' + 1))
}

fn numbered(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number as u8 - 10),
        17..=21 => KeyCode::F(number as u8 - 11),
        23..=26 => KeyCode::F(number as u8 - 12),
        28 | 29 => KeyCode::F(number as u8 - 13),
        31..=34 => KeyCode::F(number as u8 - 14),
        _ => return None,
    })
}

/// `27 ; modifiers ; code ~`.
fn other_key(parameters: &Parameters) -> Option<KeyEvent> {
    (parameters.0.len() == 3).then(|| unicode(parameters, 2, 1))?
}

/// A key by its Unicode code point, which stands in parameter `at`; its modifiers in parameter `with`.
fn unicode(parameters: &Parameters, at: usize, with: usize) -> Option<KeyEvent> {
    let (modifiers, capitals) = parameters.modifiers(with)?;
    let plain = parameters.number(at, 0)?;
    if let Some(key) = functional(plain) {
        return Some(KeyEvent::new(key, modifiers));
    }
    let in_capitals = modifiers.contains(KeyModifiers::SHIFT) != capitals;
    let shifted = parameters.number(at, 1).filter(|_| in_capitals);
    let text = parameters
        .number(2, 0)
        .filter(|_| at == 0 && modifiers - KeyModifiers::SHIFT == KeyModifiers::NONE);
    let mut c = char::from_u32(text.or(shifted).unwrap_or(plain))?;
    if (0xe000..=0xf8ff).contains(&(c as u32)) {
        return None;
    }
    if in_capitals && !modifiers.contains(KeyModifiers::CONTROL) {
        let mut upper = c.to_uppercase();
        if let (Some(only), None) = (upper.next(), upper.next()) {
            c = only;
        }
    }
    as_without_protocol(c, modifiers)
}

/// What the key is where no such protocol tells apart what a plain terminal sends as one.
fn as_without_protocol(c: char, modifiers: KeyModifiers) -> Option<KeyEvent> {
    let control = modifiers.contains(KeyModifiers::CONTROL);
    let alt = modifiers & KeyModifiers::ALT;
    let lower = c.to_ascii_lowercase();
    Some(match lower {
        '\r' => KeyEvent::new(KeyCode::Enter, alt),
        '\x1b' => KeyEvent::new(KeyCode::Esc, alt),
        '\t' if modifiers.contains(KeyModifiers::SHIFT) => KeyEvent::new(KeyCode::BackTab, modifiers),
        '\t' => KeyEvent::new(KeyCode::Tab, modifiers),
        '\x08' | '\x7f' => KeyEvent::new(KeyCode::Backspace, modifiers - KeyModifiers::SHIFT),
        'm' if control => KeyEvent::new(KeyCode::Enter, alt),
        'i' if control => KeyEvent::new(KeyCode::Tab, alt),
        '[' if control => KeyEvent::new(KeyCode::Esc, alt),
        _ if control => KeyEvent::new(KeyCode::Char(lower), modifiers),
        _ if c.is_control() => return None,
        _ => KeyEvent::new(KeyCode::Char(c), modifiers),
    })
}

/// Kitty's numbers for the keys that have no code point.
fn functional(number: u32) -> Option<KeyCode> {
    const NUMBER_PAD: &[u8] = b"0123456789./*-+";
    Some(match number {
        57376..=57398 => KeyCode::F((number - 57376 + 13) as u8),
        57399..=57413 => KeyCode::Char(char::from(*NUMBER_PAD.get(number as usize - 57399)?)),
        57414 => KeyCode::Enter,
        57415 => KeyCode::Char('='),
        57416 => KeyCode::Char(','),
        57417 => KeyCode::Left,
        57418 => KeyCode::Right,
        57419 => KeyCode::Up,
        57420 => KeyCode::Down,
        57421 => KeyCode::PageUp,
        57422 => KeyCode::PageDown,
        57423 => KeyCode::Home,
        57424 => KeyCode::End,
        57425 => KeyCode::Insert,
        57426 => KeyCode::Delete,
        _ => return None,
    })
}

/// Modifiers as xterm numbers them, one more than their bits, and whether Caps Lock is on. `None` when
/// they say that the key belongs to the desktop.
fn modifiers(number: u32) -> Option<(KeyModifiers, bool)> {
    const BITS: [(u32, KeyModifiers); 4] = [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (32, KeyModifiers::ALT),
    ];
    const SUPER_OR_HYPER: u32 = 8 | 16;
    const CAPS_LOCK: u32 = 64;
    let bits = number.checked_sub(1).filter(|&bits| bits < 256)?;
    if bits & SUPER_OR_HYPER != 0 {
        return None;
    }
    let set = BITS.into_iter().filter(|(bit, _)| bits & bit != 0);
    let modifiers = set.fold(KeyModifiers::NONE, |all, (_, modifier)| all | modifier);
    Some((modifiers, bits & CAPS_LOCK != 0))
}

/// Numbers parted by `;`, each perhaps of several parted by `:`.
struct Parameters<'a>(smallvec::SmallVec<[&'a str; 4]>);

impl<'a> Parameters<'a> {
    /// `None` when there is more than keys have, or something else than numbers.
    fn of(body: &'a str) -> Option<Self> {
        let only_numbers = body.bytes().all(|byte| matches!(byte, b'0'..=b';'));
        let parameters: smallvec::SmallVec<[&str; 4]> = body.split(';').collect();
        (only_numbers && parameters.len() <= 3).then_some(Self(parameters))
    }

    /// `None` when it is not given, or not to be understood.
    fn number(&self, parameter: usize, part: usize) -> Option<u32> {
        self.0.get(parameter)?.split(':').nth(part)?.parse().ok()
    }

    /// `None` for a key that is let go, too.
    fn modifiers(&self, at: usize) -> Option<(KeyModifiers, bool)> {
        if self.number(at, 1) == Some(RELEASE) {
            return None;
        }
        match self.0.get(at).copied() {
            None | Some("") => Some((KeyModifiers::NONE, false)),
            Some(_) => modifiers(self.number(at, 0).unwrap_or(1)),
        }
    }

    /// The key `code` with the modifiers of the second parameter, which is the last.
    fn key(&self, code: KeyCode) -> Option<KeyEvent> {
        if self.0.len() > 2 {
            return None;
        }
        let (modifiers, _) = self.modifiers(1)?;
        Some(KeyEvent::new(code, modifiers))
    }
}
