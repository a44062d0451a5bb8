/** RFC 2661 §7.2.1: the rows of the state table of a control connection that a wire can show. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { acks, anyOf, atLeast, between, control, nonZero, redial, stopped } from "#expect/matchers";
import { fromHex, icrp, icrq, sccrp, sccrq, scccn, stopCcn, unknownAvp, type ControlMessage } from "#peer/script";

const UNKNOWN_MANDATORY = unknownAvp(0, 0xfff0, fromHex("00 01"), { m: 1 });
/** Any of the Result Codes that §4.4.2 defines for StopCCN. */
const DEFINED = { "avp.resultCode.result": between(1, 7) };
/** Lower than any Tie Breaker but itself. */
const LOWEST = fromHex("00 00 00 00 00 00 00 00");

/** Messages that have no place in a tunnel that is open, or half open. */
const MISPLACED: Readonly<Record<string, (assignedTunnelId: number) => ControlMessage>> = {
  SCCRQ: (assignedTunnelId) => sccrq({ assignedTunnelId }),
  SCCRP: (assignedTunnelId) => sccrp({ assignedTunnelId }),
  SCCCN: () => scccn(),
};

conformance(
  {
    id: "rfc2661-0701",
    clause: CLAUSES["RFC2661-7.2.1-05"],
    needs: ["lac"],
    story: "idle, open request: SCCRQ with Tunnel ID 0, Ns 0 and Nr 0, and again while nobody answers",
    waitsMs: 1_000,
  },
  async ({ bench, climb }) => {
    const { sccrq: first } = await bench.rung();
    const id = first.number("avp.assignedTunnelId");
    await climb(
      must(
        control("SCCRQ", {
          "l2tp.tunnelId": 0,
          "l2tp.sessionId": 0,
          "l2tp.ns": 0,
          "l2tp.nr": 0,
          "avp.assignedTunnelId": id,
        }),
        "RFC2661-7.2.1-05",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-0702",
    clause: CLAUSES["RFC2661-7.2.1-06"],
    needs: ["lns"],
    story: "idle, acceptable SCCRQ: SCCRP, and again until it is acknowledged",
    waitsMs: 1_000,
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.withholdAcks();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const answer = { "l2tp.tunnelId": tunnel.id, "l2tp.ns": 0, "l2tp.nr": 1, "avp.assignedTunnelId": nonZero };
    const first = await climb(must(control("SCCRP", answer), "RFC2661-7.2.1-06"));
    const again = { ...answer, "avp.assignedTunnelId": first.number("avp.assignedTunnelId") };
    await climb(must(control("SCCRP", again), "RFC2661-7.2.1-06"));
  },
);

conformance(
  {
    id: "rfc2661-0703",
    clause: CLAUSES["RFC2661-7.2.1-07"],
    needs: ["lns"],
    story: "idle, SCCRQ with an unknown M=1 AVP: StopCCN to the id that the SCCRQ assigned",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }, [UNKNOWN_MANDATORY]));
    await climb(
      must(stopped(tunnel.id, { "avp.resultCode.result": 2, "avp.resultCode.error": 8 }), "RFC2661-7.2.1-07").or(
        stopped(tunnel.id),
        "another reason than Error Code 8, an unknown M=1 AVP",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-0704",
    clause: CLAUSES["RFC2661-7.2.1-08"],
    needs: ["lns"],
    story: "idle, SCCRP: no SCCCN, whatever else is said",
    waitsMs: 3_000,
  },
  async ({ bench, silence, note, allow }) => {
    const tunnel = await bench.tunnel();
    tunnel.sendOnce(sccrp({ assignedTunnelId: tunnel.id }), { ns: 0, nr: 0, tunnelId: 0 });
    // Nobody acknowledges it, whatever tunnel it names.
    allow(control("StopCCN"));
    await silence(never(control("SCCCN"), "RFC2661-7.2.1-08"));
    await note(may(control("StopCCN"), "RFC2661-7.2.1-08"));
  },
);

conformance(
  {
    id: "rfc2661-0705",
    clause: CLAUSES["RFC2661-7.2.1-09"],
    needs: ["lns"],
    story: "idle, SCCCN: it opens nothing, and an ICRQ behind it draws no ICRP",
    params: [{ tunnelId: 0 }, { tunnelId: 0x5a3c }],
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, params: { tunnelId } }) => {
    const tunnel = await bench.tunnel();
    allow(control("StopCCN"), control("CDN"));
    tunnel.sendOnce(scccn(), { ns: 0, nr: 0, tunnelId });
    const call = tunnel.newCall();
    tunnel.sendOnce(icrq({ assignedSessionId: call.id }), { ns: 1, nr: 0, tunnelId });
    await silence(never(control("ICRP"), "RFC2661-7.2.1-09"));
  },
);

