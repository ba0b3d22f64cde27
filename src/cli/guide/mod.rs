//! `keydeck guide`: what `assets/guide` says, from the program itself.

mod inline;
mod pager;
mod render;
mod topics;
mod wrap;

use std::ffi::OsStr;
use std::fmt::Write;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command};

use self::topics::{TOPICS, Topic};
use super::{Failure, colour, table};
use crate::model::Shown;

/// The width where nothing says one.
const WIDTH: usize = 80;
/// Longer lines are hard to read, and a narrower terminal than the smallest wraps by itself.
const WIDTHS: std::ops::RangeInclusive<usize> = 30..=100;

#[derive(Debug, Args)]
pub struct GuideArgs {
    /// What to read about; without it, the topics are listed
    #[arg(value_name = "TOPIC", value_parser = TopicParser)]
    topic: Option<&'static Topic>,
}

pub fn run(args: &GuideArgs) -> Result<(), Failure> {
    let text = match args.topic {
        Some(topic) => render::markdown(topic.text, width(), colour::on_stdout()),
        None => render::markdown(&contents(), width(), colour::on_stdout()),
    };
    Ok(pager::show(&text)?)
}

/// The topics in the order in which they are best read.
fn contents() -> String {
    let mut text =
        "# The guide\n\n`keydeck guide TOPIC` shows a topic:\n\n| Topic | |\n|---|---|\n".to_owned();
    for topic in TOPICS {
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "| {} | **{}.** {} |",
            topic.name,
            topic.title(),
            topic.summary()
        );
    }
    text
}

/// Of the terminal; where there is none, of a text that is mailed or printed.
fn width() -> usize {
    let width = table::width().unwrap_or(WIDTH);
    width.clamp(*WIDTHS.start(), *WIDTHS.end())
}

#[derive(Clone)]
struct TopicParser;

impl TypedValueParser for TopicParser {
    type Value = &'static Topic;

    fn parse_ref(
        &self,
        command: &Command,
        _: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let asked = value.to_string_lossy();
        topics::find(&asked).ok_or_else(|| {
            let names: Vec<_> = topics::nearest(&asked)
                .into_iter()
                .map(|topic| topic.name)
                .collect();
            let message = format!(
                "the guide has no topic \"{}\"; it has {}\n",
                Shown::new(&asked),
                names.join(", ")
            );
            clap::Error::raw(ErrorKind::InvalidValue, message).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let value = |topic: &'static Topic| PossibleValue::new(topic.name).help(topic.title());
        Some(Box::new(TOPICS.iter().map(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contents_name_every_topic_once_and_say_what_it_is_about() {
        let contents = render::markdown(&contents(), 100, false);
        for topic in TOPICS {
            let lines = contents
                .lines()
                .filter(|line| line.split_whitespace().next() == Some(topic.name));
            assert_eq!(lines.count(), 1, "{}: {contents}", topic.name);
            assert!(contents.contains(topic.title()), "{contents}");
        }
    }

    #[test]
    fn a_wrong_topic_names_all_and_the_nearest_first() {
        for (asked, nearest) in [
            ("postgresql", "postgres"),
            ("back", "backup"),
            ("gateway", "gateways"),
            ("leek", "leaks"),
            ("rotate", "rotation"),
            ("conf", "configuration"),
        ] {
            let refused = TopicParser.parse_ref(&Command::new("guide"), None, OsStr::new(asked));
            let said = refused.expect_err("it is not there").to_string();
            assert!(said.contains(&format!("; it has {nearest}, ")), "{asked}: {said}");
            assert!(TOPICS.iter().all(|topic| said.contains(topic.name)), "{said}");
        }
    }
}
