/** RFC 1661 §5: LCP packets, those that answer one above all. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  absent,
  anyOf,
  authentication,
  ending,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  not,
  oneOf,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { control, frame, ipcp as ipcpPacket, lcp as lcpPacket, PPP } from "#peer/script";

/** What PPP does besides the packet that the case looks at. */
const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
/** Octets that a device gives back unchanged, no two neighbours alike. */
const counted = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * 7 + 1) & 0xff);
const hexOf = (octets: Uint8Array): string => Array.from(octets, (o) => o.toString(16).padStart(2, "0")).join("");
const MRU = { type: "mru", value: 1500 } as const;
const magic = (value: number) => ({ type: "magic", value }) as const;

/** A device may do without any option, and may want another value for it. */
const refusals = (id: number) => [lcp("Configure-Nak", { "lcp.id": id }), lcp("Configure-Reject", { "lcp.id": id })];

conformance(
  {
    id: "rfc1661-0001",
    clause: CLAUSES["RFC1661-5.8-01"],
    clauses: [CLAUSES["RFC1661-5.8-07"], CLAUSES["RFC1661-5.8-08"]],
    version: 2,
    story: "an Echo-Request in Opened is answered by an Echo-Reply with its Identifier and its data",
    params: [
      { id: 0, octets: 0 },
      { id: 9, octets: 4 },
      { id: 255, octets: 100 },
      { id: 77, octets: 1000 },
    ],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway);
    call.send(lcpPacket.echoRequest(params.id, 0, counted(params.octets)));
    await climb(must(lcp("Echo-Reply", { "l2tp.sessionId": call.id }), "RFC1661-5.8-01"));
    call.send(lcpPacket.echoRequest(params.id, 0, counted(params.octets)));
    await climb(must(lcp("Echo-Reply", { "lcp.id": params.id }), "RFC1661-5.8-07"));
    call.send(lcpPacket.echoRequest(params.id, 0, counted(params.octets)));
    await climb(should(lcp("Echo-Reply", { "lcp.data": hexOf(counted(params.octets)) }), "RFC1661-5.8-08"));
  },
);

