import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import {
  contains,
  type Corner,
  drawn,
  moved,
  opposite,
  type Point,
  type Region,
  resized,
  sayRegion,
} from "./region";
import styles from "./Region.module.css";

interface PickerProps {
  picture: string;
  region: Region;
  onChange: (region: Region) => void;
  onDone: () => void;
}

const CORNERS: readonly Corner[] = ["nw", "ne", "sw", "se"];
const STEP = 0.02;
const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

/** A box on a picture: drawn, moved and resized by pointer, finger and key. */
export function RegionPicker({ picture, region, onChange, onDone }: PickerProps) {
  const drag = useDrag(region, onChange);
  const onKey = (event: KeyboardEvent) => {
    const by = ARROWS[event.key];
    if (event.key === "Enter") onDone();
    else if (by) onChange((event.shiftKey ? resized : moved)(region, by));
    else return;
    event.preventDefault();
  };
  const percent = (part: number) => `${part * 100}%`;
  return (
    <div className={styles.picture} data-testid="region" {...drag}>
      <img src={picture} alt="" draggable={false} />
      <button
        type="button"
        className={styles.region}
        style={{
          left: percent(region.x),
          top: percent(region.y),
          width: percent(region.w),
          height: percent(region.h),
        }}
        aria-label={`Region: ${sayRegion(region)}`}
        data-autofocus
        onKeyDown={onKey}
      >
        {CORNERS.map((corner) => (
          <span key={corner} className={styles.corner} data-corner={corner} />
        ))}
      </button>
    </div>
  );
}

type Grip = { kind: "draw"; from: Point } | { kind: "move"; last: Point };

/** On the box a drag moves it, on a corner it resizes, elsewhere it draws anew. */
function useDrag(region: Region, onChange: (region: Region) => void) {
  const grip = useRef<Grip | null>(null);
  const pointAt = (event: PointerEvent<HTMLElement>): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return;
      const point = pointAt(event);
      const corner = (event.target as HTMLElement).dataset.corner as Corner | undefined;
      if (corner) grip.current = { kind: "draw", from: opposite(region, corner) };
      else if (contains(region, point)) grip.current = { kind: "move", last: point };
      else grip.current = { kind: "draw", from: point };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const held = grip.current;
      if (!held) return;
      const point = pointAt(event);
      if (held.kind === "draw") return onChange(drawn(held.from, point));
      onChange(moved(region, { x: point.x - held.last.x, y: point.y - held.last.y }));
      held.last = point;
    },
    onPointerUp: () => (grip.current = null),
    onPointerCancel: () => (grip.current = null),
  };
}
