//! Where things stand on the screen. State and view share it: clicks land where things are drawn.

/// Below this width the details open over the table.
const SIDE_BY_SIDE: u16 = 100;
/// From these heights on the selected row is told more of under a table that has no details beside it: in one line,
/// and in all of them.
const STRIP_FROM: (u16, u16) = (16, 20);
const STRIP_LINES: u16 = 3;
/// Cells on either side of the text of the details.
pub const PADDING: u16 = 1;

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    pub fn contains(self, x: u16, y: u16) -> bool {
        (self.x..self.x.saturating_add(self.width)).contains(&x)
            && (self.y..self.y.saturating_add(self.height)).contains(&y)
    }

    pub fn bottom(self) -> u16 {
        self.y.saturating_add(self.height)
    }

    /// Without the lines that another one takes at its top.
    fn below(self, top: Self) -> Self {
        Self {
            y: self.y + top.height,
            height: self.height.saturating_sub(top.height),
            ..self
        }
    }
}

/// What the layout depends on beside the size of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    pub details_focused: bool,
    /// Whether the selected row is told more of under the table, where the details are not beside it.
    pub has_strip: bool,
    /// Whether a line above the table says what is to be decided.
    pub has_banner: bool,
}

/// The parts of the main screen; a part that has no room has no height.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layout {
    pub title: Area,
    /// How many rows there are, by kind.
    pub summary: Area,
    /// The rule under the header, on which the filter stands.
    pub rule: Area,
    /// What is to be decided.
    pub banner: Area,
    /// Heads and rows.
    pub table: Area,
    /// The column headers.
    pub columns: Area,
    pub rows: Area,
    /// The details beside the table; over it in a narrow terminal, while they have the focus.
    pub details: Option<Area>,
    /// The column of the line between the table and the details beside it.
    pub divider: Option<u16>,
    /// The rule under the table.
    pub table_rule: Area,
    /// What is told of the selected row under the table.
    pub strip: Area,
    /// The last rule above the footer: that of the table, where nothing stands between.
    pub foot_rule: Area,
    pub footer: Area,
}

/// What stands below the table.
struct Below {
    table_rule: Area,
    strip: Area,
    foot_rule: Area,
    footer: Area,
    /// The line after the last of the table.
    end: u16,
}

impl Below {
    fn new(width: u16, height: u16, shape: Shape) -> Self {
        let line = |y, has_room| Area {
            x: 0,
            y,
            width,
            height: u16::from(has_room),
        };
        let has_footer = height >= 6;
        let footer = line(height.saturating_sub(u16::from(has_footer)), has_footer);
        let strip_lines = match width < SIDE_BY_SIDE && shape.has_strip {
            true if height >= STRIP_FROM.1 => STRIP_LINES,
            true if height >= STRIP_FROM.0 => 1,
            _ => 0,
        };
        // A line by itself is told from the footer without a rule.
        let foot_rule = line(footer.y.saturating_sub(1), height >= 8 && strip_lines != 1);
        let strip = Area {
            y: footer.y.saturating_sub(foot_rule.height + strip_lines),
            height: strip_lines,
            ..line(0, false)
        };
        let table_rule = match strip_lines {
            0 => foot_rule,
            _ => line(strip.y.saturating_sub(1), true),
        };
        let foot_rule = if foot_rule.height == 0 {
            table_rule
        } else {
            foot_rule
        };
        let end = match (table_rule.height, strip_lines) {
            (0, _) => footer.y,
            _ => table_rule.y,
        };
        Self {
            table_rule,
            strip,
            foot_rule,
            footer,
            end,
        }
    }
}

impl Layout {
    pub fn new(width: u16, height: u16, shape: Shape) -> Self {
        let line = |y, has_room| Area {
            x: 0,
            y,
            width,
            height: u16::from(has_room),
        };
        let title = line(0, height >= 4);
        let summary = line(title.height, height >= 8);
        let rule = line(summary.bottom(), height >= 9);
        let Below {
            table_rule,
            strip,
            foot_rule,
            footer,
            end,
        } = Below::new(width, height, shape);
        let y = rule.bottom();
        let body = Area {
            x: 0,
            y,
            width,
            height: end.saturating_sub(y),
        };
        let (whole, divider, details) = Self::side_by_side(body, shape.details_focused);
        let has_banner = height >= 9 && shape.has_banner;
        let (banner, table, details) = Self::under_banner(whole, details, divider.is_none(), has_banner);
        let columns = Area {
            height: u16::from(table.height >= 3),
            ..table
        };
        let rows = Area {
            y: table.y + columns.height,
            height: table.height - columns.height,
            ..table
        };
        let layout = Self {
            title,
            summary,
            rule,
            banner,
            table,
            columns,
            rows,
            details,
            divider,
            table_rule,
            strip,
            foot_rule,
            footer,
        };
        layout.covering_strip()
    }

    /// Details that lie over the table lie over what is told under it, too.
    fn covering_strip(self) -> Self {
        if !self.is_covered() || self.strip.height == 0 {
            return self;
        }
        let foot_rule = Area {
            y: self.footer.y.saturating_sub(1),
            ..self.table_rule
        };
        let details = self.details.map(|details| Area {
            height: foot_rule.y.saturating_sub(details.y),
            ..details
        });
        Self {
            details,
            table_rule: foot_rule,
            foot_rule,
            strip: Area::default(),
            ..self
        }
    }

