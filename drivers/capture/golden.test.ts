import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fieldsOf, type FieldValue } from "#wire/fields";
import { isFieldPath } from "#wire/fields/paths";
import { dissect, type Packet } from "#wire/packet";
import { CHAP_CODES } from "#wire/ppp/chap";
import { IPCP_OPTIONS } from "#wire/ppp/ipcp";
import { LCP_CODES, LCP_OPTIONS } from "#wire/ppp/lcp";
import { line, tree } from "#wire/text";
import { captureRecords } from "./file.ts";

/** What tshark read in our captures stands beside them, so that this comparison needs no tshark (see the README there). */
const FOLDER = fileURLToPath(new URL("../../fixtures/captures/", import.meta.url));

/** All values that stand under a path, `#2` and so on included, in their order. */
type Values = (path: string) => readonly FieldValue[];

const numbers = (path: string) => (v: Values) => v(path).map(Number);
const texts = (path: string) => (v: Values) => v(path).map(String);
/** The outer header's value and the one inside the tunnel. */
const both = (path: string) => (v: Values) => [...v(path), ...v(`inner.${path}`)];
const ofAvps = (part: string) => (v: Values) => v(`avp.*.${part}`).map(Number);
/** tshark gives no number to a hidden AVP, and another field to the type of a vendor's own. */
const ofPlainAvps = (part: string) => (v: Values) => {
  const [hidden, vendors] = [v("avp.*.h"), v("avp.*.vendor")];
  return ofAvps(part)(v).filter((_, i) => hidden[i] === false && (part === "vendor" || vendors[i] === 0));
};
const CODES: Readonly<Record<string, number>> = LCP_CODES;
const codeNumber = (code: FieldValue): number => (typeof code === "number" ? code : (CODES[code as string] ?? NaN));
const ofControl = (part: string) => (v: Values) => ["lcp", "ipcp", "ipv6cp", "ccp"].flatMap((p) => v(`${p}.${part}`));
const optionTypes = (path: string, rows: Readonly<Record<string, { type: number }>>) => (v: Values) =>
  v(path)
    .flatMap((names) => String(names).split(","))
    .filter((name) => name !== "")
    .map((name) => rows[name]?.type ?? Number(name));

/** tshark's field -> ours. */
const SAME: Readonly<Record<string, (v: Values) => readonly FieldValue[]>> = {
  "ip.src": both("ip.src"),
  "ip.dst": both("ip.dst"),
  "ip.ttl": both("ip.ttl"),
  "ip.proto": both("ip.protocol"),
  "udp.srcport": both("udp.srcPort"),
  "udp.dstport": both("udp.dstPort"),
  "udp.length": both("udp.length"),
  "icmp.type": both("icmp.type"),
  "l2tp.type": numbers("l2tp.t"),
  "l2tp.version": numbers("l2tp.version"),
  "l2tp.length": numbers("l2tp.length"),
  "l2tp.tunnel": numbers("l2tp.tunnelId"),
  "l2tp.session": numbers("l2tp.sessionId"),
  "l2tp.Ns": numbers("l2tp.ns"),
  "l2tp.Nr": numbers("l2tp.nr"),
  "l2tp.avp.vendor_id": ofPlainAvps("vendor"),
  "l2tp.avp.type": ofPlainAvps("type"),
  "l2tp.avp.length": ofAvps("length"),
  "l2tp.avp.mandatory": ofAvps("m"),
  "l2tp.avp.hidden": ofAvps("h"),
  "l2tp.avp.message_type": numbers("avp.messageType"),
  "l2tp.avp.host_name": texts("avp.hostName"),
  "l2tp.avp.vendor_name": texts("avp.vendorName"),
  "l2tp.avp.firmware_revision": numbers("avp.firmwareRevision"),
  "l2tp.avp.assigned_tunnel_id": numbers("avp.assignedTunnelId"),
  "l2tp.avp.assigned_session_id": numbers("avp.assignedSessionId"),
  "l2tp.avp.receive_window_size": numbers("avp.receiveWindowSize"),
  "l2tp.avp.chap_challenge": texts("avp.challenge"),
  "l2tp.avp.chap_challenge_response": texts("avp.challengeResponse"),
  "l2tp.result_code": numbers("avp.resultCode.result"),
  "l2tp.avp.error_code": numbers("avp.resultCode.error"),
  "l2tp.avp.error_message": texts("avp.resultCode.message"),
  "l2tp.avp.call_serial_number": numbers("avp.callSerialNumber"),
  "l2tp.avp.rx_connect_speed": numbers("avp.rxConnectSpeed"),
  "ppp.protocol": numbers("ppp.protocol"),
  "ppp.code": (v) => ofControl("code")(v).map(codeNumber),
  "ppp.identifier": ofControl("id"),
  "ppp.length": ofControl("length"),
  "lcp.opt.type": optionTypes("lcp.options", LCP_OPTIONS),
  "lcp.opt.length": numbers("lcp.option.*.length"),
  "lcp.opt.mru": numbers("lcp.option.mru"),
  "lcp.opt.asyncmap": numbers("lcp.option.accm"),
  "lcp.opt.magic_number": numbers("lcp.option.magic"),
  "lcp.opt.auth_protocol": numbers("lcp.option.auth.protocol"),
  "lcp.opt.algorithm": numbers("lcp.option.auth.algorithm"),
  "lcp.magic_number": numbers("lcp.magic"),
  "pap.peer_id": texts("pap.peerId"),
  "pap.password": texts("pap.password"),
  "pap.message": texts("pap.message"),
  "chap.code": (v) => v("chap.code").map((code) => CHAP_CODES[code as keyof typeof CHAP_CODES]),
  "chap.identifier": numbers("chap.id"),
  "chap.value": texts("chap.value"),
  "chap.name": texts("chap.name"),
  "chap.message": texts("chap.message"),
  "ipcp.opt.type": optionTypes("ipcp.options", IPCP_OPTIONS),
  "ipcp.opt.ip_address": texts("ipcp.option.address"),
  "ipcp.opt.pri_dns_address": texts("ipcp.option.primaryDns"),
  "ipcp.opt.sec_dns_address": texts("ipcp.option.secondaryDns"),
};

