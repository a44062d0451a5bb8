/** RFC 2661 §5.5, §5.7, §7.6: a peer that falls silent, and the end of a control connection from the device's side. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, never, should } from "#expect/ladder";
import { acks, anyControl, anyOf, control, echoed, not, redial, stopped } from "#expect/matchers";
import { fromHex, unknownAvp, zlb } from "#peer/script";

const UNKNOWN_MANDATORY = unknownAvp(0, 0xfff0, fromHex("00 01"), { m: 1 });
/** Until a device that sends HELLO has sent the first: most do after a minute at the latest. */
const HELLO_WITHIN_MS = 75_000;
/** Longer than any device goes on repeating a message. */
const CYCLE_MS = 100_000;

conformance(
  {
    id: "rfc2661-1390",
    clause: CLAUSES["RFC2661-5.5-01"],
    clauses: [CLAUSES["RFC2661-5.5-02"]],
    story:
      "nothing comes from the peer any more, not even an acknowledgement of HELLO: tunnel and session are given up",
    background: ["ppp", "data"],
    waitsMs: HELLO_WITHIN_MS + CYCLE_MS + 3_000,
  },
  async ({ bench, note, silence, elapse, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openIp(caller, gateway);
    allow(redial, control("CDN"), stopped(tunnel.id), control("ICRQ"));
    call.stop();
    tunnel.withholdAcks();
    // Where PPP finds out first, CDN or StopCCN takes the place of HELLO; neither is delivered.
    const asks = anyOf(control("HELLO", { "l2tp.tunnelId": tunnel.id }), control("CDN"), stopped(tunnel.id));
    if ((await note(may(asks, "RFC2661-5.5-02").within(HELLO_WITHIN_MS))) === undefined) return;
    await elapse(CYCLE_MS);
    call.echo(9);
    await silence(never(echoed(9, call.id), "RFC2661-5.5-01"));
  },
);

conformance(
  {
    id: "rfc2661-1391",
    clause: CLAUSES["RFC2661-5.5-02"],
    story: "whether the device sends HELLO although data and control messages come every ten seconds is written down",
    background: ["ppp", "data"],
    waitsMs: 70_000,
  },
  async ({ bench, note, climb, elapse, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openIp(caller, gateway);
    allow(redial);
    for (let seconds = 0; seconds < 70; seconds += 10) {
      await elapse(10_000);
      call.echo(seconds);
      await climb(given(acks(tunnel.hello(), { tunnel: tunnel.id })));
    }
    await note(may(control("HELLO", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.5-02").within(0));
  },
);

conformance(
  {
    id: "rfc2661-1392",
    clause: CLAUSES["RFC2661-5.7-03"],
    story: "the device ends its tunnel for an unknown M=1 AVP: one StopCCN, and behind its acknowledgement nothing new",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.open();
    allow(redial, control("ICRQ"));
    tunnel.send({ type: "HELLO", avps: [UNKNOWN_MANDATORY] });
    const stop = await climb(given(stopped(tunnel.id)));
    tunnel.stopped = true;
    const more = anyControl({ "l2tp.tunnelId": tunnel.id, "l2tp.ns": not(stop.number("l2tp.ns")) });
    await silence(never(more, "RFC2661-5.7-03"));
  },
);

conformance(
  {
    id: "rfc2661-1393",
    clause: CLAUSES["RFC2661-7.6-01"],
    story: "a StopCCN that is not acknowledged is given again, and in the end no more",
    waitsMs: CYCLE_MS + 9_000,
  },
  async ({ bench, climb, silence, elapse, allow, role }) => {
    const tunnel = await bench.open();
    allow(redial, control("ICRQ"));
    if (role === "lac") await tunnel.asked();
    // What the device has said so far is acknowledged; its StopCCN will not be.
    await elapse(100);
    tunnel.withholdAcks();
    tunnel.send({ type: "HELLO", avps: [UNKNOWN_MANDATORY] });
    const stop = await climb(given(stopped(tunnel.id)));
    tunnel.stopped = true;
    await climb(should(stopped(tunnel.id), "RFC2661-7.6-01"));
    await elapse(CYCLE_MS);
    // It acknowledges nothing; the silence counts from here.
    tunnel.sendOnce(zlb(), { nr: stop.number("l2tp.ns") });
    await silence(never(stopped(tunnel.id), "RFC2661-7.6-01").within(9_000));
  },
);
