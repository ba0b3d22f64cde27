//! Opaque cursors: a [`Place`] in a [`Sort`] as base64url. A cursor is a position, not a
//! permission, so it needs no signature.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use strum::IntoEnumIterator;
use uuid::Uuid;

use crate::api::Sort;
use crate::model::{Scope, name};
use crate::server::store::{Place, PlaceValue};

const TAG: usize = 1;
const HEAD: usize = TAG + 16;
/// No name is longer, even where its compared form takes more bytes than it had: one character may stand for 18.
const MAX_VALUE: usize = 1 + name::MAX_CHARS * 36;

/// Why a text is not a cursor of a sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotACursor {
    #[error("This is not a cursor of this server; take it from `next`, `previous` or `cursor` of a page.")]
    Garbled,
    #[error("This cursor is of another sort; ask with the sort of the page that it came from.")]
    AnotherSort,
}

pub fn encode(sort: Sort, place: &Place) -> String {
    let mut bytes = Vec::with_capacity(64);
    bytes.push(tag(sort));
    bytes.extend_from_slice(place.id.as_bytes());
    match &place.value {
        PlaceValue::Scope(scope, name) => {
            bytes.push(*scope as u8);
            bytes.extend_from_slice(name.as_bytes());
        }
        PlaceValue::Name(name) => bytes.extend_from_slice(name.as_bytes()),
        PlaceValue::Time(micros) => bytes.extend_from_slice(&micros.to_be_bytes()),
    }
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(sort: Sort, text: &str) -> Result<Place, NotACursor> {
    let bytes = BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| NotACursor::Garbled)?;
    let (head, value) = bytes.split_at_checked(HEAD).ok_or(NotACursor::Garbled)?;
    if !Sort::iter().any(|s| tag(s) == head[0]) || value.len() > MAX_VALUE {
        return Err(NotACursor::Garbled);
    }
    if head[0] != tag(sort) {
        return Err(NotACursor::AnotherSort);
    }
    Ok(Place {
        id: Uuid::from_slice(&head[TAG..]).map_err(|_| NotACursor::Garbled)?,
        value: place_value(sort, value).ok_or(NotACursor::Garbled)?,
    })
}

/// Differs for every sort, also for those whose values look alike.
fn tag(sort: Sort) -> u8 {
    match sort {
        Sort::Scope => 1,
        Sort::CreatedAt => 2,
        Sort::Name => 3,
        Sort::LastUsedAt => 4,
        Sort::ExpiresAt => 5,
    }
}

fn place_value(sort: Sort, bytes: &[u8]) -> Option<PlaceValue> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    match sort {
        Sort::Scope => {
            let (&first, name) = bytes.split_first()?;
            let scope = Scope::iter().find(|&s| s as u8 == first)?;
            Some(PlaceValue::Scope(scope, text(name)?))
        }
        Sort::Name => Some(PlaceValue::Name(text(bytes)?)),
        Sort::CreatedAt | Sort::LastUsedAt | Sort::ExpiresAt => {
            Some(PlaceValue::Time(i64::from_be_bytes(bytes.try_into().ok()?)))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strum::VariantArray;

    use super::*;

    fn places() -> impl Strategy<Value = (Sort, Place)> {
        (
            0..Sort::iter().len(),
            any::<[u8; 16]>(),
            "\\PC{0,100}",
            any::<i64>(),
            0..3usize,
        )
            .prop_map(|(sort, id, name, micros, scope)| {
                let sort = Sort::VARIANTS[sort];
                let value = match sort {
                    Sort::Scope => PlaceValue::Scope(Scope::VARIANTS[scope], name),
                    Sort::Name => PlaceValue::Name(name),
                    Sort::CreatedAt | Sort::LastUsedAt | Sort::ExpiresAt => PlaceValue::Time(micros),
                };
                let id = Uuid::from_bytes(id);
                (sort, Place { value, id })
            })
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back_in_its_own_sort_only((sort, place) in places()) {
            let text = encode(sort, &place);
            for other in Sort::iter() {
                let expected = if other == sort { Ok(place.clone()) } else { Err(NotACursor::AnotherSort) };
                prop_assert_eq!(decode(other, &text), expected);
            }
        }

        #[test]
        fn garbage_never_panics(text in ".{0,80}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            for sort in Sort::iter() {
                let _ = decode(sort, &text);
                let _ = decode(sort, &BASE64_URL_SAFE_NO_PAD.encode(&bytes));
            }
        }
    }

    #[test]
    fn an_invalid_cursor_is_refused() {
        for text in ["", "x", "!!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", &"A".repeat(4000)] {
            assert_eq!(decode(Sort::Name, text), Err(NotACursor::Garbled), "{text}");
        }
    }
}
