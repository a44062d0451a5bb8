/**
 * A bundle as one tar: sorted, without times and owners, so that the same files give the same octets. Reading takes nothing
 * else: whatever such a tar could not hold, a link or a path out of it among them, is a fault of the bundle.
 */
import { extract, pack } from "tar-stream";
import { type Files, heldFiles, isSafe } from "./files.ts";

/** A bundle is read whole; what is larger is verified as a folder. */
export const LARGEST_TAR = 1 << 30;

const END = Buffer.alloc(1024);

/** The octets of the tar. */
export async function packTar(files: Files): Promise<Buffer> {
  const pieces = [];
  for (const path of files.paths) pieces.push(await packOne(path, files.read(path)));
  return Buffer.concat([...pieces, END]);
}

/** Header, octets and padding of one file. */
async function packOne(name: string, octets: Uint8Array): Promise<Buffer> {
  const one = pack();
  one.entry({ name, type: "file", mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 }, Buffer.from(octets));
  one.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of one) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  return whole.subarray(0, whole.length - END.length);
}

export interface Unpacked {
  readonly files: Files;
  /** One line each; empty where the tar is one that `packTar` writes. */
  readonly faults: readonly string[];
}

/** Reads a tar. What can be read of a broken one is given too, so that the missing files can be named. */
export async function unpackTar(octets: Buffer): Promise<Unpacked> {
  const held = new Map<string, Buffer>();
  const faults: string[] = [];
  const reading = extract();
  reading.end(octets);
  let last = "";
  try {
    for await (const entry of reading) {
      const { name, type = "file" } = entry.header;
      last = name;
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk);
      const shown = JSON.stringify(name);
      if (type !== "file") faults.push(`${shown}: expected a file, found a ${type}`);
      else if (!isSafe(name))
        faults.push(`${shown}: expected a path inside of the bundle, found one that leads elsewhere`);
      else if (held.has(name)) faults.push(`${shown}: expected one file of that name, found another`);
      else held.set(name, Buffer.concat(chunks));
    }
  } catch (error) {
    faults.push(
      `expected a whole tar, found ${brokenBy(error as Error)}${last === "" ? "" : ` at or after ${JSON.stringify(last)}`}`,
    );
  }
  const files = heldFiles(held);
  return { files, faults: faults.length > 0 ? faults : await strayOctets(octets, files) };
}

function brokenBy({ message }: Error): string {
  if (/end of data/i.test(message)) return "one that is cut off";
  return /Invalid tar header/.test(message) ? "a header that is none" : message;
}

/** Headers and padding are no file's, and no digest covers them: they are as they are written, or somebody changed them. */
async function strayOctets(octets: Buffer, files: Files): Promise<readonly string[]> {
  let at = 0;
  for (const path of files.paths) {
    const piece = await packOne(path, files.read(path));
    if (!octets.subarray(at, at + piece.length).equals(piece))
      return [
        `${JSON.stringify(path)}: expected its place in the tar as certify writes it, found other octets from ${at} on`,
      ];
    at += piece.length;
  }
  if (octets.subarray(at).equals(END)) return [];
  return [`expected the end of the tar at octet ${at}, found ${octets.length - at} octets`];
}
