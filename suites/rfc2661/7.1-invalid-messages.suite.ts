/** RFC 2661 §4.1 and §7.1: what a receiver makes of messages that it cannot use, and what comes after. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, should } from "#expect/ladder";
import { anyOf, control, present, redial, stopped } from "#expect/matchers";
import { append, fromHex, icrp, sccrq, scccn, unknownAvp } from "#peer/script";

/** The number that IANA keeps for examples (RFC 5612). */
const STRANGER = unknownAvp(32473, 1, fromHex("00 01"));

conformance(
  {
    id: "rfc2661-1275",
    clause: CLAUSES["RFC2661-4.1-06"],
    needs: ["lns"],
    story: "an SCCRQ with an unknown M=0 AVP draws the SCCRP that one without it drew: same host, capabilities, window",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const plain = await climb(
      given(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.framingCapabilities": present })),
    );
    const same = ["avp.protocolVersion", "avp.hostName", "avp.framingCapabilities"].map(
      (path) => [path, plain.get(path)] as const,
    );
    await tunnel.acknowledged(tunnel.close());
    const other = await bench.tunnel();
    other.send(append(sccrq({ assignedTunnelId: other.id }), STRANGER));
    await climb(should(control("SCCRP", { "l2tp.tunnelId": other.id, ...Object.fromEntries(same) }), "RFC2661-4.1-06"));
  },
);

conformance(
  {
    id: "rfc2661-1276",
    clause: CLAUSES["RFC2661-7.1-01"],
    needs: ["lac"],
    story:
      "SCCCN in answer to the device's SCCRQ clears the control connection: StopCCN comes, or the device goes on asking",
    waitsMs: 3_000,
  },
  async ({ bench, climb, allow }) => {
    const { tunnel } = await bench.rung();
    allow(redial);
    tunnel.send(scccn(), { proof: false });
    await climb(
      should(anyOf(control("StopCCN"), control("SCCRQ", { "l2tp.tunnelId": 0 })), "RFC2661-7.1-01").within(8_000),
    );
  },
);

conformance(
  {
    id: "rfc2661-1277",
    clause: CLAUSES["RFC2661-7.1-01"],
    needs: ["lac"],
    story: "a second ICRP for a session that is up ends the session, or the tunnel",
    background: ["ppp"],
  },
  async ({ bench, climb, allow, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    allow(redial, control("ICRQ"));
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await climb(should(anyOf(control("CDN"), stopped(tunnel.id)), "RFC2661-7.1-01"));
  },
);

conformance(
  {
    id: "rfc2661-1278",
    clause: CLAUSES["RFC2661-7.1-08"],
    needs: ["lns"],
    story: "after StopCCN a fresh SCCRQ from a port of its own: whether it opens a tunnel is written down",
    waitsMs: 5_000,
  },
  async ({ bench, note }) => {
    const tunnel = await bench.open();
    await tunnel.acknowledged(tunnel.close());
    const fresh = await bench.tunnel();
    fresh.send(sccrq({ assignedTunnelId: fresh.id }));
    const answers = anyOf(control("SCCRP", { "l2tp.tunnelId": fresh.id }), stopped(fresh.id));
    await note(may(answers, "RFC2661-7.1-08").within(5_000));
  },
);
