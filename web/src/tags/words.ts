/** Who says what an image shows, as people read it. */
import type { ImageTag } from "~/api/taxonomy";
import { percent } from "~/lib/format";

type Evidence = ImageTag["evidence"][number];

/** "mobilenet-v2, 87 %", "its file". */
export function evidenceText({ source, model, confidence }: Evidence): string {
  if (source === "sidecar") return "its file";
  if (source === "human") return "you";
  return `${model}, ${percent(confidence, 1)}`;
}

/** Who says so, in a line. */
export function whoSays({ verdict, source, evidence }: ImageTag): string {
  const others = evidence.map(evidenceText);
  if (verdict === true) return ["You", ...others].join(" · ");
  if (verdict === false)
    return others.length > 0 ? `You said no · ${others.join(" · ")} said yes` : "You said no";
  if (others.length === 0) return source === "human" ? "You" : "";
  return others.map((text, i) => (i === 0 ? text.replace(/^its/, "Its") : text)).join(" · ");
}
