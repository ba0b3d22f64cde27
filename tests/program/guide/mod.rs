//! README and the guide say what is so: every command in them is run, or at least parsed as the program parses it.

mod blocks;
mod parsed;
mod reading;
mod run;

use self::blocks::documents;
use crate::program::Home;

/// People read it to the end.
#[test]
fn readme_has_at_most_900_words() {
    let documents = documents();
    let readme = documents
        .iter()
        .find(|document| document.name == "README")
        .expect("there");
    let words = readme.text.split_whitespace().count();
    assert!(words <= 900, "{words} words");
}

#[test]
fn every_example_of_config_toml_is_valid() {
    let examples: Vec<_> = documents()
        .into_iter()
        .flat_map(|document| document.configurations)
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        let home = Home::new();
        let directory = home.path("config").join("keydeck");
        std::fs::create_dir_all(&directory).expect("made");
        std::fs::write(directory.join("config.toml"), &example).expect("written");
        let ran = home.run(&["whoami", "--profile", "local"]).succeeded();
        assert_eq!(ran.stderr, "", "{example}");
    }
}
