/** RFC 3145 §1, §2 and §4: a cause beside the Result Code, sent to the device. It tells a reader something, and does nothing. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, never, should } from "#expect/ladder";
import { control, echoed, lcp } from "#expect/matchers";
import { avpOf, cdn, fromHex, hidden, iccn, stopCcn, unknownAvp, type Avp } from "#peer/script";

/** LCP by the reference PPP; nothing behind it is needed. */
const LCP_ONLY = { byHand: ["PAP", "CHAP", "IPCP"] } as const;
/** What the end of a call brings along: the rest of PPP, a CDN in return, a tunnel without calls, another dial. */
const AROUND = ["ppp", "session", "tunnel"] as const;

const cause = (code: number, protocol = 0, direction = 0, message = ""): Avp =>
  avpOf("pppDisconnectCause", { code, protocol, direction, message });
const raw = (value: string): Avp =>
  avpOf("pppDisconnectCause", { code: 0, protocol: 0, direction: 0 }, { value: fromHex(value) });

/** Good ones of each group, codes and directions that nobody has defined, and octets that are none. */
const CAUSES = {
  none: cause(0),
  terminated: cause(3, 0, 1),
  "bad-password": cause(16, 0xc223, 1, "Zugang verweigert: ungültig"),
  "vendor-code": cause(65_535, 0xffff, 255),
  "long-text": cause(20, 0x8021, 2, "x".repeat(900)),
  "no-utf8": raw("0001000000fffe80"),
  short: raw("00010000"),
  empty: raw(""),
} as const;

conformance(
  {
    id: "rfc3145-0001",
    version: 2,
    clause: CLAUSES["RFC3145-1-02"],
    background: AROUND,
    story: "a CDN with a disconnect cause, whatever that says, is acknowledged and ends the session as one without",
    params: [
      { cause: "none" },
      { cause: "terminated" },
      { cause: "bad-password" },
      { cause: "vendor-code" },
      { cause: "long-text" },
      { cause: "no-utf8" },
      { cause: "short" },
      { cause: "empty" },
    ],
  },
  async ({ bench, climb, silence, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway, LCP_ONLY);
    call.ask(8);
    await climb(given(echoed(8, call.id)));
    call.stop();
    const goodbye = cdn({ assignedSessionId: call.id }, [CAUSES[params.cause]]);
    const ns = tunnel.send(goodbye, { sessionId: call.peerId });
    await climb(should({ is: "acks", ns, tunnel: tunnel.id }, "RFC3145-1-02"));
    await call.echoAfterEnd(9);
    await silence(never(echoed(9, call.id), "RFC3145-1-02").within(1_000));
  },
);

conformance(
  {
    id: "rfc3145-0002",
    version: 2,
    clause: CLAUSES["RFC3145-1-02"],
    needs: ["lns"],
    background: AROUND,
    story: "a session that ends with a disconnect cause leaves the other one of its tunnel as it was",
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.open();
    const first = await tunnel.call();
    const second = await tunnel.call();
    await second.openLcp(caller, gateway, LCP_ONLY);
    tunnel.send(cdn({ assignedSessionId: first.id }, [cause(1)]), { sessionId: first.peerId });
    second.ask(9);
    await climb(should(echoed(9, second.id), "RFC3145-1-02"));
  },
);

/** What an implementation may send, and another need not know; each is no reason to keep the session. */
const LIBERTIES = {
  several: { clause: "RFC3145-3.4-02", avps: [cause(17, 0x8021), cause(17, 0x8057)] },
  draft: { clause: "RFC3145-4-02", avps: [unknownAvp(43, 46, fromHex("0010c02301"))] },
} as const;

conformance(
  {
    id: "rfc3145-0003",
    clause: CLAUSES["RFC3145-3.4-02"],
    clauses: [CLAUSES["RFC3145-4-02"], CLAUSES["RFC3145-1-02"]],
    background: AROUND,
    story: "a CDN with a cause for each of two NCPs, or with the draft's form of it, ends the session all the same",
    params: [{ told: "several" }, { told: "draft" }],
  },
  async ({ bench, note, silence, caller, gateway, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway, LCP_ONLY);
    call.stop();
    const { clause, avps } = LIBERTIES[params.told];
    const ns = tunnel.send(cdn({ assignedSessionId: call.id }, [...avps]), { sessionId: call.peerId });
    await note(may({ is: "acks", ns, tunnel: tunnel.id }, clause));
    await call.echoAfterEnd(9);
    await silence(never(echoed(9, call.id), "RFC3145-1-02").within(1_000));
  },
);

conformance(
  {
    id: "rfc3145-0004",
    clause: CLAUSES["RFC3145-2-05"],
    clauses: [CLAUSES["RFC3145-1-02"]],
    needs: ["tunnel-authentication", "hidden-avps"],
    background: AROUND,
    story: "a CDN whose disconnect cause is hidden ends the session as well",
  },
  async ({ bench, note, silence, caller, gateway, tunnelSecret }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway, LCP_ONLY);
    call.stop();
    const clear = cdn({ assignedSessionId: call.id }, [cause(16, 0xc023, 1, "no")]);
    const goodbye = hidden(
      clear,
      { secret: tunnelSecret, randomVector: fromHex("00112233445566778899aabbccddeeff") },
      "pppDisconnectCause",
    );
    const ns = tunnel.send(goodbye, { sessionId: call.peerId });
    await note(may({ is: "acks", ns, tunnel: tunnel.id }, "RFC3145-2-05"));
    await call.echoAfterEnd(9);
    await silence(never(echoed(9, call.id), "RFC3145-1-02").within(1_000));
  },
);

conformance(
  {
    id: "rfc3145-0005",
    clause: CLAUSES["RFC3145-1-02"],
    background: AROUND,
    story:
      "a disconnect cause marked mandatory, or in a StopCCN where it does not belong, is acknowledged with its message",
    params: [{ in: "CDN" }, { in: "StopCCN" }],
  },
  async ({ bench, climb, params }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    const told = avpOf(
      "pppDisconnectCause",
      { code: 1, protocol: 0, direction: 0 },
      { m: params.in === "CDN" ? 1 : 0 },
    );
    const ns =
      params.in === "CDN"
        ? tunnel.send(cdn({ assignedSessionId: call.id }, [told]), { sessionId: call.peerId })
        : tunnel.send(stopCcn({ assignedTunnelId: tunnel.id }, [told]));
    if (params.in === "StopCCN") tunnel.stopped = true;
    await climb(should({ is: "acks", ns, tunnel: tunnel.id }, "RFC3145-1-02"));
  },
);

conformance(
  {
    id: "rfc3145-0006",
    clause: CLAUSES["RFC3145-1-02"],
    needs: ["lns"],
    background: AROUND,
    story: "a disconnect cause in ICCN, where it does not belong, keeps no session from coming up",
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    const call = tunnel.ask();
    const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
    call.peerId = answer.number("avp.assignedSessionId");
    tunnel.send(iccn({}, [cause(1)]), { sessionId: call.peerId });
    await climb(should(lcp("Configure-Request", { "l2tp.sessionId": call.id }), "RFC3145-1-02"));
  },
);
