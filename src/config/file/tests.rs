//! What is read of a file, and what is wrong in it.

use super::*;

fn read(text: &str) -> Result<Config, String> {
    parse(text, "/etc/keydeck/config.toml".into()).map_err(|error| error.to_string())
}

#[test]
fn a_profile_says_everything_about_a_server() {
    let config = read(
        r#"
        default = "production"
        [profiles.staging]
        server = "https://staging.acme.example"
        [profiles.production]
        server = "https://keys.acme.example"
        colour = "red"
        read_only = true
        ca_file = "acme-ca.pem"
        token_command = "pass show keydeck/production"
        "#,
    )
    .expect("valid");
    let names: Vec<&str> = config.profiles.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["staging", "production", LOCAL]);
    assert_eq!(config.default.as_deref(), Some("production"));
    let production = config.profile("production").expect("there");
    let server = Servers::parse(&["https://keys.acme.example"]).expect("valid");
    assert_eq!(production.servers, Some(server));
    assert_eq!(production.colour, Some(Colour::Red));
    assert!(production.read_only);
    assert_eq!(
        production.ca_file.as_deref(),
        Some(Path::new("/etc/keydeck/acme-ca.pem"))
    );
    assert_eq!(
        production.token_command.as_ref().map(|c| c.text.as_str()),
        Some("pass show keydeck/production")
    );
}

#[test]
fn without_a_file_there_is_the_local_deck() {
    let config = read("").expect("valid");
    assert_eq!(config.profiles.len(), 1);
    assert!(config.profiles[0].name == LOCAL && config.profiles[0].servers.is_none());
    let careful = read("[profiles.local]\nread_only = true").expect("valid");
    assert_eq!(careful.profiles.len(), 1);
    assert!(careful.profiles[0].read_only);
}

