//! A pressed key as bindings compare it, and as people write it.

use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with its modifiers. Shift is part of a character, not a modifier of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyPattern {
    pub(super) code: KeyCode,
    pub(super) modifiers: KeyModifiers,
}

pub(super) const fn ch(c: char) -> KeyPattern {
    KeyPattern {
        code: KeyCode::Char(c),
        modifiers: KeyModifiers::NONE,
    }
}

pub(super) const fn ctrl(c: char) -> KeyPattern {
    KeyPattern {
        code: KeyCode::Char(c),
        modifiers: KeyModifiers::CONTROL,
    }
}

pub(super) const fn code(code: KeyCode) -> KeyPattern {
    KeyPattern {
        code,
        modifiers: KeyModifiers::NONE,
    }
}

impl KeyPattern {
    /// The pattern of a pressed key.
    pub fn of(key: KeyEvent) -> Self {
        let mut modifiers = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let mut code = key.code;
        match code {
            KeyCode::Char(_) | KeyCode::BackTab => modifiers -= KeyModifiers::SHIFT,
            KeyCode::Tab if modifiers == KeyModifiers::SHIFT => {
                code = KeyCode::BackTab;
                modifiers = KeyModifiers::NONE;
            }
            _ => {}
        }
        if let (KeyCode::Char(c), KeyModifiers::CONTROL) = (code, modifiers) {
            code = KeyCode::Char(c.to_ascii_lowercase());
        }
        Self { code, modifiers }
    }

    /// A press of it.
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }

    /// As people write it: `Ctrl-S`, `PgDn`, `/`.
    pub fn label(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(c) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                c.to_uppercase().to_string()
            }
            KeyCode::Char(c) => c.to_string(),
            KeyCode::Enter => "Enter".into(),
            KeyCode::Esc => "Esc".into(),
            KeyCode::Tab => "Tab".into(),
            KeyCode::BackTab => "Shift-Tab".into(),
            KeyCode::Up => "↑".into(),
            KeyCode::Down => "↓".into(),
            KeyCode::Left => "←".into(),
            KeyCode::Right => "→".into(),
            KeyCode::PageUp => "PgUp".into(),
            KeyCode::PageDown => "PgDn".into(),
            KeyCode::Home => "Home".into(),
            KeyCode::End => "End".into(),
            KeyCode::Delete => "Del".into(),
            KeyCode::Backspace => "Backspace".into(),
            KeyCode::Insert => "Ins".into(),
            KeyCode::F(n) => format!("F{n}"),
            other => format!("{other:?}"),
        };
        let held = [
            (KeyModifiers::CONTROL, "Ctrl-"),
            (KeyModifiers::ALT, "Alt-"),
            (KeyModifiers::SHIFT, "Shift-"),
        ];
        let held = held
            .into_iter()
            .filter(|(modifier, _)| self.modifiers.contains(*modifier));
        held.map(|(_, word)| word).collect::<String>() + &name
    }
}

