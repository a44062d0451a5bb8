/** RFC 2661 §5.8: what the control channel promises. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import { acks, anyOf, atLeast, between, control, not, packet, stopped, type FieldSpec } from "#expect/matchers";
import { hello, icrp, icrq, sccrp, sccrq, scccn, stopCcn, unknownAvp, zlb } from "#peer/script";

/** The Ns that lies so many numbers before. */
const before = (ns: number, by: number) => (ns - by + 65536) % 65536;
const after = (ns: number, by: number) => (ns + by) % 65536;

/** Ns from the last that was received back to the oldest that still counts as received. */
const OLD = [{ by: 1 }, { by: 2 }, { by: 32_767 }, { by: 32_768 }];

/** A gap below the least cap must grow; a tenth is left to the device's clock. */
const growing = (gapMs: number) => Math.min(gapMs * 1.1, 7_200);
/** A first gap may be one second, counted by a timer of whole seconds; the second is two all the same. */
const growingFromFirst = (gapMs: number) => (gapMs < 2_200 ? Math.min(growing(gapMs), 1_800) : growing(gapMs));

conformance(
  {
    id: "rfc2661-0501",
    clause: CLAUSES["RFC2661-5.8-02"],
    needs: ["lns"],
    story: "an SCCRQ that comes again before SCCCN is acknowledged again and opens no second tunnel",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, elapse }) => {
    const tunnel = await bench.tunnel();
    const ns = tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const answer = await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    await elapse(500);
    tunnel.resend(ns);
    const other = not(answer.number("avp.assignedTunnelId"));
    await silence(
      never(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.assignedTunnelId": other }), "RFC2661-5.8-02").within(
        2_000,
      ),
    );
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-02"));
  },
);

conformance(
  {
    id: "rfc2661-0502",
    clause: CLAUSES["RFC2661-5.8-02"],
    needs: ["lns"],
    story: "an ICRQ that comes again is acknowledged again and opens no second session",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, elapse }) => {
    const tunnel = await bench.open();
    const call = tunnel.newCall();
    const ns = tunnel.send(icrq({ assignedSessionId: call.id }));
    const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    await elapse(500);
    tunnel.resend(ns);
    const other = not(answer.number("avp.assignedSessionId"));
    await silence(
      never(control("ICRP", { "l2tp.tunnelId": tunnel.id, "avp.assignedSessionId": other }), "RFC2661-5.8-02").within(
        2_000,
      ),
    );
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-02"));
  },
);

