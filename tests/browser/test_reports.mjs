// Reports in Debian's Chromium: node --test test_reports.mjs, with REPORT_TEST_PROGRAM, REPORT_TEST_EMPTY_RUN (a program that writes a
// run without a record) and REPORT_TEST_ARTEFACTS (a folder for screenshots) in the environment.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const program = process.env.REPORT_TEST_PROGRAM;
const artefacts = process.env.REPORT_TEST_ARTEFACTS;
const folder = mkdtempSync(join(tmpdir(), "stdpscope-browser-"));
const run = (...arguments_) => execFileSync(program, arguments_, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
const analysis = (name, ...options) => JSON.parse(run("analyze", name, "--json", ...options)).runs[0];
const ten = [];
let browser;

before(async () => {
  const train = (name, ...options) =>
    run("train", "--network", "lenet", "--data", "synthetic:300", "--epochs", "2", "--set", "trace.record_every=1", "--set",
      "trace.sample_every=1", "--trace", "samples", "--out", name, ...options);
  for (const seed of [0, 1]) {
    for (const [name, ...options] of [
      ["relu"], ["exact", "--neglu", "4"], ["inverted", "--neglu", "4", "--derivative", "inverted"],
      ["released", "--neglu", "4", "--derivative", "released"], ["many", "--neglu", "10", "--derivative", "inverted"],
    ]) {
      ten.push(`${name}-${seed}`);
      train(`${name}-${seed}`, "--seed", String(seed), ...options);
    }
  }
  train("diverged", "--set", "training.learning_rate=1e30");
  execFileSync(process.env.REPORT_TEST_EMPTY_RUN, [join(folder, "empty")]);
  run("report", ...ten, "--out", "ten.html", "--format", "html,csv,latex,svg");
  run("report", "inverted-0", "--out", "one.html");
  run("report", "diverged", "--out", "diverged.html");
  run("report", "empty", "--out", "empty.html");
  run("simulate", "--protocol", "from-trace", "--from", "relu-0", "--out", "bridge");
  run("simulate", "--protocol", "from-trace", "--from", "relu-0", "--set", "simulation.window=effect", "--out", "bridge-effect");
  run("simulate", "--protocol", "pairing", "--trace", "samples", "--out", "pairing");
  run("simulate", "--protocol", "song2000", "--seconds", "2", "--trace", "samples", "--out", "song");
  run("simulate", "--protocol", "rate-derivative", "--out", "ramps");
  run("report", "relu-0", "bridge", "bridge-effect", "pairing", "song", "ramps", "--out", "spikes.html", "--format", "html,csv");
  mkdirSync(artefacts, { recursive: true });
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

// Opens a report; `troubles` gets console errors, exceptions and requests that leave the file.
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  const url = pathToFileURL(join(folder, name)).href;
  page.troubles = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && page.troubles.push(message.text()));
  page.on("pageerror", (error) => page.troubles.push(error.stack));
  page.on("request", (request) => request.url() !== url && !request.url().startsWith("blob:") && page.troubles.push(`request: ${request.url()}`));
  const begun = Date.now();
  await page.goto(url);
  await page.waitForFunction(() => document.documentElement.dataset.ready === "true");
  page.opened = Date.now() - begun;
  return page;
}

async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return { name: download.suggestedFilename(), content: readFileSync(await download.path(), "utf8") };
}

const composition = (page) => page.locator('figure[data-set="composition"]');
const select = (figure, label, option) => figure.getByLabel(label, { exact: true }).selectOption(option);
const folded = (page, table) => page.evaluate((id) => { const details = document.querySelector(`[data-table="${id}"] details`); if (details) details.open = true; }, table);

