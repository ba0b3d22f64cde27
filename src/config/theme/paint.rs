//! What something looks like, in words.

use std::fmt;
use std::str::FromStr;

use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

use crate::config::nearest;

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
            like: nearest(word, PaletteName::iter().map(<&str>::from))
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
