import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

async function listPages(): Promise<readonly string[]> {
  const pages: string[] = [];
  for await (const page of glob(["*.md", "docs/**/*.md", "bench/README.md"], { cwd: root })) pages.push(page);
  return pages;
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replaceAll(/\s/g, "-"),
    ),
  );
}

test("every link between pages leads to a page and a heading that exist", async () => {
  const pages = await listPages();
  const texts = new Map(
    await Promise.all(pages.map(async (page) => [page, await readFile(join(root, page), "utf8")] as const)),
  );
  const broken: string[] = [];
  let checked = 0;
  for (const [page, text] of texts) {
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path = "", anchor] = target.split("#");
      if (/^[a-z]+:/.test(target) || (path !== "" && !path.endsWith(".md"))) continue;
      checked += 1;
      const wanted = path === "" ? page : relative(root, join(root, dirname(page), path));
      const found = texts.get(wanted);
      const leads = found !== undefined && (anchor === undefined || anchorsOf(found).has(anchor));
      if (!leads) broken.push(`${page}: ${target}`);
    }
  }
  expect(checked).toBeGreaterThan(30);
  expect(broken).toEqual([]);
});
