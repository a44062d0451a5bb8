/**
 * Calls between implementations that are not ours (pppd 2.4.9 on both ends), from the captures in fixtures/captures: our
 * end takes the place of one of them, with its Magic-Number, and must say what that one said, octet for octet.
 */
import { describe, expect, test } from "vitest";
import { concat, fromHex, hex } from "#wire/octets";
import { Bench, brief } from "./bench.test-support.ts";
import type { PppOptions } from "./endpoint.ts";

/** debian-router-pap-user.pcap, the PPP frames of frames 11 to 31; the user is user1, the password secret1. */
const PAP = {
  lnsRequest: "ff03c0210101001c010405b40206000000000304c0230506b1057d0407020802",
  lacRequest: "ff03c02101010018010405b402060000000005062f2cf07d07020802",
  lnsAck: "ff03c02102010018010405b402060000000005062f2cf07d07020802",
  lacAck: "ff03c0210201001c010405b40206000000000304c0230506b1057d0407020802",
  lacEcho: "c021090000082f2cf07d",
  lnsEchoReply: "c0210a000008b1057d04",
  lacLogin: "c023010100120575736572310773656372657431",
  lnsLoginAck: "c0230201000d084c6f67696e206f6b",
  lacAddress: "8021010100100206002d0f01030600000000",
};

/** debian-router-chap-user.pcap, of frames 17 to 34; the same user. */
const CHAP = {
  lnsRequest: "ff03c0210101001d010405b40206000000000305c2230505069fcee47407020802",
  lacRequest: "ff03c02101010018010405b40206000000000506fc72a8bf07020802",
  lnsAck: "ff03c02102010018010405b40206000000000506fc72a8bf07020802",
  lacAck: "ff03c0210201001d010405b40206000000000305c2230505069fcee47407020802",
  lnsChallenge: "c2230165001a1270065ff83d52c27ba8e181e91b6dd44cdaf46c6e73",
  lacResponse: "c2230265001a10ab6beaa543f5840caa6ba65400bbfc757573657231",
  lnsSuccess: "c22303650012416363657373206772616e746564",
  lnsIpcp: "8021010100100206002d0f010306ac100101",
  lnsIpv6cp: "80570101000e010a7d9b41d03dd04823",
  lnsAddress: "80210301000a0306ac100133",
};

const REQUEST = { mru: 1460, accm: 0, pfc: true, acfc: true } as const;
const magic = (octets: string): Pick<PppOptions, "random"> => ({ random: () => fromHex(octets) });
const frames = (sent: readonly Uint8Array[]) => sent.map((frame) => hex(frame));

describe("in the place of pppd", () => {
  test("as server: LCP, Echo and PAP", () => {
    const bench = new Bench({
      ...REQUEST,
      ...magic("b1057d04"),
      requireAuth: "pap",
      verify: (user) => (user === "user1" ? "secret1" : undefined),
      address: "172.16.1.1",
      assign: () => "172.16.1.51",
    });
    expect(frames(bench.start())).toEqual([PAP.lnsRequest]);
    expect(frames(bench.giveRaw(fromHex(PAP.lacRequest)))).toEqual([PAP.lnsAck]);
    expect(bench.giveRaw(fromHex(PAP.lacAck))).toEqual([]);
    expect(bench.ppp.states.lcp).toBe("Opened");
    // pppd leaves FF 03 out in front of Echo packets, which RFC 1661 §6.6 forbids; ours does not.
    expect(frames(bench.giveRaw(fromHex(PAP.lacEcho)))).toEqual([`ff03${PAP.lnsEchoReply}`]);
    expect(frames(bench.giveRaw(fromHex(PAP.lacLogin)))[0]).toBe(PAP.lnsLoginAck);
    // It knows Van Jacobson's compression and we do not; the address comes in the round after.
    expect(frames(bench.giveRaw(fromHex(PAP.lacAddress)))).toEqual(["80210401000a0206002d0f01"]);
  });

  test("as client: LCP, CHAP and the address", () => {
    const bench = new Bench({
      role: "client",
      ...REQUEST,
      ...magic("fc72a8bf"),
      credentials: { user: "user1", password: "secret1" },
    });
    expect(frames(bench.start())).toEqual([CHAP.lacRequest]);
    expect(bench.giveRaw(fromHex(CHAP.lnsAck))).toEqual([]);
    expect(frames(bench.giveRaw(fromHex(CHAP.lnsRequest)))).toEqual([CHAP.lacAck]);
    expect(frames(bench.giveRaw(fromHex(CHAP.lnsChallenge)))).toEqual([CHAP.lacResponse]);
    expect(frames(bench.giveRaw(fromHex(CHAP.lnsSuccess)))).toEqual(["80210101000a030600000000"]);
    expect(frames(bench.giveRaw(fromHex(CHAP.lnsIpcp)))).toEqual(["80210401000a0206002d0f01"]);
    expect(bench.giveRaw(fromHex(CHAP.lnsIpv6cp)).map(brief)).toEqual(["LCP Protocol-Reject 2"]);
    expect(frames(bench.giveRaw(fromHex(CHAP.lnsAddress)))).toEqual(["80210102000a0306ac100133"]);
  });

  test("the digest holds for its own Identifier only", () => {
    const value = fromHex(CHAP.lnsChallenge).subarray(7, 25);
    // Our own Challenge 1 takes the captured Value, so the captured digest, over Identifier 101, must not fit it.
    const bench = new Bench({
      requireAuth: "chap",
      verify: () => "secret1",
      chapChallengeLength: 18,
      random: (n) => value.subarray(0, n),
    });
    bench.reach("Opened");
    const response = fromHex(CHAP.lacResponse);
    const moved = concat(response.subarray(0, 3), Uint8Array.of(1), response.subarray(4));
    expect(bench.giveRaw(moved).map(brief)).toEqual(["CHAP Failure 1", "LCP Terminate-Request 2"]);
  });
});
