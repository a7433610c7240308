/**
 * The reference, a process of its own: the least proxy that a careful person writes, Node's HTTP server and undici's
 * `request` piped to the response. It reads nothing, keeps nothing, and knows nobody. Argument: the upstream's origin.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Pool } from "undici";

const origin = process.argv[2];
if (origin === undefined) throw new Error("The upstream's origin is missing: node reference.ts http://127.0.0.1:PORT");
const pool = new Pool(origin, { connections: null, pipelining: 1 });

async function relay(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const answer = await pool.request({
    path: req.url ?? "/",
    method: "POST",
    headers: {
      "content-type": req.headers["content-type"] ?? "application/json",
      "content-length": req.headers["content-length"] ?? "0",
      authorization: req.headers.authorization ?? "",
    },
    body: req,
  });
  res.writeHead(answer.statusCode, answer.headers);
  answer.body.pipe(res);
}

const server = createServer({ noDelay: true }, (req, res) => {
  relay(req, res).catch(() => res.destroy());
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", 4096, () => process.send?.({ listening: server.address() }));
