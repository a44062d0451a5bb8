/** RFC 1661 §3.7, §5.5 and §5.6: how a link ends. The device closes it by itself when its Configure-Request is not understood. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  anyOf,
  authentication,
  control,
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
  redial,
} from "#expect/matchers";
import { fromHex, ip, ipcp as ipcpPacket, lcp as lcpPacket, pap as papPacket } from "#peer/script";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;
/** Code-Reject of a Configure-Request: without that code there is no LCP. */
const FATAL = lcpPacket.codeReject(5, fromHex("01010004"));
const TERMINATE = lcp("Terminate-Request");
/** The call ends, alone or with its tunnel. */
const HANGS_UP = anyOf(control("CDN"), control("StopCCN"));
/** A tunnel without calls may go too, and a LAC may dial again. */
const AROUND = [control("StopCCN"), redial] as const;
const DISCONNECTS_WITHIN_MS = 10_000;
const REPEATS_WITHIN_MS = 12_000;
/** Max-Terminate may be ten, a Restart time 3 s. */
const GIVES_UP_WITHIN_MS = 40_000;

const ANY_IPCP_ANSWER = packet("IPCP packet", {
  "ipcp.code": oneOf("Configure-Request", "Configure-Ack", "Configure-Nak", "Configure-Reject", "Terminate-Ack"),
});
const NETWORK_DATA = packet("network data", { "inner.ip.src": present });

const STRANGERS = {
  ipcp: ipcpPacket.configureRequest(77, [{ type: "address", value: "0.0.0.0" }]),
  ip: ip.ping("172.31.255.1", "172.16.1.1", 7, 1),
  pap: papPacket.request(77, "hb@hb", "guess"),
} as const;

conformance(
  {
    id: "rfc1661-0630",
    clause: CLAUSES["RFC1661-5.6-02"],
    story: "told that its Configure-Request is not understood, the device gives the link up",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ...AROUND, ending);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(FATAL);
    await climb(should(anyOf(TERMINATE, HANGS_UP), "RFC1661-5.6-02"));
  },
);

