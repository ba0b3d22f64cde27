//! A list that is edited in place, such as UI domains: a line for each item, the last one empty to add another.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::{AllowedNetwork, FieldErrors, KeyField, MeantOrigin, Scope, UiDomain};
use crate::tui::state::text::TextField;

/// What is in each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinesOf {
    /// UI domains or bundle identifiers of a key of this scope.
    Domains(Scope),
    /// Items of a list of which the declaration says all.
    Items(KeyField),
}

impl LinesOf {
    fn wire_name(self) -> &'static str {
        match self {
            LinesOf::Domains(_) => KeyField::UiDomains.wire_name(),
            LinesOf::Items(field) => field.wire_name(),
        }
    }

    /// As it is kept; what is not valid, as it was typed, but for an origin of which only the scheme is missing.
    fn kept(self, typed: &str) -> String {
        match self {
            LinesOf::Domains(scope) => match UiDomain::parse(scope, typed) {
                Ok(domain) => domain.to_string(),
                Err(_) => {
                    let meant = self.meant(typed).filter(|meant| meant.is_whole);
                    meant.map_or_else(|| typed.to_owned(), |meant| meant.domain.to_string())
                }
            },
            LinesOf::Items(field) => field.kept_item(typed),
        }
    }

    /// Whether what stands in a line includes an item that is offered.
    fn includes(self, line: &str, item: &str) -> bool {
        let networks = AllowedNetwork::parse(line).ok().zip(item.parse().ok());
        line == item || networks.is_some_and(|(network, address)| network.contains(address))
    }

    /// The origin that was probably meant, where what is typed is none.
    fn meant(self, typed: &str) -> Option<MeantOrigin> {
        match self {
            LinesOf::Domains(Scope::Web) => MeantOrigin::by(typed),
            _ => None,
        }
    }
}

#[derive(Debug)]
pub struct LineList {
    pub of: LinesOf,
    /// Never empty; blank lines are ignored.
    lines: Vec<TextField>,
    current: usize,
    /// What may be taken into a blank line.
    offered: Vec<String>,
    /// Origins of the developer's own machine are warned of.
    pub local_development_is_off: bool,
}

impl LineList {
    pub fn new(of: LinesOf, items: &[String]) -> Self {
        let mut lines: Vec<TextField> = items.iter().map(|item| TextField::new(item)).collect();
        lines.push(TextField::default());
        Self {
            of,
            lines,
            current: 0,
            offered: Vec::new(),
            local_development_is_off: false,
        }
    }

    pub fn offer(&mut self, items: Vec<String>) {
        self.offered = items;
    }

    /// What can be taken where the cursor is: on a blank line, and not there yet in another one.
    pub fn offered_here(&self) -> Vec<String> {
        let is_blank = self.lines.get(self.current).is_some_and(TextField::is_blank);
        let offered = self.offered.iter().filter(|_| is_blank);
        let values = self.values();
        offered
            .filter(|item| !values.iter().any(|there| self.of.includes(there, item)))
            .cloned()
            .collect()
    }

    pub fn lines(&self) -> &[TextField] {
        &self.lines
    }

    pub fn current(&self) -> usize {
        self.current
    }

    /// What is not blank, as typed.
    pub fn values(&self) -> Vec<String> {
        self.lines
            .iter()
            .filter(|line| !line.is_blank())
            .map(|line| line.value().trim().to_owned())
            .collect()
    }

