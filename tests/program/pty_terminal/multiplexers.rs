//! Real terminals inside the terminal, which count cells and pass on control strings in their own ways.

use std::path::Path;

use ratatui::widgets::Paragraph;

use super::*;

/// A server in the background, which outlives what it shows; ended by this command.
struct Server(Command);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.output();
    }
}

/// Tests that need tmux; a machine without it skips this module by its name.
mod tmux {
    use super::*;

    const NAMES: [&str; 9] = [
        "❤\u{fe0f} xyzxyzxyz",
        "🇩🇪 abc",
        "👩\u{200d}💻 defdef",
        "1\u{fe0f}\u{20e3} ghi",
        "e\u{301} jkljkljkl",
        "👍🏽 mno",
        "\u{1112}\u{1161}\u{11ab} pqrpqr",
        "🛒❤\u{fe0f}🇫🇷 stu",
        "plain",
    ];

    fn tmux(sockets: &Path) -> Command {
        let mut command = Command::new("tmux");
        command
            .args(["-u", "-f", "/dev/null"])
            .env("TMUX_TMPDIR", sockets)
            .env("LANG", "C.UTF-8");
        command
    }

    /// The rows of names in each frame, one after the other.
    fn rows(frame: usize) -> Vec<&'static str> {
        (0..NAMES.len())
            .map(|row| NAMES[(row + frame * 2) % NAMES.len()])
            .filter(|name| frame != 2 || !name.starts_with('❤'))
            .collect()
    }

    #[test]
    fn no_letters_of_another_name_stay_on_the_screen() {
        const FRAMES: usize = 4;
        if std::env::var_os(PLAYS).is_some() {
            let mut terminal = Terminal::enter().expect("a terminal");
            for frame in 0..FRAMES {
                let lines = rows(frame).join("\n");
                let text = if frame + 1 == FRAMES {
                    format!("{lines}\nAll was drawn.")
                } else {
                    lines
                };
                terminal
                    .draw(|f| f.render_widget(Paragraph::new(text), f.area()))
                    .expect("drawn");
            }
            // Until the terminal is closed.
            let _ = std::io::stdin().read_line(&mut String::new());
            return;
        }
        let sockets = tempfile::tempdir().expect("made");
        let name = "no_letters_of_another_name_stay_on_the_screen";
        let (this, test) = once_more(module_path!(), name);
        let mut command = tmux(sockets.path());
        command.arg("new-session").arg(this).args(test).env(PLAYS, "1");
        let mut end = tmux(sockets.path());
        end.arg("kill-server");
        let _server = Server(end);
        let pty = Pty::spawn(&command, Size(60, 20));
        pty.wait_for("All was drawn.");
        let captured = tmux(sockets.path())
            .args(["capture-pane", "-p"])
            .output()
            .expect("tmux runs");
        let screen = String::from_utf8(captured.stdout).expect("it is UTF-8");
        let letters = |text: &str| -> String { text.chars().filter(char::is_ascii_alphabetic).collect() };
        for (line, name) in screen.lines().zip(rows(FRAMES - 1)) {
            assert_eq!(letters(line), letters(name), "{screen}");
        }
    }
}

/// Tests that need GNU screen; a machine without it skips this module by its name.
mod gnu_screen {
    use super::*;

