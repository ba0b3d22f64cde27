//! Which profile a run works on.

use url::Url;

use super::{Config, ConfigError, LOCAL, PROFILE, Profile, SERVER, variable};

/// What the flags name, or the environment: a server, or a profile, but not both.
struct Named {
    server: Option<String>,
    profile: Option<String>,
    /// What both are called when they contradict each other.
    words: [&'static str; 2],
}

impl Config {
    /// The profile of a run: what the flags name, or else KEYDECK_SERVER or KEYDECK_PROFILE, or else
    /// the file's default, or else the local deck. A server that is named by its URL is its profile
    /// when it has one: the default rather than another, and the first of others.
    pub fn choose(&self, server: Option<&str>, profile: Option<&str>) -> Result<Profile, ConfigError> {
        let flags = Named {
            server: server.map(str::to_owned),
            profile: profile.map(str::to_owned),
            words: ["--server", "--profile"],
        };
        let environment = Named {
            server: variable(SERVER)?,
            profile: variable(PROFILE)?,
            words: [SERVER, PROFILE],
        };
        self.first_of([flags, environment])
    }

    /// From now on the profile of this name is as the run has it.
    pub fn begin_with(&mut self, profile: Profile) {
        match self.profiles.iter_mut().find(|other| other.name == profile.name) {
            Some(other) => *other = profile,
            None => self.profiles.insert(0, profile),
        }
    }

    fn first_of(&self, places: [Named; 2]) -> Result<Profile, ConfigError> {
        for Named {
            server,
            profile,
            words,
        } in places
        {
            match (server, profile) {
                (Some(_), Some(_)) => return Err(ConfigError::Contradiction(words[0], words[1])),
                (Some(url), None) => return Ok(self.of_server(&url)),
                (None, Some(name)) => return self.profile(&name).cloned(),
                (None, None) => {}
            }
        }
        self.profile(self.default.as_deref().unwrap_or(LOCAL)).cloned()
    }

    fn of_server(&self, url: &str) -> Profile {
        let is_it = |profile: &&Profile| profile.server.as_deref().is_some_and(|server| same(server, url));
        let default = self
            .profiles
            .iter()
            .find(|p| Some(&p.name) == self.default.as_ref());
        let found = default.filter(is_it).or_else(|| self.profiles.iter().find(is_it));
        found.cloned().unwrap_or_else(|| Profile::nameless(url))
    }
}

/// `https://ACME.example:443/` is `https://acme.example`.
fn same(one: &str, other: &str) -> bool {
    match (Url::parse(one.trim()), Url::parse(other.trim())) {
        (Ok(one), Ok(other)) => one.as_str().trim_end_matches('/') == other.as_str().trim_end_matches('/'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file;

    const FILE: &str = r#"
        default = "careful"
        [profiles.admin]
        server = "https://keys.acme.example"
        [profiles.careful]
        server = "https://keys.acme.example/"
        [profiles.staging]
        server = "https://staging.acme.example"
        [profiles.second]
        server = "https://staging.acme.example"
    "#;

    fn named(server: &str, profile: &str, words: [&'static str; 2]) -> Named {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Named {
            server: given(server),
            profile: given(profile),
            words,
        }
    }

    /// The name of the profile that flags and environment choose, each a server and a profile.
    fn chosen(file: &str, flags: [&str; 2], environment: [&str; 2]) -> Result<String, String> {
        let config = file::parse(file, "config.toml".into()).expect("valid");
        let places = [
            named(flags[0], flags[1], ["--server", "--profile"]),
            named(environment[0], environment[1], [SERVER, PROFILE]),
        ];
        let chosen = config.first_of(places).map_err(|error| error.to_string())?;
        Ok(chosen.name)
    }

    #[test]
    fn flags_go_before_the_environment_and_that_before_the_file() {
        let none = ["", ""];
        for (flags, environment, name) in [
            (["", "admin"], ["", "staging"], "admin"),
            (["", "admin"], ["https://other.example", ""], "admin"),
            (
                ["https://other.example:8443", ""],
                ["", "staging"],
                "other.example:8443",
            ),
            (none, ["", "staging"], "staging"),
            (none, ["https://other.example", ""], "other.example"),
            (none, none, "careful"),
            (["", LOCAL], none, LOCAL),
        ] {
            assert_eq!(
                chosen(FILE, flags, environment).as_deref(),
                Ok(name),
                "{flags:?} {environment:?}"
            );
        }
        assert_eq!(chosen("", none, none).as_deref(), Ok(LOCAL));
    }

    #[test]
    fn a_server_named_by_its_url_is_its_profile() {
        for (url, name) in [
            ("https://KEYS.acme.example:443", "careful"),
            ("https://staging.acme.example/", "staging"),
            ("https://keys.acme.example/other", "keys.acme.example"),
        ] {
            assert_eq!(chosen(FILE, [url, ""], ["", ""]).as_deref(), Ok(name), "{url}");
        }
    }

    #[test]
    fn what_contradicts_itself_or_is_unknown_is_told() {
        let both = ["https://a.example", "admin"];
        let error = chosen(FILE, both, ["", ""]).expect_err("two servers");
        assert!(error.contains("--server and --profile"), "{error}");
        let error = chosen(FILE, ["", ""], both).expect_err("two servers");
        assert!(error.contains("KEYDECK_SERVER and KEYDECK_PROFILE"), "{error}");
        let error = chosen(FILE, ["", "prod"], ["", ""]).expect_err("unknown");
        assert_eq!(
            error,
            "there is no profile \"prod\"; there are: admin, careful, staging, second, local"
        );
    }

    #[test]
    fn what_a_run_began_with_is_among_the_profiles() {
        let mut config = file::parse(FILE, "config.toml".into()).expect("valid");
        config.begin_with(Profile::nameless("https://other.example"));
        assert_eq!(config.profiles[0].name, "other.example");
        let count = config.profiles.len();
        config.begin_with(Profile::local());
        assert_eq!(config.profiles.len(), count);
    }
}
