/** RFC 1332 §2 and §3: IPCP, and the address that it gives above all. */
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
  not,
  octets,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { control, fromHex, ip, ipcp as ipcpPacket, PPP } from "#peer/script";

const LINK = [lcpNegotiation, authentication, otherNcps] as const;
/** Up to the network phase by the reference PPP; IPCP is the case's. */
const IPCP_BY_HAND = { byHand: ["IPCP"] } as const;
const ANY_IPCP = packet("IPCP packet", { "ipcp.code": present });
const address = (value: string) => ({ type: "address", value }) as const;

/** A reply to the bench's request with that Identifier. */
const replies = (id: number) => [
  ipcp("Configure-Ack", { "ipcp.id": id }),
  ipcp("Configure-Nak", { "ipcp.id": id }),
  ipcp("Configure-Reject", { "ipcp.id": id }),
];

conformance(
  {
    id: "rfc1332-0001",
    clause: CLAUSES["RFC1332-3.3-05"],
    clauses: [CLAUSES["RFC1332-3.3-03"]],
    needs: ["lns"],
    story: "a request for 0.0.0.0 gets Configure-Nak with an address; a request for that one gets Configure-Ack",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [address("0.0.0.0")]));
    const named = { "ipcp.id": 21, "ipcp.option.address": not("0.0.0.0"), "ipcp.option.address.length": 6 };
    const nak = await climb(must(ipcp("Configure-Nak", named), "RFC1332-3.3-05"));
    const theirs = nak.text("ipcp.option.address");
    call.send(ipcpPacket.configureRequest(22, [address(theirs)]));
    await climb(must(ipcp("Configure-Ack", { "ipcp.id": 22, "ipcp.option.address": theirs }), "RFC1332-3.3-03"));
  },
);

conformance(
  {
    id: "rfc1332-0002",
    clause: CLAUSES["RFC1332-3.3-01"],
    clauses: [CLAUSES["RFC1332-2-05"]],
    needs: ["lns"],
    story: "a request without an address gets a reply, and that is Configure-Nak with one appended",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, []));
    await climb(must(anyOf(...replies(21)), "RFC1332-2-05"));
    call.send(ipcpPacket.configureRequest(22, []));
    const nak = ipcp("Configure-Nak", { "ipcp.id": 22, "ipcp.option.address": present });
    const plain = ipcp("Configure-Ack", { "ipcp.id": 22 });
    await climb(should(nak, "RFC1332-3.3-01").or(plain, "takes a caller without an address"));
  },
);

conformance(
  {
    id: "rfc1332-0003",
    clause: CLAUSES["RFC1332-3-01"],
    story: "options that IPCP does not know come back in Configure-Reject, in their order",
    params: [{ types: "200" }, { types: "5,250" }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    const strange = params.types.split(",").map((type) => ({ type: Number(type), octets: fromHex("01020304") }));
    call.send(ipcpPacket.configureRequest(21, strange));
    const rejected = { "ipcp.id": 21, "ipcp.options": params.types };
    await climb(must(ipcp("Configure-Reject", rejected), "RFC1332-3-01"));
  },
);

conformance(
  {
    id: "rfc1332-0004",
    clause: CLAUSES["RFC1332-3.2-02"],
    clauses: [CLAUSES["RFC1332-3.2-03"]],
    story:
      "an unknown compression is naked or rejected; Van Jacobson's may be acknowledged too, but is not left unanswered",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [{ type: 2, octets: fromHex("4242") }]));
    await climb(must(anyOf(...replies(21).slice(1)), "RFC1332-3.2-02"));
    call.send(ipcpPacket.configureRequest(22, [{ type: 2, octets: fromHex("002d0f00") }]));
    await climb(must(anyOf(...replies(22)), "RFC1332-3.2-03"));
  },
);

conformance(
  {
    id: "rfc1332-0005",
    version: 2,
    clause: CLAUSES["RFC1332-2-03"],
    clauses: [CLAUSES["RFC1332-2-T-OPENED-RUC"]],
    story: "a Code that IPCP does not have gets Code-Reject in an IPCP frame, and data flow as before",
    params: [{ code: 9 }, { code: 100 }, { code: 255 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation);
    await call.openIp(caller, gateway);
    await call.carries();
    call.send(control(PPP.IPCP, params.code, 7, fromHex("01020304")));
    await climb(should(ipcp("Code-Reject"), "RFC1332-2-03"));
    call.ping(7, 1);
    await climb(must(echoReply({ "inner.icmp.id": 7, "inner.icmp.seq": 1 }), "RFC1332-2-T-OPENED-RUC"));
  },
);

conformance(
  {
    id: "rfc1332-0006",
    clause: CLAUSES["RFC1332-2-02"],
    story: "an IPCP request before LCP is open is dropped in silence, and IPCP opens afterwards",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation);
    await climb(given(lcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [address("0.0.0.0")]));
    await silence(never(anyOf(ANY_IPCP, lcp("Protocol-Reject")), "RFC1332-2-02").within(1000));
    call.begin(caller, gateway);
    await climb(should(ipcp("Configure-Request"), "RFC1332-2-02"));
  },
);

