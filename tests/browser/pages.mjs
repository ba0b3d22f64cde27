// The web servers of all pages: whatever host is asked for, the page is the same.

import { readFileSync } from "node:fs";
import { createServer as createPlain } from "node:http";
import { createServer as createSecure } from "node:https";

/** What a page of a web client does. */
export const script = readFileSync(new URL("connect.js", import.meta.url), "utf8");

const page = `<!doctype html><title>A shop</title><script>${script}</script>`;
const framed = `<!doctype html><iframe sandbox="allow-scripts" src="/"></iframe>`;

/** A page without an address of its own. */
export const dataUrl = `data:text/html;base64,${btoa(page)}`;

/** @returns {Promise<{plain: number, secure: number}>} the ports */
export async function servePages(tls) {
  return {
    plain: await listening(createPlain(answer)),
    secure: await listening(createSecure(tls, answer)),
  };
}

function answer(request, response) {
  response.setHeader("content-type", "text/html");
  response.end(request.url === "/framed" ? framed : page);
}

export function listening(server) {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}
