//! What people type to filter keys: words that ask for usage, and the text that is looked for.

use super::compared::compared;

/// The days and hours that may be asked for reach back as far as these.
pub const MAX_IDLE_DAYS: u32 = 3650;
pub const MAX_REFUSED_HOURS: u32 = 30 * 24;

/// A filter as typed, read: `idle:90d shop`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterWords {
    /// Neither used nor created within so many days.
    pub idle_days: Option<u32>,
    pub never_used: bool,
    /// Refused within so many hours.
    pub refused_hours: Option<u32>,
    /// What is looked for in names, projects and domains.
    pub text: Option<String>,
}

impl FilterWords {
    /// Reads `idle:90d`, `never-used` and `refused:today` (the last 24 hours; also `refused:6h`,
    /// `refused:7d`) among other words. A word that is not finished or can't be read is told in a sentence.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let mut words = Self::default();
        let mut rest = Vec::new();
        for word in typed.split_whitespace() {
            let folded = compared(word);
            if folded == "never-used" {
                words.never_used = true;
            } else if let Some(age) = folded.strip_prefix("idle:") {
                words.idle_days = Some(idle(age)?);
            } else if let Some(age) = folded.strip_prefix("refused:") {
                words.refused_hours = Some(refused(age)?);
            } else {
                rest.push(word);
            }
        }
        let is_all_text = words == Self::default();
        // Without such words, spaces are looked for as they were typed.
        let text = if is_all_text {
            typed.trim().to_owned()
        } else {
            rest.join(" ")
        };
        words.text = (!text.is_empty()).then_some(text);
        Ok(words)
    }
}

fn idle(age: &str) -> Result<u32, String> {
    let days = age.strip_suffix('d').and_then(|days| days.parse().ok());
    days.filter(|days| (1..=MAX_IDLE_DAYS).contains(days))
        .ok_or_else(|| {
            format!("Write idle:90d for keys that nobody used for 90 days (1 to {MAX_IDLE_DAYS}).")
        })
}

fn refused(age: &str) -> Result<u32, String> {
    let hours = match age {
        "today" => Some(24),
        age => match (age.strip_suffix('h'), age.strip_suffix('d')) {
            (Some(hours), _) => hours.parse().ok(),
            (_, Some(days)) => days.parse::<u32>().ok().and_then(|days| days.checked_mul(24)),
            _ => None,
        },
    };
    hours
        .filter(|hours| (1..=MAX_REFUSED_HOURS).contains(hours))
        .ok_or_else(|| "Write refused:today (24 hours), refused:6h or refused:7d (at most 30d).".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> FilterWords {
        FilterWords::parse(typed).expect(typed)
    }

    #[test]
    fn words_of_usage_are_told_from_text() {
        let idle = read("  idle:90d  Shop front ");
        assert_eq!(
            (idle.idle_days, idle.text.as_deref()),
            (Some(90), Some("Shop front"))
        );
        assert!(read("NEVER-USED").never_used);
        assert_eq!(read("refused:today").refused_hours, Some(24));
        assert_eq!(read("refused:6h").refused_hours, Some(6));
        assert_eq!(read("refused:7d").refused_hours, Some(168));
        assert_eq!(read("two  spaces ").text.as_deref(), Some("two  spaces"));
        assert_eq!(read("   "), FilterWords::default());
    }

    #[test]
    fn what_is_not_finished_is_told() {
        for typed in [
            "idle:",
            "idle:90",
            "idle:0d",
            "idle:-1d",
            "idle:9999999999d",
            "idle:3651d",
            "refused:",
            "refused:now",
            "refused:31d",
            "refused:0h",
            "refused:4294967295d",
        ] {
            assert!(FilterWords::parse(typed).is_err(), "{typed}");
        }
    }
}
