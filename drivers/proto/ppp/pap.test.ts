import { describe, expect, test } from "vitest";
import { fromHex, NO_OCTETS, ofText, ofU8 } from "#wire/octets";
import { encodePpp, PPP } from "#wire/ppp/frame";
import type { LcpOption } from "#wire/ppp/lcp";
import { Bench, brief, ipcp, lcp, pap, said } from "./bench.test-support.ts";

const AUTH: LcpOption = { type: "auth", protocol: PPP.PAP };
const verify = (user: string) =>
  new Map([
    ["hb@hb", "admin@123"],
    ["empty", ""],
  ]).get(user);
const login = (id: number, peerId = "hb@hb", password = "admin@123") =>
  pap({ code: "Authenticate-Request", id, peerId, password });
const ipRequest = ipcp({ code: "Configure-Request", id: 9, options: [] });

const authenticator = () => new Bench({ requireAuth: "pap", verify }).reach("Opened");
const peer = () =>
  new Bench({ role: "client", credentials: { user: "hb@hb", password: "admin@123" } }).reach("Opened", [AUTH]);

describe("the authenticator (RFC 1334 §2.2)", () => {
  test("waits in silence, answers a good pair with Ack, and only then begins IPCP", () => {
    const bench = authenticator();
    expect(bench.pass(15_000)).toEqual([]);
    expect(bench.give(ipRequest)).toEqual([]);
    expect(bench.giveRaw(login(7)).map(brief)).toEqual(["PAP Authenticate-Ack 7", "IPCP Configure-Request 1"]);
  });

  test.each([
    ["wrong password", login(255, "hb@hb", "admin@124")],
    ["unknown user", login(255, "other")],
    ["no name", login(255, "", "")],
    ["no password", login(255, "hb@hb", "")],
    ["255 octets each", login(255, "u".repeat(255), "p".repeat(255))],
  ])("%s: Nak, then Terminate-Request", (_, frame) => {
    const bench = authenticator();
    expect(bench.giveRaw(frame).map(brief)).toEqual(["PAP Authenticate-Nak 255", "LCP Terminate-Request 2"]);
    expect(bench.give(login(1))).toEqual([]);
  });

  test("a user without a password is let in without one", () => {
    expect(authenticator().give(login(1, "empty", ""))[0]).toMatchObject({ code: "Authenticate-Ack" });
  });

  test("a repeat in Network phase gets the code of the first, right or wrong, and disturbs nothing", () => {
    const bench = authenticator();
    bench.give(login(7));
    expect(bench.giveRaw(login(8)).map(brief)).toEqual(["PAP Authenticate-Ack 8"]);
    expect(bench.giveRaw(login(9, "hb@hb", "wrong")).map(brief)).toEqual(["PAP Authenticate-Ack 9"]);
    expect(bench.ppp.phase).toBe("Network");
    expect(bench.events.filter(({ type }) => type === "authenticated")).toHaveLength(1);
  });

  test.each(["Req-Sent", "Ack-Rcvd", "Ack-Sent", "Stopping"] as const)("in %s it is deaf", (state) => {
    const bench = new Bench({ requireAuth: "pap", verify }).reach(state);
    expect(bench.give(login(1))).toEqual([]);
    expect(bench.ppp.states.lcp).toBe(state);
  });

  test("what does not hold together is dropped, and the next good request works", () => {
    const bench = authenticator();
    const header = (length: number, ...data: number[]) => encodePpp(PPP.PAP, ofU8(1, 1, 0, length, ...data));
    expect(
      bench.give(
        header(4),
        header(0, 1, 65, 1, 65),
        header(200, 1, 65, 1, 65),
        header(8, 200, 65, 1, 65),
        header(8, 1, 65, 9, 65),
        header(6, 1, 65),
        pap({ code: 0, id: 1, data: NO_OCTETS }),
        pap({ code: 4, id: 1, data: NO_OCTETS }),
        pap({ code: "Authenticate-Ack", id: 1, message: "" }),
      ),
    ).toEqual([]);
    const padded = pap(
      { code: "Authenticate-Request", id: 3, peerId: "hb@hb", password: "admin@123" },
      { trailing: ofU8(1, 2) },
    );
    expect(bench.give(padded)[0]).toMatchObject({ code: "Authenticate-Ack", id: 3 });
  });

  test("a request that nobody asked for gets no answer", () => {
    const bench = new Bench({ verify }).reach("Opened");
    expect(bench.give(login(1))).toEqual([]);
    expect(new Bench({ requireAuth: "chap", verify }).reach("Opened").give(login(1))).toEqual([]);
  });
});

