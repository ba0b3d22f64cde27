//! The desktop's clipboard, on a real X display.

/// Tests that need Xvfb and xclip; a machine without them skips this module by its name.
mod x11 {
    use std::env;
    use std::io::Write;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use keydeck::clipboard::{Cleared, Clipboard, CopyRoute};
    use keydeck::model::Secret;
    use rustix::process::{Pid, Signal, kill_process};
    use tokio::runtime::Runtime;

    use crate::program::once_more;
    use crate::x11::{Display, paste, paste_as};

    const SECRET: &str = "eyJzb3VsSWQiOiJ0ZXN0In0=";
    /// Set for the process that runs a test's body: the Xvfb that it runs on.
    const SERVER: &str = "KEYDECK_TEST_XVFB";

    /// Runs `body`, which gets the display's name, in a process on a display of its own. That is this
    /// test run once more: the clipboard takes its display from the environment, and that is one for
    /// all threads.
    fn on_a_display(test: &str, body: impl FnOnce(&str)) {
        if let (Ok(_), Ok(display)) = (env::var(SERVER), env::var("DISPLAY")) {
            return body(&display);
        }
        let display = Display::start();
        let (this, test) = once_more(module_path!(), test);
        let status = Command::new(this)
            .args(test)
            .env("DISPLAY", &display.name)
            .env(SERVER, display.server.id().to_string())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("KEYDECK_CLIPBOARD")
            .status()
            .expect("this test runs");
        assert!(status.success(), "it failed on its display");
    }

    fn wait<T>(answer: impl Future<Output = T>) -> T {
        Runtime::new().expect("a runtime starts").block_on(answer)
    }

    fn copy(clipboard: &Clipboard) {
        let route = wait(clipboard.copy(Secret::new(SECRET)));
        assert!(matches!(route, CopyRoute::Native), "{route:?}");
    }

    fn copy_elsewhere(display: &str, text: &str) {
        // It stays in the background to serve the text, and would keep a piped output open.
        let mut xclip = Command::new("xclip")
            .args(["-selection", "clipboard", "-i"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("xclip runs");
        let mut stdin = xclip.stdin.take().expect("it is piped");
        stdin.write_all(text.as_bytes()).expect("xclip reads");
        drop(stdin);
        assert!(xclip.wait().expect("xclip ends").success());
        // The one in the background may still be about to take the clipboard.
        let deadline = Instant::now() + Duration::from_secs(10);
        while paste(display).as_deref() != Some(text) {
            assert!(Instant::now() < deadline, "xclip never copied");
        }
    }

    fn tell_display(signal: Signal) {
        let server = env::var(SERVER).ok().and_then(|id| id.parse().ok());
        let server = server.and_then(Pid::from_raw).expect("it is a process id");
        kill_process(server, signal).expect("Xvfb runs");
    }

    #[test]
    fn a_copied_secret_can_be_pasted_until_it_is_cleared() {
        on_a_display("a_copied_secret_can_be_pasted_until_it_is_cleared", |display| {
            let clipboard = Clipboard::start();
            assert_eq!(wait(clipboard.clear_if_ours()), Cleared::NothingCopied);
            copy(&clipboard);
            assert_eq!(paste(display).as_deref(), Some(SECRET));
            assert_eq!(wait(clipboard.clear_if_ours()), Cleared::Cleared);
            assert_eq!(paste(display), None);
            assert_eq!(wait(clipboard.clear_if_ours()), Cleared::NothingCopied);
        });
    }

    #[test]
    fn histories_are_asked_to_leave_the_secret_out() {
        on_a_display("histories_are_asked_to_leave_the_secret_out", |display| {
            let clipboard = Clipboard::start();
            copy(&clipboard);
            let hint = paste_as(display, "x-kde-passwordManagerHint");
            assert_eq!(hint.as_deref(), Some("secret"));
        });
    }

    #[test]
    fn what_was_copied_elsewhere_since_is_left_alone() {
        on_a_display("what_was_copied_elsewhere_since_is_left_alone", |display| {
            let clipboard = Clipboard::start();
            copy(&clipboard);
            copy_elsewhere(display, "a shopping list");
            assert_eq!(wait(clipboard.clear_if_ours()), Cleared::NotOurs);
            drop(clipboard);
            assert_eq!(paste(display).as_deref(), Some("a shopping list"));
        });
    }

    #[test]
    fn the_end_of_the_program_clears_the_secret() {
        on_a_display("the_end_of_the_program_clears_the_secret", |display| {
            let clipboard = Clipboard::start();
            copy(&clipboard);
            drop(clipboard);
            assert_eq!(paste(display), None);
        });
    }

    #[test]
    fn a_display_that_hangs_hangs_nothing_else() {
        on_a_display("a_display_that_hangs_hangs_nothing_else", |_| {
            let clipboard = Clipboard::start();
            copy(&clipboard);
            tell_display(Signal::STOP);
            let start = Instant::now();
            let route = wait(clipboard.copy(Secret::new("another")));
            assert!(matches!(route, CopyRoute::Terminal(..)), "{route:?}");
            assert_eq!(wait(clipboard.clear_if_ours()), Cleared::NoAnswer);
            drop(clipboard);
            assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
        });
    }
}
