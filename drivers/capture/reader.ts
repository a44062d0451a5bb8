import { PcapngParser, BLOCK } from "./pcapng.ts";
import { PcapParser, pcapFormat } from "./pcap.ts";
import { CaptureError, type ChunkParser, type RecordSink } from "./record.ts";

/**
 * Reads a capture file that arrives in chunks of any size: pcap or pcapng, told apart by the first four octets.
 * Pure: what opens the file and hands in its chunks is file.ts.
 */
export class CaptureReader implements ChunkParser {
  readonly #sink: RecordSink;
  #head = new Uint8Array(0);
  #parser: ChunkParser | undefined;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    if (this.#parser === undefined) {
      const head = new Uint8Array(this.#head.length + chunk.length);
      head.set(this.#head);
      head.set(chunk, this.#head.length);
      this.#head = head;
      if (head.length < 4) return;
      this.#parser = parserFor(head, this.#sink);
      chunk = head;
    }
    this.#parser.push(chunk);
  }

  end(): void {
    if (this.#parser === undefined) {
      throw new CaptureError(0, "a pcap or pcapng file", `the end of the file after ${this.#head.length} octets`);
    }
    this.#parser.end();
  }
}

const FOREIGN: Readonly<Record<string, string>> = {
  a1b2cd34: "the modified pcap of A. Kuznetzov's patches",
  "34cdb2a1": "the modified pcap of A. Kuznetzov's patches",
  "736e6f6f": "a snoop file",
  "1f8b0800": "a gzip file (unpack it first)",
  "1f8b0808": "a gzip file (unpack it first)",
  "28b52ffd": "a zstd file (unpack it first)",
};

function parserFor(head: Uint8Array, sink: RecordSink): ChunkParser {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(0) === BLOCK.sectionHeader) return new PcapngParser(sink);
  if (pcapFormat(head) !== undefined) return new PcapParser(sink);
  const magic = view.getUint32(0).toString(16).padStart(8, "0");
  throw new CaptureError(0, "the first octets of pcap or pcapng", FOREIGN[magic] ?? magic);
}
