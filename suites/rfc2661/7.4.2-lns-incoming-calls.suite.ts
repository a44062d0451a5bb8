/** RFC 2661 §7.4.2: the rows of an LNS's state table for incoming calls that a wire can show. */
import { conformance, type Call } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { acks, anyOf, control, data, disconnected, echoed, nonZero, stopped } from "#expect/matchers";
import { cdn, fromHex, iccn, icrp, icrq, lcp as lcpPacket, unknownAvp, type ControlMessage } from "#peer/script";
import { lcpReply } from "./lcp-reply.ts";
import { ends, WHOLE_TUNNEL } from "./misplaced-request.ts";

const UNKNOWN_MANDATORY = unknownAvp(0, 0xfff0, fromHex("00 01"), { m: 1 });

/** Messages of a call, with the id that the bench gives to a call where they bear one. */
const OF_CALL: Readonly<Record<string, (assignedSessionId: number) => ControlMessage>> = {
  ICRP: (assignedSessionId) => icrp({ assignedSessionId }),
  ICCN: () => iccn(),
};

conformance(
  {
    id: "rfc2661-1320",
    clause: CLAUSES["RFC2661-7.4.2-02"],
    needs: ["lns"],
    story: "idle, ICRQ with an unknown M=1 AVP: CDN and no ICRP, and another call of the tunnel goes on",
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, note, caller, gateway }) => {
    const tunnel = await bench.open();
    const other = await tunnel.call();
    await other.openLcp(caller, gateway);
    const call = tunnel.newCall();
    tunnel.send(icrq({ assignedSessionId: call.id }, [UNKNOWN_MANDATORY]));
    await climb(must(disconnected(tunnel.id, [call.id]), "RFC2661-7.4.2-02").or(stopped(tunnel.id), WHOLE_TUNNEL));
    await silence(never(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-7.4.2-02").within(2_000));
    other.echo(9);
    await note(may(echoed(9, other.id), "RFC2661-5.6-01"));
  },
);

conformance(
  {
    id: "rfc2661-1321",
    clause: CLAUSES["RFC2661-7.4.2-03"],
    needs: ["lns"],
    story:
      "idle, ICRP for a call that nobody asked for: it is acknowledged, by a CDN or otherwise, and connects nothing",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    const ns = tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: bench.newId() });
    allow(stopped(tunnel.id), control("CDN"));
    await silence(never(anyOf(control("ICCN"), control("OCCN"), data()), "RFC2661-7.4.2-03"));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.4.2-03"));
  },
);

conformance(
  {
    id: "rfc2661-1322",
    clause: CLAUSES["RFC2661-7.4.2-04"],
    needs: ["lns"],
    story: "idle, ICCN for a call that nobody asked for: it is acknowledged, and no session is there for LCP",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const sessionId = bench.newId();
    allow(stopped(tunnel.id), control("CDN"));
    let ns = 0;
    bench.burst(() => {
      ns = tunnel.send(iccn(), { sessionId });
      tunnel.newCall().sendTo(sessionId, lcpPacket.configureRequest(1, []));
    });
    await silence(never(data(), "RFC2661-7.4.2-04"));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.4.2-04"));
  },
);

conformance(
  {
    id: "rfc2661-1323",
    clause: CLAUSES["RFC2661-7.4.2-05"],
    clauses: [CLAUSES["RFC2661-5.2.1-01"]],
    needs: ["lns"],
    story: "wait-connect, acceptable ICCN: it is acknowledged, and LCP in the session is answered",
    background: ["ppp"],
    version: 2,
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.granted();
    const ns = tunnel.send(iccn(), { sessionId: call.peerId });
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.2.1-01"));
    // What comes before PPP is ready may be lost, and what is asked for may be refused: it is asked until it is answered.
    call.begin(caller, gateway);
    await climb(must(lcpReply({ "l2tp.sessionId": call.id }), "RFC2661-7.4.2-05"));
  },
);

