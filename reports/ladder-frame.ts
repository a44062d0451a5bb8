/** One frame of a picture in words: what it is, where it left its path, and what is wrong with it. */
import { packetOf, type Frame } from "#capture/frame";
import { fieldsOf } from "#wire/fields";
import type { SocketAddress } from "#wire/ip/udp";
import { masked } from "#wire/secret";
import { line } from "#wire/text";
import type { Pointer } from "./ladder-rows.ts";
import { shorten } from "./ladder-style.ts";

/** What all rows of one picture share. */
export interface Stage {
  readonly first: Frame | undefined;
  /** The usual address of either side; a frame from or to another one says so. */
  readonly ref: SocketAddress | undefined;
  readonly dut: SocketAddress | undefined;
  readonly severalPoints: boolean;
}

export function stageOf(frames: readonly Frame[]): Stage {
  return {
    first: frames[0],
    ref: usual(frames, "ref"),
    dut: usual(frames, "dut"),
    severalPoints: new Set(frames.map((f) => f.point)).size > 1,
  };
}

/** The address that a side sends from most often; where it sends nothing, the one that it is spoken to at. */
function usual(frames: readonly Frame[], side: "ref" | "dut"): SocketAddress | undefined {
  const sent = frames.filter((f) => f.from === side).map((f) => f.src);
  const addressed = frames.filter((f) => f.from !== side && f.from !== "foreign").map((f) => f.dst);
  const counts = new Map<string, { address: SocketAddress; n: number }>();
  for (const address of sent.length > 0 ? sent : addressed) {
    const key = endpoint(address);
    counts.set(key, { address, n: (counts.get(key)?.n ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.n - a.n)[0]?.address;
}

export const endpoint = (a: SocketAddress): string => `${a.address}:${a.port}`;

/** The line of the one printer, less what the lifelines say already, with what the packet carries before its envelope. */
export function wordsOf(frame: Frame, stage: Stage): { name: string; rest: string } {
  const printed = line(packetOf(frame));
  const bare = /^\S+ > \S+ (?:L2TP )?(.*)$/s.exec(printed)?.[1] ?? printed;
  const carried = /^data (.*?) ?\| (.+)$/s.exec(bare);
  const { name, rest } = named(carried?.[2] ?? bare);
  const envelope = carried === null ? "" : `(data ${carried[1] ?? ""})`;
  const place = [stage.severalPoints ? `[${frame.point}]` : "", strangeAddresses(frame, stage), rest, envelope];
  return { name, rest: place.filter((part) => part !== "").join(" ") };
}

/** `LCP Configure-Request` and `id 1 mru 1500`; of an IP packet the protocol goes before the addresses. */
function named(message: string): { name: string; rest: string } {
  const ip = /^(\S+ > \S+) (ICMP Echo \S+|\S+)(.*)$/s.exec(message);
  if (ip !== null) return { name: ip[2] ?? "", rest: `${ip[1] ?? ""}${ip[3] ?? ""}` };
  const name = /^(?:(?:[A-Z0-9]*CP|PAP|CHAP|PPP) )?\S+/.exec(message)?.[0] ?? message;
  return { name, rest: message.slice(name.length).trim() };
}

/** Where a frame left the path that its lifelines name. */
function strangeAddresses(frame: Frame, stage: Stage): string {
  const sides = frame.from === "dut" ? [stage.dut, stage.ref] : [stage.ref, stage.dut];
  const isUsual = (a: SocketAddress, b: SocketAddress | undefined): boolean =>
    b === undefined || (a.address === b.address && a.port === b.port);
  const from = isUsual(frame.src, sides[0]) ? "" : `from ${endpoint(frame.src)}`;
  const to = isUsual(frame.dst, sides[1]) ? "" : `to ${endpoint(frame.dst)}`;
  return [from, to].filter((part) => part !== "").join(" ");
}

/** `octet 38: l2tp.nr: expected Nr 3, got Nr 2`, or what the rule says. */
export function pointerText({ finding, rule }: Pointer, frame: Frame): string {
  const { expected, actual, offset, rung } = finding;
  const where = offset === null ? "" : `octet ${offset}: `;
  if (rule !== undefined) return `${where}expected ${expected}, got ${actual} (${rule})`;
  if (rung === undefined) return `${where}expected ${expected}`;
  if (finding.verdict === "remark") return `${where}rung ${rung}: ${actual}`;
  // The judge ends a near miss with the field that kept it from matching; the rung itself has a row of its own.
  const field = /\(([\w.#/-]+: expected .*)\)$/.exec(actual)?.[1];
  if (field !== undefined) return `${where}${field}`;
  return offset === null ? `rung ${rung}: ${expected}` : `${where}${fieldText(frame, offset)}`;
}

/** `l2tp.nr = 2`: the field that begins at the offset, or the innermost that holds it. */
function fieldText(frame: Frame, offset: number): string {
  const packet = packetOf(frame);
  const holding = masked(fieldsOf(packet), packet).filter(
    (f) => f.at <= offset && offset < f.at + Math.max(f.length, 1),
  );
  const field = holding.sort((a, b) => b.at - a.at || a.length - b.length)[0];
  return field === undefined ? "octets" : `${field.path} = ${shorten(String(field.value), 40)}`;
}

export function msOf(frame: Frame, first: Frame | undefined): string {
  return (Number(frame.tNs - (first?.tNs ?? frame.tNs)) / 1e6).toFixed(3);
}
