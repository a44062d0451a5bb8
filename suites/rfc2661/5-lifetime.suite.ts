/** RFC 2661 §5.0, §5.1.1, §5.6 and §5.8: what a tunnel may carry, who may open it, and how it goes. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must } from "#expect/ladder";
import {
  acks,
  anyControl,
  anyOf,
  between,
  control,
  disconnected,
  echoed,
  not,
  redial,
  stopped,
  type Expected,
} from "#expect/matchers";
import {
  append,
  challengeResponse,
  fromHex,
  hello,
  hex,
  hidden,
  icrq,
  sccrp,
  sccrq,
  scccn,
  unknownAvp,
} from "#peer/script";

const CHALLENGE = fromHex("3c 5a 96 0f e1 d2 c3 b4 a5 96 87 78 69 5a 4b 3d");
const RANDOM_VECTOR = fromHex("0f 1e 2d 3c 4b 5a 69 78 87 96 a5 b4 c3 d2 e1 f0");
const NO_SECRET = new Uint8Array(0);
/** The messages that carry a Challenge Response, by number. */
const SCCRP = 2;
const SCCCN = 3;
const UNKNOWN_MANDATORY = unknownAvp(0, 0xfff0, fromHex("00 01"), { m: 1 });
/** The first waits of a device that repeats a message are 1 and 2 seconds by the RFC's advice; a slow one gets more. */
const REPEAT_WITHIN_MS = 15_000;
/** A device that answers within this time has no need of its timer to get two answers out. */
const PROMPT_MS = 200;
const after = (ns: number, by: number) => (ns + by) % 65536;

conformance(
  {
    id: "rfc2661-1400",
    clause: CLAUSES["RFC2661-5.0-03"],
    clauses: [CLAUSES["RFC2661-5.8-23"]],
    needs: ["lns", "two-openings"],
    story: "whether a second call in a tunnel and a second tunnel are taken is written down; the first tunnel goes on",
    background: ["session", "ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, note }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    const call = tunnel.ask();
    const answered = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id };
    await note(may(anyOf(control("ICRP", answered), control("CDN", answered)), "RFC2661-5.0-03").within(1_000));
    const other = bench.tunnelBeside(tunnel);
    other.send(sccrq({ assignedTunnelId: other.id, hostName: bench.hostName }));
    const opened = anyOf(control("SCCRP", { "l2tp.tunnelId": other.id }), stopped(other.id));
    await note(may(opened, "RFC2661-5.0-03").within(1_000));
    await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-5.8-23"));
  },
);

conformance(
  {
    id: "rfc2661-1401",
    clause: CLAUSES["RFC2661-5.1.1-03"],
    clauses: [CLAUSES["RFC2661-5.1.1-01"]],
    needs: ["lns", "tunnel-authentication"],
    story: "a Challenge in SCCRQ is answered in SCCRP, and not with a proof of the empty secret",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName, challenge: CHALLENGE }));
    const empty = hex(challengeResponse(SCCRP, NO_SECRET, CHALLENGE));
    const proof = { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": not(empty) };
    await climb(must(control("SCCRP", proof), "RFC2661-5.1.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-1402",
    clause: CLAUSES["RFC2661-5.1.1-03"],
    clauses: [CLAUSES["RFC2661-5.1.1-01"]],
    needs: ["lac", "tunnel-authentication"],
    story: "a Challenge in SCCRP is answered in SCCCN, and not with a proof of the empty secret",
    background: ["session"],
  },
  async ({ bench, climb }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, hostName: bench.hostName, challenge: CHALLENGE }));
    const empty = hex(challengeResponse(SCCCN, NO_SECRET, CHALLENGE));
    const proof = { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": not(empty) };
    await climb(must(control("SCCCN", proof), "RFC2661-5.1.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-1403",
    clause: CLAUSES["RFC2661-5.1.1-05"],
    needs: ["lns", "tunnel-authentication", "hidden-avps"],
    story: "one secret opens a hidden Challenge in SCCRQ and makes the Challenge Response of SCCRP",
  },
  async ({ bench, climb, tunnelSecret }) => {
    const tunnel = await bench.tunnel();
    const asked = sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName, challenge: CHALLENGE });
    tunnel.send(hidden(asked, { secret: tunnelSecret, randomVector: RANDOM_VECTOR }, "challenge", "assignedTunnelId"));
    const proof = hex(challengeResponse(SCCRP, tunnelSecret, CHALLENGE));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": proof }), "RFC2661-5.1.1-05"),
    );
  },
);

