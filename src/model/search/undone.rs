//! One layer below the other: what is undone, and where in the text that lies which is searched.

use super::codes::CODES;
use super::found_secret::FoundSecret;
use super::layer::TextLayer;
use super::plain::{Occurrence, Tokens};
use super::runs::{self, LetterRun};
use super::unpacked::{Allowance, PACKINGS};
use super::wide;

/// So many layers are undone, one below the other. The base64 of a Web or Mobile key's whole secret is none of them.
const DEEPEST: usize = 2;
/// So much may come out of all compressed data within one text, for each of its bytes.
const GROWTH: u64 = 100;

/// A secret, and the bytes from which to which it lies in some form.
#[derive(Debug)]
pub struct Sighting {
    pub start: usize,
    pub end: usize,
    pub secret: FoundSecret,
    /// The outermost first.
    pub layers: Vec<TextLayer>,
}

/// What was found in a text.
#[derive(Debug, Default)]
pub struct Sighted {
    /// By their beginnings.
    pub sightings: Vec<Sighting>,
    pub misspelt: u64,
}

/// Looks at what begins before `until`.
pub fn search(tokens: &Tokens, bytes: &[u8], until: usize) -> Sighted {
    let mut search = Search {
        tokens,
        until,
        allowance: GROWTH * bytes.len() as u64,
        sighted: Sighted::default(),
    };
    search.text(bytes, &Origin::TOP, 0);
    search.sighted.sightings.sort_by_key(|sighting| sighting.start);
    search.sighted
}

/// Where the bytes of a text come from.
struct Origin<'a> {
    map: Map<'a>,
    layer: Option<TextLayer>,
    outer: Option<&'a Origin<'a>>,
}

enum Map<'a> {
    Same,
    /// Where in the text, and where in the outer one, each unbroken piece begins.
    Pieces(&'a [(usize, usize)]),
    /// From where on so many of the outer bytes stand for so many of the inner ones.
    Rate {
        from: usize,
        outer: usize,
        inner: usize,
    },
    /// All of an outer text of this length, as no part of it can be named.
    Whole(usize),
}

impl Origin<'_> {
    const TOP: Self = Self {
        map: Map::Same,
        layer: None,
        outer: None,
    };

    /// Where it lies in the outermost text.
    fn outermost(&self, start: usize, end: usize) -> (usize, usize) {
        let (start, end) = match self.map {
            Map::Same => (start, end),
            Map::Pieces(pieces) => (piece(pieces, start), piece(pieces, end - 1) + 1),
            Map::Rate { from, outer, inner } => {
                (from + start * outer / inner, from + (end * outer).div_ceil(inner))
            }
            Map::Whole(length) => (0, length),
        };
        self.outer
            .map_or((start, end), |outer| outer.outermost(start, end))
    }

    fn layers(&self) -> Vec<TextLayer> {
        let mut layers = self.outer.map_or_else(Vec::new, Origin::layers);
        layers.extend(self.layer);
        layers
    }
}

fn piece(pieces: &[(usize, usize)], at: usize) -> usize {
    let behind = pieces.partition_point(|(inner, _)| *inner <= at);
    pieces
        .get(behind.saturating_sub(1))
        .map_or(at, |(inner, outer)| outer + at - inner)
}

struct Search<'a> {
    tokens: &'a Tokens,
    until: usize,
    allowance: Allowance,
    sighted: Sighted,
}

impl Search<'_> {
    /// Looks at a text that lies below so many layers.
    fn text(&mut self, bytes: &[u8], origin: &Origin, depth: usize) {
        let until = if depth == 0 { self.until } else { bytes.len() };
        self.plain(bytes, until, origin);
        if depth == DEEPEST {
            return;
        }
        runs::each(bytes, until, |run| self.run(run, origin, depth));
        wide::each(bytes, until, |wide| {
            let map = Map::Rate {
                from: wide.from,
                outer: wide::UNIT,
                inner: 1,
            };
            self.below(&wide.text, map, Some(TextLayer::Utf16), origin, depth);
        });
        // Of a file that is compressed as a whole, its reader knows.
        if depth > 0 {
            self.packed(bytes, origin, depth);
        }
    }

    fn below(&mut self, bytes: &[u8], map: Map, layer: Option<TextLayer>, origin: &Origin, depth: usize) {
        let origin = Origin {
            map,
            layer,
            outer: Some(origin),
        };
        self.text(bytes, &origin, depth + 1);
    }

    fn plain(&mut self, bytes: &[u8], until: usize, origin: &Origin) {
        let (sighted, last) = (&mut self.sighted, self.until);
        self.tokens
            .each(bytes, until, |at, length, occurrence| match occurrence {
                Occurrence::Nothing => {}
                // In what was undone, as in random letters, more looks like a token.
                Occurrence::Misspelt => sighted.misspelt += u64::from(origin.outer.is_none()),
                Occurrence::Secret(secret) => {
                    let (start, end) = origin.outermost(at, at + length);
                    let layers = origin.layers();
                    let sighting = Sighting {
                        start,
                        end,
                        secret,
                        layers,
                    };
                    sighted.sightings.extend((start < last).then_some(sighting));
                }
            });
    }

    fn run(&mut self, run: &LetterRun, origin: &Origin, depth: usize) {
        let map = || Map::Pieces(&run.pieces);
        if run.is_escaped() {
            return self.below(&run.text, map(), Some(TextLayer::Escapes), origin, depth);
        }
        let origin = Origin {
            map: map(),
            layer: None,
            outer: Some(origin),
        };
        if run.is_folded() {
            self.plain(&run.text, run.text.len(), &origin);
        }
        for code in &CODES {
            (code.undo)(&run.text, &mut |decoded| {
                let map = Map::Rate {
                    from: decoded.from,
                    outer: decoded.letters,
                    inner: decoded.stand_for,
                };
                self.below(&decoded.bytes, map, Some(code.layer), &origin, depth);
            });
        }
    }

    fn packed(&mut self, bytes: &[u8], origin: &Origin, depth: usize) {
        let Some(packing) = PACKINGS.iter().find(|packing| bytes.starts_with(packing.begins)) else {
            return;
        };
        let mut allowance = self.allowance;
        (packing.unpack)(bytes, &mut allowance, &mut |unpacked| {
            self.below(
                &unpacked,
                Map::Whole(bytes.len()),
                Some(packing.layer),
                origin,
                depth,
            );
        });
        self.allowance = allowance;
    }
}
