//! The whole life of keys in one sitting, with the real binary in a terminal on a real server: one is rotated under
//! traffic, those that nobody needs are disabled together, and one of these is revoked while somebody still presents it.

use keydeck::model::KeyState;

use crate::program::{Home, Served};
use crate::pty::{Pty, Size};
use crate::pty_lifecycle::{end_rotation, rotate};

const UNUSED: usize = 10;

/// Those that nobody uses, and above them the one in use.
fn made_keys(server: &Served) -> (Vec<String>, String) {
    let unused = (1..=UNUSED).map(|number| server.analytics_key(&format!("Unused {number:02}")));
    (unused.collect(), server.analytics_key("Board"))
}

/// The row of the meter for this token says that it was used so often.
fn wait_for_meter(pty: &Pty, token: &str, figure: &str) {
    pty.wait_until(&format!("{token}: {figure}"), |screen| {
        let screen = screen.contents();
        let mut lines = screen.lines();
        lines.any(|line| line.contains(token) && line.contains(figure))
    });
}

fn used(server: &Served, gateway: &str, secret: &str, times: usize) {
    (0..times).for_each(|_| assert_eq!(server.asked(gateway, secret), 200));
}

/// The newest key is rotated; requests come with either token until the overlap is ended.
fn rotate_under_traffic(pty: &mut Pty, server: &Served, gateway: &str, old: &str) -> String {
    let new = rotate(pty);
    used(server, gateway, old, 3);
    used(server, gateway, &new, 2);
    server.counted(server.keys()[0].id, |usage| {
        let rotation = usage.rotation.as_ref();
        rotation.is_some_and(|meter| (meter.old.allowed, meter.new.allowed) == (3, 2))
    });
    // Nothing is pressed.
    wait_for_meter(pty, "Old token", "3 / 24 h");
    wait_for_meter(pty, "New token", "2 / 24 h");
    pty.wait_for("· old 3");
    pty.type_keys("t");
    end_rotation(pty);
    assert_eq!(server.asked(gateway, old), 401);
    assert_eq!(server.asked(gateway, &new), 200);
    new
}

/// All that were never used, as a plan of the marked ones.
fn disable_unused(pty: &mut Pty, server: &Served) {
    pty.type_keys("/never-used<Enter>");
    pty.wait_for("10 keys");
    pty.type_keys("*");
    pty.wait_for("10 marked");
    pty.type_keys("bdisable<Enter>");
    pty.wait_for("Reason");
    pty.type_keys("Nobody needs it<C-s>");
    pty.wait_for("Yes, Disable them");
    pty.type_keys("<Right><Enter>");
    pty.wait_for("Disabled 10 keys");
    for key in server.keys() {
        let is_disabled = key.state == KeyState::Disabled;
        assert_eq!(is_disabled, key.name.starts_with("Unused"), "{}", key.name);
    }
}

#[test]
fn keys_are_rotated_disabled_together_and_revoked_in_one_sitting() {
    let home = Home::new();
    let server = home.serve(&home.init());
    let (unused, board) = made_keys(&server);
    let gateway = server.gateway("edge");
    let mut pty = Pty::spawn(&server.command(&[]), Size(120, 36));
    pty.wait_for("● live");
    pty.wait_for("▌ Board");

    let board = rotate_under_traffic(&mut pty, &server, &gateway, &board);
    disable_unused(&mut pty, &server);
    let revoked = &unused[UNUSED - 1];
    assert_eq!(server.asked(&gateway, revoked), 403);
    used(&server, &gateway, &board, 1);

    pty.wait_for("▌ Unused 10");
    pty.type_keys("d");
    pty.wait_for("Revoke this key?");
    pty.type_keys("<S-Tab>its owner has left<Tab><Tab><Enter>");
    pty.wait_for("no attempts since");
    pty.wait_for("refuses it (key-revoked)");
    // Nothing is pressed.
    for _ in 0..3 {
        assert_eq!(server.asked(&gateway, revoked), 401);
    }
    pty.wait_for("3 attempts since, all refused, last ");
    pty.type_keys("<Esc>");
    pty.wait_gone("attempts since");
    pty.wait_for("9 keys");
    pty.type_keys("<Esc>");
    pty.wait_gone("never-used");
    pty.type_keys("4");
    pty.wait_for("Revoked 1");
    pty.wait_for("▌ Unused 10");
    pty.wait_for("its owner has left");
    pty.wait_for("✗ 3 refused, last");

    let left = server.keys().into_iter().map(|key| key.state);
    assert_eq!(
        left.filter(|state| *state == KeyState::Disabled).count(),
        UNUSED - 1
    );
    pty.type_keys("q");
    assert!(pty.finish().status.success());
}
