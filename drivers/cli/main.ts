#!/usr/bin/env node
import { runCommand } from "./program.ts";

// Whoever reads our output may have seen enough (`| head`): that is no error, and there is nobody to tell.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });

const code = await runCommand(process.argv.slice(2));
process.exitCode = code;
// A test runner that was given up may still end, and put its own code there.
process.on("exit", () => (process.exitCode = code));
// An action that failed half way may have left something open that keeps the process alive.
setTimeout(() => process.exit(), 2000).unref();
