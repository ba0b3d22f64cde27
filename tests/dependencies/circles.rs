//! No files of `src` import each other in a circle, so that each can be read once those that it imports are known.
//!
//! A file imports another when it names something that the other defines: in a `use`, or by a path that begins with
//! `crate`, `self`, `super`, a module below it or a name that a `use` brought. A re-export is no import: who takes a
//! name through a `mod.rs` is tied to the file that defines it. A file's tests are not read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module's path from the root of the crate, such as `["server", "store"]`.
type Module = Vec<String>;
type Sources = BTreeMap<Module, Source>;
/// The names that one file takes from another, by the two files' modules.
type Arrows = BTreeMap<(Module, Module), BTreeSet<String>>;

#[derive(Default)]
struct Source {
    /// What `use` brings into scope: a name, and the path that it stands for.
    uses: BTreeMap<String, Vec<String>>,
    /// What the file names: paths and words of its code, and what it imports.
    paths: BTreeSet<Vec<String>>,
}

/// Words and signs, without comments, strings and tests.
fn tokens(text: &str) -> Vec<&str> {
    let mut rest = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let is_sign = |sign: char| sign != '_' && !sign.is_alphanumeric();
        let word = rest.find(is_sign).unwrap_or(rest.len());
        let is_character = rest.starts_with("'\\") || rest.chars().nth(2) == Some('\'');
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            'r' if rest.starts_with("r#\"") => rest.find("\"#").unwrap() + 2,
            '"' => quoted(rest, '"'),
            '\'' if is_character => quoted(rest, '\''),
            ':' if rest.starts_with("::") => 2,
            _ => word.max(first.len_utf8()),
        };
        let (token, behind) = rest.split_at(length);
        if length == word || token == "::" || "{},;*().<".contains(token) {
            tokens.push(token);
        }
        rest = behind;
    }
    tokens
}

/// The length of what stands between two quotes, escapes minded.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|&(_, sign)| {
        let is_end = sign == quote && !is_escaped;
        is_escaped = sign == '\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// Reads the tree of a `use` from `at` on: each leaf's path, and the name that it gets. Returns where it ends.
fn tree(tokens: &[&str], mut at: usize, stem: &[String], leaf: &mut impl FnMut(Vec<String>, &str)) -> usize {
    let mut path = stem.to_vec();
    loop {
        match tokens[at] {
            "::" => {}
            "{" => {
                at += 1;
                while tokens[at] != "}" {
                    at = tree(tokens, at, &path, leaf);
                    at += usize::from(tokens[at] == ",");
                }
                return at + 1;
            }
            "as" => {
                leaf(path, tokens[at + 1]);
                return at + 2;
            }
            "," | "}" | ";" => {
                path.pop_if(|last| last == "self");
                let name = path.last().cloned().unwrap();
                leaf(path, &name);
                return at;
            }
            name => path.push(name.to_owned()),
        }
        at += 1;
    }
}

fn read(path: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap();
    let tokens = tokens(&text);
    let mut source = Source::default();
    let mut at = 0;
    while at < tokens.len() {
        let before = at.checked_sub(1).map_or("", |before| tokens[before]);
        if tokens[at] == "use" && tokens[at + 1] != "<" {
            at = tree(&tokens, at + 1, &[], &mut |path, name| {
                source.uses.insert(name.to_owned(), path.clone());
                if before != "pub" && before != ")" {
                    source.paths.insert(path);
                }
            });
            continue;
        }
        let parts = tokens[at..].chunks(2);
        let joined = parts.take_while(|pair| pair.get(1) == Some(&"::")).count();
        let path = tokens[at..].iter().step_by(2).take(joined + 1);
        if before != "." {
            source.paths.insert(path.map(|part| (*part).to_owned()).collect());
        }
        at += 2 * joined + 1;
    }
    source
}

fn sources(directory: &Path, module: &Module, into: &mut Sources) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let below = [module.as_slice(), &[stem.to_owned()]].concat();
        match stem {
            "tests" | "main" => {}
            _ if path.is_dir() => sources(&path, &below, into),
            "mod" | "lib" => drop(into.insert(module.clone(), read(&path))),
            _ => drop(into.insert(below, read(&path))),
        }
    }
}

