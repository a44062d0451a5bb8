/**
 * What a device is to become, in no vendor's words: a driver renders it. Secrets are resolved already; an intent is never
 * written to disk. Addresses are dotted quads, networks `10.1.1.0/24`.
 */

/** The zones of Call-LNS. `local` is the device itself; no interface belongs to it. */
export type Zone = "local" | "trust" | "dmz" | "untrust";

/** The interface of the PPP link, whatever the vendor calls it: Virtual-Template1, ppp0. */
export const PPP_LINK = "ppp";

export interface Account {
  readonly name: string;
  readonly password: string;
}

export interface InterfaceIntent {
  /** The device's own name for it: GigabitEthernet1/0/1. */
  readonly name: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly zone: Exclude<Zone, "local">;
}

/** One row of the table of security policies: what may pass from zone to zone. Whatever no row permits is refused. */
export interface PolicyIntent {
  readonly name: string;
  readonly from: Zone;
  readonly to: Zone;
  readonly source: string;
  readonly destination: string;
  /** `l2tp` is UDP to or from port 1701; absent is any. */
  readonly service?: "l2tp";
}

/** Source NAT to the address of the interface by which a packet leaves. */
export interface NatIntent {
  readonly name: string;
  /** Name of an interface, or {@link PPP_LINK}. */
  readonly egress: string;
  readonly source: string;
}

export interface RouteIntent {
  readonly to: string;
  /** Address of a neighbour, or {@link PPP_LINK}. */
  readonly via: string;
}

interface CommonIntent {
  /** Goes into the Host Name AVP. */
  readonly tunnelName: string;
  /** Absent: no tunnel authentication. */
  readonly tunnelSecret?: string;
  /** In order of preference. */
  readonly authentication: readonly ("chap" | "pap")[];
  readonly hideAvps?: boolean;
  /** Seconds between Hellos; 0 is off; absent is the device's default. */
  readonly helloSeconds?: number;
  /** Absent: the device's default, 1500 as a rule. */
  readonly mru?: number;
  /**
   * The largest TCP MSS that the device lets stand in a SYN that crosses the PPP link: a larger one it lowers to this. Absent:
   * whatever the device does of itself.
   */
  readonly mss?: number;
  readonly interfaces: readonly InterfaceIntent[];
  /** Zone of the PPP link; dmz in the scenario. */
  readonly pppZone: Exclude<Zone, "local">;
  readonly policies: readonly PolicyIntent[];
  readonly nat: readonly NatIntent[];
  readonly routes: readonly RouteIntent[];
}

export interface LacIntent extends CommonIntent {
  readonly role: "lac";
  /** Whom to call; absent: nobody, but all else is ready. */
  readonly lns?: string;
  /** Whom the LAC dials as. */
  readonly user: Account;
}

export interface LnsIntent extends CommonIntent {
  readonly role: "lns";
  /** Host Name of the LAC that may call; absent: any. */
  readonly peerName?: string;
  readonly users: readonly Account[];
  readonly pool: { readonly first: string; readonly last: string };
  /** The LNS's own address inside PPP. */
  readonly gateway: { readonly address: string; readonly prefixLength: number };
}

export type Intent = LacIntent | LnsIntent;
