import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.LUMINA_SERVER ?? "http://127.0.0.1:8765";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "~": fileURLToPath(new URL("src", import.meta.url)) } },
  worker: { format: "es" },
  build: {
    outDir: fileURLToPath(new URL("../src/lumina/api/static", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the content security policy allows no inline data but placeholders
    modulePreload: { polyfill: false },
    manifest: true, // .vite/manifest.json, read by scripts/budget.mjs
  },
  server: { port: 5173, proxy: { "/api": server, "/health": server, "/docs": server } },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    testTimeout: 20_000,
    restoreMocks: true,
  },
});
