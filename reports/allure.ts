/** Allure 2 results, one file a result, each on disk as soon as it is written: a run that is killed keeps what it has. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ContentType, Status, type Label } from "allure-js-commons";
import type { Category } from "allure-js-commons/sdk";
import { ReporterRuntime } from "allure-js-commons/sdk/reporter";
import type { Frame } from "#capture/frame";
import type { CaseResult, RuleResult } from "#expect/verdict";
import { expectationsOn, isKnown, type Baseline, type BaselineEntry } from "./baseline.ts";
import {
  caseLabels,
  descriptionOf,
  detailsOf,
  KNOWN_PREFIX,
  nameOf,
  parametersOf,
  ruleLabels,
  ruleSteps,
  statusOf,
  stepsOf,
} from "./allure-result.ts";
import { commandsFor } from "./commands.ts";
import { deathText, isUnexplained, type DeathResult } from "./deaths.ts";
import { writeAtomically } from "./files.ts";
import { flowPicture, showsFlows } from "./flow-picture.ts";
import { framesOfCase } from "./frames.ts";
import { AllureFiles } from "./allure-files.ts";
import { ladderPicture } from "./ladder-picture.ts";
import { readCase, type CaseFolder, type RunInfo } from "./run-folder.ts";
import type { BaselineUse, Results } from "./sink.ts";

/** `application/vnd.tcpdump.pcap` is the registered type; browsers then offer the file to Wireshark. */
const CAPTURE_TYPE = "application/vnd.tcpdump.pcap";

const CATEGORIES: readonly Category[] = [
  { name: "Non-conformances", matchedStatuses: [Status.FAILED], messageRegex: "(?s)NON-CONFORMANCE: .*" },
  { name: "Unexpected passes (baseline)", matchedStatuses: [Status.FAILED], messageRegex: "(?s)UNEXPECTED PASS: .*" },
  { name: "Known deviations (baseline)", messageRegex: `(?s)${KNOWN_PREFIX}.*` },
  { name: "Inconclusive", matchedStatuses: [Status.BROKEN], messageRegex: "(?s)INCONCLUSIVE: .*" },
  { name: "Remarks", matchedStatuses: [Status.PASSED], messageRegex: "(?s)REMARK: .*" },
  { name: "Not applicable", matchedStatuses: [Status.SKIPPED], messageRegex: "(?s)NOT APPLICABLE: .*" },
  { name: "Not run: the lab lacks an ability", matchedStatuses: [Status.SKIPPED], messageRegex: "(?s)NOT RUN: .*" },
  { name: "Rules not exercised", matchedStatuses: [Status.SKIPPED], messageRegex: "(?s)NOT EXERCISED: .*" },
  { name: "Expired baseline entries", matchedStatuses: [Status.SKIPPED], messageRegex: "(?s)EXPIRED: .*" },
];

export class AllureReport {
  readonly #run: string;
  readonly #info: RunInfo;
  readonly #active: readonly BaselineEntry[];
  readonly #runtime: ReporterRuntime;
  readonly #resultsDir: string;
  readonly #written = new Set<string>();