    /// The banner, and below it the table, and the details where they lie over that.
    fn under_banner(
        table: Area,
        details: Option<Area>,
        lie_over: bool,
        has_banner: bool,
    ) -> (Area, Area, Option<Area>) {
        let banner = Area {
            height: u16::from(has_banner),
            ..table
        };
        let details = details.map(|details| if lie_over { details.below(banner) } else { details });
        (banner, table.below(banner), details)
    }

    /// The table, the line behind it, and the details beside it or, in a narrow terminal, over it.
    fn side_by_side(body: Area, details_focused: bool) -> (Area, Option<u16>, Option<Area>) {
        if body.width < SIDE_BY_SIDE {
            return (body, None, details_focused.then_some(body));
        }
        let details_width = (body.width * 3 / 10).clamp(34, 56);
        let table = Area {
            width: body.width - details_width - 1,
            ..body
        };
        let details = Area {
            x: table.width + 1,
            width: details_width,
            ..body
        };
        (table, Some(table.width), Some(details))
    }

    /// Whether the details lie over the table.
    pub fn is_covered(&self) -> bool {
        self.details.is_some() && self.divider.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(width: u16, height: u16, details_focused: bool, has_strip: bool) -> Layout {
        let shape = Shape {
            details_focused,
            has_strip,
            has_banner: false,
        };
        Layout::new(width, height, shape)
    }

    #[test]
    fn a_banner_takes_one_line_of_the_table_and_no_other() {
        for (width, height) in (0..150).flat_map(|width| (0..60).map(move |height| (width, height))) {
            let shape = Shape {
                has_strip: true,
                ..Shape::default()
            };
            let without = Layout::new(width, height, shape);
            let with = Layout::new(
                width,
                height,
                Shape {
                    has_banner: true,
                    ..shape
                },
            );
            assert_eq!(with.banner.height, u16::from(height >= 9));
            assert_eq!(with.table.bottom(), without.table.bottom(), "{width}x{height}");
            assert_eq!(with.table.y, with.banner.bottom(), "{width}x{height}");
            assert_eq!((with.details, with.strip), (without.details, without.strip));
            let focused = Shape {
                details_focused: true,
                has_banner: true,
                ..shape
            };
            let over = Layout::new(width, height, focused);
            let is_free = |details: Area| over.divider.is_some() || details.y >= over.banner.bottom();
            assert!(over.details.is_none_or(is_free), "{width}x{height}");
        }
    }

    #[test]
    fn the_parts_never_leave_the_screen_and_lie_one_below_the_other() {
        for (width, height) in (0..150).flat_map(|width| (0..60).map(move |height| (width, height))) {
            for (details, strip) in [(true, false), (true, true), (false, true), (false, false)] {
                let layout = layout(width, height, details, strip);
                let uncovered = |part| {
                    if layout.is_covered() {
                        Area::default()
                    } else {
                        part
                    }
                };
                let parts = [
                    layout.title,
                    layout.summary,
                    layout.rule,
                    uncovered(layout.columns),
                    uncovered(layout.rows),
                    layout.table_rule,
                    layout.strip,
                    layout.foot_rule,
                    layout.footer,
                ];
                // One rule may be both.
                let is_drawn =
                    |part: &Area| part.height > 0 && (*part != layout.foot_rule || layout.strip.height != 1);
                let mut below = 0;
                for part in parts.into_iter().filter(is_drawn) {
                    let is_same_rule = part == layout.foot_rule && part == layout.table_rule;
                    assert!(part.y >= below || is_same_rule, "{width}x{height} {part:?}");
                    below = below.max(part.bottom());
                }
                for part in parts.into_iter().chain(layout.details) {
                    assert!(
                        part.height == 0 || part.bottom() <= height,
                        "{width}x{height} {part:?}"
                    );
                    assert!(
                        part.width == 0 || part.x + part.width <= width,
                        "{width}x{height} {part:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_line_of_the_screen_belongs_to_a_part() {
        for height in 6..60 {
            let layout = layout(80, height, false, true);
            let rules = match layout.foot_rule == layout.table_rule {
                true => layout.table_rule.height,
                false => layout.table_rule.height + layout.foot_rule.height,
            };
            let heads = layout.title.height + layout.summary.height + layout.rule.height;
            let body = layout.columns.height + layout.rows.height + rules + layout.strip.height;
            assert_eq!(heads + body + layout.footer.height, height, "{layout:?}");
        }
    }

    #[test]
    fn wide_terminals_show_table_and_details_side_by_side() {
        assert!(layout(120, 36, false, true).details.is_some());
        assert_eq!(layout(120, 36, false, true).strip.height, 0);
        assert!(layout(80, 24, false, true).details.is_none());
        assert!(layout(80, 24, true, true).is_covered());
        assert_eq!(layout(80, 24, false, true).strip.height, STRIP_LINES);
        assert_eq!(layout(63, 17, false, true).strip.height, 1);
        assert_eq!(layout(40, 12, false, true).strip.height, 0);
    }
}
