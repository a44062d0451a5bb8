/** RFC 1661 §4.2 and §4.3: what upper layers learn of the states, and what the events are. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import {
  anyOf,
  authentication,
  echoed,
  echoReply,
  ending,
  ipcp,
  ipcpNegotiation,
  lcp,
  lcpNegotiation,
  otherNcps,
  packet,
  present,
} from "#expect/matchers";
import { control, lcp as lcpPacket, PPP } from "#peer/script";
import { prove } from "./automaton-cells.ts";
import { EVENT_ID, reach } from "./automaton.ts";

const LINK = [lcpNegotiation, authentication, ipcpNegotiation, otherNcps] as const;

conformance(
  {
    id: "rfc1661-0500",
    clause: CLAUSES["RFC1661-4.2-03"],
    clauses: [CLAUSES["RFC1661-4.4-02"]],
    story: "LCP opens: the layers above learn of it, and authentication or IPCP begins",
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    call.begin(caller, gateway);
    await climb(given(lcp("Configure-Ack")));
    await climb(should(anyOf(authentication, ipcp("Configure-Request")), "RFC1661-4.2-03"));
    await note(may(ipcpNegotiation, "RFC1661-4.4-02"));
  },
);

conformance(
  {
    id: "rfc1661-0501",
    version: 2,
    clause: CLAUSES["RFC1661-4.3-07"],
    clauses: [CLAUSES["RFC1661-4.4-03"]],
    story: "LCP is negotiated anew once IPCP is open: IPCP is asked for anew as well",
    waitsMs: 2_000,
  },
  async ({ bench, climb, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    call.ask(8);
    await climb(given(echoed(8, call.id)));
    call.begin(caller, gateway);
    await note(may(authentication, "RFC1661-4.4-03").within(1_000));
    await climb(must(ipcp("Configure-Request"), "RFC1661-4.3-07"));
  },
);

conformance(
  {
    id: "rfc1661-0502",
    clause: CLAUSES["RFC1661-4.2-04"],
    version: 2,
    story: "LCP is negotiated anew and not yet open again: a ping in the meantime is not answered",
    background: ["data"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK);
    await call.openIp(caller, gateway);
    await call.carries();
    call.stop();
    call.send(lcpPacket.configureRequest(EVENT_ID, []));
    await climb(given(lcp("Configure-Ack", { "lcp.id": EVENT_ID })));
    call.ping(7, 1);
    await silence(never(echoReply({ "inner.icmp.id": 7 }), "RFC1661-4.2-04").within(1_000));
  },
);

conformance(
  {
    id: "rfc1661-0503",
    clause: CLAUSES["RFC1661-4.3-01"],
    needs: ["lns"],
    story: "a login with a wrong password: the device terminates the link, or ends the call",
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    await call.openLcp({ ...caller, password: `${caller.password}-wrong` }, gateway);
    await climb(should(ending, "RFC1661-4.3-01"));
  },
);

conformance(
  {
    id: "rfc1661-0504",
    clause: CLAUSES["RFC1661-4.3-02"],
    clauses: [CLAUSES["RFC1661-4.2-04"]],
    story:
      "a new Configure-Request in Opened: the device acknowledges, asks anew and lets go of all above; the bench's Ack opens LCP",
    version: 2,
    waitsMs: 12_000,
  },
  async (context) => {
    const a = (await reach(context, "Opened", "RFC1661-4.3-02"))!;
    a.ask(EVENT_ID);
    const [, request] = await context.climbAll(
      must(a.of("Configure-Ack", { "lcp.id": EVENT_ID }), "RFC1661-4.3-02"),
      must(a.request, "RFC1661-4.3-02"),
    );
    a.asked = request!;
    await a.leavesOpened();
    await a.nextRequest("RFC1661-4.3-02");
    a.acknowledge();
    await a.opens("RFC1661-4.3-02");
  },
);

conformance(
  {
    id: "rfc1661-0505",
    clause: CLAUSES["RFC1661-4.3-04"],
    story: "Terminate-Request while LCP is negotiated: the next good Configure-Request is acknowledged all the same",
    waitsMs: 5_000,
  },
  async (context) => {
    const a = (await reach(context, "Req-Sent", "RFC1661-4.3-04"))!;
    a.call.send(lcpPacket.terminateRequest(EVENT_ID));
    await context.climb(given(a.of("Terminate-Ack")));
    await a.agree("RFC1661-4.3-04");
  },
);

conformance(
  {
    id: "rfc1661-0506",
    clause: CLAUSES["RFC1661-4.3-04"],
    story:
      "LCP is open and terminated: one of the requests of the next Restart times is acknowledged, or the call ends",
    waitsMs: 18_000,
  },
  async (context) => {
    const a = (await reach(context, "Stopping", "RFC1661-4.3-04"))!;
    a.ask(EVENT_ID);
    for (let id = 1; id <= 6; id++) {
      await context.elapse(a.restartMs / 2);
      a.ask(id, { behind: true });
    }
    await context.climb(must(anyOf(a.of("Configure-Ack"), a.gone), "RFC1661-4.3-04").within(4 * a.restartMs));
  },
);

conformance(
  {
    id: "rfc1661-0507",
    clause: CLAUSES["RFC1661-4.3-05"],
    story: "the bench rejects the protocol IPCP: a second later the device sends no more of it; it may end the link",
    waitsMs: 10_000,
  },
  async ({ bench, climb, silence, elapse, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(...LINK, ending);
    await call.openLcp(caller, gateway, { byHand: ["IPCP"] });
    const asked = await climb(given(ipcp("Configure-Request")));
    const { at, end } = asked.packet.ppp!.ipcp!;
    call.send(lcpPacket.protocolReject(EVENT_ID, PPP.IPCP, asked.packet.octets.slice(at, end)));
    await elapse(1_000);
    call.echo(9);
    await silence(never(packet("any IPCP", { "ipcp.code": present }), "RFC1661-4.3-05").within(7_000));
  },
);

const STATES = ["Req-Sent", "Ack-Rcvd", "Ack-Sent", "Opened"] as const;

conformance(
  {
    id: "rfc1661-0508",
    clause: CLAUSES["RFC1661-4.3-06"],
    story: "Ack, Nak and Reject with a foreign Identifier, and an Ack of other options: no answer, and the state stays",
    params: STATES.map((state) => ({ state })),
    waitsMs: 10_000,
  },
  async (context) => {
    const { bench, silence, params } = context;
    const a = (await reach(context, params.state, "RFC1661-4.3-06"))!;
    const id = a.asked.number("lcp.id");
    const foreign = (id + 100) & 0xff;
    const options = a.requestedOptions;
    const others = Uint8Array.of(...options.slice(0, -1), options.at(-1)! ^ 0x01);
    bench.burst(() => {
      for (const code of [2, 3, 4]) a.call.send(control(PPP.LCP, code, foreign, options));
      a.call.send(control(PPP.LCP, 2, id, others));
    });
    await silence(never(anyOf(a.replies(), a.request), "RFC1661-4.3-06").within(a.restartMs / 4));
    await prove(a, params.state === "Opened" ? "still open" : params.state, "RFC1661-4.3-06");
  },
);
