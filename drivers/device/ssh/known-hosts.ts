/** Host keys as OpenSSH keeps them (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): read, compared, and added to when told. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

/** One line that names a key. */
export interface KnownHost {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly marker: "revoked" | "cert-authority" | undefined;
  /** Comma-separated patterns, or one hashed name, as they stand. */
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
}

/** What the file says of a host's key. */
export type HostKeyVerdict =
  | { readonly is: "known"; readonly line: number }
  /** The file has no key of this type for the host. */
  | { readonly is: "unknown" }
  /** It has another one. */
  | { readonly is: "changed"; readonly line: number; readonly expected: string }
  | { readonly is: "revoked"; readonly line: number };

/** `SHA256:` and the digest in base64 without padding, as ssh-keygen prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** Reads what can be read; a line that is no host key is left out, as ssh does. */
export function parseKnownHosts(text: string): readonly KnownHost[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? words.shift()?.slice(1) : undefined;
    const [hosts = "", type = "", base64 = ""] = words;
    if (hosts === "" || hosts.startsWith("#") || base64 === "") return [];
    if (marker !== undefined && marker !== "revoked" && marker !== "cert-authority") return [];
    return [{ line: i + 1, marker, hosts, type, key: Buffer.from(base64, "base64") }];
  });
}

/** Looks a key up. A changed key wins over an unknown one, a revoked one over all. */
export function lookUp(known: readonly KnownHost[], host: string, port: number, key: Buffer): HostKeyVerdict {
  const own = known.filter((entry) => entry.marker !== "cert-authority" && isFor(entry.hosts, host, port));
  const revoked = own.find((entry) => entry.marker === "revoked" && entry.key.equals(key));
  if (revoked !== undefined) return { is: "revoked", line: revoked.line };
  const valid = own.filter((entry) => entry.marker === undefined);
  const same = valid.find((entry) => entry.key.equals(key));
  if (same !== undefined) return { is: "known", line: same.line };
  const other = valid.find((entry) => entry.type === typeOf(key));
  if (other !== undefined) return { is: "changed", line: other.line, expected: fingerprint(other.key) };
  return { is: "unknown" };
}

/** An absent file knows nobody. */
export function readKnownHosts(path: string): readonly KnownHost[] {
  try {
    return parseKnownHosts(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Adds a key, in clear, on a line of its own at the end of the file, which keeps its mode. */
export function addKnownHost(path: string, host: string, port: number, key: Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const before = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  // An editor may have left the last line without its end.
  const end = before.length > 0 && before.at(-1) !== 0x0a ? "\n" : "";
  appendFileSync(path, `${end}${nameOf(host, port)} ${typeOf(key)} ${key.toString("base64")}\n`, { mode: 0o600 });
}

/** The key's own blob begins with the name of its type, length first (RFC 4253 §6.6). */
function typeOf(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return key.subarray(4, 4 + length).toString("latin1");
}

/** A port besides 22 is part of the name. */
function nameOf(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function isFor(hosts: string, host: string, port: number): boolean {
  const name = nameOf(host, port);
  if (hosts.startsWith("|1|")) return isHashOf(hosts, name);
  let matched = false;
  for (const pattern of hosts.toLowerCase().split(",")) {
    const negated = pattern.startsWith("!");
    if (!globOf(negated ? pattern.slice(1) : pattern).test(name)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

/** `|1|salt|HMAC-SHA1 of the name under the salt`, both in base64. */
function isHashOf(hashed: string, name: string): boolean {
  const [, , salt = "", digest = ""] = hashed.split("|");
  const expected = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  const found = Buffer.from(digest, "base64");
  return found.length === expected.length && timingSafeEqual(found, expected);
}

function globOf(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`);
}
