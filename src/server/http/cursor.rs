//! Opaque cursors: a [`Place`] in a [`Sort`] as base64url. A cursor is a position, not a
//! permission, so it needs no signature.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use strum::IntoEnumIterator;
use uuid::Uuid;

use crate::api::Sort;
use crate::model::{Scope, name};
use crate::server::store::{KeyGroup, Place, PlaceValue};

const TAG: usize = 1;
const HEAD: usize = TAG + 16;
/// No name is longer, even where its compared form takes more bytes than it had: one character may stand for 18.
const MAX_VALUE: usize = 1 + 16 + 2 + 2 * name::MAX_CHARS * 36;

/// What pages are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageOrder {
    By(Sort),
    /// The order in which keys were revoked.
    Revoked,
}

impl From<Sort> for PageOrder {
    fn from(sort: Sort) -> Self {
        PageOrder::By(sort)
    }
}

impl PageOrder {
    fn all() -> impl Iterator<Item = Self> {
        Sort::iter().map(Self::By).chain([Self::Revoked])
    }
}

/// Why a text is not a cursor of a sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotACursor {
    #[error("This is not a cursor of this server; take it from `next`, `previous` or `cursor` of a page.")]
    Garbled,
    #[error("This cursor is of another sort; ask with the sort of the page that it came from.")]
    AnotherSort,
}

pub fn encode(order: impl Into<PageOrder>, place: &Place) -> String {
    let mut bytes = Vec::with_capacity(64);
    bytes.push(tag(order.into()));
    bytes.extend_from_slice(place.id.as_bytes());
    match &place.value {
        PlaceValue::Scope(scope, name) => {
            bytes.push(*scope as u8);
            bytes.extend_from_slice(name.as_bytes());
        }
        PlaceValue::Name(name) => bytes.extend_from_slice(name.as_bytes()),
        PlaceValue::Time(micros) => bytes.extend_from_slice(&micros.to_be_bytes()),
        PlaceValue::Grouped(KeyGroup { rank, name: of, id }, name) => {
            bytes.push(*rank as u8);
            bytes.extend_from_slice(id.as_bytes());
            bytes.extend_from_slice(&(of.len() as u16).to_be_bytes());
            bytes.extend_from_slice(of.as_bytes());
            bytes.extend_from_slice(name.as_bytes());
        }
        PlaceValue::Ranked(rank, time) => {
            bytes.extend_from_slice(&rank.to_be_bytes());
            bytes.extend_from_slice(&time.to_be_bytes());
        }
    }
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(order: impl Into<PageOrder>, text: &str) -> Result<Place, NotACursor> {
    let order = order.into();
    let bytes = BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| NotACursor::Garbled)?;
    let (head, value) = bytes.split_at_checked(HEAD).ok_or(NotACursor::Garbled)?;
    if !PageOrder::all().any(|order| tag(order) == head[0]) || value.len() > MAX_VALUE {
        return Err(NotACursor::Garbled);
    }
    if head[0] != tag(order) {
        return Err(NotACursor::AnotherSort);
    }
    Ok(Place {
        id: Uuid::from_slice(&head[TAG..]).map_err(|_| NotACursor::Garbled)?,
        value: place_value(order, value).ok_or(NotACursor::Garbled)?,
    })
}

/// Differs for every order, also for those whose values look alike.
fn tag(order: PageOrder) -> u8 {
    match order {
        PageOrder::By(Sort::Scope) => 1,
        PageOrder::By(Sort::CreatedAt) => 2,
        PageOrder::By(Sort::Name) => 3,
        PageOrder::By(Sort::LastUsedAt) => 4,
        PageOrder::By(Sort::ExpiresAt) => 5,
        PageOrder::Revoked => 6,
        PageOrder::By(Sort::Project) => 7,
        PageOrder::By(Sort::Creator) => 8,
        PageOrder::By(Sort::LastRefusedAt) => 9,
        PageOrder::By(Sort::State) => 10,
        PageOrder::By(Sort::Requests) => 11,
    }
}

fn place_value(order: PageOrder, bytes: &[u8]) -> Option<PlaceValue> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    match order {
        PageOrder::By(Sort::Scope) => {
            let (&first, name) = bytes.split_first()?;
            let scope = Scope::iter().find(|&s| s as u8 == first)?;
            Some(PlaceValue::Scope(scope, text(name)?))
        }
        PageOrder::By(Sort::Name) => Some(PlaceValue::Name(text(bytes)?)),
        PageOrder::By(Sort::CreatedAt | Sort::LastUsedAt | Sort::LastRefusedAt | Sort::ExpiresAt)
        | PageOrder::Revoked => Some(PlaceValue::Time(i64::from_be_bytes(bytes.try_into().ok()?))),
        PageOrder::By(Sort::Project | Sort::Creator) => grouped(bytes),
        PageOrder::By(Sort::State | Sort::Requests) => {
            let (rank, time) = bytes.split_at_checked(8)?;
            let number = |bytes: &[u8]| bytes.try_into().ok().map(i64::from_be_bytes);
            Some(PlaceValue::Ranked(number(rank)?, number(time)?))
        }
    }
}

fn grouped(bytes: &[u8]) -> Option<PlaceValue> {
    let (&rank, rest) = bytes.split_first()?;
    let (id, rest) = rest.split_at_checked(16)?;
    let (length, rest) = rest.split_at_checked(2)?;
    let length = u16::from_be_bytes(length.try_into().ok()?);
    let (of, name) = rest.split_at_checked(length.into())?;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let group = KeyGroup {
        rank: rank.into(),
        name: text(of)?,
        id: Uuid::from_slice(id).ok()?,
    };
    Some(PlaceValue::Grouped(group, text(name)?))
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
                    Sort::CreatedAt | Sort::LastUsedAt | Sort::LastRefusedAt | Sort::ExpiresAt => {
                        PlaceValue::Time(micros)
                    }
                    Sort::Project | Sort::Creator => {
                        let group = KeyGroup {
                            rank: scope as i64,
                            name: name.chars().rev().collect(),
                            id: Uuid::from_bytes(id),
                        };
                        PlaceValue::Grouped(group, name)
                    }
                    Sort::State | Sort::Requests => PlaceValue::Ranked(scope as i64, micros),
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
            prop_assert_eq!(decode(PageOrder::Revoked, &text), Err(NotACursor::AnotherSort));
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
