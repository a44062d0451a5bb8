import type { Issue } from "../issue.ts";
import { namesOf } from "../names.ts";
import { concat, ofText, ofU8, textOf } from "../octets.ts";
import { type ControlTweak, type ControlView, encodeControlPacket, viewControl, withIssues } from "./control.ts";
import { PPP } from "./frame.ts";

/** RFC 1334 §2.2. */
export const PAP_CODES = { "Authenticate-Request": 1, "Authenticate-Ack": 2, "Authenticate-Nak": 3 } as const;
export type PapCodeName = keyof typeof PAP_CODES;

const CODE_NAMES = namesOf(PAP_CODES);

export type PapPacket =
  | {
      readonly code: "Authenticate-Request";
      readonly id: number;
      readonly peerId: string | Uint8Array;
      readonly password: string | Uint8Array;
    }
  | {
      readonly code: "Authenticate-Ack" | "Authenticate-Nak";
      readonly id: number;
      readonly message: string | Uint8Array;
    }
  | { readonly code: number; readonly id: number; readonly data: Uint8Array };

/** Length octets written in place of the right ones. */
export interface PapTweak extends ControlTweak {
  readonly peerIdLength?: number;
  readonly passwordLength?: number;
  readonly messageLength?: number;
}

/**
 * Texts are undefined where the code has none or the packet ends before their length octet; one whose length octet
 * is too large is cut at the end of the packet. `…At` and `…End` are where the octets of a text stand.
 */
export interface PapView extends ControlView {
  readonly codeName: PapCodeName | undefined;
  readonly peerId: string | undefined;
  readonly peerIdAt: number;
  readonly peerIdEnd: number;
  readonly password: string | undefined;
  readonly passwordAt: number;
  readonly passwordEnd: number;
  readonly message: string | undefined;
  readonly messageAt: number;
  readonly messageEnd: number;
}

interface Span {
  readonly at: number;
  readonly end: number;
  readonly text: string | undefined;
}

/** Never throws; bad octets become issues. */
export function viewPap(octets: Uint8Array, at = 0, end = octets.length): PapView {
  const header = viewControl(PPP.PAP, octets, at, end);
  const codeName = CODE_NAMES.get(header.code);
  const issues: Issue[] = [];
  const none: Span = { at: header.end, end: header.end, text: undefined };
  let peerId = none;
  let password = none;
  let message = none;
  if (header.length >= 4 && codeName === "Authenticate-Request") {
    peerId = counted(octets, header.dataAt, header.end, "Peer-ID", issues);
    if (peerId.text !== undefined) password = counted(octets, peerId.end, header.end, "Password", issues);
  } else if (header.length >= 4 && codeName !== undefined) {
    message = counted(octets, header.dataAt, header.end, "Message", issues);
  }
  // An Ack or Nak without Msg-Length can be acted on all the same: its code says everything (RFC 1334 §2.2.2).
  const malformed = issues.length > 0 && (codeName === "Authenticate-Request" || message.text !== undefined);
  const last = codeName === "Authenticate-Request" ? password : message;
  if (last.text !== undefined && last.end < header.end)
    issues.push({
      code: "pap-excess",
      at: last.end,
      text: `${header.end - last.end} octets inside Length belong to no field`,
    });
  return {
    ...withIssues(header, issues, malformed),
    codeName,
    peerId: peerId.text,
    peerIdAt: peerId.at,
    peerIdEnd: peerId.end,
    password: password.text,
    passwordAt: password.at,
    passwordEnd: password.end,
    message: message.text,
    messageAt: message.at,
    messageEnd: message.end,
  };
}

/** A text behind its length octet, which never bounds a read unchecked. */
function counted(octets: Uint8Array, at: number, end: number, field: string, issues: Issue[]): Span {
  if (at >= end) {
    issues.push({ code: "pap-truncated", at, text: `the length octet of ${field} is missing` });
    return { at: end, end, text: undefined };
  }
  const length = octets[at]!;
  const left = end - at - 1;
  if (length > left)
    issues.push({
      code: "pap-overrun",
      at,
      text: `${field} has length ${length}, ${left} octets are left in the packet`,
    });
  const textEnd = at + 1 + Math.min(length, left);
  return { at: at + 1, end: textEnd, text: textOf(octets, at + 1, textEnd) };
}

/** Throws a RangeError on a text of more than 255 octets, unless a tweak gives its length octet. */
export function encodePap(packet: PapPacket, tweak: PapTweak = {}): Uint8Array {
  switch (packet.code) {
    case "Authenticate-Request": {
      const data = concat(prefixed(packet.peerId, tweak.peerIdLength), prefixed(packet.password, tweak.passwordLength));
      return encodeControlPacket(PAP_CODES[packet.code], packet.id, data, tweak);
    }
    case "Authenticate-Ack":
    case "Authenticate-Nak":
      return encodeControlPacket(
        PAP_CODES[packet.code],
        packet.id,
        prefixed(packet.message, tweak.messageLength),
        tweak,
      );
    default:
      return encodeControlPacket(packet.code, packet.id, packet.data, tweak);
  }
}

function prefixed(text: string | Uint8Array, length?: number): Uint8Array {
  const octets = typeof text === "string" ? ofText(text) : text;
  return concat(ofU8(length ?? octets.length), octets);
}

/** The value that encodes to the same octets, `view.at` to `view.end`. Texts stay octets; what has an issue stays raw. */
export function papOf(view: PapView, octets: Uint8Array): PapPacket {
  const { codeName, id } = view;
  if (codeName === undefined || view.issues.length > 0)
    return { code: view.code, id, data: octets.slice(view.dataAt, view.end) };
  if (codeName !== "Authenticate-Request")
    return { code: codeName, id, message: octets.slice(view.messageAt, view.messageEnd) };
  const peerId = octets.slice(view.peerIdAt, view.peerIdEnd);
  return { code: codeName, id, peerId, password: octets.slice(view.passwordAt, view.passwordEnd) };
}
