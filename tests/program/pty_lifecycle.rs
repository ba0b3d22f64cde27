//! A key between its creation and its end, with the real binary in a terminal on a real server: it is rotated with traffic
//! on it, disabled and enabled, and given an end.

use keydeck::api::{Key, Usage};

use crate::program::{Home, Served};
use crate::pty::{Pty, Size};

fn dashboard(server: &Served, size: Size) -> Pty {
    let pty = Pty::spawn(&server.command(&[]), size);
    pty.wait_for("● live");
    pty.wait_for("▌ Board");
    pty
}

/// A key, and the token of a gateway in front of what it is for.
fn board(server: &Served) -> (String, String) {
    (server.analytics_key("Board"), server.gateway("edge"))
}

fn key(server: &Served) -> Key {
    server.keys().into_iter().next().expect("a key")
}

/// Comes back when the usage of the key says so.
fn counted(server: &Served, is_counted: impl Fn(&Usage) -> bool) {
    server.counted(key(server).id, is_counted);
}

/// Rotates the selected key; the new secret, as it is shown once.
pub fn rotate(pty: &mut Pty) -> String {
    pty.type_keys("t");
    pty.wait_for("Rotate this key");
    pty.wait_for("The old token is valid until");
    pty.type_keys("<C-s>");
    pty.wait_for("its new secret");
    pty.wait_for("This secret is shown only now.");
    let secret = |screen: &str| {
        let mut words = screen.split_whitespace();
        let new = words.find(|word| word.starts_with("kda_") && !word.contains('…'))?;
        Some(new.to_owned())
    };
    pty.wait_until("the new secret", |screen| {
        let is_whole = |new: String| new.len() == "kda_".len() + 49;
        secret(&screen.contents()).is_some_and(is_whole)
    });
    let new = secret(&pty.screen()).expect("seen above");
    pty.type_keys("<Esc>");
    pty.wait_for("▸ Keep it open ◂");
    pty.type_keys("<Tab><Enter>");
    pty.wait_gone("its new secret");
    pty.wait_for("· old 0");
    new
}

/// Ends the rotation, from its dialog.
pub fn end_rotation(pty: &mut Pty) {
    pty.wait_for("▸ Close ◂");
    pty.type_keys("<Tab><Tab>");
    pty.wait_for("▸ End now… ◂");
    pty.type_keys("<Enter>");
    pty.wait_for("Yes, End it");
    pty.type_keys("<Tab><Enter>");
    pty.wait_for("Ended the rotation of “Board”.");
    pty.wait_gone("rotating,");
}

fn allowed_by_old(usage: &Usage) -> u64 {
    usage.rotation.as_ref().map_or(0, |rotation| rotation.old.allowed)
}

#[test]
fn a_key_is_rotated_with_traffic_on_it_and_the_overlap_is_ended() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let (old, gateway) = board(&server);
    let mut pty = dashboard(&server, Size(120, 36));
    let new = rotate(&mut pty);

    assert_eq!(server.asked(&gateway, &old), 200);
    counted(&server, |usage| allowed_by_old(usage) == 1);
    pty.type_keys("r");
    pty.wait_for("Nobody uses the new token yet.");
    // The new one was not let through so far: it could be dropped.
    pty.type_keys("t");
    pty.wait_for("Cancel rotation");
    assert_eq!(server.asked(&gateway, &new), 200);
    counted(&server, |usage| {
        usage
            .rotation
            .as_ref()
            .is_some_and(|rotation| rotation.new.allowed == 1)
    });
    pty.type_keys("<Tab><Tab><Enter>");
    pty.wait_for("Yes, Cancel it");
    pty.type_keys("<Tab><Enter>");
    pty.wait_for("The new token was used meanwhile, so that it stays.");
    pty.wait_gone("Cancel rotation");
    end_rotation(&mut pty);
    assert_eq!(
        (server.asked(&gateway, &old), server.asked(&gateway, &new)),
        (401, 200)
    );
}

#[test]
fn a_key_is_disabled_who_still_tries_is_told_and_it_is_enabled_again() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let (secret, gateway) = board(&server);
    assert_eq!(server.asked(&gateway, &secret), 200);
    let mut pty = dashboard(&server, Size(120, 36));
    pty.type_keys("D");
    pty.wait_for("Disable this key?");
    pty.type_keys("nobody seems to use it<C-s>");
    pty.wait_for("Disabled “Board”");
    pty.wait_for("nobody seems to use it");
    assert_eq!(server.asked(&gateway, &secret), 403);
    counted(&server, |usage| usage.refused_while_disabled == Some(1));
    pty.type_keys("r");
    pty.wait_for("Refused: 1 request since");
    pty.type_keys("E");
    pty.wait_for("with the reason: nobody seems to");
    pty.type_keys("<Tab><Enter>");
    pty.wait_for("Enabled “Board”");
    pty.wait_gone("Disabled since");
    assert_eq!(server.asked(&gateway, &secret), 200);
}

#[test]
fn an_end_is_set_told_and_refused_by_the_policy() {
    let home = Home::new();
    let server = home.serve(&home.init());
    board(&server);
    let mut pty = dashboard(&server, Size(120, 36));
    pty.type_keys("l12d");
    pty.wait_for("valid until ");
    pty.type_keys("<C-s>");
    pty.wait_for("Saved “Board”");
    pty.wait_for("expires in 11 d");
    pty.wait_for("1 expires within 30 days");
    server.run(&["policy", "set", "--analytics", "90d"]).succeeded();
    pty.type_keys("l<C-u>never<C-s>");
    pty.wait_for("are given 90 days at");
    pty.type_keys("<C-u>60d<C-s>");
    pty.wait_gone("within 30 days");
    assert!(key(&server).settings.expires_at.is_some());
}
