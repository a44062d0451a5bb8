/** Bugs met in the field: network protocols side by side, and LCP packets that are too short (RFC 1661 §3.6, §3.7, §5). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { must, never } from "#expect/ladder";
import { echoed, echoReply, ipcp, oneOf, packet } from "#expect/matchers";
import { control, frame, fromHex, ipcp as ipcpPacket, PPP } from "#peer/script";

const CCP = 0x80fd;
const IPV6CP = 0x8057;
const REQUEST = 1;
const TERMINATE = 5;
/** An Interface-Identifier, and MPPC of Windows: options of the two protocols that nobody asked for. */
const IPV6_OPTIONS = fromHex("01 0a 02 11 22 ff fe 33 44 55");
const CCP_OPTIONS = fromHex("12 06 00 00 00 01");

conformance(
  {
    id: "regressions-0032",
    clause: CLAUSES["RFC1661-3.6-01"],
    story: "a CCP request between those of IPCP changes nothing for IPCP: it is answered, and not by Terminate-Ack",
    met: { implementation: "accel-ppp, against RouterOS", reported: "issue accel-ppp/accel-ppp#353" },
    background: ["ppp"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openIp(caller, gateway);
    const { local } = call.addresses;
    call.stop();
    call.send(control(CCP, REQUEST, 21, CCP_OPTIONS));
    call.send(ipcpPacket.configureRequest(121, [{ type: "address", value: local }]));
    call.sendBehind(control(CCP, REQUEST, 22, CCP_OPTIONS));
    const replies = oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject");
    await climb(
      must(
        packet("reply to IPCP", { "ipcp.code": replies, "ipcp.id": 121, "l2tp.sessionId": call.id }),
        "RFC1661-3.6-01",
      ),
    );
    await silence(never(ipcp("Terminate-Ack"), "RFC1661-3.6-01").within(1_000));
  },
);

conformance(
  {
    id: "regressions-0033",
    version: 2,
    clause: CLAUSES["RFC1661-3.7-08"],
    story: "the end of IPV6CP, whether or not the device knows that protocol, is not the end of IPCP or of the link",
    met: { implementation: "accel-ppp", reported: "issue accel-ppp/accel-ppp#57" },
    background: ["ppp"],
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openIp(caller, gateway);
    await call.carries();
    call.send(control(IPV6CP, REQUEST, 31, IPV6_OPTIONS));
    call.send(control(IPV6CP, TERMINATE, 32, new Uint8Array(0)));
    call.ping(33, 1);
    await climb(must(echoReply({ "inner.icmp.id": 33, "l2tp.sessionId": call.id }), "RFC1661-3.7-08"));
    call.ask(34);
    await climb(must(echoed(34, call.id), "RFC1661-3.7-08"));
  },
);

conformance(
  {
    id: "regressions-0052",
    version: 2,
    clause: CLAUSES["RFC1661-5-02"],
    clauses: [CLAUSES["RFC1661-5.8-01"]],
    story: "an LCP packet of no octet, or of up to five, draws nothing, and the link lives on",
    met: { implementation: "pppd's plug-in for L2TP", reported: "pull request ppp-project/ppp#620" },
    params: [{ octets: 0 }, { octets: 1 }, { octets: 2 }, { octets: 3 }, { octets: 5 }],
    background: ["ppp"],
    waitsMs: 500,
  },
  async ({ bench, climb, silence, caller, gateway, params: { octets } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway);
    // The beginning of an Echo-Request, whose Length says eight.
    call.send(frame(PPP.LCP, fromHex("09 40 00 08 00 00").subarray(0, octets)));
    await silence(never(echoed(0x40, call.id), "RFC1661-5-02").within(500));
    call.ask(65);
    await climb(must(echoed(65, call.id), "RFC1661-5.8-01"));
  },
);
