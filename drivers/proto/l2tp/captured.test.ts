/**
 * Exchanges between implementations that are not ours, from the captures in fixtures/captures: our end takes the place of
 * one of them, with its ids and its challenge, and must say what that one said, message for message.
 */
import { describe, expect, test } from "vitest";
import { type AvpName, avpOf } from "#wire/l2tp/avp";
import { avpIn, type L2tpView, viewL2tp } from "#wire/l2tp/message";
import { concat, fromHex, ofText } from "#wire/octets";
import { L2tpEndpoint, type L2tpOptions } from "./endpoint.ts";
import { LAC, LNS, type Role, seeded } from "./pair.ts";

/** debian-router-tunauth.pcap, frames 1 to 9: xl2tpd on both ends, both challenge; the secret is `tunsecret`. */
const XL2TPD = `
lac c802007a000000000000000080080000000000018008000000020100800a0000000300000003800a000000040000000000080000000606908009000000076c616300130000000878656c6572616e63652e636f6d8008000000094ce280080000000a000480160000000b7afe0ba5ecb42db9e2a7afa46dbeef14
lns c80200904ce200000000000180080000000000028008000000020100800a0000000300000003800a000000040000000000080000000606908009000000076c6e7300130000000878656c6572616e63652e636f6d800800000009bad780080000000a000480160000000d226014701688075ee8f93a5b8e4a1d5880160000000b44f26e74eda3c4ba95ae280c34d66b64
lac c802002abad7000000010001800800000000000380160000000d6c9f96ce08a50faf907074a10d141687
lns c802000c4ce2000000010002
lac c8020030bad7000000020001800800000000000a80080000000e6af9800a0000000f00000001800a0000001200000000
lns c802001c4ce26af900010003800800000000000b80080000000ec67a
lns c802000c4ce2000000020003
lac c8020032bad7c67a00030002800800000000000c800a0000001800000000800a0000001300000001000a0000002600000000
lns c802000c4ce26af900020004`;

/** xl2tpd-l2tpns.pcap, frames 1 to 12 without data: xl2tpd calls l2tpns and hangs up. */
const L2TPNS = `
lac c8020079000000000000000080080000000000018008000000020100800a0000000300000003800a00000004000000000008000000060690800800000007766d00130000000878656c6572616e63652e636f6d8008000000090c8e80080000000a000480160000000b4942953cb77c659455a1c5a5af44565d
lns c802004d0c8e00000000000180080000000000028008000000020100800a00000003000000038009000000076c6e7380160000000dc2d20978b9480723745db2759df342028008000000090002
lac c802001400020000000100018008000000000003
lac c80200300002000000020001800800000000000a80080000000e17a1800a0000000f00000001800a0000001200000000
lns c802000c0c8e000000010002
lns c802001c0c8e17a100010003800800000000000b80080000000e0001
lac c80200320002000100030002800800000000000c800a0000001800000000800a0000001300000001000a0000002600000000
lns c802000c0c8e000000020004
lac c80200260002000100040002800800000000000e800a000000010001000080080000000e17a1
lns c802000c0c8e000000020005`;

interface Captured {
  readonly from: Role;
  readonly octets: Uint8Array;
  readonly view: L2tpView;
}

function framesOf(capture: string): Captured[] {
  return capture
    .trim()
    .split("\n")
    .map((line) => {
      const [from, hex = ""] = line.split(" ");
      const octets = fromHex(hex);
      return { from: from as Role, octets, view: viewL2tp(octets) };
    });
}

/** What of a message the implementation does not choose: its place in the exchange, its ids, its authentication. */
function gist({ type, header, ...view }: L2tpView): object {
  const { tunnelId, sessionId, ns, nr } = header;
  const names: readonly AvpName[] = [
    "assignedTunnelId",
    "assignedSessionId",
    "challenge",
    "challengeResponse",
    "resultCode",
  ];
  const avps = names.map((name) => avpIn({ type, header, ...view }, name));
  return { type, tunnelId, sessionId, ns, nr, avps };
}

/** Plays the other end's frames to ours; `intend` says what ours does by itself, before the frames or after. */
function replay(
  capture: string,
  role: Role,
  o: Partial<L2tpOptions>,
  intend: (end: L2tpEndpoint, said: number) => void,
): object[] {
  const frames = framesOf(capture);
  const own = frames.filter((f) => f.from === role && f.view.kind === "control").map((f) => f.view);
  const find = (name: AvpName): unknown => own.map((view) => avpIn(view, name)).find((value) => value !== undefined);
  const challenge = find("challenge") as Uint8Array | undefined;
  const random = (n: number): Uint8Array => (n === challenge?.length ? challenge : seeded(1)(n));
  const ids = {
    nextTunnelId: () => find("assignedTunnelId") as number,
    nextSessionId: () => find("assignedSessionId") as number,
  };
  const end = new L2tpEndpoint({ role, hostName: role, random, ...ids, ...o });

  const said: object[] = [];
  const drain = (): void => {
    for (let d = end.pollTransmit(0); d; d = end.pollTransmit(0)) {
      const view = viewL2tp(d.octets);
      if (view.kind === "control") said.push(gist(view));
    }
  };
  intend(end, 0);
  drain();
  for (const frame of frames.filter((f) => f.from !== role)) {
    end.receive({ octets: frame.octets, remote: role === "lac" ? LNS : LAC }, 0);
    drain();
  }
  intend(end, 1);
  drain();
  expect(said).toEqual(own.map(gist));
  return said;
}

describe("in the place of", () => {
  const secret = ofText("tunsecret");
  const dial = (end: L2tpEndpoint, step: number): void => {
    if (step === 0) end.call(end.open(LNS, 0), 0, { callSerialNumber: 1 });
  };

  test("xl2tpd as LAC, with tunnel authentication", () => {
    expect(replay(XL2TPD, "lac", { secret, receiveWindowSize: 4 }, dial).length).toBe(4);
  });

  test("xl2tpd as LNS, with tunnel authentication", () => {
    expect(replay(XL2TPD, "lns", { secret }, () => undefined).length).toBe(2);
  });

  test("xl2tpd as LAC of an l2tpns, to the CDN", () => {
    const challenge = fromHex("4942953cb77c659455a1c5a5af44565d");
    // The secret of this capture is not known, so the challenge is there but its response is not checked.
    const extraAvps = { SCCRQ: [avpOf("challenge", challenge)] };
    const said = replay(L2TPNS, "lac", { extraAvps }, (end, step) => {
      dial(end, step);
      if (step === 1) end.hangUp(0x0c8e, 0x17a1, 0, { result: 1, error: 0 });
    });
    expect(said.length).toBe(5);
  });

  test("the digests of the capture come from the secret, not from the replay", () => {
    const frames = framesOf(XL2TPD);
    const flipped = frames.map((f) => concat(f.octets));
    const scccn = flipped[2] as Uint8Array;
    scccn[scccn.length - 1] = (scccn.at(-1) ?? 0) ^ 1;
    const capture = flipped.map((o, i) => `${frames[i]?.from} ${Buffer.from(o).toString("hex")}`).join("\n");
    expect(() => replay(capture, "lns", { secret }, () => undefined)).toThrow();
  });
});
