import { createHash } from "node:crypto";
import type { Issue } from "../issue.ts";
import { namesOf } from "../names.ts";
import { concat, ofText, ofU8, textOf } from "../octets.ts";
import { type ControlTweak, type ControlView, encodeControlPacket, viewControl, withIssues } from "./control.ts";
import { PPP } from "./frame.ts";

/** RFC 1994 §4. */
export const CHAP_CODES = { Challenge: 1, Response: 2, Success: 3, Failure: 4 } as const;
export type ChapCodeName = keyof typeof CHAP_CODES;

const CODE_NAMES = namesOf(CHAP_CODES);

export type ChapPacket =
  | {
      readonly code: "Challenge" | "Response";
      readonly id: number;
      readonly value: Uint8Array;
      readonly name: string | Uint8Array;
    }
  | { readonly code: "Success" | "Failure"; readonly id: number; readonly message: string | Uint8Array }
  | { readonly code: number; readonly id: number; readonly data: Uint8Array };

/** Value-Size written in place of the right one. */
export interface ChapTweak extends ControlTweak {
  readonly valueSize?: number;
}

export interface ChapView extends ControlView {
  readonly codeName: ChapCodeName | undefined;
  /** Of a Challenge or Response; cut at the end of the packet where Value-Size is too large. */
  readonly value: Uint8Array | undefined;
  readonly valueAt: number;
  readonly valueEnd: number;
  /** Of a Challenge or Response: from `valueEnd` to `end`. */
  readonly name: string | undefined;
  /** Of a Success or Failure: from `dataAt` to `end`. */
  readonly message: string | undefined;
}

/** Never throws; bad octets become issues. */
export function viewChap(octets: Uint8Array, at = 0, end = octets.length): ChapView {
  const header = viewControl(PPP.CHAP, octets, at, end);
  const codeName = CODE_NAMES.get(header.code);
  const plain = {
    codeName,
    value: undefined,
    valueAt: header.end,
    valueEnd: header.end,
    name: undefined,
    message: undefined,
  };
  if (codeName === undefined || header.length < 4) return { ...header, ...plain };
  if (codeName === "Success" || codeName === "Failure")
    return { ...header, ...plain, message: textOf(octets, header.dataAt, header.end) };

  const sizeAt = header.dataAt;
  if (sizeAt >= header.end) {
    const issue = { code: "chap-truncated", at: sizeAt, text: `${codeName}: Value-Size is missing` };
    return { ...withIssues(header, [issue], true), ...plain };
  }
  const size = octets[sizeAt]!;
  const valueAt = sizeAt + 1;
  const left = header.end - valueAt;
  const valueEnd = valueAt + Math.min(size, left);
  return {
    ...withIssues(header, faultsOf(codeName, sizeAt, size, left), size > left),
    ...plain,
    value: octets.subarray(valueAt, valueEnd),
    valueAt,
    valueEnd,
    name: textOf(octets, valueEnd, header.end),
  };
}

/** RFC 1994 §4.1: Value and Name are one octet or more each. */
function faultsOf(codeName: ChapCodeName, sizeAt: number, size: number, left: number): readonly Issue[] {
  if (size > left)
    return [
      {
        code: "chap-overrun",
        at: sizeAt,
        text: `${codeName}: Value-Size is ${size}, ${left} octets are left in the packet`,
      },
    ];
  const issues: Issue[] = [];
  if (size === 0)
    issues.push({
      code: "chap-value-empty",
      at: sizeAt,
      text: `${codeName}: Value-Size is 0, the Value has one octet or more`,
    });
  if (size === left)
    issues.push({
      code: "chap-name-empty",
      at: sizeAt + 1 + size,
      text: `${codeName}: no Name, which has one octet or more`,
    });
  return issues;
}

/** Throws a RangeError on a value of more than 255 octets, unless a tweak gives Value-Size. */
export function encodeChap(packet: ChapPacket, tweak: ChapTweak = {}): Uint8Array {
  switch (packet.code) {
    case "Challenge":
    case "Response": {
      const data = concat(ofU8(tweak.valueSize ?? packet.value.length), packet.value, octetsOf(packet.name));
      return encodeControlPacket(CHAP_CODES[packet.code], packet.id, data, tweak);
    }
    case "Success":
    case "Failure":
      return encodeControlPacket(CHAP_CODES[packet.code], packet.id, octetsOf(packet.message), tweak);
    default:
      return encodeControlPacket(packet.code, packet.id, packet.data, tweak);
  }
}

function octetsOf(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? ofText(text) : text;
}

/** The value that encodes to the same octets, `view.at` to `view.end`. Texts stay octets; a malformed packet stays raw. */
export function chapOf(view: ChapView, octets: Uint8Array): ChapPacket {
  const { codeName, id } = view;
  const data = octets.slice(view.dataAt, view.end);
  if (codeName === undefined || view.malformed) return { code: view.code, id, data };
  if (codeName === "Success" || codeName === "Failure") return { code: codeName, id, message: data };
  const value = octets.slice(view.valueAt, view.valueEnd);
  return { code: codeName, id, value, name: octets.slice(view.valueEnd, view.end) };
}

/** The Response Value: MD5 over Identifier, secret, Challenge Value (RFC 1994 §4.1). 16 octets. */
export function chapMd5(id: number, secret: string | Uint8Array, challenge: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("md5").update(ofU8(id)).update(octetsOf(secret)).update(challenge).digest());
}
