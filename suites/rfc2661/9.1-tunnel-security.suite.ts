/** RFC 2661 §9.1 and §9.5: one secret, proofs that cannot be used again, ids that are hard to guess, proxied proofs. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { given, may, must, never } from "#expect/ladder";
import { anyOf, chap, control, lcp, not, pap, present, redial, stopped } from "#expect/matchers";
import { avpOf, cdn, challengeResponse, fromHex, hex, icrq, ofText, sccrp, sccrq, scccn } from "#peer/script";

const SCCRP_TYPE = 2;
const SCCCN_TYPE = 3;
const CHALLENGE = fromHex("00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f");
/** Enough to see a series in: the rule that looks at them wants thirty. */
const IDS = 34;

conformance(
  {
    id: "rfc2661-1260",
    clause: CLAUSES["RFC2661-9.1-01"],
    needs: ["lns", "tunnel-authentication", "challenges-peer"],
    story: "a device that challenges proves the secret in SCCRP and takes a proof of the same one in SCCCN",
  },
  async ({ bench, climb, tunnelSecret: secret }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, challenge: CHALLENGE }));
    const proof = hex(challengeResponse(SCCRP_TYPE, secret, CHALLENGE));
    const proven = { "avp.challengeResponse": proof, "avp.challenge.length": not(6) };
    const answer = await climb(must(control("SCCRP", { "l2tp.tunnelId": tunnel.id, ...proven }), "RFC2661-9.1-01"));
    const response = challengeResponse(SCCCN_TYPE, secret, answer.octets("avp.challenge"));
    tunnel.send(scccn({ challengeResponse: response }));
    const call = tunnel.ask();
    await climb(must(control("ICRP", { "l2tp.sessionId": call.id }), "RFC2661-9.1-01"));
  },
);

conformance(
  {
    id: "rfc2661-1261",
    clause: CLAUSES["RFC2661-9.1-01"],
    needs: ["lac", "tunnel-authentication", "challenges-peer"],
    story: "a device that challenges takes a proof of the secret in SCCRP and proves the same one in SCCCN",
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret: secret }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    const response = challengeResponse(SCCRP_TYPE, secret, request.octets("avp.challenge"));
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, challenge: CHALLENGE, challengeResponse: response }));
    const proof = hex(challengeResponse(SCCCN_TYPE, secret, CHALLENGE));
    await climb(
      must(control("SCCCN", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": proof }), "RFC2661-9.1-01"),
    );
  },
);

conformance(
  {
    id: "rfc2661-1262",
    clause: CLAUSES["RFC2661-9.1-03"],
    needs: ["lns", "tunnel-authentication", "challenges-peer", "two-openings"],
    story: "the proof that the device itself gave for its own challenge, in a second tunnel, opens no tunnel",
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow }) => {
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
    const first = await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
    const other = await bench.tunnel();
    other.send(sccrq({ assignedTunnelId: other.id, challenge: first.octets("avp.challenge") }));
    const second = await climb(given(control("SCCRP", { "l2tp.tunnelId": other.id })));
    allow(stopped(tunnel.id), stopped(other.id), control("CDN"));
    tunnel.send(scccn({ challengeResponse: second.octets("avp.challengeResponse") }));
    tunnel.ask();
    await silence(never(control("ICRP", { "l2tp.tunnelId": tunnel.id }), "RFC2661-9.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-1263",
    clause: CLAUSES["RFC2661-9.1-03"],
    needs: ["lac", "tunnel-authentication", "challenges-peer"],
    story: "the proof that the device gave in SCCCN for its own challenge opens no tunnel when it comes back in SCCRP",
    background: ["session"],
    waitsMs: 3_000,
  },
  async ({ bench, climb, silence, allow, tunnelSecret: secret }) => {
    const { tunnel, sccrq: request } = await bench.rung();
    const challenge = request.octets("avp.challenge");
    const right = challengeResponse(SCCRP_TYPE, secret, challenge);
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, challenge, challengeResponse: right }));
    const proof = await climb(given(control("SCCCN", { "l2tp.tunnelId": tunnel.id })));
    allow(redial, control("StopCCN"));
    await tunnel.acknowledged(tunnel.close());
    const { tunnel: next } = await bench.rung();
    const used = proof.octets("avp.challengeResponse");
    next.send(sccrp({ assignedTunnelId: next.id, challengeResponse: used }));
    await silence(never(control("SCCCN", { "l2tp.tunnelId": next.id }), "RFC2661-9.1-03"));
  },
);

conformance(
  {
    id: "rfc2661-1264",
    clause: CLAUSES["RFC2661-9.1-02"],
    needs: ["lns"],
    story: "the session ids of 34 calls in a row, each ended before the next, follow no rule that is easy to see",
    background: ["ppp"],
    version: 2,
  },
  async ({ bench, climb, note, allow }) => {
    const tunnel = await bench.open();
    allow(control("CDN"));
    // A tunnel may go with its last call: this one holds it.
    await tunnel.call();
    for (let n = 1; n <= IDS; n++) {
      const call = tunnel.newCall();
      tunnel.send(icrq({ assignedSessionId: call.id, callSerialNumber: n }));
      const answer = await climb(given(control("ICRP", { "l2tp.sessionId": call.id })));
      call.peerId = answer.number("avp.assignedSessionId");
      tunnel.send(cdn({ assignedSessionId: call.id }), { sessionId: call.peerId });
    }
    const last = tunnel.ask();
    await note(may(control("ICRP", { "l2tp.sessionId": last.id }), "RFC2661-9.1-02"));
  },
);

conformance(
  {
    id: "rfc2661-1265",
    clause: CLAUSES["RFC2661-9.1-02"],
    needs: ["lns"],
    story: "the tunnel ids of 34 tunnels in a row, each ended before the next, follow no rule that is easy to see",
  },
  async ({ bench, climb, note }) => {
    for (let n = 1; n <= IDS; n++) {
      const tunnel = await bench.tunnel();
      tunnel.send(sccrq({ assignedTunnelId: tunnel.id }));
      await climb(given(control("SCCRP", { "l2tp.tunnelId": tunnel.id })));
      await tunnel.acknowledged(tunnel.close());
    }
    const last = await bench.tunnel();
    last.send(sccrq({ assignedTunnelId: last.id }));
    await note(may(control("SCCRP", { "l2tp.tunnelId": last.id }), "RFC2661-9.1-02"));
  },
);

conformance(
  {
    id: "rfc2661-1266",
    clause: CLAUSES["RFC2661-9.5-02"],
    needs: ["lns"],
    story: "a wrong password that the LAC proxies in ICCN gives no access: the LNS asks the caller itself, or hangs up",
    background: ["ppp"],
  },
  async ({ bench, climb, allow, caller, gateway }) => {
    const tunnel = await bench.open();
    const proxied = [
      avpOf("proxyAuthenType", 3),
      avpOf("proxyAuthenName", caller.user),
      avpOf("proxyAuthenId", 1),
      avpOf("proxyAuthenResponse", ofText("not the password")),
    ];
    const call = await tunnel.call({ iccn: proxied });
    allow(control("CDN"), stopped(tunnel.id));
    call.begin(caller, gateway);
    const asks = lcp("Configure-Request", { "lcp.option.auth": present });
    // An Ack or a Success would be the access that the wrong password must not give.
    const refuses = anyOf(control("CDN"), stopped(tunnel.id), lcp("Terminate-Request"));
    const says = anyOf(chap("Challenge"), chap("Failure"), pap("Authenticate-Nak"));
    await climb(must(anyOf(asks, says, refuses), "RFC2661-9.5-02"));
  },
);
