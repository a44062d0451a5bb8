/** RFC 1661 §2: the protocol number in front of each packet, and octets behind it. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must } from "#expect/ladder";
import { atLeast, authentication, ipcpNegotiation, lcp, lcpNegotiation, oneOf, otherNcps } from "#expect/matchers";
import { frame, fromHex, lcp as lcpPacket } from "#peer/script";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
/** An LCP Echo-Request: who mends the number above it answers by an Echo-Reply. */
const ECHO = fromHex("0909000800000000");
const PADDED_WITHIN_MS = 1000;

conformance(
  {
    id: "rfc1661-0600",
    clause: CLAUSES["RFC1661-2-03"],
    story: "a protocol number with an even low octet, or an odd high one, is unknown: Protocol-Reject names it",
    params: [{ protocol: 0xc020 }, { protocol: 0xc022 }, { protocol: 0xc121 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    call.send(frame(params.protocol, ECHO));
    // An odd first octet may be read as the whole of the field (RFC 1661 §6.5).
    const named = oneOf(params.protocol, params.protocol >> 8);
    await climb(must(lcp("Protocol-Reject", { "lcp.rejectedProtocol": named }), "RFC1661-2-03"));
  },
);

conformance(
  {
    id: "rfc1661-0601",
    clause: CLAUSES["RFC1661-2-04"],
    version: 2,
    story:
      "padding behind an Echo-Request, within the MRU: whether it is answered, and replies are padded, is written down",
    params: [{ octets: 1 }, { octets: 20 }, { octets: 1492 }],
    waitsMs: PADDED_WITHIN_MS,
  },
  async ({ bench, note, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway);
    call.send(lcpPacket.echoRequest(9, 0, undefined, { tweak: { trailing: new Uint8Array(params.octets) } }));
    const reply = await note(may(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1661-2-04"));
    if (reply === undefined) return;
    // What stands in front of the LCP packet, from the UDP header on, does not change between two replies.
    const headers = reply.field("lcp.code")!.at - reply.field("udp.srcPort")!.at;
    call.echo(10);
    const padded = { "lcp.id": 10, "lcp.length": ECHO.length, "udp.length": atLeast(headers + ECHO.length + 1) };
    await note(may(lcp("Echo-Reply", padded), "RFC1661-2-04").within(PADDED_WITHIN_MS));
  },
);
