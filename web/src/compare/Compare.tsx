import { ActionIcon, SegmentedControl, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconZoomIn } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { ImageCard } from "~/api/types";
import { type Action, useActions } from "~/lib/actions";
import { size as sayBytes } from "~/lib/format";
import { type LinkedStage, useStage } from "./stage";
import { Layers } from "./Pane";
import styles from "./Compare.module.css";

export interface Compared {
  card: ImageCard;
  /** What it is: "Kept", "Copy 2". */
  role: string;
}

interface CompareProps {
  left: Compared;
  right: Compared;
  onClose: () => void;
  /** Another image on the right; not there where there are only two. */
  onStep?: (step: 1 | -1) => void;
}

type Mode = "side" | "blink" | "difference";
const MODES: { value: Mode; label: string }[] = [
  { value: "side", label: "Side by side" },
  { value: "blink", label: "Blink" },
  { value: "difference", label: "Difference" },
];
const BLINK_MS = 700;
const PAN = 90;

/** Two images at the same zoom and place: beside each other, in turn, or what differs. */
export function Compare({ left, right, onClose, onStep }: CompareProps) {
  const [mode, setMode] = useState<Mode>("side");
  const other = useHeld();
  const alternate = useAlternating(mode === "blink");
  const frame = useRef<HTMLDivElement>(null);
  const { stage, close, box } = useStage(frame, [left.card, right.card], mode === "side" && !other);
  useActions("Compare", keysOf(stage, mode, setMode, onClose, onStep), true);
  const stacked = mode !== "side" || other;
  const shown = seen(mode, other, alternate);
  return (
    <section className={styles.compare} aria-label="Compare">
      <Tools mode={mode} onMode={setMode} onZoom={() => stage.toggle()} onClose={onClose} />
      <div
        ref={frame}
        className={styles.stage}
        data-stacked={stacked || undefined}
        data-shown={shown}
        data-testid="compare"
      >
        {stacked ? (
          <div className={styles.frame}>
            <div className={styles.paper} data-paper style={box(left.card)}>
              <div className={styles.layer} data-side="left">
                <Layers card={left.card} close={close} />
              </div>
              <div className={styles.layer} data-side="right">
                <Layers card={right.card} close={close} />
              </div>
            </div>
          </div>
        ) : (
          [left, right].map(({ card }, i) => (
            <div key={i} className={styles.frame}>
              <div className={styles.paper} data-paper style={box(card)}>
                <Layers card={card} close={close} />
              </div>
            </div>
          ))
        )}
      </div>
      <div className={styles.captions} data-stacked={stacked || undefined}>
        {shown !== "right" && <Caption {...left} />}
        {shown !== "left" && <Caption {...right} />}
      </div>
    </section>
  );
}

/** Which of the two is to be seen. */
function seen(mode: Mode, other: boolean, alternate: boolean): "left" | "right" | "both" {
  if (other || (mode === "blink" && alternate)) return "right";
  return mode === "blink" ? "left" : "both";
}

interface ToolsProps {
  mode: Mode;
  onMode: (mode: Mode) => void;
  onZoom: () => void;
  onClose: () => void;
}

function Tools({ mode, onMode, onZoom, onClose }: ToolsProps) {
  return (
    <div className={styles.tools}>
      <Tooltip label="Close the comparison (Esc)" position="right">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={styles.zoom}
          aria-label="Close the comparison"
          onClick={onClose}
        >
          <IconArrowLeft size={22} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <SegmentedControl
        aria-label="How to compare"
        value={mode}
        onChange={(value) => onMode(value as Mode)}
        data={MODES}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        className={styles.zoom}
        aria-label="Zoom in and out"
        onClick={onZoom}
      >
        <IconZoomIn size={21} stroke={1.7} />
      </ActionIcon>
      <p className={styles.hint}>{HINTS[mode]}</p>
    </div>
  );
}

type Step = (step: 1 | -1) => void;

function keysOf(
  stage: LinkedStage,
  mode: Mode,
  setMode: (mode: Mode) => void,
  onClose: () => void,
  onStep: Step | undefined,
): Action[] {
  return [
    { label: "Hold to see the other in place", keys: ["B", "Space"], keyOnly: true, run: () => undefined },
    { label: "Side by side", keys: ["V"], run: () => setMode("side") },
    { label: "Blink", keys: ["T"], run: () => setMode(mode === "blink" ? "side" : "blink") },
    { label: "Difference", keys: ["X"], run: () => setMode(mode === "difference" ? "side" : "difference") },
    { label: "Zoom in and out", keys: ["Z"], run: () => stage.toggle() },
    { label: "Larger", keys: ["+", "Shift++", "="], run: () => stage.zoom(1.4) },
    { label: "Smaller", keys: ["-"], run: () => stage.zoom(1 / 1.4) },
    {
      label: "Previous copy",
      keys: ["ArrowLeft"],
      run: () => (stage.isZoomed() ? stage.pan(PAN, 0) : onStep?.(-1)),
    },
    {
      label: "Next copy",
      keys: ["ArrowRight"],
      run: () => (stage.isZoomed() ? stage.pan(-PAN, 0) : onStep?.(1)),
    },
    { label: "Move up", keys: ["ArrowUp"], keyOnly: true, run: () => stage.pan(0, PAN) },
    { label: "Move down", keys: ["ArrowDown"], keyOnly: true, run: () => stage.pan(0, -PAN) },
    { label: "Close the comparison", keys: ["Escape", "C"], run: onClose },
  ];
}

const HINTS: Record<Mode, string> = {
  side: "Hold B or the space bar to see the other in place.",
  blink: "Each in turn, at the same place.",
  difference: "Black where both are the same; differences are five times as bright.",
};

function Caption({ card, role }: Compared) {
  const shape = card.width && card.height ? `${card.width} × ${card.height}` : null;
  return (
    <p className={styles.caption}>
      <strong>{role}</strong>
      <span>{card.name}</span>
      <span>{[card.format?.toUpperCase(), shape, sayBytes(card.size)].filter(Boolean).join(" · ")}</span>
    </p>
  );
}

/** True while B or the space bar is held. */
function useHeld(): boolean {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const options = { signal: stop.signal, capture: true };
    const is = ({ key, target }: KeyboardEvent) =>
      (key === " " || key.toLowerCase() === "b") &&
      !(target as Element).closest("button, input, [role=dialog]");
    window.addEventListener("keydown", (event) => is(event) && setHeld(true), options);
    window.addEventListener("keyup", (event) => is(event) && setHeld(false), options);
    window.addEventListener("blur", () => setHeld(false), options);
    return () => stop.abort();
  }, []);
  return held;
}

function useAlternating(on: boolean): boolean {
  const [second, setSecond] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setSecond((now) => !now), BLINK_MS);
    return () => clearInterval(timer);
  }, [on]);
  return on && second;
}
