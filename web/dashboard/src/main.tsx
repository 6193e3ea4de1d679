import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
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
