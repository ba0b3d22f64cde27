//! To a receiver with the library of npm.

use super::{HERE, subscribed};
use crate::program::Home;
use crate::verifying::{VerifyingReceiver, kind};

#[test]
fn a_rotated_secret_is_verified_by_whoever_has_the_old_or_the_new_one() {
    let home = Home::new();
    let server = home.serve_with(&home.init(), HERE);
    let receiver = VerifyingReceiver::node(&home);
    let url = receiver.url();
    let old = subscribed(&server, &receiver);
    let test = || server.run(&["webhook", "test", &url]).succeeded();
    let rotate = |overlap: &str| {
        let ran = server.run(&["webhook", "rotate-secret", &url, "--overlap", overlap]);
        ran.succeeded().stdout.trim().to_owned()
    };
    test();
    assert_eq!(kind(&receiver.next()), "webhook.test");
    let new = rotate("1h");
    assert_ne!(old, new);
    test();
    let both = receiver.next();
    let signatures = both["headers"]["webhook-signature"].as_str().expect("signatures");
    assert_eq!(signatures.split(' ').count(), 2, "{signatures}");
    receiver.knows(&new);
    test();
    receiver.next();
    let newest = rotate("0");
    // It is delivered; the receiver's library doesn't take it for ours.
    test();
    assert_eq!(receiver.next_of_anybody()["verified"], false);
    receiver.knows(&newest);
    test();
    receiver.next();
    let revealed = server.run(&["webhook", "reveal", &url]).succeeded().stdout;
    assert_eq!(revealed.trim(), newest);
}
