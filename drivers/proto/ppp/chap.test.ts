import { describe, expect, test } from "vitest";
import { fromHex, NO_OCTETS, ofU8 } from "#wire/octets";
import { chapMd5 } from "#wire/ppp/chap";
import { encodePpp, PPP } from "#wire/ppp/frame";
import type { LcpOption } from "#wire/ppp/lcp";
import { Bench, brief, chap, ipcp, lcp, said } from "./bench.test-support.ts";
import type { PppOptions } from "./endpoint.ts";

const AUTH: LcpOption = { type: "auth", protocol: PPP.CHAP, algorithm: 5 };
const SECRET = "admin@123";
const verify = (user: string) =>
  new Map([
    ["hb@hb", SECRET],
    ["empty", ""],
  ]).get(user);
const ipRequest = ipcp({ code: "Configure-Request", id: 9, options: [] });
/** MD5 of 01, "admin@123", 01 02 03 04, by md5sum. */
const KNOWN = fromHex("9a8e43e0a8c3bc4054bc633e52e9080f");

interface Challenge {
  readonly id: number;
  readonly value: Uint8Array;
  readonly name: Uint8Array;
}

const challengesIn = (frames: readonly Uint8Array[]): Challenge[] =>
  frames
    .map(said)
    .flatMap((what) =>
      what.on === "CHAP" && what.code === "Challenge" && "value" in what ? [what as unknown as Challenge] : [],
    );

/** An authenticator in Opened and the Challenge that it has sent. */
function authenticator(options: Partial<PppOptions> = {}): { bench: Bench; challenge: Challenge } {
  const bench = new Bench({ requireAuth: "chap", verify, ...options }).reach("Ack-Rcvd");
  const frames = bench.giveRaw(lcp({ code: "Configure-Request", id: 3, options: [] }));
  const [challenge] = challengesIn(frames);
  if (!challenge) throw new Error("no Challenge");
  return { bench, challenge };
}

const response = ({ id, value }: Challenge, name = "hb@hb", secret = SECRET) =>
  chap({ code: "Response", id, value: chapMd5(id, secret, value), name });

const peer = () =>
  new Bench({ role: "client", credentials: { user: "hb@hb", password: SECRET } }).reach("Opened", [AUTH]);
const challenge = (id: number, value: Uint8Array = ofU8(1, 2, 3, 4), name = "lns") =>
  chap({ code: "Challenge", id, value, name });

