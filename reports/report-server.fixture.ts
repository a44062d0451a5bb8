import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** A folder over HTTP on the loopback, as a lab's web server would show it. */
export async function serveFolder(folder: string): Promise<{ readonly home: string; close(): void }> {
  const server = createServer((request, response) => {
    const asked = normalize(decodeURIComponent((request.url ?? "/").split("?")[0]!));
    const path = asked.endsWith("/") ? `${asked}index.html` : asked;
    try {
      const file = readFileSync(join(folder, path));
      response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
      response.end(file);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    home: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
