import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Avp, AVPS, avpOf } from "#wire/l2tp/avp";
import { avpIn, message } from "#wire/l2tp/message";
import { concat, equal, ofText, ofU8 } from "#wire/octets";
import { L2tpEndpoint, type L2tpOptions } from "./endpoint.ts";
import { LNS, Pair, seeded } from "./pair.ts";

const SECRET = ofText("s3cret");

/** RFC 2661 §5.1.1, §4.4.3, worked out apart from the code under test. */
function md5Response(type: number, secret: Uint8Array, challenge: Uint8Array): Uint8Array {
  return new Uint8Array(
    createHash("md5")
      .update(concat(ofU8(type), secret, challenge))
      .digest(),
  );
}

describe("§5.1.1 tunnel authentication, both ends with the secret", () => {
  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])("LAC challenges %s, LNS challenges %s: the tunnel opens", (lac, lns) => {
    const pair = new Pair({ lac: { secret: SECRET, challengePeer: lac }, lns: { secret: SECRET, challengePeer: lns } });
    pair.connect();
    expect(pair.happened("lac")).toEqual(["tunnel-up", "session-up"]);
    const [sccrq, sccrp, scccn] = [pair.last("lac", "SCCRQ"), pair.last("lns", "SCCRP"), pair.last("lac", "SCCCN")];
    const fromLac = avpIn(sccrq, "challenge");
    const fromLns = avpIn(sccrp, "challenge");
    expect([fromLac !== undefined, fromLns !== undefined]).toEqual([lac, lns]);
    expect(avpIn(sccrp, "challengeResponse")).toEqual(fromLac && md5Response(2, SECRET, fromLac));
    expect(avpIn(scccn, "challengeResponse")).toEqual(fromLns && md5Response(3, SECRET, fromLns));
  });

  test("challenges are 16 octets and differ", () => {
    const pair = new Pair({ lac: { secret: SECRET }, lns: { secret: SECRET } });
    const challenges = Array.from({ length: 20 }, () => {
      pair.lac.open(LNS, pair.now);
      pair.settle();
      return avpIn(pair.last("lac", "SCCRQ"), "challenge") ?? new Uint8Array(0);
    });
    expect(new Set(challenges.map((c) => c.join())).size).toBe(20);
    expect(challenges.every((c) => c.length === 16)).toBe(true);
  });
});

describe("§5.1.1 a tunnel that is not to open", () => {
  const other = ofText("another");

  test.each<[string, Partial<L2tpOptions>, Partial<L2tpOptions>, string[], string[]]>([
    ["the LNS has another secret", { secret: SECRET }, { secret: other }, ["SCCRQ", "StopCCN 4/0"], ["SCCRP"]],
    ["the LNS has none and is challenged", { secret: SECRET }, {}, ["SCCRQ"], ["StopCCN 4/0"]],
    ["the LAC has none and is challenged", {}, { secret: SECRET }, ["SCCRQ", "StopCCN 4/0"], ["SCCRP"]],
    [
      "the LAC has another secret and does not challenge",
      { secret: other, challengePeer: false },
      { secret: SECRET },
      ["SCCRQ", "SCCCN", "ICRQ"],
      ["SCCRP", "StopCCN 4/0"],
    ],
  ])("%s", (_, lac, lns, lacSaid, lnsSaid) => {
    const pair = new Pair({ lac, lns });
    pair.connect();
    pair.run(1000);
    expect(pair.said("lac")).toEqual(lacSaid);
    expect(pair.said("lns")).toEqual(lnsSaid);
    expect([pair.lac.tunnels(), pair.lns.tunnels()]).toEqual([[], []]);
    expect(pair.happened("lns")).not.toContain("tunnel-up");
  });

  /** What the bench puts into its SCCCN, given the challenge of the LNS. */
  test.each<[string, (challenge: Uint8Array) => readonly Avp[]]>([
    ["no Challenge Response", () => []],
    ["one bit flipped", (c) => [avpOf("challengeResponse", flip(md5Response(3, SECRET, c)))]],
    ["the digest of an SCCRP", (c) => [avpOf("challengeResponse", md5Response(2, SECRET, c))]],
    ["the digest with the empty secret", (c) => [avpOf("challengeResponse", md5Response(3, new Uint8Array(0), c))]],
    [
      "a response without M that is too long",
      (c) => [avpOf("challengeResponse", md5Response(3, SECRET, c), { m: 0, value: new Uint8Array(28) })],
    ],
  ])("SCCCN with %s: StopCCN 4", (_, avps) => {
    const pair = new Pair({ lns: { secret: SECRET } });
    const tunnel = pair.lac.open(LNS, 0, { held: true });
    pair.settle();
    const challenge = avpIn(pair.last("lns", "SCCRP"), "challenge") ?? new Uint8Array(0);
    pair.lac.send(tunnel, message("SCCCN", ...avps(challenge)), pair.now);
    pair.settle();
    expect(pair.said("lns")).toEqual(["SCCRP", "StopCCN 4/0"]);
  });

  function flip(octets: Uint8Array): Uint8Array {
    return octets.with(0, (octets[0] ?? 0) ^ 0x80);
  }

  test("a response that was not asked for is passed over, and a challenge in SCCCN too", () => {
    const pair = new Pair();
    const tunnel = pair.lac.open(LNS, 0, { held: true });
    pair.settle();
    const stray = [avpOf("challengeResponse", new Uint8Array(16)), avpOf("challenge", new Uint8Array(16))];
    pair.lac.send(tunnel, message("SCCCN", ...stray), pair.now);
    pair.settle();
    expect(pair.happened("lns")).toEqual(["tunnel-up"]);
  });
});

