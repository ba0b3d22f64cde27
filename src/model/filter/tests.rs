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
fn words_of_people_projects_and_days_are_read() {
    for (typed, words) in [
        (
            "since:today",
            FilterWords {
                created_since: Some(Since::Today),
                ..none()
            },
        ),
        (
            "SINCE:7d",
            FilterWords {
                created_since: Some(Since::Hours(168)),
                ..none()
            },
        ),
        (
            "refused:yesterday",
            FilterWords {
                refused_since: Some(Since::Yesterday),
                ..none()
            },
        ),
        (
            "project:Storefront",
            FilterWords {
                project: text("Storefront"),
                ..none()
            },
        ),
        (
            "Project:\"Help  Centre\"",
            FilterWords {
                project: text("Help  Centre"),
                ..none()
            },
        ),
        (
            "project：キオスク🥝",
            FilterWords {
                project: text("キオスク🥝"),
                ..none()
            },
        ),
        (
            "project:a PROJECT:A",
            FilterWords {
                project: text("A"),
                ..none()
            },
        ),
        (
            "@mira",
            FilterWords {
                creator: text("mira"),
                ..none()
            },
        ),
        (
            "＠Mira@Acme.Example x",
            FilterWords {
                creator: text("Mira@Acme.Example"),
                text: text("x"),
                ..none()
            },
        ),
        (
            "booth @ expo",
            FilterWords {
                text: text("booth @ expo"),
                ..none()
            },
        ),
        (
            "mira@acme.example",
            FilterWords {
                text: text("mira@acme.example"),
                ..none()
            },
        ),
        (
            "\"@mira\"",
            FilterWords {
                text: text("@mira"),
                ..none()
            },
        ),
        (
            "\"idle:90d shop\"  x",
            FilterWords {
                text: text("idle:90d shop x"),
                ..none()
            },
        ),
        (
            "\"two  words\"  x",
            FilterWords {
                text: text("\"two  words\"  x"),
                ..none()
            },
        ),
        (
            "https://shop.example localhost:8000",
            FilterWords {
                text: text("https://shop.example localhost:8000"),
                ..none()
            },
        ),
        (
            "Team: A:B 10:30 キー:x",
            FilterWords {
                text: text("Team: A:B 10:30 キー:x"),
                ..none()
            },
        ),
    ] {
        assert_eq!(FilterWords::parse(typed), Ok(words), "{typed}");
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

fn none() -> FilterWords {
    FilterWords::default()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}
