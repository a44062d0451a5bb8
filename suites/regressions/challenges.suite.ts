/** Bugs met in the field: Challenges of a tunnel that anybody can foretell (RFC 2661 §4.4.3, §5.1.1). */
import { conformance } from "#conformance";
import { CLAUSES } from "#clauses";
import { must } from "#expect/ladder";
import { control, not, oneOf } from "#expect/matchers";
import { concat, hex, ofU16, ofU32, ofU8, sccrq } from "#peer/script";

conformance(
  {
    id: "regressions-0001",
    clause: CLAUSES["RFC2661-4.4.3-19"],
    needs: ["lns", "tunnel-authentication", "challenges-peer"],
    story:
      "the LNS asks each of eight tunnels another Challenge; one sent twice lets an eavesdropper answer the second",
    met: { implementation: "a Huawei LNS", reported: "captures of two of its tunnels, with one Challenge" },
  },
  async ({ bench, climb }) => {
    const asked: string[] = [];
    for (let i = 0; i < 8; i++) {
      const tunnel = await bench.tunnel();
      tunnel.send(sccrq({ assignedTunnelId: tunnel.id, hostName: bench.hostName }));
      const fresh = { "l2tp.tunnelId": tunnel.id, "avp.challenge": not(oneOf(...asked)) };
      const answer = await climb(must(control("SCCRP", fresh), "RFC2661-4.4.3-19"));
      asked.push(answer.text("avp.challenge"));
      await tunnel.acknowledged(tunnel.close());
    }
  },
);

/** The first numbers of two widespread generators that nobody has seeded: Microsoft's rand() and glibc's. */
const GENERATORS: readonly (() => () => number)[] = [
  () => {
    let state = 1;
    return () => {
      state = (Math.imul(state, 214_013) + 2_531_011) >>> 0;
      return (state >>> 16) & 0x7fff;
    };
  },
  () => {
    const r = [1];
    for (let i = 1; i < 31; i++) r.push((16_807 * r[i - 1]!) % 0x7fff_ffff);
    for (let i = 31; i < 34; i++) r.push(r[i - 31]!);
    const next = (): number => {
      r.push((r.at(-3)! + r.at(-31)!) >>> 0);
      return r.at(-1)! >>> 1;
    };
    for (let i = 0; i < 310; i++) next();
    return next;
  },
];
/** How a number becomes octets of a Challenge: its lowest octet, or two or four of them, in either order. */
const SPELLINGS: readonly ((n: number) => Uint8Array)[] = [
  (n) => ofU8(n & 0xff),
  (n) => ofU16(n & 0xffff),
  (n) => ofU16(n & 0xffff).toReversed(),
  (n) => ofU32(n),
  (n) => ofU32(n).toReversed(),
];
const challenge = (generator: () => () => number, spell: (n: number) => Uint8Array, length: number): string => {
  const next = generator();
  return hex(concat(...Array.from({ length }, () => spell(next()))).slice(0, length));
};
const UNSEEDED = GENERATORS.flatMap((generator) =>
  SPELLINGS.flatMap((spell) => [8, 16, 32].map((length) => challenge(generator, spell, length))),
);

conformance(
  {
    id: "regressions-0002",
    clause: CLAUSES["RFC2661-4.4.3-19"],
    needs: ["lac", "tunnel-authentication", "challenges-peer"],
    story: "the Challenge of the LAC's SCCRQ is none of those that a random generator gives that nobody has seeded",
    met: {
      implementation: "the Huawei VPN client",
      reported: "a capture of that client: 41, 18467, 6334, 26500, the first numbers of rand()",
    },
    waitsMs: 1_000,
  },
  async ({ bench, climb }) => {
    const { sccrq: first } = await bench.rung();
    const id = first.number("avp.assignedTunnelId");
    // Not answered, the SCCRQ comes again as it was.
    const drawn = { "avp.assignedTunnelId": id, "avp.challenge": not(oneOf(...UNSEEDED)) };
    await climb(must(control("SCCRQ", drawn), "RFC2661-4.4.3-19"));
  },
);
