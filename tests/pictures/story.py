"""The pictures of README: the dashboard of `keydeck demo`, and the story of a leaked key in it."""

import base64
import os
import sys
from pathlib import Path

from drawing import draw
from PIL import Image
from terminal import Terminal

DASHBOARD = (120, 36)
CAST = (100, 30)
# The key that has leaked in the demo: somebody presents it from a page of their own.
KEY = "Gift finder"
# What leads to a key with much to tell.
SELECTED = "jjj"
COLOURS = 64


def demo(program, size, home):
    variables = {"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "KEYDECK_CLIPBOARD": "osc52"}
    terminal = Terminal([program, "demo"], *size, variables)
    terminal.wait_for("● live")
    return terminal


def copied(terminal):
    """The secret of the key, as somebody found it."""
    terminal.press(f"/{KEY}<Enter>")
    terminal.wait_for(KEY)
    terminal.press("c")
    terminal.wait(lambda: terminal.clipboard, "the secret")
    return base64.b64decode(base64.b64decode(terminal.clipboard))


class Cast:
    def __init__(self, terminal):
        self.terminal = terminal
        self.frames = []

    def show(self, caption, seconds):
        self.terminal.settle()
        self.frames.append((draw(self.terminal.screen, caption), int(seconds * 1000)))

    def save(self, path):
        """An animated PNG, whose pictures share their colours, so that it has only what changes between them."""
        images, times = zip(*self.frames)
        together = Image.new("RGB", (images[0].width, images[0].height * len(images)))
        for index, image in enumerate(images):
            together.paste(image, (0, index * image.height))
        palette = together.quantize(COLOURS, dither=0)
        first, *rest = [image.quantize(palette=palette, dither=0) for image in images]
        first.save(path, save_all=True, append_images=rest, duration=list(times), loop=0, optimize=True)


def story(terminal, secret):
    cast = Cast(terminal)
    cast.show("A key was found in a public repository. Whose is it?", 2.5)
    terminal.press("/")
    cast.show("Press / and paste it. Only its hash is sent.", 1.5)
    terminal.paste(secret)
    terminal.wait_for("This is the secret")
    cast.show("Press / and paste it. Only its hash is sent.", 1.5)
    terminal.press("<Enter>")
    terminal.wait_for("Esc back")
    cast.show("It is valid, and here is whose it is.", 3)
    terminal.press("<Esc>")
    terminal.settle()
    terminal.press("u")
    terminal.wait_for("30 d")
    cast.show("Who uses it, from where, and who tries: a page that isn't ours.", 4)
    terminal.press("<Esc>")
    terminal.settle()
    terminal.press("d")
    terminal.wait_for("Yes, Delete")
    cast.show("Revoke it. What will stop is said first; Cancel has the focus.", 4)
    terminal.press("<Tab>")
    cast.show("Revoke it. What will stop is said first; Cancel has the focus.", 1)
    terminal.press("<Enter>")
    terminal.wait_for_one_like(r"Revoked [0-9:]+ · [0-9]")
    cast.show("From the answer on every server refuses it, and the card proves it.", 1.5)
    for attempts in (5, 9):
        terminal.wait_for_one_like(rf"Revoked [0-9:]+ · ([{attempts}-9]|[1-9][0-9])")
        cast.show("Who goes on trying is refused, and counted.", 2.5)
    return cast


def main():
    program, assets = sys.argv[1], Path(sys.argv[2])
    home = str(Path("target/pictures").resolve())
    terminal = demo(program, DASHBOARD, home)
    terminal.press(SELECTED)
    # The last of the details to come.
    terminal.wait_for("  from ")
    draw(terminal.screen).quantize(256, dither=0).save(assets / "dashboard.png", optimize=True)
    terminal.end()

    terminal = demo(program, CAST, home)
    secret = copied(terminal)
    # The story begins with the list as it was, and nothing said about the copy.
    terminal.press("<Esc>g")
    terminal.wait_gone("OSC 52")
    cast = story(terminal, secret)
    cast.save(assets / "leak.png")
    terminal.end()
    for name in ("dashboard.png", "leak.png"):
        print(assets / name, (assets / name).stat().st_size)


main()
