/** RFC 1661 §6.5 and §6.6: short forms of Protocol, Address and Control, each way by itself. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import {
  anyOf,
  authentication,
  echoReply,
  ending,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  oneOf,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { fromHex, ip, lcp as lcpPacket, type PppFrameOptions } from "#peer/script";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
const REQUEST = lcp("Configure-Request");
const ASKS_PFC = lcp("Configure-Request", { "lcp.option.pfc": present });
const ASKS_ACFC = lcp("Configure-Request", { "lcp.option.acfc": present });
const SHORT: PppFrameOptions = { compressProtocol: true };
const BARE: PppFrameOptions = { addressControl: false };
const PING_ID = 7;
const pong = (seq: number, fields = {}) => echoReply({ "inner.icmp.id": PING_ID, "inner.icmp.seq": seq, ...fields });
const answer = (id: number) =>
  packet("LCP answer", { "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"), "lcp.id": id });

conformance(
  {
    id: "rfc1661-0760",
    version: 2,
    clause: CLAUSES["RFC1661-6.5-03"],
    clauses: [CLAUSES["RFC1661-6.5-05"]],
    story: "a device that may be sent the protocol in one octet takes it in one and in two, and tells no difference",
    waitsMs: 10_000,
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    if ((await note(may(ASKS_PFC, "RFC1661-6.5-03"))) === undefined) return;
    await call.openIp(caller, gateway);
    await call.carries();
    const { local, remote } = call.addresses;
    call.send(ip.ping(local, remote, PING_ID, 1, SHORT));
    await climb(must(pong(1), "RFC1661-6.5-03"));
    call.ping(PING_ID, 2);
    await climb(must(pong(2), "RFC1661-6.5-03"));
    call.send(ip.ping(local, remote, PING_ID, 3, SHORT));
    await climb(must(pong(3), "RFC1661-6.5-05"));
  },
);

conformance(
  {
    id: "rfc1661-0761",
    clause: CLAUSES["RFC1661-6.5-04"],
    clauses: [CLAUSES["RFC1661-6.6-03"]],
    story: "whatever short forms the bench may be sent, LCP keeps its protocol of two octets",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway, { ppp: { pfc: true, acfc: true } });
    call.echo(9);
    await climb(must(lcp("Echo-Reply", { "lcp.id": 9, "ppp.protocolLength": 2 }), "RFC1661-6.5-04"));
  },
);

conformance(
  {
    id: "rfc1661-0762",
    clause: CLAUSES["RFC1661-6.5-07"],
    story: "asked for short protocols the device may use them where it has agreed, and not where it has refused",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    call.begin(caller, gateway, { ppp: { pfc: true } });
    const ack = await climb(given(lcp("Configure-Ack")));
    const agreed = ack.field("lcp.option.pfc") !== undefined;
    await call.ipOpened();
    await call.carries();
    call.ping(PING_ID, 1);
    await climb(must(pong(1, { "ppp.protocolLength": agreed ? oneOf(1, 2) : 2 }), "RFC1661-6.5-07"));
  },
);

conformance(
  {
    id: "rfc1661-0763",
    clause: CLAUSES["RFC1661-6.5-08"],
    clauses: [CLAUSES["RFC1661-6.6-06"], CLAUSES["RFC1661-6-03"]],
    story:
      "what was agreed on ends with its negotiation: without short forms in the second one, the long ones are back",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    const asked = await climb(given(REQUEST));
    await call.openIp(caller, gateway, { ppp: { pfc: true, acfc: true } });
    await call.carries();
    call.begin(caller, gateway);
    await climb(given(lcp("Configure-Ack", { "lcp.options": "" })));
    await call.ipOpened();
    await call.carries();
    call.ping(PING_ID, 1);
    await climb(must(pong(1, { "ppp.protocolLength": 2 }), "RFC1661-6.5-08"));
    // Who sends no FF 03 at all has none to go back to.
    const full = asked.get("ppp.addressControl");
    call.ping(PING_ID, 2);
    await climb(must(pong(2, { "ppp.addressControl": full }), "RFC1661-6.6-06"));
    call.ping(PING_ID, 3);
    await climb(must(pong(3, { "ppp.addressControl": full, "ppp.protocolLength": 2 }), "RFC1661-6-03"));
  },
);

conformance(
  {
    id: "rfc1661-0764",
    clause: CLAUSES["RFC1661-6.6-02"],
    story: "whether a device that has not asked for it takes frames without FF 03 is written down; the link stays open",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    call.send(lcpPacket.echoRequest(8, 0, undefined, BARE));
    await note(may(lcp("Echo-Reply", { "lcp.id": 8 }), "RFC1661-6.6-02"));
    call.echo(9);
    await climb(given(lcp("Echo-Reply", { "lcp.id": 9 })));
  },
);

conformance(
  {
    id: "rfc1661-0765",
    version: 2,
    clause: CLAUSES["RFC1661-6.6-04"],
    clauses: [CLAUSES["RFC1662-3.2-03"], CLAUSES["RFC1662-3.1-01"]],
    story: "a device that may be sent frames without FF 03 tells them by their first octets, and takes both kinds",
    waitsMs: 10_000,
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    if ((await note(may(ASKS_ACFC, "RFC1661-6.6-04"))) === undefined) return;
    await call.openIp(caller, gateway);
    await call.carries();
    const { local, remote } = call.addresses;
    call.send(ip.ping(local, remote, PING_ID, 1, BARE));
    await climb(must(pong(1), "RFC1661-6.6-04"));
    call.ping(PING_ID, 2);
    await climb(must(pong(2), "RFC1662-3.1-01"));
    call.send(ip.ping(local, remote, PING_ID, 3, BARE));
    await climb(must(pong(3), "RFC1662-3.2-03"));
  },
);

conformance(
  {
    id: "rfc1661-0766",
    clause: CLAUSES["RFC1661-6.6-07"],
    story: "with both short forms acknowledged the reply to a ping comes in one of the four forms that there are",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway, { ppp: { pfc: true, acfc: true } });
    await call.carries();
    call.ping(PING_ID, 1);
    await climb(must(pong(1), "RFC1661-6.6-07"));
  },
);

conformance(
  {
    id: "rfc1661-0767",
    clause: CLAUSES["RFC1661-5.3-03"],
    story: "an option without a value is acknowledged or rejected, but not naked: there is nothing to propose",
    params: [{ option: "pfc" }, { option: "acfc" }],
  },
  async ({ bench, climb, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [{ type: params.option }]));
    const right = anyOf(lcp("Configure-Ack", { "lcp.id": 101 }), lcp("Configure-Reject", { "lcp.id": 101 }));
    await climb(must(right, "RFC1661-5.3-03"));
  },
);

conformance(
  {
    id: "rfc1661-0768",
    clause: CLAUSES["RFC1661-6.5-06"],
    story: "an option for short protocols with an octet of data is not acknowledged",
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, answer(101), ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [{ type: 7, octets: fromHex("00") }]));
    await silence(never(lcp("Configure-Ack", { "lcp.id": 101 }), "RFC1661-6.5-06").within(1000));
  },
);

conformance(
  {
    id: "rfc1661-0769",
    clause: CLAUSES["RFC1661-6.6-05"],
    story: "an option for short addresses with an octet of data is not acknowledged",
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, answer(101), ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [{ type: 8, octets: fromHex("00") }]));
    await silence(never(lcp("Configure-Ack", { "lcp.id": 101 }), "RFC1661-6.6-05").within(1000));
  },
);
