//! Which profile a command uses.

use super::{Config, ConfigError, LOCAL, PROFILE, Profile, SERVER, variable};
use crate::model::Servers;

/// What the flags name, or the environment: servers, or a profile, but not both.
struct Named {
    servers: Vec<String>,
    profile: Option<String>,
    /// What both are called when they contradict each other.
    words: [&'static str; 2],
}

impl Config {
    /// The profile of a run: what the flags name, or else KEYDECK_SERVER or KEYDECK_PROFILE, or else
    /// the file's default, or else the local deck. Servers that are named by their URLs are their
    /// profile when they have one: the default rather than another, and the first of others.
    pub fn choose(&self, servers: &[String], profile: Option<&str>) -> Result<Profile, ConfigError> {
        let flags = Named {
            servers: servers.to_vec(),
            profile: profile.map(str::to_owned),
            words: ["--server", "--profile"],
        };
        let environment = Named {
            servers: variable(SERVER)?.map_or_else(Vec::new, |text| listed(&text)),
            profile: variable(PROFILE)?,
            words: [SERVER, PROFILE],
        };
        self.first_of([flags, environment])
    }

    /// Uses the run's version of the profile from now on.
    pub fn begin_with(&mut self, profile: Profile) {
        match self.profiles.iter_mut().find(|other| other.name == profile.name) {
            Some(other) => *other = profile,
            None => self.profiles.insert(0, profile),
        }
    }

    fn first_of(&self, places: [Named; 2]) -> Result<Profile, ConfigError> {
        for Named {
            servers,
            profile,
            words,
        } in places
        {
            match (servers.as_slice(), profile) {
                ([], None) => {}
                ([], Some(name)) => return self.profile(&name).cloned(),
                (urls, None) => return Ok(self.of_servers(Servers::parse(urls)?)),
                (_, Some(_)) => return Err(ConfigError::Contradiction(words[0], words[1])),
            }
        }
        self.profile(self.default.as_deref().unwrap_or(LOCAL)).cloned()
    }

    /// The profile that has these servers; this run uses only these.
    fn of_servers(&self, named: Servers) -> Profile {
        let is_it = |profile: &&Profile| {
            profile
                .servers
                .as_ref()
                .is_some_and(|all| all.contains_all(&named))
        };
        let default = self
            .profiles
            .iter()
            .find(|p| Some(&p.name) == self.default.as_ref());
        let found = default.filter(is_it).or_else(|| self.profiles.iter().find(is_it));
        match found.cloned() {
            Some(profile) => Profile {
                servers: Some(named),
                ..profile
            },
            None => Profile::nameless(named),
        }
    }
}

/// `https://a.example, https://b.example` in one text.
fn listed(text: &str) -> Vec<String> {
    text.split(',').map(|one| one.trim().to_owned()).collect()
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
        [profiles.several]
        server = ["https://a.acme.example", "https://b.acme.example"]
    "#;

    fn named(servers: &str, profile: &str, words: [&'static str; 2]) -> Named {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Named {
            servers: given(servers).map_or_else(Vec::new, |text| listed(&text)),
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
            ("https://b.acme.example", "several"),
            ("https://b.acme.example, https://a.acme.example", "several"),
            ("https://c.acme.example,https://a.acme.example", "c.acme.example"),
        ] {
            assert_eq!(chosen(FILE, [url, ""], ["", ""]).as_deref(), Ok(name), "{url}");
        }
    }

    #[test]
    fn servers_of_a_profile_that_are_named_are_the_only_ones_of_the_run() {
        let config = file::parse(FILE, "config.toml".into()).expect("valid");
        let chosen = config.choose(&["https://b.acme.example".into()], None);
        let chosen = chosen.expect("valid").servers.expect("a server");
        assert_eq!(chosen.to_string(), "https://b.acme.example");
        let nothing = config.choose(&["https://b.acme.example".into(), "".into()], None);
        let why = nothing.expect_err("no address").to_string();
        assert!(why.starts_with("address 2 of the server is not a URL"), "{why}");
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
            "there is no profile \"prod\"; there are: admin, careful, staging, second, several, local"
        );
    }

    #[test]
    fn what_a_run_began_with_is_among_the_profiles() {
        let mut config = file::parse(FILE, "config.toml".into()).expect("valid");
        let other = Servers::parse(&["https://other.example"]).expect("valid");
        config.begin_with(Profile::nameless(other));
        assert_eq!(config.profiles[0].name, "other.example");
        let count = config.profiles.len();
        config.begin_with(Profile::local());
        assert_eq!(config.profiles.len(), count);
    }
}
