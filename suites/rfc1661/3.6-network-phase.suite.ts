/** RFC 1661 §3.6: each network protocol waits for its own NCP. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  anyOf,
  authentication,
  echoReply,
  ending,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  oneOf,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { control, frame, fromHex, ip, ipcp as ipcpPacket, PPP } from "#peer/script";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
const ID = 77;
/** Codes that all NCPs have, and the one option of IPV6CP (RFC 5072 §4.1). */
const [REQUEST, ACK, TERMINATE] = [1, 2, 5];
const INTERFACE_ID = fromHex("010a0200000000000001");
const HOST = "172.31.255.1";
const NETWORK_DATA = packet("network data", { "inner.ip.src": present });
const REFUSAL = anyOf(lcp("Protocol-Reject"), lcp("Code-Reject"));

conformance(
  {
    id: "rfc1661-0620",
    clause: CLAUSES["RFC1661-3.6-04"],
    story: "IP before IPCP is open is dropped in silence, since IP is a protocol that the device knows",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, { byHand: ["IPCP"] });
    await climb(given(ipcp("Configure-Request")));
    call.send(ip.ping(HOST, gateway, 7, 1));
    await silence(never(anyOf(NETWORK_DATA, REFUSAL), "RFC1661-3.6-04").within(1500));
  },
);

conformance(
  {
    id: "rfc1661-0621",
    clause: CLAUSES["RFC1661-3.6-05"],
    story: "in the network phase a protocol that no device has is not passed over: Protocol-Reject names it",
    params: [{ protocol: 0x80cf }, { protocol: 0x40f1 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    call.send(frame(params.protocol, fromHex("01090004")));
    await climb(must(lcp("Protocol-Reject", { "lcp.rejectedProtocol": params.protocol }), "RFC1661-3.6-05"));
  },
);

conformance(
  {
    id: "rfc1661-0622",
    clause: CLAUSES["RFC1661-3.6-02"],
    story: "IPCP may close and open again: what the device does on a Terminate-Request of IPCP is written down",
  },
  async ({ bench, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(ipcpPacket.terminateRequest(200));
    await note(may(ipcp("Terminate-Ack", { "ipcp.id": 200 }), "RFC1661-3.6-02"));
    await note(may(ipcp("Configure-Request"), "RFC1661-3.6-02").within(4000));
  },
);

conformance(
  {
    id: "rfc1661-0623",
    clause: CLAUSES["RFC1661-3.6-03"],
    story: "a Configure-Request of IPCP that comes fifteen seconds after LCP opened is still answered",
    waitsMs: 15_000,
  },
  async ({ bench, climb, elapse, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, { byHand: ["IPCP"] });
    await climb(given(ipcp("Configure-Request")));
    await elapse(15_000);
    call.send(ipcpPacket.configureRequest(ID, [{ type: "address", value: "0.0.0.0" }]));
    const answer = packet("IPCP answer", {
      "ipcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"),
      "ipcp.id": ID,
    });
    await climb(should(answer, "RFC1661-3.6-03"));
  },
);

conformance(
  {
    id: "rfc1661-0639",
    clause: CLAUSES["RFC1661-3.7-08"],
    story: "where a device has IPv6 too the end of IPV6CP is not that of the link: IP goes on",
    waitsMs: 10_000,
  },
  async ({ bench, climb, silence, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    call.begin(caller, gateway, { byHand: ["IPV6CP"] });
    const asked = await note(may(packet("IPV6CP request", { "ipv6cp.code": "Configure-Request" }), "RFC1661-3.7-08"));
    if (asked === undefined) return;
    call.send(control(PPP.IPV6CP, ACK, asked.number("ipv6cp.id"), asked.octets("ipv6cp.data")));
    call.send(control(PPP.IPV6CP, REQUEST, 101, INTERFACE_ID));
    await climb(given(packet("IPV6CP Ack", { "ipv6cp.code": "Configure-Ack", "ipv6cp.id": 101 })));
    await call.ipOpened();
    await call.carries();
    call.send(control(PPP.IPV6CP, TERMINATE, 200, fromHex("")));
    await climb(given(packet("IPV6CP Terminate-Ack", { "ipv6cp.code": "Terminate-Ack", "ipv6cp.id": 200 })));
    await silence(never(ending, "RFC1661-3.7-08").within(1000));
    call.ping(7, 1);
    await climb(must(echoReply({ "inner.icmp.id": 7 }), "RFC1661-3.7-08"));
  },
);
