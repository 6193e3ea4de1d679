import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Everything that must hold before a change is merged. Every stage runs, so that one run shows all that is wrong. */

/** Name → arguments of npm. The quickest come first. */
const stages = {
  "dashboard's client": ["run", "client"],
  format: ["run", "check:format"],
  lint: ["run", "lint"],
  "import rules": ["run", "imports"],
  types: ["run", "types"],
  "dead code": ["run", "dead"],
  drift: ["run", "drift"],
  openapi: ["run", "openapi"],
  bundle: ["run", "bundle"],
  tests: ["test", "--", "--coverage"],
};

const root = join(import.meta.dirname, "..");
const results = Object.entries(stages).map(([name, args]) => {
  console.info(`\n== ${name}: npm ${args.join(" ")}`);
  const begun = performance.now();
  // Photographs of every screen take minutes, and are for people who look at them.
  const env = { ...process.env, ERRAND_TEST_SHOTS: "0" };
  const { status } = spawnSync("npm", ["--silent", ...args], { cwd: root, stdio: "inherit", env });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  return {
    passed: status === 0,
    line: `${status === 0 ? "ok    " : "failed"} ${seconds.padStart(7)} s  ${name}`,
  };
});
console.info(`\n${results.map(({ line }) => line).join("\n")}`);
if (results.some(({ passed }) => !passed)) process.exitCode = 1;