    /// The error of a line: the index in `errors` counts the lines that are not blank.
    pub fn error_of_line<'a>(&self, line: usize, errors: &'a FieldErrors) -> Option<&'a str> {
        if self.lines.get(line).is_none_or(TextField::is_blank) {
            return None;
        }
        let index = self.lines[..line].iter().filter(|line| !line.is_blank()).count();
        let name = format!("{}[{index}]", self.of.wire_name());
        errors
            .0
            .iter()
            .find(|error| error.field == name)
            .map(|error| error.message.as_str())
    }

    /// What to know of a line that may be kept as it is.
    pub fn warning_of_line(&self, line: usize) -> Option<String> {
        let LinesOf::Domains(scope) = self.of else {
            return None;
        };
        let domain = UiDomain::parse(scope, self.lines.get(line)?.value()).ok()?;
        match self.local_development_is_off {
            true => domain.warning_without_local_development(),
            false => domain.warning(),
        }
    }

    /// What Enter makes of the current line, where that is not yet as it would be kept.
    pub fn meant_here(&self) -> Option<String> {
        let typed = self.lines.get(self.current)?.value();
        Some(self.of.meant(typed)?.domain.to_string())
    }

    /// The error of the list as a whole.
    pub fn error_of_list<'a>(&self, errors: &'a FieldErrors) -> Option<&'a str> {
        errors
            .0
            .iter()
            .find(|error| error.field == self.of.wire_name())
            .map(|error| error.message.as_str())
    }

    pub fn handle(&mut self, key: KeyEvent) -> bool {
        let is_blank = self.lines[self.current].value().is_empty();
        match key.code {
            KeyCode::Backspace if is_blank && self.lines.len() > 1 => self.remove_line(),
            KeyCode::Char('d') if key.modifiers.contains(KeyModifiers::CONTROL) => self.remove_line(),
            KeyCode::Right if key.modifiers.is_empty() && !self.offered_here().is_empty() => {
                let _ = self.paste(&self.offered_here().join(" "));
            }
            _ => return self.lines[self.current].handle(key),
        }
        true
    }

    fn remove_line(&mut self) {
        self.lines.remove(self.current);
        if self.lines.is_empty() {
            self.lines.push(TextField::default());
        }
        self.current = self.current.saturating_sub(usize::from(self.current > 0));
    }

    /// Takes several at a time: separated by white space, commas or semicolons. What became of them, where the lines
    /// don't have all of it.
    #[must_use]
    pub fn paste(&mut self, text: &str) -> Option<String> {
        let parts: Vec<&str> = text
            .split([' ', '\t', '\r', '\n', ',', ';'])
            .filter(|part| !part.is_empty())
            .collect();
        let [first, rest @ ..] = parts.as_slice() else {
            return None;
        };
        let mut said = self.lines[self.current].paste(first);
        for part in rest {
            self.current += 1;
            let mut line = TextField::default();
            said = said.or(line.paste(part));
            self.lines.insert(self.current, line);
        }
        if !rest.is_empty() {
            self.normalise();
        }
        said
    }

    /// Enter: to the next line, a new one after the last. `false` on an empty last line.
    pub fn next_line(&mut self) -> bool {
        if let Some(meant) = self.meant_here() {
            self.lines[self.current].set(&meant);
        }
        if self.current + 1 == self.lines.len() {
            if self.lines[self.current].is_blank() {
                return false;
            }
            self.lines.push(TextField::default());
        }
        self.current += 1;
        self.normalise();
        true
    }

    /// `false` at the ends.
    pub fn move_by(&mut self, step: isize) -> bool {
        let next = self.current as isize + step;
        let within = next >= 0 && (next as usize) < self.lines.len();
        if within {
            self.current = next as usize;
            self.normalise();
        }
        within
    }

    /// The focus comes in from above or from below.
    pub fn enter(&mut self, from_above: bool) {
        let last = self.lines.len() - 1;
        self.current = if from_above && self.values().len() <= 1 {
            0
        } else {
            last
        };
        if from_above && self.values().len() > 1 {
            self.current = 0;
        }
    }

    pub fn enter_first_error(&mut self, errors: &FieldErrors) {
        let wrong = (0..self.lines.len()).find(|&line| self.error_of_line(line, errors).is_some());
        self.current = wrong.unwrap_or(self.lines.len() - 1);
    }

    /// Blank lines go, except for the last; what is valid is shown as it will be kept.
    pub fn tidy(&mut self) {
        self.lines.retain(|line| !line.is_blank());
        self.lines.push(TextField::default());
        self.current = self.current.min(self.lines.len() - 1);
        self.normalise_except(None);
    }

    /// What is not being edited is shown as it will be kept.
    fn normalise(&mut self) {
        self.normalise_except(Some(self.current));
    }

    fn normalise_except(&mut self, edited: Option<usize>) {
        for (index, line) in self.lines.iter_mut().enumerate() {
            if Some(index) == edited {
                continue;
            }
            let kept = self.of.kept(line.value());
            if kept != line.value() {
                line.set(&kept);
            }
        }
    }
}
