import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PACKAGE_ROOT } from "#fixtures/root";
import { fieldsOf } from "#wire/fields";
import { dissect, type Packet } from "#wire/packet";
import { line, tree } from "#wire/text";
import { conversationsIn } from "./conversation.ts";
import { captureRecords } from "./file.ts";
import { packetOf } from "./frame.ts";
import { frameOf } from "./frames-file.ts";
import { Timeline } from "./timeline.ts";

/** Captures by third parties, which are not the project's to hand on: the folder is named in the environment. */
const FOLDER = process.env["L2TPSPEC_CAPTURES"] ?? join(PACKAGE_ROOT, "../shared/captures");

const packetsIn = (name: string): Packet[] =>
  [...captureRecords(join(FOLDER, name))].map((record) => dissect(record.octets, record.linkType));
const issuesIn = (packets: readonly Packet[]): string[] => [
  ...new Set(packets.flatMap((p) => p.issues.map((issue) => issue.code))),
];

describe.skipIf(!existsSync(FOLDER))(
  "captures by third parties (skipped unless L2TPSPEC_CAPTURES names their folder)",
  () => {
    test("a whole call between two devices of a vendor", () => {
      const timeline = new Timeline();
      for (const record of captureRecords(join(FOLDER, "l2tp-huawei-lac-lns-autodial-chap.pcap"))) {
        timeline.add(frameOf(record, { dut: new Set(["202.1.2.1"]) }));
      }
      expect(conversationsIn(timeline.frames)).toMatchObject({
        others: [],
        conversations: [
          {
            addresses: { initiator: { port: 65335 }, responder: { port: 1701 } },
            tunnelIds: { initiator: 1, responder: 1 },
            lac: "initiator",
            sessions: [{ ids: { initiator: 13, responder: 7 } }],
          },
        ],
      });
      const control = timeline.frames.map((frame) => packetOf(frame).l2tp?.type).filter((type) => type !== undefined);
      expect(control).toEqual(["SCCRQ", "SCCRP", "SCCCN", "ICRQ", "ICRP", "ICCN"]);
      const nak = timeline.frames.find((frame) => packetOf(frame).ppp?.ipcp?.codeName === "Configure-Nak");
      expect(nak?.from).toBe("dut");
      expect(line(packetOf(nak!))).toMatch(/ IPCP Configure-Nak id 2 address 172\.16\.1\.1$/);
    });

    test("L2TPv3 is refused by name", () => {
      const l2tp = packetsIn("l2tpv3-icmp-packetlife.cap").flatMap((p) => p.l2tp ?? []);
      expect(l2tp).toHaveLength(43);
      expect(l2tp.every((view) => view.kind === "other-version" && view.avps.length === 0)).toBe(true);
      expect(l2tp.every((view) => view.issues[0]?.code === "header-version-l2tpv3")).toBe(true);
    });

    test("PPTP is passed over", () => {
      const packets = packetsIn("pptp-flowcontainer.pcap");
      expect(packets.filter((p) => p.l2tp !== undefined || p.ppp !== undefined)).toEqual([]);
    });

    test("AVPs that overrun are malformed, each with its issues", () => {
      const l2tp = packetsIn("l2tp-tcpdump-avp-overflow.pcap").filter((p) => p.l2tp !== undefined);
      expect(l2tp).toHaveLength(16);
      expect(l2tp.every((p) => p.l2tp?.kind === "malformed" && p.issues.length > 0)).toBe(true);
      expect(issuesIn(l2tp)).toContain("header-length-long");
    });

    test("PPP alone, from pcapng", () => {
      const packets = packetsIn("ppp-ipcp-nak-address.pcapng");
      expect(packets.map((p) => line(p))).toContain("IPCP Configure-Nak id 1 address 12.1.1.1");
      expect(issuesIn(packets)).toEqual([]);
    });

    test.each([
      "ppp-tcpdump-invalid-lengths.pcap",
      "ppp-tcpdump-error-hexdump.pcap",
      "ppp-tcpdump-ccp-deflate-asan.pcap",
    ])("%s, made to break printers, prints", (name) => {
      for (const packet of packetsIn(name)) {
        expect(line(packet)).not.toMatch(/\p{C}/u);
        expect(tree(packet).split("\n").length).toBeGreaterThan(fieldsOf(packet).length);
      }
    });
  },
);
