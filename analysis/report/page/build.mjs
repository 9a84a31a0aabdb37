// Bundles the page into one HTML file: node build.mjs OUT. Only the parts of ECharts that src/chart.js names go in.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs OUT");

const bundled = async (entry) => {
  const result = await build({
    entryPoints: [join(here, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["chrome100", "firefox113", "safari16.4"],
    charset: "utf8",
    legalComments: "eof",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return result.outputFiles[0].text;
};

// "</script" within a script would end it; "<\/script" is the same text.
const script = (await bundled("src/main.js")).replaceAll(/<\/(script)/gi, "<\\/$1");
const style = await bundled("src/style.css");
const page = (await readFile(join(here, "src/page.html"), "utf8"))
  .replace("@@STYLE@@", () => style)
  .replace("@@SCRIPT@@", () => script);
await writeFile(out, page);
