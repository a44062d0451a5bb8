/** `l2tpspec doctor`: what this machine has, what is lost without the rest, and the command that brings it. */
import type { Command } from "commander";
import type { LabSpec } from "#lab/schema";
import type { DeviceDiagnosis } from "./device-diagnosis.ts";
import { needsOf, type LabNeed } from "./lab-needs.ts";
import { addOwnDrivers, type OwnOptions } from "./selection.ts";
import { apt, machine, type Machine } from "./machine.ts";

export interface Check {
  readonly id: string;
  /** Without it nothing works; everything else only costs what `lost` says. */
  readonly vital: boolean;
  readonly ok: boolean;
  /** What was found: a version, a path, or what is wrong. */
  readonly found: string;
  readonly lost: string;
  /** The exact command that puts it right. */
  readonly install: string;
}

export interface Diagnosis {
  readonly checks: readonly Check[];
  readonly lab: {
    readonly name: string;
    readonly needs: readonly LabNeed[];
    /** Of a device that a driver configures. */
    readonly device?: DeviceDiagnosis;
  } | null;
}

export interface DoctorOptions extends Pick<OwnOptions, "drivers"> {
  readonly lab?: string;
  readonly json?: boolean;
}

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("say what this machine lacks, what is lost without it, and how to install it")
    .option("--lab <file>", "also what is missing for this lab")
    .option("--json", "as JSON");
  addOwnDrivers(command).action(async (options: DoctorOptions) => {
    const { loadOwnDrivers } = await import("#fixtures/own");
    await loadOwnDrivers(options.drivers ?? []);
    const lab = options.lab === undefined ? undefined : await labIn(options.lab);
    const diagnosis = await diagnose(machine, lab, await deviceOf(lab, options.lab));
    process.stdout.write(options.json === true ? `${JSON.stringify(diagnosis, null, 2)}\n` : diagnosisText(diagnosis));
    process.exitCode = healthy(diagnosis) ? 0 : 2;
  });
}

/** Misuse for what a run would refuse too; secrets and root are among the needs. */
async function labIn(file: string): Promise<LabSpec> {
  const [{ loadLab }, { checkShape }] = await Promise.all([import("#lab/load"), import("#lab/check")]);
  const { spec } = loadLab(file);
  checkShape(spec, file);
  return spec;
}

async function deviceOf(lab: LabSpec | undefined, file = ""): Promise<DeviceDiagnosis | undefined> {
  if (lab === undefined) return undefined;
  const { diagnoseDevice } = await import("./device-diagnosis.ts");
  return diagnoseDevice(lab, file);
}

/** 0 unless something vital is missing, or something that the given lab needs, its device first of all. */
export function healthy({ checks, lab }: Diagnosis): boolean {
  const labIsReady = lab === null || (lab.needs.every((n) => n.ok) && (lab.device?.ok ?? true));
  return checks.every((c) => c.ok || !c.vital) && labIsReady;
}

export async function diagnose(m: Machine, lab?: LabSpec, device?: DeviceDiagnosis): Promise<Diagnosis> {
  const checks = await checksOf(m);
  if (lab === undefined) return { checks, lab: null };
  return { checks, lab: { name: lab.name, needs: needsOf(lab, checks, m), ...(device && { device }) } };
}

/** A program of the path, with the words that make it say its version, if it knows such words. */
interface Tool {
  readonly id: string;
  readonly names: readonly string[];
  readonly version?: readonly string[];
  readonly lost: string;
  readonly install: string;
}

const TOOLS: readonly Tool[] = [
  {
    id: "java",
    names: ["java"],
    version: ["-version"],
    lost: "no HTML report: Allure's generator runs on Java (results, JUnit and captures are written all the same)",
    install: apt("default-jre-headless"),
  },
  {
    id: "tshark",
    names: ["tshark"],
    version: ["--version"],
    lost: "no second decoder: a mistake of our own dissection would not be noticed",
    install: apt("tshark"),
  },
  {
    id: "tcpdump",
    names: ["tcpdump"],
    version: ["--version"],
    lost: "no witness on the wire: times come from our own clock, and frames from our own tap",
    install: apt("tcpdump"),
  },
  {
    id: "chromium",
    names: ["chromium", "chromium-browser", "google-chrome"],
    version: ["--version"],
    lost: "the report's page cannot be looked at or printed by a test",
    install: apt("chromium"),
  },
  {
    id: "nft",
    names: ["nft"],
    version: ["--version"],
    lost: "no emulated firewall, and no hosts around a device",
    install: apt("nftables"),
  },
  {
    id: "l2tpns",
    // Never started here: every option starts the daemon, and when it fails it ends its whole process group.
    names: ["l2tpns"],
    lost: "the labs against l2tpns, a real LNS that needs no kernel support",
    install: apt("l2tpns"),
  },
  {
    id: "freeradius",
    names: ["freeradius", "radiusd"],
    version: ["-v"],
    lost: "l2tpns cannot authenticate a user, so its labs reach no IPCP",
    install: apt("freeradius"),
  },
  {
    id: "xl2tpd",
    names: ["xl2tpd"],
    version: ["-v"],
    lost: "the labs against xl2tpd, a real LNS and LAC that needs no kernel support",
    install: apt("xl2tpd"),
  },
  {
    id: "slirp-fullbolt",
    // Never started here: it takes over the terminal.
    names: ["slirp-fullbolt"],
    lost: "xl2tpd has no PPP without /dev/ppp, so its labs end at ICCN",
    install: apt("slirp"),
  },
];

