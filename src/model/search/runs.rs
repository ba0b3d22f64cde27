//! Runs of letters that are long enough to hold a token in some code: the letters of both base64 alphabets, which are also
//! those of hexadecimal digits and of a token itself, across folds and with escapes undone.

use memchr::memrchr2;
use zeroize::Zeroizing;

use super::chunk::{self, CHUNK, STEP};
use super::classes::{BETWEEN, ESCAPE, LETTER, is, is_letter};
use super::folds::{self, LONGEST_FOLD};
use super::plain::SHORTEST;
use crate::model::pasted::escapes;

/// In base64, so many letters at least stand for a token.
const LEAST_ENCODED: usize = (SHORTEST * 4).div_ceil(3);
/// An unbroken run of this length is looked at; it may go on behind a fold.
const LONG: usize = 60;
/// Lines of at least so many letters belong together, however much their widths differ; shorter ones if they are alike.
const WIDE: usize = 16;
/// Words are shorter than what a shell that joined lines by spaces left.
const BETWEEN_SPACES: usize = LONG;
/// The longest has as many bytes.
const LONGEST_ESCAPE: usize = 12;
/// So many hexadecimal digits in a row are no text behind one escaped character, but bytes, as PostgreSQL writes them: `\x6b64…`.
const DIGITS_OF_BYTES: usize = 32;
/// A run, as it was before it was folded and escaped.
#[derive(Debug, Default)]
pub struct LetterRun {
    pub text: Zeroizing<Vec<u8>>,
    /// Where in the text, and where in what it was read from, an unbroken piece begins.
    pub pieces: Vec<(usize, usize)>,
    /// Which letters were escaped, by their places in the text.
    escaped: Vec<usize>,
    folds: usize,
    /// Letters at the beginning of a line, by their places in the text, that may be the marks of a patch.
    marks: Vec<usize>,
    end: usize,
}

/// Each run that begins before `until` and could hold a token.
///
/// Only a few bytes at every [`STEP`]th are looked at, of which most texts have some that are in no run, and the word around the
/// others: a run is longer, so that one of these words is in it, and tells it from other text by its length or by what is
/// right beside it.
pub fn each(bytes: &[u8], until: usize, mut take: impl FnMut(&LetterRun)) {
    let mut run = LetterRun::default();
    let (mut at, mut behind) = (0, 0);
    while let Some(chunk) = bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .filter(|_| behind < until)
    {
        if !chunk::may_be_within_run(chunk) || !may_be_of_run(bytes, behind, at) {
            at += STEP;
            continue;
        }
        let mut start = beginning(bytes, behind, at);
        while start <= at && start < until {
            run.read(bytes, start);
            run.trim();
            if run.could_hold_a_token() {
                take(&run);
                run.unmark().then(|| take(&run));
            }
            start = run.end.max(start + 1);
            start += bytes[start.min(at)..at]
                .iter()
                .take_while(|byte| !is(**byte, LETTER | ESCAPE))
                .count();
        }
        behind = behind.max(run.end);
        at = (at + STEP).max(behind);
    }
}

/// Whether the word around this byte is long, or has a fold or an escape beside it.
fn may_be_of_run(bytes: &[u8], from: usize, at: usize) -> bool {
    let byte = bytes[at];
    if !is(byte, LETTER) {
        return is_of_escape(bytes, at) || is(byte, BETWEEN) && may_be_of_fold(bytes, from, at);
    }
    let start = letters_before(bytes, from, at);
    let end = at + letters(&bytes[at..]);
    if end - start >= LONG {
        return true;
    }
    let is_after = |class| start > from && is(bytes[start - 1], class);
    let is_before = |class| bytes.get(end).is_some_and(|byte| is(*byte, class));
    start > from && is_of_escape(bytes, start - 1)
        || end < bytes.len() && is_of_escape(bytes, end)
        || is_before(BETWEEN) && may_be_folded(bytes, start, end)
        || is_after(BETWEEN) && may_be_of_fold(bytes, from, start - 1)
}

/// Whether this byte, which may be between two lines, is so where a text is folded.
fn may_be_of_fold(bytes: &[u8], from: usize, at: usize) -> bool {
    let nearest = from.max(at.saturating_sub(LONGEST_FOLD));
    let before = bytes[nearest..at].iter().rev();
    let fold = at - before.take_while(|byte| is(**byte, BETWEEN)).count();
    let start = letters_before(bytes, from, fold);
    start < fold && may_be_folded(bytes, start, fold)
}

/// Whether the word may go on in the next line: that is long, or nothing else is in it.
fn may_be_folded(bytes: &[u8], start: usize, fold: usize) -> bool {
    let width = fold - start;
    let (between, is_broken) = between(&bytes[fold..]);
    if width < BETWEEN_SPACES && !is_broken || fold + between >= bytes.len() {
        return false;
    }
    let line = &bytes[fold + between..];
    let next = letters(line);
    let goes_on = || self::between(&line[next..]).1 || next < line.len() && is_of_escape(line, next);
    width + next >= SHORTEST || next > 0 && goes_on()
}

