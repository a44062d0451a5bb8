/** The packets of hosts behind the frames: which frames show one packet on its way, and what changed from point to point. */
import { packetOf, type Frame } from "#capture/frame";
import type { Packet } from "#wire/packet";
import { TCP_FLAGS } from "#wire/ip/tcp";
import type { LadderRecord } from "./run-folder.ts";

/** A host's packet as it was seen at one point. */
export interface Sighting {
  readonly frame: Frame;
  /** The IPv4 packet itself, out of the tunnel. */
  readonly packet: Packet;
  /** The same packet at the point before. */
  readonly before: Sighting | undefined;
  /** Number of its flow, from 0; undefined where the ladder asks for no such flow. */
  readonly flow: number | undefined;
}

/** By frame number. Frames that carry no packet of a host (L2TP control, PPP, ARP) are missing. */
export function sightingsOf(frames: readonly Frame[], ladder?: LadderRecord): ReadonlyMap<number, Sighting> {
  const flows = new Flows(frames, ladder);
  const sightings = new Map<number, Sighting>();
  const last = new Map<string, Sighting[]>();
  for (const frame of frames) {
    const packet = hostPacketOf(frame);
    if (packet === undefined) continue;
    const key = likenessOf(packet);
    const ends = last.get(key) ?? [];
    const i = ends.findLastIndex((s) => goesOn(s, frame, packet));
    const before = i < 0 ? undefined : ends[i];
    const sighting = { frame, packet, before, flow: flows.of(frame, packet) };
    if (i < 0) ends.push(sighting);
    else ends[i] = sighting;
    last.set(key, ends);
    sightings.set(frame.no, sighting);
  }
  return sightings;
}

/** The packet of a host that the frame carries: inside the data message of L2TP, or the frame's own. */
export function hostPacketOf(frame: Frame): Packet | undefined {
  const p = packetOf(frame);
  if (p.l2tp !== undefined) return p.inner;
  return p.ip === undefined || p.ip.src === "" ? undefined : p;
}

/** What no router and no translation of the source changes. */
function likenessOf({ octets, ip, udp, tcp, icmp }: Packet): string {
  const text = (from: number, to: number): string => Buffer.from(octets.subarray(from, to)).toString("latin1");
  if (icmp !== undefined) return `icmp ${icmp.type} ${icmp.code} ${icmp.seq ?? ""} ${text(icmp.dataAt, icmp.end)}`;
  if (udp !== undefined) return `udp ${text(udp.payloadAt, udp.end)}`;
  if (tcp !== undefined) return `tcp ${tcp.flags} ${tcp.seq} ${tcp.ack} ${text(tcp.payloadAt, tcp.end)}`;
  return ip === undefined ? "" : `ip ${ip.protocol} ${ip.id} ${ip.fragmentOffset} ${text(ip.payloadAt, ip.end)}`;
}

/** The packet was not here yet, and one of its ends is what it was: an answer may carry the same payload. */
function goesOn(s: Sighting, frame: Frame, packet: Packet): boolean {
  for (let at: Sighting | undefined = s; at !== undefined; at = at.before)
    if (at.frame.point === frame.point) return false;
  const [src, dst] = endsOf(s.packet);
  const [nowSrc, nowDst] = endsOf(packet);
  return src === nowSrc || dst === nowDst;
}

/** `10.1.1.2:4000`; without a port where there is none. */
export function endsOf({ ip, udp, tcp }: Packet): readonly [src: string, dst: string] {
  const ports = udp ?? tcp;
  const end = (address: string, port: number | undefined): string =>
    port === undefined ? address : `${address}:${port}`;
  return [end(ip?.src ?? "", ports?.srcPort), end(ip?.dst ?? "", ports?.dstPort)];
}

/** `ICMP Echo Request`, `UDP`, `TCP SYN,ACK`. */
export function nameOf({ ip, udp, tcp, icmp }: Packet): string {
  if (icmp !== undefined) return `ICMP ${icmp.typeName ?? `type ${icmp.type}`}`;
  if (udp !== undefined) return "UDP";
  if (tcp === undefined) return ip === undefined || ip.fragmentOffset === 0 ? "IPv4" : "IPv4 fragment";
  const set = Object.entries(TCP_FLAGS).filter(([, bit]) => (tcp.flags & bit) !== 0);
  return `TCP ${set.map(([name]) => name).join(",") || "no flags"}`;
}

/** A segment that only acknowledges: there are many, and none tells anything. */
export function isBareAck({ tcp }: Packet): boolean {
  return tcp?.flags === TCP_FLAGS.ACK && tcp.payloadAt === tcp.end;
}

