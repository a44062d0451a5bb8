import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { has, isRoot } from "#fixtures/machine";
import { captureRecords } from "#capture/file";
import { countsIn, Tcpdump } from "./tcpdump.ts";

const canCapture = isRoot("a capture on loopback") && has("a capture on loopback", "tcpdump");

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "l2tpspec-tcpdump-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!canCapture)("a capture on loopback (needs root and tcpdump)", () => {
  /** A port of our own, so that nobody else's packets count. */
  async function withSocket(use: (port: number, send: (n: number) => Promise<void>) => Promise<void>): Promise<void> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const { port } = socket.address();
    const send = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) {
        await new Promise((resolve) => socket.send(Buffer.from([i >> 8, i]), port, "127.0.0.1", resolve));
      }
    };
    try {
      await use(port, send);
    } finally {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
  }

  test("has every packet sent between start and stop, the first and the last included", async () => {
    await withSocket(async (port, send) => {
      const file = join(folder, "run.pcap");
      await using tcpdump = await Tcpdump.start({ file, interface: "lo", filter: `udp port ${port}` });
      await send(500);
      const counts = await tcpdump.stop();
      expect(counts).toMatchObject({ captured: 500, droppedByKernel: 0 });
      const octets = [...captureRecords(file)].map((record) => Buffer.from(record.octets).readUInt16BE(14 + 28));
      expect(octets).toEqual([...Array(500).keys()]);
      expect(tcpdump.running).toBe(false);
    });
  });

  test("stopping twice gives the same counts", async () => {
    await using tcpdump = await Tcpdump.start({
      file: join(folder, "run.pcap"),
      interface: "lo",
      filter: "udp port 9",
    });
    expect(await tcpdump.stop()).toBe(await tcpdump.stop());
  });

  test("a missing interface is one clear error", async () => {
    const started = Tcpdump.start({ file: join(folder, "run.pcap"), interface: "l2s-none" });
    await expect(started).rejects.toMatchObject({
      code: "not-started",
      message: "tcpdump: l2s-none: No such device exists",
    });
  });

  test("a filter that does not parse is one clear error", async () => {
    const started = Tcpdump.start({ file: join(folder, "run.pcap"), interface: "lo", filter: "udp prot 1" });
    await expect(started).rejects.toMatchObject({ code: "not-started" });
  });

  test("one that was killed says so instead of giving counts", async () => {
    const tcpdump = await Tcpdump.start({ file: join(folder, "run.pcap"), interface: "lo", filter: "udp port 9" });
    process.kill(tcpdump.pid!, "SIGKILL");
    await expect.poll(() => tcpdump.running).toBe(false);
    await expect(tcpdump.stop()).rejects.toMatchObject({ code: "died" });
  });
});

describe("the counts that tcpdump prints at the end", () => {
  test("are read past the reports on the way", () => {
    const stderr = [
      "tcpdump: listening on v0, link-type EN10MB (Ethernet), snapshot length 262144 bytes",
      "tcpdump: 3 packets captured, 4 packets received by filter, 0 packets dropped by kernel",
      "1 packet captured",
      "12 packets received by filter",
      "2 packets dropped by kernel",
      "7 packets dropped by interface",
      "",
    ].join("\n");
    expect(countsIn(stderr)).toEqual({ captured: 1, received: 12, droppedByKernel: 2, droppedByInterface: 7 });
  });

  test("are not made up", () => {
    expect(countsIn("tcpdump: pcap_loop: The interface disappeared\n0 packets captured\n")).toBeUndefined();
  });
});
