//! Styles. What a colour is for is a role of the theme ([`crate::config::theme`]); where the theme says nothing, colours
//! are the terminal's own. With `NO_COLOR` (no-color.org) only weight, inversion and signs remain. Nothing is said by
//! colour alone.

use ratatui::style::{Color, Modifier, Style};
use strum::IntoEnumIterator;

use crate::config::Colour;
use crate::config::theme::{Background, BaseTheme, ColourRole, Paint, ROLES, Shade, ThemeSettings};

#[derive(Debug, Clone, Copy)]
pub struct Theme {
    styles: [Style; ROLES],
    colour: bool,
}

impl Theme {
    /// As it is without settings and without knowing the terminal's background.
    pub fn new(colour: bool) -> Self {
        Self::of(&ThemeSettings::default(), None, colour)
    }

    /// As the settings have it, on such a background.
    pub fn of(settings: &ThemeSettings, background: Option<Background>, colour: bool) -> Self {
        let base = match (colour, settings.base, background) {
            (false, ..) => Some(BaseTheme::Mono),
            (true, BaseTheme::Auto, None) => None,
            (true, BaseTheme::Auto, Some(Background::Dark)) => Some(BaseTheme::Dark),
            (true, BaseTheme::Auto, Some(Background::Light)) => Some(BaseTheme::Light),
            (true, base, _) => Some(base),
        };
        let mut styles = [Style::new(); ROLES];
        for (role, style) in ColourRole::iter().zip(&mut styles) {
            let set = settings.roles.iter().rfind(|(of, _)| *of == role);
            let paint = set.map_or_else(|| role.made(base), |(_, paint)| *paint);
            *style = style_of(paint, colour);
        }
        Self {
            styles,
            colour: colour && settings.base != BaseTheme::Mono,
        }
    }

    fn role(self, role: ColourRole) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// What has no other style is painted last, where the theme paints it.
    pub fn ground(self) -> Style {
        self.role(ColourRole::Text)
    }

    pub fn text(self) -> Style {
        Style::new()
    }

    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is less important than the text around it.
    pub fn faint(self) -> Style {
        self.role(ColourRole::Muted)
    }

    pub fn accent(self) -> Style {
        self.role(ColourRole::Accent)
    }

    pub fn good(self) -> Style {
        self.role(ColourRole::Ok)
    }

    pub fn warning(self) -> Style {
        self.role(ColourRole::Warning)
    }

    pub fn bad(self) -> Style {
        self.role(ColourRole::Danger)
    }

    /// What is shown of several that can be chosen: the screen, the keys that are counted.
    pub fn tab(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    pub fn selected(self) -> Style {
        self.role(ColourRole::Selection)
    }

    /// What the filter found in a name.
    pub fn found(self) -> Style {
        self.role(ColourRole::Match)
    }

    /// What is behind a dialog.
    pub fn backdrop(self) -> Style {
        self.role(ColourRole::Backdrop)
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
        if focused {
            self.accent()
        } else {
            self.role(ColourRole::Border)
        }
    }

    /// The name of the deck, on the colour of its profile.
    pub fn deck(self, colour: Option<Colour>) -> Style {
        let Some(colour) = colour else {
            return self.accent();
        };
        let (text, colour) = match colour {
            Colour::Red => (Color::Indexed(15), Color::Red),
            Colour::Yellow => (Color::Black, Color::Yellow),
            Colour::Green => (Color::Black, Color::Green),
            Colour::Cyan => (Color::Black, Color::Cyan),
            Colour::Blue => (Color::Indexed(15), Color::Blue),
            Colour::Magenta => (Color::Indexed(15), Color::Magenta),
        };
        let style = match self.colour {
            true => Style::new().fg(text).bg(colour),
            false => Style::new().add_modifier(Modifier::REVERSED),
        };
        style.add_modifier(Modifier::BOLD)
    }
}

fn style_of(paint: Paint, colour: bool) -> Style {
    let shade = |shade: Option<Shade>| {
        let shade = shade.filter(|_| colour);
        shade.map(|shade| match shade {
            Shade::Palette(number) => Color::Indexed(number),
            Shade::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
        })
    };
    let attributes = [
        (paint.bold, Modifier::BOLD),
        (paint.dim, Modifier::DIM),
        (paint.underline, Modifier::UNDERLINED),
        (paint.reverse, Modifier::REVERSED),
    ];
    let attributes = attributes.into_iter().filter(|(is_set, _)| *is_set);
    Style {
        fg: shade(paint.fg),
        bg: shade(paint.bg),
        add_modifier: attributes.map(|(_, modifier)| modifier).collect(),
        ..Style::new()
    }
}
