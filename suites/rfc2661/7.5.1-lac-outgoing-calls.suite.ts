/** RFC 2661 §7.5.1: the rows of a LAC's state table for outgoing calls that a wire can show. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must, never } from "#expect/ladder";
import { acks, anyOf, control, disconnected, echoed, lcp, nonZero, oneOf, redial, stopped } from "#expect/matchers";
import { cdn, fromHex, occn, ocrp, unknownAvp, type ControlMessage } from "#peer/script";
import { ends, WHOLE_TUNNEL } from "./misplaced-request.ts";

const UNKNOWN_MANDATORY = unknownAvp(0, 0xfff0, fromHex("00 01"), { m: 1 });

/** Messages of a call, with the id that the bench gives to a call where they bear one. */
const OF_CALL: Readonly<Record<string, (assignedSessionId: number) => ControlMessage>> = {
  OCRP: (assignedSessionId) => ocrp({ assignedSessionId }),
  OCCN: () => occn(),
  CDN: (assignedSessionId) => cdn({ assignedSessionId }),
};
/** A telephone may ring for that long. */
const OUTCOME_WITHIN_MS = 60_000;
/** RFC 2661 §4.4.2: for a time, or for good. */
const NO_FACILITIES = [4, 5];
/** A LAC that was told to dial asks for its own call besides. */
const OWN_CALL = control("ICRQ");

conformance(
  {
    id: "rfc2661-1340",
    clause: CLAUSES["RFC2661-7.5-01"],
    clauses: [CLAUSES["RFC2661-7.5.1-S01"]],
    needs: ["lac", "outgoing-calls"],
    story: "idle, acceptable OCRQ: OCRP with an ID of the LAC's own, and later the outcome of the call, OCCN or CDN",
    background: ["ppp"],
    version: 2,
    waitsMs: 2_000,
  },
  async ({ bench, climb, allow, numbers }) => {
    const tunnel = await bench.open();
    allow(OWN_CALL, redial);
    const call = tunnel.askOut(numbers.answers);
    const ids = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id };
    const granted = await climb(
      must(control("OCRP", { ...ids, "avp.assignedSessionId": nonZero }), "RFC2661-7.5-01").or(
        control("CDN", { ...ids, "avp.resultCode.result": oneOf(...NO_FACILITIES) }),
        "the device has no line beside the one on which it asks for a call itself",
      ),
    );
    if (granted.text("l2tp.type") === "CDN") return;
    const outcome = anyOf(control("OCCN", ids), control("CDN", ids));
    await climb(must(outcome, "RFC2661-7.5.1-S01").within(OUTCOME_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc2661-1341",
    clause: CLAUSES["RFC2661-7.5.1-S02"],
    needs: ["lac"],
    story: "idle, OCRQ that no LAC may accept, for its unknown M=1 AVP: CDN and no OCRP",
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow, numbers }) => {
    const tunnel = await bench.open();
    allow(OWN_CALL, redial, stopped(tunnel.id));
    const call = tunnel.askOut(numbers.answers, [UNKNOWN_MANDATORY]);
    await climb(must(disconnected(tunnel.id, [call.id]), "RFC2661-7.5.1-S02").or(stopped(tunnel.id), WHOLE_TUNNEL));
    await silence(never(control("OCRP"), "RFC2661-7.5.1-S02").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1342",
    clause: CLAUSES["RFC2661-7.5.1-S03"],
    needs: ["lac"],
    story:
      "idle, OCRP for a call that nobody asked for: it is acknowledged, by a CDN or otherwise, and connects nothing",
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    allow(OWN_CALL, redial, stopped(tunnel.id), control("CDN"));
    const ns = tunnel.send(ocrp({ assignedSessionId: call.id }), { sessionId: bench.newId() });
    await silence(never(anyOf(control("OCCN"), control("ICCN")), "RFC2661-7.5.1-S03"));
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.5.1-S03"));
  },
);

conformance(
  {
    id: "rfc2661-1343",
    clause: CLAUSES["RFC2661-7.5.1-S04"],
    needs: ["lac"],
    story: "idle, OCCN or CDN for a call that nobody asked for: it is acknowledged, and the tunnel goes on",
    params: [{ message: "OCCN" }, { message: "CDN" }],
    background: ["ppp"],
    waitsMs: 500,
  },
  async ({ bench, climb, note, allow, params: { message } }) => {
    const tunnel = await bench.open();
    allow(OWN_CALL, redial, control("CDN"));
    const ns = tunnel.send(OF_CALL[message]!(bench.newId()), { sessionId: bench.newId() });
    // §7.1 allows clearing for what is invalid.
    if ((await note(may(stopped(tunnel.id), "RFC2661-7.5.1-S04").within(500))) !== undefined) return;
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-7.5.1-S04"));
    await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-7.5.1-S04"));
  },
);

conformance(
  {
    id: "rfc2661-1344",
    clause: CLAUSES["RFC2661-7.5.1-S05"],
    needs: ["lac", "outgoing-calls"],
    story: "wait-cs-answer, the called party answers: OCCN, and LCP in the session is answered",
    background: ["ppp"],
    waitsMs: 10_000,
  },
  async ({ bench, climb, allow, numbers, caller, gateway }) => {
    const tunnel = await bench.open();
    allow(OWN_CALL, redial);
    const call = await tunnel.grantedOut(numbers.answers);
    const connected = control("OCCN", { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id });
    await climb(must(connected, "RFC2661-7.5.1-S05").within(OUTCOME_WITHIN_MS));
    call.begin(caller, gateway);
    await climb(must(lcp("Configure-Ack", { "l2tp.sessionId": call.id }), "RFC2661-7.5.1-S05"));
  },
);

conformance(
  {
    id: "rfc2661-1345",
    clause: CLAUSES["RFC2661-7.5.1-S06"],
    needs: ["lac", "outgoing-calls", "failing-number"],
    story: "wait-cs-answer, the called party does not answer: CDN and no OCCN",
    waitsMs: 60_000,
  },
  async ({ bench, climb, silence, allow, numbers }) => {
    const tunnel = await bench.open();
    allow(OWN_CALL, redial, stopped(tunnel.id));
    const call = await tunnel.grantedOut(numbers.fails);
    const ids = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id };
    await climb(
      must(control("CDN", { ...ids, "avp.assignedSessionId": call.peerId }), "RFC2661-7.5.1-S06").within(
        OUTCOME_WITHIN_MS,
      ),
    );
    await silence(never(control("OCCN"), "RFC2661-7.5.1-S06").within(500));
  },
);

