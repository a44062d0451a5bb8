import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { has } from "#fixtures/machine";
import { PdmlParser, type TsharkFrame } from "./pdml.ts";
import { tsharkFrames, type TsharkOptions } from "./tshark.ts";

const CAPTURE = fileURLToPath(new URL("../../fixtures/captures/debian-router-chap-user.pcap", import.meta.url));
const hasTshark = has("tshark over a capture file", "tshark");

async function all(file: string, options?: TsharkOptions): Promise<readonly TsharkFrame[]> {
  const frames: TsharkFrame[] = [];
  for await (const frame of tsharkFrames(file, options)) frames.push(frame);
  return frames;
}

describe.skipIf(!hasTshark)("tshark over a capture file (needs tshark)", () => {
  let folder = "";
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "l2tpspec-tshark-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("gives each frame with L2TP, its number and its layers", async () => {
    const frames = await all(CAPTURE);
    expect(frames).toHaveLength(50);
    expect(frames[0]?.layers.map(({ protocol }) => protocol)).toEqual(["frame", "eth", "ip", "udp", "l2tp"]);
    expect(frames[0]?.layers.at(-1)?.fields[0]).toMatchObject({
      name: "l2tp.flags",
      at: 42,
      length: 2,
      show: "0xc802",
    });
  });

  test("a truncated file: the frames that are whole, then an error in tshark's words", async () => {
    const file = join(folder, "cut.pcap");
    writeFileSync(file, readFileSync(CAPTURE).subarray(0, 1000));
    const frames: number[] = [];
    const reading = (async () => {
      for await (const { no } of tsharkFrames(file)) frames.push(no);
    })();
    await expect(reading).rejects.toMatchObject({
      code: "failed",
      message: expect.stringContaining("cut short") as string,
    });
    expect(frames.length).toBeGreaterThan(2);
  });

  test("a file that is not there", async () => {
    await expect(all(join(folder, "none.pcap"))).rejects.toMatchObject({
      name: "TsharkError",
      message: expect.stringContaining("doesn't exist") as string,
    });
  });

  test("a reader who stops early leaves no tshark behind", async () => {
    const frames = tsharkFrames(CAPTURE);
    expect((await frames.next()).value).toMatchObject({ no: expect.any(Number) as number });
    await frames.return();
    expect(await frames.next()).toMatchObject({ done: true });
  });

  test("an abort ends it", async () => {
    const abort = AbortSignal.abort(new Error("enough"));
    await expect(all(CAPTURE, { signal: abort })).rejects.toThrow(/enough|aborted/);
  });
});

describe("PDML", () => {
  const parse = (...lines: string[]): TsharkFrame[] => {
    const parser = new PdmlParser();
    return lines.flatMap((line) => parser.push(line) ?? []);
  };

  test("one element a line; entities and nested protocols", () => {
    const [frame, ...more] = parse(
      "<packet>",
      '  <proto name="geninfo" pos="0" size="9">',
      '    <field name="num" pos="0" show="17" showname="Number" value="11" size="9"/>',
      "  </proto>",
      '  <proto name="lcp" pos="54" size="14">',
      '    <field name="ppp.code" size="1" pos="54" show="8" value="08"/>',
      '    <field name="" show="rejected" size="4" pos="60" value="01010004">',
      '      <proto name="ccp" size="4" pos="60">',
      '        <field name="ppp.code" size="1" pos="60" show="1" value="01"/>',
      "      </proto>",
      "    </field>",
      '    <field name="chap.name" size="3" pos="64" show="a&lt;&amp;&quot;&#x27;" value="613c26"/>',
      "  </proto>",
      '  <proto name="_ws.malformed" showname="[Malformed Packet: LCP]" size="0" pos="0"/>',
      "</packet>",
    );
    expect(more).toEqual([]);
    expect(frame).toMatchObject({ no: 17, malformed: ["[Malformed Packet: LCP]"] });
    expect(frame?.layers.map(({ protocol }) => protocol)).toEqual(["lcp"]);
    expect(frame?.layers[0]?.fields.map(({ name, at, show }) => [name, at, show])).toEqual([
      ["ppp.code", 54, "8"],
      ["chap.name", 64, "a<&\"'"],
    ]);
  });

  test("frames do not leak into one another", () => {
    const frames = parse(
      "<packet>",
      '<proto name="l2tp" pos="1" size="1">',
      '<field name="_ws.expert.message" show="odd"/>',
      "</proto>",
      "</packet>",
      "<packet>",
      "</packet>",
    );
    expect(frames).toEqual([
      { no: 0, layers: [{ protocol: "l2tp", at: 1, length: 1, fields: [] }], malformed: [], expert: ["odd"] },
      { no: 0, layers: [], malformed: [], expert: [] },
    ]);
  });
});
