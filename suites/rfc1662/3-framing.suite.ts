/** RFC 1662 as far as L2TP carries it: Address, Control, and the character map that nobody needs here. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import {
  authentication,
  ending,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  oneOf,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { avpOf, fromHex, hex, lcp as lcpPacket } from "#peer/script";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
const REQUEST = lcp("Configure-Request");
const answer = (id: number) =>
  packet("LCP answer", { "lcp.code": oneOf("Configure-Ack", "Configure-Nak", "Configure-Reject"), "lcp.id": id });
const SYNCHRONOUS = 1;
const accm = (value: number) => ({ type: "accm", value }) as const;

conformance(
  {
    id: "rfc1662-0001",
    clause: CLAUSES["RFC1662-3.1-01"],
    story: "frames for all stations, FF 03 in front, are taken, also when the bench may be sent them without",
    params: [{ acfc: false }, { acfc: true }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway, { ppp: { acfc: params.acfc } });
    call.echo(9);
    await climb(must(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1662-3.1-01"));
  },
);

conformance(
  {
    id: "rfc1662-0002",
    clause: CLAUSES["RFC1662-3.1-02"],
    story:
      "a frame for another Address is none for LCP: its Echo-Request is not answered, though its start may be rejected as a protocol",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, lcp("Protocol-Reject"));
    await call.openIp(caller, gateway);
    call.send(lcpPacket.echoRequest(8, 0, undefined, { addressControl: fromHex("fe03") }));
    await silence(never(lcp("Echo-Reply", { "lcp.id": 8 }), "RFC1662-3.1-02").within(1000));
    call.echo(9);
    await climb(given(lcp("Echo-Reply", { "lcp.id": 9 })));
  },
);

conformance(
  {
    id: "rfc1662-0003",
    clause: CLAUSES["RFC1662-3.1-03"],
    story:
      "a frame with another Control is none for LCP: its Echo-Request is not answered, though its start may be rejected as a protocol",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, lcp("Protocol-Reject"));
    await call.openIp(caller, gateway);
    call.send(lcpPacket.echoRequest(8, 0, undefined, { addressControl: fromHex("ff13") }));
    await silence(never(lcp("Echo-Reply", { "lcp.id": 8 }), "RFC1662-3.1-03").within(1000));
    call.echo(9);
    await climb(given(lcp("Echo-Reply", { "lcp.id": 9 })));
  },
);

conformance(
  {
    id: "rfc1662-0004",
    clause: CLAUSES["RFC1662-6-01"],
    version: 2,
    story: "on a synchronous call every character map is acknowledged, since nobody has to map anything",
    params: [{ map: 0 }, { map: 0x000a0000 }, { map: 0xffffffff }],
  },
  async ({ bench, climb, note, allow, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call({ iccn: [avpOf("framingType", SYNCHRONOUS)] });
    allow(REQUEST, ending);
    // Who has told of no synchronous line may refuse the call (RFC 2661 §4.4.3).
    if ((tunnel.framing & SYNCHRONOUS) !== 0) await climb(given(REQUEST));
    else if ((await note(may(REQUEST, "RFC1662-6-01"))) === undefined) return;
    call.send(lcpPacket.configureRequest(101, [accm(params.map)]));
    const ack = lcp("Configure-Ack", { "lcp.id": 101, "lcp.option.accm": params.map });
    await climb(must(ack, "RFC1662-6-01").or(answer(101), "no synchronous implementation"));
  },
);

conformance(
  {
    id: "rfc1662-0005",
    clause: CLAUSES["RFC1662-6-02"],
    version: 2,
    story: "whatever map the device has acknowledged, the data of its Echo-Replies bear no escapes",
    params: [{ map: 0 }, { map: 0x000a0000 }, { map: 0xffffffff }],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openLcp(caller, gateway, { ppp: { accm: params.map } });
    const octets = fromHex("0011137d7e1f");
    call.send(lcpPacket.echoRequest(9, 0, octets));
    // Nothing says that the data have to come back (RFC 1661 §5.8).
    await climb(must(lcp("Echo-Reply", { "lcp.id": 9, "lcp.data": oneOf(hex(octets), "") }), "RFC1662-6-02"));
  },
);

conformance(
  {
    id: "rfc1662-0006",
    clause: CLAUSES["RFC1662-7.1-02"],
    clauses: [CLAUSES["RFC1662-7.1-03"]],
    story: "a character map of three octets is not acknowledged; a whole one gets an answer",
  },
  async ({ bench, climb, silence, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(REQUEST, answer(101), ending);
    await climb(given(REQUEST));
    call.send(lcpPacket.configureRequest(101, [{ type: 2, octets: fromHex("000000") }]));
    await silence(never(lcp("Configure-Ack", { "lcp.id": 101 }), "RFC1662-7.1-02").within(1000));
    call.send(lcpPacket.configureRequest(102, [accm(0x000a0000)]));
    await note(may(answer(102), "RFC1662-7.1-03"));
  },
);

conformance(
  {
    id: "rfc1662-0007",
    clause: CLAUSES["RFC1662-A-01"],
    story: "which of the options for a fast link the device's first request has is written down",
  },
  async ({ bench, note, allow }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    allow(REQUEST);
    await note(may(lcp("Configure-Request", { "lcp.option.magic": present }), "RFC1662-A-01"));
  },
);

conformance(
  {
    id: "rfc1662-0008",
    clause: CLAUSES["RFC1662-3.2-04"],
    story: "protocol 00ff, which nobody has, is rejected or dropped, and does no harm to the link",
    params: [
      { octets: "ff0300ff03" },
      { octets: "ff03ff03" },
      { octets: "ff0300" },
      { octets: "ff03" },
      { octets: "ff" },
    ],
  },
  async ({ bench, climb, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, lcp("Protocol-Reject"));
    await call.openIp(caller, gateway);
    call.send(fromHex(params.octets));
    call.echo(9);
    await climb(must(lcp("Echo-Reply", { "lcp.id": 9 }), "RFC1662-3.2-04"));
  },
);
