/** What a command writes, for tests. */
import { Writable } from "node:stream";

export function collected(): { readonly stream: NodeJS.WritableStream; readonly text: () => string } {
  let text = "";
  const write = (chunk: Buffer, _: unknown, done: () => void): void => {
    text += chunk.toString();
    done();
  };
  return { stream: new Writable({ write }), text: () => text };
}

export const SILENT = { write: () => true } as unknown as NodeJS.WritableStream;