conformance(
  {
    id: "rfc2661-1404",
    clause: CLAUSES["RFC2661-5.1.1-05"],
    needs: ["lac", "tunnel-authentication", "hidden-avps"],
    story: "one secret opens a hidden Challenge in SCCRP and makes the Challenge Response of SCCCN",
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret }) => {
    const { tunnel } = await bench.rung();
    const asked = sccrp({ assignedTunnelId: tunnel.id, hostName: bench.hostName, challenge: CHALLENGE });
    tunnel.send(hidden(asked, { secret: tunnelSecret, randomVector: RANDOM_VECTOR }, "challenge", "assignedTunnelId"));
    const proof = hex(challengeResponse(SCCCN, tunnelSecret, CHALLENGE));
    await climb(
      must(control("SCCCN", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": proof }), "RFC2661-5.1.1-05"),
    );
  },
);

conformance(
  {
    id: "rfc2661-1405",
    clause: CLAUSES["RFC2661-5.6-02"],
    clauses: [CLAUSES["RFC2661-5.8-25"]],
    story:
      "whether a HELLO gets a ZLB of its own, and whether the tunnel is cleared behind its last session, is written down",
    background: ["ppp", "session"],
    version: 2,
    waitsMs: 2_000,
  },
  async ({ bench, note, allow }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(redial);
    const ns = tunnel.hello();
    await note(
      may(control("ZLB", { "l2tp.tunnelId": tunnel.id, "l2tp.nr": after(ns, 1) }), "RFC2661-5.8-25").within(1_000),
    );
    // A StopCCN may be what acknowledges the CDN.
    tunnel.hangUp(call);
    await note(may(stopped(tunnel.id), "RFC2661-5.6-02").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1406",
    clause: CLAUSES["RFC2661-5.8-07"],
    clauses: [CLAUSES["RFC2661-5.8-06"]],
    story: "whether a HELLO that comes too early is kept until the gap is filled, or wanted again, is written down",
    background: ["session"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, note }) => {
    const tunnel = await bench.open();
    const { ns } = tunnel;
    tunnel.sendOnce(hello(), { ns: after(ns, 1) });
    tunnel.hello();
    await note(may(acks(after(ns, 1), { tunnel: tunnel.id }), "RFC2661-5.8-07").within(1_000));
    tunnel.hello();
    await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-5.8-06"));
  },
);

conformance(
  {
    id: "rfc2661-1407",
    clause: CLAUSES["RFC2661-5.8-16"],
    story:
      "a device that ends the tunnel for an unknown M=1 AVP repeats its StopCCN, and acknowledges what comes meanwhile",
    background: ["ppp", "session"],
    version: 2,
    waitsMs: 2_000,
  },
  async ({ bench, climb, allow, elapse }) => {
    const tunnel = await bench.open();
    await tunnel.call();
    // Whatever the device has said so far is acknowledged, so that its StopCCN is the first that waits.
    await elapse(100);
    allow(redial);
    tunnel.withholdAcks();
    tunnel.send(append(hello(), UNKNOWN_MANDATORY));
    const stop = await climb(given(stopped(tunnel.id)));
    const again = stopped(tunnel.id, { "l2tp.ns": stop.number("l2tp.ns") });
    await climb(must(again, "RFC2661-5.8-16").within(REPEAT_WITHIN_MS));
    // A message that its StopCCN had no part in, so that only a fresh Nr acknowledges it; on whichever repeat that rides.
    await climb(must(acks(tunnel.hello(), { tunnel: tunnel.id }), "RFC2661-5.8-16").within(REPEAT_WITHIN_MS));
  },
);

conformance(
  {
    id: "rfc2661-1408",
    clause: CLAUSES["RFC2661-5.8-01"],
    needs: ["lns"],
    story: "an SCCRQ with a Receive Window Size of 0 does no harm: the next one is answered",
    background: ["tunnel"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, note }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName, receiveWindowSize: 0 }));
    const answers = anyOf(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), stopped(tunnel.id));
    await note(may(answers, "RFC2661-5.8-01").within(1_000));
    const fresh = await bench.tunnel();
    fresh.send(sccrq({ assignedTunnelId: fresh.id, hostName: bench.hostName }));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": fresh.id }), "RFC2661-5.8-01"));
  },
);

