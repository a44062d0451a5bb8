/** For the tests of this room: cases of hosts' packets at several points, judged as a run judges them. */
import type { Frame } from "#capture/frame";
import { behindDevice, passes, ping, refused, tcp, udp, type Flow } from "#expect/flow";
import { alive, echoPacket, ENDS, flowLadder, FlowTape, SANITY, tcpPacket, udpPacket } from "#expect/flow-tape";
import { judge } from "#expect/judge";
import { readingRung, type Ladder, type Reading, type Step } from "#expect/ladder";
import { atLeast, equal } from "#expect/matchers";
import type { CaseResult, Role } from "#expect/verdict";
import { avpOf } from "#wire/l2tp/avp";
import { message } from "#wire/l2tp/message";
import { encodePpp, PPP } from "#wire/ppp/frame";
import { encodePap } from "#wire/ppp/pap";
import { ladderSchema, type LadderRecord } from "./schema.ts";

export interface FlowSample {
  readonly result: CaseResult;
  readonly frames: readonly Frame[];
  readonly ladder: LadderRecord;
}

export const PASSWORD = "admin@123";
const EPOCH_NS = BigInt(Date.UTC(2026, 10, 22, 12)) * 1_000_000n;
const PC = { address: "10.1.1.2", port: 4000 };
const VT = { address: "172.16.1.51", port: 2048 };
const SERVER = { address: "192.168.1.10", port: 40007 };

function sampleOf(
  tape: readonly Frame[],
  ladder: Ladder,
  about: Pick<CaseResult, "id" | "story"> & Partial<Pick<CaseResult, "clause">>,
): FlowSample {
  const judged = judge(ladder, tape);
  const { key, suite, role, params, clauses, startedAt } = ladder;
  const clause = about.clause ?? ladder.clause;
  const base = { schema: 1, key, suite, role, params, clause, clauses, level: "scenario", known: false } as const;
  const result = { ...base, startedAt, durationMs: 2500, ...judged, ...about, rules: [] };
  return { result, frames: tape, ladder: ladderSchema.parse(JSON.parse(JSON.stringify({ ...ladder, ...about }))) };
}

/** The tunnel and the call come up, with a password in clear. */
function opened(role: Role): FlowTape {
  const tape = new FlowTape(role, EPOCH_NS);
  const open = (name: string, id: number) => [
    avpOf("protocolVersion", 0x0100),
    avpOf("framingCapabilities", 3),
    avpOf("hostName", name),
    avpOf("assignedTunnelId", id),
  ];
  const login = encodePap({ code: "Authenticate-Request", id: 1, peerId: "hb@hb", password: PASSWORD });
  return tape
    .control(0, "up", message("SCCRQ", ...open("lac", 24363)), { ns: 0, nr: 0, tunnelId: 0 })
    .control(2.1, "down", message("SCCRP", ...open("lns", 7)), { ns: 0, nr: 1 })
    .control(3.2, "up", message("SCCCN"), { ns: 1, nr: 1 })
    .control(3.9, "down", null, { ns: 1, nr: 2 })
    .ppp(20.4, "up", encodePpp(PPP.PAP, login));
}

function pinged(tape: FlowTape, ms: number, past: typeof VT, tag: string): FlowTape {
  const [there, back] = ["request", "reply"] as const;
  return tape
    .at("lan", ms, echoPacket(there, PC.address, SERVER.address, PC.port, tag))
    .at("wan", ms + 0.412, echoPacket(there, past.address, SERVER.address, past.port, tag))
    .at("server", ms + 0.737, echoPacket(there, past.address, SERVER.address, past.port, tag))
    .at("server", ms + 0.801, echoPacket(back, SERVER.address, past.address, past.port, tag))
    .at("wan", ms + 1.166, echoPacket(back, SERVER.address, past.address, past.port, tag), "down")
    .at("lan", ms + 1.52, echoPacket(back, SERVER.address, PC.address, PC.port, tag));
}

const flowOf = (role: Role, spec: Flow["spec"], tag: string): Flow => ({
  spec,
  tag,
  source: PC,
  destination: spec.protocol === "icmp" ? { ...SERVER, port: 0 } : SERVER,
  path: ["lan", "wan", "server"],
  ends: ENDS[role],
  behind: behindDevice(role),
});

const settings = { background: ["tunnel", "ppp", "data"] } as const;

/** A ping with translation that comes back. */
export function passingPing(role: Role): FlowSample {
  const flow = flowOf(role, ping("pc1", "server"), "flow-0001");
  const steps = passes(flow, role, "CALL-LNS-C11-03", { translated: { address: VT.address } });
  const frames = pinged(opened(role), 100, VT, flow.tag).frames;
  return sampleOf(frames, flowLadder(role, steps, settings), {
    id: "firewall-0001",
    story: "a ping of a branch host reaches the server through the tunnel, translated, and its answer comes back",
  });
}

/** The same ping, which the LAC did not translate. */
export function untranslatedPing(): FlowSample {
  const flow = flowOf("lac", ping("pc1", "server"), "flow-0001");
  const steps = passes(flow, "lac", "CALL-LNS-C16-01", { translated: { address: VT.address } });
  const frames = pinged(opened("lac"), 100, PC, flow.tag).frames.slice(0, -3);
  return sampleOf(frames, flowLadder("lac", steps, settings), {
    id: "firewall-0004",
    story: "easy-ip gives a packet of the branch the address that IPCP assigned to the LAC",
  });
}

