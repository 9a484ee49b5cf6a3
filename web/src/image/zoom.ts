/** Where a picture stands in its frame: moved by (x, y) from the middle, enlarged by `scale`; 1 fits the frame. */
export interface Pose {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

export const FIT: Pose = { x: 0, y: 0, scale: 1 };
export const LARGEST = 40;

/** The largest size with the picture's shape that fits the frame; small pictures stay small. */
export function fitted(picture: Size, frame: Size, density = 1): Size {
  const share = Math.min(
    frame.width / picture.width,
    frame.height / picture.height,
    Math.max(1, 2 / density),
  );
  return { width: picture.width * share, height: picture.height * share };
}

/** Keeps the picture from leaving the frame: an edge never passes the middle of empty space. */
export function clampPose(pose: Pose, content: Size, frame: Size): Pose {
  const scale = Math.min(LARGEST, Math.max(1, pose.scale));
  const room = (inside: number, outside: number) => Math.max(0, (inside * scale - outside) / 2);
  const [x, y] = [room(content.width, frame.width), room(content.height, frame.height)];
  return { scale, x: Math.min(x, Math.max(-x, pose.x)), y: Math.min(y, Math.max(-y, pose.y)) };
}

/** Enlarges around a point (measured from the frame's middle), which stays where it is unless an edge would come in. */
export function zoomAt(
  pose: Pose,
  factor: number,
  point: { x: number; y: number },
  content: Size,
  frame: Size,
): Pose {
  const scale = Math.min(LARGEST, Math.max(1, pose.scale * factor));
  const grown = scale / pose.scale;
  const moved = { scale, x: point.x - grown * (point.x - pose.x), y: point.y - grown * (point.y - pose.y) };
  return clampPose(moved, content, frame);
}

/** Scale at which one pixel of the picture is one pixel of the screen; at least twice the fitted size. */
export function actualScale(picture: Size, content: Size, density: number): number {
  return Math.min(LARGEST, Math.max(2, picture.width / content.width / density));
}