conformance(
  {
    id: "rfc2661-1409",
    clause: CLAUSES["RFC2661-5.8-18"],
    needs: ["lns"],
    story:
      "a window of four can be used: after some calls that were acknowledged at once, a second answer to an ICRQ follows the first unasked; whether the fourth does is written down",
    params: [{ window: "4" }, { window: "default" }],
    background: ["session"],
    version: 2,
    waitsMs: 1_000,
  },
  async ({ bench, climb, note, params: { window } }) => {
    const tunnel = await bench.tunnel();
    const announced = window === "4" ? { receiveWindowSize: 4 } : {};
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName, ...announced }));
    await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-5.8-18"));
    await tunnel.acknowledged(tunnel.send(scccn()));
    // Each answer that is acknowledged at once opens a window that began small; a refusal is an answer like another.
    let last: Awaited<ReturnType<typeof climb>> | undefined;
    let slowestMs = 0;
    for (let i = 0; i < 6; i++) {
      const call = tunnel.ask();
      const answer = anyOf(control("ICRP", { "l2tp.sessionId": call.id }), disconnected(tunnel.id, [call.id]));
      const caught = await climb(given(answer));
      if (last !== undefined) slowestMs = Math.max(slowestMs, caught.msAfter(last));
      last = caught;
    }
    tunnel.withholdAcks();
    const { nr } = tunnel;
    bench.burst(() => {
      for (let i = 0; i < 4; i++) tunnel.send(icrq({ assignedSessionId: tunnel.newCall().id }));
    });
    const answer = (by: number) => anyControl({ "l2tp.tunnelId": tunnel.id, "l2tp.ns": after(nr, by) });
    await climb(given(answer(0)));
    // Behind the first repeat the window is one again (appendix A), and a slow device may not get to its second answer before.
    const second = answer(1);
    if (slowestMs > PROMPT_MS) await note(may(second, "RFC2661-5.8-18"));
    else await climb(must(second, "RFC2661-5.8-18").within(900));
    await note(may(answer(3), "RFC2661-5.8-18").within(900));
  },
);

conformance(
  {
    id: "rfc2661-1410",
    clause: CLAUSES["RFC2661-7.2.1-21"],
    needs: ["lns"],
    story: "an SCCRQ of a higher version can be answered with the device's own, 1.0, or be refused",
    params: [{ version: 0x0101 }, { version: 0x0200 }],
    version: 2,
    waitsMs: 2_000,
  },
  async ({ bench, note, params: { version } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName, protocolVersion: version }));
    const answer = (protocolVersion: Expected | number) =>
      control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.protocolVersion": protocolVersion });
    // §7.2.1 tells what the originator makes of the answer; that a device says its own version is read between the lines.
    await note(
      may(anyOf(answer(0x0100), stopped(tunnel.id)), "RFC2661-7.2.1-21")
        .or(answer(not(0x0100)), "the version of the request is said back, which is not the device's own")
        .within(2_000),
    );
  },
);

conformance(
  {
    id: "rfc2661-1411",
    clause: CLAUSES["RFC2661-7.2.1-18"],
    needs: ["admin-close"],
    story:
      "established, the device is told to close the tunnel: StopCCN with its id; whether its session is dead then is written down",
    background: ["ppp", "session"],
    waitsMs: 1_000,
  },
  async ({ bench, climb, allow, note }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    allow(redial);
    await bench.adminClose();
    const named = { "avp.assignedTunnelId": tunnel.peerId, "avp.resultCode.result": between(1, 7) };
    await climb(must(stopped(tunnel.id, named), "RFC2661-7.2.1-18"));
    call.echo(100);
    await note(may(echoed(100, call.id), "RFC2661-7.2.1-18").within(1_000));
  },
);
