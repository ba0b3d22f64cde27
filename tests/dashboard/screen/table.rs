//! The table: what its columns say, what a filter found, and where the cursor stands.

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{Key, KeyWeek};
use keydeck::model::{Scope, UiDomain};
use keydeck::tui::view::text;

use super::*;
use crate::common::usage::busy;

/// A key of the sketch: used three minutes ago, made so many days ago.
fn used_key(number: u32, name: &str, days: i64, week: KeyWeek) -> Key {
    let now = look().now;
    Key {
        created_at: now - SignedDuration::from_hours(24 * days),
        last_used_at: Some(now - SignedDuration::from_mins(3)),
        last_refused_at: (week.total().refused > 0).then(|| now - SignedDuration::from_hours(23)),
        week: Some(week),
        ..key(number, name, Scope::Web)
    }
}

fn days(allowed: [u64; 7], refused_today: u64) -> KeyWeek {
    KeyWeek {
        allowed,
        refused: [0, 0, 0, 0, 0, 0, refused_today],
    }
}

fn varied() -> Vec<Key> {
    let now = look().now;
    let idle = |days: i64| Some(now - SignedDuration::from_hours(24 * days));
    let mut keys = vec![
        used_key(0, "Checkout assistant", 11, days([8, 6, 6, 8, 6, 8, 7], 12)),
        used_key(1, "A/B", 380, days([1, 2, 2, 3, 2, 2, 1], 0)),
        used_key(2, "Fresh", 0, KeyWeek::default()),
    ];
    keys.push(Key {
        last_used_at: idle(140),
        ..used_key(
            3,
            "Load test (delete after the fair in June)",
            200,
            KeyWeek::default(),
        )
    });
    keys
}

#[test]
fn a_row_says_what_needs_attention() {
    let talk = Talk::sized(120, 36, varied());
    let row = |line_number: u16| line(&talk, talk.app.layout().rows.y + line_number);
    assert!(
        row(0).contains("7 Nov  █▆▆█▆█▇ ") && row(0).contains(" ✗12   3m"),
        "{}",
        row(0)
    );
    assert!(row(1).contains("Nov 2025  ▃▆▆█▆▆▃"), "{}", row(1));
    assert!(row(2).contains("now  ·······"), "{}", row(2));
    assert!(row(3).contains("idle 140d"), "{}", row(3));
    assert!(row(3).contains("Load test (delete after the"), "{}", row(3));
    for (width, height) in SIZES {
        let talk = Talk::sized(width, height, varied());
        assert!(drawn(&talk).contains("✗12   3m"), "{width}");
        assert!(drawn(&talk).contains("idle 140d"), "{width}");
    }
}

/// As the header counts them: whenever the day of UTC began.
#[test]
fn a_key_that_was_refused_within_24_hours_says_so_with_the_count_of_its_seven_days() {
    let of_days = |refused: [u64; 7], hours_ago: Option<i64>| Key {
        last_refused_at: hours_ago.map(|hours| look().now - SignedDuration::from_hours(hours)),
        ..used_key(
            1,
            "Checkout assistant",
            11,
            KeyWeek {
                allowed: [1; 7],
                refused,
            },
        )
    };
    for (key, shown) in [
        (of_days([0, 2, 0, 0, 0, 9, 0], Some(23)), Some("✗11   3m")),
        (of_days([0, 2, 0, 0, 0, 0, 9], Some(1)), Some("✗11   3m")),
        // By a clock that is behind.
        (of_days([0, 0, 0, 0, 0, 0, 9], Some(-1)), Some("✗9   3m")),
        (of_days([0, 2, 0, 0, 0, 9, 0], Some(24)), None),
        // It is not counted yet.
        (of_days([0; 7], Some(1)), None),
        (of_days([0, 0, 0, 0, 0, 0, 9], None), None),
    ] {
        let talk = Talk::sized(120, 36, vec![key]);
        let row = line(&talk, talk.app.layout().rows.y);
        match shown {
            Some(shown) => assert!(row.contains(&format!(" {shown}")), "{row}"),
            None => assert!(!row.contains('✗') && row.contains(" 3m"), "{row}"),
        }
    }
}

#[test]
fn a_name_is_cut_only_where_no_cell_is_free() {
    for (width, height) in SIZES {
        let talk = Talk::sized(width, height, varied());
        let area = talk.app.layout().rows;
        let rows = within(&talk, area);
        let Some(row) = rows
            .iter()
            .find(|row| row.contains("Load test") && row.contains('…'))
        else {
            continue;
        };
        let after = row.split_once('…').expect("it is cut").1;
        assert!(
            after.starts_with("  ") && !after.starts_with("   "),
            "{width}: {row}"
        );
        assert!(!drawn(&talk).contains("Storefr…"), "{width}");
    }
}

