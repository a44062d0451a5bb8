/** RFC 2661 §4.4.3: what goes into a Challenge Response. */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { must } from "#expect/ladder";
import { control } from "#expect/matchers";
import { challengeResponse, hex, sccrp, sccrq } from "#peer/script";

/** A Challenge of so many octets: below, at and above the block of MD5, and the longest that an AVP holds. */
const CHALLENGES = [{ octets: 1 }, { octets: 16 }, { octets: 65 }, { octets: 1017 }];
const challengeOf = (octets: number) => Uint8Array.from({ length: octets }, (_, i) => (i * 13 + octets) & 0xff);
const SCCRP_TYPE = 2;
const SCCCN_TYPE = 3;

conformance(
  {
    id: "rfc2661-1135",
    clause: CLAUSES["RFC2661-4.4.3-21"],
    needs: ["lns", "tunnel-authentication"],
    story: "a Challenge Response in SCCRP is MD5 of the octet 2, the secret and the Challenge",
    params: CHALLENGES,
  },
  async ({ bench, climb, tunnelSecret, params: { octets } }) => {
    const challenge = challengeOf(octets);
    const tunnel = await bench.tunnel();
    tunnel.send(sccrq({ assignedTunnelId: tunnel.id, challenge }));
    const expected = hex(challengeResponse(SCCRP_TYPE, tunnelSecret, challenge));
    await climb(
      must(control("SCCRP", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": expected }), "RFC2661-4.4.3-21"),
    );
  },
);

conformance(
  {
    id: "rfc2661-1136",
    clause: CLAUSES["RFC2661-4.4.3-21"],
    needs: ["lac", "tunnel-authentication"],
    story: "a Challenge Response in SCCCN is MD5 of the octet 3, the secret and the Challenge",
    params: CHALLENGES,
    background: ["session"],
  },
  async ({ bench, climb, tunnelSecret, params: { octets } }) => {
    const challenge = challengeOf(octets);
    const { tunnel } = await bench.rung();
    tunnel.send(sccrp({ assignedTunnelId: tunnel.id, challenge }));
    const expected = hex(challengeResponse(SCCCN_TYPE, tunnelSecret, challenge));
    await climb(
      must(control("SCCCN", { "l2tp.tunnelId": tunnel.id, "avp.challengeResponse": expected }), "RFC2661-4.4.3-21"),
    );
  },
);
