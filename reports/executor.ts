/** Who made the run: a CI job with its page, or this machine. */
import { hostname } from "node:os";
import { basename, resolve } from "node:path";
import type { RunInfo } from "./run-folder.ts";

/** Allure's `executor.json`. */
export function executorOf(
  run: string,
  info: RunInfo,
  buildOrder: number,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string | number>> {
  return {
    ...whoOf(env),
    buildName: basename(resolve(run)),
    buildOrder,
    reportName: `l2tpspec ${info.tool.version}: ${info.device} in ${info.lab}`,
  };
}

function whoOf(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: id,
    CI_JOB_URL: job,
    BUILD_URL: build,
  } = env;
  if (server !== undefined && repository !== undefined && id !== undefined)
    return { name: "GitHub Actions", type: "github", buildUrl: `${server}/${repository}/actions/runs/${id}` };
  if (job !== undefined) return { name: "GitLab CI", type: "gitlab", buildUrl: job };
  if (build !== undefined) return { name: "Jenkins", type: "jenkins", buildUrl: build };
  return { name: `l2tpspec on ${hostname()}`, type: "l2tpspec" };
}
