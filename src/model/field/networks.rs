//! The networks that a key may be used from: the field, and what makes a list of them valid.

use super::{Facts, Items, Widget};
use crate::model::AllowedNetwork;

pub(super) const DECLARED: Facts = Facts {
    column: Some("networks"),
    flag: "--network",
    label: "Networks",
    short_label: "Networks",
    widget: Widget::List {
        most: 64,
        of: Items::Networks,
        hint: "none: from anywhere; one a line, such as 203.0.113.0/24 or 2001:db8::7",
        create_help: "Allow requests from this address or network only, such as 203.0.113.0/24; up to 64, repeatable",
        edit_help: "Replace its allowed networks; repeatable; \"\" allows requests from anywhere",
        add: (
            "--add-network",
            "Allow requests from one more address or network; repeatable",
        ),
        remove: ("--remove-network", "Remove an allowed network; repeatable"),
    },
    ..Facts::OF_EVERY_KEY
};

/// Those that are valid, in their order; what is wrong with another one goes to `refused`, with its place. One within
/// another one is refused: whoever wants to narrow a network would still allow all of it.
pub(super) fn valid(given: &[String], refused: &mut impl FnMut(usize, String)) -> Vec<String> {
    let mut kept: Vec<AllowedNetwork> = Vec::new();
    for (index, text) in given.iter().enumerate() {
        let network = match AllowedNetwork::parse(text) {
            Ok(network) => network,
            Err(message) => {
                refused(index, message);
                continue;
            }
        };
        let within = |one: &AllowedNetwork, other| format!("{one} is within {other}; leave one of them out.");
        match kept
            .iter()
            .find(|other| other.covers(&network) || network.covers(other))
        {
            Some(other) if *other == network => refused(index, format!("{network} is there twice.")),
            Some(other) if other.covers(&network) => refused(index, within(&network, other)),
            Some(other) => refused(index, within(other, &network)),
            None => kept.push(network),
        }
    }
    kept.sort_unstable();
    kept.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use crate::model::field::FieldValue;
    use crate::model::{FieldErrors, KeyField};

    fn valid(given: &[&str]) -> Result<Vec<String>, (String, String)> {
        let mut errors = FieldErrors::default();
        let given = FieldValue::List(given.iter().map(|text| (*text).to_owned()).collect());
        let kept = KeyField::AllowedNetworks.valid(given, &mut errors);
        match errors.0.into_iter().next() {
            None => Ok(kept.list().expect("a list")),
            Some(error) => Err((error.field, error.message)),
        }
    }

    #[test]
    fn they_are_kept_in_their_order() {
        let given = [
            "2001:db8::/48",
            "203.0.113.7/32",
            "::ffff:10.0.0.0/104",
            "9.0.0.0/8",
        ];
        let kept = ["9.0.0.0/8", "10.0.0.0/8", "203.0.113.7", "2001:db8::/48"];
        assert_eq!(valid(&given), Ok(kept.map(str::to_owned).into()));
        assert_eq!(valid(&kept), valid(&given));
        assert_eq!(valid(&[]), Ok(Vec::new()));
    }

    #[test]
    fn one_within_another_is_refused() {
        for (given, index, told) in [
            (
                &["10.1.0.0/16", "10.0.0.0/8"][..],
                1,
                "10.1.0.0/16 is within 10.0.0.0/8",
            ),
            (&["10.0.0.0/8", "10.1.2.3"], 1, "10.1.2.3 is within 10.0.0.0/8"),
            (
                &["2001:db8::/32", "2001:db8::7"],
                1,
                "2001:db8::7 is within 2001:db8::/32",
            ),
            (&["10.0.0.1", "x", "::ffff:10.0.0.1/128"], 1, "x is not"),
            (
                &["10.0.0.1", "::ffff:10.0.0.1/128"],
                1,
                "10.0.0.1 is there twice.",
            ),
            (&["10.0.0.1", ""], 1, "Give an address"),
        ] {
            let (field, message) = valid(given).expect_err("wrong");
            assert_eq!(field, format!("allowed_networks[{index}]"), "{given:?}");
            assert!(message.starts_with(told), "{message}");
        }
    }

    #[test]
    fn there_are_at_most_64() {
        let many: Vec<String> = (0..65).map(|n| format!("10.{n}.0.0/16")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(valid(&many[..64]).map(|kept| kept.len()), Ok(64));
        let (field, message) = valid(&many).expect_err("too many");
        assert_eq!(field, "allowed_networks");
        assert!(
            message.contains("at most 64") && message.contains("65"),
            "{message}"
        );
    }
}