conformance(
  {
    id: "rfc1661-0631",
    clause: CLAUSES["RFC1661-5.5-01"],
    clauses: [CLAUSES["RFC1661-3.7-01"]],
    story: "a device that gives the link up says so by Terminate-Request, and ends the call once that is acknowledged",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ...AROUND, ending);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(FATAL);
    const end = await climb(should(TERMINATE, "RFC1661-5.5-01"));
    call.send(lcpPacket.terminateAck(end.number("lcp.id")));
    await climb(should(HANGS_UP, "RFC1661-3.7-01").within(DISCONNECTS_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc1661-0632",
    clause: CLAUSES["RFC1661-5.5-02"],
    clauses: [
      CLAUSES["RFC1661-3.7-02"],
      CLAUSES["RFC1661-5.5-01"],
      CLAUSES["RFC1661-5.5-05"],
      CLAUSES["RFC1661-5.5-04"],
    ],
    version: 3,
    story: "a Terminate-Request without an answer is repeated some times, and then the device ends the call",
    waitsMs: 40_000,
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ...AROUND, ending);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(FATAL);
    const first = await climb(should(TERMINATE, "RFC1661-5.5-01"));
    const same = lcp("Terminate-Request", { "lcp.id": first.number("lcp.id") });
    // By default there are two in all (§4.6), so the second one tells both.
    const again = await note(may(same, "RFC1661-5.5-05").within(REPEATS_WITHIN_MS));
    if (again === undefined) await climb(should(TERMINATE, "RFC1661-5.5-02").within(REPEATS_WITHIN_MS));
    await climb(should(HANGS_UP, "RFC1661-3.7-02").within(GIVES_UP_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc1661-0633",
    clause: CLAUSES["RFC1661-5.5-09"],
    clauses: [CLAUSES["RFC1661-5.5-01"]],
    version: 2,
    story:
      "a Terminate-Ack with an Identifier that the device never used is taken, or the request is repeated: it does not get stuck, and answers a new request at the latest",
    waitsMs: 4000,
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ...AROUND, ending);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(FATAL);
    const end = await climb(should(TERMINATE, "RFC1661-5.5-01"));
    call.send(lcpPacket.terminateAck((end.number("lcp.id") + 100) & 0xff));
    const goesOn = may(anyOf(TERMINATE, HANGS_UP), "RFC1661-5.5-09").within(REPEATS_WITHIN_MS);
    if ((await note(goesOn)) !== undefined) return;
    // Max-Terminate may be one, and the call of a link that is down may stay (§4.4).
    call.send(lcpPacket.configureRequest(201, []));
    const answers = packet("LCP packet", { "lcp.code": present });
    await climb(must(anyOf(answers, HANGS_UP), "RFC1661-5.5-09"));
  },
);

conformance(
  {
    id: "rfc1661-0634",
    clause: CLAUSES["RFC1661-3.7-04"],
    version: 3,
    story:
      "after its Terminate-Ack the device keeps the call for one Restart time, which its own repeats of a request tell",
    waitsMs: 8000,
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    // It may hang up once that time is over.
    allow(...LINK, ...AROUND, HANGS_UP);
    const first = await climb(given(lcp("Configure-Request")));
    const repeat = await climb(given(lcp("Configure-Request")).within(REPEATS_WITHIN_MS));
    await call.openLcp(caller, gateway);
    call.stop();
    call.send(lcpPacket.terminateRequest(200));
    await climb(given(lcp("Terminate-Ack", { "lcp.id": 200 })));
    await silence(never(HANGS_UP, "RFC1661-3.7-04").within(0.75 * repeat.msAfter(first)));
  },
);

conformance(
  {
    id: "rfc1661-0635",
    clause: CLAUSES["RFC1661-3.7-06"],
    story: "after its Terminate-Ack the device drops anything but LCP in silence, known to it or not",
    params: [{ sent: "ipcp" }, { sent: "ip" }, { sent: "pap" }],
  },
  async ({ bench, climb, silence, allow, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ...AROUND, ending, ipcp("Terminate-Request"));
    await call.openIp(caller, gateway);
    call.stop();
    call.send(lcpPacket.terminateRequest(200));
    await climb(given(lcp("Terminate-Ack", { "lcp.id": 200 })));
    call.send(STRANGERS[params.sent]);
    const answers = anyOf(ANY_IPCP_ANSWER, NETWORK_DATA, authentication, lcp("Protocol-Reject"), lcp("Code-Reject"));
    await silence(never(answers, "RFC1661-3.7-06").within(800));
  },
);

conformance(
  {
    id: "rfc1661-0636",
    clause: CLAUSES["RFC1661-3.7-07"],
    story: "the end of LCP is the end of IPCP and IP too: a ping behind Terminate-Request gets no reply",
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ...AROUND, ending, ipcp("Terminate-Request"));
    await call.openIp(caller, gateway);
    await call.carries();
    call.stop();
    call.send(lcpPacket.terminateRequest(200));
    await climb(given(lcp("Terminate-Ack", { "lcp.id": 200 })));
    call.ping(7, 1);
    await silence(never(anyOf(echoReply({ "inner.icmp.id": 7 }), ANY_IPCP_ANSWER), "RFC1661-3.7-07").within(800));
  },
);

conformance(
  {
    id: "rfc1661-0637",
    clause: CLAUSES["RFC1661-3.7-05"],
    needs: ["lns"],
    version: 2,
    story: "when PPP and the call have ended a new call begins with LCP anew",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending, control("StopCCN"));
    await call.openIp(caller, gateway);
    call.stop();
    call.send(lcpPacket.terminateRequest(200));
    await climb(given(lcp("Terminate-Ack", { "lcp.id": 200 })));
    await tunnel.acknowledged(tunnel.hangUp(call));
    // The tunnel may go with its last call.
    const again = await (await bench.open()).call();
    await climb(should(lcp("Configure-Request", { "l2tp.sessionId": again.id }), "RFC1661-3.7-05"));
  },
);

conformance(
  {
    id: "rfc1661-0638",
    clause: CLAUSES["RFC1661-3.7-03"],
    story: "asked to terminate, the device leaves it to the other end to end the call",
    waitsMs: 6000,
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ...AROUND);
    await call.openIp(caller, gateway);
    call.stop();
    call.send(lcpPacket.terminateRequest(200));
    await climb(given(lcp("Terminate-Ack", { "lcp.id": 200 })));
    await silence(never(HANGS_UP, "RFC1661-3.7-03").within(6000));
  },
);
