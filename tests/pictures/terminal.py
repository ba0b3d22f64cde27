"""A terminal for a real program: what is typed into it, and what its screen shows."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

import pyte

PATIENCE = 30
KEYS = {"Enter": "\r", "Esc": "\x1b", "Tab": "\t", "Space": " ", "Down": "\x1b[B", "Up": "\x1b[A"}
# What pyte would draw as text: private sequences, which change no cell.
PRIVATE = re.compile(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]|\x1b\](?:[^\x07\x1b])*(?:\x07|\x1b\\)|\x1bP(?:[^\x1b])*\x1b\\")
CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)")


class Screen(pyte.Screen):
    def select_graphic_rendition(self, *attributes, **private):
        """pyte knows no faint text: its blinking stands for it."""
        if private:
            return
        out, rest = [], list(attributes)
        while rest:
            attribute = rest.pop(0)
            if attribute in (38, 48) and rest:
                count = 2 if rest[0] == 5 else 4
                out += [attribute, *rest[:count]]
                del rest[:count]
            else:
                out += [5] if attribute == 2 else [22, 25] if attribute == 22 else [attribute]
        super().select_graphic_rendition(*out)

    def set_margins(self, *margins, **private):
        if not private:
            super().set_margins(*margins)


class Terminal:
    def __init__(self, command, columns, rows, variables):
        self.screen = Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.clipboard = b""
        self.rest = b""
        self.changed = time.monotonic()
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, {**variables, "TERM": "xterm-256color"})
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.write_process_input = lambda text: os.write(self.file, text.encode())

    def text(self):
        return "\n".join(self.screen.display)

    def read(self, seconds):
        if not select.select([self.file], [], [], seconds)[0]:
            return
        data = self.rest + os.read(self.file, 65536)
        # A sequence that has only begun waits for its end.
        begun = re.search(rb"\x1b(?:\][^\x07\x1b]*|P[^\x1b]*|\[[<=>]?[0-9;]*)?$", data)
        data, self.rest = (data[: begun.start()], data[begun.start() :]) if begun else (data, b"")
        for copied in CLIPBOARD.finditer(data):
            self.clipboard = copied.group(1)
        self.changed = time.monotonic()
        self.stream.feed(PRIVATE.sub(b"", data))

    def wait(self, holds, what):
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise SystemExit(f"waited for {what}; the screen is:\n{self.text()}")
            self.read(0.02)

    def wait_for(self, text):
        self.wait(lambda: text in self.text(), repr(text))
        self.settle()

    def wait_for_one_like(self, pattern):
        self.wait(lambda: re.search(pattern, self.text()), pattern)

    def wait_gone(self, text):
        self.wait(lambda: text not in self.text(), f"{text!r} to go")
        self.settle()

    def settle(self):
        """Until nothing has been drawn for a moment; something always happens in the demo."""
        end = time.monotonic() + 1
        self.wait(lambda: time.monotonic() > min(end, self.changed + 0.2), "a still screen")

    def press(self, keys):
        """Text, and keys such as <Enter>."""
        for key in re.findall(r"<\w+>|.", keys, re.S):
            self.send(KEYS.get(key.strip("<>"), key).encode())
            self.read(0.02)

    def paste(self, text):
        self.send(b"\x1b[200~" + text + b"\x1b[201~")

    def send(self, data):
        os.write(self.file, data)
        self.changed = time.monotonic()

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        os.close(self.file)
        os.waitpid(self.pid, 0)
