//! The desktop's clipboard, on a real X display.

#[path = "common/x11.rs"]
mod display;

/// Tests that need Xvfb and xclip; a machine without them skips this module by its name.
mod x11 {
    use std::env;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use keydeck::clipboard::{Cleared, Clipboard, CopyRoute};
    use keydeck::model::Secret;
    use tokio::runtime::Runtime;

    use super::display::Display;

    const SECRET: &str = "eyJzb3VsSWQiOiJ0ZXN0In0=";
    /// Set for the process that runs a test's body: the Xvfb that it runs on.
    const SERVER: &str = "KEYDECK_TEST_XVFB";

    /// Runs `body` in a process on a display of its own, which is this test run once more: the
    /// clipboard takes its display from the environment, and that is one for all threads.
    fn on_a_display(test: &str, body: impl FnOnce(&Display)) {
        if let (Ok(server), Ok(name)) = (env::var(SERVER), env::var("DISPLAY")) {
            return body(&Display::inherited(name, &server));
        }
        let display = Display::start();
        let status = Command::new(env::current_exe().expect("this test runs"))
            .args(["--exact", &format!("x11::{test}"), "--nocapture"])
            .env("DISPLAY", display.name())
            .env(SERVER, display.server().as_raw_nonzero().to_string())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("KEYDECK_CLIPBOARD")
            .status()
            .expect("this test runs");
        assert!(status.success(), "it failed on its display");
    }

    fn wait<T>(answer: impl Future<Output = T>) -> T {
        Runtime::new().expect("a runtime starts").block_on(answer)
    }

    fn copied(clipboard: &Clipboard) {
        let route = wait(clipboard.copy(Secret::new(SECRET)));
        assert!(matches!(route, CopyRoute::Native), "{route:?}");
    }

    #[test]
    fn a_copied_secret_can_be_pasted_until_it_is_cleared() {
        on_a_display("a_copied_secret_can_be_pasted_until_it_is_cleared", |display| {
            let clipboard = Clipboard::start();
            assert_eq!(wait(clipboard.clear_if_ours()), Cleared::NothingCopied);
            copied(&clipboard);
            assert_eq!(display.paste().as_deref(), Some(SECRET));
            assert_eq!(wait(clipboard.clear_if_ours()), Cleared::Cleared);
            assert_eq!(display.paste(), None);
            assert_eq!(wait(clipboard.clear_if_ours()), Cleared::NothingCopied);
        });
    }

    #[test]
    fn histories_are_asked_to_leave_the_secret_out() {
        on_a_display("histories_are_asked_to_leave_the_secret_out", |display| {
            let clipboard = Clipboard::start();
            copied(&clipboard);
            let hint = display.paste_as("x-kde-passwordManagerHint");
            assert_eq!(hint.as_deref(), Some("secret"));
        });
    }

    #[test]
    fn what_was_copied_elsewhere_since_is_left_alone() {
        on_a_display("what_was_copied_elsewhere_since_is_left_alone", |display| {
            let clipboard = Clipboard::start();
            copied(&clipboard);
            display.copy_elsewhere("a shopping list");
            assert_eq!(wait(clipboard.clear_if_ours()), Cleared::NotOurs);
            drop(clipboard);
            assert_eq!(display.paste().as_deref(), Some("a shopping list"));
        });
    }

    #[test]
    fn the_end_of_the_program_clears_the_secret() {
        on_a_display("the_end_of_the_program_clears_the_secret", |display| {
            let clipboard = Clipboard::start();
            copied(&clipboard);
            drop(clipboard);
            assert_eq!(display.paste(), None);
        });
    }

    #[test]
    fn a_display_that_hangs_hangs_nothing_else() {
        on_a_display("a_display_that_hangs_hangs_nothing_else", |display| {
            let clipboard = Clipboard::start();
            copied(&clipboard);
            display.while_hung(|| {
                let start = Instant::now();
                let route = wait(clipboard.copy(Secret::new("another")));
                assert!(matches!(route, CopyRoute::Terminal(_)), "{route:?}");
                assert_eq!(wait(clipboard.clear_if_ours()), Cleared::NoAnswer);
                drop(clipboard);
                assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
            });
        });
    }
}
