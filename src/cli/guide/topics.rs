//! The topics of the guide: the files of `assets/guide`, in the order in which they are best read.

/// What one file says.
#[derive(Debug)]
pub struct Topic {
    pub name: &'static str,
    /// Markdown: a heading, a paragraph that says what it is about, and the rest.
    pub text: &'static str,
}

macro_rules! topics {
    ($($name:literal)*) => {
        &[$(Topic { name: $name, text: include_str!(concat!("../../../assets/guide/", $name, ".md")) }),*]
    };
}

pub const TOPICS: &[Topic] = topics![
    "start"
    "install"
    "sign-in"
    "dashboard"
    "plain"
    "keys"
    "rotation"
    "many"
    "leaks"
    "people"
    "activity"
    "webhooks"
    "export"
    "import"
    "scripts"
    "configuration"
    "connecting"
    "gateways"
    "server"
    "postgres"
    "backup"
    "upgrade"
    "safety"
    "developing"
];

impl Topic {
    pub fn title(&self) -> &'static str {
        let heading = self.text.lines().next().unwrap_or_default();
        heading.trim_start_matches("# ")
    }

    /// The first paragraph.
    pub fn summary(&self) -> String {
        let paragraph = self.text.split("\n\n").nth(1).unwrap_or_default();
        paragraph.replace('\n', " ")
    }
}

/// In upper or lower case.
pub fn find(name: &str) -> Option<&'static Topic> {
    let name = name.trim();
    TOPICS.iter().find(|topic| topic.name.eq_ignore_ascii_case(name))
}

/// All topics, those first whose names are most like this one.
pub fn nearest(name: &str) -> Vec<&'static Topic> {
    let name = name.to_lowercase();
    let likeness = |topic: &&Topic| strsim::jaro_winkler(&name, topic.name);
    let mut topics: Vec<&Topic> = TOPICS.iter().collect();
    topics.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    topics
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/guide");

    #[test]
    fn every_file_is_a_topic_and_has_a_heading_and_a_summary() {
        let files = fs::read_dir(DIRECTORY).expect("listed");
        let name = |file: std::io::Result<fs::DirEntry>| file.expect("listed").file_name().into_string();
        let files: BTreeSet<_> = files.map(|file| name(file).expect("text")).collect();
        let topics: BTreeSet<_> = TOPICS.iter().map(|topic| format!("{}.md", topic.name)).collect();
        assert_eq!(files, topics, "declare it in TOPICS");
        for topic in TOPICS {
            assert!(
                topic.text.starts_with("# ") && !topic.title().is_empty(),
                "{}",
                topic.name
            );
            let summary = topic.summary();
            assert!(
                summary.ends_with(['.', '?']) && !summary.contains('`'),
                "{}: {summary}",
                topic.name
            );
        }
    }

    #[test]
    fn no_topic_contains_a_control_character() {
        let is_plain = |c: char| c == '\n' || crate::model::shown::is_visible(c) || c == ' ';
        for topic in TOPICS {
            assert_eq!(topic.text.chars().find(|&c| !is_plain(c)), None, "{}", topic.name);
        }
    }

    /// As GitHub makes it of a heading.
    fn anchor(heading: &str) -> String {
        let kept = heading
            .chars()
            .filter(|&c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    }

    #[test]
    fn every_link_leads_somewhere() {
        let anchors = |text: &str| -> BTreeSet<String> {
            let headings = text.lines().filter(|line| line.starts_with('#'));
            headings
                .map(|line| anchor(line.trim_start_matches(['#', ' '])))
                .collect()
        };
        let mut count = 0;
        for topic in TOPICS {
            for event in Parser::new_ext(topic.text, Options::ENABLE_TABLES) {
                let Event::Start(Tag::Link { dest_url, .. }) = event else {
                    continue;
                };
                count += 1;
                if dest_url.starts_with("https://") {
                    continue;
                }
                let (file, heading) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
                let to = match file.strip_suffix(".md") {
                    None => Some(topic).filter(|_| file.is_empty()),
                    Some(name) => find(name),
                };
                let to = to.unwrap_or_else(|| panic!("{}: {dest_url}", topic.name));
                assert!(
                    heading.is_empty() || anchors(to.text).contains(heading),
                    "{}: {dest_url}",
                    topic.name
                );
            }
        }
        assert!(count > 10, "{count} links were found");
    }
}