conformance(
  {
    id: "rfc2661-0706",
    clause: CLAUSES["RFC2661-7.2.1-10"],
    needs: ["lac"],
    story: "wait-ctl-reply, acceptable SCCRP: SCCCN, and the call that waits asks with ICRQ",
  },
  async ({ bench, climb }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await climb(must(control("SCCCN", { "l2tp.tunnelId": tunnel.id, "l2tp.ns": 1, "l2tp.nr": 1 }), "RFC2661-7.2.1-10"));
    await climb(must(control("ICRQ", { "l2tp.tunnelId": tunnel.id, "l2tp.ns": atLeast(2) }), "RFC2661-7.2.1-10"));
  },
);

conformance(
  {
    id: "rfc2661-0707",
    clause: CLAUSES["RFC2661-7.2.1-11"],
    needs: ["lac"],
    story: "wait-ctl-reply, SCCRP with an unknown M=1 AVP: StopCCN",
  },
  async ({ bench, climb, allow }) => {
    const { tunnel } = await bench.rung();
    allow(redial);
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }, [UNKNOWN_MANDATORY]));
    await climb(
      must(stopped(tunnel.id, { "avp.resultCode.result": 2, "avp.resultCode.error": 8 }), "RFC2661-7.2.1-11").or(
        stopped(tunnel.id),
        "another reason than Error Code 8, an unknown M=1 AVP",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-0708",
    clause: CLAUSES["RFC2661-7.2.1-01"],
    needs: ["lac"],
    story: "wait-ctl-reply, SCCRP of an earlier version: no SCCCN but StopCCN",
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const { tunnel } = await bench.rung();
    allow(redial);
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, protocolVersion: 0x0009 }));
    await silence(never(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.2.1-01").within(2_000));
    await climb(must(stopped(tunnel.id, DEFINED), "RFC2661-7.2.1-01"));
  },
);