describe("the authenticator (RFC 1994 §4)", () => {
  test("challenges at once, with a Name and 16 octets or as many as asked", () => {
    const { challenge: one } = authenticator({ chapName: "lns" });
    expect([one.value.length, new TextDecoder().decode(one.name)]).toEqual([16, "lns"]);
    expect(authenticator({ chapChallengeLength: 1 }).challenge.value).toHaveLength(1);
    expect(authenticator({ chapChallengeLength: 255 }).challenge.value).toHaveLength(255);
  });

  test("right Response: Success with its Identifier, then IPCP and not before", () => {
    const { bench, challenge: sent } = authenticator();
    expect(bench.give(ipRequest)).toEqual([]);
    expect(bench.giveRaw(response(sent)).map(brief)).toEqual(["CHAP Success 1", "IPCP Configure-Request 1"]);
  });

  test.each<[string, (sent: Challenge) => Uint8Array]>([
    ["wrong secret", (sent) => response(sent, "hb@hb", "wrong")],
    ["unknown user", (sent) => response(sent, "other")],
    ["no name", (sent) => response(sent, "")],
    ["a user whose secret is empty", (sent) => response(sent, "empty", "")],
    ["zeros", ({ id }) => chap({ code: "Response", id, value: new Uint8Array(16), name: "hb@hb" })],
    [
      "15 octets",
      ({ id, value }) =>
        chap({ code: "Response", id, value: chapMd5(id, SECRET, value).subarray(0, 15), name: "hb@hb" }),
    ],
    [
      "17 octets",
      ({ id, value }) => chap({ code: "Response", id, value: ofU8(...chapMd5(id, SECRET, value), 0), name: "hb@hb" }),
    ],
    ["no Value", ({ id }) => chap({ code: "Response", id, value: NO_OCTETS, name: "hb@hb" })],
  ])("%s: Failure, then Terminate-Request", (_, frame) => {
    const { bench, challenge: sent } = authenticator();
    expect(bench.giveRaw(frame(sent)).map(brief)).toEqual(["CHAP Failure 1", "LCP Terminate-Request 2"]);
    expect(bench.give(response(sent))).toEqual([]);
  });

  test("a Challenge that is repeated has a new Identifier and a new Value, and only the last counts", () => {
    const { bench, challenge: first } = authenticator();
    const [second] = challengesIn(bench.pass(3000));
    expect(second!.id).not.toBe(first.id);
    expect(second!.value).not.toEqual(first.value);
    expect(bench.give(response(first))).toEqual([]);
    expect(bench.give(response({ ...second!, value: first.value }))[0]).toMatchObject({ code: "Failure" });
    const other = authenticator();
    const [newest] = challengesIn(other.bench.pass(3000));
    expect(other.bench.give(response(newest!))[0]).toMatchObject({ code: "Success" });
  });

  test("no Response: ten Challenges, then the link ends", () => {
    const { bench } = authenticator();
    expect(challengesIn(bench.pass(60_000))).toHaveLength(9);
    expect(bench.events.at(-1)).toEqual({ type: "down", reason: "no Response to CHAP Challenges" });
  });

  test("LCP goes down while a Response is awaited: no more Challenges", () => {
    for (const frame of [
      lcp({ code: "Configure-Request", id: 9, options: [] }),
      lcp({ code: "Terminate-Request", id: 9, data: NO_OCTETS }),
    ]) {
      const { bench } = authenticator();
      bench.give(frame);
      expect(challengesIn(bench.pass(60_000))).toEqual([]);
    }
  });

  test("one Challenge has one verdict: repeats get Success again, whatever they hold", () => {
    const { bench, challenge: sent } = authenticator();
    bench.give(response(sent));
    expect(bench.giveRaw(response(sent)).map(brief)).toEqual(["CHAP Success 1"]);
    expect(bench.giveRaw(response(sent, "hb@hb", "wrong")).map(brief)).toEqual(["CHAP Success 1"]);
    expect(bench.ppp.phase).toBe("Network");
  });

  test("re-challenges in Network phase by time and by hand; IPCP stays; a wrong answer then ends the link", () => {
    const { bench, challenge: first } = authenticator({ rechallengeMs: 60_000 });
    bench.give(response(first));
    const [second] = challengesIn(bench.pass(60_000));
    expect(second!.id).not.toBe(first.id);
    expect(bench.giveRaw(response(second!)).map(brief)).toEqual([`CHAP Success ${second!.id}`]);
    bench.ppp.rechallenge(bench.now);
    const [third] = challengesIn(bench.sent());
    expect(bench.ppp.phase).toBe("Network");
    expect(bench.giveRaw(response(third!, "hb@hb", "wrong")).map(brief)).toEqual([
      `CHAP Failure ${third!.id}`,
      "LCP Terminate-Request 2",
    ]);
    expect(bench.events.filter(({ type }) => type === "authenticated")).toHaveLength(1);
  });

  test("as many re-challenges as there is time for", () => {
    const { bench, challenge: first } = authenticator({ rechallengeMs: 1000 });
    bench.give(response(first));
    for (let i = 0; i < 20; i++) {
      const [next] = challengesIn(bench.pass(1000));
      expect(bench.give(response(next!))).toMatchObject([{ code: "Success" }]);
    }
  });

  test("no Value is used twice on a link, even from a source that repeats itself", () => {
    const { bench, challenge: first } = authenticator({
      random: (n) => new Uint8Array(n).fill(0xff),
      chapChallengeLength: 2,
    });
    const values = [first, ...challengesIn(bench.pass(27_000))].map(({ value }) => value.join());
    expect(values).toHaveLength(10);
    expect(new Set(values).size).toBe(10);
    expect(values.slice(0, 2)).toEqual(["255,255", "0,0"]);
  });

  test.each(["Req-Sent", "Ack-Rcvd", "Ack-Sent", "Stopping"] as const)("in %s it is deaf", (state) => {
    const bench = new Bench({ requireAuth: "chap", verify }).reach(state);
    expect(bench.give(response({ id: 1, value: ofU8(1), name: NO_OCTETS }))).toEqual([]);
    expect(bench.ppp.states.lcp).toBe(state);
  });

  test("what does not hold together, or has an unknown code, is dropped", () => {
    const { bench, challenge: sent } = authenticator();
    const raw = (length: number, ...data: number[]) => encodePpp(PPP.CHAP, ofU8(2, sent.id, 0, length, ...data));
    expect(
      bench.give(
        raw(4),
        raw(3, 1, 1),
        raw(99, 1, 1),
        raw(6, 9, 1),
        ...[0, 5, 255].map((code) => chap({ code, id: sent.id, data: ofU8(1, 1, 65) })),
        chap({ code: "Success", id: sent.id, message: "" }),
        challenge(sent.id),
      ),
    ).toEqual([]);
    expect(bench.give(response(sent))[0]).toMatchObject({ code: "Success" });
  });
});

