/** Frames that show several pictures at one pose; the page only says how large they are. */
import { type RefObject, useEffect, useLayoutEffect, useState } from "react";
import type { ImageCard } from "~/api/types";
import { gestures } from "~/image/gestures";
import type { Size } from "~/image/zoom";
import { closeUp, filled, held, type SharedPose, WHOLE, zoomedAt } from "./linked";

const PROXY_SIDE = 1440;
/** A page narrower than this shows the pictures one above the other. */
const NARROW = 720;
const MIDDLE = { x: 0, y: 0 };

export class LinkedStage {
  private pose: SharedPose = WHOLE;
  private frame: Size = { width: 1, height: 1 };
  private content: Size = { width: 1, height: 1 };
  private sizes: Size[] = [];

  constructor(private readonly onClose: (close: boolean) => void) {}

  private root: HTMLElement | null = null;

  /** The papers in the frames of this element all stand alike. */
  attach(root: HTMLElement): void {
    this.root = root;
  }

  resize(frame: Size, sizes: Size[]): void {
    this.frame = frame;
    this.sizes = sizes;
    this.content = filled(sizes[0]!, frame);
    this.set(this.pose);
  }

  isZoomed = (): boolean => this.pose.scale > 1.01;

  zoom = (factor: number, point = MIDDLE): void =>
    this.set(zoomedAt(this.pose, factor, point, this.content, this.frame));

  pan = (x: number, y: number): void =>
    this.set({
      ...this.pose,
      x: this.pose.x + x / this.content.width,
      y: this.pose.y + y / this.content.height,
    });

  toggle = (point = MIDDLE): void => {
    if (this.isZoomed()) this.set(WHOLE);
    else this.zoom(closeUp(this.sizes, this.content), point);
  };

  private set(next: SharedPose): void {
    this.pose = held(next, this.content, this.frame);
    const { x, y, scale } = this.pose;
    for (const paper of this.root?.querySelectorAll<HTMLElement>("[data-paper]") ?? [])
      paper.style.transform = `translate(${x * 100}%, ${y * 100}%) scale(${scale})`;
    this.onClose(scale * this.content.width * (window.devicePixelRatio || 1) > PROXY_SIDE * 1.1);
  }
}

/** A stage in an element of which each child is a frame; `two` of them, or one. */
export function useStage(element: RefObject<HTMLDivElement | null>, cards: ImageCard[], two: boolean) {
  const [room, setRoom] = useState<Size>({ width: 0, height: 0 });
  const [close, setClose] = useState(false);
  const [stage] = useState(() => new LinkedStage(setClose));
  const narrow = room.width < NARROW;
  const frame: Size = {
    width: Math.max(1, two && !narrow ? room.width / 2 : room.width),
    height: Math.max(1, two && narrow ? room.height / 2 : room.height),
  };
  useLayoutEffect(() => {
    const observed = element.current!;
    stage.attach(observed);
    const observer = new ResizeObserver(() =>
      setRoom({ width: observed.clientWidth, height: observed.clientHeight }),
    );
    observer.observe(observed);
    return () => observer.disconnect();
  }, [element, stage]);
  useLayoutEffect(() => stage.resize(frame, cards.map(sizeOf))); // new papers stand where the old ones stood
  useEffect(() => {
    const frames = [...element.current!.children] as HTMLElement[];
    const stops = frames.map((one) => gestures(one, { ...stage, swipe: () => undefined }));
    return () => stops.forEach((stop) => stop());
  }, [element, stage, two]);
  return { stage, close, box: (card: ImageCard) => filled(sizeOf(card), frame) };
}

function sizeOf(card: ImageCard): Size {
  return { width: card.width || 1500, height: card.height || 1000 };
}
