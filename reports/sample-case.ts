/** For the tests of this room: one case with everything that a report has to show, and a run's folder that holds it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Frame, Side } from "#capture/frame";
import { encodeFrames } from "#capture/frames-file";
import { traceOf } from "#expect/trace";
import type { CaseResult, Finding } from "#expect/verdict";
import { encodeUdpDatagram } from "#wire/ip/udp";
import { avpOf, type Avp } from "#wire/l2tp/avp";
import { encodeControl, encodeData } from "#wire/l2tp/header";
import { encodeMessage, message, type MessageName } from "#wire/l2tp/message";
import { encodePpp, PPP } from "#wire/ppp/frame";
import { encodeLcp } from "#wire/ppp/lcp";
import type { BaselineEntry } from "./baseline.ts";
import type { LadderRecord, RunInfo } from "./run-folder.ts";

const TESTER = { address: "10.0.0.2", port: 40000 };
const DEVICE = { address: "10.0.0.1", port: 1701 };
const TESTERS_TUNNEL = 24363;
const DEVICES_TUNNEL = 7;
/** Milliseconds since the epoch. */
const BEGAN = Date.UTC(2026, 10, 22, 12, 0, 0);

/** A frame at `ms` after the first one. */
export function frameAt(no: number, ms: number, from: Side, udpPayload: Uint8Array): Frame {
  const [src, dst] = from === "ref" ? [TESTER, DEVICE] : [DEVICE, TESTER];
  const tNs = BigInt(BEGAN) * 1_000_000n + BigInt(Math.round(ms * 1e6));
  const octets = encodeUdpDatagram(src, dst, udpPayload, { id: no });
  return { no, tNs, clock: "virtual", point: "wan", from, src, dst, linkType: "ipv4", octets };
}

function control(from: Side, ns: number, nr: number, type?: MessageName, ...avps: Avp[]): Uint8Array {
  const tunnelId = type === "SCCRQ" ? 0 : from === "ref" ? DEVICES_TUNNEL : TESTERS_TUNNEL;
  const body = type === undefined ? new Uint8Array(0) : encodeMessage(message(type, ...avps));
  return encodeControl({ tunnelId, sessionId: 0, ns, nr }, body);
}

const hostName = (name: string): Avp[] => [
  avpOf("protocolVersion", 0x0100),
  avpOf("framingCapabilities", 3),
  avpOf("hostName", name),
];
const echo = encodePpp(PPP.LCP, encodeLcp({ code: "Echo-Request", id: 9, magic: 0x1234, data: new Uint8Array(0) }));

/** Frame 2 of the sample, from a device of that name. */
export function sccrpOf(name: string): Frame {
  const avps = [...hostName(name), avpOf("assignedTunnelId", DEVICES_TUNNEL)];
  return frameAt(2, 0.214, "dut", control("dut", 0, 1, "SCCRP", ...avps));
}

export const SAMPLE_FRAMES: readonly Frame[] = [
  frameAt(
    1,
    0,
    "ref",
    control("ref", 0, 0, "SCCRQ", ...hostName("tester <&>"), avpOf("assignedTunnelId", TESTERS_TUNNEL)),
  ),
  sccrpOf("lns"),
  frameAt(3, 0.352, "ref", control("ref", 1, 1, "SCCCN")),
  frameAt(4, 0.401, "dut", control("dut", 1, 2)),
  frameAt(5, 12.004, "ref", control("ref", 2, 1, "HELLO")),
  frameAt(6, 12.13, "dut", control("dut", 1, 3)),
  frameAt(7, 12.3, "ref", control("ref", 2, 1, "HELLO")),
  frameAt(8, 12.4, "dut", control("dut", 1, 2)),
  frameAt(9, 500, "dut", encodeData({ tunnelId: TESTERS_TUNNEL, sessionId: 81 }, echo)),
  frameAt(10, 900, "dut", control("dut", 1, 3, "ICRQ", avpOf("assignedSessionId", 77), avpOf("callSerialNumber", 1))),
  frameAt(11, 1012.3, "ref", control("ref", 3, 1, "StopCCN", avpOf("assignedTunnelId", TESTERS_TUNNEL))),
  frameAt(12, 1012.4, "dut", control("dut", 1, 4)),
];

/** Octet of the Nr field in a ZLB: 20 of IPv4, 8 of UDP, 10 before it. */
export const NR_OFFSET = 38;

const MISS: Finding = {
  clause: "RFC2661-5.8-02",
  verdict: "fail",
  expected: "must acknowledgement of Ns 2 in tunnel 24363 within 1000 ms",
  actual: "#8 ZLB (l2tp.nr: expected Nr 3, got Nr 2)",
  frame: 8,
  offset: NR_OFFSET,
  length: 2,
  rung: 3,
};

