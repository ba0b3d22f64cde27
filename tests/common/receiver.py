"""A receiver of webhooks that verifies them with the library of Standard Webhooks.

receiver.py SECRET PORT [ANSWER…] [--tls CERTIFICATE KEY]

The secret is in a file. Prints its port, and then what it received: a line of JSON for each message. Answers with
these statuses, one after the other, and with 200 afterwards; "silence" is no answer.
"""

import argparse
import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

parser = argparse.ArgumentParser()
parser.add_argument("secret")
parser.add_argument("port", type=int)
parser.add_argument("answers", nargs="*")
parser.add_argument("--tls", nargs=2)
args = parser.parse_args()


def is_verified(body, headers):
    with open(args.secret) as file:
        secret = file.read().strip()
    try:
        Webhook(secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


printing = threading.Lock()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = {"path": self.path, "headers": headers, "body": json.loads(body)}
        received["verified"] = is_verified(body, headers)
        answer = args.answers.pop(0) if args.answers else "200"
        line = json.dumps(received) + "\n"
        # Messages come at once, and each is a line.
        with printing:
            sys.stdout.write(line)
            sys.stdout.flush()
        if answer == "silence":
            threading.Event().wait()
        self.send_response(int(answer))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", args.port), Receiver)
server.daemon_threads = True
if args.tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*args.tls)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
