/** SHA-256 in hex, of octets and of files of any size. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

export const digestOf = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");

/** In pieces: a capture of a load run does not fit into memory at once. One buffer serves all the small files of a run. */
const piece = Buffer.allocUnsafe(1 << 20);

export function digestOfFile(file: string): string {
  const hash = createHash("sha256");
  const fd = openSync(file, "r");
  try {
    for (let n = readSync(fd, piece); n > 0; n = readSync(fd, piece)) hash.update(piece.subarray(0, n));
  } finally {
    closeSync(fd);
  }
  return hash.digest("hex");
}