  /** `run` is the run's folder; results go to its `allure-results/`. */
  constructor(run: string, info: RunInfo, baseline?: Baseline) {
    this.#run = run;
    this.#info = info;
    this.#active = expectationsOn(baseline, info).active;
    this.#resultsDir = join(run, "allure-results");
    this.#runtime = new ReporterRuntime({
      writer: new AllureFiles(this.#resultsDir),
      categories: [...CATEGORIES],
      environmentInfo: environmentOf(info, baseline),
    });
  }

  /** The case has ended and its folder is complete. */
  ended(result: Pick<CaseResult, "key">): void {
    this.writeCase(readCase(join(this.#run, "cases", result.key)));
  }

  has(key: string): boolean {
    return this.#written.has(key);
  }

  /** One case, with the picture of its ladder or of its flows, capture and trace. It is on disk when this returns. */
  writeCase(folder: CaseFolder): void {
    const c = folder.result;
    this.#written.add(c.key);
    const known = isKnown(c, this.#active);
    const start = Date.parse(c.startedAt);
    const uuid = this.#runtime.startTest({
      name: nameOf(c),
      fullName: `${c.suite}#${c.id}`,
      testCaseId: c.id,
      historyId: c.key,
      status: statusOf(c.verdict),
      statusDetails: { ...detailsOf(c, c.reason, known), ...(known && { known }) },
      labels: caseLabels(c, known),
      parameters: parametersOf(c),
      descriptionHtml: descriptionOf(c, c.reason, commandsFor(c, this.#info, this.#run)),
      steps: stepsOf(c),
      start,
    });
    this.#attachEvidence(uuid, folder);
    this.#runtime.stopTest(uuid, { stop: start + c.durationMs });
    this.#runtime.writeTest(uuid);
  }

  /** Everything that is known only at the end: rules, what the baseline missed, categories, environment, executor. */
  finish(results: Results, buildOrder: number): void {
    for (const rule of results.rules) this.#writeRule(rule, results);
    if (results.baseline !== null) this.#writeBaseline(results.baseline);
    for (const death of results.deaths.filter(isUnexplained)) this.#writeDeath(death);
    this.#runtime.writeCategoriesDefinitions();
    this.#runtime.writeEnvironmentInfo();
    const executor = {
      name: "l2tpspec",
      type: "l2tpspec",
      buildName: basename(this.#run),
      buildOrder,
      reportName: `l2tpspec ${this.#info.tool.version}: ${this.#info.device} in ${this.#info.lab}`,
    };
    writeAtomically(join(this.#resultsDir, "executor.json"), `${JSON.stringify(executor, null, 2)}\n`);
  }

  #attachEvidence(uuid: string, folder: CaseFolder): void {
    const capture = join(folder.dir, "run.pcapng");
    const trace = join(folder.dir, "trace.txt");
    const frames = framesOfCase(folder);
    if (frames.length > 0 || folder.result.rungs.length > 0) this.#attachPicture(uuid, folder, frames);
    if (existsSync(capture))
      this.#attach(uuid, "capture", capture, { contentType: CAPTURE_TYPE, fileExtension: ".pcapng" });
    if (existsSync(trace)) this.#attach(uuid, "trace", trace, { contentType: ContentType.TEXT, fileExtension: ".txt" });
  }

  #attachPicture(uuid: string, folder: CaseFolder, frames: readonly Frame[]): void {
    const isOfFlows = showsFlows(frames);
    const svg = (isOfFlows ? flowPicture : ladderPicture)(folder.result, frames, folder.ladder);
    this.#attach(uuid, isOfFlows ? "flows" : "ladder", Buffer.from(svg), {
      contentType: ContentType.SVG,
      fileExtension: ".svg",
    });
  }

  #attach(uuid: string, name: string, what: Buffer | string, o: { contentType: string; fileExtension: string }): void {
    this.#runtime.writeAttachment(uuid, null, name, what, { ...o, wrapInStep: false });
  }

  #writeRule(r: RuleResult, results: Results): void {
    const reason = ruleReason(r);
    const start = Date.parse(results.startedAt);
    const example = results.cases.find((c) => c.key === r.findings[0]?.case);
    this.#write({
      name: `${r.id} (device is ${r.role.toUpperCase()})`,
      fullName: `rules#${r.id}`,
      testCaseId: r.id,
      historyId: `${r.id}~${r.role}`,
      status: statusOf(r.verdict),
      statusDetails: { ...detailsOf(r, reason, r.known), ...(r.known && { known: true }) },
      labels: ruleLabels(r),
      parameters: [{ name: "role", value: r.role }],
      descriptionHtml: descriptionOf(r, reason, example && commandsFor(example, this.#info, this.#run)),
      steps: ruleSteps(r, start),
      start,
    });
  }

  #writeBaseline(use: BaselineUse): void {
    const start = Date.parse(this.#info.startedAt);
    const entry = (e: BaselineEntry, status: Status, message: string, suite: string): void => {
      const labels: Label[] = [
        { name: "parentSuite", value: "baseline" },
        { name: "suite", value: suite },
        { name: "tag", value: e.clause },
      ];
      this.#write({
        name: `${e.id} ${e.clause} (device is ${e.role.toUpperCase()})`,
        fullName: `baseline#${e.id}`,
        testCaseId: `baseline ${e.id} ${e.clause}`,
        historyId: `baseline~${e.id}~${e.role}~${e.clause}~${e.expected}`,
        status,
        statusDetails: { message },
        labels,
        parameters: [{ name: "role", value: e.role }],
        steps: [],
        start,
      });
    };
    for (const e of use.unexpectedPasses)
      entry(e, Status.FAILED, `UNEXPECTED PASS: ${use.file} expects ${e.verdict}: ${e.expected}`, "unexpected passes");
    for (const e of use.expired)
      entry(e, Status.SKIPPED, `EXPIRED: ${use.file} counted this entry until ${e.expires ?? ""}`, "expired entries");
  }

  /** The cases that were in flight have verdicts of their own; this one is nobody's. */
  #writeDeath(d: DeathResult): void {
    this.#write({
      name: `the device died (${d.how})`,
      fullName: `deaths#${d.no}`,
      testCaseId: "a death of the device",
      historyId: `death~${d.no}`,
      status: Status.FAILED,
      statusDetails: { message: `NON-CONFORMANCE: ${deathText(d)}` },
      labels: [
        { name: "parentSuite", value: "deaths" },
        { name: "suite", value: "deaths that no case is to blame for" },
      ],
      parameters: [],
      steps: [],
      start: Date.parse(d.at),
    });
  }

  #write(result: Parameters<ReporterRuntime["startTest"]>[0]): void {
    const uuid = this.#runtime.startTest(result);
    this.#runtime.stopTest(uuid, { stop: result.start ?? 0 });
    this.#runtime.writeTest(uuid);
  }
}

function ruleReason(r: RuleResult): string {
  if (r.verdict === "not exercised") return "the device sent no frame that this rule applies to";
  const first = r.findings[0];
  if (first === undefined) return `${r.framesJudged} frames judged, none against it`;
  return `${r.findings.length} of ${r.framesJudged} frames: expected ${first.expected}; ${first.actual}`;
}

function environmentOf(info: RunInfo, baseline: Baseline | undefined): Record<string, string> {
  const about: Record<string, unknown> = {
    device: info.device,
    lab: `${info.lab} (${info.labFile})`,
    seed: info.seed,
    strict: info.strict,
    baseline: baseline?.file ?? "none",
    l2tpspec: info.tool.version,
    startedAt: info.startedAt,
    selection: JSON.stringify(info.selection),
    ...info.environment,
  };
  return Object.fromEntries(
    Object.entries(about)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
