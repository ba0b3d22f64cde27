// A receiver of webhooks that verifies them with the library of Standard Webhooks: node receiver.mjs SECRET PORT
// The secret is in a file. Prints its port, and then what it received: a line of JSON for each message.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const [secret, port] = process.argv.slice(2);
const isVerified = (body, headers) => {
  try {
    new Webhook(readFileSync(secret, "utf8").trim()).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const { headers, url: path } = request;
  const received = { path, headers, body: JSON.parse(text), verified: isVerified(text, headers) };
  console.log(JSON.stringify(received));
  response.writeHead(204).end();
});
server.listen(Number(port), "127.0.0.1", () => console.log(server.address().port));
