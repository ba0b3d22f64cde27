//! Whether a terminal's background is dark or light, as the terminal or the environment say it.

/// How light it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    Dark,
    Light,
}

impl Background {
    /// The one on which white text is told from it less well than black text is light.
    pub fn of_rgb(rgb: [u8; 3]) -> Self {
        match contrast(rgb, [0; 3]) > contrast(rgb, [255; 3]) {
            true => Self::Light,
            false => Self::Dark,
        }
    }

    /// Of `COLORFGBG`, as rxvt, Konsole and others set it: `15;0`, `0;default;15`.
    pub fn of_environment(colorfgbg: &str) -> Option<Self> {
        match colorfgbg.rsplit(';').next()?.trim().parse::<u8>().ok()? {
            7 | 9..=15 => Some(Self::Light),
            0..=6 | 8 => Some(Self::Dark),
            _ => None,
        }
    }

    /// Of what a terminal answers to the question for it, between `OSC` and its end: `11;rgb:1e1e/1e1e/1e1e`. A channel has
    /// one to four digits.
    pub fn of_reply(reply: &str) -> Option<Self> {
        let colour = reply.strip_prefix("11;")?;
        let channels: Vec<&str> = match colour.strip_prefix('#') {
            Some(digits) if digits.is_ascii() && digits.len() % 3 == 0 && !digits.is_empty() => {
                let each = digits.len() / 3;
                (0..3)
                    .filter_map(|at| digits.get(at * each..(at + 1) * each))
                    .collect()
            }
            Some(_) => return None,
            None => {
                let (space, channels) = colour.split_once(':')?;
                let channels: Vec<&str> = channels.split('/').collect();
                let expected = match space {
                    "rgb" => 3,
                    "rgba" => 4,
                    _ => return None,
                };
                if channels.len() != expected {
                    return None;
                }
                channels
            }
        };
        let mut rgb = [0; 3];
        for (channel, digits) in rgb.iter_mut().zip(channels) {
            *channel = of_digits(digits)?;
        }
        Some(Self::of_rgb(rgb))
    }
}

/// `f`, `ff`, `fff` and `ffff` are the same.
fn of_digits(digits: &str) -> Option<u8> {
    let is_hex = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
    let most = (1u32 << (4 * digits.len())) - 1;
    u8::try_from(value * 255 / most).ok()
}

/// <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
pub(super) fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_says_its_background() {
        for (reply, background) in [
            ("11;rgb:0000/0000/0000", Some(Background::Dark)),
            ("11;rgb:1e1e/1e1e/2e2e", Some(Background::Dark)),
            ("11;rgb:ffff/ffff/ffff", Some(Background::Light)),
            ("11;rgb:fdfd/f6f6/e3e3", Some(Background::Light)),
            ("11;rgb:f/f/f", Some(Background::Light)),
            ("11;rgb:00/2b/36", Some(Background::Dark)),
            ("11;rgba:ffff/ffff/ffff/cccc", Some(Background::Light)),
            ("11;#ffffff", Some(Background::Light)),
            ("11;#000", Some(Background::Dark)),
            ("11;rgb:ffff/ffff", None),
            ("11;rgb:ffff/ffff/ffff/ffff", None),
            ("11;rgb:fffff/0/0", None),
            ("11;rgb:+f/0/0", None),
            ("11;rgb://", None),
            ("11;#ffff", None),
            ("11;#", None),
            ("11;?", None),
            ("10;rgb:0000/0000/0000", None),
            ("52;c;Y2Nj", None),
            ("", None),
        ] {
            assert_eq!(Background::of_reply(reply), background, "{reply}");
        }
    }

    #[test]
    fn the_environment_says_the_background() {
        for (value, background) in [
            ("15;0", Some(Background::Dark)),
            ("0;15", Some(Background::Light)),
            ("0;default;15", Some(Background::Light)),
            ("12;8", Some(Background::Dark)),
            ("0;7", Some(Background::Light)),
            ("15;default", None),
            ("0;16", None),
            ("", None),
        ] {
            assert_eq!(Background::of_environment(value), background, "{value}");
        }
    }
}
