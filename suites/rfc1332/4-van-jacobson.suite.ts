/** RFC 1332 §3.2 and §4: compressed headers, which each end allows the other, and nobody has to have. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import {
  anyOf,
  authentication,
  echoReply,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  not,
  otherNcps,
} from "#expect/matchers";
import { control, frame, fromHex, ip, ipcp as ipcpPacket, PPP } from "#peer/script";

const LINK = [lcpNegotiation, authentication, otherNcps] as const;
const IPCP_BY_HAND = { byHand: ["IPCP"] } as const;
const CONFIGURE_ACK = 2;
const ZERO = "0.0.0.0";
/** Van Jacobson's, slots 0 to 3, each packet with its slot. */
const VJ = { type: "compression", protocol: PPP.VJ_COMPRESSED, maxSlotId: 3, compSlotId: 0 } as const;
const address = (value: string) => ({ type: "address", value }) as const;

const replies = (id: number) =>
  anyOf(
    ipcp("Configure-Ack", { "ipcp.id": id }),
    ipcp("Configure-Nak", { "ipcp.id": id }),
    ipcp("Configure-Reject", { "ipcp.id": id }),
  );

conformance(
  {
    id: "rfc1332-0140",
    version: 3,
    clause: CLAUSES["RFC1332-4-02"],
    clauses: [CLAUSES["RFC1332-3.2-03"]],
    story: "Van Jacobson's compression may be agreed on or refused; a ping is answered in a plain packet all the same",
  },
  async ({ bench, climb, climbAll, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation);
    await call.openIp(caller, gateway);
    await call.carries();
    const { local, remote } = call.addresses;
    call.stop();
    call.send(ipcpPacket.configureRequest(199, [VJ, address(local)]));
    const [reply, theirs] = await climbAll(must(replies(199), "RFC1332-3.2-03"), given(ipcp("Configure-Request")));
    const asked = theirs?.field("ipcp.option.address")?.value;
    if (asked === ZERO && theirs !== undefined) {
      call.send(ipcpPacket.configureNak(theirs.number("ipcp.id"), [address(remote)]));
      const again = await climb(given(ipcp("Configure-Request", { "ipcp.option.address": remote })));
      call.send(control(PPP.IPCP, CONFIGURE_ACK, again.number("ipcp.id"), again.octets("ipcp.options")));
    } else if (theirs !== undefined)
      call.send(control(PPP.IPCP, CONFIGURE_ACK, theirs.number("ipcp.id"), theirs.octets("ipcp.options")));
    // Once IPCP is down the device may have another address for the bench.
    const named = reply?.text("ipcp.code") === "Configure-Nak" ? reply.field("ipcp.option.address")?.value : undefined;
    const ours = named === undefined ? local : String(named);
    if (reply?.text("ipcp.code") !== "Configure-Ack") {
      call.send(ipcpPacket.configureRequest(200, [address(ours)]));
      await climb(given(ipcp("Configure-Ack", { "ipcp.id": 200 })));
    }
    // §3.3: and it may ask for one of its own anew.
    const there = asked === undefined || asked === ZERO ? remote : String(asked);
    await call.carries({ local: ours, remote: there });
    call.send(ip.ping(ours, there, 7, 1));
    await climb(must(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": 1 }), "RFC1332-4-02"));
  },
);

/** The first packet of a TCP connection, its IP protocol replaced by slot 0. */
const UNCOMPRESSED = fromHex(
  "4500002800010000 4000b9cd ac100132 ac100101 9c400007 00000001 00000000 5002ffff 00000000",
);

conformance(
  {
    id: "rfc1332-0141",
    clause: CLAUSES["RFC1332-3.2-04"],
    story: "a device that asks for Van Jacobson's compression, and gets it, rejects no packet of that kind",
  },
  async ({ role, bench, climb, note, silence, allow, user, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation);
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    let theirs = await climb(given(ipcp("Configure-Request")));
    const asks = theirs.field("ipcp.option.compression.protocol")?.value === PPP.VJ_COMPRESSED;
    if (!asks) {
      // One that does not ask may do with such a packet what it likes.
      call.send(frame(PPP.VJ_UNCOMPRESSED, UNCOMPRESSED));
      await note(
        may(lcp("Protocol-Reject", { "lcp.rejectedProtocol": PPP.VJ_UNCOMPRESSED }), "RFC1332-3.2-04").within(1_000),
      );
      return;
    }
    if (theirs.field("ipcp.option.address")?.value === ZERO) {
      call.send(ipcpPacket.configureNak(theirs.number("ipcp.id"), [address(user.address ?? gateway)]));
      theirs = await climb(given(ipcp("Configure-Request", { "ipcp.option.address": not(ZERO) })));
    }
    call.send(control(PPP.IPCP, CONFIGURE_ACK, theirs.number("ipcp.id"), theirs.octets("ipcp.options")));
    call.send(ipcpPacket.configureRequest(21, [address(role === "lac" ? gateway : ZERO)]));
    const named = await climb(given(replies(21)));
    if (named.text("ipcp.code") === "Configure-Nak") {
      call.send(ipcpPacket.configureRequest(22, [address(named.text("ipcp.option.address"))]));
      await climb(given(ipcp("Configure-Ack", { "ipcp.id": 22 })));
    }
    call.send(frame(PPP.VJ_UNCOMPRESSED, UNCOMPRESSED));
    await silence(never(lcp("Protocol-Reject"), "RFC1332-3.2-04").within(2_000));
  },
);