conformance(
  {
    id: "rfc2661-1346",
    clause: CLAUSES["RFC2661-7.5.1-S07"],
    needs: ["lac", "outgoing-calls"],
    story: "wait-cs-answer, another OCRQ, OCRP or OCCN for the call: CDN, and the call is placed no more",
    params: [{ message: "OCRQ" }, { message: "OCRP" }, { message: "OCCN" }],
    background: ["ppp"],
    version: 3,
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, note, allow, numbers, params: { message } }) => {
    const tunnel = await bench.open();
    // A line that answers at once tells so before the device hears of more.
    allow(OWN_CALL, redial, stopped(tunnel.id), control("OCCN"));
    const call = await tunnel.grantedOut(numbers.answers);
    const named = tunnel.newCall();
    const ids = [call.id, named.id];
    const clause = "RFC2661-7.5.1-S07";
    if (message === "OCRQ") {
      if (!(await ends({ climb, note, allow }, { type: "OCRQ", call, named, clause }))) return;
    } else {
      tunnel.send(OF_CALL[message]!(named.id), { sessionId: call.peerId });
      await climb(must(disconnected(tunnel.id, ids), clause).or(stopped(tunnel.id), WHOLE_TUNNEL));
    }
    await silence(never(control("OCCN", { "l2tp.sessionId": oneOf(...ids) }), clause));
  },
);