async function checksOf(m: Machine): Promise<readonly Check[]> {
  const node = m.nodeVersion();
  const free = m.freeBytes();
  const netns = m.isRoot() ? m.run("ip", ["netns", "list"]) : undefined;
  const modules = await Promise.all(MODULES.map((module) => moduleCheck(m, module)));
  return [
    {
      id: "node",
      vital: true,
      ok: isAtLeast(node, NODE),
      found: node,
      lost: `nothing runs below ${NODE.join(".")}`,
      install: apt("nodejs npm"),
    },
    {
      id: "root",
      vital: false,
      ok: m.isRoot(),
      found: m.isRoot() ? "yes" : "no",
      lost: "no network namespaces, no tcpdump, no raw sockets: only labs in memory or on loopback",
      install: "sudo npx l2tpspec ...",
    },
    ...TOOLS.map((tool) => toolCheck(m, tool)),
    {
      id: "ip netns",
      vital: false,
      ok: netns?.code === 0,
      found: netns === undefined ? "not tried without root" : netns.code === 0 ? "works" : firstLine(netns.output),
      lost: "labs whose bench is of namespaces",
      install: apt("iproute2"),
    },
    ...modules,
    {
      id: "disk",
      vital: false,
      ok: free >= DISK,
      found: `${(free / 2 ** 30).toFixed(1)} GiB free here`,
      lost: "long runs: their captures and reports may not fit",
      install: "rm -r reports/out/<old run>, or run with --out on another disk",
    },
  ];
}

const NODE = [20, 19] as const;
const DISK = 2 ** 30;

const MODULES = [
  {
    id: "koffi",
    lost: "no TUN device and no sockets inside a namespace: data cannot be sent through the tunnel from the bench",
    install: "npm install --include=optional koffi",
  },
  {
    id: "raw-socket",
    lost: "no hand-made IP headers: the cases on UDP checksums and fragments are not run",
    install: `${apt("g++ make python3")} && npm rebuild raw-socket`,
  },
] as const;

async function moduleCheck(m: Machine, module: (typeof MODULES)[number]): Promise<Check> {
  const failure = await m.loadFailure(module.id);
  return { ...module, vital: false, ok: failure === undefined, found: failure ?? "loads" };
}

function toolCheck(m: Machine, tool: Tool): Check {
  const path = tool.names.map((name) => m.onPath(name)).find((found) => found !== undefined);
  const { id, lost, install } = tool;
  if (path === undefined) return { id, vital: false, ok: false, found: "not found", lost, install };
  const found = tool.version === undefined ? path : firstLine(m.run(path, tool.version).output);
  return { id, vital: false, ok: true, found, lost, install };
}

export function diagnosisText({ checks, lab }: Diagnosis): string {
  const mark = (ok: boolean, vital: boolean): string => (ok ? "ok     " : vital ? "MISSING" : "missing");
  const lines = checks.flatMap((c) => [
    `${mark(c.ok, c.vital)}  ${c.id.padEnd(11)} ${c.found}`,
    ...(c.ok ? [] : [`         lost:     ${c.lost}`, `         install:  ${c.install}`]),
  ]);
  if (lab === null) return `${lines.join("\n")}\n`;
  const missing = lab.needs.filter((n) => !n.ok);
  const needs = missing.flatMap((n) => [`MISSING  ${n.id.padEnd(11)} ${n.why}`, `         install:  ${n.install}`]);
  const verdict = missing.length === 0 ? `lab ${lab.name}: nothing is missing` : `lab ${lab.name}:`;
  return `${[...lines, "", verdict, ...needs, ...deviceLines(lab.device)].join("\n")}\n`;
}

function deviceLines(device: DeviceDiagnosis | undefined): readonly string[] {
  if (device === undefined) return [];
  const [first = "", ...more] = device.found;
  return [
    `${device.ok ? "ok     " : "MISSING"}  device      ${first}`,
    ...more.map((line) => `                     ${line}`),
    ...device.warnings.map((line) => `warning  ${line}`),
  ];
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.replace(/^v/, "").split(".").map(Number);
  return a > major || (a === major && b >= minor);
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
