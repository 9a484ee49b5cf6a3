/** One pose for several pictures: the same spot at the same zoom in each. */
import { actualScale, LARGEST, type Size } from "~/image/zoom";

/** Moved by shares of the picture's width and height from the middle, enlarged by `scale`; 1 fits the frame. */
export interface SharedPose {
  x: number;
  y: number;
  scale: number;
}

export const WHOLE: SharedPose = { x: 0, y: 0, scale: 1 };

/** The largest size with the picture's shape that fits the frame; small pictures are enlarged, too. */
export function filled(picture: Size, frame: Size): Size {
  const share = Math.min(frame.width / picture.width, frame.height / picture.height);
  return { width: picture.width * share, height: picture.height * share };
}

/** Keeps the picture from leaving the frame. */
export function held(pose: SharedPose, content: Size, frame: Size): SharedPose {
  const scale = Math.min(LARGEST, Math.max(1, pose.scale));
  const room = (inside: number, outside: number) => Math.max(0, (inside * scale - outside) / 2) / inside;
  const within = (value: number, most: number) => Math.min(most, Math.max(-most, value)) || 0;
  if (content.width === 0 || content.height === 0) return { ...WHOLE, scale };
  return {
    scale,
    x: within(pose.x, room(content.width, frame.width)),
    y: within(pose.y, room(content.height, frame.height)),
  };
}

/** Enlarges around a point of the frame, measured in pixels from its middle. */
export function zoomedAt(
  pose: SharedPose,
  factor: number,
  point: { x: number; y: number },
  content: Size,
  frame: Size,
): SharedPose {
  const scale = Math.min(LARGEST, Math.max(1, pose.scale * factor));
  const grown = scale / pose.scale;
  const [px, py] = [point.x / content.width, point.y / content.height];
  return held({ scale, x: px - grown * (px - pose.x), y: py - grown * (py - pose.y) }, content, frame);
}

/** Scale at which one pixel of the larger picture is one of the screen. */
export function closeUp(pictures: Size[], content: Size): number {
  const largest = pictures.reduce((a, b) => (b.width > a.width ? b : a));
  return actualScale(largest, content, window.devicePixelRatio || 1);
}
