/** RFC 2661 §4.4.3: what the ends tell each other of themselves, and what a call may ask for after that. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { anyOf, control, data, disconnected, not, redial, stopped } from "#expect/matchers";
import { avpOf, iccn, icrp, lcp, ocrq, sccrp, sccrq } from "#peer/script";

const SYNC = 1;
const ASYNC = 2;
const BOTH = 3;
/** §4.4.3 tells whoever asks that the call will be rejected; it is no rule for who rejects it. */
const TAKEN = "the call is taken with a framing that was not announced";
const DIGITAL = 1;
const ANALOG = 2;

conformance(
  {
    id: "rfc2661-1120",
    clause: CLAUSES["RFC2661-4.4.3-02"],
    needs: ["lac"],
    story: "an LNS that announces one framing is not asked for a call with the other",
    params: [{ framing: SYNC }, { framing: ASYNC }],
    background: ["ppp"],
    waitsMs: 2_000,
  },
  async ({ bench, silence, note, allow, params: { framing } }) => {
    const { tunnel } = await bench.rung();
    allow(control("SCCCN"), control("ICRQ"), control("ICCN"), control("CDN"), stopped(tunnel.id), redial);
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, framingCapabilities: framing }));
    const call = tunnel.newCall();
    // A LAC that cannot do it may leave the call, or the tunnel.
    const request = await note(may(control("ICRQ", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-02").within(1_000));
    if (request !== undefined)
      tunnel.send(icrp({ assignedSessionId: call.id }), { sessionId: request.number("avp.assignedSessionId") });
    const other = control("ICCN", { "l2tp.sessionId": call.id, "avp.framingType": not(framing) });
    await silence(never(other, "RFC2661-4.4.3-02").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1121",
    clause: CLAUSES["RFC2661-4.4.4-05"],
    clauses: [CLAUSES["RFC2661-4.4.4-07"]],
    needs: ["lns", "outgoing-calls", "dial-out"],
    story: "a LAC with one kind of line and one framing is asked to call out over these, if at all",
    params: [
      { bearer: DIGITAL, framing: SYNC },
      { bearer: ANALOG, framing: ASYNC },
    ],
    version: 2,
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, params: { bearer, framing } }) => {
    const tunnel = await bench.answer({
      avps: [avpOf("framingCapabilities", framing), avpOf("bearerCapabilities", bearer)],
    });
    const asks = (fields: Parameters<typeof control>[1]) => control("OCRQ", { "l2tp.tunnelId": tunnel.id, ...fields });
    // An LNS that cannot do with them may leave the call, or the tunnel.
    allow(asks({ "avp.bearerType": bearer, "avp.framingType": framing }), control("CDN"), stopped(tunnel.id), redial);
    const other = (of: "bearer" | "framing") => asks({ [`avp.${of}Type`]: not(of === "bearer" ? bearer : framing) });
    await silence(never(other("bearer"), "RFC2661-4.4.4-05"), never(other("framing"), "RFC2661-4.4.4-07"));
  },
);

conformance(
  {
    id: "rfc2661-1122",
    clause: CLAUSES["RFC2661-4.4.3-04"],
    needs: ["lac"],
    story: "only a LAC that has given its Bearer Capabilities takes a request to call out",
    background: ["ppp", "session"],
    waitsMs: 2_000,
  },
  async ({ bench, climb, silence, note, allow }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCCN", { "l2tp.tunnelId": tunnel.id })));
    await tunnel.asked();
    allow(stopped(tunnel.id), redial, control("OCRP"), control("OCCN"));
    const call = tunnel.newCall();
    tunnel.send(ocrq({ assignedSessionId: call.id }));
    const taken = control("OCRP", { "l2tp.sessionId": call.id });
    const announced = request.field("avp.bearerCapabilities") !== undefined;
    if (announced) await note(may(taken, "RFC2661-4.4.3-04").within(1_000));
    else await silence(never(taken, "RFC2661-4.4.3-04").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1123",
    clause: CLAUSES["RFC2661-4.4.3-54"],
    clauses: [CLAUSES["RFC2661-4.4.3-52"]],
    needs: ["lac"],
    story:
      "a request to call out over a bearer, or with a framing, that the LAC has not announced is refused, and that over a bearer connects nothing",
    params: [{ of: "bearer" }, { of: "framing" }],
    background: ["ppp", "session"],
    version: 2,
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, note, allow, params: { of } }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id }));
    await climb(given(control("SCCCN", { "l2tp.tunnelId": tunnel.id })));
    await tunnel.asked();
    allow(stopped(tunnel.id), redial, control("OCRP"), control("OCCN"));
    const has = Number(request.field(`avp.${of}Capabilities`)?.value ?? 0);
    const lacks = BOTH & ~has;
    const call = tunnel.newCall();
    const wanted = of === "bearer" ? { bearerType: lacks || BOTH } : { framingType: lacks || BOTH };
    tunnel.send(ocrq({ assignedSessionId: call.id, ...wanted }));
    const connected = control("OCCN", { "l2tp.sessionId": call.id });
    const refused = anyOf(disconnected(tunnel.id, [call.id]), stopped(tunnel.id));
    // Of one that has both there is nothing to ask that it lacks.
    if (lacks === 0)
      await note(may(connected, of === "bearer" ? "RFC2661-4.4.3-54" : "RFC2661-4.4.3-52").within(1_000));
    else if (of === "framing") await note(may(refused, "RFC2661-4.4.3-52").or(connected, TAKEN));
    else await silence(never(connected, "RFC2661-4.4.3-54"));
  },
);