describe("§4.3 hiding", () => {
  test.each([
    [true, false],
    [false, true],
    [true, true],
  ])("LAC hides %s, LNS hides %s: tunnel and call come up", (lac, lns) => {
    const pair = new Pair({
      lac: { secret: SECRET, hide: lac, vendorName: "v", receiveWindowSize: 8 },
      lns: { secret: SECRET, hide: lns, firmwareRevision: 1 },
    });
    pair.connect();
    expect(pair.happened("lac")).toEqual(["tunnel-up", "session-up"]);
    expect(pair.happened("lns")).toEqual(["tunnel-up", "session-up"]);
  });

  test("all that may be hidden is, behind one Random Vector of 16 octets, and nothing else", () => {
    const pair = new Pair({ lac: { secret: SECRET, hide: true, vendorName: "vendor" }, lns: { secret: SECRET } });
    pair.connect();
    for (const name of ["SCCRQ", "SCCCN", "ICRQ", "ICCN"] as const) {
      const { avps, issues } = pair.last("lac", name);
      expect(issues).toEqual([]);
      for (const avp of avps)
        expect(avp.h, `${name} ${avp.name}`).toBe(avp.name !== undefined && AVPS[avp.name].h === "may");
      expect(avps.filter((avp) => avp.name === "randomVector").map((avp) => avp.length)).toEqual([22]);
    }
    const [first, second] = pair
      .last("lac", "SCCRQ")
      .avps.map((avp) => avp.name)
      .slice(2);
    expect([first, second], "Host Name stands before it").toEqual(["hostName", "randomVector"]);
  });

  test("a fresh Random Vector for each message", () => {
    const pair = new Pair({ lac: { secret: SECRET, hide: true }, lns: { secret: SECRET } });
    pair.connect();
    const vectors = ["SCCRQ", "ICRQ", "ICCN"].map((name) => avpIn(pair.last("lac", name), "randomVector"));
    expect(vectors.every((v, i) => v && !vectors.slice(0, i).some((w) => w && equal(v, w)))).toBe(true);
  });

  test("with another secret nothing can be read: StopCCN, which the one who hid takes as meant for it", () => {
    const pair = new Pair({ lac: { secret: SECRET, hide: true }, lns: { secret: ofText("another") } });
    pair.lac.open(LNS, 0);
    pair.run(1000);
    expect(pair.said("lns")[0]).toMatch(/^StopCCN 2\//);
    expect(pair.last("lns", "StopCCN").header.tunnelId).toBe(0);
    expect([pair.lac.tunnels(), pair.lns.tunnels()]).toEqual([[], []]);
  });

  test("without any secret: StopCCN as well", () => {
    const pair = new Pair({ lac: { secret: SECRET, hide: true, challengePeer: false } });
    pair.lac.open(LNS, 0);
    pair.run(1000);
    expect(pair.said("lns")).toEqual(["StopCCN 2/3"]);
  });

  test("hiding or challenging without a secret is our own mistake", () => {
    const options: L2tpOptions = { role: "lac", hostName: "x", random: seeded(1) };
    expect(() => new L2tpEndpoint({ ...options, hide: true })).toThrow("hide needs a secret");
    expect(() => new L2tpEndpoint({ ...options, challengePeer: true })).toThrow("challengePeer needs a secret");
  });
});