#[test]
fn what_the_filter_found_is_shown_in_the_name_or_as_the_domain() {
    let mut keys = varied();
    keys[1].settings.ui_domains = vec![UiDomain::trusted("https://checkout.acme.example".into())];
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, keys.clone());
        talk.press("/checkout");
        for _ in "checkout".chars() {
            talk.answer_page(Ok(page(keys[..2].to_vec())));
        }
        let rows = within(&talk, talk.app.layout().rows);
        let room = talk.app.layout().rows.width;
        if room >= 60 {
            assert!(rows[1].contains("https://checkout"), "{width}: {rows:?}");
        }
        assert!(rows[1].contains("https:"), "{width}: {rows:?}");
        assert!(!rows[0].contains("https:"), "{width}: {rows:?}");
    }
}

#[test]
fn the_strip_tells_of_the_selected_key_where_there_are_no_details() {
    let mut talk = Talk::sized(80, 24, varied());
    let strip = |talk: &Talk| within(talk, talk.app.layout().strip).join("\n");
    assert!(strip(&talk).contains("https://shop.acme.example  https://*.acme.example"));
    assert!(
        strip(&talk).contains("✓ 49 allowed  ✗ 12 refused  in 7 d"),
        "{}",
        strip(&talk)
    );
    assert!(strip(&talk).contains("Used 3 min ago"), "{}", strip(&talk));
    talk.press("<Down><Up>").rest();
    talk.answer_usage(Ok(busy()));
    assert!(strip(&talk).contains("✓ 1,216 allowed"), "{}", strip(&talk));
    assert!(strip(&talk).contains("from 203.0.113.7"), "{}", strip(&talk));
    talk.press("<Enter>");
    assert_eq!(talk.app.layout().strip.height, 0);
    assert_eq!(Talk::sized(120, 36, varied()).app.layout().strip.height, 0);
}

#[test]
fn a_list_that_goes_on_says_so_at_its_end() {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, some_keys(60));
        let rows = talk.app.layout().rows.height;
        let rule = line(&talk, talk.app.layout().table_rule.y);
        assert!(rule.contains(&format!("1–{rows} of 60 ▼")), "{width}: {rule}");
        talk.press("G");
        let rule = line(&talk, talk.app.layout().table_rule.y);
        assert!(
            rule.contains(&format!("{}–60 of 60 ▲", 61 - rows)),
            "{width}: {rule}"
        );
    }
    let talk = Talk::with_keys(some_keys(5));
    assert!(!line(&talk, talk.app.layout().table_rule.y).contains('▼'));
}

#[test]
fn the_cursor_stands_on_the_selected_row_and_in_the_focused_field() {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, some_keys(60));
        let rows = talk.app.layout().rows;
        assert_eq!(cursor(&talk), (0, rows.y));
        talk.press("jj");
        assert_eq!(cursor(&talk), (0, rows.y + 2));
        talk.press("/ab");
        let (_, y) = cursor(&talk);
        assert_eq!(y, talk.app.layout().rule.y, "{width}");
        talk.press("<Esc>P");
        assert_eq!(cursor(&talk).0, 0);
    }
}

#[test]
fn the_cursor_is_on_the_screen_whatever_is_open() {
    for keys in [
        "n", "e", "d", "u", "w", "?", ":", "t", "l", "D", "P", "U", "A", "4", "dq", "<Enter>",
    ] {
        for (width, height) in [(120, 36), (40, 12), (1, 1), (10, 3)] {
            let mut talk = Talk::sized(width, height, some_keys(10));
            talk.press(keys);
            let (x, y) = cursor(&talk);
            assert!(x < width && y < height, "{keys} {width}x{height}: {x},{y}");
        }
    }
}

#[test]
fn hostile_and_wide_names_stay_in_their_cells() {
    let names = [
        "\u{1b}[31m\u{202e}evil\u{200b}",
        "キオスク受付アシスタント東京",
        "👩‍💻👩‍💻 team",
        "e\u{301}\u{301}\u{301}clair",
    ];
    let keys: Vec<Key> = (names.iter().zip(0..))
        .map(|(name, number)| used_key(number, &name.repeat(4), 9, days([1; 7], 3)))
        .collect();
    for (width, height) in SIZES {
        let talk = Talk::sized(width, height, keys.clone());
        assert_eq!(hazard(&drawn(&talk)), None);
        for y in 0..height {
            let line = line(&talk, y);
            assert!(text::width(&line) <= usize::from(width), "{width}: {line}");
        }
        let rows = within(&talk, talk.app.layout().rows);
        for row in &rows[..4] {
            assert!(row.contains("  ✗3   3m"), "{width}: {row}");
        }
    }
}

#[test]
fn dates_have_one_form() {
    let now: Timestamp = look().now;
    let mut keys = varied();
    keys[0].created_at = now - SignedDuration::from_hours(5);
    keys[1].created_at = now - SignedDuration::from_hours(24 * 9);
    let talk = Talk::sized(120, 36, keys);
    let rows = within(&talk, talk.app.layout().rows);
    assert!(rows[0].contains("  5h  "), "{}", rows[0]);
    assert!(rows[1].contains(" 9 Nov  "), "{}", rows[1]);
}
