import "@fontsource-variable/inter/wght.css";
// In a layer of its own, so that ours hold against the library's whichever file the bundler puts first.
import "@mantine/core/styles.layer.css";
import "@mantine/dates/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "./global.css";
import "./api/plain-http.ts";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { reloadOnNewBuild } from "./new-build.ts";
import { shareStyleNonce } from "./style-nonce.ts";

reloadOnNewBuild();
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
shareStyleNonce();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
