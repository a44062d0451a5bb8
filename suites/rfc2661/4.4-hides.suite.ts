/** RFC 2661 §4.3 and §4.4: what the device hides of its own messages, where it may. Either way is right, and is written down. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may } from "#expect/ladder";
import { atLeast, control } from "#expect/matchers";
import { avpOf, iccn, icrp, sccrp, sccrq } from "#peer/script";
import { clausesOf, IN_ICCN, IN_ICRQ, IN_OCRQ, OPENING, paramsOf, SIXTEEN } from "./hideable.ts";
import { hides, NOTED_AT_ONCE_MS, NOTED_WITHIN_MS, ofItsOwn, request } from "./own-message.ts";

const IN_SCCRP = { ...OPENING, challengeResponse: { clause: "RFC2661-4.4.3-50" } } as const;
/** Length of a hidden Assigned Tunnel ID without padding: header, the length of the value, the value (§4.3). */
const BARE_ID_OCTETS = 6 + 2 + 2;

conformance(
  {
    id: "rfc2661-1240",
    clause: CLAUSES["RFC2661-4.4.3-26"],
    clauses: clausesOf(IN_SCCRP),
    needs: ["lns", "hidden-avps"],
    story: "whether an LNS hides an AVP of its SCCRP is written down",
    params: paramsOf(IN_SCCRP),
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, params: { avp }, note, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }, [avpOf("challenge", SIXTEEN)]));
    await ofItsOwn({ note, climb }, "SCCRP", { "l2tp.tunnelId": tunnel.id }, hides(avp), IN_SCCRP[avp].clause);
  },
);

conformance(
  {
    id: "rfc2661-1241",
    clause: CLAUSES["RFC2661-4.4.3-26"],
    clauses: clausesOf(OPENING),
    needs: ["lac", "hidden-avps"],
    story: "whether a LAC hides an AVP of its SCCRQ is written down",
    params: paramsOf(OPENING),
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, params: { avp } }) => {
    const hidden = control("SCCRQ", { "l2tp.tunnelId": 0, ...hides(avp) });
    await bench.rung({ noted: may(hidden, OPENING[avp].clause).within(NOTED_AT_ONCE_MS) });
  },
);

conformance(
  {
    id: "rfc2661-1242",
    clause: CLAUSES["RFC2661-4.4.3-50"],
    needs: ["lac", "hidden-avps", "tunnel-authentication"],
    story: "whether a LAC hides the Challenge Response of its SCCCN is written down",
    background: ["session"],
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, note, climb }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }, [avpOf("challenge", SIXTEEN)]));
    await ofItsOwn(
      { note, climb },
      "SCCCN",
      { "l2tp.tunnelId": tunnel.id },
      hides("challengeResponse"),
      "RFC2661-4.4.3-50",
    );
  },
);

conformance(
  {
    id: "rfc2661-1243",
    clause: CLAUSES["RFC2661-4.4.4-14"],
    clauses: clausesOf(IN_ICRQ),
    needs: ["lac", "hidden-avps"],
    story: "whether a LAC hides an AVP of its ICRQ is written down",
    params: paramsOf(IN_ICRQ),
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, params: { avp }, note, climb }) => {
    await request({ note, climb }, await bench.open(), "ICRQ", hides(avp), IN_ICRQ[avp].clause);
  },
);

conformance(
  {
    id: "rfc2661-1244",
    clause: CLAUSES["RFC2661-4.4.4-29"],
    clauses: clausesOf(IN_ICCN),
    needs: ["lac", "hidden-avps"],
    story: "whether a LAC hides an AVP of its ICCN is written down",
    params: paramsOf(IN_ICCN),
    background: ["ppp"],
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, params: { avp }, note, climb }) => {
    const tunnel = await bench.open();
    const call = await tunnel.asked();
    tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: call.peerId });
    await ofItsOwn({ note, climb }, "ICCN", { "l2tp.sessionId": call.id }, hides(avp), IN_ICCN[avp].clause);
  },
);

conformance(
  {
    id: "rfc2661-1245",
    clause: CLAUSES["RFC2661-4.4.4-20"],
    clauses: clausesOf(IN_OCRQ),
    needs: ["lns", "hidden-avps", "outgoing-calls", "dial-out"],
    story: "whether an LNS hides a speed of its OCRQ is written down",
    params: paramsOf(IN_OCRQ),
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, params: { avp }, note, climb }) => {
    await request({ note, climb }, await bench.answer(), "OCRQ", hides(avp), IN_OCRQ[avp].clause);
  },
);

conformance(
  {
    id: "rfc2661-1246",
    clause: CLAUSES["RFC2661-4.4.6-04"],
    clauses: [CLAUSES["RFC2661-4.4.6-07"]],
    needs: ["hidden-avps"],
    story: "whether a LAC tells Call Errors that are hidden, or an LNS a hidden ACCM, is written down",
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, note, role, user, gateway }) => {
    const tunnel = await bench.open();
    const call = role === "lac" ? await tunnel.call() : await tunnel.granted();
    // What the device tells may come before it acknowledges the call.
    if (role === "lns") tunnel.send(iccn(), { sessionId: call.peerId });
    call.begin(user, gateway);
    const hidden =
      role === "lac"
        ? may(control("WEN", { "l2tp.sessionId": call.id, ...hides("callErrors") }), "RFC2661-4.4.6-04")
        : may(control("SLI", { "l2tp.sessionId": call.id, ...hides("accm") }), "RFC2661-4.4.6-07");
    await note(hidden.within(3_000));
  },
);

conformance(
  {
    id: "rfc2661-1247",
    clause: CLAUSES["RFC2661-4.3-05"],
    needs: ["lns", "hidden-avps"],
    story: "whether an LNS pads what it hides of its SCCRP is written down",
    waitsMs: NOTED_WITHIN_MS,
  },
  async ({ bench, note, climb }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const padded = { ...hides("assignedTunnelId"), "avp.assignedTunnelId.length": atLeast(BARE_ID_OCTETS + 1) };
    await ofItsOwn({ note, climb }, "SCCRP", { "l2tp.tunnelId": tunnel.id }, padded, "RFC2661-4.3-05");
  },
);
