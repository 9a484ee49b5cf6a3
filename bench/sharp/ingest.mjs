// Proxy (1440 px JPEG) and thumbnail (320 px WebP) of each file named on stdin, with sharp's defaults.
// Usage: node ingest.mjs one|two PARALLEL THREADS OUT: `one` decodes each file once, `two` once per output.
// Prints {"seconds", "cpu", "images", "failed"}, cpu in seconds.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import path from "node:path";
import sharp from "sharp";

const [mode, parallel, threads, out] = process.argv.slice(2);
const PROXY = { width: 1440, height: 1440, fit: "inside", withoutEnlargement: true };
const THUMBNAIL = { width: 320, height: 320, fit: "inside", withoutEnlargement: true };
sharp.cache(false);
sharp.concurrency(Number(threads));

async function once(data, target) {
  const { data: pixels, info } = await sharp(data).autoOrient().resize(PROXY).raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  await Promise.all([
    sharp(pixels, { raw }).jpeg().toFile(`${target}.jpg`),
    sharp(pixels, { raw }).resize(THUMBNAIL).webp().toFile(`${target}.webp`),
  ]);
}

async function twice(data, target) {
  await Promise.all([
    sharp(data).autoOrient().resize(PROXY).jpeg().toFile(`${target}.jpg`),
    sharp(data).autoOrient().resize(THUMBNAIL).webp().toFile(`${target}.webp`),
  ]);
}

const files = [];
for await (const line of createInterface({ input: process.stdin })) files.push(line);
const work = mode === "one" ? once : twice;

let next = 0;
let failed = 0;
async function worker() {
  while (next < files.length) {
    const index = next++;
    try {
      await work(await readFile(files[index]), path.join(out, String(index)));
    } catch {
      failed++;
    }
  }
}

await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } }).jpeg().toBuffer(); // loads libvips
const start = performance.now();
const before = process.cpuUsage();
await Promise.all(Array.from({ length: Number(parallel) }, worker));
const used = process.cpuUsage(before);
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ seconds, cpu: (used.user + used.system) / 1e6, images: files.length, failed }));