conformance(
  {
    id: "rfc2661-1124",
    clause: CLAUSES["RFC2661-4.4.3-52"],
    needs: ["lns"],
    story: "a call with a framing that the LNS has not announced is refused",
    background: ["ppp"],
    version: 2,
    waitsMs: 3_000,
  },
  async ({ bench, climb, note }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const answer = await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    const lacks = BOTH & ~answer.number("avp.framingCapabilities");
    await tunnel.acknowledged(tunnel.send({ type: "SCCCN", avps: [] }));
    const call = tunnel.ask();
    call.peerId = (await climb(given(control("ICRP", { "l2tp.sessionId": call.id })))).number("avp.assignedSessionId");
    bench.burst(() => {
      tunnel.send(iccn({ framingType: lacks || ASYNC }), { sessionId: call.peerId, untold: true });
      call.send(lcp.configureRequest(1, []));
    });
    const carried = data({ "l2tp.sessionId": call.id });
    const refused = anyOf(disconnected(tunnel.id, [call.id]), stopped(tunnel.id));
    // Of one that has both there is nothing to ask that it lacks.
    await note(lacks === 0 ? may(carried, "RFC2661-4.4.3-52") : may(refused, "RFC2661-4.4.3-52").or(carried, TAKEN));
  },
);

conformance(
  {
    id: "rfc2661-1125",
    clause: CLAUSES["RFC2661-4.4.3-57"],
    needs: ["lns"],
    story: "an SCCRQ that announces either framing, or both, is answered",
    params: [{ framing: SYNC }, { framing: ASYNC }, { framing: BOTH }],
  },
  async ({ bench, climb, params: { framing } }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, framingCapabilities: framing }));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-57").or(
        stopped(tunnel.id),
        "the peer's framing is refused",
      ),
    );
  },
);

conformance(
  {
    id: "rfc2661-1126",
    clause: CLAUSES["RFC2661-4.4.3-57"],
    needs: ["lac"],
    story: "an SCCRP that announces either framing, or both, opens the tunnel",
    params: [{ framing: SYNC }, { framing: ASYNC }, { framing: BOTH }],
    background: ["session"],
  },
  async ({ bench, climb, params: { framing } }) => {
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, framingCapabilities: framing }));
    await climb(
      must(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), "RFC2661-4.4.3-57").or(
        stopped(tunnel.id),
        "the peer's framing is refused",
      ),
    );
  },
);

/** Versions that are not the device's: older, newer, and another revision of its own. */
const VERSIONS = [{ version: 0x0009 }, { version: 0x0101 }, { version: 0x0200 }];

conformance(
  {
    id: "rfc2661-1127",
    clause: CLAUSES["RFC2661-4.4.3-60"],
    needs: ["lns"],
    story: "an SCCRQ of another version is answered with the device's own version, refused, or left",
    params: VERSIONS,
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, params: { version } }) => {
    const tunnel = await bench.tunnel();
    allow(control("SCCRP", { "l2tp.tunnelId": tunnel.id }), stopped(tunnel.id));
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, protocolVersion: version }));
    const echo = control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.protocolVersion": not(0x0100) });
    await silence(never(echo, "RFC2661-4.4.3-60").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1128",
    clause: CLAUSES["RFC2661-4.4.3-60"],
    needs: ["lac"],
    story: "an SCCRP of another revision opens the tunnel or is refused",
    background: ["session"],
    waitsMs: 1_000,
  },
  async ({ bench, note, allow }) => {
    const { tunnel } = await bench.rung();
    allow(redial);
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, protocolVersion: 0x0101 }));
    await note(may(anyOf(control("SCCCN", { "l2tp.tunnelId": tunnel.id }), stopped(tunnel.id)), "RFC2661-4.4.3-60"));
  },
);
