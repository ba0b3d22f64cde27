"""Draws a terminal's screen. Every character has a glyph, or nothing is drawn."""

import re

from PIL import Image, ImageDraw, ImageFont

SIZE = 16
DEJAVU = "/usr/share/fonts/truetype/dejavu/DejaVuSans"
# For what DejaVu lacks.
OTHERS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf",
    "/usr/share/fonts/opentype/unifont/unifont.otf",
)
GROUND, INK = "#101014", "#d0d0d0"
PALETTE = {
    "black": "#1c1c1c", "red": "#d75f5f", "green": "#87af5f", "brown": "#d7af5f", "yellow": "#d7af5f",
    "blue": "#5f87d7", "magenta": "#af87d7", "cyan": "#5fafaf", "white": "#d0d0d0",
    "brightblack": "#6c6c6c", "brightred": "#ff8787", "brightgreen": "#afd787", "brightbrown": "#ffd787",
    "brightyellow": "#ffd787", "brightblue": "#87afff", "brightmagenta": "#d7afff", "brightcyan": "#87d7d7",
    "brightwhite": "#ffffff",
}  # fmt: skip


def font(path):
    return ImageFont.truetype(path, SIZE)


FACES = {False: font(f"{DEJAVU}Mono.ttf"), True: font(f"{DEJAVU}Mono-Bold.ttf")}
FALLBACKS = [font(path) for path in OTHERS]
CAPTION = ImageFont.truetype(f"{DEJAVU}.ttf", 20)
WIDTH = round(FACES[False].getlength("M"))
ASCENT, DESCENT = FACES[False].getmetrics()
HEIGHT = ASCENT + DESCENT
MARGIN = 12


def has(face, character):
    """Whether it isn't the box that stands for what a font lacks."""
    return bytes(face.getmask(character)) != bytes(face.getmask("\U0010ffff"))


def face_of(text, bold, known={}):
    """The font of a cell; the first that has it."""
    if (text, bold) not in known:
        faces = [FACES[bold], FACES[False], *FALLBACKS]
        found = [face for face in faces if all(has(face, c) for c in text if c not in "\ufe0f\u200d")]
        if not found:
            raise SystemExit(f"no font has {text!r} (U+{ord(text[0]):04X})")
        known[text, bold] = found[0]
    return known[text, bold]


def colour(name, default):
    if re.fullmatch("[0-9a-fA-F]{6}", name):
        return f"#{name}"
    return PALETTE.get(name, default)


def mixed(a, b):
    halves = ((int(a[i : i + 2], 16) + int(b[i : i + 2], 16)) // 2 for i in (1, 3, 5))
    return "#" + "".join(f"{half:02x}" for half in halves)


def draw(screen, caption=None):
    """The screen, with a line below it that says what happens."""
    width, height = screen.columns * WIDTH + 2 * MARGIN, screen.lines * HEIGHT + 2 * MARGIN
    image = Image.new("RGB", (width, height + (2 * MARGIN + 20 if caption is not None else 0)), GROUND)
    pen = ImageDraw.Draw(image)
    for row in range(screen.lines):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            x, y = MARGIN + column * WIDTH, MARGIN + row * HEIGHT
            ink, ground = colour(cell.fg, INK), colour(cell.bg, GROUND)
            if cell.reverse:
                ink, ground = ground, ink
            if cell.blink:
                ink = mixed(ink, ground)
            if ground != GROUND:
                pen.rectangle((x, y, x + WIDTH - 1, y + HEIGHT - 1), fill=ground)
            if cell.data.strip():
                # All fonts on one baseline.
                pen.text((x, y + ASCENT), cell.data, font=face_of(cell.data, bool(cell.bold)), fill=ink, anchor="ls")
            if cell.underscore:
                pen.line((x, y + HEIGHT - 2, x + WIDTH, y + HEIGHT - 2), fill=ink)
    if caption is not None:
        pen.rectangle((0, height, width, image.height), fill="#26262e")
        pen.text((MARGIN, height + MARGIN), caption, font=CAPTION, fill="#ffffff")
    return image
