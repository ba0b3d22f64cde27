//! `[theme]`: the roles that colours play in the dashboard, and the made themes, declared once. What a role looks like is
//! written in words: `bold cyan`, `black on 214`, `#ff8800`, `reverse`.

use std::fmt;
use std::str::FromStr;

use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

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

/// What a role is for, and how the made themes paint it: dark, light, high-contrast, mono, and a terminal of which
/// nothing is known.
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
                ["cyan", "24", "bold 51", "", "cyan"],
            ),
            Self::Ok => facts("what is allowed or done", ["green", "22", "bold 46", "", "green"]),
            Self::Warning => facts("what wants attention", ["yellow", "94", "bold 226", "", "yellow"]),
            Self::Danger => facts(
                "what is refused, failed, or destroys something",
                ["bright-red", "124", "bold 217", "", "red"],
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

/// Colours and attributes; what is absent is the terminal's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paint {
    pub fg: Option<Shade>,
    pub bg: Option<Shade>,
    pub bold: bool,
    pub dim: bool,
    pub underline: bool,
    pub reverse: bool,
}

/// A colour of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// Of the palette: 0 to 15 as the terminal has them, the others fixed.
    Palette(u8),
    Rgb(u8, u8, u8),
}

/// The names of the first sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", ascii_case_insensitive)]
enum PaletteName {
    Black,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    White,
    BrightBlack,
    BrightRed,
    BrightGreen,
    BrightYellow,
    BrightBlue,
    BrightMagenta,
    BrightCyan,
    BrightWhite,
}

/// Why words don't say what a role looks like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPaint {
    #[error(
        "“{word}” is not a colour{like}; colours are names such as cyan or bright-red, numbers from 0 to 255, and #rrggbb"
    )]
    Unknown { word: String, like: String },
    #[error("two colours are named; the one of the background follows “on”")]
    TwoColours,
    #[error("“on” must be followed by the colour of the background")]
    NoBackground,
}

impl FromStr for Shade {
    type Err = NotPaint;

    fn from_str(word: &str) -> Result<Self, NotPaint> {
        let unknown = || NotPaint::Unknown {
            word: word.to_owned(),
            like: super::nearest(word, PaletteName::iter().map(<&str>::from))
                .map_or_else(String::new, |name| format!("; did you mean {name}?")),
        };
        if let Some(hex) = word.strip_prefix('#') {
            let digits = hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = u32::from_str_radix(hex, 16).ok().filter(|_| digits);
            let [_, red, green, blue] = number.ok_or_else(unknown)?.to_be_bytes();
            return Ok(Self::Rgb(red, green, blue));
        }
        if let Ok(number) = word.parse() {
            return Ok(Self::Palette(number));
        }
        let name: PaletteName = word.parse().map_err(|_| unknown())?;
        Ok(Self::Palette(name as u8))
    }
}

impl FromStr for Paint {
    type Err = NotPaint;

    fn from_str(words: &str) -> Result<Self, NotPaint> {
        let mut paint = Self::default();
        let mut words = words.split_whitespace();
        while let Some(word) = words.next() {
            match word {
                "bold" => paint.bold = true,
                "dim" => paint.dim = true,
                "underline" => paint.underline = true,
                "reverse" => paint.reverse = true,
                "default" => {}
                "on" => {
                    let background = words.next().ok_or(NotPaint::NoBackground)?;
                    paint.bg = Some(background.parse()?);
                }
                colour if paint.fg.is_none() => paint.fg = Some(colour.parse()?),
                colour => return colour.parse::<Shade>().and(Err(NotPaint::TwoColours)),
            }
        }
        Ok(paint)
    }
}

impl fmt::Display for Shade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Palette(number) => match PaletteName::iter().nth(number.into()) {
                Some(name) => f.write_str(name.into()),
                None => write!(f, "{number}"),
            },
            Self::Rgb(red, green, blue) => write!(f, "#{red:02x}{green:02x}{blue:02x}"),
        }
    }
}

/// As it is written.
impl fmt::Display for Paint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attributes = [
            (self.bold, "bold"),
            (self.dim, "dim"),
            (self.underline, "underline"),
            (self.reverse, "reverse"),
        ];
        let attributes = attributes.into_iter().filter(|(is_set, _)| *is_set);
        let mut words: Vec<String> = attributes.map(|(_, word)| word.to_owned()).collect();
        words.extend(self.fg.map(|shade| shade.to_string()));
        words.extend(self.bg.map(|shade| format!("on {shade}")));
        match words.is_empty() {
            true => f.write_str("default"),
            false => f.write_str(&words.join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
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

    /// <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let luminance = |rgb: [u8; 3]| {
            let [red, green, blue] = rgb.map(|channel| {
                let channel = f64::from(channel) / 255.0;
                match channel <= 0.04045 {
                    true => channel / 12.92,
                    false => ((channel + 0.055) / 1.055).powf(2.4),
                }
            });
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
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

    #[test]
    fn a_paint_is_written_in_words() {
        let paint = |fg, bg| Paint {
            fg,
            bg,
            ..Paint::default()
        };
        let palette = |number| Some(Shade::Palette(number));
        for (words, read) in [
            ("cyan", paint(palette(6), None)),
            ("Bright-Red", paint(palette(9), None)),
            ("0", paint(palette(0), None)),
            ("255", paint(palette(255), None)),
            ("#FF8800", paint(Some(Shade::Rgb(255, 136, 0)), None)),
            ("black on 214", paint(palette(0), palette(214))),
            ("default", Paint::default()),
            ("", Paint::default()),
        ] {
            assert_eq!(words.parse(), Ok(read), "{words}");
        }
        let bold = "bold underline on #000000".parse::<Paint>().expect("valid");
        assert!(bold.bold && bold.underline && !bold.dim && bold.bg == Some(Shade::Rgb(0, 0, 0)));
    }

    #[test]
    fn what_is_no_paint_says_so() {
        for (words, why) in [
            ("cyna", "“cyna” is not a colour; did you mean cyan?"),
            ("256", "“256” is not a colour;"),
            ("-1", "“-1” is not a colour;"),
            ("#ff88", "“#ff88” is not a colour;"),
            ("#gggggg", "is not a colour"),
            ("#ff88€", "is not a colour"),
            ("red green", "two colours"),
            ("red on", "must be followed"),
            ("blinking", "“blinking” is not a colour"),
        ] {
            let error = words.parse::<Paint>().expect_err(words).to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
