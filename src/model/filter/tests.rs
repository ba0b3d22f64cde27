//! What is read of a filter that people type.

use super::*;

fn read(typed: &str) -> FilterWords {
    FilterWords::parse(typed).expect(typed)
}

#[test]
fn words_of_usage_are_told_from_text() {
    let idle = read("  idle:90d  Shop front ");
    assert_eq!(
        (idle.idle_days, idle.text.as_deref()),
        (Some(90), Some("Shop front"))
    );
    assert!(read("NEVER-USED").never_used);
    assert_eq!(read("refused:today").refused_since, Some(Since::Today));
    assert_eq!(read("refused:24h").refused_hours, Some(24));
    assert_eq!(read("refused:6h").refused_hours, Some(6));
    assert_eq!(read("refused:7d").refused_hours, Some(168));
    assert_eq!(read("expires:30d").expires_days, Some(30));
    assert_eq!(read("Expired shop").state, Some(StateFilter::Expired));
    assert_eq!(read("disabled").state, Some(StateFilter::Disabled));
    assert!(read("exceeds-policy").exceeds_policy);
    assert_eq!(read("active").text.as_deref(), Some("active"));
    assert_eq!(read("two  spaces ").text.as_deref(), Some("two  spaces"));
    assert_eq!(read("   "), FilterWords::default());
}

#[test]
fn labels_are_words_or_quoted() {
    for (typed, labels, text) in [
        ("label:production", &["production"][..], None),
        ("LABEL:Production shop", &["Production"], Some("shop")),
        ("shop label:\"team a\" front", &["team a"], Some("shop front")),
        ("label:a,b label:A label:c", &["a", "b", "c"], None),
        ("label:\"a\" label:\"b c\"", &["a", "b c"], None),
        ("label:キオスク", &["キオスク"], None),
        ("\"labels:x\"", &[], Some("labels:x")),
        ("my label: x", &[], None),
    ] {
        match FilterWords::parse(typed) {
            Ok(words) => assert_eq!(
                (&words.labels[..], words.text.as_deref()),
                (
                    &labels.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>()[..],
                    text
                ),
                "{typed}"
            ),
            Err(_) => assert_eq!(typed, "my label: x"),
        }
    }
}

#[test]
fn what_is_not_finished_is_told() {
    let long = format!("label:{}", "x".repeat(41));
    for typed in [
        "label:",
        "label:\"",
        "label:\"team a",
        "label:\"\"",
        "label:a,,b",
        &long,
        "idle:",
        "idle:90",
        "idle:0d",
        "idle:-1d",
        "idle:9999999999d",
        "idle:3651d",
        "refused:",
        "expires:",
        "expires:30",
        "expires:0d",
        "expires:3651d",
        "expires:12h",
        "expired disabled",
        "refused:now",
        "refused:31d",
        "refused:0h",
        "refused:4294967295d",
        "since:",
        "since:now",
        "since:2026-11-31",
        "project:",
        "project:\"a",
        "project:a project:b",
        "@",
        "shop @",
        "@a @b",
        &"x".repeat(101),
    ] {
        assert!(FilterWords::parse(typed).is_err(), "{typed}");
    }
}

#[test]
fn projects_and_people_are_read_and_texts_stay_texts() {
    for (typed, project, creator, text) in [
        ("project:Storefront", "Storefront", "", ""),
        ("Project:\"Help  Centre\"", "Help  Centre", "", ""),
        ("project：キオスク🥝", "キオスク🥝", "", ""),
        ("project:a PROJECT:A", "A", "", ""),
        ("@mira", "", "mira", ""),
        ("＠Mira@Acme.Example x", "", "Mira@Acme.Example", "x"),
        ("booth @ expo", "", "", "booth @ expo"),
        ("mira@acme.example", "", "", "mira@acme.example"),
        ("\"@mira\"", "", "", "@mira"),
        ("\"idle:90d shop\"  x", "", "", "idle:90d shop x"),
        ("\"two  words\"  x", "", "", "\"two  words\"  x"),
        ("https://shop.example a:1", "", "", "https://shop.example a:1"),
        ("localhost:8000", "", "", "localhost:8000"),
        ("Team: A:B 10:30 キー:x", "", "", "Team: A:B 10:30 キー:x"),
    ] {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let words = FilterWords {
            project: given(project),
            creator: given(creator),
            text: given(text),
            ..FilterWords::default()
        };
        assert_eq!(FilterWords::parse(typed), Ok(words), "{typed}");
    }
}

#[test]
fn days_are_read() {
    for (typed, created, refused) in [
        ("since:today", Some(Since::Today), None),
        ("SINCE:7d", Some(Since::Hours(168)), None),
        ("refused:yesterday", None, Some(Since::Yesterday)),
    ] {
        let words = read(typed);
        assert_eq!(
            (words.created_since, words.refused_since),
            (created, refused),
            "{typed}"
        );
    }
}

#[test]
fn what_looks_like_a_word_and_is_none_is_told_with_those_that_there_are() {
    for typed in [
        "labels:x",
        "sinse:today",
        "owner:mira",
        "shop scope:web",
        "STATE:active",
        "never_used:yes",
    ] {
        let told = FilterWords::parse(typed).expect_err(typed);
        assert!(
            told.starts_with("There is no word ") && told.contains("since: idle: never-used"),
            "{told}"
        );
    }
}

#[test]
fn each_word_asks_with_its_parameter_and_each_parameter_is_documented() {
    let now = jiff::Timestamp::UNIX_EPOCH;
    for word in DECLARED {
        let words = read(word.example);
        let asked = KeyFilter::default().with_words(words, now, &jiff::tz::TimeZone::UTC);
        let asked = serde_json::to_value(asked).expect("an object");
        let parameters: Vec<&String> = asked.as_object().expect("an object").keys().collect();
        assert_eq!(parameters, [word.parameter], "{}", word.example);
        assert!(word.about.chars().count() <= 45, "{}", word.about);
        assert!(FilterWords::help().contains(word.example));
    }
}

#[test]
fn a_text_that_names_a_state_alone_is_known() {
    for (typed, state) in [
        ("Active", Some(StateFilter::Active)),
        ("revoked", Some(StateFilter::Revoked)),
        ("active users", None),
        ("active idle:90d", None),
        ("expired", None),
        ("\"active\"", None),
    ] {
        assert_eq!(read(typed).named_state, state, "{typed}");
    }
}

#[test]
fn a_state_is_taken_out_and_the_rest_stays() {
    for (typed, rest) in [
        ("disabled", ""),
        ("shop  Disabled project:\"a b\"", "shop project:\"a b\""),
        ("two  spaces", "two spaces"),
    ] {
        assert_eq!(FilterWords::without_state(typed), rest);
    }
}
