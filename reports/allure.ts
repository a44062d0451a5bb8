/**
 * Allure 2 results, made of a run's folder when its cases have ended, or at any time after: the folders are what a run that is
 * killed keeps, and drawing pages beside the cases would take the processor from them.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ContentType, Status, type Label } from "allure-js-commons";
import { ReporterRuntime } from "allure-js-commons/sdk/reporter";
import type { Frame } from "#capture/frame";
import type { RuleResult } from "#expect/verdict";
import { expectationsOn, isKnown, type Baseline, type BaselineEntry } from "./baseline.ts";
import {
  caseLabels,
  descriptionOf,
  detailsOf,
  nameOf,
  parametersOf,
  ruleLabels,
  ruleSteps,
  statusOf,
  stepsOf,
} from "./allure-result.ts";
import { casePage } from "./case-page.ts";
import { caseText } from "./case-text.ts";
import { categoriesFor } from "./categories.ts";
import { commandsFor } from "./commands.ts";
import { deathText, isUnexplained, type DeathResult } from "./deaths.ts";
import { environmentOf, propertiesText } from "./environment.ts";
import { executorOf } from "./executor.ts";
import { writeAtomically } from "./files.ts";
import { showsFlows } from "./flow-picture.ts";
import { framesOfCase } from "./frames.ts";
import { AllureFiles } from "./allure-files.ts";
import { allureName } from "./history-allure.ts";
import type { CaseFolder, RunInfo } from "./run-folder.ts";
import type { BaselineUse, Results } from "./sink.ts";

/** `application/vnd.tcpdump.pcap` is the registered type; browsers then offer the file to Wireshark. */
const CAPTURE_TYPE = "application/vnd.tcpdump.pcap";

export class AllureReport {
  readonly #run: string;
  readonly #info: RunInfo;
  readonly #active: readonly BaselineEntry[];
  readonly #runtime: ReporterRuntime;
  readonly #resultsDir: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #names = new Map<string, string>();

  /** `run` is the run's folder; results go to its `allure-results/`. */
  constructor(run: string, info: RunInfo, baseline?: Baseline) {
    this.#run = run;
    this.#info = info;
    this.#active = expectationsOn(baseline, info).active;
    this.#resultsDir = join(run, "allure-results");
    this.#runtime = new ReporterRuntime({
      writer: new AllureFiles(this.#resultsDir),
      categories: categoriesFor(baseline !== undefined),
    });
    this.#environment = environmentOf(info, baseline);
  }

  /** What Allure's generator calls each result from night to night, by the key of the case, or by id and role of the rule. */
  get names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  /** One case, with the page that shows its ladder or its flows, the capture, and one text. It is on disk when this returns. */
  writeCase(folder: CaseFolder): void {
    const c = folder.result;
    const known = isKnown(c, this.#active);
    const start = Date.parse(c.startedAt);
    const parameters = parametersOf(c);
    this.#names.set(c.key, allureName(c.id, parameters));
    const uuid = this.#runtime.startTest({
      name: nameOf(c),
      fullName: `${c.suite}#${c.id}`,
      testCaseId: c.id,
      historyId: c.key,
      status: statusOf(c.verdict),
      statusDetails: { ...detailsOf(c, c.reason, known), ...(known && { known }) },
      labels: caseLabels(c, known),
      parameters,
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
    writeAtomically(join(this.#resultsDir, "environment.properties"), propertiesText(this.#environment));
    const executor = executorOf(this.#run, this.#info, buildOrder);
    writeAtomically(join(this.#resultsDir, "executor.json"), `${JSON.stringify(executor, null, 2)}\n`);
  }

  #attachEvidence(uuid: string, folder: CaseFolder): void {
    const capture = join(folder.dir, "run.pcapng");
    const text = caseText(folder.dir);
    const frames = framesOfCase(folder);
    if (frames.length > 0 || folder.result.rungs.length > 0) this.#attachPicture(uuid, folder, frames);
    if (existsSync(capture))
      this.#attach(uuid, "capture", capture, { contentType: CAPTURE_TYPE, fileExtension: ".pcapng" });
    if (text !== undefined)
      this.#attach(uuid, text.name, text.what, { contentType: ContentType.TEXT, fileExtension: ".txt" });
  }

  #attachPicture(uuid: string, folder: CaseFolder, frames: readonly Frame[]): void {
    const page = casePage(folder.result, frames, { ladder: folder.ladder, device: this.#info.device });
    this.#attach(uuid, showsFlows(frames) ? "flows" : "ladder", Buffer.from(page), {
      contentType: ContentType.HTML,
      fileExtension: ".html",
    });
  }

  #attach(uuid: string, name: string, what: Buffer | string, o: { contentType: string; fileExtension: string }): void {
    this.#runtime.writeAttachment(uuid, null, name, what, { ...o, wrapInStep: false });
  }

  #writeRule(r: RuleResult, results: Results): void {
    const reason = ruleReason(r);
    const start = Date.parse(results.startedAt);
    const parameters = [{ name: "role", value: r.role }];
    this.#names.set(`${r.id}~${r.role}`, allureName(r.id, parameters));
    const example = results.cases.find((c) => c.key === r.findings[0]?.case);
    this.#write({
      name: `${r.id} (device is ${r.role.toUpperCase()})`,
      fullName: `rules#${r.id}`,
      testCaseId: r.id,
      historyId: `${r.id}~${r.role}`,
      status: statusOf(r.verdict),
      statusDetails: { ...detailsOf(r, reason, r.known), ...(r.known && { known: true }) },
      labels: ruleLabels(r),
      parameters,
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
