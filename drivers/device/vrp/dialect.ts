/** What a generation of VRP is asked to be: an intent becomes sections of configuration in its words. */
import { DeviceError, nameOf } from "../device.ts";
import type { Intent } from "../intent.ts";
import type { Section } from "./section.ts";

/** What the driver calls its objects on the device. A name that is taken there is refused, never used. */
export interface VrpNames {
  /** Virtual-Template1 */
  readonly template: string;
  readonly group: string;
  readonly pool: string;
  /** Service scheme of an LNS, `l2tp` unless given. */
  readonly scheme?: string;
  /** Domain of users whose name has no `@`, `default` unless given. */
  readonly domain?: string;
  /** Number of the first policy between two zones in the old generation, 1 unless given. */
  readonly firstPolicy?: number;
  /** V8: false on a router, which has no zones and no policies between them. */
  readonly zones?: boolean;
  /** V8: the interface whose address the tunnel uses. */
  readonly source?: string;
  /** V8, LNS: group of boards that end tunnels, and the slot of the board. */
  readonly lnsGroup?: string;
  readonly slot?: string;
}

export const DIALECTS = ["usg6000", "usg", "v8"] as const;
export type DialectName = (typeof DIALECTS)[number];

export interface Dialect {
  readonly name: DialectName;
  /** Pure: the same intent gives the same sections. What has to come last stands last. */
  render(intent: Intent, names: VrpNames): readonly Section[];
  /** Changes are a draft until this is sent. */
  readonly twoPhase: boolean;
  /** The rows of the security policies and of the NAT policies; absent where it prints none. */
  readonly policies?: { readonly security: string; readonly nat: string };
}

/** The dialect of a device by its `display version`. */
export function dialectNameIn(output: string): DialectName {
  const [, major = "", model = "", software = ""] =
    /VRP \(R\) software, Version (\d+)[\d.]*(?: \((\S+) (\S+)\))?/i.exec(output) ?? [];
  if (Number(major) >= 8) return "v8";
  if (/^(?:USG6|USG9|NGFW)/i.test(model) || (/^USG/i.test(model) && /^V500/.test(software))) return "usg6000";
  if (/^(?:USG|Eudemon|SVN)/i.test(model)) return "usg";
  throw new DeviceError({
    step: "display version",
    text: `expected a USG or a VRP of version 8, found ${model === "" ? "neither" : nameOf(`${model} ${software}`)}; name the dialect (${DIALECTS.join(", ")})`,
    output,
  });
}