/// How many bytes from the first on may be in a fold, and whether a line ends there, be it by an escape.
fn between(bytes: &[u8]) -> (usize, bool) {
    let (mut length, mut is_broken) = (0, false);
    while let Some(&byte) = bytes
        .get(length)
        .filter(|byte| is(**byte, BETWEEN) && length < LONGEST_FOLD)
    {
        length += 1;
        is_broken |= match byte {
            b'\n' | b'\r' => true,
            b'\\' => matches!(bytes.get(length), Some(b'n' | b'r')),
            _ => false,
        };
    }
    (length, is_broken)
}

/// Where the run that this byte is in begins, or something before it: not where the bytes lie that were looked at before.
fn beginning(bytes: &[u8], from: usize, at: usize) -> usize {
    let nearest = from.max(at.saturating_sub(STEP + CHUNK));
    let mut start = at;
    loop {
        let before = bytes[nearest..start].iter().rev();
        start -= before.take_while(|byte| is(**byte, LETTER | ESCAPE)).count();
        let before = bytes[nearest..start].iter().rev();
        let fold = start - before.take_while(|byte| is(**byte, BETWEEN)).count();
        if fold == start || !between(&bytes[fold..]).1 {
            return start;
        }
        start = fold;
    }
}

/// Whether this byte, which is no letter, is a sign of an escape.
fn is_of_escape(bytes: &[u8], at: usize) -> bool {
    match bytes[at] {
        b'%' | b'\\' | b'&' => escape(&bytes[at..]).is_some(),
        b'#' if at == 0 || bytes[at - 1] != b'&' => false,
        b'{' if at == 0 || bytes[at - 1] != b'u' => false,
        b';' | b'}' if at == 0 || !bytes[at - 1].is_ascii_alphanumeric() => false,
        b'#' | b';' | b'{' | b'}' => {
            let nearest = at.saturating_sub(LONGEST_ESCAPE);
            let begins = memrchr2(b'&', b'\\', &bytes[nearest..at]).map(|before| nearest + before);
            begins.is_some_and(|from| escape(&bytes[from..]).is_some_and(|(_, length)| from + length > at))
        }
        _ => false,
    }
}

fn letters(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is(**byte, LETTER)).count()
}

fn letters_before(bytes: &[u8], from: usize, end: usize) -> usize {
    end - bytes[from..end]
        .iter()
        .rev()
        .take_while(|byte| is(**byte, LETTER))
        .count()
}

impl LetterRun {
    /// Reads the run that begins here.
    fn read(&mut self, bytes: &[u8], start: usize) {
        self.clear();
        self.pieces.push((0, start));
        self.end = start;
        let (mut at, mut line_start, mut widths) = (start, 0, Widths::default());
        loop {
            let letters = letters(&bytes[at..]);
            self.text.extend_from_slice(&bytes[at..at + letters]);
            at += letters;
            if let Some((byte, length)) = escape(&bytes[at..]) {
                self.escaped.push(self.text.len());
                self.text.push(byte);
                at += length;
                self.pieces.push((self.text.len(), at));
                continue;
            }
            self.end = at;
            let width = self.text.len() - line_start;
            let fold = fold(&bytes[at..], width);
            let next = at + fold;
            let goes_on =
                || bytes.get(next).is_some_and(|byte| is_letter(*byte)) || escape(&bytes[next..]).is_some();
            if fold == 0 || !widths.goes_on(width) || !goes_on() {
                return;
            }
            at = next;
            line_start = self.text.len();
            self.folds += 1;
            if matches!(bytes[at], b'+' | b'-') {
                self.marks.push(line_start);
            }
            self.pieces.push((line_start, at));
        }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.pieces.clear();
        self.marks.clear();
        self.escaped.clear();
        self.folds = 0;
    }

    /// Takes away what stands around the letters, such as escaped quotation marks: then there is often nothing to be undone, and
    /// a layer more can be looked below.
    fn trim(&mut self) {
        let is_within = |byte: &u8| is(*byte, LETTER | ESCAPE);
        let from = self.text.iter().position(is_within).unwrap_or(0);
        let to = self.text.iter().rposition(is_within).map_or(0, |last| last + 1);
        if (from, to) == (0, self.text.len()) {
            return;
        }
        self.text.truncate(to);
        self.text.drain(..from);
        for places in [&mut self.escaped, &mut self.marks] {
            places.retain(|place| (from..to).contains(place));
            places.iter_mut().for_each(|place| *place -= from);
        }
        let first = self
            .pieces
            .partition_point(|(inner, _)| *inner <= from)
            .saturating_sub(1);
        self.pieces.drain(..first);
        self.pieces.retain(|(inner, _)| *inner < to);
        for (inner, outer) in &mut self.pieces {
            *outer += from.saturating_sub(*inner);
            *inner = inner.saturating_sub(from);
        }
    }

