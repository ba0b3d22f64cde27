//! Reports of the mouse: SGR's, which are asked for, and the older ones, of terminals that don't have it.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// What the older reports add to each number.
const OFFSET: u16 = 32;

/// `ESC [ < button ; column ; row` and `M`, or `m` when it is let go; without `<`, urxvt's.
pub(super) fn report(body: &[u8], last: char) -> Option<MouseEvent> {
    let body = std::str::from_utf8(body).ok()?;
    let (numbers, sgr) = match body.strip_prefix('<') {
        Some(numbers) => (numbers, true),
        None => (body, false),
    };
    let mut numbers = numbers.split(';').map(str::parse::<u16>);
    let (button, column, row) = (
        numbers.next()?.ok()?,
        numbers.next()?.ok()?,
        numbers.next()?.ok()?,
    );
    if numbers.next().is_some() {
        return None;
    }
    match (sgr, last) {
        (true, _) => event(button, column, row, last == 'm'),
        (false, 'M') => event(button.checked_sub(OFFSET)?, column, row, false),
        (false, _) => None,
    }
}

/// The three bytes of X11's report.
pub(super) fn x11(bytes: [u8; 3]) -> Option<MouseEvent> {
    let [button, column, row] = bytes.map(|byte| u16::from(byte).checked_sub(OFFSET));
    event(button?, column?, row?, false)
}

fn event(button: u16, column: u16, row: u16, let_go: bool) -> Option<MouseEvent> {
    const MODIFIERS: [(u16, KeyModifiers); 3] = [
        (4, KeyModifiers::SHIFT),
        (8, KeyModifiers::ALT),
        (16, KeyModifiers::CONTROL),
    ];
    const MOVED: u16 = 32;
    let kind = match (button & 0b11) | (button & 0b1100_0000) {
        _ if button > 0xff || button & MOVED != 0 => return None,
        0 if let_go => MouseEventKind::Up(MouseButton::Left),
        1 if let_go => MouseEventKind::Up(MouseButton::Middle),
        2 if let_go => MouseEventKind::Up(MouseButton::Right),
        0 => MouseEventKind::Down(MouseButton::Left),
        1 => MouseEventKind::Down(MouseButton::Middle),
        2 => MouseEventKind::Down(MouseButton::Right),
        // Of which, the older reports don't say.
        3 => MouseEventKind::Up(MouseButton::Left),
        64 => MouseEventKind::ScrollUp,
        65 => MouseEventKind::ScrollDown,
        66 => MouseEventKind::ScrollLeft,
        67 => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let set = MODIFIERS.into_iter().filter(|(bit, _)| button & bit != 0);
    Some(MouseEvent {
        kind,
        column: column.checked_sub(1)?,
        row: row.checked_sub(1)?,
        modifiers: set.fold(KeyModifiers::NONE, |all, (_, modifier)| all | modifier),
    })
}
