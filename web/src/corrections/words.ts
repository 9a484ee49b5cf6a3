/** What was learnt, as people read it. */
import type { Lesson } from "~/api/taxonomy";
import { count, images, percent } from "~/lib/format";

/** "12 examples, 3 counterexamples". */
export function examplesText({ yes, no }: Lesson["examples"]): string {
  const some = `${count(yes)} ${yes === 1 ? "example" : "examples"}`;
  return no > 0 ? `${some}, ${count(no)} that are not` : some;
}

/** How well examples that were kept out of training were told apart, in sentences. */
export function figuresText({ head: { figures } }: Lesson): string[] {
  const { recall, precision, false_rate: wrong } = figures as Record<string, number | null | undefined>;
  const said: string[] = [];
  if (typeof recall === "number")
    said.push(`Finds ${percent(recall, 1)} of the examples that were kept out of its training.`);
  if (typeof precision === "number")
    said.push(`Of what it takes for one, ${percent(precision, 1)} is right.`);
  if (typeof wrong === "number") said.push(`At most ${share(wrong)} of other images are taken for it.`);
  return said.length > 0 ? said : ["Too few examples to say how well it is recognised."];
}

function share(rate: number): string {
  return rate >= 0.01 ? percent(rate, 1) : `1 in ${count(Math.round(1 / Math.max(rate, 1e-6)))}`;
}

/** "Adds the tag to 12 images and takes it from 3." */
export function changeText({ preview: { adds, removes, estimated } }: Lesson): string {
  if (adds === 0 && removes === 0) return "No image would change.";
  const about = estimated ? "about " : "";
  const parts = [
    adds > 0 && `adds the tag to ${about}${images(adds)}`,
    removes > 0 && `takes it from ${about}${images(removes)}`,
  ];
  const text = parts.filter(Boolean).join(" and ");
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