    #[test]
    fn a_copied_secret_comes_through() {
        let home = Home::new();
        let program = home.command(&["demo", "--still"]);
        let mut command = Command::new("screen");
        command
            .args(["-U", "-c", "/dev/null", "-s"])
            .arg("/bin/sh")
            .arg(program.get_program())
            .args(program.get_args())
            .envs(
                program
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env("SCREENDIR", private(&home))
            .env("LANG", "C.UTF-8")
            .env("KEYDECK_CLIPBOARD", "osc52");
        let mut end = Command::new("screen");
        end.args(["-X", "quit"]).env("SCREENDIR", home.path("screens"));
        let _server = Server(end);
        let mut pty = Pty::spawn(&command, Size(100, 30));
        pty.wait_for("live");
        pty.wait_for("▌ Trial of a BI");
        pty.type_keys("j");
        pty.wait_for("▌ A/B");
        pty.type_keys("c");
        pty.wait_for_raw("\x1b]52;c;");
        pty.wait_for("to the terminal (OSC 52)");
        pty.type_keys("q");
        let ended = pty.finish();
        let raw = String::from_utf8_lossy(&ended.raw);
        let (_, sequence) = raw.split_once("\x1b]52;c;").expect("it was copied");
        let (base64, _) = sequence.split_once('\x07').expect("it has an end");
        let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        assert!(base64.len() > 100 && base64.chars().all(is_base64), "{base64:?}");
    }

    /// Screen wants a directory for its sockets that is its user's alone.
    fn private(home: &Home) -> std::path::PathBuf {
        use std::os::unix::fs::DirBuilderExt;
        let path = home.path("screens");
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .expect("made");
        path
    }
}

/// Tests that need tmux and GNU screen; a machine without one of them skips this module by its name.
mod tmux_and_gnu_screen {
    use std::fs;
    use std::os::unix::fs::DirBuilderExt;

    use base64::prelude::{BASE64_STANDARD, Engine};
    use keydeck::clipboard::{Clipboard, CopyRoute};
    use keydeck::model::Secret;

    use super::*;

    const TMUX: &str = "tmux";
    const SCREEN: &str = "screen";

    fn secret() -> Secret {
        Secret::new(format!("kda_{}", "0123456789".repeat(30)))
    }

    /// What the dashboard does with a secret, without the dashboard.
    fn copy() {
        let mut terminal = Terminal::enter().expect("a terminal");
        let clipboard = Clipboard::start();
        let copied = tokio::runtime::Runtime::new()
            .expect("started")
            .block_on(clipboard.copy(secret()));
        let said = match copied {
            CopyRoute::Terminal(secret, inside) => {
                terminal.send_osc52(&secret, inside).expect("written");
                "It was sent.".to_owned()
            }
            CopyRoute::Sent => "It was sent.".to_owned(),
            CopyRoute::Native => "It is in a desktop's clipboard.".to_owned(),
            CopyRoute::Failed(why) => format!("Not copied: {why}."),
        };
        terminal
            .draw(|f| f.render_widget(Paragraph::new(said), f.area()))
            .expect("drawn");
        // Until the terminal is closed.
        let _ = std::io::stdin().read_line(&mut String::new());
    }

    #[derive(Clone, Copy, PartialEq)]
    enum Outcome {
        Arrives,
        IsSaidNotTo,
        /// That depends on a tmux that can't be asked.
        MayArrive,
    }
    use Outcome::{Arrives, IsSaidNotTo, MayArrive};

