//! Where something that is looked for may begin: by its first letters.

use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, BuildError, Input};

use crate::model::{TokenKind, webhook_secret};

/// What `{"soulId"` is in base64: the beginning of a Web or Mobile key's whole secret.
const WRAPPED: &str = "eyJzb3VsSWQi";

/// Finds the beginnings of tokens, of webhooks' secrets and of whole secrets.
#[derive(Debug, Clone)]
pub struct Beginnings {
    /// Three times as fast; not every processor can do it.
    vectored: Option<Searcher>,
    automaton: AhoCorasick,
}

impl Beginnings {
    pub fn new() -> Result<Self, BuildError> {
        let tokens = TokenKind::ALL.map(TokenKind::prefix);
        let beginnings = || tokens.iter().chain([&WRAPPED, &webhook_secret::PREFIX]);
        Ok(Self {
            vectored: Searcher::new(beginnings()),
            automaton: AhoCorasick::new(beginnings())?,
        })
    }

    /// Where the next one is, not before `from`, which is at most the length.
    pub fn next(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let span = (from..bytes.len()).into();
        let found = match &self.vectored {
            Some(searcher) => searcher.find_in(bytes, span),
            None => self.automaton.find(Input::new(bytes).span(span)),
        };
        Some(found?.start())
    }
}

#[cfg(test)]
mod tests {
    use super::Beginnings;

    #[test]
    fn both_ways_find_the_same() {
        let text = "kdw_ kd_ xkdm_kda_ whsec_ whse_ eyJzb3VsSWQieyJzb3VsSWQi kdwkdu_kdg";
        let vectored = Beginnings::new().unwrap();
        let automaton = Beginnings {
            vectored: None,
            ..vectored.clone()
        };
        for end in 0..=text.len() {
            for from in 0..=end {
                let text = &text.as_bytes()[..end];
                assert_eq!(
                    vectored.next(text, from),
                    automaton.next(text, from),
                    "{from}..{end}"
                );
            }
        }
    }
}
