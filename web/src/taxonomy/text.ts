/** The text of a file that was chosen. */
import { size } from "~/lib/format";

/** Bytes; the server takes as many characters. */
const MOST = 10_000_000;

/** In UTF-8, or in UTF-16 where its first two bytes say so. Throws a sentence where it is no text, or too long. */
export async function textOf(file: File): Promise<string> {
  if (file.size > MOST)
    throw new Error(
      `${file.name} is too large to be a list of nodes: ${size(file.size)}, of at most ${size(MOST)}.`,
    );
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${file.name} is no text in UTF-8: save it as UTF-8 and choose it again.`);
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}
