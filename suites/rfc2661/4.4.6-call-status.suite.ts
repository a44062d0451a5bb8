/** RFC 2661 §4.4.6: WEN tells of errors on the LAC's line, SLI of the characters that are escaped on it. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { may, must, never } from "#expect/ladder";
import { acks, anyOf, control, disconnected, echoed, stopped } from "#expect/matchers";
import { avpOf, wen, withAvps } from "#peer/script";

conformance(
  {
    id: "rfc2661-1155",
    clause: CLAUSES["RFC2661-4.4.6-11"],
    needs: ["lns"],
    story: "what an LNS tells in SLI, if it does, is the ACCM that the client has negotiated with it",
    background: ["ppp"],
    waitsMs: 3_000,
  },
  async ({ bench, note, user, gateway }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call({ iccn: [avpOf("framingType", 2)] });
    await call.openLcp(user, gateway, { ppp: { accm: 0x000a0000 } });
    await note(may(control("SLI", { "l2tp.sessionId": call.id }), "RFC2661-4.4.6-11").within(3_000));
  },
);

/** No error yet, and more than the counters hold. */
const COUNTS = [{ errors: 0 }, { errors: 0xffffffff }];

conformance(
  {
    id: "rfc2661-1156",
    version: 3,
    clause: CLAUSES["RFC2661-4.4.6-12"],
    needs: ["lns"],
    story: "a WEN with any counts is acknowledged, and the session goes on",
    waitsMs: 500,
    params: COUNTS,
    background: ["ppp"],
  },
  async ({ bench, climb, silence, user, gateway, params: { errors } }) => {
    const tunnel = await bench.open();
    const call = await tunnel.call();
    await call.openLcp(user, gateway);
    const counts = avpOf("callErrors", {
      crcErrors: errors,
      framingErrors: errors,
      hardwareOverruns: errors,
      bufferOverruns: errors,
      timeoutErrors: errors,
      alignmentErrors: errors,
    });
    const ns = tunnel.send(withAvps(wen(), counts), { sessionId: call.peerId });
    await climb(must(acks(ns, { tunnel: tunnel.id }), "RFC2661-4.4.6-12"));
    // One that gives the session up may answer an echo for another moment.
    await silence(never(anyOf(disconnected(tunnel.id, [call.id]), stopped(tunnel.id)), "RFC2661-4.4.6-12").within(500));
    call.ask(100);
    await climb(must(echoed(100, call.id), "RFC2661-4.4.6-12"));
  },
);
