//! Where things stand on the screen. State and view share it: clicks land where things are drawn.

/// Below this width the details open over the table.
const SIDE_BY_SIDE: u16 = 100;

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

    /// Without its border.
    pub fn inside(self) -> Self {
        Self {
            x: self.x.saturating_add(1),
            y: self.y.saturating_add(1),
            width: self.width.saturating_sub(2),
            height: self.height.saturating_sub(2),
        }
    }
}

/// The parts of the main screen; a part that has no room has no height.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layout {
    pub title: Area,
    /// Counts, filter and sort.
    pub summary: Area,
    /// The table with its border, when it has one.
    pub table: Area,
    pub bordered: bool,
    /// The column headers.
    pub columns: Area,
    pub rows: Area,
    /// The details beside the table; over it in a narrow terminal, while they have the focus.
    pub details: Option<Area>,
    pub footer: Area,
}

impl Layout {
    pub fn new(width: u16, height: u16, details_focused: bool) -> Self {
        let line = |y, has_room| Area {
            x: 0,
            y,
            width,
            height: u16::from(has_room),
        };
        let title = line(0, height >= 4);
        let summary = line(title.height, height >= 8);
        let has_footer = height >= 6;
        let footer = line(height.saturating_sub(u16::from(has_footer)), has_footer);
        let y = summary.y + summary.height;
        let body = Area {
            x: 0,
            y,
            width,
            height: footer.y.saturating_sub(y),
        };
        let (table, details) = Self::side_by_side(body, details_focused);
        let bordered = body.height >= 5 && table.width >= 20;
        let inner = if bordered { table.inside() } else { table };
        let columns = Area {
            height: u16::from(inner.height >= 3),
            ..inner
        };
        let rows = Area {
            y: inner.y + columns.height,
            height: inner.height - columns.height,
            ..inner
        };
        Self {
            title,
            summary,
            table,
            bordered,
            columns,
            rows,
            details,
            footer,
        }
    }

    /// The table, and the details beside it or, in a narrow terminal, over it.
    fn side_by_side(body: Area, details_focused: bool) -> (Area, Option<Area>) {
        if body.width < SIDE_BY_SIDE {
            return (body, details_focused.then_some(body));
        }
        let details_width = (body.width / 3).clamp(40, 64);
        let table = Area {
            width: body.width - details_width,
            ..body
        };
        let details = Area {
            x: table.width,
            width: details_width,
            ..body
        };
        (table, Some(details))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_never_leave_the_screen() {
        for width in 0..150 {
            for height in 0..60 {
                let layout = Layout::new(width, height, true);
                let parts = [
                    layout.title,
                    layout.summary,
                    layout.table,
                    layout.rows,
                    layout.footer,
                ];
                for part in parts.into_iter().chain(layout.details) {
                    assert!(
                        part.height == 0 || part.y + part.height <= height,
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
    fn wide_terminals_show_table_and_details_side_by_side() {
        assert!(Layout::new(120, 36, false).details.is_some());
        assert!(Layout::new(80, 24, false).details.is_none());
        assert!(Layout::new(80, 24, true).details.is_some());
    }
}