conformance(
  {
    id: "rfc2661-1324",
    clause: CLAUSES["RFC2661-7.4.2-06"],
    needs: ["lns"],
    story: "wait-connect, ICCN with an unknown M=1 AVP: CDN, and LCP in the session is not answered",
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.open();
    const call = await tunnel.granted();
    tunnel.send(iccn({}, [UNKNOWN_MANDATORY]), { sessionId: call.peerId });
    await climb(must(disconnected(tunnel.id, [call.id]), "RFC2661-7.4.2-06").or(stopped(tunnel.id), WHOLE_TUNNEL));
    call.send(lcpPacket.configureRequest(1, []));
    await silence(never(data(), "RFC2661-7.4.2-06").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1325",
    clause: CLAUSES["RFC2661-7.4.2-07"],
    needs: ["lns"],
    story: "wait-connect, ICRQ or ICRP for the granted call: CDN, and an ICCN behind it opens nothing",
    params: [{ message: "ICRQ" }, { message: "ICRP" }],
    version: 2,
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, note, allow, params: { message } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.granted();
    const named = tunnel.newCall();
    const clause = "RFC2661-7.4.2-07";
    if (message === "ICRQ") {
      if (!(await ends({ climb, note, allow }, { type: "ICRQ", call, named, clause }))) return;
    } else {
      tunnel.send(icrp({ assignedSessionId: named.id }), { sessionId: call.peerId });
      await climb(must(disconnected(tunnel.id, [call.id, named.id]), clause).or(stopped(tunnel.id), WHOLE_TUNNEL));
    }
    allow(control("CDN"), stopped(tunnel.id));
    bench.burst(() => {
      tunnel.send(iccn(), { sessionId: call.peerId });
      call.send(lcpPacket.configureRequest(1, []));
    });
    await silence(never(data(), clause).within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1326",
    clause: CLAUSES["RFC2661-7.4.2-08"],
    needs: ["lns"],
    story: "wait-connect, CDN: it is acknowledged, and an ICCN behind it opens nothing",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.granted();
    await climb(must(acks(tunnel.hangUp(call), { tunnel: tunnel.id }), "RFC2661-7.4.2-08"));
    allow(control("CDN"), stopped(tunnel.id));
    bench.burst(() => {
      tunnel.send(iccn(), { sessionId: call.peerId });
      call.send(lcpPacket.configureRequest(1, []));
    });
    await silence(never(data(), "RFC2661-7.4.2-08"));
  },
);

conformance(
  {
    id: "rfc2661-1327",
    clause: CLAUSES["RFC2661-7.4.2-08"],
    needs: ["lns"],
    story: "established, CDN: it is acknowledged, and an LCP echo of the call is answered no more",
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, note, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(stopped(tunnel.id));
    await call.openLcp(caller, gateway);
    await climb(must(acks(tunnel.hangUp(call), { tunnel: tunnel.id }), "RFC2661-7.4.2-08"));
    await note(may(disconnected(tunnel.id, [call.id]), "RFC2661-6.12-06").within(500));
    call.stop();
    await call.echoAfterEnd(9);
    await silence(never(echoed(9, call.id), "RFC2661-7.4.2-08"));
  },
);

conformance(
  {
    id: "rfc2661-1328",
    version: 2,
    clause: CLAUSES["RFC2661-7.4.2-08"],
    needs: ["lns"],
    story: "idle, CDN for a call that nobody asked for: it is acknowledged, and the call beside it goes on",
    background: ["ppp"],
    waitsMs: 500,
  },
  async ({ bench, climb, note, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway);
    const ns = tunnel.send(cdn({ assignedSessionId: bench.newId() }), { sessionId: bench.newId() });
    // §7.1 allows clearing for what is invalid.
    if ((await note(may(stopped(tunnel.id), "RFC2661-7.4.2-08").within(500))) !== undefined) return;
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.4.2-08"));
    call.ask(9);
    await climb(must(echoed(9, call.id), "RFC2661-7.4.2-08"));
  },
);

conformance(
  {
    id: "rfc2661-1329",
    clause: CLAUSES["RFC2661-7.4.2-09"],
    needs: ["lns", "hang-up"],
    story: "wait-connect or established, the LNS is told to end the call: CDN with the IDs of both ends",
    params: [{ state: "wait-connect" }, { state: "established" }],
    background: ["ppp"],
  },
  async ({ bench, climb, allow, params: { state } }) => {
    const tunnel = await bench.open();
    const call = await (state === "established" ? tunnel.call() : tunnel.granted());
    await bench.deviceHangsUp();
    const end = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id, "avp.assignedSessionId": call.peerId };
    await climb(
      must(control("CDN", end), "RFC2661-7.4.2-09").or(stopped(tunnel.id), "the whole tunnel is cleared with the call"),
    );
    allow(stopped(tunnel.id));
  },
);

conformance(
  {
    id: "rfc2661-1330",
    clause: CLAUSES["RFC2661-7.4.2-10"],
    needs: ["lns"],
    story: "established, ICRQ, ICRP or a second ICCN for the call: CDN",
    params: [{ message: "ICRQ" }, { message: "ICRP" }, { message: "ICCN" }],
    background: ["ppp"],
    version: 2,
  },
  async ({ bench, climb, note, allow, params: { message } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    const named = tunnel.newCall();
    const clause = "RFC2661-7.4.2-10";
    allow(stopped(tunnel.id));
    if (message === "ICRQ") {
      await ends({ climb, note, allow }, { type: "ICRQ", call, named, clause });
      return;
    }
    tunnel.send(OF_CALL[message]!(named.id), { sessionId: call.peerId });
    await climb(must(disconnected(tunnel.id, [call.id, named.id]), clause).or(stopped(tunnel.id), WHOLE_TUNNEL));
  },
);

conformance(
  {
    id: "rfc2661-1331",
    version: 2,
    clause: CLAUSES["RFC2661-7.4.2-10"],
    needs: ["lns"],
    story: "established, the ICCN of the set-up comes once more: it is acknowledged, and the call goes on",
    background: ["ppp"],
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.granted();
    const ns = tunnel.send(iccn(), { sessionId: call.peerId });
    await climb(given(acks(ns, { tunnel: tunnel.id })));
    await call.openLcp(caller, gateway);
    tunnel.resend(ns);
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.4.2-10"));
    call.ask(9);
    await climb(must(echoed(9, call.id), "RFC2661-7.4.2-10"));
  },
);

conformance(
  {
    id: "rfc2661-1332",
    clause: CLAUSES["RFC2661-7.4-01"],
    clauses: [CLAUSES["RFC2661-5.3-01"]],
    needs: ["lns"],
    story:
      "sixteen calls are asked for in one tunnel: each gets an ICRP with an ID that is not 0, or a CDN, as the LNS may; which of them one more gets is written down",
    version: 2,
  },
  async ({ bench, note, climb }) => {
    const tunnel = await bench.open();
    const outcome = (call: Call) => {
      const granted = control("ICRP", { "l2tp.sessionId": call.id, "avp.assignedSessionId": nonZero });
      return anyOf(granted, disconnected(tunnel.id, [call.id]), stopped(tunnel.id));
    };
    for (let i = 0; i < 16; i++) {
      const answer = await climb(must(outcome(tunnel.ask()), "RFC2661-5.3-01"));
      if (answer.text("l2tp.type") === "StopCCN") return;
    }
    await note(may(outcome(tunnel.ask()), "RFC2661-7.4-01"));
  },
);
