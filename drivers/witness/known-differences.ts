import type { Packet } from "#wire/packet";
import type { Difference } from "./compare.ts";
import type { TsharkFrame } from "./tshark.ts";

interface KnownDifference {
  readonly reason: string;
  readonly applies: (difference: Difference, packet: Packet, theirs: TsharkFrame | undefined) => boolean;
}

/** The AVP in which a difference lies. */
function avpAt({ l2tp }: Packet, at: number) {
  return l2tp?.avps.find((avp) => at >= avp.at && at < Math.max(avp.valueEnd, avp.at + 1));
}

/** What the two decoders mean to do differently, the most particular first. */
const KNOWN: readonly KnownDifference[] = [
  {
    reason: "tshark stops after the Length of a hidden AVP; Vendor ID and Type are not hidden (RFC 2661 §4.3)",
    applies: ({ path, at, theirs }, packet) =>
      /\.(vendor|type)$/.test(path) && theirs === undefined && avpAt(packet, at)?.h === true,
  },
  {
    reason:
      "an AVP with a reserved bit set counts as unrecognised (RFC 2661 §4.1); tshark reads its value all the same",
    applies: ({ ours, at }, packet) => ours === undefined && (avpAt(packet, at)?.reserved ?? 0) !== 0,
  },
  {
    reason:
      "tshark goes on with L2TPv3 where the header says so; for us a message of another version ends at its header",
    applies: (_difference, { l2tp }) => l2tp?.kind === "other-version",
  },
  {
    reason: "L2TP is looked for in UDP over IPv4 on the link itself, with its tags and its PPPoE, not in other tunnels",
    applies: ({ path, ours }, _packet, theirs) =>
      path === "l2tp" && ours === false && (theirs?.layers.some(({ protocol }) => TUNNELS.has(protocol)) ?? false),
  },
  {
    reason:
      "between two ports that are not 1701 tshark goes by the conversation before; we are told the ports, or look at none",
    applies: ({ path, ours }, { udp }) =>
      path === "l2tp" && ours === false && udp !== undefined && udp.srcPort !== 1701 && udp.dstPort !== 1701,
  },
  {
    reason: "tshark reads the Magic-Number of LCP Codes 12 and 13 (RFC 1570 §1); for us they are unknown Codes",
    applies: ({ path, ours }, { ppp }) =>
      path === "lcp.magic" && ours === undefined && (ppp?.lcp?.code === 12 || ppp?.lcp?.code === 13),
  },
  {
    reason: "tshark gave the frame up as malformed before this value",
    applies: ({ theirs }, _packet, frame) =>
      theirs === undefined && frame !== undefined && frame.malformed.length + frame.expert.length > 0,
  },
  {
    reason: "our decoder reports an issue at or before this value; two readings of malformed octets may part",
    applies: ({ at }, { issues }) => issues.some((issue) => issue.at <= at),
  },
];

const TUNNELS: ReadonlySet<string> = new Set(["gre", "ipv6", "mpls"]);

/** Why the two decoders may differ here, or undefined: then one of them is wrong. */
export function explanationOf(
  difference: Difference,
  packet: Packet,
  theirs: TsharkFrame | undefined,
): string | undefined {
  return KNOWN.find(({ applies }) => applies(difference, packet, theirs))?.reason;
}
