//! `[theme]`: the roles that colours play in the dashboard, and the made themes, declared once. What a role looks like is
//! written in words: `bold cyan`, `black on 214`, `#ff8800`, `reverse`.

mod background;
mod paint;

use strum::{EnumIter, EnumString, IntoStaticStr};

pub use background::Background;
pub use paint::{NotPaint, Paint, Shade};

/// The theme that the roles of the file change.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    EnumIter,
    EnumString,
    IntoStaticStr
)]
#[strum(serialize_all = "kebab-case")]
pub enum BaseTheme {
    /// Dark or light, as the terminal's background is.
    #[default]
    Auto,
    Dark,
    Light,
    HighContrast,
    Mono,
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum ColourRole {
    Text,
    Muted,
    Accent,
    Ok,
    Warning,
    Danger,
    Selection,
    Border,
    Match,
    Backdrop,
}

/// How many roles there are.
pub const ROLES: usize = 10;

/// What a role is for, and how the made themes paint it: dark, light, high-contrast, mono, and a terminal whose background
/// is not known: with colours that are told from black and from white.
struct RoleFacts {
    about: &'static str,
    dark: &'static str,
    light: &'static str,
    high_contrast: &'static str,
    mono: &'static str,
    unknown: &'static str,
}

impl ColourRole {
    /// The numbers are of the 256 colours that terminals have fixed: other than the first sixteen, no palette changes them.
    fn facts(self) -> RoleFacts {
        let facts = |about, [dark, light, high_contrast, mono, unknown]: [&'static str; 5]| RoleFacts {
            about,
            dark,
            light,
            high_contrast,
            mono,
            unknown,
        };
        match self {
            Self::Text => facts("all text without another role", ["", "", "231 on 16", "", ""]),
            Self::Muted => facts(
                "what is less important than the text around it",
                ["247", "241", "252", "dim", "dim"],
            ),
            Self::Accent => facts(
                "keys to press, headings, what has the focus",
                ["cyan", "24", "bold 51", "", "30"],
            ),
            Self::Ok => facts("what is allowed or done", ["green", "22", "bold 46", "", "28"]),
            Self::Warning => facts("what wants attention", ["yellow", "94", "bold 226", "", "130"]),
            Self::Danger => facts(
                "what is refused, failed, or destroys something",
                ["bright-red", "124", "bold 217", "", "196"],
            ),
            Self::Selection => facts(
                "the selected row",
                ["reverse", "reverse", "bold 16 on 226", "reverse", "reverse"],
            ),
            Self::Border => facts("frames without focus", ["247", "241", "252", "dim", "dim"]),
            Self::Match => facts(
                "what the filter found in a name",
                [
                    "underline yellow",
                    "underline 94",
                    "underline 226",
                    "underline",
                    "underline",
                ],
            ),
            Self::Backdrop => facts(
                "what is behind a dialog",
                ["dim 245", "dim 243", "dim 245 on 16", "dim", "dim"],
            ),
        }
    }

    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn about(self) -> &'static str {
        self.facts().about
    }

    /// What a made theme paints it with; `None` is what is used while the terminal's background is not known.
    pub fn made(self, theme: Option<BaseTheme>) -> Paint {
        let facts = self.facts();
        let words = match theme {
            None | Some(BaseTheme::Auto) => facts.unknown,
            Some(BaseTheme::Dark) => facts.dark,
            Some(BaseTheme::Light) => facts.light,
            Some(BaseTheme::HighContrast) => facts.high_contrast,
            Some(BaseTheme::Mono) => facts.mono,
        };
        words.parse().unwrap_or_default()
    }
}

/// What the file says of the theme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThemeSettings {
    pub base: BaseTheme,
    /// What is other than in that.
    pub roles: Vec<(ColourRole, Paint)>,
}

#[cfg(test)]
mod tests {
    use super::background::contrast;
    use strum::IntoEnumIterator;

    use super::*;

    const THEMES: [Option<BaseTheme>; 5] = [
        None,
        Some(BaseTheme::Dark),
        Some(BaseTheme::Light),
        Some(BaseTheme::HighContrast),
        Some(BaseTheme::Mono),
    ];

    /// What xterm paints a colour with.
    fn rgb(shade: Shade) -> [u8; 3] {
        const XTERM: [[u8; 3]; 16] = [
            [0, 0, 0],
            [205, 0, 0],
            [0, 205, 0],
            [205, 205, 0],
            [0, 0, 238],
            [205, 0, 205],
            [0, 205, 205],
            [229, 229, 229],
            [127, 127, 127],
            [255, 0, 0],
            [0, 255, 0],
            [255, 255, 0],
            [92, 92, 255],
            [255, 0, 255],
            [0, 255, 255],
            [255, 255, 255],
        ];
        match shade {
            Shade::Rgb(red, green, blue) => [red, green, blue],
            Shade::Palette(number @ ..16) => XTERM[usize::from(number)],
            Shade::Palette(number @ 232..) => [8 + 10 * (number - 232); 3],
            Shade::Palette(number) => {
                let number = number - 16;
                [number / 36, number / 6 % 6, number % 6].map(|level| match level {
                    0 => 0,
                    level => 55 + 40 * level,
                })
            }
        }
    }

    #[test]
    fn the_text_of_the_made_themes_is_told_from_its_background() {
        let (black, white) = ([0; 3], [255; 3]);
        for (theme, text, background) in [
            (BaseTheme::Dark, [229; 3], black),
            (BaseTheme::Light, black, white),
            (BaseTheme::HighContrast, white, black),
        ] {
            for role in ColourRole::iter().filter(|role| *role != ColourRole::Backdrop) {
                let paint = role.made(Some(theme));
                let fg = paint.fg.map_or(text, rgb);
                let bg = paint.bg.map_or(background, rgb);
                let contrast = contrast(fg, bg);
                assert!(contrast >= 4.5, "{theme:?} {role:?} {contrast:.1}");
                assert!(!paint.dim, "{theme:?} {role:?}: how dim that is, is not known");
            }
        }
    }

    #[test]
    fn the_text_on_a_background_that_is_not_known_is_told_from_black_and_white() {
        for role in ColourRole::iter() {
            let paint = role.made(None);
            assert_eq!(paint.bg, None, "{role:?}");
            // The terminal's own text is told from its background.
            let Some(shade) = paint.fg else { continue };
            assert!(
                !matches!(shade, Shade::Palette(..16)),
                "{role:?}: palettes change it"
            );
            // More than 4.6 on both is not possible.
            for background in [[0; 3], [255; 3]] {
                let contrast = contrast(rgb(shade), background);
                assert!(contrast >= 3.9, "{role:?} on {background:?}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn every_role_is_declared_in_words_that_are_read() {
        assert_eq!(ColourRole::iter().count(), ROLES);
        for role in ColourRole::iter() {
            let facts = role.facts();
            for words in [
                facts.dark,
                facts.light,
                facts.high_contrast,
                facts.mono,
                facts.unknown,
            ] {
                assert!(words.parse::<Paint>().is_ok(), "{role:?} {words}");
            }
            for theme in THEMES {
                let paint = role.made(theme);
                assert_eq!(paint.to_string().parse(), Ok(paint), "{role:?} {theme:?}");
            }
            let mono = role.made(Some(BaseTheme::Mono));
            assert_eq!((mono.fg, mono.bg), (None, None), "{role:?}");
        }
    }
}
