import { closeSync, openSync, readSync } from "node:fs";
import { CaptureReader } from "./reader.ts";
import type { RawRecord, RecordSink } from "./record.ts";

const CHUNK = 1024 * 1024;

/**
 * Reads a capture file record by record, synchronously (the fast path of `decode`); a path of `-` is the standard
 * input. Memory holds one chunk and whatever the sink keeps. Throws a CaptureError where the file cannot be read on,
 * after every whole record before that place has been handed over.
 */
export function readCapture(path: string, sink: RecordSink): void {
  const reader = new CaptureReader(sink);
  for (const chunk of chunksOf(path)) reader.push(chunk);
  reader.end();
}

/** The same as a lazy sequence; what the consumer does not take is not read. */
export function* captureRecords(path: string): Generator<RawRecord, void, undefined> {
  const whole: RawRecord[] = [];
  const reader = new CaptureReader((record) => whole.push(record));
  for (const chunk of chunksOf(path)) {
    try {
      reader.push(chunk);
    } finally {
      // Also on the way out of an error: what was whole before it comes first.
      yield* whole.splice(0);
    }
  }
  reader.end();
}

/** Each chunk has memory of its own, so that records may be views into it. */
function* chunksOf(path: string): Generator<Uint8Array, void, undefined> {
  const fd = path === "-" ? 0 : openSync(path, "r");
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(CHUNK);
      const length = readSync(fd, chunk, 0, CHUNK, null);
      if (length === 0) return;
      yield new Uint8Array(chunk.buffer, chunk.byteOffset, length);
    }
  } finally {
    if (fd !== 0) closeSync(fd);
  }
}
