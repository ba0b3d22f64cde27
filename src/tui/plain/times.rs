//! What of a line changes by itself as time passes, and what only counts on: neither is worth a sentence each time.

const UNITS: [&str; 12] = [
    "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "month", "months", "year",
    "years",
];
/// Other words in which nothing but time passes.
const OF_TIME: [&str; 6] = ["ago", "left", "just", "now", "in", "under"];

/// What a line says beside how long ago something was: that changes by itself.
pub fn timeless(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches(|sign: char| !sign.is_alphanumeric()).to_owned();
    let is_of_time = |word: &str| {
        let word = bare(word);
        UNITS.contains(&word.as_str()) || OF_TIME.contains(&word.as_str())
    };
    let is_number =
        |word: &str| !bare(word).is_empty() && bare(word).chars().all(|sign| sign.is_ascii_digit());
    let kept = words.iter().enumerate().filter(|(index, word)| {
        let has_unit = words
            .get(index + 1)
            .is_some_and(|next| UNITS.contains(&bare(next).as_str()));
        let is_length = is_number(word) && has_unit;
        !is_of_time(word) && !is_length
    });
    let kept: Vec<&str> = kept.map(|(_, word)| *word).collect();
    kept.join(" ")
}

/// The same without its figures.
pub fn shape(line: &str) -> String {
    let timeless = timeless(line);
    let masked = timeless
        .chars()
        .map(|sign| if sign.is_ascii_digit() { '#' } else { sign });
    let mut masked: Vec<char> = masked.collect();
    masked.dedup_by(|a, b| (*a, *b) == ('#', '#'));
    let masked: String = masked.into_iter().collect();
    masked.replace("#,#", "#")
}

#[cfg(test)]
mod tests {
    use super::{shape, timeless};

    #[test]
    fn time_that_passes_is_no_news() {
        for (one, other) in [
            ("14 refused, last 3 seconds ago", "14 refused, last just now"),
            (
                "used 59 minutes ago from 203.0.113.7",
                "used 1 hour ago from 203.0.113.7",
            ),
            (
                "Rotating, 5 hours left: the old",
                "Rotating, 4 hours 59 minutes left: the old",
            ),
            ("expires in 12 days", "expires in 11 days"),
            ("Rotating, under 1 minute left", "Rotating, 1 minute left"),
        ] {
            assert_eq!(timeless(one), timeless(other));
        }
        assert_ne!(timeless("14 refused"), timeless("15 refused"));
        assert_ne!(timeless("from 203.0.113.7"), timeless("from 203.0.113.8"));
        assert_eq!(
            shape("14 refused, last 3 seconds ago"),
            shape("1,500 refused, last just now")
        );
    }
}
