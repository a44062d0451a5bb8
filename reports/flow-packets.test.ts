import { describe, expect, test } from "vitest";
import { echoPacket, FlowTape, tcpPacket, udpPacket } from "#expect/flow-tape";
import { changesOf, introductionOf, isBareAck, nameOf, sightingsOf } from "./flow-packets.ts";
import { refusedFlow } from "./flow-sample.ts";

const PC = { address: "10.1.1.2", port: 4000 };
const PC2 = { address: "10.1.1.3", port: 4000 };
const VT = { address: "172.16.1.51", port: 2048 };
const SERVER = { address: "192.168.1.10", port: 7 };

/** By frame: the number of the frame that shows the same packet at the point before. */
const chainOf = (tape: FlowTape): readonly (number | undefined)[] =>
  tape.frames.map((f) => sightingsOf(tape.frames).get(f.no)?.before?.frame.no);

describe("which frames show one packet", () => {
  test.each([
    [
      "a translated packet is the same in the tunnel and behind it",
      new FlowTape("lac")
        .at("lan", 0, udpPacket(PC, SERVER, "x"))
        .at("wan", 1, udpPacket(VT, SERVER, "x"))
        .at("server", 2, udpPacket(VT, SERVER, "x")),
      [undefined, 1, 2],
    ],
    [
      "an echoed payload is another packet, also where the question came no farther",
      new FlowTape("lac").at("lan", 0, udpPacket(PC, SERVER, "x")).at("server", 1, udpPacket(SERVER, VT, "x")),
      [undefined, undefined],
    ],
    [
      "what is seen again at one point was sent again",
      new FlowTape("lac")
        .at("lan", 0, udpPacket(PC, SERVER, "x"))
        .at("lan", 1, udpPacket(PC, SERVER, "x"))
        .at("wan", 2, udpPacket(PC, SERVER, "x")),
      [undefined, undefined, 2],
    ],
    [
      "another payload, another flag, another sequence number is another packet",
      new FlowTape("lac")
        .at("lan", 0, tcpPacket(PC, SERVER, ["SYN"]))
        .at("wan", 1, tcpPacket(PC, SERVER, ["SYN", "ACK"]))
        .at("wan", 2, tcpPacket(PC, SERVER, ["SYN"], "x")),
      [undefined, undefined, undefined],
    ],
    [
      "L2TP and PPP are nobody's packets",
      new FlowTape("lac").control(0, "up", null, { ns: 1, nr: 1 }).ppp(1, "up", Uint8Array.from([0xff, 3, 0xc0, 0x21])),
      [undefined, undefined],
    ],
  ])("%s", (_, tape, chain) => {
    expect(chainOf(tape)).toEqual(chain);
  });

  test("nor has a frame without one a sighting", () => {
    const tape = new FlowTape("lac").control(0, "up", null, { ns: 1, nr: 1 });
    expect(sightingsOf(tape.frames).size).toBe(0);
  });
});

test("what became of a packet on its way is told end by end", () => {
  const tape = new FlowTape("lac")
    .at("lan", 0, echoPacket("request", PC.address, SERVER.address, 1, "x"))
    .at("wan", 1, echoPacket("request", VT.address, SERVER.address, 2, "x"))
    .at("inside", 2, echoPacket("request", VT.address, SERVER.address, 2, "x"))
    .at("server", 3, echoPacket("request", VT.address, SERVER.address, 2, "x"));
  const sightings = [...sightingsOf(tape.frames).values()];
  expect(introductionOf(sightings[0]!)).toEqual(["10.1.1.2 > 192.168.1.10", "id 1 seq 1, 29 octets"]);
  expect(sightings.map(changesOf)).toEqual([
    [],
    [
      "source 10.1.1.2 → 172.16.1.51",
      "identifier 1 → 2",
      "in L2TP 1.1.1.1:65335 > 2.2.2.2:1701",
      "tunnel 7 session 77",
    ],
    ["out of the tunnel"],
    ["unchanged"],
  ]);
});

test("names", () => {
  const tape = new FlowTape("lac")
    .at("lan", 0, tcpPacket(PC, SERVER, ["ACK"]))
    .at("lan", 1, tcpPacket(PC, SERVER, ["ACK"], "x"))
    .at("lan", 2, udpPacket(PC2, SERVER, "x"))
    .at("lan", 3, echoPacket("reply", PC.address, SERVER.address, 1, "x"));
  const packets = [...sightingsOf(tape.frames).values()].map((s) => s.packet);
  expect(packets.map(nameOf)).toEqual(["TCP ACK", "TCP ACK", "UDP", "ICMP Echo Reply"]);
  expect(packets.map(isBareAck)).toEqual([true, false, false, false]);
});

test("a flow is told by its tag, and its segments without one by the ends that they share", () => {
  const { frames, ladder } = refusedFlow({ hits: 1 });
  const flows = [...sightingsOf(frames, ladder).values()].map((s) => s.flow);
  expect(flows).toEqual([...Array<number>(18).fill(0), 1, undefined]);
});
