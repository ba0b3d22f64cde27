//! What is made of bytes: keys, pastes, and nothing of what a terminal answers.

mod answers;
mod background;
mod encodings;
mod late;
mod random;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers as Mod};

use super::Input;
use super::parser::Parser;

/// What was made of some input, in a form that can be compared.
#[derive(Debug, Clone, PartialEq)]
enum Made {
    Key(KeyCode, Mod),
    Mouse(String),
    Paste(String),
}

fn key(code: KeyCode) -> Made {
    Made::Key(code, Mod::NONE)
}

fn letters(text: &str) -> Vec<Made> {
    text.chars().map(|c| key(KeyCode::Char(c))).collect()
}

/// Feeds pieces, between which no time passes.
fn fed(parser: &mut Parser, pieces: &[&[u8]]) -> Vec<Made> {
    let mut out = Vec::new();
    pieces.iter().for_each(|piece| parser.feed(piece, &mut out));
    out.into_iter().filter_map(made).collect()
}

/// Lets time pass until nothing is awaited any more.
fn quiet(parser: &mut Parser) -> Vec<Made> {
    let mut out = Vec::new();
    while parser.patience().is_some() {
        parser.silence(&mut out);
    }
    out.into_iter().filter_map(made).collect()
}

/// Lets so much time pass. What waits for longer than is left of it goes on waiting.
fn wait(parser: &mut Parser, time: Duration) -> Vec<Made> {
    let (mut out, mut left) = (Vec::new(), time);
    while let Some(rest) = (parser.patience()).and_then(|patience| left.checked_sub(patience)) {
        left = rest;
        parser.silence(&mut out);
    }
    out.into_iter().filter_map(made).collect()
}

/// Feeds pieces, before each of which some time passes, and lets time pass until nothing is awaited.
fn timed(parser: &mut Parser, pieces: &[(u64, &[u8])]) -> Vec<Made> {
    let mut all = Vec::new();
    for (milliseconds, piece) in pieces {
        all.extend(wait(parser, Duration::from_millis(*milliseconds)));
        all.extend(fed(parser, &[piece]));
    }
    all.extend(quiet(parser));
    all
}

/// What the terminal answers is nothing that somebody did.
fn made(input: Input) -> Option<Made> {
    match input {
        Input::Key(KeyEvent { code, modifiers, .. }) => Some(Made::Key(code, modifiers)),
        Input::Mouse(mouse) => {
            let made = format!("{:?} {},{}", mouse.kind, mouse.column, mouse.row);
            Some(Made::Mouse(made))
        }
        Input::Paste(text) => Some(Made::Paste(text.expose().to_owned())),
        Input::Background(_) => None,
    }
}

fn parsed(bytes: &[u8]) -> Vec<Made> {
    let mut parser = Parser::default();
    let mut all = fed(&mut parser, &[bytes]);
    all.extend(quiet(&mut parser));
    all
}
