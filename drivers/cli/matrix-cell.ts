/** One cell of the matrix: both calls of a LAC to an LNS, and what the rules say of both ends. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { STEPS, type CallSeen, type Method, type Step } from "#expect/interworking";
import type { SharedSecrets } from "#expect/observer/proofs";
import type { Role } from "#expect/verdict";
import { judgeCapture } from "#fixtures/judge-capture";
import { isMisuse } from "#fixtures/misuse";
import { agreementOf, obstacleOf } from "#lab/matrix/end";
import { meet, type Meeting } from "#lab/matrix/meeting";
import { ADDRESSES } from "#lab/matrix/wire";
import type { LabSpec } from "#lab/schema";
import { resolveSecret } from "#lab/secret";
import { expects, findBaseline } from "#reports/baseline";
import type { JudgedEndOfCall, MatrixCell, MatrixStep } from "#reports/matrix-schema";
import { ofText } from "#wire/octets";

export interface CellOptions {
  readonly lac: LabSpec;
  readonly lns: LabSpec;
  /** Folder of this cell. */
  readonly dir: string;
  /** What the machine lacks for one of the two. */
  readonly lacking: string | undefined;
  readonly signal: AbortSignal;
  /** Who brings the two together, where it is not the lab. */
  readonly meet?: typeof meet;
}

const METHODS: readonly Method[] = ["pap", "chap"];

/** Never rejects for what a device does: a cell that cannot be says why. */
export async function tryCell({
  lac,
  lns,
  dir,
  lacking,
  signal,
  meet: together = meet,
}: CellOptions): Promise<MatrixCell> {
  const names = { lac: lac.device.id, lns: lns.device.id };
  const cannot = (reason: string): MatrixCell => ({ ...names, verdict: "cannot", reason, steps: {}, calls: [] });
  const specs = { lac, lns };
  for (const role of ["lac", "lns"] as const) {
    const obstacle = obstacleOf(specs[role]);
    if (obstacle !== undefined) return cannot(`${names[role]}: ${obstacle}`);
  }
  if (lacking !== undefined) return cannot(lacking);
  const meetings: Met[] = [];
  const steps: Partial<Record<Step, MatrixStep>> = {};
  for (const method of METHODS) {
    try {
      meetings.push({ method, meeting: await together({ lac, lns, method, dir, signal }) });
    } catch (error) {
      signal.throwIfAborted();
      // Our own mistakes and the caller's are no word about two devices.
      if (isMisuse(error) || !isOfTheBench(error)) throw error;
      const why = `${error.message}; what was recorded is in ${basename(dir)}`;
      if (meetings.length === 0) return cannot(`${method}: ${why}`);
      steps[method] = { is: "cannot", text: why, call: method };
    }
  }
  Object.assign(steps, stepsOf(meetings));
  return {
    ...names,
    verdict: STEPS.every((step) => steps[step]?.is === "yes") ? "full" : "in part",
    steps,
    calls: meetings.map(({ method, meeting }) => ({
      method,
      capture: join(basename(dir), meeting.capture),
      ends: judgedEnds(join(dir, meeting.capture), specs),
    })),
  };
}

interface Met {
  readonly method: Method;
  readonly meeting: Meeting;
}

const BENCH_ERRORS = new Set(["DEVICE", "NAMESPACE", "LINK"]);

function isOfTheBench(error: unknown): error is Error {
  return error instanceof Error && BENCH_ERRORS.has((error as { code?: string }).code ?? "");
}

/** A step that both calls take is as good as in the worse of the two; an authentication that failed takes no other step with it. */
function stepsOf(meetings: readonly Met[]): Partial<Record<Step, MatrixStep>> {
  const steps: Partial<Record<Step, MatrixStep>> = {};
  const past = meetings.filter(({ method, meeting }) => meeting.seen[method]?.is === "yes");
  const pings = meetings.every(({ meeting }) => meeting.pings);
  for (const step of STEPS) {
    const of = step === "set-up" || step === "pap" || step === "chap" || past.length === 0 ? meetings : past;
    const seen = of.flatMap(({ method, meeting }) => told(step, method, meeting.seen));
    const worst = seen.find(({ is }) => is === "no") ?? seen[0];
    if (worst === undefined) continue;
    const silent = worst.is === "no" && !pings && (step === "data" || step === "mru");
    steps[step] = silent
      ? { is: "cannot", text: `neither of the two sends a packet of its own; ${worst.text}`, call: worst.call }
      : worst;
  }
  return steps;
}

function told(step: Step, method: Method, seen: CallSeen): readonly (MatrixStep & { readonly call: string })[] {
  const one = seen[step];
  return one === undefined ? [] : [{ ...one, call: method }];
}

function judgedEnds(capture: string, specs: Readonly<Record<Role, LabSpec>>): readonly JudgedEndOfCall[] {
  const { ends } = judgeCapture(new Uint8Array(readFileSync(capture)), { secrets: secretsOf(specs) });
  return (["lac", "lns"] as const).flatMap((role) => {
    const judged = ends.find(({ end }) => end === ADDRESSES[role]);
    return judged === undefined ? [] : [endOf(role, specs[role], judged)];
  });
}

function endOf(
  role: Role,
  { device: { id }, baseline }: LabSpec,
  { sent, rules }: ReturnType<typeof judgeCapture>["ends"][number],
): JudgedEndOfCall {
  const entries = findBaseline(baseline, id)?.entries ?? [];
  const findings = rules.flatMap((rule) => rule.findings.map((finding) => ({ rule, finding })));
  return {
    role,
    device: id,
    address: ADDRESSES[role],
    frames: sent,
    rules: rules.filter(({ framesJudged }) => framesJudged > 0).length,
    fails: findings
      .filter(({ finding }) => finding.verdict === "fail")
      .map(({ rule, finding }) => ({
        rule: rule.id,
        clause: rule.clause,
        expected: finding.expected,
        actual: finding.actual,
        frame: finding.frame ?? null,
        known: entries.some((entry) => expects(entry, { id: rule.id, role }, finding)),
      })),
    remarks: findings.filter(({ finding }) => finding.verdict === "remark").length,
  };
}

function secretsOf({ lac, lns }: Readonly<Record<Role, LabSpec>>): SharedSecrets {
  const { user, tunnelSecret } = agreementOf(lac, lns);
  return {
    tunnels: tunnelSecret === undefined ? [] : [{ secret: ofText(resolveSecret(tunnelSecret, "tunnelSecret")) }],
    users: [{ name: user.name, password: ofText(resolveSecret(user.password, "users.password")) }],
  };
}
