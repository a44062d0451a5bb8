import { createHash } from "node:crypto";
import { NO_OCTETS, concat, ofU16, ofU8, u16At } from "#wire/octets";

const BLOCK = 16;
const LENGTH_FIELD = 2;

/**
 * Hides an Attribute Value (RFC 2661 §4.3): the length of the original, the original, the padding, all of it enciphered.
 * The padding does not count in the length field; `toldLength` is written there in place of the right one.
 */
export function hide(
  type: number,
  value: Uint8Array,
  secret: Uint8Array,
  randomVector: Uint8Array,
  padding: Uint8Array = NO_OCTETS,
  toldLength = value.length,
): Uint8Array {
  const subformat = concat(ofU16(toldLength), value, padding);
  for (let at = 0; at < subformat.length; at += BLOCK) {
    // Up to `at` the octets are cipher text already, and that is what the next block's key is made of.
    mix(subformat, at, blockKey(type, secret, randomVector, subformat, at));
  }
  return subformat;
}

/** Undoes `hide`. The inner length is cipher output until proven otherwise: with a wrong secret it is any number. */
export function reveal(
  type: number,
  cipher: Uint8Array,
  secret: Uint8Array,
  randomVector: Uint8Array,
): { readonly value: Uint8Array } | { readonly issue: string } {
  if (cipher.length < LENGTH_FIELD) return { issue: `${cipher.length} octets cannot hold the hidden length field` };
  const clear = cipher.slice();
  for (let at = 0; at < clear.length; at += BLOCK) mix(clear, at, blockKey(type, secret, randomVector, cipher, at));
  const length = u16At(clear, 0);
  const room = clear.length - LENGTH_FIELD;
  if (length > room) return { issue: `the original length reads ${length}, but only ${room} octets follow` };
  return { value: clear.slice(LENGTH_FIELD, LENGTH_FIELD + length) };
}

/**
 * The Challenge Response AVP of the message of that type (RFC 2661 §4.4.3, §5.1.1): MD5 over an identifier, the secret and
 * the challenge, the identifier being the Message Type of the message that carries the response (2 SCCRP, 3 SCCCN).
 */
export function challengeResponse(messageType: number, secret: Uint8Array, challenge: Uint8Array): Uint8Array {
  return md5(ofU8(messageType), secret, challenge);
}

/** b(1) is keyed with the attribute type and the random vector, b(i) with the cipher text of the block before. */
function blockKey(type: number, secret: Uint8Array, vector: Uint8Array, cipher: Uint8Array, at: number): Uint8Array {
  return at === 0 ? md5(ofU16(type), secret, vector) : md5(secret, cipher.subarray(at - BLOCK, at));
}

function mix(octets: Uint8Array, at: number, key: Uint8Array): void {
  const end = Math.min(at + BLOCK, octets.length);
  for (let i = at; i < end; i++) octets[i] = (octets[i] ?? 0) ^ (key[i - at] ?? 0);
}

function md5(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