describe("the peer (RFC 1994 §4.1)", () => {
  test.each([1, 16, 255])("a Challenge of %i octets gets its digest and our name", (length) => {
    const value = new Uint8Array(length).fill(7);
    expect(peer().give(challenge(200, value))).toEqual([
      {
        on: "CHAP",
        code: "Response",
        id: 200,
        value: chapMd5(200, SECRET, value),
        name: new TextEncoder().encode("hb@hb"),
      },
    ]);
  });

  test("a known digest, computed elsewhere", () => {
    expect(peer().giveRaw(challenge(1))[0]!.subarray(9, 25)).toEqual(KNOWN);
  });

  test.each(["", "x".repeat(255), "nobody"])("whatever the Challenge's Name: '%s'", (name) => {
    expect(peer().give(challenge(1, ofU8(9), name))).toMatchObject([{ code: "Response" }]);
  });

  test("answers the same Challenge as often as it comes, and one without a Value never", () => {
    const bench = peer();
    expect(bench.giveRaw(challenge(1), challenge(1), challenge(2)).map(brief)).toEqual([
      "CHAP Response 1",
      "CHAP Response 1",
      "CHAP Response 2",
    ]);
    expect(bench.give(challenge(3, NO_OCTETS))).toEqual([]);
  });

  test("enters Network phase by the Success for its Response, and by no other", () => {
    const bench = peer();
    bench.give(challenge(5));
    expect(bench.give(chap({ code: "Success", id: 6, message: "" }), ipRequest)).toEqual([]);
    expect(bench.giveRaw(chap({ code: "Success", id: 5, message: "denied" })).map(brief)).toEqual([
      "IPCP Configure-Request 1",
    ]);
  });

  test("repeats a Response until there is a verdict", () => {
    const bench = peer();
    bench.give(challenge(5));
    expect(bench.pass(6000).map(brief)).toEqual(["CHAP Response 5", "CHAP Response 5"]);
    bench.give(chap({ code: "Success", id: 5, message: "" }));
    expect(bench.pass(20_000).filter((frame) => said(frame).on === "CHAP")).toEqual([]);
  });

  test("Failure, whatever it says: no IPCP and no Response of its own accord; a new Challenge is answered", () => {
    const bench = peer();
    bench.give(challenge(5));
    expect(bench.give(chap({ code: "Failure", id: 5, message: "ok" }), ipRequest)).toEqual([]);
    expect(bench.pass(20_000)).toEqual([]);
    expect(bench.give(challenge(6))).toMatchObject([{ code: "Response" }]);
    bench.give(chap({ code: "Success", id: 6, message: "" }));
    expect(bench.ppp.phase).toBe("Network");
    // And the link is not ended for the refusal before.
    bench.pass(60_000);
    expect(bench.ppp.states.lcp).toBe("Opened");
  });

  test("is challenged again in Network phase: answered, IPCP untouched, with or without a Success", () => {
    const bench = peer();
    bench.give(challenge(5), chap({ code: "Success", id: 5, message: "" }));
    expect(bench.give(challenge(6))).toMatchObject([{ code: "Response", id: 6 }]);
    bench.pass(60_000);
    expect(bench.ppp.phase).toBe("Network");
    expect(bench.ppp.states.lcp).toBe("Opened");
  });

  test("refused in Network phase and then taken again: the link goes on", () => {
    const bench = peer();
    bench.give(challenge(5), chap({ code: "Success", id: 5, message: "" }));
    bench.give(challenge(6), chap({ code: "Failure", id: 6, message: "" }));
    expect(bench.ppp.states.auth).toBe("failed");
    bench.give(challenge(7), chap({ code: "Success", id: 7, message: "" }));
    bench.pass(60_000);
    expect(bench.ppp.states).toMatchObject({ lcp: "Opened", auth: "done" });
  });

  test("no verdict at all: the link ends", () => {
    const bench = peer();
    bench.give(challenge(5));
    bench.pass(60_000);
    expect(bench.events.at(-1)).toEqual({ type: "down", reason: "no verdict on the CHAP Response" });
  });
});
