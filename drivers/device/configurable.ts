/** A device that a driver configures: an intent goes in, and what the device then says of itself comes out as values. */
import type { Device } from "./device.ts";
import type { Intent } from "./intent.ts";
import type {
  FlowSeen,
  PingSeen,
  PolicySeen,
  PppLinkSeen,
  SessionSeen,
  TunnelSeen,
  VersionSeen,
} from "./observation.ts";

/** One line of configuration that a device has or lacks after it was put back; secrets masked. */
export interface Difference {
  /** `+` stands there now and did not before, `-` the reverse. */
  readonly sign: "+" | "-";
  /** The section that it stands in, the vendor's own words: `l2tp-group 1`; empty at the outermost level. */
  readonly section: string;
  readonly line: string;
}

/** What a restoration did, and what is still not as it was found: nothing, if it succeeded. */
export interface Restoration {
  /** Changes taken back, newest first, as the journal names them. */
  readonly undone: readonly string[];
  readonly differences: readonly Difference[];
}

/** One ICMP Echo request that a device sends of its own. */
export interface PingOrder {
  /** One of the device's own addresses. */
  readonly source: string;
  readonly destination: string;
  /** Octets behind the header of ICMP. */
  readonly size: number;
  /** How long the device waits for the answer. */
  readonly withinMs: number;
}

/**
 * Every change is in the journal, with its undo, before it is made. Nothing is saved to the device's start-up configuration.
 * All methods reject with a DeviceError that names the line, the view and the device's own words.
 */
export interface ConfigurableDevice extends Device {
  /**
   * Makes the device what the intent says, by no more changes than it takes from the intent before, and reads it back. Where a
   * line is refused, what this call had changed is taken back before it rejects.
   */
  apply(intent: Intent, signal: AbortSignal): Promise<void>;
  /** The intent that is in force; undefined before the first. */
  readonly intent: Intent | undefined;
  /** Takes back all that stands in the journal, and compares the configuration with the one first found. */
  restore(signal: AbortSignal): Promise<Restoration>;
  /** The running configuration as the device prints it, secrets masked. */
  configuration(signal: AbortSignal): Promise<string>;
  version(signal: AbortSignal): Promise<VersionSeen>;
  /** What it is configured to be, by us or by others; none of both is an empty list. */
  roles(signal: AbortSignal): Promise<readonly ("lac" | "lns")[]>;
  tunnels(signal: AbortSignal): Promise<readonly TunnelSeen[]>;
  sessions(signal: AbortSignal): Promise<readonly SessionSeen[]>;
  pppLink(signal: AbortSignal): Promise<PppLinkSeen>;
  /** Whether it tells how often each policy decided; without, `policies` and `natPolicies` reject. */
  readonly counts: boolean;
  /** Rows of the security policies, the vendor's default row included, with their hits. */
  policies(signal: AbortSignal): Promise<readonly PolicySeen[]>;
  natPolicies(signal: AbortSignal): Promise<readonly PolicySeen[]>;
  flows(signal: AbortSignal): Promise<readonly FlowSeen[]>;
  /** Forgets the flows that were let through: an established one survives the policy that permitted it. */
  resetFlows(signal: AbortSignal): Promise<void>;
  /** Resolves when the device has its answer, or has waited long enough for it. Present if the device can "ping". */
  ping?(order: PingOrder, signal: AbortSignal): Promise<PingSeen>;
}