/// The module whose file defines what `path` names in the file of `module`, and the name; `None` of a module itself,
/// and of what isn't of this crate.
fn definition(all: &Sources, module: &Module, path: &[String], depth: usize) -> Option<(Module, String)> {
    let child = |of: &Module, name: &String| [of.as_slice(), std::slice::from_ref(name)].concat();
    let (first, rest) = path.split_first().filter(|_| depth < 8)?;
    let mut at = match first.as_str() {
        "crate" => Module::new(),
        "self" => module.clone(),
        "super" => module[..module.len().checked_sub(1)?].to_vec(),
        _ if all.contains_key(&child(module, first)) => child(module, first),
        _ => {
            let used = all[module].uses.get(first).filter(|used| used[0] != *first)?;
            return definition(all, module, &[used, rest].concat(), depth + 1);
        }
    };
    for (index, name) in rest.iter().enumerate() {
        match all[&at].uses.get(name).filter(|_| at != *module) {
            _ if name == "super" => drop(at.pop()),
            _ if all.contains_key(&child(&at, name)) => at.push(name.clone()),
            Some(used) => return definition(all, &at, &[used, &rest[index + 1..]].concat(), depth + 1),
            None => return Some((at, name.clone())),
        }
    }
    None
}

fn arrows(all: &Sources) -> Arrows {
    let mut arrows = Arrows::new();
    for (module, source) in all {
        for path in &source.paths {
            if let Some((of, name)) = definition(all, module, path, 0).filter(|(of, _)| of != module) {
                arrows.entry((module.clone(), of)).or_default().insert(name);
            }
        }
    }
    arrows
}

/// All that `from` imports, and what they import.
fn reached<'a>(imports: &BTreeMap<&'a Module, Vec<&'a Module>>, from: &'a Module) -> BTreeSet<&'a Module> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(next) = open.pop() {
        let imported = imports.get(next).into_iter().flatten().copied();
        open.extend(imported.filter(|of| reached.insert(*of)));
    }
    reached
}

/// Every file of `src`, and what each imports.
fn of_src() -> (Sources, Arrows) {
    let (mut all, src) = (Sources::new(), concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    sources(Path::new(src), &Module::new(), &mut all);
    assert!(all.len() > 300, "{} files were read", all.len());
    let arrows = arrows(&all);
    assert!(arrows.len() > 1_000, "{} imports were found", arrows.len());
    (all, arrows)
}

#[test]
fn modules_import_only_what_the_map_has_above_or_beside_them() {
    let (_, arrows) = of_src();
    let map = include_str!("../../src/lib.rs");
    let rows = map.lines().filter_map(|line| line.strip_prefix("//! | [`"));
    let mut row_of = BTreeMap::new();
    for (row, line) in rows.enumerate() {
        let names = line.split(" | ").next().unwrap();
        for name in names
            .split(['`', '[', ']', ',', ' '])
            .filter(|name| !name.is_empty())
        {
            row_of.insert(name, row);
        }
    }
    let modules = map
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    assert_eq!(row_of.keys().copied().collect::<BTreeSet<_>>(), modules.collect());
    let mut told = String::new();
    for ((from, to), names) in &arrows {
        if let (Some(importer), Some(imported)) = (from.first(), to.first())
            && row_of.get(importer.as_str()) < row_of.get(imported.as_str())
        {
            told += &format!("\n{} -> {}: {names:?}", from.join("/"), to.join("/"));
        }
    }
    assert!(
        told.is_empty(),
        "files that import what the map has below them:{told}"
    );
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let (all, arrows) = of_src();
    let mut imports: BTreeMap<&Module, Vec<&Module>> = BTreeMap::new();
    for (importer, of) in arrows.keys() {
        imports.entry(importer).or_default().push(of);
    }
    let reached = |module| (module, reached(&imports, module));
    let reached: BTreeMap<_, _> = all.keys().map(reached).collect();
    let mut told = String::new();
    for ((from, to), names) in &arrows {
        if reached[to].contains(from) {
            told += &format!("\n{} -> {}: {names:?}", from.join("/"), to.join("/"));
        }
    }
    assert!(told.is_empty(), "files that import each other in circles:{told}");
}
