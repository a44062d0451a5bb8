/** `judge FILE`: what is printed, the page, and the exit code. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureRecords } from "#capture/file";
import { PcapngWriter } from "#capture/writer";
import { PACKAGE_ROOT } from "#fixtures/root";
import { concat } from "#wire/octets";
import { judgeFolder } from "./judge.ts";
import { judgeFile, type JudgeCaptureOptions } from "./judge-capture.ts";

const CALL = join(PACKAGE_ROOT, "fixtures/captures/debian-router-chap-kernel.pcap");
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "l2tpspec-capture-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function judged(file: string, o: JudgeCaptureOptions = {}) {
  let text = "";
  const code = await judgeFile(file, o, { write: (chunk: string) => ((text += chunk), true) } as never);
  return { code, text };
}

/** The capture as a recorder with this snap length would have it. */
function snapped(most: number): string {
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block));
  const interfaceId = writer.interface({ name: "eth0", linkType: "ethernet" });
  for (const { tNs, octets } of captureRecords(CALL))
    writer.packet({ interfaceId, tNs, octets: octets.subarray(0, most), originalLength: octets.length });
  const file = join(dir, `snapped-${most}.pcapng`);
  writeFileSync(file, concat(...blocks));
  return file;
}

test("what was found, for people and as JSON", async () => {
  const { code, text } = await judged(CALL);
  expect(code).toBe(1);
  expect(text).toMatch(/^192\.0\.2\.2 \(LAC\) sent \d+ packets: 1 rules fail, /m);
  const { ends, met } = JSON.parse((await judged(CALL, { json: true })).text) as {
    ends: readonly { end: string; untold: number }[];
    met: object;
  };
  expect(ends.map(({ untold }) => untold)).toEqual([0, 0]);
  expect(met).toEqual({});
});

describe("what the reader must know first", () => {
  test("a file that is cut off: what stands before is judged, and the rest is not passed over in silence", async () => {
    const file = join(dir, "cut.pcap");
    writeFileSync(file, readFileSync(CALL));
    truncateSync(file, 2000);
    const { code, text } = await judged(file);
    expect(text).toMatch(
      /^the file cannot be read to its end \(capture file, octet \d+: expected .*\): what stands before is judged$/m,
    );
    expect(code === 1 || code === 2).toBe(true);
    expect(text).toContain("192.0.2.1");
  });

  test("a snap length that leaves nothing to tell: neither pass nor fail", async () => {
    const { code, text } = await judged(snapped(50));
    expect(text).toMatch(/^\d+ frames are cut short: what they lack is held against nobody$/m);
    expect(text).toMatch(/^\d+ packets could not be told about/m);
    expect(text).not.toMatch(/^RFC.* fail /m);
    expect(code).toBe(2);
  });

  test("no L2TP at all", async () => {
    const { code, text } = await judged(join(PACKAGE_ROOT, "fixtures/captures/debian-router-nat-server.pcap"));
    expect([code, text.split("\n")[1]]).toEqual([2, "no packet of L2TP version 2: nothing could be judged"]);
  });

  test("what is no capture is the caller's mistake", async () => {
    const file = join(dir, "none.pcap");
    writeFileSync(file, "text, and no capture");
    await expect(judged(file)).rejects.toMatchObject({
      name: "Misuse",
      message: expect.stringMatching(
        /none\.pcap: expected a capture \(pcap or pcapng\), found capture file, octet 0: /,
      ) as string,
    });
  });
});

describe("--html", () => {
  test("writes a page that stands alone, and says where", async () => {
    const html = join(dir, "page.html");
    const { text } = await judged(CALL, { html });
    expect(text).toMatch(/\npage: .*page\.html\n$/);
    const page = readFileSync(html, "utf8");
    expect(page).toContain('class="ladder"');
    expect(page).not.toMatch(/<script|src=|href="(?!data:,)/);
  });

  test("in a folder that is not there", async () => {
    await expect(judged(CALL, { html: join(dir, "none", "page.html") })).rejects.toThrow(
      /--html: expected a file that can be written, in a folder that exists, found .*ENOENT$/,
    );
  });

  test("of a run", async () => {
    await expect(judgeFolder(dir, { html: "x.html" }, process.stdout)).rejects.toThrow(
      /--html: expected a capture to judge \(for a run: --report\), found the folder /,
    );
  });
});
