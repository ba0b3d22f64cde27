//! `cargo bench --bench dashboard [-- KEYS…]`: the release dashboard in a terminal of 120x36, on the
//! release server over decks of 1 thousand, 100 thousand and 1 million keys. Medians of five rounds;
//! times are from the key press to the frame that shows its result, with the terminal's own work.
//! Nothing is asserted.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the terminal is that of the tests"
)]

mod common;
#[path = "../common/keys.rs"]
mod keys;
#[path = "../common/pty.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod pty;

use std::process::Command;
use std::time::{Duration, Instant};

use common::{AnyError, Deck, ROUNDS, Server, Table, cpu_percent, median, resident_mib, sizes};
use pty::{Pty, Size};

fn main() -> Result<(), AnyError> {
    let sizes = sizes();
    let mut table = Table::new(&sizes);
    for &keys in &sizes {
        let deck = Deck::of(keys)?;
        let server = deck.serve()?;
        // The first start reads the database into the page cache.
        open(&server, &deck.token);
        measure(&server, &deck.token, &mut table)?;
    }
    table.print();
    Ok(())
}

fn open(server: &Server, token: &str) -> Pty {
    let mut program = Command::new(env!("CARGO_BIN_EXE_keydeck"));
    program
        .env("KEYDECK_SERVER", format!("http://{}", server.address))
        .env("KEYDECK_TOKEN", token);
    let pty = Pty::spawn(&program, Size(120, 36));
    pty.wait_for("▌");
    pty
}

fn measure(server: &Server, token: &str, table: &mut Table) -> Result<(), AnyError> {
    let starts = (0..ROUNDS).map(|_| {
        let began = Instant::now();
        open(server, token);
        began.elapsed()
    });
    put(table, "exec to first rows, ms", starts.collect());

    let mut pty = open(server, token);
    pty.wait_for("live");
    settle(&pty);
    table.put(
        "memory after start, MiB",
        format!("{:.1}", resident_mib(pty.pid())?),
    );

    let moves = (0..ROUNDS).map(|_| {
        let before = selected_line(&pty.screen());
        let began = Instant::now();
        pty.type_keys("j");
        pty.wait_until("the selection to move", |screen| {
            selected_line(&screen.contents()) != before
        });
        began.elapsed()
    });
    let moves = moves.collect();
    put(table, "move, ms", moves);

    let mut pages = Vec::new();
    for _ in 0..ROUNDS {
        let before = title(&pty.screen());
        let began = Instant::now();
        pty.type_keys("<PageDown>");
        pty.wait_until("the next page", |screen| title(&screen.contents()) != before);
        pages.push(began.elapsed());
        settle(&pty);
    }
    put(table, "page, ms", pages);

    let mut ends = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        pty.type_keys("G");
        pty.wait_until("the end", |screen| is_at_end(&title(&screen.contents())));
        ends.push(began.elapsed());
        settle(&pty);
        pty.type_keys("g");
        pty.wait_for(" 1–");
        settle(&pty);
    }
    put(table, "end, ms", ends);

    let mut sorts = Vec::new();
    for _ in 0..ROUNDS {
        let before = sorted_by(&pty.screen());
        let began = Instant::now();
        pty.type_keys("s");
        pty.wait_until("the sorted rows", |screen| {
            let screen = screen.contents();
            sorted_by(&screen) != before && is_settled(&screen)
        });
        sorts.push(began.elapsed());
    }
    put(table, "sort to the new rows, ms", sorts);

    for (what, text) in [("rare", "osaka 424"), ("n/24", "auckland"), ("none", "xyzzyqq")] {
        let mut echoes = Vec::new();
        let mut filters = Vec::new();
        for _ in 0..ROUNDS {
            pty.type_keys("/");
            pty.wait_for("Enter keep");
            let (first, rest) = text.split_at(1);
            let began = Instant::now();
            pty.type_keys(first);
            pty.wait_for(&format!(" /{first}"));
            echoes.push(began.elapsed());
            settle(&pty);
            let began = Instant::now();
            pty.type_keys(rest);
            pty.wait_until("the filtered rows", |screen| {
                let screen = screen.contents();
                screen.contains(&format!(" /{text}")) && is_settled(&screen)
            });
            filters.push(began.elapsed());
            pty.type_keys("<Esc>");
            pty.wait_gone("Enter keep");
            settle(&pty);
        }
        put(table, &format!("typed letter's echo ({what}), ms"), echoes);
        put(table, &format!("filter to the final rows ({what}), ms"), filters);
    }
    let serving = resident_mib(server.pid())?;
    table.put("the server's memory after all that, MiB", format!("{serving:.1}"));
    table.put(
        "memory after all that, MiB",
        format!("{:.1}", resident_mib(pty.pid())?),
    );
    let idle = cpu_percent(pty.pid(), Duration::from_secs(10))?;
    table.put("idle CPU over 10 s, %", format!("{idle:.2}"));
    pty.type_keys("q");
    pty.finish();
    Ok(())
}

fn put(table: &mut Table, figure: &str, times: Vec<Duration>) {
    let ms = times
        .into_iter()
        .map(|time| time.as_secs_f64() * 1_000.0)
        .collect();
    table.put(figure, format!("{:.1}", median(ms)));
}

fn settle(pty: &Pty) {
    pty.wait_until("nothing to be on its way", |screen| {
        is_settled(&screen.contents())
    });
}

/// The rule under the table has an ellipsis while rows are on their way.
fn is_settled(screen: &str) -> bool {
    !title(screen).contains(" … ") && !screen.contains("Loading")
}

/// Which rows are shown, on the rule under the table.
fn title(screen: &str) -> String {
    screen
        .lines()
        .find(|line| line.starts_with('─') && line.contains('┴'))
        .unwrap_or_default()
        .to_owned()
}

/// The heads, one of which has the arrow, or the rule that says it where that column is not shown.
fn sorted_by(screen: &str) -> Vec<String> {
    let lines = screen
        .lines()
        .filter(|line| line.contains("NAME") || line.contains("sort: "));
    let words = lines.flat_map(str::split_whitespace);
    words
        .filter(|word| word.chars().all(|c| !c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

/// `971–1,000 of 1,000 ▲`
fn is_at_end(title: &str) -> bool {
    let numbers = title
        .split_once("–")
        .map(|(_, rest)| rest.split(' ').collect::<Vec<_>>());
    numbers.is_some_and(|words| words.len() > 2 && words[1] == "of" && words[0] == words[2])
}

fn selected_line(screen: &str) -> Option<usize> {
    screen.lines().position(|line| line.starts_with('▌'))
}
