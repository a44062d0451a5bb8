/** What VRP prints of its state, as values. Pure: text in, values out. */
import { DeviceError } from "../device.ts";
import type {
  FlowSeen,
  GroupSeen,
  PingSeen,
  PolicySeen,
  PppLinkSeen,
  RouteSeen,
  SessionSeen,
  TunnelSeen,
  VersionSeen,
} from "../observation.ts";
import { tableRows, type TableRow } from "./table.ts";

/** `display l2tp tunnel` */
export function tunnelsIn(output: string): readonly TunnelSeen[] {
  return tableRows(output, "LocalTID").map((row) => ({
    localId: numberIn(row, "LocalTID"),
    remoteId: numberIn(row, "RemoteTID"),
    remoteAddress: row.RemoteAddress ?? "",
    remotePort: numberIn(row, "Port"),
    sessions: numberIn(row, "Sessions"),
    remoteName: row.RemoteName ?? "",
  }));
}

/** `display l2tp session` */
export function sessionsIn(output: string): readonly SessionSeen[] {
  return tableRows(output, "LocalSID").map((row) => ({
    localId: numberIn(row, "LocalSID"),
    remoteId: numberIn(row, "RemoteSID"),
    localTunnelId: numberIn(row, "LocalTID"),
  }));
}

/** `display security-policy rule all` and `display nat-policy rule all` */
export function policiesIn(output: string): readonly PolicySeen[] {
  return tableRows(output, "RULE ID").map((row) => ({
    name: row["RULE NAME"] ?? "",
    enabled: row.STATE === "enable",
    action: row.ACTION ?? "",
    hits: [undefined, "", "-"].includes(row.HITS) ? undefined : numberIn(row, "HITS"),
  }));
}

/** `icmp  VPN: public --> public`, on a line with the flow, or, verbose, some lines before it. Old builds print it tight. */
const FLOW_HEAD = /^\s*([\w-]+)\s+VPN:\s*\S+?\s*-->\s*\S+/;
/** `10.1.1.1:14233[202.100.1.5:14233] --> 202.100.1.254:2048`; `+->` marks a flow whose content is watched. */
const FLOW = /([\d.]+):(\d+)(?:\[([\d.]+):(\d+)\])?\s*(?:-->|\+->)\s*([\d.]+):(\d+)/;
const ZONES = /\bZone:\s*(\S+?)\s*-->\s*(\S+)/;

/** `display firewall session table`, with `verbose` or without */
export function flowsIn(output: string): readonly FlowSeen[] {
  const flows: FlowSeen[] = [];
  let protocol: string | undefined;
  let zones: FlowSeen["zones"];
  for (const line of output.split("\n")) {
    const head = FLOW_HEAD.exec(line);
    if (head !== null) [protocol, zones] = [head[1], undefined];
    const [, zoneFrom, zoneTo] = ZONES.exec(line) ?? [];
    if (zoneFrom !== undefined && zoneTo !== undefined) zones = { from: zoneFrom, to: zoneTo };
    const found = FLOW.exec(line);
    if (found === null || protocol === undefined) continue;
    const [, from = "", fromPort, as, asPort, to = "", toPort] = found;
    const policy = /\bPolicyName:\s*(\S+)/.exec(line)?.[1];
    flows.push({
      protocol,
      source: { address: from, port: Number(fromPort) },
      translated: as === undefined ? undefined : { address: as, port: Number(asPort) },
      destination: { address: to, port: Number(toPort) },
      ...(policy !== undefined && { policy }),
      ...(zones !== undefined && { zones }),
    });
    protocol = undefined;
  }
  return flows;
}

/** `ping`: the two numbers stand on lines of their own, or on one. */
export function pingIn(output: string): PingSeen {
  const [, sent] = /\b(\d+) packets?(?:\(s\))? transmitted\b/i.exec(output) ?? [];
  const [, received] = /\b(\d+) (?:packets?(?:\(s\))? )?received\b/i.exec(output) ?? [];
  if (sent === undefined || received === undefined)
    throw new DeviceError({
      step: "ping",
      text: "expected the numbers of packets sent and received, found none",
      output,
    });
  return { sent: Number(sent), received: Number(received) };
}

const ROUTE = /^\s*([\d.]+\/\d+)?\s+(\S+)\s+(\d+)\s+(\d+)\s+(?:([A-Z]+)\s+)?(\d+\.\d+\.\d+\.\d+)\s+(\S+)\s*$/;

/** `display ip routing-table`. A second way to a destination stands on a line that does not name it again. */
export function routesIn(output: string): readonly RouteSeen[] {
  let destination = "";
  return output.split("\n").flatMap((line) => {
    const found = ROUTE.exec(` ${line}`);
    if (found === null) return [];
    const [, named, protocol = "", preference, cost, flags = "", nextHop = "", out = ""] = found;
    destination = named ?? destination;
    return [
      { destination, protocol, preference: Number(preference), cost: Number(cost), flags, nextHop, interface: out },
    ];
  });
}

/** `display l2tp-group` */
export function groupsIn(output: string): readonly GroupSeen[] {
  const rows = output.slice(output.indexOf("GROUP-NUMBER")).matchAll(/^[^\S\n]*(\S+)[^\S\n]+(\d+)[^\S\n]*$/gm);
  return Array.from(rows, ([, name = "", number]) => ({ name, number: Number(number) }));
}

/** `display interface Virtual-Template N` */
export function pppLinkIn(output: string): PppLinkSeen {
  const mtu = /Maximum Transmit Unit is (\d+)/.exec(output)?.[1];
  return {
    up: /^Line protocol current state\s*:\s*UP/im.test(output),
    lcpOpened: /\bLCP opened\b/i.test(output),
    ipcpOpened: /\bIPCP opened\b/i.test(output),
    address: /^Internet Address is (?:negotiated, )?([\d.]+)\/\d+/im.exec(output)?.[1],
    mtu: mtu === undefined ? undefined : Number(mtu),
  };
}

/** `display version`. Throws a {@link DeviceError} where the device is no VRP: its dialect cannot be told. */
export function versionIn(output: string): VersionSeen {
  const found = /VRP \(R\) software, Version ([\d.]+)(?: \((.+?) (V\S+)\))?/i.exec(output);
  if (found === null)
    throw new DeviceError({ step: "display version", text: "expected the version of a VRP, found none", output });
  return { vendor: "Huawei", model: found[2], software: found[3] ?? found[1]!, vrpVersion: found[1]! };
}

function numberIn(row: TableRow, name: string): number {
  const value = Number(row[name]);
  if (row[name] === undefined || row[name] === "" || Number.isNaN(value))
    throw new DeviceError({
      step: "display",
      text: `expected a number in column ${name}, found ${JSON.stringify(row[name] ?? "no such column")}`,
      output: JSON.stringify(row),
    });
  return value;
}

/** `display current-configuration`: what the device's L2TP groups make of it. */
export function rolesIn(configuration: string): readonly ("lac" | "lns")[] {
  const says = (line: RegExp): boolean => line.test(configuration);
  return [
    ...(says(/^\s*start l2tp\b/m) ? (["lac"] as const) : []),
    ...(says(/^\s*allow l2tp\b/m) ? (["lns"] as const) : []),
  ];
}