/** A HELLO sent twice; the second one is not acknowledged as it should be. */
export const SAMPLE: CaseResult = {
  schema: 1,
  key: "rfc2661-0512~lns~size=3",
  id: "rfc2661-0512",
  suite: "rfc2661/5.8-reliable-delivery",
  role: "lns",
  params: { size: 3 },
  clause: "RFC2661-5.8-02",
  clauses: ["RFC2661-5.8-02"],
  level: "MUST",
  story: "a HELLO sent twice with one Ns is acknowledged both times",
  known: false,
  startedAt: new Date(BEGAN).toISOString(),
  durationMs: 1013,
  verdict: "fail",
  reason: `${MISS.clause ?? ""}: expected ${MISS.expected}; ${MISS.actual}`,
  findings: [MISS],
  rungs: [
    {
      no: 1,
      kind: "given",
      text: "given SCCRP within 10000 ms",
      clause: null,
      at: "suites/rfc2661/5.8.suite.ts:11",
      climbed: true,
      frame: 2,
      atMs: 0.214,
    },
    {
      no: 2,
      kind: "must",
      text: "must acknowledgement of Ns 2 within 1000 ms",
      clause: "RFC2661-5.8-02",
      at: "suites/rfc2661/5.8.suite.ts:12",
      climbed: true,
      frame: 6,
      atMs: 12.13,
    },
    {
      no: 3,
      kind: "must",
      text: MISS.expected,
      clause: "RFC2661-5.8-02",
      at: "suites/rfc2661/5.8.suite.ts:14",
      climbed: false,
      frame: 8,
      atMs: 12.4,
    },
  ],
  claims: {
    1: "bench",
    2: "rung 1",
    3: "bench",
    4: "acknowledgement",
    5: "bench",
    6: "rung 2",
    7: "bench",
    8: "acknowledgement",
    9: "LCP echo",
    11: "bench",
    12: "acknowledgement",
  },
  frames: 12,
  unclaimed: 1,
  rules: [
    { id: "rule-rfc2661-3.1-01", clause: "RFC2661-3.1-01", framesJudged: 6, findings: [] },
    { id: "rule-rfc2661-3.1-02", clause: "RFC2661-3.1-02", framesJudged: 0, findings: [] },
  ],
};

/** The same case with another outcome. */
export function sample(changes: Partial<CaseResult>): CaseResult {
  return { ...SAMPLE, ...changes };
}

/** A case that held, under its own id. */
export const PASSED: CaseResult = sample({
  key: "rfc2661-0513~lns",
  id: "rfc2661-0513",
  params: {},
  verdict: "pass",
  reason: "2 of 2 claims held",
  findings: [],
  rungs: SAMPLE.rungs.slice(0, 2),
});

export const SAMPLE_LADDER: LadderRecord = {
  key: SAMPLE.key,
  id: SAMPLE.id,
  suite: SAMPLE.suite,
  role: SAMPLE.role,
  params: SAMPLE.params,
  clause: SAMPLE.clause,
  clauses: [...SAMPLE.clauses],
  story: SAMPLE.story,
  startedAt: SAMPLE.startedAt,
  device: { addresses: [DEVICE.address] },
  rungs: [
    { no: 1, after: 1, withinMs: 10_000 },
    { no: 2, after: 3, withinMs: 1000 },
    { no: 3, after: 4, withinMs: 1000 },
  ],
  teardownAfter: 5,
  sanity: null,
};

export const RUN_INFO: RunInfo = {
  schema: 1,
  tool: { name: "l2tpspec", version: "0.1.0" },
  lab: "embedded",
  labFile: "fixtures/labs/embedded.yaml",
  device: "reference",
  seed: 42,
  strict: false,
  startedAt: SAMPLE.startedAt,
  durationMs: 2000,
  selection: {},
  environment: { node: "v20.20.2" },
};

/** The entry that makes {@link SAMPLE} a known deviation. */
export const KNOWN: BaselineEntry = {
  id: SAMPLE.id,
  role: SAMPLE.role,
  clause: "RFC2661-5.8-02",
  verdict: "fail",
  expected: MISS.expected,
  actual: MISS.actual,
  capture: null,
  frame: 8,
  offset: NR_OFFSET,
  reason: "the device repeats its last Nr",
  link: null,
  expires: "2027-01-31",
};

/** Writes a run as a run does: run.json, and a folder a case with capture, ladder, trace and result. */
export function writeRun(run: string, cases: readonly CaseResult[], info: RunInfo = RUN_INFO): void {
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, "run.json"), JSON.stringify(info));
  for (const c of cases) {
    const dir = join(run, "cases", c.key);
    mkdirSync(dir, { recursive: true });
    const { key, id, suite, role, params, clause, clauses, story, startedAt } = c;
    const ladder = { ...SAMPLE_LADDER, key, id, suite, role, params, clause, clauses, story, startedAt };
    writeFileSync(join(dir, "ladder.json"), JSON.stringify(ladder));
    writeFileSync(join(dir, "run.pcapng"), encodeFrames(SAMPLE_FRAMES));
    writeFileSync(join(dir, "trace.txt"), traceOf(c, SAMPLE_FRAMES));
    writeFileSync(join(dir, "result.json"), JSON.stringify(c));
  }
}
