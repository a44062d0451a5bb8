import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DeviceError } from "./device.ts";
import { Dialogue, type DialogueOptions } from "./dialogue.ts";
import { type Manner, parseTranscript, Replay } from "./replay/replay.ts";
import { VRP } from "./vrp/grammar.ts";

const LOGIN = readFileSync(new URL("./vrp/transcripts/usg6000-login.txt", import.meta.url), "utf8");

function on(transcript: string, manner: Manner = {}, o: Partial<DialogueOptions> = {}): Dialogue {
  return new Dialogue(new Replay(parseTranscript(transcript), manner), VRP, { withinMs: 2000, quietMs: 20, ...o });
}

/** The DeviceError that a promise rejects with. */
async function refusalOf(promise: Promise<unknown>): Promise<DeviceError> {
  const error: unknown = await promise.then(
    () => new Error("it resolved"),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(DeviceError);
  return error as DeviceError;
}

describe("a recorded dialogue", () => {
  test.each<[string, Manner]>([
    ["at once", {}],
    ["octet by octet", { piece: 1 }],
    ["in threes, with pauses", { piece: 3, pauseMs: 1 }],
    ["with echoes wrapped", { wrapAt: 7 }],
    ["with echoes wrapped, octet by octet", { wrapAt: 5, piece: 1 }],
  ])("is followed from login to the refused save, handed over %s", async (_, manner) => {
    await using dialogue = on(LOGIN, manner);
    expect(await dialogue.login()).toContain("The current login time is 2026-05-14 03:27:37.");
    expect(dialogue.host).toBe("Core-SW1");
    await dialogue.command("screen-length 0 temporary");
    await dialogue.command("system-view");
    await dialogue.command("nat-policy");
    expect((await dialogue.command("rule name policy1")).prompt).toBe("[Core-SW1-policy-nat-rule-policy1]");
    const refused = await refusalOf(dialogue.command("action easyip"));
    expect(refused.message).toBe("device: action easyip: the device refused it in [Core-SW1-policy-nat-rule-policy1]");
    expect(refused.output).toContain("Error: Unrecognized command found at '^' position.");
    expect((await dialogue.command("display this")).output).toBe(
      "[V200R010C10SPC700]\n#\n rule name policy1\n  Input error: 0\n#\nreturn\n",
    );
    await dialogue.command("return");
    expect((await dialogue.command("display version")).output).toBe(
      "Huawei Versatile Routing Platform Software\nVRP (R) software, Version 5.170 (AR2220 V300R003C00SPC200)\n",
    );
    expect((await refusalOf(dialogue.command("save"))).message).toBe(
      'device: save: it asked "a question", which nobody answers for it',
    );
    expect(dialogue.prompt).toBe("<Core-SW1>");
  });
});

describe("what goes wrong", () => {
  test("a prompt that never comes", async () => {
    await using dialogue = on("< <FW>\n> display version\n< Huawei", {}, { withinMs: 50 });
    await dialogue.login();
    expect((await refusalOf(dialogue.command("display version"))).message).toBe(
      "device: display version: no prompt came within 50 ms",
    );
    expect((await refusalOf(dialogue.command("display clock"))).message).toContain("the connection has ended");
  });

  test("output without end", async () => {
    const lines = Array.from({ length: 200 }, () => "< more and more and more").join("\n");
    await using dialogue = on(`< <FW>\n> display all\n${lines}`, { piece: 64 }, { maxOctets: 2000 });
    await dialogue.login();
    expect((await refusalOf(dialogue.command("display all"))).message).toBe(
      "device: display all: it printed more than 2000 octets and no prompt",
    );
  });

  test("a connection that is cut in the middle", async () => {
    await using dialogue = on("< <FW>\n> system-view\n< [FW]\n> l2tp enable\n< [FW]", { cutAfter: 1 });
    await dialogue.login();
    await dialogue.command("system-view");
    expect((await refusalOf(dialogue.command("l2tp enable"))).message).toBe(
      "device: l2tp enable: the connection ended: cut",
    );
  });

  test("whoever cancels waits no longer", async () => {
    await using dialogue = on("< <FW>\n> display version\n< Huawei");
    await dialogue.login();
    const cancelled = new AbortController();
    const waiting = refusalOf(dialogue.command("display version", { signal: cancelled.signal }));
    cancelled.abort();
    expect((await waiting).message).toBe("device: display version: it was cancelled");
  });
});

test("a secret is neither in the error nor in the transcript", async () => {
  const line = "tunnel password cipher Huawei@123";
  const said: string[] = [];
  const transcript: DialogueOptions["transcript"] = (entry) => said.push(JSON.stringify(entry));
  await using dialogue = on(`< <FW>\n> ${line}\n< Error: Huawei@123 is too weak\n< <FW>`, {}, { transcript });
  await dialogue.login();
  const refused = await refusalOf(dialogue.command(line, { secrets: ["Huawei@123"] }));
  expect(`${refused.message}${refused.output}${said.join("")}`).not.toContain("Huawei@123");
  expect(refused.output).toBe("Error: *** is too weak\n");
});

test("text in GBK, split anywhere", async () => {
  // The two characters of "test" in Chinese, in GBK.
  const encode = (text: string): Uint8Array => Buffer.from(text.replace("DESC", "\xb2\xe2\xca\xd4"), "latin1");
  const replay = new Replay(parseTranscript("< <FW>\n> display this\n< description DESC\n< <FW>"), {
    piece: 1,
    encode,
  });
  await using dialogue = new Dialogue(replay, { ...VRP, encoding: "gbk" }, { withinMs: 2000, quietMs: 20 });
  await dialogue.login();
  expect((await dialogue.command("display this")).output).toBe("description \u6d4b\u8bd5\n");
});

test("a line that is no recording is named", () => {
  expect(() => parseTranscript("< a\nb", "x.txt")).toThrow('x.txt:2: expected "> sent" or "< received", found "b"');
});
