//! A row of buttons, of which one has the focus.

/// A button, and what pressing it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Button<T> {
    pub means: T,
    pub label: &'static str,
    /// The label where there is little room.
    pub short: &'static str,
    /// Whether it destroys something.
    pub danger: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ButtonRow<T> {
    buttons: Vec<Button<T>>,
    focus: Option<usize>,
}

impl<T> Default for ButtonRow<T> {
    fn default() -> Self {
        Self {
            buttons: Vec::new(),
            focus: Some(0),
        }
    }
}

impl<T: Copy> ButtonRow<T> {
    #[must_use]
    pub fn button(self, means: T, label: &'static str) -> Self {
        self.with(means, label, label, false)
    }

    /// Adds a button that destroys something.
    #[must_use]
    pub fn danger(self, means: T, label: &'static str) -> Self {
        self.with(means, label, label, true)
    }

    #[must_use]
    pub fn with(mut self, means: T, label: &'static str, short: &'static str, danger: bool) -> Self {
        self.buttons.push(Button {
            means,
            label,
            short,
            danger,
        });
        self
    }

    /// The focus is on this one, or on none of them.
    #[must_use]
    pub fn focused_at(mut self, index: Option<usize>) -> Self {
        self.focus = index;
        self
    }

    pub fn buttons(&self) -> &[Button<T>] {
        &self.buttons
    }

    pub fn focus(&self) -> Option<usize> {
        self.focus
    }

    /// What the focused button means.
    pub fn focused(&self) -> Option<T> {
        let button = self.focus.and_then(|focus| self.buttons.get(focus));
        button.map(|button| button.means)
    }

    /// The focus goes to this one, or to none of them.
    pub fn focus_on(&mut self, index: Option<usize>) {
        self.focus = index;
    }

    /// Goes round.
    pub fn move_by(&mut self, step: isize) {
        let count = self.buttons.len().max(1) as isize;
        let at = self.focus.unwrap_or(0) as isize;
        self.focus = Some((at + step).rem_euclid(count) as usize);
    }

    /// Goes round where a text field comes before the first button: `None` is that field.
    pub fn move_with_field(&mut self, step: isize) {
        let stops = self.buttons.len() as isize + 1;
        let at = self.focus.map_or(0, |button| button as isize + 1);
        let to = (at + step).rem_euclid(stops) as usize;
        self.focus = to.checked_sub(1);
    }

    /// Back to the first, which changes nothing.
    pub fn reset(&mut self) {
        self.focus = Some(0);
    }
}
