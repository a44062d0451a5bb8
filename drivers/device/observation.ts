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
}
