/** `l2tpspec decode`: a capture file as text. */
import type { Command } from "commander";
import { captureRecords } from "#capture/file";
import { CaptureError, type RawRecord } from "#capture/record";
import { Misuse } from "#fixtures/misuse";
import { fieldsOf } from "#wire/fields";
import { dissect, type Packet } from "#wire/packet";
import { masked } from "#wire/secret";
import { line, tree } from "#wire/text";
import { parseFilter } from "./filter.ts";
import { Output } from "./output.ts";
import { wholeNumber } from "./selection.ts";

export interface DecodeOptions {
  readonly tree?: boolean;
  readonly json?: boolean;
  readonly filter?: string;
  /** Packets to print at most. */
  readonly count?: number;
  readonly showSecrets?: boolean;
}

export function addDecode(program: Command): void {
  program
    .command("decode")
    .description("print a capture (pcap or pcapng; - is the standard input), one line a packet")
    .argument("<file>", "the capture")
    .option("--tree", "every field on a line of its own, with offset and length in octets")
    .option("--json", "one JSON object a line: number, time, fields, issues")
    .option("--filter <expression>", "only packets for which this holds, such as 'l2tp.type == SCCRQ && avp.hostName'")
    .option("--count <n>", "stop after so many printed packets", wholeNumber)
    .option("--show-secrets", "print passwords that the packets carry in clear")
    .action((file: string, options: DecodeOptions) => decode(file, options, process.stdout));
}

/**
 * Prints a capture. Of a file that is cut off, what is whole is printed first; the {@link Misuse} that follows names the
 * octet where it ends.
 */
export async function decode(file: string, o: DecodeOptions, stream: NodeJS.WritableStream): Promise<void> {
  const print = printerFor(o);
  const holds = o.filter === undefined ? undefined : parseFilter(o.filter);
  const output = new Output(stream);
  let no = 0;
  let printed = 0;
  let firstNs: bigint | undefined;
  try {
    if (o.count === 0) return;
    for (const record of captureRecords(file)) {
      no++;
      firstNs ??= record.tNs;
      const packet = dissect(record.octets, record.linkType);
      if (holds !== undefined && !holds(fieldsOf(packet))) continue;
      if (output.add(print({ no, record, packet, firstNs }))) await output.flush();
      if (++printed === o.count) break;
    }
  } catch (error) {
    await output.flush();
    throw misuseOfFile(file, error);
  }
  await output.flush();
}

interface Printable {
  readonly no: number;
  readonly record: RawRecord;
  readonly packet: Packet;
  readonly firstNs: bigint;
}

function printerFor({
  json = false,
  tree: asTree = false,
  showSecrets = false,
}: DecodeOptions): (p: Printable) => string {
  if (json && asTree) throw new Misuse({ expected: "one of --tree and --json", found: "both" });
  if (json) return (p) => `${jsonOf(p, showSecrets)}\n`;
  if (asTree) return (p) => `${headOf(p)} ${tree(p.packet, { showSecrets })}\n`;
  return (p) => `${headOf(p)} ${line(p.packet, { showSecrets })}\n`;
}

/** `   12   0.003071`: number, and seconds since the first packet to the microsecond. */
function headOf({ no, record, firstNs }: Printable): string {
  // toFixed costs as much as the dissection of a packet.
  const micros = Math.trunc(Number(record.tNs - firstNs) / 1000);
  const whole = Math.trunc(micros / 1e6);
  const sign = micros < 0 && whole === 0 ? "-" : "";
  const fraction = String(Math.abs(micros % 1e6)).padStart(6, "0");
  return `${String(no).padStart(5)} ${`${sign}${whole}.${fraction}`.padStart(10)}`;
}

/** A published shape: nanoseconds as a string (they are more than a double holds), fields by path. */
function jsonOf({ no, record, packet }: Printable, showSecrets: boolean): string {
  const all = fieldsOf(packet);
  const fields = showSecrets ? all : masked(all, packet);
  return JSON.stringify({
    no,
    tNs: String(record.tNs),
    linkType: record.linkType,
    length: record.octets.length,
    originalLength: record.originalLength,
    ...(record.interfaceName !== undefined && { interface: record.interfaceName }),
    ...(record.direction !== undefined && { direction: record.direction }),
    ...(record.comment !== undefined && { comment: record.comment }),
    fields: Object.fromEntries(fields.map((f) => [f.path, f.value])),
    issues: packet.issues.map(({ code, at, text }) => ({ code, at, text })),
  });
}

/** A file that is not there or not whole is the caller's to mend; anything else is ours. */
function misuseOfFile(file: string, error: unknown): unknown {
  if (error instanceof CaptureError)
    return new Misuse({
      file,
      field: `octet ${error.offset}`,
      expected: error.expected,
      found: error.found,
      cause: error,
    });
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && (syscall === "open" || syscall === "read"))
    return new Misuse({ file, expected: "a capture file that can be read", found: code, cause: error });
  return error;
}
