/**
 * RFC 3145 §3 to §5: what the device tells when it ends a call. The AVP is optional, so each case makes an end of one kind
 * and writes down what is told; whether that fits what went before, the rules judge.
 */
import { conformance } from "#conformance";
import { CLAUSES, type ClauseId } from "#clauses";
import { given, may, should } from "#expect/ladder";
import { absent, chap, control, type FieldSpec, ipcp, lcp, oneOf, pap, present } from "#expect/matchers";
import { chap as chapPacket, control as packetOf, lcp as lcpPacket, pap as papPacket, PPP } from "#peer/script";

const AROUND = ["ppp", "session", "tunnel"] as const;
const PAP_BY_HAND = { auth: "pap", byHand: ["PAP", "IPCP"] } as const;
const CHAP_BY_HAND = { auth: "chap", byHand: ["CHAP", "IPCP"] } as const;
const CAUSE = "avp.pppDisconnectCause";
const WITH_CAUSE = { [`${CAUSE}.code`]: present };

/** The device's CDN for this session with this cause; code 0 tells nothing and is right as well. */
const tells = (session: number, clause: ClauseId, ...codes: number[]) =>
  may(control("CDN", { "l2tp.sessionId": session, [`${CAUSE}.code`]: oneOf(0, ...codes) }), clause);

conformance(
  {
    id: "rfc3145-0010",
    version: 2,
    clause: CLAUSES["RFC3145-4-01"],
    clauses: [CLAUSES["RFC3145-2-05"]],
    background: AROUND,
    story: "the bench ends LCP: if the device's CDN tells a cause, it is the Terminate-Request of the peer",
    waitsMs: 35_000,
  },
  async ({ bench, climb, note, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway, { byHand: ["PAP", "CHAP", "IPCP"] });
    call.stop();
    call.send(lcpPacket.terminateRequest(77));
    await climb(given(lcp("Terminate-Ack", { "lcp.id": 77 })));
    // Who was asked to terminate leaves the hanging up to the other end, and waits for it a while.
    const ended = (told: FieldSpec) => control("CDN", { "l2tp.sessionId": call.id, ...told });
    const hidden = await note(may(ended({ [`${CAUSE}.h`]: true }), "RFC3145-2-05").within(35_000));
    if (hidden !== undefined) return;
    await note(may(ended(WITH_CAUSE), "RFC3145-4-01").within(35_000));
  },
);

conformance(
  {
    id: "rfc3145-0011",
    clause: CLAUSES["RFC3145-3.3-04"],
    needs: ["lns"],
    background: AROUND,
    story: "after a wrong password the device's CDN, if it tells a cause, tells that the peer's proof failed",
    params: [{ by: "pap" }, { by: "chap" }],
    waitsMs: 10_000,
  },
  async ({ bench, climb, note, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway, params.by === "pap" ? PAP_BY_HAND : CHAP_BY_HAND);
    if (params.by === "pap") call.send(papPacket.request(7, caller.user, `${caller.password}x`));
    else {
      const asked = await climb(given(chap("Challenge")));
      call.send(chapPacket.response(asked.number("chap.id"), new Uint8Array(16), caller.user));
    }
    await note(tells(call.id, "RFC3145-3.3-04", 16));
  },
);

conformance(
  {
    id: "rfc3145-0012",
    clause: CLAUSES["RFC3145-3.3-04"],
    needs: ["lac", "pap"],
    background: AROUND,
    story: "after Authenticate-Nak the device's CDN, if it tells a cause, tells that its own proof failed",
    waitsMs: 35_000,
  },
  async ({ bench, climb, note, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway, PAP_BY_HAND);
    const login = await climb(given(pap("Authenticate-Request")));
    call.send(papPacket.nak(login.number("pap.id"), "no"));
    await note(tells(call.id, "RFC3145-3.3-04", 16).within(35_000));
  },
);

conformance(
  {
    id: "rfc3145-0013",
    clause: CLAUSES["RFC3145-3.3-03"],
    needs: ["lns"],
    background: AROUND,
    story: "when the bench rejects every method, the device's CDN, if it tells a cause, tells that they were rejected",
    waitsMs: 10_000,
  },
  async ({ bench, climb, note }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    const asked = await climb(given(lcp("Configure-Request", { "lcp.option.auth": present })));
    const [protocol, algorithm] = [asked.number("lcp.option.auth.protocol"), asked.field("lcp.option.auth.algorithm")];
    const method = {
      type: "auth",
      protocol,
      ...(algorithm !== undefined && { algorithm: Number(algorithm.value) }),
    } as const;
    call.send(lcpPacket.configureReject(asked.number("lcp.id"), [method]));
    await note(tells(call.id, "RFC3145-3.3-03", 15));
  },
);