    pub fn is_escaped(&self) -> bool {
        !self.escaped.is_empty()
    }

    pub fn is_folded(&self) -> bool {
        self.folds > 0
    }

    fn could_hold_a_token(&self) -> bool {
        // A line that is drawn says nothing.
        let first = self.text.first();
        if self.text.iter().all(|byte| Some(byte) == first) {
            return false;
        }
        let is_broken = self.is_escaped() || self.is_folded();
        self.text.len() >= if is_broken { SHORTEST } else { LEAST_ENCODED }
    }

    /// Takes the first letter of each line away, if each may be the mark of a patch, but for what comes right before or after
    /// the text; says whether it did.
    fn unmark(&mut self) -> bool {
        if self.marks.is_empty() || self.marks.len() + 2 < self.folds {
            return false;
        }
        let (text, pieces) = (std::mem::take(&mut self.text), std::mem::take(&mut self.pieces));
        let mut marks = self.marks.iter().peekable();
        let ends = pieces.iter().skip(1).map(|(from, _)| *from).chain([text.len()]);
        for ((from, source), end) in pieces.iter().zip(ends) {
            // Behind an escape at the end of a line, a piece is empty.
            let is_marked = *from < end && marks.next_if(|mark| *mark == from).is_some();
            let skipped = usize::from(is_marked);
            self.pieces.push((self.text.len(), source + skipped));
            self.text.extend_from_slice(&text[from + skipped..end]);
        }
        true
    }
}

/// How wide the lines of a folded text are so far.
#[derive(Default)]
struct Widths {
    lines: usize,
    last: usize,
}

impl Widths {
    /// Whether a line of this width may be followed by another. The first is shorter where something is before it.
    fn goes_on(&mut self, width: usize) -> bool {
        let is_alike = match self.lines {
            0 => true,
            1 => width >= self.last,
            _ => width == self.last,
        };
        self.lines += 1;
        self.last = width;
        is_alike || width >= WIDE
    }
}

/// How long the fold is that begins here, behind a line of this width.
fn fold(bytes: &[u8], width: usize) -> usize {
    match bytes {
        [b' ', next, ..] if width >= BETWEEN_SPACES && is_letter(*next) => 1,
        _ => {
            let length = folds::fold(bytes);
            let is_quoted = bytes[..length].iter().any(|byte| matches!(byte, b'"' | b'\''));
            // Between literals it joins them; otherwise it is a letter, or the mark of a patch.
            let joins = bytes[..length].iter().rev().take_while(|byte| **byte == b'+');
            if is_quoted { length } else { length - joins.count() }
        }
    }
}

/// The byte of ASCII that is escaped at the beginning, and how long its escape is.
fn escape(bytes: &[u8]) -> Option<(u8, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    // Most of these signs mean something else, which the next byte tells.
    let may_be = match first {
        b'%' => matches!(second, b'0'..=b'7' | b'u' | b'U'),
        b'\\' => second.is_ascii_punctuation() || matches!(second, b'0'..=b'7' | b'u' | b'U' | b'x' | b'X'),
        b'&' => matches!(second, b'#' | b'a' | b'b' | b'l' | b'n' | b'p' | b'u'),
        _ => false,
    };
    if !may_be || first == b'\\' && begins_bytes(&bytes[1..]) {
        return None;
    }
    let numbered = escapes::escaped(bytes);
    match numbered.and_then(|(c, length)| Some((u8::try_from(c).ok()?, length))) {
        Some((byte, length)) if byte.is_ascii() => Some((byte, length)),
        Some(_) => None,
        None => (first == b'\\' && second.is_ascii_punctuation()).then_some((second, 2)),
    }
}

/// Whether what follows a backslash says that hexadecimal digits of bytes follow; the backslash may be escaped itself.
fn begins_bytes(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\\").unwrap_or(bytes);
    matches!(bytes, [b'x' | b'X', digits @ ..]
        if digits.len() >= DIGITS_OF_BYTES && digits[..DIGITS_OF_BYTES].iter().all(u8::is_ascii_hexdigit))
}

/// Where, between two places, the first `wanted` bytes in a row begin that belong to an alphabet. Few are looked at: of bytes that
/// don't belong, the last one says that none before it begins them.
pub fn long(
    bytes: &[u8],
    from: usize,
    to: usize,
    wanted: usize,
    belongs: impl Fn(u8) -> bool,
) -> Option<usize> {
    let mut start = from;
    while start + wanted <= to {
        match bytes[start..start + wanted]
            .iter()
            .rposition(|byte| !belongs(*byte))
        {
            None => return Some(start),
            Some(other) => start += other + 1,
        }
    }
    None
}