conformance(
  {
    id: "rfc2661-0503",
    clause: CLAUSES["RFC2661-5.8-02"],
    needs: ["lac"],
    story: "an SCCRP that comes again is acknowledged again and ends nothing: the ICRP that follows draws ICCN",
    background: ["ppp"],
    waitsMs: 500,
  },
  async ({ bench, climb, elapse }) => {
    const { tunnel } = await bench.rung();
    const ns = tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCCN", { "l2tp.tunnelId": tunnel.id })));
    const call = await tunnel.asked();
    await elapse(500);
    tunnel.resend(ns);
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-02"));
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await climb(must(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-5.8-02"));
  },
);

conformance(
  {
    id: "rfc2661-0504",
    clause: CLAUSES["RFC2661-5.8-03"],
    needs: ["lns"],
    story: "an ICRQ with an Ns of the last 32768 counts as received: it is acknowledged and draws no ICRP",
    params: OLD,
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, params: { by } }) => {
    const tunnel = await bench.open();
    const { ns } = tunnel;
    tunnel.sendOnce(icrq({ assignedSessionId: tunnel.newCall().id }), { ns: before(ns, by) });
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.8-03").within(2_000));
    await climb(must(acks(before(ns, 1), { tunnel: tunnel.id }), "RFC2661-5.8-03"));
  },
);

conformance(
  {
    id: "rfc2661-0505",
    clause: CLAUSES["RFC2661-5.8-03"],
    needs: ["lac"],
    story: "a StopCCN with an Ns of the last 32768 counts as received: it is acknowledged and ends nothing",
    params: OLD,
    background: ["ppp"],
  },
  async ({ bench, climb, params: { by } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    const { ns } = tunnel;
    tunnel.sendOnce(stopCcn({ assignedTunnelId: tunnel.id }), { ns: before(ns, by) });
    await climb(must(acks(before(ns, 1), { tunnel: tunnel.id }), "RFC2661-5.8-03"));
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await climb(must(control("ICCN", { "l2tp.sessionId": call.id }), "RFC2661-5.8-03"));
  },
);

conformance(
  {
    id: "rfc2661-0506",
    clause: CLAUSES["RFC2661-5.8-06"],
    needs: ["lns"],
    story: "an ICRQ that overtakes SCCCN is not acted upon before it, and once at most after it",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    const call = tunnel.newCall();
    const request = icrq({ assignedSessionId: call.id });
    tunnel.sendOnce(request, { ns: after(tunnel.ns, 1) });
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.8-06").within(1_000));
    bench.burst(() => {
      tunnel.send(scccn());
      tunnel.send(request);
    });
    const answer = await climb(must(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-5.8-06"));
    const other = not(answer.number("avp.assignedSessionId"));
    await silence(
      never(control("ICRP", { "l2tp.tunnelId": tunnel.id, "avp.assignedSessionId": other }), "RFC2661-5.8-06").within(
        2_000,
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-0507",
    clause: CLAUSES["RFC2661-3.1-17"],
    story: "HELLOs behind a gap in Ns are not acknowledged before the gap is filled",
    background: ["session"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.open();
    const { ns } = tunnel;
    bench.burst(() => {
      for (const by of [1, 2, 32_767]) tunnel.sendOnce(hello(), { ns: after(ns, by) });
    });
    await silence(never(acks(ns, { tunnel: tunnel.id }), "RFC2661-3.1-17").within(2_000));
    for (let i = 0; i < 3; i++) tunnel.hello();
    await climb(must(acks(after(ns, 2), { tunnel: tunnel.id }), "RFC2661-3.1-17"));
  },
);

conformance(
  {
    id: "rfc2661-0508",
    clause: CLAUSES["RFC2661-5.8-05"],
    story: "ZLBs with any Ns move no Nr: the HELLO in the expected slot is acknowledged, and not before it came",
    met: {
      implementation: "peers of WatchGuard, Check Point and MikroTik, whose Ns is off by one and which xl2tpd refused",
      reported: "issues xelerance/xl2tpd#136, #156 and #43, nm-l2tp#83",
    },
    background: ["session"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.open();
    const { ns } = tunnel;
    bench.burst(() => {
      for (const by of [0, 1, 2, 1_000, 65_535]) tunnel.sendOnce(zlb(), { ns: after(ns, by) });
    });
    await silence(never(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-05").within(1_000));
    tunnel.hello();
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-05"));
  },
);

conformance(
  {
    id: "rfc2661-0509",
    clause: CLAUSES["RFC2661-5.8-21"],
    story: "ten ZLBs with the expected Ns draw no ZLB",
    background: ["session"],
    waitsMs: 2_000,
  },
  async ({ bench, silence }) => {
    const tunnel = await bench.open();
    bench.burst(() => {
      for (let i = 0; i < 10; i++) tunnel.sendOnce(zlb());
    });
    await silence(never(control("ZLB", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.8-21").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-0510",
    clause: CLAUSES["RFC2661-5.8-10"],
    needs: ["lns"],
    story: "an ICRP that is repeated bears the Nr of the moment, past the HELLO that came meanwhile",
    waitsMs: 2_000,
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    tunnel.withholdAcks();
    const call = tunnel.ask();
    await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    const ns = tunnel.hello();
    await climb(must(control("ICRP", { "l2tp.sessionId": call.id, "l2tp.nr": after(ns, 1) }), "RFC2661-5.8-10"));
  },
);

conformance(
  {
    id: "rfc2661-0511",
    clause: CLAUSES["RFC2661-5.8-10"],
    needs: ["lac"],
    story: "an ICRQ that is repeated bears the Nr of the moment, past the HELLO that came meanwhile",
    waitsMs: 2_000,
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    tunnel.withholdAcks();
    await tunnel.asked();
    const ns = tunnel.hello();
    await climb(must(control("ICRQ", { "l2tp.tunnelId": tunnel.id, "l2tp.nr": after(ns, 1) }), "RFC2661-5.8-10"));
  },
);

conformance(
  {
    id: "rfc2661-0512",
    clause: CLAUSES["RFC2661-5.8-02"],
    story: "a HELLO sent twice with one Ns is acknowledged both times",
    // A LAC that dials goes on to place its call.
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    const ns = tunnel.hello();
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-02"));
    tunnel.resend(ns);
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-5.8-02"));
  },
);

conformance(
  {
    id: "rfc2661-0513",
    version: 2,
    clause: CLAUSES["RFC2661-5.8-11"],
    clauses: [CLAUSES["RFC2661-5.8-09"]],
    needs: ["lns"],
    story: "an SCCRP that is not acknowledged is repeated with its Ns, and the waits grow",
    waitsMs: 6_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.tunnel();
    tunnel.withholdAcks();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const again = control("SCCRP", { "l2tp.tunnelId": tunnel.id, "l2tp.ns": 0 });
    const first = await climb(given(again));
    const second = await climb(must(again, "RFC2661-5.8-09"));
    await silence(never(again, "RFC2661-5.8-11").within(growingFromFirst(second.msAfter(first))));
    const third = await climb(given(again).within(20_000));
    await silence(never(again, "RFC2661-5.8-11").within(growing(third.msAfter(second))));
  },
);

conformance(
  {
    id: "rfc2661-0514",
    version: 2,
    clause: CLAUSES["RFC2661-5.8-11"],
    clauses: [CLAUSES["RFC2661-5.8-09"]],
    needs: ["lac"],
    story: "an SCCRQ that is not acknowledged is repeated with its Ns, and the waits grow; then it is answered",
    background: ["session"],
    waitsMs: 6_000,
  },
  async ({ bench, climb, silence }) => {
    const { tunnel, sccrq: first } = await bench.rung();
    const again = control("SCCRQ", { "l2tp.ns": 0, "avp.assignedTunnelId": first.number("avp.assignedTunnelId") });
    const second = await climb(must(again, "RFC2661-5.8-09"));
    await silence(never(again, "RFC2661-5.8-11").within(growingFromFirst(second.msAfter(first))));
    const third = await climb(given(again).within(20_000));
    await silence(never(again, "RFC2661-5.8-11").within(growing(third.msAfter(second))));
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCCN", { "l2tp.tunnelId": tunnel.id })));
  },
);

/** More repeats than any device is configured to make; some take up to thirty. */
const MOST_REPEATS = 31;

conformance(
  {
    id: "rfc2661-0515",
    version: 3,
    clause: CLAUSES["RFC2661-5.8-14"],
    clauses: [CLAUSES["RFC2661-5.8-13"], CLAUSES["RFC2661-5.8-12"]],
    needs: ["lns"],
    story: "waits for the acknowledgement of SCCRP grow up to 8 seconds or more, and in the end the device gives up",
    waitsMs: 60_000,
  },
  async ({ bench, climb, silence, note, allow }) => {
    const tunnel = await bench.tunnel();
    tunnel.withholdAcks();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const again = control("SCCRP", { "l2tp.tunnelId": tunnel.id, "l2tp.ns": 0 });
    allow(stopped(tunnel.id));
    let last = await climb(given(again));
    let gapMs = 3_000;
    for (let repeats = 0; repeats < MOST_REPEATS; repeats++) {
      const next = await note(may(again, "RFC2661-5.8-12").within(3 * gapMs));
      if (next === undefined) break;
      gapMs = next.msAfter(last);
      last = next;
      await silence(never(again, "RFC2661-5.8-13").within((repeats === 0 ? growingFromFirst : growing)(gapMs)));
    }
    await silence(never(again, "RFC2661-5.8-14").within(3 * gapMs));
    // Its id is free again: a StopCCN of the bench may find another case under it.
    tunnel.stopped = true;
  },
);

conformance(
  {
    id: "rfc2661-0516",
    clause: CLAUSES["RFC2661-5.8-08"],
    needs: ["lns"],
    story: "the first repeat of an SCCRP comes after about a second",
    waitsMs: 1_000,
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.withholdAcks();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const again = control("SCCRP", { "l2tp.tunnelId": tunnel.id, "l2tp.ns": 0 });
    await climb(given(again));
    await climb(should(again, "RFC2661-5.8-08").notBefore(500).within(3_000));
  },
);

conformance(
  {
    id: "rfc2661-0517",
    clause: CLAUSES["RFC2661-5.8-08"],
    needs: ["lac"],
    story: "the first repeat of an SCCRQ comes after about a second",
    waitsMs: 1_000,
  },
  async ({ bench, climb }) => {
    const { sccrq: first } = await bench.rung();
    const again = control("SCCRQ", { "l2tp.ns": 0, "avp.assignedTunnelId": first.number("avp.assignedTunnelId") });
    await climb(should(again, "RFC2661-5.8-08").notBefore(500).within(3_000));
  },
);

conformance(
  {
    id: "rfc2661-0518",
    clause: CLAUSES["RFC2661-5.8-17"],
    clauses: [CLAUSES["RFC2661-5.8-18"]],
    needs: ["lns"],
    story: "a device keeps to the Receive Window Size that it was told, and sends the rest when that is acknowledged",
    params: [{ window: 1 }, { window: 2 }, { window: 3 }],
    background: ["session"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, params: { window } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, receiveWindowSize: window }));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.8-18"));
    await tunnel.acknowledged(tunnel.send(scccn()));
    tunnel.withholdAcks();
    bench.burst(() => {
      for (let i = 0; i < 4; i++) tunnel.ask();
    });
    const answer = (ns: number) => control("ICRP", { "l2tp.tunnelId": tunnel.id, "l2tp.ns": atLeast(ns) });
    await silence(never(answer(1 + window), "RFC2661-5.8-17"));
    tunnel.withholdAcks(false);
    await climb(should(answer(1 + window), "RFC2661-5.8-17"));
  },
);

conformance(
  {
    id: "rfc2661-0519",
    clause: CLAUSES["RFC2661-4.4.3-17"],
    needs: ["lns"],
    story: "a device that was told no Receive Window Size takes it as 4",
    background: ["session"],
    waitsMs: 3_000,
  },
  async ({ bench, silence }) => {
    const tunnel = await bench.open();
    tunnel.withholdAcks();
    bench.burst(() => {
      for (let i = 0; i < 3; i++) tunnel.ask();
    });
    await tunnel.acknowledged(before(tunnel.ns, 1));
    bench.burst(() => {
      for (let i = 0; i < 3; i++) tunnel.ask();
    });
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id, "l2tp.ns": atLeast(5) }), "RFC2661-4.4.3-17"));
  },
);

conformance(
  {
    id: "rfc2661-0520",
    clause: CLAUSES["RFC2661-5.8-22"],
    story: "a burst of four HELLOs, which any window that was not announced smaller has room for, is acknowledged",
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    for (let i = 0; i < 3; i++) tunnel.hello();
    const last = tunnel.hello();
    await climb(must(acks(last, { tunnel: tunnel.id }), "RFC2661-5.8-22"));
  },
);

conformance(
  {
    id: "rfc2661-0521",
    clause: CLAUSES["RFC2661-5.8-20"],
    story: "fifty HELLOs, each behind the acknowledgement of the one before, are all acknowledged",
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    for (let i = 0; i < 50; i++) await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-5.8-20"));
  },
);

conformance(
  {
    id: "rfc2661-0522",
    clause: CLAUSES["RFC2661-5.8-24"],
    needs: ["lns"],
    story: "one Nr on a HELLO acknowledges all ICRPs before it: none of them is repeated",
    background: ["session"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence }) => {
    const tunnel = await bench.open();
    tunnel.withholdAcks();
    for (let i = 0; i < 3; i++) tunnel.ask();
    await climb(given(control("ICRP", { "l2tp.tunnelId": tunnel.id })));
    tunnel.withholdAcks(false);
    const { nr } = tunnel;
    tunnel.hello();
    const repeated = control("ICRP", { "l2tp.tunnelId": tunnel.id, "l2tp.ns": between(1, nr - 1) });
    await silence(never(repeated, "RFC2661-5.8-24"));
  },
);

conformance(
  {
    id: "rfc2661-0523",
    clause: CLAUSES["RFC2661-5.8-23"],
    needs: ["lns"],
    story: "two tunnels are numbered apart: five HELLOs in one do not move the Nr of the other",
  },
  async ({ bench, climb }) => {
    const one = await bench.open();
    const other = await bench.open();
    for (let i = 0; i < 5; i++) await climb(must(acks(one.hello(), { tunnel: one.id }), "RFC2661-5.8-23"));
    const nr = after(other.hello(), 1);
    const exactly = packet("acknowledgement", { "l2tp.t": true, "l2tp.tunnelId": other.id, "l2tp.nr": nr });
    await climb(must(exactly, "RFC2661-5.8-23"));
  },
);

conformance(
  {
    id: "rfc2661-0524",
    clause: CLAUSES["RFC2661-6.5-03"],
    story: "a HELLO is acknowledged, on a tunnel alone and with a session in it",
    background: ["ppp"],
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-6.5-03"));
  },
);

conformance(
  {
    id: "rfc2661-0525",
    clause: CLAUSES["RFC2661-7.1-06"],
    needs: ["lns"],
    story: "the CDN (or StopCCN) that refuses an ICRQ with an unknown M=1 AVP is repeated until it is acknowledged",
    waitsMs: 3_000,
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    tunnel.withholdAcks();
    const unknown = unknownAvp(0, 0xfff0, new Uint8Array(2), { m: 1 });
    tunnel.send(icrq({ assignedSessionId: tunnel.newCall().id }, [unknown]));
    const refusals = (fields: FieldSpec) =>
      anyOf(control("CDN", { "l2tp.tunnelId": tunnel.id, ...fields }), stopped(tunnel.id, fields));
    const refusal = await climb(given(refusals({})));
    await climb(should(refusals({ "l2tp.ns": refusal.number("l2tp.ns") }), "RFC2661-7.1-06"));
  },
);