/// Why a text names no key that can be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotKey {
    #[error(
        "“{0}” is not a key; keys are written as x, X, ctrl-x, alt-x, f5, space, tab, enter, del, backspace, pgdn or up"
    )]
    Unknown(String),
    #[error("{0} always leads out, and can't be set")]
    LeadsOut(&'static str),
    #[error("terminals send {0} as {1}; write {1}")]
    SameAs(String, &'static str),
    #[error("terminals don't tell {0} from the key without {1}")]
    NotTold(String, &'static str),
}

/// Of what people may write for them.
const NAMED: &[(&str, KeyCode)] = &[
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("return", KeyCode::Enter),
    ("tab", KeyCode::Tab),
    ("up", KeyCode::Up),
    ("↑", KeyCode::Up),
    ("down", KeyCode::Down),
    ("↓", KeyCode::Down),
    ("left", KeyCode::Left),
    ("←", KeyCode::Left),
    ("right", KeyCode::Right),
    ("→", KeyCode::Right),
    ("pgup", KeyCode::PageUp),
    ("pageup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("pagedown", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("del", KeyCode::Delete),
    ("delete", KeyCode::Delete),
    ("ins", KeyCode::Insert),
    ("insert", KeyCode::Insert),
    ("backspace", KeyCode::Backspace),
    ("esc", KeyCode::Esc),
    ("escape", KeyCode::Esc),
];

impl FromStr for KeyPattern {
    type Err = NotKey;

    /// As people write a key: `x`, `X`, `ctrl-r`, `alt+x`, `Shift-Tab`, `F5`; what [`KeyPattern::label`] says, too.
    fn from_str(text: &str) -> Result<Self, NotKey> {
        let unknown = || NotKey::Unknown(text.to_owned());
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((modifier, after)) = modifier_of(rest) {
            modifiers |= modifier;
            rest = after;
        }
        let name = rest.to_lowercase();
        let named = NAMED.iter().find(|(known, _)| *known == name);
        let code = match (named, name.strip_prefix('f').map(str::parse::<u8>)) {
            (Some((_, code)), _) => *code,
            (None, Some(Ok(number @ 1..=12))) => KeyCode::F(number),
            _ => KeyCode::Char(only_char(rest).ok_or_else(unknown)?),
        };
        let shift = modifiers.contains(KeyModifiers::SHIFT);
        let (code, modifiers) = match code {
            KeyCode::Char(c) if shift && modifiers == KeyModifiers::SHIFT && c.is_alphabetic() => {
                let upper = only_char(&c.to_uppercase().to_string()).ok_or_else(unknown)?;
                (KeyCode::Char(upper), KeyModifiers::NONE)
            }
            KeyCode::Char(_) if shift => return Err(NotKey::NotTold(text.to_owned(), "Shift")),
            KeyCode::Tab if modifiers == KeyModifiers::SHIFT => (KeyCode::BackTab, KeyModifiers::NONE),
            KeyCode::Enter | KeyCode::Tab if !modifiers.is_empty() => {
                return Err(NotKey::NotTold(text.to_owned(), "a modifier"));
            }
            code => (code, modifiers),
        };
        let pattern = Self::of(KeyEvent::new(code, modifiers));
        pattern.can_be_set(text)
    }
}

impl KeyPattern {
    /// As the configuration file has it: `ctrl-s`, `pgdn`, `/`.
    pub fn written(self) -> String {
        let label = self.label();
        let (held, name) = match label.rsplit_once('-') {
            Some((held, name)) if !name.is_empty() => (format!("{}-", held.to_lowercase()), name),
            _ => (String::new(), label.as_str()),
        };
        let named = NAMED.iter().find(|(_, code)| *code == self.code);
        match (named, self.code) {
            (Some((word, _)), _) => format!("{held}{word}"),
            (None, KeyCode::Char(c)) => format!("{held}{c}"),
            (None, _) => format!("{held}{}", name.to_lowercase()),
        }
    }

    fn can_be_set(self, text: &str) -> Result<Self, NotKey> {
        match (self.code, self.modifiers) {
            (KeyCode::Esc, _) => Err(NotKey::LeadsOut("Esc")),
            (KeyCode::Char('c'), KeyModifiers::CONTROL) => Err(NotKey::LeadsOut("Ctrl-C")),
            (KeyCode::Char('z'), KeyModifiers::CONTROL) => Err(NotKey::LeadsOut("Ctrl-Z")),
            (KeyCode::Char('['), KeyModifiers::CONTROL) => Err(NotKey::LeadsOut("Ctrl-[, which is Esc,")),
            (KeyCode::Char('i'), KeyModifiers::CONTROL) => Err(NotKey::SameAs(text.to_owned(), "tab")),
            (KeyCode::Char('m'), KeyModifiers::CONTROL) => Err(NotKey::SameAs(text.to_owned(), "enter")),
            _ => Ok(self),
        }
    }
}

/// `ctrl-` or `Alt+`, where more follows.
fn modifier_of(text: &str) -> Option<(KeyModifiers, &str)> {
    let at = text.find(['-', '+']).filter(|at| *at > 0)?;
    let (word, rest) = text.split_at(at);
    let modifier = match word.to_lowercase().as_str() {
        "ctrl" | "control" | "c" => KeyModifiers::CONTROL,
        "alt" | "meta" | "m" => KeyModifiers::ALT,
        "shift" | "s" => KeyModifiers::SHIFT,
        _ => return None,
    };
    let rest = rest.get(1..).filter(|rest| !rest.is_empty())?;
    Some((modifier, rest))
}

/// The one character that a text is, when it can be typed and seen.
fn only_char(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let c = chars.next().filter(|c| !c.is_control() && !c.is_whitespace())?;
    chars.next().is_none().then_some(c)
}
