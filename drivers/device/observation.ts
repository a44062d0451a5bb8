/** What a device says about itself, as values; each is read by a pure function from the device's own words. */

export interface TunnelSeen {
  readonly localId: number;
  readonly remoteId: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly sessions: number;
  readonly remoteName: string;
}

export interface SessionSeen {
  readonly localId: number;
  readonly remoteId: number;
  readonly localTunnelId: number;
}

/** One row of the security policies or of the NAT policies. */
export interface PolicySeen {
  readonly name: string;
  readonly enabled: boolean;
  /** As the device writes it: permit, deny, src-nat, no-nat. */
  readonly action: string;
  /** Packets or flows that it decided, as the device counts; undefined where the device does not say. */
  readonly hits: number | undefined;
}

/** A flow in the firewall's table. */
export interface FlowSeen {
  readonly protocol: string;
  readonly source: { readonly address: string; readonly port: number };
  /** After source NAT; undefined where the source is left as it is. */
  readonly translated: { readonly address: string; readonly port: number } | undefined;
  readonly destination: { readonly address: string; readonly port: number };
  /** The rule that let it pass, and from where to where; absent where the device does not say. */
  readonly policy?: string;
  readonly zones?: { readonly from: string; readonly to: string };
}

/** What came of the Echo requests that it was told to send. */
export interface PingSeen {
  readonly sent: number;
  readonly received: number;
}

export interface PppLinkSeen {
  readonly up: boolean;
  readonly lcpOpened: boolean;
  readonly ipcpOpened: boolean;
  readonly address: string | undefined;
  readonly mtu: number | undefined;
}

export interface VersionSeen {
  readonly vendor: string;
  readonly model: string | undefined;
  /** As the device prints it: `V500R005C00SPC100`, `5.170`. */
  readonly software: string;
  /** Of the platform beneath: `5.170` takes each command at once, `8.180` waits for a commit. */
  readonly vrpVersion: string;
}

/** One way to a destination; several ways to one are several of these. */
export interface RouteSeen {
  /** `172.16.1.51/32` */
  readonly destination: string;
  /** As the device writes it: Direct, Static, Unr. */
  readonly protocol: string;
  readonly preference: number;
  readonly cost: number;
  readonly flags: string;
  readonly nextHop: string;
  readonly interface: string;
}

/** A group of the L2TP configuration. */
export interface GroupSeen {
  readonly name: string;
  readonly number: number;
}
