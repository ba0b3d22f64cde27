// Opens a page of each origin in a headless Chromium, which asks the API at the gateway with the key, and prints what the
// page could read, a line of JSON for each: node elsewhere.mjs CERTIFICATE KEY GATEWAY_PORT SECRET ORIGIN…

import { readFileSync } from "node:fs";
import { createServer } from "node:https";

import { launched } from "./launch.mjs";
import { listening } from "./pages.mjs";

const ALLOWED_TIME = 120_000;
const [certificate, key, gateway, secret, ...origins] = process.argv.slice(2);

// A page that hangs must not hold the test up.
setTimeout(() => process.exit(1), ALLOWED_TIME).unref();

const tls = { cert: readFileSync(certificate), key: readFileSync(key) };
const pages = await listening(
  createServer(tls, (_, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>A page</title>");
  }),
);
const browser = await launched([`MAP api.acme.example:443 127.0.0.1:${gateway}`, `MAP * 127.0.0.1:${pages}`]);
for (const origin of origins) {
  const page = await browser.newPage();
  await page.goto(origin);
  const told = await page.evaluate(async (secret) => {
    const headers = { "x-sm-apikey": secret, baggage: "a=b", "sentry-trace": "1-2-1", "content-type": "application/json" };
    const request = { method: "POST", headers, body: "{}" };
    const response = await fetch("https://api.acme.example/orders", request);
    return { status: response.status, rule: response.headers.get("x-keydeck-rule"), body: await response.text() };
  }, secret);
  console.log(JSON.stringify(told));
  await page.close();
}
await browser.close();
process.exit();