/** A ping whose answer the LNS sends by the default route. */
export function strayAnswer(): FlowSample {
  const flow = flowOf("lns", ping("pc1", "server"), "flow-0001");
  const frames = pinged(opened("lns"), 100, PC, flow.tag).frames.slice(0, -2);
  const tape = new FlowTape("lns", EPOCH_NS);
  tape.frames.push(...frames);
  tape.at("away", 101.3, echoPacket("reply", SERVER.address, PC.address, PC.port, flow.tag));
  return sampleOf(tape.frames, flowLadder("lns", passes(flow, "lns", "CALL-LNS-C11-03"), settings), {
    id: "firewall-0005",
    story: "the answer to a packet of the branch goes back into the tunnel",
    clause: "CALL-LNS-C11-03",
  });
}

/** Five points: the answer to a SYN leaves by the default route behind the LNS. */
export function fivePoints(): FlowSample {
  const flow = flowOf("lns", tcp("pc1", "server"), "flow-0001");
  const [syn, answer] = [tcpPacket(PC, SERVER, ["SYN"]), tcpPacket(SERVER, PC, ["SYN", "ACK"])];
  const tape = new FlowTape("lns", EPOCH_NS).at("lan", 0, syn).at("wan", 1, syn).at("inside", 2, syn);
  tape.at("server", 3, syn).at("server", 4, answer).at("inside", 5, answer).at("away", 6, answer);
  return sampleOf(tape.frames, flowLadder("lns", passes(flow, "lns", "CALL-LNS-C11-03"), settings), {
    id: "firewall-0006",
    story: "a connection of the branch is answered through the tunnel",
  });
}

/** A host of the branch asks the device itself, which must not answer. */
export function unansweredHost(): FlowSample {
  const gateway = { address: "10.1.1.1", port: 22 };
  const flow: Flow = { ...flowOf("lac", tcp("pc1", "device"), "flow-0001"), destination: gateway, path: ["lan"] };
  const tape = new FlowTape("lac", EPOCH_NS).at("lan", 0, tcpPacket(PC, gateway, ["SYN"]));
  const steps = refused(flow, "lac", "CALL-LNS-C14-02");
  return sampleOf(alive(tape), flowLadder("lac", steps, { ...settings, sanity: SANITY }), {
    id: "firewall-0007",
    story: "the device does not answer a host that no policy lets speak to it",
  });
}

/** One flow passes, and another must not; then the device is asked what it counted. */
export function refusedFlow(o: { readonly hits: Reading["value"]; readonly leaks?: boolean }): FlowSample {
  const passing = flowOf("lac", tcp("pc1", "server"), "flow-0001");
  const denied = flowOf("lac", udp("pc1", "server"), "flow-0002");
  const tape = opened("lac");
  connected(tape, 100, passing.tag);
  tape.at("lan", 200, udpPacket(PC, SERVER, denied.tag));
  if (o.leaks === true) tape.at("wan", 200.4, udpPacket(VT, SERVER, denied.tag));
  const steps: readonly Step[] = [
    ...passes(passing, "lac", "CALL-LNS-C12-01", { translated: { address: VT.address } }),
    ...refused(denied, "lac", "CALL-LNS-C14-02"),
  ];
  const ladder = flowLadder("lac", steps, { ...settings, sanity: SANITY });
  const asked = { after: 0, at: "suites/firewall/policies.suite.ts:31" };
  const no = ladder.rungs.length + 1;
  const rungs = [
    ...ladder.rungs,
    readingRung(
      "the device says: hits of policy trust_dmz grew by",
      "CALL-LNS-C14-03",
      { expected: atLeast(1), value: 3 },
      { no, ...asked },
    ),
    readingRung(
      "refusals between trust and dmz grew by",
      "CALL-LNS-C14-03",
      { expected: equal(1), value: o.hits },
      { no: no + 1, ...asked },
    ),
  ];
  return sampleOf(
    alive(tape),
    { ...ladder, rungs },
    {
      id: "firewall-0003",
      story: "what a policy permits passes from trust to dmz, and what none permits does not",
      clause: "CALL-LNS-C14-02",
    },
  );
}

/** A TCP connection that says one thing and ends. */
function connected(tape: FlowTape, ms: number, tag: string): void {
  const up = (at: number, flags: Parameters<typeof tcpPacket>[2], text = ""): void => {
    tape.at("lan", at, tcpPacket(PC, SERVER, flags, text)).at("wan", at + 0.3, tcpPacket(VT, SERVER, flags, text));
    tape.at("server", at + 0.6, tcpPacket(VT, SERVER, flags, text));
  };
  const down = (at: number, flags: Parameters<typeof tcpPacket>[2], text = ""): void => {
    tape.at("server", at, tcpPacket(SERVER, VT, flags, text));
    tape.at("wan", at + 0.3, tcpPacket(SERVER, VT, flags, text), "down");
    tape.at("lan", at + 0.6, tcpPacket(SERVER, PC, flags, text));
  };
  up(ms, ["SYN"]);
  down(ms + 1, ["SYN", "ACK"]);
  up(ms + 2, ["ACK"]);
  up(ms + 3, ["PSH", "ACK"], tag);
  down(ms + 4, ["PSH", "ACK"], tag);
  up(ms + 5, ["FIN", "ACK"]);
}
