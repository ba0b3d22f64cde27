//! Values of flags: one of a few words, in any case, with hyphens or underscores; numbers, ids; and an address to listen on.

use std::ffi::OsStr;
use std::marker::PhantomData;
use std::net::{SocketAddr, ToSocketAddrs};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use strum::IntoEnumIterator;
use uuid::Uuid;

/// The words of an enum: those that the API, or `config.toml`, has for it.
pub fn word<T>() -> Word<T> {
    Word(PhantomData)
}

/// The parser of the words of an enum.
#[derive(Debug)]
pub struct Word<T>(PhantomData<fn() -> T>);

impl<T> Clone for Word<T> {
    fn clone(&self) -> Self {
        word()
    }
}

impl<T> TypedValueParser for Word<T>
where
    T: IntoEnumIterator + Into<&'static str> + Copy + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let typed = value.to_str().map(folded);
        let found = T::iter().find(|&one| typed.as_deref() == Some(&folded(one.into())));
        // What clap says of a word that is none of them, with the one that is meant.
        found.map_or_else(|| Err(unknown::<T>(command, arg, value)), Ok)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(words::<T>().map(PossibleValue::new)))
    }
}

fn unknown<T>(command: &Command, arg: Option<&Arg>, value: &OsStr) -> Error
where
    T: IntoEnumIterator + Into<&'static str>,
{
    let refused = PossibleValuesParser::new(words::<T>()).parse_ref(command, arg, value);
    refused
        .err()
        .unwrap_or_else(|| Error::new(ErrorKind::InvalidValue))
}

fn words<T: IntoEnumIterator + Into<&'static str>>() -> impl Iterator<Item = &'static str> {
    T::iter().map(Into::into)
}

/// `Created-At` and `created_at` are one.
fn folded(word: &str) -> String {
    word.trim().to_lowercase().replace('-', "_")
}

/// How many entries a list is to have at most.
pub fn limit(text: &str) -> Result<u64, String> {
    let limit = text.parse().ok().filter(|limit| *limit > 0);
    limit.ok_or_else(|| "write a number from 1 on; --all lists everything".into())
}

/// The id of something that has no name.
pub fn id(text: &str) -> Result<Uuid, String> {
    let id = text.trim().parse();
    id.map_err(|_| "this is no id; an id is like 01a22843-94e7-7483-9a7d-7d702d76d51a".into())
}

/// How many keys of a demo are generated.
pub fn generated(text: &str) -> Result<u64, String> {
    const MOST: u64 = 10_000_000;
    let count = text.parse().ok().filter(|count| (1..=MOST).contains(count));
    count.ok_or_else(|| "write a number from 1 to 10000000".into())
}

/// An IP address or a name, and a port. Of the addresses of a name, one of IPv4 is taken first: `localhost` is also one of
/// IPv6, and more programs ask for 127.0.0.1.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let wrong = |why: &str| {
        format!("{why}; give an IP address or a name of this machine, and a port, such as 127.0.0.1:7390")
    };
    let port = text.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
    match port {
        None => return Err(wrong("there is no port")),
        Some(Err(_)) => return Err(wrong("the port is not a number up to 65535")),
        Some(Ok(_)) => {}
    }
    let found: Vec<SocketAddr> = text
        .to_socket_addrs()
        .map_err(|error| wrong(&format!("no address is known for it: {error}")))?
        .collect();
    let preferred = found.iter().find(|address| address.is_ipv4());
    preferred
        .or(found.first())
        .copied()
        .ok_or_else(|| wrong("no address is known for it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ActivityAction, Sort};
    use crate::model::{Role, Scope, StateFilter};

    #[test]
    fn ids_and_numbers_that_are_none_get_a_sentence() {
        assert!(id(" 01a22843-94e7-7483-9a7d-7d702d76d51a ").is_ok());
        for wrong in ["", "nope", "01a22843", "Checkout"] {
            assert!(
                id(wrong).is_err_and(|said| said.contains("is no id")),
                "{wrong:?}"
            );
        }
        assert_eq!((generated("1"), generated("10000000")), (Ok(1), Ok(10_000_000)));
        for wrong in ["", "0", "-1", "banana", "10000001", "99999999999999999999", "1.5"] {
            assert!(
                generated(wrong).is_err_and(|said| said.contains("from 1 to")),
                "{wrong:?}"
            );
        }
    }

    fn every_word_in_any_spelling<T>()
    where
        T: IntoEnumIterator + Into<&'static str> + Copy + Send + Sync + PartialEq + std::fmt::Debug + 'static,
    {
        let command = Command::new("keydeck");
        for one in T::iter() {
            let name: &str = one.into();
            let first = name[..1].to_uppercase() + &name[1..];
            for typed in [
                name.to_owned(),
                name.to_uppercase(),
                name.replace('_', "-"),
                first,
            ] {
                let read = word::<T>().parse_ref(&command, None, OsStr::new(&typed));
                assert_eq!(read.ok(), Some(one), "{typed}");
            }
        }
        for wrong in ["", "nothing", "web "] {
            let read = word::<T>().parse_ref(&command, None, OsStr::new(wrong));
            assert!(read.is_err() || wrong == "web ", "{wrong:?}");
        }
    }

    #[test]
    fn words_are_read_in_any_case_and_with_hyphens_or_underscores() {
        every_word_in_any_spelling::<Scope>();
        every_word_in_any_spelling::<Sort>();
        every_word_in_any_spelling::<StateFilter>();
        every_word_in_any_spelling::<Role>();
        every_word_in_any_spelling::<ActivityAction>();
    }
}
