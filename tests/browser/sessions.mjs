// A small session server: it knows its private key and nothing of keydeck, and says hello to whoever
// brings a token that was signed with it.

import { createServer } from "node:https";
import { jwtVerify } from "jose";
import { WebSocketServer } from "ws";

import { listening } from "./pages.mjs";

const REFUSED = 4401;

export function serveSessions(tls, { name, key }) {
  const server = createServer(tls);
  const secret = new TextEncoder().encode(key);
  new WebSocketServer({ server }).on("connection", async (socket, request) => {
    const asked = new URL(request.url, "https://sessions.invalid").searchParams;
    try {
      const { payload } = await jwtVerify(asked.get("access_token"), secret, {
        algorithms: ["HS256"],
        issuer: name,
        requiredClaims: ["exp", "nbf"],
      });
      if (payload["sm-session-server"] !== request.headers.host) throw new Error("for another server");
      socket.send(JSON.stringify({ hello: payload.iss, session: asked.get("sessionId") }));
    } catch {
      socket.close(REFUSED);
    }
  });
  return listening(server);
}
