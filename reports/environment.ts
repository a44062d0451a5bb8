/** What a run was: the rows of a report's environment, and Allure's file of them. Pure. */
import { expectationsOn, firmwareOf, type Baseline } from "./baseline.ts";
import type { RunInfo } from "./run-folder.ts";

/** By their names, in the order in which a reader asks. */
export function environmentOf(info: RunInfo, baseline: Baseline | undefined): Readonly<Record<string, string>> {
  const { firmware: _told, said, ics, ...machine } = info.environment;
  const firmware = firmwareOf(info);
  const rows: Readonly<Record<string, unknown>> = {
    l2tpspec: info.tool.version,
    lab: `${info.lab} (${info.labFile})`,
    device: info.device,
    firmware: firmware ?? "not told: device.firmware in the lab file says it",
    // Where the lab has its own words for it, the device's are worth a look.
    ...(said !== firmware && { "the device says": said }),
    ICS: icsText(ics),
    seed: info.seed,
    strict: info.strict,
    baseline: baselineText(info, baseline),
    selection: selectionText(info.selection),
    startedAt: info.startedAt,
    ...machine,
  };
  return Object.fromEntries(
    Object.entries(rows)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Whose it is matters: all that another's names is new here. */
function baselineText(info: RunInfo, baseline: Baseline | undefined): string {
  if (baseline === undefined) return "none: every failure is new";
  const { foreign, unchecked } = expectationsOn(baseline, info);
  const said = foreign ?? unchecked;
  return said === undefined ? baseline.file : `${baseline.file} (${said})`;
}

/** `pap, chap; without challengesPeer` */
function icsText(ics: unknown): string | undefined {
  if (typeof ics !== "object" || ics === null) return undefined;
  const names = (claimed: boolean): string =>
    Object.entries(ics)
      .filter(([, value]) => value === claimed)
      .map(([name]) => name)
      .join(", ");
  const without = names(false);
  return `${names(true) || "nothing"}${without === "" ? "" : `; without ${without}`}`;
}

/** `suites rfc2661, call-lns; roles lns` */
function selectionText(selection: RunInfo["selection"]): string {
  const parts = Object.entries(selection).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join(", ") : String(value)}`,
  );
  return parts.length === 0 ? "all cases" : parts.join("; ");
}

/**
 * As Java reads properties: a blank, `=` or `:` would end a name, a backslash begins an escape, and what is no Latin letter has to
 * be one.
 */
export function propertiesText(rows: Readonly<Record<string, string>>): string {
  return Object.entries(rows)
    .map(([name, value]) => `${escaped(name).replace(/[ =:]/g, "\\$&")}=${escaped(value).replace(/^ /, "\\ ")}\n`)
    .join("");
}

function escaped(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replaceAll("\\", "\\\\")
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
