//! The shape of `src`: no file is longer than 400 lines, no function is longer than 60, and no two public types have
//! the same name, so that a name in a sentence means one thing.
//!
//! Read by lines, as `cargo fmt` lays them out: a function ends at the first brace that is as far indented as its `fn`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 60;

/// Each file of `src`, by its path from there.
pub fn sources() -> BTreeMap<PathBuf, String> {
    let src = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let (mut sources, mut open) = (BTreeMap::new(), vec![src.to_owned()]);
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(src).unwrap().to_owned();
                sources.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(sources.len() > 300, "{} files were read", sources.len());
    sources
}

/// The words of a line up to the first sign, with what stands before an item left out: `["fn", "name"]`. And whether
/// the item is public.
fn item(line: &str) -> (bool, Vec<&str>) {
    let line = line.trim_start();
    let rest = line.strip_prefix("pub").unwrap_or(line);
    let is_public = rest.len() < line.len() && rest.starts_with([' ', '(']);
    let rest = match rest.strip_prefix('(') {
        Some(scope) => scope.split_once(')').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let words = rest.split(|c: char| c != ' ' && c != '_' && !c.is_alphanumeric());
    let words = words.take(1).flat_map(str::split_whitespace);
    let before = ["const", "async", "unsafe", "extern"];
    (
        is_public,
        words.skip_while(|word| before.contains(word)).collect(),
    )
}

/// The name and the length of each function that has a body of several lines.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let (_, words) = item(line);
        let ["fn", name, ..] = words[..] else {
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        // Further lines of the head and the body are indented by more, but for those that begin with a bracket.
        let ends = |line: &&str| {
            let own = line
                .strip_prefix(indent)
                .filter(|own| !own.starts_with([' ', '\n']));
            own.is_some_and(|own| own == "}" || own.ends_with([';', '}']))
        };
        let length = lines[at..].iter().position(ends).map_or(0, |end| end + 1);
        functions.push((name, length));
    }
    functions
}

#[test]
fn no_file_is_longer_than_400_lines_and_no_function_than_60() {
    let (mut told, mut found) = (String::new(), 0);
    for (path, text) in sources() {
        let length = text.lines().count();
        if length > LONGEST_FILE {
            told += &format!("\n{} has {length} lines", path.display());
        }
        for (name, length) in functions(&text) {
            found += 1;
            if length > LONGEST_FUNCTION {
                told += &format!("\n{}: {name} has {length} lines", path.display());
            }
        }
    }
    assert!(found > 3_000, "{found} functions were found");
    assert!(told.is_empty(), "too long to be read at once; divide them:{told}");
}

#[test]
fn no_two_public_types_have_the_same_name() {
    let sources = sources();
    let mut files: BTreeMap<&str, Vec<&Path>> = BTreeMap::new();
    for (path, text) in &sources {
        for line in text.lines() {
            if let (true, [kind, name, ..]) = (item(line).0, &item(line).1[..])
                && ["struct", "enum", "trait", "type"].contains(kind)
            {
                files.entry(name).or_default().push(path);
            }
        }
    }
    assert!(files.len() > 500, "{} types were found", files.len());
    files.retain(|_, files| files.len() > 1);
    assert!(
        files.is_empty(),
        "one name, several types; name each by what it is: {files:#?}"
    );
}

#[test]
fn functions_are_measured_from_their_first_line_to_their_last() {
    let text = "\
pub(super) async fn one<T>(
    a: T,
) -> T
where
    T: Copy,
{
    a
}

trait Two {
    fn declared(
        &self,
    ) -> u8;

    fn short() {}

    const fn given(&self) -> u8 {
        if true {
            1
        } else {
            2
        }
    }
}
";
    let expected = [("one", 8), ("declared", 3), ("short", 1), ("given", 7)];
    assert_eq!(functions(text), expected);
}
