// The script that the first page needs, gzipped, stays within its budget.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET = 300_000;
const folder = new URL("../../src/lumina/api/static/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", folder), "utf8"));

const files = new Set();
function follow(name) {
    const entry = manifest[name];
    if (files.has(entry.file)) return;
    files.add(entry.file);
    for (const other of entry.imports ?? []) follow(other);
}
follow("index.html");

let total = 0;
for (const file of files) total += gzipSync(readFileSync(new URL(file, folder))).length;
console.log(
    `initial script: ${(total / 1000).toFixed(1)} kB gzipped in ${files.size} files (budget ${BUDGET / 1000} kB)`,
);
if (total > BUDGET) {
    console.error(`over the budget, in ${fileURLToPath(folder)}`);
    process.exit(1);
}
