/** `l2tpspec lab`: what a lab stands on that is made once. */
import { type Command, InvalidArgumentError } from "commander";

const IMAGES = ["debian-router"] as const;

export function addLab(program: Command): void {
  program
    .command("lab")
    .description("make what a lab's devices run from")
    .command("build")
    .description(
      "make the image of a device out of Debian's packages, unless it is there already (root, about a minute)",
    )
    .argument("<image>", `which image: ${IMAGES.join(", ")}`, known)
    .action(async () => {
      const { buildImage, describeImage } = await import("#lab/router/image");
      const stop = new AbortController();
      const end = (): void => stop.abort();
      process.once("SIGINT", end).once("SIGTERM", end);
      try {
        const say = (line: string): void => void process.stdout.write(`${line}\n`);
        const image = await buildImage({ say, signal: stop.signal });
        say(describeImage(image));
      } finally {
        process.off("SIGINT", end).off("SIGTERM", end);
      }
    });
}

function known(name: string): string {
  if ((IMAGES as readonly string[]).includes(name)) return name;
  throw new InvalidArgumentError(`expected ${IMAGES.join(", ")}`);
}
