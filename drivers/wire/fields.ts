import { l2tpFields } from "./fields/l2tp.ts";
import { ipFields } from "./fields/ip.ts";
import { pppFields } from "./fields/ppp.ts";
import type { Packet } from "./packet.ts";

export type FieldValue = number | string | boolean;

/** One named value of a packet and the octets that it was read from. */
export interface Field {
  readonly path: string;
  /** Absolute offset in the packet's octets. */
  readonly at: number;
  /** In octets; 0 for what is told by octets that are not there. */
  readonly length: number;
  readonly value: FieldValue;
}

/** How the parts of a dissection hand in their fields. */
export type PutField = (path: string, at: number, length: number, value: FieldValue) => void;

/**
 * Every named value of a packet, in the order of the layers and, within each, of the octets. Built anew on every call,
 * so that a reader who wants one line a packet does not pay for it. The paths that can occur are those of fields/paths.ts;
 * a field that cannot be read is not there at all. Octets are given in hex.
 */
export function fieldsOf(p: Packet): readonly Field[] {
  const fields: Field[] = [];
  const put: PutField = (path, at, length, value) => fields.push({ path, at, length, value });
  ipFields(p, "", put);
  if (p.l2tp !== undefined) l2tpFields(p.l2tp, p.octets, put);
  if (p.ppp !== undefined) pppFields(p.ppp, p.octets, put);
  if (p.inner !== undefined) ipFields(p.inner, "inner.", put);
  return fields;
}
