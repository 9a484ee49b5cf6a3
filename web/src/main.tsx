import "@fontsource-variable/instrument-sans/wght.css";
import "@fontsource/instrument-serif/latin-400.css";
import "@fontsource/instrument-serif/latin-ext-400.css";
import "./styles/tokens.css";
import "./styles/mantine.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { prefetchTimeline } from "./timeline/sources";
import { warmUp } from "./timeline/work";

// A page of an older build asks for files that an upgraded server no longer has: start anew, once.
addEventListener("vite:preloadError", (event) => {
  const last = Number(sessionStorage.getItem("lumina-reloaded"));
  if (Date.now() - last < 10_000) return;
  sessionStorage.setItem("lumina-reloaded", String(Date.now()));
  event.preventDefault();
  location.reload();
});

if (location.pathname === "/") {
  warmUp();
  prefetchTimeline();
}
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
