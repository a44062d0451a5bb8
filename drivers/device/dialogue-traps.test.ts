/** What looks like a prompt, a question or the end of a command, and is none. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { DeviceError } from "./device.ts";
import { Dialogue, type DialogueOptions, type Terminal } from "./dialogue.ts";
import { VRP } from "./vrp/grammar.ts";

/** A terminal that says what the test says, when the test says it. */
class Puppet implements Terminal {
  readonly written: string[] = [];
  #data: (octets: Uint8Array) => void = () => undefined;
  #end: (why: string) => void = () => undefined;

  write(text: string): void {
    this.written.push(text);
  }
  onData(handler: (octets: Uint8Array) => void): void {
    this.#data = handler;
  }
  onEnd(handler: (why: string) => void): void {
    this.#end = handler;
  }
  say(...pieces: readonly string[]): void {
    for (const piece of pieces) this.#data(Buffer.from(piece));
  }
  letters(text: string): void {
    this.say(...Array.from(text));
  }
  hangUp(why: string): void {
    this.#end(why);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }
}

const QUIET_MS = 20;

function on(o: Partial<DialogueOptions> = {}): { puppet: Puppet; dialogue: Dialogue } {
  const puppet = new Puppet();
  const dialogue = new Dialogue(puppet, VRP, { withinMs: 2000, quietMs: QUIET_MS, ...o });
  onTestFinished(() => dialogue[Symbol.asyncDispose]());
  return { puppet, dialogue };
}

async function loggedIn(
  o: Partial<DialogueOptions> = {},
  prompt = "<FW>",
): Promise<{ puppet: Puppet; dialogue: Dialogue }> {
  const pair = on(o);
  pair.puppet.say(prompt);
  await pair.dialogue.login();
  return pair;
}

/** One command that the device echoes, so that the dialogue knows that it does. */
async function atWork(o: Partial<DialogueOptions> = {}): Promise<{ puppet: Puppet; dialogue: Dialogue }> {
  const pair = await loggedIn(o);
  const done = pair.dialogue.command("display clock");
  await turn();
  pair.puppet.say("display clock\r\n2026-05-14\r\n<FW>");
  await done;
  return pair;
}

/** Until a queued command has been sent. */
const turn = (): Promise<void> => sleep(0);
/** Long enough for the dialogue to take what stands at the end for an answer, if it ever does. */
const quiet = (): Promise<void> => sleep(4 * QUIET_MS);

async function refusalOf(promise: Promise<unknown>): Promise<DeviceError> {
  const error: unknown = await promise.then(
    () => new Error("it resolved"),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(DeviceError);
  return error as DeviceError;
}

/** Whether a promise has settled by now. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    turn().then(() => false),
  ]);
}

describe("the end of an answer", () => {
  test("is no prompt that is printed again before the echo", async () => {
    const { puppet, dialogue } = await atWork();
    const reply = dialogue.command("display version");
    await turn();
    puppet.say("\r\nJan  1 2026 FW %%01SHELL/4/LOGIN(l): admin logged in\r\n<FW>");
    await quiet();
    expect(await settled(reply)).toBe(false);
    puppet.say("display version\r\nVRP (R) software\r\n", "<FW>");
    expect((await reply).output).toBe("VRP (R) software\n");
  });

  test("is no prompt that the first command's echo follows", async () => {
    const { puppet, dialogue } = await loggedIn();
    const reply = dialogue.command("display version");
    await turn();
    puppet.letters("\r\n<FW>display version\r\nVRP (R) software\r\n<FW>");
    expect((await reply).output).toBe("VRP (R) software\n");
  });

  test("is no prompt that comes whole before the first command's echo", async () => {
    const { puppet, dialogue } = await loggedIn();
    const reply = dialogue.command("display version");
    await turn();
    puppet.say("\r\n<FW>", "display version\r\nVRP (R) software\r\n", "<FW>");
    expect((await reply).output).toBe("VRP (R) software\n");
  });

  test("is the prompt that stays, where the device echoes nothing", async () => {
    const { puppet, dialogue } = await loggedIn();
    for (const answer of ["one", "two"]) {
      const reply = dialogue.command("display version");
      await turn();
      puppet.say(`${answer}\r\n<FW>`);
      expect((await reply).output).toBe(`${answer}\n`);
    }
  });

  test("that a device which echoed before does not echo is named", async () => {
    const { puppet, dialogue } = await atWork({ withinMs: 60 });
    const reply = refusalOf(dialogue.command("display version"));
    await turn();
    puppet.say("\r\n<FW>");
    expect((await reply).message).toBe("device: display version: the device did not echo it within 60 ms");
  });

  test("is no line of the output that looks like it, letter by letter", async () => {
    const { puppet, dialogue } = await atWork();
    const reply = dialogue.command("display this");
    await turn();
    puppet.letters("display this\r\n#\r\n<FW>\r\nheader login\r\n<FW>");
    expect((await reply).output).toBe("#\n<FW>\nheader login\n");
  });

  test("is no other host's prompt", async () => {
    const { puppet, dialogue } = await atWork();
    const reply = dialogue.command("display this");
    await turn();
    puppet.say("display this\r\n[V200R010C10SPC700]");
    await quiet();
    puppet.say("\r\n<OTHER>");
    await quiet();
    expect(await settled(reply)).toBe(false);
    puppet.say("\r\n<FW>");
    expect((await reply).output).toBe("[V200R010C10SPC700]\n<OTHER>\n");
  });
});

describe("the first prompt", () => {
  test.each(["<WARNING>", "[V200R010C10SPC700]", "HRP_M<NOTICE>"])("is no banner line %s", async (line) => {
    const { puppet, dialogue } = on();
    const login = dialogue.login();
    await turn();
    puppet.letters(`\r\n${line}\r\nAuthorised users only.\r\n<FW>`);
    expect(await login).toBe(`\n${line}\nAuthorised users only.\n`);
    expect(dialogue.host).toBe("FW");
  });

  test("is no banner line that comes whole", async () => {
    const { puppet, dialogue } = on();
    const login = dialogue.login();
    await turn();
    puppet.say("\r\n<WARNING>", "\r\nAuthorised users only.\r\n", "<FW>");
    await login;
    expect(dialogue.host).toBe("FW");
  });

  test("that was a banner's line after all is corrected by the first command", async () => {
    const { puppet, dialogue } = await loggedIn({}, "<WARNING>");
    const reply = dialogue.command("display version");
    await turn();
    puppet.say("\r\nAuthorised users only.\r\n<FW>display version\r\nVRP (R) software\r\n<FW>");
    expect((await reply).output).toBe("VRP (R) software\n");
    expect(dialogue.host).toBe("FW");
  });
});

describe("a question", () => {
  test("that is quoted in a line of the output is not answered, letter by letter", async () => {
    const { puppet, dialogue } = await atWork();
    const reply = dialogue.command("display this");
    await turn();
    puppet.letters("display this\r\n description Continue? [Y/N]");
    puppet.letters(" or not\r\n description Continue? [Y/N]\r\n");
    await quiet();
    puppet.say("<FW>");
    expect((await reply).output).toBe(" description Continue? [Y/N] or not\n description Continue? [Y/N]\n");
    expect(puppet.written).toEqual(["display clock\n", "display this\n"]);
  });

  test("that stands on a line before the last one is not answered, whatever its pattern allows", async () => {
    const { puppet, dialogue } = await atWork();
    const reply = dialogue.command("display this", { questions: [{ name: "sure", ask: /Sure\?/, answer: "y\n" }] });
    await turn();
    puppet.say("display this\r\n description Sure?\r\n counting");
    await quiet();
    puppet.say(" done\r\n<FW>");
    expect((await reply).output).toBe(" description Sure?\n counting done\n");
    expect(puppet.written).toEqual(["display clock\n", "display this\n"]);
  });

  test("that is part of the line sent is not answered", async () => {
    const { puppet, dialogue } = await loggedIn();
    const reply = dialogue.command("description Continue? [Y/N]");
    await turn();
    puppet.say("description Continue? [Y/N]");
    await quiet();
    puppet.say("\r\n<FW>");
    expect((await reply).output).toBe("");
    expect(puppet.written).toHaveLength(1);
  });

  test("that waits at the end is answered once, when the device has fallen silent", async () => {
    const { puppet, dialogue } = await atWork();
    const reply = dialogue.command("undo l2tp enable", {
      questions: [{ name: "sure", ask: /Continue\? \[Y\/N\]:?\s*$/, answer: "y\n" }],
    });
    await turn();
    puppet.letters("undo l2tp enable\r\nWarning: all go. Continue? [Y/N]");
    await turn();
    puppet.say(":");
    await quiet();
    expect(puppet.written.slice(1)).toEqual(["undo l2tp enable\n", "y\n"]);
    puppet.say("y\r\n<FW>");
    expect((await reply).output).toBe("Warning: all go. Continue? [Y/N]: (sure)\ny\n");
  });

  test("that comes again and again ends the dialogue", async () => {
    const { puppet, dialogue } = await atWork();
    const write = puppet.write.bind(puppet);
    puppet.write = (text) => {
      write(text);
      setImmediate(() => puppet.say(`${text === "n\n" ? "" : "save"}\r\nContinue? [Y/N]`));
    };
    expect((await refusalOf(dialogue.command("save"))).message).toBe(
      'device: save: it asks "a question" again and again',
    );
  });
});

describe("a dialogue that is over says so", () => {
  test("after a command that was cancelled while the device was at it", async () => {
    const { dialogue } = await atWork();
    expect(dialogue.ended).toBeUndefined();
    const cancelled = new AbortController();
    const waiting = refusalOf(dialogue.command("display version", { signal: cancelled.signal }));
    const next = refusalOf(dialogue.command("display clock"));
    await turn();
    cancelled.abort();
    expect((await waiting).message).toBe("device: display version: it was cancelled");
    expect(dialogue.ended).toBe("it was cancelled");
    expect((await next).message).toBe("device: display clock: the connection has ended: it was cancelled");
  });

  test("but not after one that was cancelled before it was sent", async () => {
    const { puppet, dialogue } = await atWork();
    const { message } = await refusalOf(dialogue.command("display version", { signal: AbortSignal.abort() }));
    expect(message).toBe("device: display version: it was cancelled");
    expect(dialogue.ended).toBeUndefined();
    expect(puppet.written).toEqual(["display clock\n"]);
  });

  test("after a silence, and after the connection has ended", async () => {
    const silent = await atWork({ withinMs: 60 });
    await refusalOf(silent.dialogue.command("display version"));
    expect(silent.dialogue.ended).toBe("no prompt came within 60 ms");
    const cut = await atWork();
    cut.puppet.hangUp("cut");
    expect(cut.dialogue.ended).toBe("cut");
  });

  test("after a device that never falls silent and never ends", async () => {
    const { puppet, dialogue } = await atWork({ withinMs: 100, totalMs: 250 });
    const dripping = setInterval(() => puppet.say("."), 10);
    onTestFinished(() => clearInterval(dripping));
    const { message } = await refusalOf(dialogue.command("ping 1.1.1.1"));
    expect(message).toBe("device: ping 1.1.1.1: it printed for 250 ms and no prompt");
  });
});

describe("a secret stays masked", () => {
  const SECRET = "Huawei@123";

  test.each([
    ["repeated by a later command", [`tunnel password cipher ${SECRET}\r\n`]],
    ["wrapped by a line end", ["tunnel password cipher Huaw\r\nei@123\r\n"]],
    ["wrapped by a blank taken back", ["tunnel password cipher Huaw \x1b[1Dei@123\r\n"]],
    ["wrapped after each letter, in pieces", Array.from(`${Array.from(SECRET).join(" \x1b[1D")}\r\n`)],
    ["coloured", ["tunnel password \x1b[31mHuawei\x1b[0m@123\r\n"]],
  ])("%s", async (_, pieces) => {
    const said: string[] = [];
    const { puppet, dialogue } = await atWork({ transcript: (entry) => said.push(JSON.stringify(entry)) });
    const first = dialogue.command(`tunnel password cipher ${SECRET}`, { secrets: [SECRET] });
    await turn();
    puppet.say(`tunnel password cipher ${SECRET}\r\n<FW>`);
    await first;
    const later = dialogue.command("display this");
    await turn();
    puppet.say("display this\r\n", ...pieces, "<FW>");
    const shown = `${(await later).output}${said.join("\n")}`;
    expect(shown).toContain("***");
    expect(shown.replace(/\s|\\n/g, "")).not.toContain(SECRET);
  });

  test.each(["tunnel password cipher Hua", "tunnel password cipher Huawei@12", "tunnel password cipher Huaw \x1b[1"])(
    "half echoed: %j",
    async (half) => {
      const said: string[] = [];
      const { puppet, dialogue } = await atWork({
        withinMs: 60,
        transcript: ({ received }) => received !== undefined && said.push(received),
      });
      const refused = refusalOf(dialogue.command(`tunnel password cipher ${SECRET}`, { secrets: [SECRET] }));
      await turn();
      puppet.say(half);
      expect((await refused).output).toBe("tunnel password cipher ***");
      expect(said.join("")).not.toContain("Hua");
    },
  );

  test("that the dialogue was given at its beginning, too", async () => {
    const { puppet, dialogue } = on({ secrets: [SECRET] });
    const login = dialogue.login();
    await turn();
    puppet.say(`Password: ${SECRET}\r\n<FW>`);
    expect(await login).toBe("Password: ***\n");
  });
});

describe("a refusal", () => {
  test("names the line and the view, and quotes the device's own words apart", async () => {
    const { puppet, dialogue } = await loggedIn({}, "<assert-fw>");
    const refused = refusalOf(dialogue.command("display versoin"));
    await turn();
    puppet.say("display versoin\r\n              ^\r\n\r\nError: assert failed at '^' position.\r\n<assert-fw>");
    const error = await refused;
    expect(error.message).toBe("device: display versoin: the device refused it in <as-sert-fw>");
    expect(error.said).toBe("              ^\nError: assert failed at '^' position.");
    expect(error.output).toBe("              ^\n\nError: assert failed at '^' position.\n");
  });

  test("without a caret quotes the error alone", async () => {
    const { puppet, dialogue } = await atWork();
    const refused = refusalOf(dialogue.command("display x"));
    await turn();
    puppet.say("display x\r\nInput error: 0\r\nError: You do not have permission to run this command.\r\n<FW>");
    expect((await refused).said).toBe("Error: You do not have permission to run this command.");
  });
});
