/** RFC 2661 §5.5, §5.7, §7.6: a peer that falls silent, and the end of a control connection from the device's side. */
import { conformance, type CaseContext } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, never, should } from "#expect/ladder";
import { acks, anyControl, anyOf, control, echoed, not, redial, stopped } from "#expect/matchers";
import { fromHex, unknownAvp, zlb } from "#peer/script";

const UNKNOWN_MANDATORY = unknownAvp(0, 0xfff0, fromHex("00 01"), { m: 1 });
/** Until a device that sends HELLO has sent the first: most do after a minute at the latest. */
const HELLO_WITHIN_MS = 75_000;
/** A device that repeats as §5.8 recommends has given up by then; one that was told otherwise is waited for. */
const CYCLE_MS = 60_000;
/** More repeats than any device is configured to make; some take up to thirty. */
const MOST_REPEATS = 31;
/** Until the first repeat of a message; most come after a second. */
const FIRST_REPEAT_MS = 10_000;

type Context = CaseContext<Record<string, never>>;

/**
 * Listens until the device repeats the message no more. §5.8 sets no bound to the number of repeats and none to their
 * distance but from below, so no time can be given: only that a gap is longer than the next repeat would take.
 */
async function givenUp(note: Context["note"], message: Awaited<ReturnType<Context["climb"]>>): Promise<void> {
  const [type, tunnelId] = [message.text("l2tp.type"), message.number("l2tp.tunnelId")];
  const again = control(type, { "l2tp.tunnelId": tunnelId, "l2tp.ns": message.number("l2tp.ns") });
  let last = message;
  let withinMs = FIRST_REPEAT_MS;
  for (let repeats = 0; repeats < MOST_REPEATS; repeats++) {
    const next = await note(may(again, "RFC2661-5.8-12").within(withinMs));
    if (next === undefined) return;
    withinMs = Math.max(FIRST_REPEAT_MS, 3 * next.msAfter(last));
    last = next;
  }
}

conformance(
  {
    id: "rfc2661-1390",
    clause: CLAUSES["RFC2661-5.5-01"],
    clauses: [CLAUSES["RFC2661-5.5-02"], CLAUSES["RFC2661-5.8-12"]],
    story:
      "nothing comes from the peer any more, not even an acknowledgement of HELLO: once that is repeated no more, tunnel and session are given up",
    background: ["ppp", "data"],
    version: 3,
    waitsMs: HELLO_WITHIN_MS + CYCLE_MS + 3_000,
    // A device that gives a tunnel up may mix it up with the one that gets its number next.
    alone: true,
  },
  async ({ bench, note, silence, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openIp(caller, gateway);
    allow(redial, control("CDN"), stopped(tunnel.id), control("ICRQ"));
    call.stop();
    tunnel.withholdAcks();
    // Where PPP finds out first, CDN or StopCCN takes the place of HELLO; neither is delivered.
    const asks = anyOf(control("HELLO", { "l2tp.tunnelId": tunnel.id }), control("CDN"), stopped(tunnel.id));
    const asked = await note(may(asks, "RFC2661-5.5-02").within(HELLO_WITHIN_MS));
    if (asked === undefined) return;
    await givenUp(note, asked);
    await call.echoAfterEnd(9);
    await silence(never(echoed(9, call.id), "RFC2661-5.5-01"));
  },
);

conformance(
  {
    id: "rfc2661-1391",
    clause: CLAUSES["RFC2661-5.5-02"],
    story: "whether the device sends HELLO although data and control messages come every ten seconds is written down",
    background: ["ppp", "data"],
    version: 2,
    waitsMs: 70_000,
  },
  async ({ bench, note, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openIp(caller, gateway);
    allow(redial);
    for (let seconds = 0; seconds < 70; seconds += 10) {
      const asks = may(control("HELLO", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.5-02");
      if ((await note(asks.within(10_000))) !== undefined) return;
      call.echo(seconds);
      await climb(given(acks(tunnel.hello(), { tunnel: tunnel.id })));
    }
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
    clauses: [CLAUSES["RFC2661-5.8-12"]],
    story: "a StopCCN that is not acknowledged is given again, and in the end no more",
    version: 3,
    waitsMs: CYCLE_MS + 9_000,
    alone: true,
  },
  async ({ bench, climb, silence, note, elapse, allow, role }) => {
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
    await givenUp(note, stop);
    // It acknowledges nothing; the silence counts from here.
    tunnel.sendOnce(zlb(), { nr: stop.number("l2tp.ns") });
    await silence(never(stopped(tunnel.id), "RFC2661-7.6-01").within(9_000));
  },
);