/** Values by path; a path alone stands for its repetitions too, and `avp.*.type` for the types of all AVPs. */
function valuesOf(p: Packet): Values {
  const byPath = new Map<string, FieldValue[]>();
  const add = (path: string, value: FieldValue): void => {
    const known = byPath.get(path);
    if (known === undefined) byPath.set(path, [value]);
    else known.push(value);
  };
  for (const { path, value } of fieldsOf(p)) {
    const once = path.replace(/#\d+/, "");
    add(once, value);
    const part = /^(avp|lcp\.option)\.[^.]+\.(\w+)$/.exec(once);
    if (part !== null) add(`${part[1]}.*.${part[2]}`, value);
  }
  return (path) => byPath.get(path) ?? [];
}

/** Where the two may differ, and why. */
function isExempt(column: string, { l2tp, icmp, ppp, issues }: Packet): boolean {
  // tshark goes on into what an ICMP error quotes, and into L2TPv3.
  if ((icmp !== undefined && icmp.id === undefined) || l2tp?.kind === "other-version") return true;
  // Into what a Protocol-Reject quotes, and into the LCP options that AVPs 26 to 28 hold.
  if (column.startsWith("ppp.") && column !== "ppp.protocol") return ppp?.lcp?.rejectedProtocol !== undefined;
  if (column.startsWith("lcp.opt.")) return ppp?.lcp === undefined;
  // RFC 2661 §4.1 has an AVP with a reserved bit treated as unrecognised; tshark reads it all the same.
  return /^l2tp\.avp\.[a-z]+_/.test(column) && issues.some((issue) => issue.code === "avp-reserved");
}

/** tshark's text of one or several values, as we would give them. It prints nothing for an empty text. */
function parse(cell: string, like: readonly FieldValue[]): readonly FieldValue[] {
  if (cell === "") return like.filter((value) => value === "");
  return cell.split("|").map((text) => (typeof like[0] === "string" ? text : Number(text)));
}

const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith(".pcap"));
const packetsIn = (name: string): Packet[] =>
  [...captureRecords(`${FOLDER}${name}`)].map((r) => dissect(r.octets, r.linkType));

describe("our captures, frame by frame, against tshark's reading", () => {
  const compared = new Set<string>();

  test.each(NAMES)("%s", (name) => {
    const table = readFileSync(`${FOLDER}${name.replace(".pcap", ".tshark.tsv")}`, "utf8").trimEnd();
    const [head = "", ...rows] = table.split("\n");
    const columns = head.split("\t").slice(1);
    const packets = packetsIn(name);
    expect(packets).toHaveLength(rows.length);

    const differences = packets.flatMap((packet, i) => {
      const values = valuesOf(packet);
      const cells = rows[i]!.split("\t").slice(1);
      return columns.flatMap((column, c) => {
        if (isExempt(column, packet)) return [];
        const ours = SAME[column]!(values);
        const theirs = parse(cells[c] ?? "", ours);
        if (ours.length > 0) compared.add(column);
        const equal = JSON.stringify(ours) === JSON.stringify(theirs);
        return equal ? [] : [`#${i + 1} ${column}: ours ${JSON.stringify(ours)}, tshark ${JSON.stringify(theirs)}`];
      });
    });
    expect(differences).toEqual([]);
  });

  test("every field was there to be compared", () => {
    expect([...compared].toSorted()).toEqual(Object.keys(SAME).toSorted());
  });
});

describe("what is printed of our captures", () => {
  const packets = NAMES.flatMap(packetsIn);

  test("each frame is one line, without anything unprintable", () => {
    expect(packets.map((p) => line(p)).filter((text) => /[\p{C}\p{Zl}\p{Zp}]/u.test(text) || text === "")).toEqual([]);
  });

  test("each field has a path of the list, and lies in the frame", () => {
    const strays = packets.flatMap((p) =>
      fieldsOf(p).filter((f) => !isFieldPath(f.path) || f.at < 0 || f.at + f.length > p.octets.length),
    );
    expect(strays).toEqual([]);
  });

  test("no password is shown unless it is asked for", () => {
    const passwords = packets.filter((p) => p.ppp?.pap?.password !== undefined);
    expect(passwords.length).toBeGreaterThan(0);
    for (const p of passwords) {
      const password = p.ppp!.pap!.password!;
      expect(line(p)).toContain("password=***");
      expect(tree(p)).toMatch(/pap\.password +\*\*\*/);
      if (password.length < 4) continue;
      expect(line(p)).not.toContain(password);
      expect(tree(p)).not.toContain(password);
      expect(line(p, { showSecrets: true })).toContain(password);
      expect(tree(p, { showSecrets: true })).toContain(password);
    }
  });
});
