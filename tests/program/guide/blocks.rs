//! The commands of README and the guide: blocks of `sh`, and code within the text.

use std::fs;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A block of `sh`.
pub struct Block {
    /// `assets/guide/start.md:12`.
    pub place: String,
    pub text: String,
    /// Why it is only parsed: the line that opens it says ```` ```sh parsed: REASON ````.
    pub why_parsed: Option<String>,
}

/// README or a topic of the guide.
pub struct Document {
    /// `README`, or the name of the topic.
    pub name: String,
    pub text: String,
    pub blocks: Vec<Block>,
    /// What stands in backticks within the text.
    pub words: Vec<String>,
    /// What `config.toml` may look like.
    pub configurations: Vec<String>,
}

pub fn documents() -> Vec<Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_dir(root.join("assets/guide")).expect("listed");
    let mut paths: Vec<_> = guide.map(|file| file.expect("listed").path()).collect();
    paths.sort();
    paths.push(root.join("README.md"));
    paths.iter().map(|path| read(root, path)).collect()
}

fn read(root: &Path, path: &Path) -> Document {
    let text = fs::read_to_string(path).expect("text");
    let place = path.strip_prefix(root).expect("below").display();
    let (mut blocks, mut words, mut configurations) = (Vec::new(), Vec::new(), Vec::new());
    let mut open = None;
    for (event, range) in Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let line = text[..range.start].lines().count() + 1;
                open = Some((info.to_string(), format!("{place}:{line}"), String::new()));
            }
            Event::Text(code) if open.is_some() => {
                open.iter_mut().for_each(|(_, _, text)| text.push_str(&code));
            }
            Event::End(TagEnd::CodeBlock) => {
                let (info, place, text) = open.take().expect("it was opened");
                match info.split_once(' ').unwrap_or((&info, "")) {
                    ("sh", reason) => blocks.push(Block {
                        why_parsed: why_parsed(&place, reason),
                        place,
                        text,
                    }),
                    ("toml", "") => configurations.push(text),
                    ("", "") => {}
                    (other, _) => panic!("{place}: a block of {other}"),
                }
            }
            Event::Code(code) => words.push(code.to_string()),
            _ => {}
        }
    }
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    Document {
        name,
        text,
        blocks,
        words,
        configurations,
    }
}

fn why_parsed(place: &str, info: &str) -> Option<String> {
    let reason = match info {
        "" => return None,
        info => info.strip_prefix("parsed: ").unwrap_or_default().trim(),
    };
    assert!(
        reason.len() > 10,
        "{place}: say why it is not run: ```sh parsed: REASON"
    );
    Some(reason.to_owned())
}
