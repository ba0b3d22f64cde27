// What a web client does with its key: the key itself says where its server is.
async function connect(secret, sessionId) {
  const server = new URL(JSON.parse(atob(secret)).authServer);
  if (sessionId) server.searchParams.set("sessionId", sessionId);
  const answer = await fetch(server, { headers: { key: secret } });
  const body = await answer.json();
  if (!answer.ok) return { status: answer.status, body };
  return { status: answer.status, body, greeting: await open(body.url, body.jwt) };
}

// The first word of the session server, or how it closed the connection.
function open(url, jwt) {
  const server = new URL(url);
  server.searchParams.set("access_token", jwt);
  const socket = new WebSocket(server);
  return new Promise((resolve) => {
    socket.onmessage = ({ data }) => resolve(JSON.parse(data));
    socket.onclose = ({ code }) => resolve({ closed: code });
  });
}