#[test]
fn what_is_wrong_is_told_with_its_file_and_line_and_what_is_allowed() {
    for (text, line, words) in [
        (
            "[profiles.a]\n\nreadonly = true",
            3,
            "`readonly`, expected one of `server`, `colour`",
        ),
        ("[profiles.a]\nread_only = \"yes\"", 2, "expected a boolean"),
        ("profile = 1", 1, "expected `default` or `profiles`"),
        (
            "\ndefault = \"b\"\n[profiles.a]",
            2,
            "no profile \"b\"; there are: a, local",
        ),
        (
            "[profiles.local]\nserver = \"https://a.example\"",
            1,
            "has no server",
        ),
        (
            "[profiles.a]\nserver = \"http://a.example\"",
            2,
            "the server's address must begin with https://",
        ),
        (
            "[profiles.a]\nserver = 1",
            2,
            "an address, or a list of addresses",
        ),
        ("[profiles.a]\nserver = []", 2, "the list of servers is empty"),
        ("[profiles.a]\nserver = [\n1]", 3, "expected a string"),
        (
            "[profiles.a]\nserver = [\n\"https://a.example\",\n\"https://A.example/\"]",
            4,
            "address 2 of the server is listed twice; remove one",
        ),
        (
            "[profiles.a]\nserver = [\n\"https://a.example\",\n\"http://localhost:7390\",\n]",
            4,
            "address 2 of the server begins with http:// while others begin with https://",
        ),
        ("[profiles.\"../a\"]", 1, "can't name a profile"),
        ("[profiles.a]\n[profiles.a]", 2, "duplicate key"),
        ("[profiles", 1, "table"),
        ("[keys]\nmine = \"M\"\n[profiles.a]\nserver = https", 4, ""),
    ] {
        let error = read(text).expect_err(text);
        let place = format!("/etc/keydeck/config.toml, line {line}: ");
        assert!(error.starts_with(&place) && error.contains(words), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn a_name_that_may_be_meant_to_decide_who_is_asked_is_refused() {
    for name in ["url", "servr", "token", "ca_fil", "readonly", "insecure"] {
        for text in [
            format!("{name} = \"x\"\n[profiles.a]"),
            format!("[profiles.a]\n{name} = \"x\""),
        ] {
            let error = read(&text).expect_err(&text);
            assert!(error.contains(&format!("`{name}`, expected")), "{error}");
        }
    }
}

/// Each line that is passed over, with a part of why.
fn passed_over(text: &str) -> Vec<(usize, String)> {
    let config = read(text).expect("servers are not concerned");
    assert_eq!(config.default.as_deref(), Some("a"), "{text}");
    assert!(config.profile("a").expect("there").read_only, "{text}");
    let (_, problems) = settings_of(text);
    problems
        .into_iter()
        .map(|problem| (problem.line, problem.why))
        .collect()
}

#[test]
fn what_is_wrong_about_looks_and_keys_is_passed_over_and_told() {
    for (top, below, line, words) in [
        (
            "dates = \"long\"",
            "",
            2,
            "“long” is no value here; there are short, iso, us, local",
        ),
        ("dates = \"ios\"", "", 2, "did you mean iso?"),
        ("dates = 3", "", 2, "a text in quotes"),
        ("dates = short", "", 2, ""),
        ("date = \"short\"", "", 2, "did you mean dates?"),
        ("theme = \"drak\"", "", 2, "did you mean dark?"),
        ("keys = \"x\"", "", 2, "[keys] is a table"),
        ("colour = \"red\"", "", 2, "a setting of a profile"),
        ("color = \"red\"", "", 2, "a setting of a profile"),
        ("", "color = \"red\"", 5, "did you mean colour?"),
        ("", "colour = \"yelloww\"", 5, "did you mean yellow?"),
        (
            "",
            "colour = \"pink\"",
            5,
            "“pink” is no colour; there are red, yellow, green, cyan, blue, magenta",
        ),
        ("", "colour = 3", 5, "a text in quotes, not this integer"),
        (
            "",
            "[theme]\nbase = \"light\"\nacent = \"cyan\"",
            7,
            "did you mean accent?",
        ),
        ("", "[theme]\naccent = \"cyna\"", 6, "did you mean cyan?"),
        ("", "[theme]\naccent = 6", 6, "not this integer"),
        ("", "[theme]\naccent = cyan", 6, ""),
        ("", "[theme]\naccent = \"cyan", 6, ""),
        ("", "[theme]\naccent \"cyan\"", 6, ""),
        ("", "[theme]\naccent = \"6\"\naccent = \"7\"", 7, "duplicate key"),
        (
            "",
            "[keys]\nrevoke = 1",
            6,
            "the keys of revoke are a text, or a list",
        ),
        (
            "",
            "[keys]\nrevoke = [\"x\", 1]",
            6,
            "the keys of revoke are a text, or a list",
        ),
        ("", "[keys]\nrevoke = [\"x\"", 6, ""),
    ] {
        let text = format!("default = \"a\"\n{top}\n[profiles.a]\nread_only = true\n{below}\n");
        let problems = passed_over(&text);
        assert!(
            matches!(problems.as_slice(), [(at, why)] if *at == line && why.contains(words)),
            "{text}: {problems:?}"
        );
    }
}

#[test]
fn the_rest_of_what_is_set_works() {
    let text = "dates = \"iso\"\n[theme]\nbase = \"light\"\naccent = \"cyna\"\nok = \"2\"\n\
        [keys]\nmine = \"M\"\nedit = 1\nusage = [\"U\", \"none\"]\nreveal = \"none\"\n";
    let (settings, problems) = settings_of(text);
    let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [4, 8]);
    assert_eq!(settings.dates, super::super::DateForm::Iso);
    assert_eq!(settings.theme.roles.len(), 1);
    let keys = settings.keys.iter();
    let keys: Vec<_> = keys
        .map(|set| (set.line, set.action.as_str(), set.keys.join(" ")))
        .collect();
    assert_eq!(
        keys,
        [
            (7, "mine", "M".into()),
            (9, "usage", "U".into()),
            (10, "reveal", String::new())
        ]
    );
}
