import { expect, it } from "vitest";
import { textOf } from "./text";

const file = (...parts: (string | Uint8Array<ArrayBuffer>)[]) => new File(parts, "list.txt");

it("reads UTF-8, and UTF-16 where its mark says so", async () => {
  expect(await textOf(file("Zoo\n\tKäfig 🦁\n"))).toBe("Zoo\n\tKäfig 🦁\n");
  expect(await textOf(file(Uint8Array.of(0xff, 0xfe, 0x5a, 0, 0xe4, 0)))).toBe("Zä");
  expect(await textOf(file(Uint8Array.of(0xfe, 0xff, 0, 0x5a, 0, 0xe4)))).toBe("Zä");
  expect(await textOf(file(""))).toBe("");
});

it("refuses what is no text, or too long, in a sentence that names the file", async () => {
  await expect(textOf(file(Uint8Array.of(0x5a, 0xe4, 0x0a)))).rejects.toThrow("list.txt is no text in UTF-8");
  await expect(textOf(file("x".repeat(10_000_001)))).rejects.toThrow("list.txt is too large");
});
