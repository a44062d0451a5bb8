/** How a Huawei VRP command line looks: prompts, paging, refusals and questions. */
import type { Grammar, Question } from "../dialogue.ts";
import { quoted } from "../secrets.ts";

/** Letters that a host name may have; it may hold hyphens too, so only the known name tells where a view begins. */
const HOST = String.raw`[A-Za-z0-9._\-@()/:]{1,246}`;

/**
 * Asked on the way to the first prompt and in the middle of commands. What is not listed gives the command up: a question
 * that nobody foresaw is not answered by luck. The colon may come in a piece of its own, so none waits for it: the general
 * question, which stands last, would be found before a particular one.
 */
const QUESTIONS: readonly Question[] = [
  { name: "change the password", ask: /password needs to be changed\. Change now\? \[Y\/N\]:?\s*$/i, answer: "N\n" },
  {
    name: "choose yes or no",
    ask: /Please choose 'YES' or 'NO' first before pressing 'Enter'\. \[Y\/N\]:?\s*$/,
    answer: "N\n",
  },
  {
    name: "save on the way out",
    ask: /Uncommitted configurations found\.[^[]*\[Y\(yes\)\/N\(no\)\/C\(cancel\)\]:?\s*$/,
    answer: "N\n",
  },
  // Nobody asked the device to write its configuration.
  { name: "save at login", ask: /security risks in the configuration file.*\[Y\/N\]\s*:?\s*$/i, answer: "N\n" },
  { name: "a question", ask: /\[Y(?:\(yes\))?\/N(?:\(no\))?(?:\/C(?:\(cancel\))?)?\]\s*:?\s*$/i },
];

/** For the commands that write the configuration; nobody answers these by the way. The file keeps the name that it has. */
export const SAVING: readonly Question[] = [
  {
    name: "save",
    ask: /(?:Are you sure to continue\?|written to the device\. Continue\?)\s*\[Y\/N\]\s*:?\s*$/i,
    answer: "y\n",
  },
  { name: "file name", ask: /Please input the file name [^[\n]*\[[^\]\n]*\]\s*:?\s*$/, answer: "\n" },
];

/** Prompts of every view: user `<H>`, system `[H]`, sub views `[H-view]`, two-phase `[~H]` and `[*H]`, cluster `HRP_M<H>`. */
export const VRP: Grammar = {
  prompt: (host) =>
    host === undefined
      ? new RegExp(String.raw`^(?:HRP_[A-Z])?<(?<host>${HOST})>\s*$`)
      : new RegExp(String.raw`^(?:HRP_[A-Z])?(?:<${quoted(host)}>|\[[~*]?${quoted(host)}(?:-[^\]>\s]+)?\])\s*$`),
  pager: { more: /^ *---- More ---- *$/, answer: " " },
  questions: QUESTIONS,
  // A counter line such as `Input error: 0` is none.
  refusal: /^\s*(?:Error:|Failed to generate committed config)/,
  // One of a pair marks what it hands to the other one.
  echoMark: /\(\+B\)/,
  caret: /^\s*\^\s*$/,
  lineEnd: "\n",
};