conformance(
  {
    id: "rfc3145-0014",
    clause: CLAUSES["RFC3145-3.2-02"],
    background: AROUND,
    story:
      "when LCP gets no answer, or noise, the device's CDN, if it tells a cause, tells a timeout or that no LCP came",
    params: [{ answer: "none" }, { answer: "noise" }],
    waitsMs: 35_000,
  },
  async ({ bench, climb, note, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    const asked = await climb(given(lcp("Configure-Request", { "l2tp.sessionId": call.id })));
    if (params.answer === "noise") call.send(packetOf(PPP.LCP, 99, asked.number("lcp.id"), new Uint8Array(3)));
    await note(tells(call.id, "RFC3145-3.2-02", 5, 6).within(35_000));
  },
);

conformance(
  {
    id: "rfc3145-0015",
    clause: CLAUSES["RFC3145-3.2-03"],
    background: AROUND,
    story: "when its requests come back as the bench's, the device's CDN, if it tells a cause, tells of a loop",
    waitsMs: 10_000,
  },
  async ({ bench, climb, note }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    const asked = await climb(given(lcp("Configure-Request", { "l2tp.sessionId": call.id })));
    const again = () => call.send(packetOf(PPP.LCP, 1, asked.number("lcp.id"), asked.octets("lcp.options")));
    for (let n = 0; n < 5; n++) again();
    await note(tells(call.id, "RFC3145-3.2-03", 5, 6, 7));
  },
);

conformance(
  {
    id: "rfc3145-0016",
    clause: CLAUSES["RFC3145-3.3-02"],
    needs: ["lns"],
    background: AROUND,
    story: "when nobody logs in, the device's CDN, if it tells a cause, tells that authentication took too long",
    waitsMs: 40_000,
  },
  async ({ bench, note, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway, { byHand: ["PAP", "CHAP", "IPCP"] });
    await note(tells(call.id, "RFC3145-3.3-02", 13).within(40_000));
  },
);

conformance(
  {
    id: "rfc3145-0017",
    version: 2,
    clause: CLAUSES["RFC3145-3.4-03"],
    clauses: [CLAUSES["RFC3145-3.4-02"]],
    background: AROUND,
    story: "when IPCP is rejected as a protocol, the device's CDN, if it tells a cause, tells that no NCP has opened",
    waitsMs: 10_000,
  },
  async ({ bench, climb, note, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway, { byHand: ["IPCP"] });
    const asked = await climb(given(ipcp("Configure-Request")));
    call.send(lcpPacket.protocolReject(200, PPP.IPCP, asked.octets("ipcp.options")));
    const several = { "l2tp.sessionId": call.id, [`${CAUSE}#2.code`]: present };
    if ((await note(may(control("CDN", several), "RFC3145-3.4-02"))) !== undefined) return;
    await note(tells(call.id, "RFC3145-3.4-03", 17, 18));
  },
);

conformance(
  {
    id: "rfc3145-0018",
    clause: CLAUSES["RFC3145-5-01"],
    clauses: [CLAUSES["RFC3145-1-03"]],
    needs: ["lns", "pap"],
    background: AROUND,
    story: "who gives an unknown name is told just what one with a wrong password is told",
    version: 3,
    waitsMs: 20_000,
  },
  async ({ bench, climb, note, caller, gateway }) => {
    const tunnel = await bench.open();
    const stranger = await tunnel.call();
    const ended = (told: FieldSpec = {}) => control("CDN", { "l2tp.sessionId": stranger.id, ...told });
    await stranger.openLcp(caller, gateway, PAP_BY_HAND);
    stranger.send(papPacket.request(7, "nobody@hb", caller.password));
    // Both rungs count from the login, so a CDN without a cause has come by the time that it is looked for.
    const told = await note(may(ended(WITH_CAUSE), "RFC3145-1-03"));
    const first = told ?? (await note(may(ended(), "RFC3145-5-01")));
    // A device may close the tunnel with its last session; the next call comes in another one either way.
    if (!tunnel.stopped) await tunnel.acknowledged(tunnel.close());
    const forgetful = await (await bench.open()).call();
    await forgetful.openLcp(caller, gateway, PAP_BY_HAND);
    forgetful.send(papPacket.request(7, caller.user, `${caller.password}x`));
    const [code, text] = [`${CAUSE}.code`, `${CAUSE}.message`].map((path) => first?.field(path)?.value);
    if (first === undefined) return;
    const like = {
      "l2tp.sessionId": forgetful.id,
      [`${CAUSE}.code`]: code ?? absent,
      [`${CAUSE}.message`]: text ?? absent,
    };
    await climb(should(control("CDN", like), "RFC3145-5-01"));
  },
);
