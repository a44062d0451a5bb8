/** How a Huawei VRP command line looks: prompts, paging, refusals and questions. */
import type { Grammar, Question } from "../dialogue.ts";

/** Letters that a host name may have; it may hold hyphens too, so only the known name tells where a view begins. */
const HOST = String.raw`[A-Za-z0-9._\-@()/:]{1,64}`;

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
  { name: "a question", ask: /\[Y\/N\]\s*:?\s*$/i },
];

/** Prompts of every view: user `<H>`, system `[H]`, sub views `[H-view]`, two-phase `[~H]` and `[*H]`, cluster `HRP_M<H>`. */
export const VRP: Grammar = {
  prompt: (host) =>
    host === undefined
      ? new RegExp(String.raw`^(?:HRP_[A-Z])?<(?<host>${HOST})>\s*$`)
      : new RegExp(String.raw`^(?:HRP_[A-Z])?(?:<${quoted(host)}>|\[[~*]?${quoted(host)}(?:-[^\]>\s]+)?\])\s*$`),
  pager: { more: / *---- More ---- *$/, answer: " " },
  questions: QUESTIONS,
  // A counter line such as `Input error: 0` is none.
  refusal: /^\s*Error:/,
  lineEnd: "\n",
};

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