describe("the peer (RFC 1334 §2.2.1)", () => {
  test("sends name and password as soon as LCP is Opened", () => {
    const bench = new Bench({ role: "client", credentials: { user: "hb@hb", password: "admin@123" } }).reach(
      "Ack-Rcvd",
    );
    const frames = bench.giveRaw(lcp({ code: "Configure-Request", id: 3, options: [AUTH] }));
    expect(frames.map(brief)).toEqual(["LCP Configure-Ack 3", "PAP Authenticate-Request 1"]);
    expect(frames[1]).toEqual(fromHex("ff03 c023 01 01 0014 05 6862406862 09 61646d696e40313233"));
  });

  test("repeats with a new Identifier each, takes the reply to any of them, and then is quiet", () => {
    const bench = peer();
    expect(bench.pass(6000).map(brief)).toEqual(["PAP Authenticate-Request 2", "PAP Authenticate-Request 3"]);
    expect(bench.give(pap({ code: "Authenticate-Ack", id: 99, message: "" }))).toEqual([]);
    expect(bench.pass(3000).map(brief)).toEqual(["PAP Authenticate-Request 4"]);
    expect(bench.giveRaw(pap({ code: "Authenticate-Ack", id: 3, message: "denied" })).map(brief)).toEqual([
      "IPCP Configure-Request 1",
    ]);
    expect(bench.pass(60_000).filter((frame) => said(frame).on === "PAP")).toEqual([]);
  });

  test("goes on counting Identifiers when LCP has run again", () => {
    const bench = peer();
    bench.ppp.renegotiate(bench.now);
    bench.sent();
    bench.ackRequest();
    expect(bench.giveRaw(lcp({ code: "Configure-Request", id: 3, options: [AUTH] })).map(brief)).toEqual([
      "LCP Configure-Ack 3",
      "PAP Authenticate-Request 2",
    ]);
  });

  test("gives up after as many requests as of LCP, and ends the link", () => {
    const bench = peer();
    const frames = bench.pass(60_000).map(brief);
    expect(frames.filter((text) => text.startsWith("PAP"))).toHaveLength(9);
    expect(bench.events.at(-1)).toEqual({ type: "down", reason: "no answer to Authenticate-Requests" });
  });

  test("Nak, whatever it says: no IPCP; the authenticator ends the link, or we do in the end", () => {
    const bench = peer();
    expect(bench.give(pap({ code: "Authenticate-Nak", id: 1, message: "ok" }))).toEqual([]);
    expect(bench.give(ipRequest)).toEqual([]);
    expect(bench.pass(29_000)).toEqual([]);
    expect(bench.pass(2000).map(brief)).toEqual(["LCP Terminate-Request 2"]);
  });

  test.each([NO_OCTETS, new Uint8Array(255).fill(0), ofText("Access denied")])(
    "an Ack counts with any message",
    (message) => {
      const bench = peer();
      bench.give(pap({ code: "Authenticate-Ack", id: 1, message }));
      expect(bench.ppp.phase).toBe("Network");
    },
  );

  test("an Ack without Msg-Length counts as well", () => {
    const bench = peer();
    bench.give(encodePpp(PPP.PAP, ofU8(2, 1, 0, 4)));
    expect(bench.ppp.phase).toBe("Network");
  });

  test("Terminate-Request in place of a lost Nak: acknowledged, and no IPCP", () => {
    const bench = peer();
    expect(bench.give(lcp({ code: "Terminate-Request", id: 4, data: NO_OCTETS }), ipRequest)).toMatchObject([
      { code: "Terminate-Ack", id: 4 },
    ]);
  });
});