conformance(
  {
    id: "rfc2661-1347",
    clause: CLAUSES["RFC2661-7.5.1-S08"],
    needs: ["lac", "outgoing-calls"],
    story: "established, another OCRQ, OCRP or OCCN for the call: CDN",
    params: [{ message: "OCRQ" }, { message: "OCRP" }, { message: "OCCN" }],
    background: ["ppp"],
    version: 2,
  },
  async ({ bench, climb, note, allow, numbers, params: { message } }) => {
    const tunnel = await bench.open();
    allow(OWN_CALL, redial, stopped(tunnel.id));
    const call = await tunnel.callOut(numbers.answers);
    const named = tunnel.newCall();
    const clause = "RFC2661-7.5.1-S08";
    if (message === "OCRQ") {
      await ends({ climb, note, allow }, { type: "OCRQ", call, named, clause });
      return;
    }
    tunnel.send(OF_CALL[message]!(named.id), { sessionId: call.peerId });
    await climb(must(disconnected(tunnel.id, [call.id, named.id]), clause).or(stopped(tunnel.id), WHOLE_TUNNEL));
  },
);

conformance(
  {
    id: "rfc2661-1348",
    clause: CLAUSES["RFC2661-7.5.1-S09"],
    needs: ["lac", "outgoing-calls"],
    story: "wait-cs-answer, CDN: it is acknowledged, and no OCCN comes any more",
    background: ["ppp"],
    version: 2,
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow, numbers }) => {
    const tunnel = await bench.open();
    // A line that answers at once tells so before the device hears of the end.
    allow(OWN_CALL, redial, control("CDN"), stopped(tunnel.id), control("OCCN"));
    const call = await tunnel.grantedOut(numbers.answers);
    await climb(must(acks(tunnel.hangUp(call), { tunnel: tunnel.id }), "RFC2661-7.5.1-S09"));
    await silence(never(control("OCCN", { "l2tp.sessionId": call.id }), "RFC2661-7.5.1-S09"));
  },
);

conformance(
  {
    id: "rfc2661-1349",
    clause: CLAUSES["RFC2661-7.5.1-01"],
    clauses: [CLAUSES["RFC2661-7.5.1-S09"]],
    needs: ["lac", "outgoing-calls"],
    story: "established, CDN: it is acknowledged, and the called party answers no LCP echo any more",
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, note, allow, numbers, caller, gateway }) => {
    const tunnel = await bench.open();
    allow(OWN_CALL, redial, stopped(tunnel.id));
    const call = await tunnel.callOut(numbers.answers);
    await call.openLcp(caller, gateway);
    await climb(must(acks(tunnel.hangUp(call), { tunnel: tunnel.id }), "RFC2661-7.5.1-S09"));
    await note(may(disconnected(tunnel.id, [call.id]), "RFC2661-6.12-06").within(500));
    call.stop();
    await call.echoAfterEnd(9);
    await silence(never(echoed(9, call.id), "RFC2661-7.5.1-01"));
  },
);

conformance(
  {
    id: "rfc2661-1350",
    clause: CLAUSES["RFC2661-7.5.1-S10"],
    clauses: [CLAUSES["RFC2661-7.5.1-02"]],
    needs: ["lac", "outgoing-calls", "hang-up"],
    story:
      "established, the called party hangs up: CDN with the IDs of both ends, and no LCP echo is answered any more",
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow, numbers, caller, gateway }) => {
    const tunnel = await bench.open();
    allow(OWN_CALL, redial, control("CDN"), stopped(tunnel.id));
    const call = await tunnel.callOut(numbers.answers);
    await call.openLcp(caller, gateway);
    await bench.deviceHangsUp();
    const ids = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id };
    const end = control("CDN", { ...ids, "avp.assignedSessionId": call.peerId });
    await climb(must(end, "RFC2661-7.5.1-02").or(stopped(tunnel.id), "the whole tunnel is cleared with the call"));
    call.stop();
    await call.echoAfterEnd(9);
    await silence(never(echoed(9, call.id), "RFC2661-7.5.1-S10").within(2_000));
  },
);
