import type { FieldValue, PutField } from "../fields.ts";
import type { AvpName, AvpView } from "../l2tp/avp.ts";
import type { HeaderFieldName, HeaderView } from "../l2tp/header.ts";
import type { L2tpView } from "../l2tp/message.ts";
import { hex } from "../octets.ts";
import { Repeats } from "./repeats.ts";

export function l2tpFields(view: L2tpView, octets: Uint8Array, put: PutField): void {
  const { header, kind, typeNumber, avps } = view;
  const typeAvp = kind === "control" && typeNumber !== undefined ? avps[0] : undefined;
  // What is no control message, and what has no Message Type, is told by its flags.
  if (typeAvp === undefined) put("l2tp.type", header.at, Math.min(2, header.end - header.at), l2tpTypeOf(view));
  headerFields(header, put);
  if (typeAvp !== undefined) {
    put("l2tp.type", typeAvp.valueAt, typeAvp.valueEnd - typeAvp.valueAt, l2tpTypeOf(view));
  }
  const repeats = new Repeats();
  for (const avp of avps) avpFields(avp, repeats.next(avpPath(avp)), octets, put);
}

/** `SCCRQ`; `ZLB`, `data`, `other-version`, `malformed`; `type-99` for a Message Type that has no name. */
export function l2tpTypeOf({ kind, type, typeNumber }: L2tpView): string {
  switch (kind) {
    case "zlb":
      return "ZLB";
    case "control":
      return type ?? (typeNumber === undefined ? "malformed" : `type-${typeNumber}`);
    default:
      return kind;
  }
}

function headerFields(header: HeaderView, put: PutField): void {
  const flagsAt = header.fieldAt.flags;
  if (flagsAt === undefined) return;
  put("l2tp.flags", flagsAt, 2, header.flags);
  for (const bit of ["t", "l", "s", "o", "p"] as const) put(`l2tp.${bit}`, flagsAt, 1, header[bit]);
  put("l2tp.reserved", flagsAt, 2, header.reserved);
  put("l2tp.version", flagsAt + 1, 1, header.version);
  for (const name of WORDS) {
    const at = header.fieldAt[name];
    const value = header[name];
    if (at !== undefined && value !== undefined) put(`l2tp.${name}`, at, 2, value);
  }
}

const WORDS: readonly Exclude<HeaderFieldName, "flags">[] = [
  "length",
  "tunnelId",
  "sessionId",
  "ns",
  "nr",
  "offsetSize",
];

function avpPath({ name, vendor, type }: AvpView): string {
  return `avp.${name ?? `${vendor}/${type}`}`;
}

function avpFields(avp: AvpView, path: string, octets: Uint8Array, put: PutField): void {
  const { at, valueAt } = avp;
  const valueLength = avp.valueEnd - valueAt;
  put(`${path}.m`, at, 1, avp.m);
  put(`${path}.h`, at, 1, avp.h);
  put(`${path}.reserved`, at, 1, avp.reserved);
  put(`${path}.length`, at, 2, avp.length);
  put(`${path}.vendor`, at + 2, 2, avp.vendor);
  put(`${path}.type`, at + 4, 2, avp.type);
  const { name, value, revealed } = avp;
  if (name === undefined) {
    const clear = revealed ?? octets.subarray(valueAt, avp.valueEnd);
    put(path, valueAt, valueLength, hex(clear));
  } else if (value === undefined) {
    // Hidden, or of a wrong length: what stands there is shown, but not as the AVP's value.
    put(`${path}.octets`, valueAt, valueLength, hex(octets, valueAt, avp.valueEnd));
  } else if (isStructured(value)) {
    partFields(name, value, avp, path, put);
  } else {
    put(path, valueAt, valueLength, value instanceof Uint8Array ? hex(value) : value);
  }
}

type Value = NonNullable<AvpView["value"]>;
/** A value of several parts; every part is a number or a text. */
type Structured = Exclude<Value, FieldValue | Uint8Array>;

function isStructured(value: Value): value is Structured {
  return typeof value === "object" && !(value instanceof Uint8Array);
}

/** Where each part of a structured value stands: offset in the value, and length if it is not all the rest. */
export const AVP_PARTS: Readonly<Partial<Record<AvpName, readonly (readonly [string, number, number?])[]>>> = {
  resultCode: [
    ["result", 0, 2],
    ["error", 2, 2],
    ["message", 4],
  ],
  q931CauseCode: [
    ["cause", 0, 2],
    ["msg", 2, 1],
    ["advisory", 3],
  ],
  callErrors: [
    ["crcErrors", 2, 4],
    ["framingErrors", 6, 4],
    ["hardwareOverruns", 10, 4],
    ["bufferOverruns", 14, 4],
    ["timeoutErrors", 18, 4],
    ["alignmentErrors", 22, 4],
  ],
  accm: [
    ["send", 2, 4],
    ["receive", 6, 4],
  ],
  pppDisconnectCause: [
    ["code", 0, 2],
    ["protocol", 2, 2],
    ["direction", 4, 1],
    ["message", 5],
  ],
};

function partFields(name: AvpName, value: Structured, avp: AvpView, path: string, put: PutField): void {
  const whole = avp.valueEnd - avp.valueAt;
  const values: Readonly<Record<string, FieldValue | undefined>> = { ...value };
  for (const [part, offset, length] of AVP_PARTS[name] ?? []) {
    const partValue = values[part];
    if (partValue === undefined) continue;
    // The clear text of a hidden value does not lie in the packet: all its cipher octets stand for each part.
    if (avp.revealed !== undefined) put(`${path}.${part}`, avp.valueAt, whole, partValue);
    else put(`${path}.${part}`, avp.valueAt + offset, length ?? whole - offset, partValue);
  }
}
