import type { Issue } from "#wire/issue";
import { AVP_NAMES, type AvpName, rowOf } from "./avp-table.ts";
import { AVP_HEADER, type AvpView } from "./avp-view.ts";
import { MESSAGE_NAMES, type MessageName, messageName } from "./message-type.ts";

/** RFC 2661 §6.1 to §6.14, turned round from the table: what each message must carry. */
const MUST = new Map<MessageName, readonly AvpName[]>(
  MESSAGE_NAMES.map((message) => [message, AVP_NAMES.filter((avp) => rowOf(avp).must.includes(message))]),
);

/**
 * The Message Type, from the first AVP and no other: RFC 2661 §4.4.1 lets it stand nowhere else, and what comes before it
 * could not be understood without it.
 */
export function typeNumberOf(avps: readonly AvpView[]): number | undefined {
  const first = avps[0];
  return first?.name === "messageType" && typeof first.value === "number" ? first.value : undefined;
}

/** What is wrong with the message as a whole, the issues of its single AVPs apart. */
export function messageIssues(avps: readonly AvpView[], restAt: number, end: number): readonly Issue[] {
  const issues: Issue[] = [];
  if (restAt < end) {
    const text = `${end - restAt} octets are left, but the header of an AVP takes ${AVP_HEADER}`;
    issues.push({ code: "avp-cut", at: restAt, text });
  }
  const first = avps[0];
  if (first === undefined) return issues;
  if (first.name !== "messageType") {
    issues.push({ code: "message-type-first", at: first.at, text: "the first AVP is not Message Type" });
    return issues;
  }
  const number = typeNumberOf(avps);
  if (number === undefined) return issues;
  const type = messageName(number);
  if (type === undefined) {
    issues.push({ code: "message-type-unknown", at: first.valueAt, text: `Message Type ${number} is unknown` });
    return issues;
  }
  pushStrangers(type, avps, issues);
  for (const name of MUST.get(type) ?? []) {
    if (avps.some((avp) => avp.name === name)) continue;
    issues.push({ code: "avp-missing", at: first.at, text: `${type} without ${name}` });
  }
  return issues;
}

/** AVPs that RFC 2661 knows, but not in this message. What it does not know at all is for its M bit to decide (§4.2). */
function pushStrangers(type: MessageName, avps: readonly AvpView[], issues: Issue[]): void {
  for (const { name, at } of avps.slice(1)) {
    if (name === undefined) continue;
    if (name === "messageType") {
      issues.push({ code: "avp-not-allowed", at, text: "a second Message Type" });
      continue;
    }
    const { must, may, clause } = rowOf(name);
    if (must.includes(type) || may.includes(type)) continue;
    issues.push({ code: "avp-not-allowed", at, text: `${name} does not belong in ${type} (${clause})` });
  }
}
