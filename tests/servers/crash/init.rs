//! `init` where there is hardly any room, or nobody to tell the Owner's token: either there is a deck whose token was
//! told, or there is none and nothing is left of it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::deck::Deck;

/// What runs its arguments in a small file system of its own, and leaves behind what is in it then.
const SMALL: &str = r#"
size=$1; dir=$2; kept=$3; shift 3
mount -t tmpfs -o size=$size,mode=700 tmpfs "$dir" || exit 99
"$@"
code=$?
cp -a "$dir/." "$kept/"
exit $code
"#;

const INIT: &[&str] = &[
    "init",
    "--organisation",
    "Acme Studios",
    "--owner",
    "mira@acme.example",
];

fn left(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_nearly_full_disk_there_is_a_deck_with_a_token_or_none() {
    let as_root = rustix::process::getuid().is_root();
    let apart = if as_root { "--mount" } else { "-rm" };
    let (mut made, mut refused) = (0, 0);
    for size in (8..1200).step_by(56) {
        let mut deck = Deck::in_file().await;
        let (dir, kept) = (
            deck.directory.path().join("small"),
            deck.directory.path().join("kept"),
        );
        fs::create_dir(&dir).unwrap();
        fs::create_dir(&kept).unwrap();
        let mut init = Command::new("unshare");
        let ran = init
            .args([apart, "sh", "-c", SMALL, "sh", &format!("{size}k")])
            .args([&dir, &kept])
            .arg(env!("CARGO_BIN_EXE_keydeck"))
            .args(INIT)
            .arg("--database")
            .arg(format!("sqlite:{}", dir.join("keys.db").display()))
            .env_remove("KEYDECK_ROOT_KEY_FILE")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        match ran.status.code() {
            Some(0) => {
                made += 1;
                deck.owner = String::from_utf8(ran.stdout).unwrap().trim().to_owned();
                fs::copy(
                    kept.join("keys.db.root-key"),
                    deck.directory.path().join("root.key"),
                )
                .unwrap();
                deck.database = format!("sqlite:{}", kept.join("keys.db").display());
                let server = deck.serve(&[]);
                server
                    .ask(reqwest::Method::GET, "/v1/me", &serde_json::Value::Null)
                    .await
                    .expect(200);
            }
            code => {
                refused += 1;
                assert_eq!(code, Some(1), "{size}k: {said}");
                assert_eq!(left(&kept), [""; 0], "{size}k: {said}");
                assert!(
                    ran.stdout.is_empty() || said.contains("is not valid"),
                    "{size}k: {said}"
                );
            }
        }
    }
    assert!(made > 0 && refused > 0, "{made} made, {refused} refused");
}

#[tokio::test]
async fn where_the_token_can_not_be_told_no_deck_is_made() {
    let deck = Deck::in_file().await;
    let directory = deck.directory.path().join("new");
    fs::create_dir(&directory).unwrap();
    let database = format!("sqlite:{}", directory.join("keys.db").display());
    let init = |stdout: Stdio| {
        let mut init = Command::new(env!("CARGO_BIN_EXE_keydeck"));
        init.args(INIT).args(["--database", &database]).stdout(stdout);
        init.env_remove("KEYDECK_ROOT_KEY_FILE").output().unwrap()
    };
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (reader, nobody) = std::io::pipe().unwrap();
    drop(reader);
    for stdout in [Stdio::from(full), Stdio::from(nobody)] {
        let ran = init(stdout);
        assert_eq!(
            ran.status.code(),
            Some(1),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        assert_eq!(left(&directory), [""; 0]);
    }
    let ran = init(Stdio::piped());
    assert!(ran.status.success());
    assert!(ran.stdout.starts_with(b"kdu_"));
}
