/**
 * Why a device is none that anybody sells: told by what the lab's driver starts, and by what the run's captures show, never by
 * a name that somebody gave it.
 */
import { type Frame, type Lens, packetOf } from "#capture/frame";
import { type LabSpec, ownKindOf, isDriven } from "#lab/schema";
import { VENDOR_NAME } from "#peer/vendor-name";

const OUR_PEER = "the device is the reference peer of the harness itself";

/** By what the lab says of its device; `null` of any other. */
export function specimenOf({ device }: Pick<LabSpec, "device">): string | null {
  if (device.driver === "reference") return OUR_PEER;
  if (isDriven(device))
    return ownKindOf(device) === "emulator" ? "the device is an emulated one of the harness itself" : null;
  if (device.driver === "own") return textsIn(device.options).some(namesOurProgram) ? OUR_PEER : null;
  const commands = [...(device.start ?? []), device.dial ?? "", device.restart ?? ""];
  return commands.some(startsOurPeer) ? OUR_PEER : null;
}

/** By what a capture of the run shows: whoever started the device, by hand or in code of his own, this is its own word. */
export function specimenIn(frames: readonly Frame[], lens: Lens | undefined): string | null {
  if (frames.some((frame) => frame.clock === "virtual"))
    return "the device was in the harness's own virtual time, where none but its reference peer lives";
  return frames.some((frame) => frame.from === "dut" && saysOurName(frame, lens)) ? OUR_PEER : null;
}

const saysOurName = (frame: Frame, lens: Lens | undefined): boolean =>
  packetOf(frame, lens).l2tp?.avps.some(({ name, value }) => name === "vendorName" && value === VENDOR_NAME) ?? false;

/** `{package}/dist/drivers/cli/main.js peer`, wherever it lies and whatever runs it, or the installed command. */
function startsOurPeer(command: string): boolean {
  const oneLine = command.replace(/\\\r?\n/g, " ");
  return /(\{package\}|\bl2tpspec\b|drivers\/cli\/main\.js)[^;|&\n]*\bpeer\s+(lac|lns)\b/.test(oneLine);
}

/** What a driver of one's own makes of the program is in its code; a login or a folder of that name is no program. */
function namesOurProgram(text: string): boolean {
  return startsOurPeer(text) || /(bin\/l2tpspec|drivers\/cli\/main\.js)(\s|$)/.test(text);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
