import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `npm run dashboard` serves the sources beside a running Errand, which answers everything else. */
const server = process.env.ERRAND_PUBLIC_URL ?? "http://127.0.0.1:3000";
const served = ["/v1", "/web", "/pages", "/chat", "/docs", "/openapi.json"];

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "dist",
    target: "es2023",
    // The first that know light-dark(): for older ones it would be rewritten into variables that nothing sets.
    cssTarget: ["chrome123", "edge123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
    // Which files the first load needs and which each route adds; the budgets are checked from it.
    manifest: true,
    rolldownOptions: {
      output: {
        // What three pages use is one file, and so are the icons. By itself the bundler makes a file of each set of
        // modules that some pages share: the list of tasks then came as 45 files, and 200 ms of its 730 went by until
        // the last was there.
        codeSplitting: {
          groups: [
            { name: "icons", test: /[\\/]@tabler[\\/]/ },
            { name: "shared", minShareCount: 3 },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(served.map((path) => [path, { target: server, changeOrigin: false }])),
  },
});
