/** RFC 2661 §5.2, §5.3, §7.3: sessions beside each other, and the PPP frames in them. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never, should } from "#expect/ladder";
import { control, echoed, lcp, nonZero, redial, stopped } from "#expect/matchers";
import { fromHex, hex, icrp, lcp as lcpPacket } from "#peer/script";

conformance(
  {
    id: "rfc2661-1373",
    clause: CLAUSES["RFC2661-5.2-01"],
    story:
      "calls have a direction: a LAC that has a caller never asks for an outgoing call, an asked LNS never for an incoming one",
    background: ["session", "ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, silence, allow, role }) => {
    const tunnel = await bench.open();
    allow(redial);
    if (role === "lns") tunnel.ask();
    await silence(never(control(role === "lns" ? "ICRQ" : "OCRQ"), "RFC2661-5.2-01"));
  },
);

conformance(
  {
    id: "rfc2661-1374",
    version: 2,
    clause: CLAUSES["RFC2661-5.2-02"],
    needs: ["lns"],
    story:
      "two sessions of a tunnel are two PPP links: each answers its own LCP echo, one of them still when the other has ended",
    background: ["ppp"],
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.open();
    const first = await tunnel.call();
    const second = await tunnel.call();
    await first.openLcp(caller, gateway);
    await second.openLcp(caller, gateway);
    first.ask(11);
    await climb(must(echoed(11, first.id), "RFC2661-5.2-02"));
    second.ask(12);
    await climb(must(echoed(12, second.id), "RFC2661-5.2-02"));
    await tunnel.acknowledged(tunnel.hangUp(first));
    first.stop();
    second.ask(13);
    await climb(must(echoed(13, second.id), "RFC2661-5.2-02"));
  },
);

conformance(
  {
    id: "rfc2661-1375",
    version: 2,
    clause: CLAUSES["RFC2661-5.3-06"],
    needs: ["lns"],
    story: "an LCP echo out of the tunnel is answered in its session; whether one without FF 03 is, is written down",
    background: ["ppp"],
  },
  async ({ bench, climb, note, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway);
    call.ask(9);
    await climb(must(echoed(9, call.id), "RFC2661-5.3-06"));
    // RFC 1661 §6.6: LCP is never compressed, and what is although it was not negotiated may be dropped.
    call.send(lcpPacket.echoRequest(10, 0, new Uint8Array(0), { addressControl: false }));
    await note(may(echoed(10, call.id), "RFC2661-5.3-06").within(1_000));
  },
);

conformance(
  {
    id: "rfc2661-1376",
    clause: CLAUSES["RFC2661-5.3-05"],
    needs: ["lac"],
    story:
      "PPP frames go through the tunnel without flags, escapes and FCS: the data of an LCP echo comes back as it was, 7E and 7D among it",
    background: ["ppp"],
  },
  async ({ bench, climb, caller, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(caller, gateway);
    const payload = fromHex("7d 7e 00 7d 5e 11 13 7e");
    call.send(lcpPacket.echoRequest(9, 0, payload));
    const back = lcp("Echo-Reply", { "lcp.id": 9, "l2tp.sessionId": call.id, "lcp.data": hex(payload) });
    await climb(must(back, "RFC2661-5.3-05"));
  },
);

conformance(
  {
    id: "rfc2661-1377",
    clause: CLAUSES["RFC2661-7.3-01"],
    needs: ["lns"],
    story:
      "a call that waits for its ICCN keeps no other waiting: the next is granted at once, in its tunnel and in another",
    params: [{ tunnel: "the same" }, { tunnel: "another" }],
  },
  async ({ bench, climb, params }) => {
    const tunnel = await bench.open();
    await tunnel.granted();
    const other = params.tunnel === "another" ? await bench.open() : tunnel;
    const call = other.ask();
    const answer = { "l2tp.tunnelId": other.id, "l2tp.sessionId": call.id, "avp.assignedSessionId": nonZero };
    await climb(should(control("ICRP", answer), "RFC2661-7.3-01").within(2_000));
  },
);

conformance(
  {
    id: "rfc2661-1394",
    clause: CLAUSES["RFC2661-7.4.2-08"],
    needs: ["lns"],
    story: "the ID of a call that has ended serves for the next: ICRQ with it is granted",
    background: ["ppp"],
  },
  async ({ bench, climb }) => {
    const tunnel = await bench.open();
    // A tunnel may go with its last call: this one holds it.
    await tunnel.call();
    const ended = await tunnel.call();
    await tunnel.acknowledged(tunnel.hangUp(ended));
    const call = tunnel.ask(ended.id);
    const answer = { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id, "avp.assignedSessionId": nonZero };
    const granted = must(control("ICRP", answer), "RFC2661-7.4.2-08");
    await climb(granted.or(stopped(tunnel.id), "the tunnel ends with its only session"));
  },
);

conformance(
  {
    id: "rfc2661-1395",
    clause: CLAUSES["RFC2661-4.4.4-01"],
    story:
      "each end has numbers of its own: the bench gives a call the ID that the device has given, and LCP comes under it",
    background: ["ppp"],
  },
  async ({ bench, climb, role, caller, gateway }) => {
    const tunnel = await bench.open();
    let call = role === "lns" ? await tunnel.call() : await tunnel.asked();
    // As LNS the device has named its first call, so that the second can bear that number at the other end.
    if (role === "lns") call = await tunnel.call({ id: call.peerId });
    else {
      const twin = tunnel.newCall(call.peerId);
      twin.peerId = call.peerId;
      tunnel.send(icrp({ assignedSessionId: twin.id }), { sessionId: call.peerId });
      await climb(given(control("ICCN", { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": twin.id })));
      call = twin;
    }
    call.begin(caller, gateway);
    await climb(
      must(lcp("Configure-Ack", { "l2tp.tunnelId": tunnel.id, "l2tp.sessionId": call.id }), "RFC2661-4.4.4-01"),
    );
  },
);
