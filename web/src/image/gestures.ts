/** Wheel, pinch, drag, swipe and double click on one element, as a few plain wishes. */
export interface Wishes {
  isZoomed(): boolean;
  /** By pixels of the screen. */
  pan(x: number, y: number): void;
  /** By a factor, around a point measured from the element's middle. */
  zoom(factor: number, point: { x: number; y: number }): void;
  toggle(point: { x: number; y: number }): void;
  /** 1: on to the next image. */
  swipe(step: 1 | -1): void;
}

interface Finger {
  x: number;
  y: number;
  startX: number;
  startY: number;
}

const SWIPE = 60;

/** Starts to listen; returns how to stop. */
export function gestures(element: HTMLElement, wishes: Wishes): () => void {
  const fingers = new Map<number, Finger>();
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const fromMiddle = ({ clientX, clientY }: { clientX: number; clientY: number }) => {
    const box = element.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
    wishes.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.011 : 0.0024)), fromMiddle(event));
  };
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, {
      x: event.clientX,
      y: event.clientY,
      startX: event.clientX,
      startY: event.clientY,
    });
  };
  const onMove = (event: PointerEvent) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const before = spread(fingers);
    const [x, y] = [event.clientX - finger.x, event.clientY - finger.y];
    Object.assign(finger, { x: event.clientX, y: event.clientY });
    const after = spread(fingers);
    if (before && after)
      wishes.zoom(after.distance / before.distance, fromMiddle({ clientX: after.x, clientY: after.y }));
    else if (wishes.isZoomed()) wishes.pan(x, y);
  };
  const onUp = (event: PointerEvent) => {
    const finger = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    if (!finger || event.pointerType === "mouse" || wishes.isZoomed() || fingers.size > 0) return;
    const [x, y] = [event.clientX - finger.startX, event.clientY - finger.startY];
    if (Math.abs(x) > SWIPE && Math.abs(x) > Math.abs(y) * 1.5) wishes.swipe(x < 0 ? 1 : -1);
  };
  element.addEventListener("wheel", onWheel, { ...options, passive: false });
  element.addEventListener("pointerdown", onDown, options);
  element.addEventListener("pointermove", onMove, options);
  element.addEventListener("pointerup", onUp, options);
  element.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId), options);
  element.addEventListener("dblclick", (event) => wishes.toggle(fromMiddle(event)), options);
  return () => stop.abort();
}

function spread(fingers: Map<number, Finger>): { x: number; y: number; distance: number } | null {
  if (fingers.size !== 2) return null;
  const [a, b] = [...fingers.values()] as [Finger, Finger];
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, distance: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
}