/** What a packet is, for whoever meets it first. */
export function introductionOf({ frame, packet }: Sighting): readonly string[] {
  const { ip, icmp, tcp } = packet;
  const numbers = icmp?.id === undefined ? "" : `id ${icmp.id} seq ${icmp.seq ?? 0}, `;
  const mss = tcp?.mss === undefined ? "" : `mss ${tcp.mss}, `;
  return [endsOf(packet).join(" > "), `${numbers}${mss}${ip?.totalLength ?? 0} octets`, ...envelopeOf(frame)];
}

/** What became of the packet since the point before. */
export function changesOf({ frame, packet, before }: Sighting): readonly string[] {
  if (before === undefined) return [];
  const changes: string[] = [];
  const changed = (what: string, was: string | number | undefined, is: string | number | undefined): void => {
    if (was !== is && was !== undefined && is !== undefined) changes.push(`${what} ${was} → ${is}`);
  };
  const [src, dst] = endsOf(before.packet);
  const [nowSrc, nowDst] = endsOf(packet);
  changed("source", src, nowSrc);
  changed("destination", dst, nowDst);
  changed("identifier", before.packet.icmp?.id, packet.icmp?.id);
  changed("mss", before.packet.tcp?.mss, packet.tcp?.mss);
  const was = envelopeOf(before.frame);
  const is = envelopeOf(frame);
  if (is.length > 0) changes.push(...is);
  else if (was.length > 0) changes.push("out of the tunnel");
  return changes.length === 0 ? ["unchanged"] : changes;
}

/** The data message around a packet: its public ends, its tunnel and session. */
function envelopeOf(frame: Frame): readonly string[] {
  const p = packetOf(frame);
  if (p.l2tp === undefined) return [];
  const { tunnelId, sessionId } = p.l2tp.header;
  return [`in L2TP ${endsOf(p).join(" > ")}`, `tunnel ${tunnelId} session ${sessionId}`];
}

export function isInTunnel(frame: Frame): boolean {
  return packetOf(frame).l2tp !== undefined;
}

/** Which flow a packet is of: by the text in its payload, else by the ports that such packets use, else by the port asked for. */
class Flows {
  readonly #tags: readonly string[];
  readonly #byEnds = new Map<string, number>();
  readonly #services: ReadonlyMap<number, number>;

  constructor(frames: readonly Frame[], ladder: LadderRecord | undefined) {
    const asked = (ladder?.rungs ?? []).flatMap((rung) => (rung.of ?? []).map(({ match }) => match));
    this.#tags = [...new Set(asked.flatMap(({ tag }) => (tag === undefined ? [] : [tag])))];
    for (const frame of frames) {
      const packet = hostPacketOf(frame);
      const tag = this.#tagOf(frame);
      if (packet?.tcp !== undefined && tag !== undefined) this.#byEnds.set(conversationOf(packet), tag);
    }
    const ports = asked.flatMap(({ tag, fields = {} }) =>
      tag === undefined ? Object.entries(fields).flatMap(([path, e]) => portIn(path, e)) : [],
    );
    const known = new Set([...this.#byEnds.keys()].flatMap((key) => key.split("|")));
    const fresh = [...new Set(ports)].filter((port) => ![...known].some((end) => end.endsWith(`:${port}`)));
    this.#services = new Map(fresh.map((port, i) => [port, this.#tags.length + i]));
  }

  get count(): number {
    return this.#tags.length + this.#services.size;
  }

  of(frame: Frame, packet: Packet): number | undefined {
    const { tcp } = packet;
    const tagged = this.#tagOf(frame);
    if (tagged !== undefined || tcp === undefined) return tagged;
    return (
      this.#byEnds.get(conversationOf(packet)) ?? this.#services.get(tcp.dstPort) ?? this.#services.get(tcp.srcPort)
    );
  }

  #tagOf(frame: Frame): number | undefined {
    const { buffer, byteOffset, length } = frame.octets;
    const octets = Buffer.from(buffer, byteOffset, length);
    const i = this.#tags.findIndex((tag) => octets.includes(tag));
    return i < 0 ? undefined : i;
  }
}

const conversationOf = (packet: Packet): string => endsOf(packet).toSorted().join("|");

/** The destination port that a rung asks for where its packets bear no tag. */
function portIn(path: string, e: { readonly is: string }): readonly number[] {
  if (!/(^|\.)tcp\.dstPort$/.test(path) || e.is !== "equal" || !("value" in e)) return [];
  return typeof e.value === "number" ? [e.value] : [];
}