for (const [name, sections] of [["ten", 8], ["one", 8], ["diverged", 8], ["empty", 1], ["spikes", 10]]) {
  test(`the report ${name}.html shows ${sections} sections, without an error or a request, at 400 and 1400 pixels`, async () => {
    for (const width of [1400, 400]) {
      for (const colorScheme of width === 400 && name === "one" ? ["light", "dark"] : ["light"]) {
        const page = await open(`${name}.html`, { viewport: { width, height: 900 }, colorScheme });
        assert.equal(await page.locator("main section[id]").count(), sections);
        await page.evaluate(() => window.stdpscope.drawAll());
        const empty = await page.evaluate(() => [...document.querySelectorAll(".chart")].filter((chart) => !chart.querySelector("svg, canvas")).length);
        assert.equal(empty, 0, "charts without a drawing");
        if (sections > 1) assert.ok(await page.locator(".chart").count() >= 20);
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(beyond <= 0, `the page is ${beyond} pixels wider than the screen`);
        await page.screenshot({ path: join(artefacts, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        assert.deepEqual(page.troubles, []);
        console.log(`${name}.html: ${(statSync(join(folder, `${name}.html`)).size / 1e6).toFixed(2)} MB, ready after ${page.opened} ms`);
        await page.context().close();
      }
    }
  });
}

test("warnings tell of a diverged run and of an empty trace", async () => {
  for (const [name, text] of [["diverged", "diverged: its loss"], ["empty", "without any committed record"]]) {
    const page = await open(`${name}.html`);
    assert.match(await page.locator(".warnings").innerText(), new RegExp(text));
    await page.context().close();
  }
});

test("the tables have the numbers of analyze", async () => {
  const page = await open("ten.html");
  for (const name of ten) {
    const row = page.locator('[data-table="categories_event"] tbody tr').filter({ has: page.locator("th", { hasText: new RegExp(`^${name}$`) }) });
    const cells = await row.locator("td").allInnerTexts();
    const found = analysis(name, "--level", "event").categories.at(-1);
    assert.equal(cells[1].replaceAll(",", ""), String(found.total));
    const shares = Object.values(found.shares).concat(found.normal_share, found.inverted_share);
    shares.forEach((share, place) => assert.ok(Math.abs(+cells[2 + place] - 100 * share) <= 0.005 + 1e-9));
    assert.equal(cells[8].replaceAll(",", ""), String(found.no_pair));
  }
  await page.context().close();
});

test("the composition's counts are those of analyze under every convention", async () => {
  const page = await open("ten.html");
  const figure = composition(page);
  await select(figure, "show", "count");
  for (const level of ["event", "update"]) {
    for (const measure of ["magnitude", "signed"]) {
      for (const timing of ["descent", "gradient"]) {
        await select(figure, "level", level);
        await select(figure, "measure", measure);
        await select(figure, "timing", timing);
        const { content } = await saved(page, figure.getByRole("button", { name: "CSV" }));
        const sums = {};
        const seen = new Set();
        for (const line of content.trim().split("\n").slice(1)) {
          const [run_, series, x, y] = line.split(",");
          if (seen.has([run_, series, x, "end"].join()) || +x === 0) continue;
          seen.add([run_, series, x, "end"].join());
          sums[`${run_} ${series}`] = (sums[`${run_} ${series}`] ?? 0) + +y;
        }
        for (const name of [ten[0], ten[2]]) {
          const { counts } = analysis(name, "--level", level, "--measure", measure, "--timing", timing).categories.at(-1);
          for (const [category, count] of Object.entries(counts)) {
            assert.equal(sums[`${name} ${category.replace("_", "-").replace("_", " ")}`], count, `${name} ${category} ${level} ${measure} ${timing}`);
          }
        }
      }
    }
  }
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("controls change the figures", async () => {
  const page = await open("ten.html");
  const figure = composition(page);
  const panels = () => figure.locator(".panel h4").allInnerTexts();
  assert.equal((await panels()).length, 10);
  await select(figure, "one panel for", "each layer");
  assert.deepEqual(await panels(), ["conv1", "conv2", "dense3", "dense4"]);
  await select(figure, "of", "inverted-0");
  await select(figure, "one panel for", "each population");
  assert.ok((await panels()).includes("neglu"));
  await select(figure, "level", "update");
  assert.match(await figure.locator("figcaption").innerText(), /update level/);
  await select(figure, "categories", "normal and inverted");
  await figure.locator("summary").click();
  assert.match(await figure.locator(".data-tables").innerText(), /temporally inverted STDP/);

  const units = page.locator('figure[data-set="units"]');
  await select(units, "layer", "dense3");
  await select(units, "share of", "no response");
  assert.match(await units.locator("figcaption").innerText(), /Units of dense3 by their share of no response/);

  const curves = page.locator('figure[data-set="training_curves"]');
  const before_ = await curves.locator(".panel").count();
  await page.getByRole("checkbox", { name: /MixLU 10 % inverted/ }).uncheck();
  assert.equal(await curves.locator(".panel").count(), before_ - 1);
  await select(figure, "one panel for", "each run");
  const runs = await panels();
  assert.equal(runs.length, 8);
  assert.ok(!runs.some((name) => name.startsWith("many-")), String(runs));
  await page.getByRole("checkbox", { name: /MixLU 10 % inverted/ }).check();
  assert.equal(await curves.locator(".panel").count(), before_);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

// Chromium may refuse a page's eleventh file in a row, so that each of these tests has a page of its own.
test("downloads of tables are the files that the program writes", async () => {
  const page = await open("ten.html");
  for (const table of ["errors_by_run", "categories_in_full", "differences"]) {
    const box = page.locator(`[data-table="${table}"]`);
    for (const [button, kind, ending] of [["CSV", "csv", "csv"], ["LaTeX", "latex", "tex"]]) {
      const { name, content } = await saved(page, box.getByRole("button", { name: button }));
      assert.equal(name, `${table}.${ending}`);
      assert.equal(content, readFileSync(join(folder, `ten-${kind}`, name), "utf8"));
    }
  }
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("downloads of figures are the files that the program writes", async () => {
  const page = await open("ten.html");
  for (const set of ["errors_by_configuration", "composition", "window", "units"]) {
    const figure = page.locator(`figure[data-set="${set}"]`);
    for (const [button, kind] of [["CSV", "csv"], ["SVG", "svg"]]) {
      const { name, content } = await saved(page, figure.getByRole("button", { name: button }));
      assert.ok(existsSync(join(folder, `ten-${kind}`, name)), name);
      assert.equal(content, readFileSync(join(folder, `ten-${kind}`, name), "utf8"));
    }
  }
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("downloads of the composition are the files that the program writes, in any state", async () => {
  const page = await open("ten.html");
  await select(composition(page), "measure", "signed");
  const drawn = await saved(page, composition(page).getByRole("button", { name: "SVG" }));
  assert.match(drawn.content, /^<svg[\s\S]*<title>The four categories over training[\s\S]*post-pre depression<\/text>[\s\S]*relu-0[\s\S]*<\/svg>\n$/);
  assert.ok(existsSync(join(folder, "ten-svg", drawn.name)), `${drawn.name}: the program writes this state too`);
  // The page's own numbers in any state are those of the program's file of that name.
  const states = [
    [["level", "update"], ["show", "share of all"]], [["show", "share of |update|"]], [["show", "count"], ["categories", "normal and inverted"]],
    [["show", "share of the four"], ["categories", "all four"], ["measure", "magnitude"], ["of", "dense3, neglu"]],
    [["one panel for", "each population"], ["of", "inverted-1"]], [["one panel for", "each layer"], ["level", "event"]],
  ];
  const points = (csv) => csv.trim().split("\n").slice(1).map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).slice(0, 4));
  for (const state of states) {
    for (const [label, option] of state) await select(composition(page), label, option);
    const { name, content } = await saved(page, composition(page).getByRole("button", { name: "CSV" }));
    const own = points(readFileSync(join(folder, "ten-csv", name), "utf8"));
    const shown = points(content);
    assert.equal(shown.length, own.length, name);
    shown.forEach((row, place) => {
      assert.deepEqual(row.slice(0, 2), own[place].slice(0, 2), name);
      [2, 3].forEach((column) => assert.ok(row[column] === own[place][column] || Math.abs(row[column] - own[place][column]) < 1e-12, `${name} ${row} ${own[place]}`));
    });
  }
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("everything can be reached and read with the keyboard", async () => {
  const page = await open("one.html");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  const chart = page.locator('figure[data-set="training_curves"] .chart').first();
  await chart.focus();
  await page.keyboard.press("ArrowRight");
  const note = await page.locator('figure[data-set="training_curves"] .note').innerText();
  const { metrics } = analysis("inverted-0");
  assert.ok(note.includes("epoch 1") && note.includes(`test ${(100 * metrics[0].test_error).toFixed(2)} %`), note);
  const figure = composition(page);
  await figure.getByLabel("level", { exact: true }).focus();
  await page.keyboard.press("ArrowDown");
  assert.match(await figure.locator("figcaption").innerText(), /update level/);
  assert.equal(await page.evaluate(() => document.activeElement.labels[0].textContent), "level");
  const unnamed = await page.evaluate(() => [...document.querySelectorAll("button, select, input, .chart, [role=region]")]
    .filter((node) => !node.textContent.trim() && !node.labels?.length && !node.ariaLabel).length);
  assert.equal(unnamed, 0);
  const bare = await page.evaluate(() => [...document.querySelectorAll("figure")].filter((figure_) =>
    !figure_.querySelector(".title").textContent || !figure_.querySelector(".caption").textContent || !figure_.querySelector(".summary").textContent).map((figure_) => figure_.dataset.set));
  assert.deepEqual(bare, [], "figures without a caption or a summary");
  await page.context().close();
});

test("a report with simulations has their results: agreement, pairing experiments, weights", async () => {
  const page = await open("spikes.html");
  const rows = (table) => page.locator(`[data-table="${table}"] tbody tr`).evaluateAll((found) =>
    found.map((row) => [...row.children].map((cell) => cell.textContent)));
  for (const name of ["bridge", "bridge-effect"]) {
    const { layers } = JSON.parse(readFileSync(join(folder, name, "result.json"), "utf8")).bridge;
    const shown = (await rows("bridge_agreement")).filter((row) => row[0] === name);
    assert.equal(shown.length, layers.length);
    layers.forEach((layer, place) => {
      assert.equal(shown[place][1], layer.layer ?? "all");
      assert.equal(shown[place][4].replaceAll(",", ""), String(layer.events));
      assert.ok(Math.abs(+shown[place][5] - 100 * layer.same_sign_share) <= 0.005 + 1e-9);
      assert.ok(Math.abs(+shown[place][6] - 100 * layer.same_category_share) <= 0.005 + 1e-9);
    });
  }
  assert.equal((await rows("bridge_agreement")).filter((row) => row[0] === "bridge-effect").at(-1)[5], "100.00");
  const pairing = await rows("pairing_experiments");
  assert.ok(pairing.length >= 8);
  pairing.forEach((row) => assert.equal(row[4], "100.00", row[1]));
  const weights = page.locator('figure[data-set="final_weights"]');
  assert.match(await weights.locator(".summary").innerText(), /song, .*below a fifth of the largest weight/);
  const { name, content } = await saved(page, weights.getByRole("button", { name: "CSV" }));
  assert.equal(content, readFileSync(join(folder, "spikes-csv", name), "utf8"));
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("the ticks of every axis differ", async () => {
  for (const report of ["ten.html", "spikes.html"]) {
    const page = await open(report);
    await page.evaluate(() => window.stdpscope.drawAll());
    // Of one axis: texts in one row or one column of a drawing, of numbers alone.
    const equal = await page.evaluate(() => [...document.querySelectorAll(".chart svg")].flatMap((svg) => {
      const seen = new Set();
      return [...svg.querySelectorAll("text")].filter((text) => /^-?[0-9]/.test(text.textContent)).map((text) => {
        const box = text.getBoundingClientRect();
        const anchor = text.getAttribute("text-anchor") === "end" ? `column ${Math.round(box.right)}` : `row ${Math.round(box.top)}`;
        return `${anchor}: ${text.textContent}`;
      }).filter((key) => seen.has(key) || !seen.add(key));
    }));
    assert.deepEqual(equal, [], report);
    await page.context().close();
  }
});

test("light, dark and paper", async () => {
  const page = await open("one.html", { colorScheme: "dark" });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(await background(), "rgb(20, 24, 29)");
  await page.locator("#theme").click();
  assert.equal(await background(), "rgb(255, 255, 255)");
  await page.locator("#theme").click();
  await page.emulateMedia({ media: "print" });
  assert.equal(await background(), "rgb(255, 255, 255)");
  assert.equal(await page.locator("nav").isVisible(), false);
  const pdf = await page.pdf({ path: join(artefacts, "one.pdf"), format: "A4" });
  assert.ok(pdf.length > 50000);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