    /// In a terminal of this name, `programs` from the one in the terminal to the one around the program.
    fn nested(
        name: &str,
        (terminal, programs): (&str, &[&str]),
        clipboard: &str,
        passes: &str,
        outcome: Outcome,
    ) {
        let home = Home::new();
        let what = format!("{programs:?} in {terminal} with {clipboard} and {passes}");
        fs::DirBuilder::new()
            .mode(0o700)
            .create(home.path("screens"))
            .expect("made");
        let settings = format!(
            "set -s set-clipboard {clipboard}\nset -g allow-passthrough {passes}\nset -g status off\n"
        );
        fs::write(home.path("tmux.conf"), settings).expect("written");
        fs::write(home.path("screenrc"), "startup_message off\n").expect("written");
        let (this, test) = once_more(module_path!(), name);
        let mut line = shlex::try_join(
            std::iter::once(this.to_str().expect("UTF-8")).chain(test.iter().map(|arg| arg.as_ref())),
        )
        .expect("no NUL");
        for (depth, program) in programs.iter().enumerate().rev() {
            line = match *program {
                TMUX => format!(
                    "env -u TMUX tmux -u -L t{depth} -f {} new-session {}",
                    home.path("tmux.conf").display(),
                    shlex::try_quote(&line).expect("no NUL")
                ),
                _ => format!(
                    "screen -U -c {} sh -c {}",
                    home.path("screenrc").display(),
                    shlex::try_quote(&line).expect("no NUL")
                ),
            };
        }
        let mut command = home.program("/bin/sh");
        command
            .args(["-c", &line])
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TERM", terminal)
            .env("TMUX_TMPDIR", home.path("screens"))
            .env("SCREENDIR", home.path("screens"))
            .env("LANG", "C.UTF-8")
            .env("KEYDECK_CLIPBOARD", "osc52")
            .env(PLAYS, "1");
        let _servers: Vec<Server> = (0..programs.len())
            .map(|depth| {
                let mut end = home.program("/bin/sh");
                end.args(["-c", &format!("tmux -L t{depth} kill-server; screen -X quit")])
                    .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                    .env("TMUX_TMPDIR", home.path("screens"))
                    .env("SCREENDIR", home.path("screens"));
                Server(end)
            })
            .collect();
        let pty = Pty::spawn(&command, Size(100, 30));
        let base64 = BASE64_STANDARD.encode(secret().expose());
        match outcome {
            Arrives => {
                pty.wait_for("It was sent.");
                // tmux names no selection, which is the clipboard, too.
                pty.wait_for_raw(&format!(";{base64}"));
            }
            IsSaidNotTo => pty.wait_for("Not copied: "),
            MayArrive => pty.wait_for("It was sent."),
        }
        let screen = pty.screen();
        assert!(
            !screen.contains(&base64[..20]) && !screen.contains("]52"),
            "{what}: {screen}"
        );
        let raw = pty.raw();
        let raw = String::from_utf8_lossy(&raw);
        let is_there = raw.contains(&base64) && raw.contains("\x1b]52;");
        assert!(outcome == MayArrive || is_there == (outcome == Arrives), "{what}");
    }

    #[test]
    fn a_copied_secret_reaches_the_terminal_outside_or_is_said_not_to() {
        if std::env::var_os(PLAYS).is_some() {
            return copy();
        }
        let name = "a_copied_secret_reaches_the_terminal_outside_or_is_said_not_to";
        // Those of which tmux knows no clipboard take nothing, whatever may pass.
        let unable = ["linux", "rxvt", "rxvt-unicode-256color", "vt220"];
        let unable = unable.map(|terminal| (terminal, &[TMUX][..], "on", "on", IsSaidNotTo));
        let console = [("linux", &[][..], "off", "off", IsSaidNotTo)];
        let able: [(&[&str], &str, &str, Outcome); 13] = [
            (&[TMUX], "external", "off", Arrives),
            (&[TMUX], "on", "on", Arrives),
            (&[TMUX], "off", "off", Arrives),
            (&[SCREEN], "external", "off", Arrives),
            (&[TMUX, SCREEN], "external", "off", Arrives),
            (&[TMUX, SCREEN], "on", "on", Arrives),
            (&[TMUX, SCREEN], "off", "off", Arrives),
            (&[SCREEN, TMUX], "external", "on", Arrives),
            (&[SCREEN, TMUX], "external", "off", IsSaidNotTo),
            (&[SCREEN, TMUX], "on", "off", IsSaidNotTo),
            (&[TMUX, TMUX], "external", "on", Arrives),
            (&[TMUX, TMUX], "on", "off", Arrives),
            (&[TMUX, TMUX], "external", "off", MayArrive),
        ];
        let able = able.map(|(programs, clipboard, passes, outcome)| {
            ("xterm-256color", programs, clipboard, passes, outcome)
        });
        let tables: Vec<_> = able.into_iter().chain(unable).chain(console).collect();
        std::thread::scope(|scope| {
            for rows in tables.chunks(4) {
                scope.spawn(move || {
                    for &(terminal, programs, clipboard, passes, outcome) in rows {
                        nested(name, (terminal, programs), clipboard, passes, outcome);
                    }
                });
            }
        });
    }
}
