/** What VRP prints of its state, as values. Pure: text in, values out. */
import { DeviceError } from "../device.ts";
import type { FlowSeen, PolicySeen, PppLinkSeen, SessionSeen, TunnelSeen, VersionSeen } from "../observation.ts";
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
    hits: row.HITS === undefined || row.HITS === "" ? undefined : numberIn(row, "HITS"),
  }));
}

/** A flow: `icmp  VPN: public --> public  10.1.1.1:14233[202.100.1.5:14233] --> 202.100.1.254:2048`; old builds print it tight. */
const FLOW = /^\s*(\w+)\s+VPN:\s*\S+\s*-->\s*\S+\s+([\d.]+):(\d+)(?:\[([\d.]+):(\d+)\])?\s*-->\s*([\d.]+):(\d+)/;

/** `display firewall session table` */
export function flowsIn(output: string): readonly FlowSeen[] {
  return output.split("\n").flatMap((line) => {
    const found = FLOW.exec(line);
    if (found === null) return [];
    const [, protocol = "", from = "", fromPort, as, asPort, to = "", toPort] = found;
    return [
      {
        protocol,
        source: { address: from, port: Number(fromPort) },
        translated: as === undefined ? undefined : { address: as, port: Number(asPort) },
        destination: { address: to, port: Number(toPort) },
      },
    ];
  });
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
  const found = /VRP \(R\) software, Version ([\d.]+)(?: \((\S+) (\S+)\))?/i.exec(output);
  if (found === null)
    throw new DeviceError({ step: "display version", text: "expected the version of a VRP, found none", output });
  return { vendor: "Huawei", model: found[2], software: found[3] ?? found[1]! };
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