conformance(
  {
    id: "rfc1661-0002",
    clause: CLAUSES["RFC1661-5.6-01"],
    clauses: [CLAUSES["RFC1661-5.6-06"], CLAUSES["RFC1661-5.6-03"], CLAUSES["RFC1661-4.1-T-OPENED-RUC"]],
    story: "an unknown Code gets Code-Reject with the packet in it, another Identifier each time; LCP stays Opened",
    params: [{ code: 100 }, { code: 255 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    const refused = `${params.code.toString(16)}050008deadbeef`;
    const unknown = control(PPP.LCP, params.code, 5, Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
    call.send(unknown);
    const first = await climb(must(lcp("Code-Reject"), "RFC1661-5.6-01"));
    call.send(unknown);
    await climb(must(lcp("Code-Reject", { "lcp.id": not(first.number("lcp.id")) }), "RFC1661-5.6-03"));
    call.send(unknown);
    await climb(must(lcp("Code-Reject", { "lcp.rejectedPacket": refused }), "RFC1661-5.6-06"));
    call.echo(9);
    await climb(must(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1661-4.1-T-OPENED-RUC"));
  },
);

conformance(
  {
    id: "rfc1661-0003",
    clause: CLAUSES["RFC1661-5.7-01"],
    clauses: [CLAUSES["RFC1661-5.7-07"], CLAUSES["RFC1661-5.7-08"], CLAUSES["RFC1661-5.7-04"]],
    story: "an unknown protocol gets Protocol-Reject with its number and its information, another Identifier each time",
    params: [{ protocol: 0x80cf }, { protocol: 0x40f1 }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    const unknown = frame(params.protocol, Uint8Array.of(1, 9, 0, 4));
    call.send(unknown);
    const first = await climb(must(lcp("Protocol-Reject"), "RFC1661-5.7-01"));
    call.send(unknown);
    await climb(must(lcp("Protocol-Reject", { "lcp.id": not(first.number("lcp.id")) }), "RFC1661-5.7-04"));
    call.send(unknown);
    await climb(must(lcp("Protocol-Reject", { "lcp.rejectedProtocol": params.protocol }), "RFC1661-5.7-07"));
    call.send(unknown);
    await climb(must(lcp("Protocol-Reject", { "lcp.data": "01090004" }), "RFC1661-5.7-08"));
  },
);

conformance(
  {
    id: "rfc1661-0004",
    clause: CLAUSES["RFC1661-5.5-03"],
    clauses: [CLAUSES["RFC1661-5.5-06"], CLAUSES["RFC1661-5.5-07"]],
    story: "a Terminate-Request in Opened gets Terminate-Ack with its Identifier, whatever data it carries",
    params: [
      { id: 0, octets: 0 },
      { id: 77, octets: 1 },
      { id: 255, octets: 200 },
    ],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    await call.openLcp(caller, gateway);
    call.stop();
    call.send(lcpPacket.terminateRequest(params.id, counted(params.octets)));
    await climb(must(lcp("Terminate-Ack", { "lcp.id": params.id }), "RFC1661-5.5-06"));
  },
);

conformance(
  {
    id: "rfc1661-0005",
    version: 3,
    clause: CLAUSES["RFC1661-5.4-02"],
    clauses: [CLAUSES["RFC1661-5.4-01"], CLAUSES["RFC1661-5.4-06"]],
    story:
      "options that nobody knows, around an MRU, come back in Configure-Reject, in their order, unchanged; the MRU only from who has none",
    params: [{ id: 0 }, { id: 255 }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    await climb(given(lcp("Configure-Request")));
    const strange = [{ type: 255, octets: counted(8) }, MRU, { type: 200, octets: counted(0) }] as const;
    call.send(lcpPacket.configureRequest(params.id, strange));
    const unchanged = { "lcp.option.255": hexOf(counted(8)), "lcp.option.200": oneOf("") };
    await climb(must(lcp("Configure-Reject", { "lcp.id": params.id }), "RFC1661-5.4-01"));
    call.send(lcpPacket.configureRequest(params.id, strange));
    const listed = oneOf("255,200", "255,mru,200");
    await climb(must(lcp("Configure-Reject", { "lcp.options": listed, ...unchanged }), "RFC1661-5.4-02"));
  },
);

conformance(
  {
    id: "rfc1661-0006",
    clause: CLAUSES["RFC1661-5.2-02"],
    clauses: [CLAUSES["RFC1661-5.2-05"], CLAUSES["RFC1661-5.1-03"]],
    version: 2,
    story:
      "good options in whatever order come back in Configure-Ack in that order, with the request's Identifier, unless the device can do without one of them",
    params: [
      { id: 0, order: "mru,magic" },
      { id: 255, order: "magic,mru" },
    ],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    await climb(given(lcp("Configure-Request")));
    const options = { "mru,magic": [MRU, magic(0x01020304)], "magic,mru": [magic(0x01020304), MRU] }[params.order];
    call.send(lcpPacket.configureRequest(params.id, options));
    const same = { "lcp.options": params.order, "lcp.option.mru": 1500, "lcp.option.magic": 0x01020304 };
    const first = await climb(must(anyOf(lcp("Configure-Ack", same), ...refusals(params.id)), "RFC1661-5.2-02"));
    if (first.text("lcp.code") !== "Configure-Ack") return;
    call.send(lcpPacket.configureRequest(params.id, options));
    await climb(must(lcp("Configure-Ack", { "lcp.id": params.id }), "RFC1661-5.2-05"));
  },
);

conformance(
  {
    id: "rfc1661-0007",
    version: 3,
    clause: CLAUSES["RFC1661-5.2-03"],
    story:
      "a Configure-Ack with an Identifier that the device never used does not open LCP: neither authentication nor IPCP follows",
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    const asked = await climb(given(lcp("Configure-Request")));
    call.send(lcpPacket.configureRequest(1, []));
    await climb(given(lcp("Configure-Ack", { "lcp.id": 1 })));
    // The same packet as Configure-Ack, but for Code and Identifier.
    const { ppp, octets } = { ppp: asked.packet.ppp!, octets: asked.packet.octets };
    const options = octets.slice(ppp.lcp!.dataAt, ppp.lcp!.end);
    call.send(control(PPP.LCP, 2, (asked.number("lcp.id") + 100) & 0xff, options));
    // No echo: a device that answers one in any state breaks RFC 1661 §5.8, not this.
    await silence(never(anyOf(authentication, ipcp("Configure-Request")), "RFC1661-5.2-03"));
  },
);

conformance(
  {
    id: "rfc1661-0008",
    clause: CLAUSES["RFC1661-5-03"],
    clauses: [CLAUSES["RFC1661-6-04"]],
    version: 2,
    story: "octets behind the Length of a Configure-Request are not seen, not even an option among them",
    params: [{ octets: 1 }, { octets: 20 }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    await climb(given(lcp("Configure-Request")));
    const trailing = Uint8Array.from({ length: params.octets }, (_, i) => [200, 2][i % 2]!);
    call.send(lcpPacket.configureRequest(3, [], { tweak: { trailing } }));
    await climb(must(lcp("Configure-Ack", { "lcp.id": 3, "lcp.options": "" }), "RFC1661-5-03"));
  },
);

conformance(
  {
    id: "rfc1661-0009",
    clause: CLAUSES["RFC1661-5-02"],
    story:
      "an Echo-Request whose Length is too short or beyond the frame is dropped in silence; the next good one is answered",
    params: [{ length: 0 }, { length: 3 }, { length: 200 }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway);
    call.send(lcpPacket.echoRequest(8, 0, counted(4), { tweak: { length: params.length } }));
    const cutShort = packet("LCP cut short", { "ppp.name": "LCP", "lcp.code": absent });
    const answers = anyOf(lcp("Echo-Reply", { "lcp.id": 8 }), lcp("Code-Reject"), cutShort);
    await silence(never(answers, "RFC1661-5-02").within(1000));
    call.echo(9);
    await climb(must(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1661-5-02"));
  },
);

conformance(
  {
    id: "rfc1661-0010",
    clause: CLAUSES["RFC1661-5.9-02"],
    story: "a Discard-Request in Opened is dropped in silence, and LCP stays Opened",
    params: [{ octets: 0 }, { octets: 100 }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    call.send(lcpPacket.discardRequest(8, 0, counted(params.octets)));
    const answer = packet("any LCP answer", { "lcp.code": not("Echo-Request"), "lcp.id": 8 });
    await silence(never(anyOf(answer, lcp("Code-Reject")), "RFC1661-5.9-02").within(1000));
    call.echo(9);
    await climb(must(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1661-5.9-02"));
  },
);

conformance(
  {
    id: "rfc1661-0011",
    clause: CLAUSES["RFC1661-5.4-05"],
    version: 3,
    story: "an option that was rejected, not the only one, is not in the device's later requests",
  },
  async ({ bench, climb, silence, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    const asked = await note(may(lcp("Configure-Request", { "lcp.option.magic": not(0) }), "RFC1661-5.4-05"));
    // All that was asked is no proper subset of it (§5.4): a Reject of it may be dropped.
    if (asked === undefined || asked.text("lcp.options") === "magic") return;
    const value = asked.number("lcp.option.magic");
    call.send(lcpPacket.configureReject(asked.number("lcp.id"), [magic(value)]));
    const without = lcp("Configure-Request", { "lcp.id": not(asked.number("lcp.id")) });
    await climb(must(without, "RFC1661-5.4-05"));
    await silence(never(lcp("Configure-Request", { "lcp.option.magic": not(0) }), "RFC1661-5.4-05").within(3000));
  },
);

conformance(
  {
    id: "rfc1661-0012",
    clause: CLAUSES["RFC1661-5.8-03"],
    story: "before LCP is Opened an Echo-Request is dropped, and the negotiation goes on",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await climb(given(lcp("Configure-Request")));
    call.echo(9);
    await silence(never(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1661-5.8-03").within(1000));
    call.begin(caller, gateway);
    await climb(should(lcp("Configure-Ack"), "RFC1661-5.8-03"));
  },
);

conformance(
  {
    id: "rfc1661-0013",
    clause: CLAUSES["RFC1661-4.1-T-OPENED-RCRPLUS"],
    clauses: [CLAUSES["RFC1661-3.4-02"]],
    version: 2,
    story:
      "a good Configure-Request in Opened is acknowledged, and the device asks anew; IPCP is then dropped in silence",
  },
  async ({ bench, climbAll, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(lcpPacket.configureRequest(111, []));
    await climbAll(
      must(lcp("Configure-Ack", { "lcp.id": 111 }), "RFC1661-4.1-T-OPENED-RCRPLUS"),
      must(lcp("Configure-Request"), "RFC1661-3.4-02"),
    );
    call.send(ipcpPacket.configureRequest(112, [{ type: "address", value: "0.0.0.0" }]));
    await silence(never(packet("IPCP packet", { "ipcp.code": present }), "RFC1661-3.4-02").within(1000));
  },
);

conformance(
  {
    id: "rfc1661-0014",
    clause: CLAUSES["RFC1661-6-05"],
    version: 2,
    story:
      "an option that runs past the end makes the whole Configure-Request void: no answer, and the next good one gets one",
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    await climb(given(lcp("Configure-Request")));
    const overlong = { ...MRU, tweak: { length: 200 } };
    call.send(lcpPacket.configureRequest(8, [magic(0x01020304), overlong]));
    const answer = packet("an answer to it", { "lcp.code": not("Configure-Request"), "lcp.id": 8 });
    await silence(never(answer, "RFC1661-6-05").within(1000));
    call.send(lcpPacket.configureRequest(9, []));
    await climb(must(lcp("Configure-Ack", { "lcp.id": 9 }), "RFC1661-6-05"));
  },
);

conformance(
  {
    id: "rfc1661-0015",
    clause: CLAUSES["RFC1661-5.4-01"],
    story: "an option that nobody knows, the only one of its request, gets Configure-Reject, with or without data",
    params: [{ octets: 0 }, { octets: 1 }, { octets: 8 }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(lcpNegotiation, ending);
    await climb(given(lcp("Configure-Request")));
    call.send(lcpPacket.configureRequest(8, [{ type: 200, octets: counted(params.octets) }]));
    await climb(must(lcp("Configure-Reject", { "lcp.id": 8, "lcp.options": "200" }), "RFC1661-5.4-01"));
  },
);