conformance(
  {
    id: "rfc1332-0007",
    clause: CLAUSES["RFC1332-2-T-OPENED-RTR"],
    story: "IPCP's Terminate-Request gets Terminate-Ack with its Identifier",
    params: [{ id: 0 }, { id: 200 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation, ending);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(ipcpPacket.terminateRequest(params.id));
    await climb(must(ipcp("Terminate-Ack", { "ipcp.id": params.id }), "RFC1332-2-T-OPENED-RTR"));
  },
);

conformance(
  {
    id: "rfc1332-0008",
    clause: CLAUSES["RFC1332-2.1-01"],
    story: "IPv4 before IPCP is open is not answered",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"), lcp("Protocol-Reject"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ip.ping(caller.address ?? gateway, gateway, 7, 1));
    await silence(never(echoReply(), "RFC1332-2.1-01").within(2000));
  },
);

conformance(
  {
    id: "rfc1332-0009",
    version: 2,
    clause: CLAUSES["RFC1332-2-T-OPENED-RCRPLUS"],
    story: "a good request in Opened is acknowledged, and the device asks anew by itself; LCP stays open",
  },
  async ({ bench, climb, climbAll, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcpNegotiation, ending);
    await call.openIp(caller, gateway);
    const { local } = call.addresses;
    call.stop();
    call.send(ipcpPacket.configureRequest(111, [address(local)]));
    const granted = must(ipcp("Configure-Ack", { "ipcp.id": 111 }), "RFC1332-2-T-OPENED-RCRPLUS");
    await climbAll(
      // It came down with IPCP, and may be somebody else's by now.
      granted.or(ipcp("Configure-Nak", { "ipcp.id": 111 }), "has another address for the bench by now"),
      must(ipcp("Configure-Request"), "RFC1332-2-T-OPENED-RCRPLUS"),
    );
    call.echo(9);
    const open = must(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1332-2-T-OPENED-RCRPLUS");
    await climb(open.or(ending, "gives the call up when IPCP begins anew"));
  },
);

conformance(
  {
    id: "rfc1332-0010",
    clause: CLAUSES["RFC1332-3.3-04"],
    story: "an address option of a wrong Length is not acknowledged",
    params: [{ octets: 2 }, { octets: 3 }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"), ...replies(21).slice(1));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [{ type: 3, octets: new Uint8Array(params.octets) }]));
    await silence(never(ipcp("Configure-Ack", { "ipcp.id": 21 }), "RFC1332-3.3-04").within(2000));
  },
);

conformance(
  {
    id: "rfc1332-0011",
    version: 2,
    clause: CLAUSES["RFC1332-3.1-04"],
    story: "the device's own request has the option IP-Address where it has an address, and not the old IP-Addresses",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    const modern = { "ipcp.option.address": octets(4) };
    const old = ipcp("Configure-Request", { "ipcp.option.addresses": present });
    await climb(
      should(ipcp("Configure-Request", modern), "RFC1332-3.1-04").or(old, "uses the deprecated IP-Addresses"),
    );
  },
);

conformance(
  {
    id: "rfc1332-0012",
    clause: CLAUSES["RFC1332-2-T-STARTING-UP"],
    story: "once the network phase is reached the device asks by IPCP without being asked",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(must(ipcp("Configure-Request"), "RFC1332-2-T-STARTING-UP"));
  },
);

conformance(
  {
    id: "rfc1332-0013",
    clause: CLAUSES["RFC1332-2-T-REQSENT-TOPLUS"],
    story: "an IPCP request without an answer is repeated",
    waitsMs: 5_000,
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    await climb(must(ipcp("Configure-Request"), "RFC1332-2-T-REQSENT-TOPLUS"));
  },
);

conformance(
  {
    id: "rfc1332-0014",
    version: 2,
    clause: CLAUSES["RFC1332-3.1-03"],
    clauses: [CLAUSES["RFC1332-3.3-09"]],
    story:
      "a request with the old IP-Addresses gets whatever reply; one with an address named before gets Configure-Ack",
    needs: ["lns"],
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ipcp("Configure-Request"), ...replies(21));
    await call.openLcp(caller, gateway, IPCP_BY_HAND);
    await climb(given(ipcp("Configure-Request")));
    call.send(ipcpPacket.configureRequest(21, [{ type: 1, octets: new Uint8Array(8) }]));
    await note(may(anyOf(...replies(21)), "RFC1332-3.1-03").within(2_000));
    call.send(ipcpPacket.configureRequest(22, [address("0.0.0.0")]));
    const nak = await climb(given(ipcp("Configure-Nak", { "ipcp.id": 22 })));
    call.send(ipcpPacket.configureRequest(23, [address(nak.text("ipcp.option.address"))]));
    await climb(must(ipcp("Configure-Ack", { "ipcp.id": 23 }), "RFC1332-3.3-09"));
  },
);
