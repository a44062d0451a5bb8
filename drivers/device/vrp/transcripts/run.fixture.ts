/** What it takes to lead a dialogue through a transcript. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { DeviceError } from "#device/device";
import type { CommandOptions, Dialogue } from "#device/dialogue";
import { parseTranscript, type Turn } from "#device/replay/replay";

/** The turns of `<name>.txt`. */
export function turnsOf(name: string): readonly Turn[] {
  return parseTranscript(readFileSync(new URL(`./${name}.txt`, import.meta.url), "utf8"), `${name}.txt`);
}

/** Leads a dialogue that nobody has used yet through one transcript. */
export type Run = (dialogue: Dialogue) => Promise<void>;

/** A run that logs in first; `act` is given a way to get a command's output. */
export function loggedIn(host: string, act: (out: Out, dialogue: Dialogue) => Promise<void>): Run {
  return async (dialogue) => {
    await dialogue.login();
    expect(dialogue.host).toBe(host);
    await act(async (line, o) => (await dialogue.command(line, o)).output, dialogue);
  };
}

/** Sends a line and gives what was printed. */
export type Out = (line: string, o?: CommandOptions) => Promise<string>;

/** What the device said against a line. */
export async function refusalOf(dialogue: Dialogue, line: string): Promise<string | undefined> {
  const error: unknown = await dialogue.command(line).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(DeviceError);
  const { message, said } = error as DeviceError;
  expect(message).toBe(`device: ${line}: the device refused it in ${dialogue.prompt}`);
  return said;
}

/** Goes through views; each line is followed by the prompt that must come. */
export async function views(
  dialogue: Dialogue,
  steps: readonly (readonly [line: string, prompt: string])[],
): Promise<void> {
  for (const [line, prompt] of steps) expect((await dialogue.command(line)).prompt).toBe(prompt);
}