conformance(
  {
    id: "rfc2661-0709",
    clause: CLAUSES["RFC2661-7.2.1-12"],
    clauses: [CLAUSES["RFC2661-4.4.3-07"]],
    needs: ["lac"],
    story:
      "wait-ctl-reply, SCCRQ with the lowest Tie Breaker: it is answered, and an SCCRP to the device's own SCCRQ opens nothing",
    background: ["session"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const { tunnel } = await bench.rung();
    const rival = bench.tunnelBeside(tunnel);
    allow(redial);
    rival.send(sccrq({ assignedTunnelId: rival.id, tieBreaker: LOWEST }));
    const own = anyOf(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), stopped(0), stopped(tunnel.id));
    await silence(never(own, "RFC2661-4.4.3-07").within(2_000));
    await climb(must(anyOf(control("SCCRP", { "l2tp.tunnelId": rival.id }), stopped(rival.id)), "RFC2661-7.2.1-12"));
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await silence(never(own, "RFC2661-4.4.3-07").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-0710",
    clause: CLAUSES["RFC2661-7.2.1-13"],
    needs: ["lac"],
    story: "wait-ctl-reply, SCCCN: StopCCN with Tunnel ID 0 and the id that the SCCRQ assigned",
  },
  async ({ bench, climb, allow }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    allow(redial);
    const id = request.number("avp.assignedTunnelId");
    tunnel.send(scccn(), { header: { tunnelId: id } });
    await climb(must(stopped(0, { ...DEFINED, "avp.assignedTunnelId": id }), "RFC2661-7.2.1-13"));
  },
);

conformance(
  {
    id: "rfc2661-0711",
    clause: CLAUSES["RFC2661-7.2.1-14"],
    needs: ["lns"],
    story: "wait-ctl-conn, acceptable SCCCN: the tunnel is up, and an ICRQ of the same flight draws ICRP",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    tunnel.send(scccn());
    const call = tunnel.ask();
    await climb(must(control("ICRP", { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id }), "RFC2661-7.2.1-14"));
  },
);

conformance(
  {
    id: "rfc2661-0712",
    clause: CLAUSES["RFC2661-7.2.1-15"],
    needs: ["lns"],
    story: "wait-ctl-conn, SCCCN with an unknown M=1 AVP: StopCCN",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    tunnel.send(scccn({}, [UNKNOWN_MANDATORY]));
    await climb(must(stopped(tunnel.id, DEFINED), "RFC2661-7.2.1-15"));
  },
);

conformance(
  {
    id: "rfc2661-0713",
    clause: CLAUSES["RFC2661-7.2.1-16"],
    needs: ["lns"],
    story: "wait-ctl-conn, SCCRP or another SCCRQ in the tunnel: StopCCN",
    params: [{ message: "SCCRP" }, { message: "SCCRQ" }],
  },
  async ({ bench, climb, params: { message } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    tunnel.send(MISPLACED[message]!(tunnel.id));
    await climb(must(stopped(tunnel.id, DEFINED), "RFC2661-7.2.1-16"));
  },
);

conformance(
  {
    id: "rfc2661-0714",
    clause: CLAUSES["RFC2661-7.2.1-19"],
    story: "established, SCCRQ, SCCRP or SCCCN in the tunnel: StopCCN",
    params: [{ message: "SCCRQ" }, { message: "SCCRP" }, { message: "SCCCN" }],
    background: ["session"],
  },
  async ({ bench, climb, allow, params: { message } }) => {
    const tunnel = await bench.open();
    allow(redial);
    tunnel.send(MISPLACED[message]!(tunnel.id));
    await climb(must(stopped(tunnel.id, DEFINED), "RFC2661-7.2.1-19"));
  },
);

conformance(
  {
    id: "rfc2661-0715",
    clause: CLAUSES["RFC2661-7.2.1-19"],
    needs: ["lns"],
    story: "established, an SCCRQ with Tunnel ID 0 and another id: a tunnel of its own, or none; the first goes on",
    waitsMs: 1_000,
  },
  async ({ bench, climb, note }) => {
    const tunnel = await bench.open();
    const other = bench.tunnelBeside(tunnel);
    other.send(sccrq({ assignedTunnelId: other.id }));
    await note(
      may(anyOf(control("SCCRP", { "l2tp.tunnelId": other.id }), stopped(other.id)), "RFC2661-5.0-03").within(1_000),
    );
    const call = tunnel.ask();
    await climb(must(control("ICRP", { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id }), "RFC2661-7.2.1-19"));
  },
);

conformance(
  {
    id: "rfc2661-0716",
    clause: CLAUSES["RFC2661-7.2.1-20"],
    needs: ["lac"],
    story: "wait-ctl-reply, StopCCN: it is acknowledged, and the SCCRQ is not repeated any more",
    waitsMs: 4_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    const id = request.number("avp.assignedTunnelId");
    tunnel.stopped = true;
    const ns = tunnel.send(stopCcn({ assignedTunnelId: tunnel.id }), { header: { tunnelId: id } });
    await climb(must(acks(ns), "RFC2661-7.2.1-20"));
    allow(redial);
    await silence(never(control("SCCRQ", { "avp.assignedTunnelId": id }), "RFC2661-7.2.1-20").within(4_000));
  },
);

conformance(
  {
    id: "rfc2661-0717",
    clause: CLAUSES["RFC2661-7.2.1-20"],
    needs: ["lns"],
    story: "wait-ctl-conn, StopCCN: it is acknowledged, and SCCCN with ICRQ behind it opens nothing",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    await climb(must(acks(tunnel.close(), { tunnel: tunnel.id }), "RFC2661-7.2.1-20"));
    allow(stopped(tunnel.id), control("CDN"));
    tunnel.send(scccn());
    tunnel.ask();
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.2.1-20"));
  },
);

conformance(
  {
    id: "rfc2661-0718",
    clause: CLAUSES["RFC2661-7.2.1-04"],
    clauses: [CLAUSES["RFC2661-7.2.1-20"]],
    needs: ["lns"],
    story: "established, StopCCN: it is acknowledged, and an ICRQ behind it draws no ICRP",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    await climb(must(acks(tunnel.close(), { tunnel: tunnel.id }), "RFC2661-7.2.1-20"));
    allow(stopped(tunnel.id), control("CDN"));
    tunnel.ask();
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.2.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0719",
    clause: CLAUSES["RFC2661-7.2.1-04"],
    clauses: [CLAUSES["RFC2661-7.2.1-20"]],
    needs: ["lac"],
    story: "established, StopCCN: it is acknowledged, and an ICRP behind it draws no ICCN",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    allow(redial);
    await climb(must(acks(tunnel.close(), { tunnel: tunnel.id }), "RFC2661-7.2.1-20"));
    allow(stopped(tunnel.id), control("CDN"));
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await silence(never(control("ICCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-7.2.1-04"));
  },
);

conformance(
  {
    id: "rfc2661-0720",
    clause: CLAUSES["RFC2661-7.2.1-03"],
    needs: ["lns"],
    story:
      "established, the device ends the tunnel for an unknown M=1 AVP: StopCCN with its id, and again until acknowledged",
    waitsMs: 2_000,
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    const { peerId } = tunnel;
    tunnel.withholdAcks();
    tunnel.send({ type: "HELLO", avps: [UNKNOWN_MANDATORY] });
    const stop = stopped(tunnel.id, { ...DEFINED, "avp.assignedTunnelId": peerId });
    await climb(must(stop, "RFC2661-7.2.1-03"));
    await climb(must(stop, "RFC2661-7.2.1-03"));
  },
);
