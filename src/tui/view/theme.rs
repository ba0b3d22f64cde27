//! Styles. Colours come from the terminal's own palette, so light and dark backgrounds both work;
//! with `NO_COLOR` (no-color.org) only weight, inversion and signs remain. Nothing is told by
//! colour alone.

use ratatui::style::{Color, Modifier, Style};

use crate::config::Colour;
use crate::model::Scope;

#[derive(Debug, Clone, Copy)]
pub struct Theme {
    colour: bool,
}

impl Theme {
    pub fn new(colour: bool) -> Self {
        Self { colour }
    }

    fn fg(self, colour: Color) -> Style {
        if self.colour {
            Style::new().fg(colour)
        } else {
            Style::new()
        }
    }

    pub fn text(self) -> Style {
        Style::new()
    }

    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is less important than the text around it.
    pub fn faint(self) -> Style {
        // Not the palette's bright black: some themes paint it like their background.
        Style::new().add_modifier(Modifier::DIM)
    }

    pub fn accent(self) -> Style {
        self.fg(Color::Cyan)
    }

    pub fn good(self) -> Style {
        self.fg(Color::Green)
    }

    pub fn warning(self) -> Style {
        self.fg(Color::Yellow)
    }

    pub fn bad(self) -> Style {
        self.fg(Color::Red)
    }

    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// A button, focused or not.
    pub fn button(self, focused: bool, danger: bool) -> Style {
        let style = if danger { self.bad() } else { Style::new() };
        if focused {
            style.add_modifier(Modifier::REVERSED | Modifier::BOLD)
        } else {
            style
        }
    }

    /// The border of what has the focus, or hasn't.
    pub fn border(self, focused: bool) -> Style {
        if focused { self.accent() } else { self.faint() }
    }

    /// The name of the deck, on the colour of its profile.
    pub fn deck(self, colour: Option<Colour>) -> Style {
        let Some(colour) = colour else {
            return self.accent();
        };
        let colour = match colour {
            Colour::Red => Color::Red,
            Colour::Yellow => Color::Yellow,
            Colour::Green => Color::Green,
            Colour::Cyan => Color::Cyan,
            Colour::Blue => Color::Blue,
            Colour::Magenta => Color::Magenta,
        };
        self.fg(colour).add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    pub fn scope(self, scope: Scope) -> Style {
        match scope {
            Scope::Web => self.fg(Color::Cyan),
            Scope::Mobile => self.fg(Color::Magenta),
            Scope::Analytics => self.fg(Color::Yellow),
        }
    }
}
