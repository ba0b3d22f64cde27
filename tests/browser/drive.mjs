// Drives one headless Chromium for the test, line by line of JSON: the first line on standard input says
// what there is, each further one is a visit, and each is answered with a line on standard output.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { launched } from "./launch.mjs";
import { dataUrl, script, servePages } from "./pages.mjs";
import { serveSessions } from "./sessions.mjs";

const ALLOWED_TIME = 300_000;
const OWN_HOST = "https://keys.acme.example/";
const SESSIONS = "wss://sessions.acme.example";

// A page that hangs must not hold the test up for ever.
setTimeout(() => process.exit(1), ALLOWED_TIME).unref();

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const setting = await next();
const tls = { cert: readFileSync(setting.certificate), key: readFileSync(setting.key) };
const pages = await servePages(tls);
const sessions = await serveSessions(tls, setting.sessions);
const browser = await launch();
tell({ local: `http://localhost:${pages.plain}` });
for (let visit = await next(); visit; visit = await next()) {
  tell(await visited(visit).catch((error) => ({ failed: error.message })));
}
await browser.close();
process.exit();

async function next() {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
}

function tell(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function launch() {
  const at = (port) => `127.0.0.1:${port}`;
  const hosts = [
    `MAP keys.acme.example:443 ${setting.server}`,
    `MAP sessions.acme.example:443 ${at(sessions)}`,
    "EXCLUDE localhost",
    `MAP *:80 ${at(pages.plain)}`,
    `MAP * ${at(pages.secure)}`,
  ];
  return launched(hosts);
}

async function visited({ page: url, secret, session, token }) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url === "data:" ? dataUrl : url);
    // The key server serves no pages, but its own host is an origin like any other.
    if (url.startsWith(OWN_HOST)) await page.addScriptTag({ content: script });
    const frame = page.frames().at(-1);
    if (token) return { greeting: await frame.evaluate(([url, token]) => open(url, token), [SESSIONS, token]) };
    return await frame.evaluate(([secret, session]) => connect(secret, session), [secret, session]);
  } finally {
    await context.close();
  }
}
