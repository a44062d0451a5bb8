import { quoted } from "../escape.ts";
import { hex } from "../octets.ts";

/** In one line a text is cut after so many characters, octets after so many octets. */
const LONGEST_TEXT = 64;
const LONGEST_OCTETS = 16;

export function shortText(text: string): string {
  return quoted(text, LONGEST_TEXT);
}

export function shortHex(octets: Uint8Array, at = 0, end = octets.length): string {
  if (end - at <= LONGEST_OCTETS) return end === at ? '""' : hex(octets, at, end);
  return `${hex(octets, at, at + LONGEST_OCTETS)}…(${end - at} octets)`;
}

export function hexNumber(value: number): string {
  return `0x${value.toString(16)}`;
}
