/** Lumina's mark: an aperture whose opening is the light. The same drawing as public/favicon.svg. */
const BLADES = [
  ["M256.0 172.0 L354.6 115.1 A172 172 0 0 1 427.4 270.9 L328.7 214.0 Z", "#f9cd7c"],
  ["M328.7 214.0 L427.4 270.9 A172 172 0 0 1 328.7 411.9 L328.7 298.0 Z", "#f4bb60"],
  ["M328.7 298.0 L328.7 411.9 A172 172 0 0 1 157.4 396.9 L256.0 340.0 Z", "#eaa744"],
  ["M256.0 340.0 L157.4 396.9 A172 172 0 0 1 84.6 241.1 L183.3 298.0 Z", "#d98f2c"],
  ["M183.3 298.0 L84.6 241.1 A172 172 0 0 1 183.3 100.1 L183.3 214.0 Z", "#e39d3a"],
  ["M183.3 214.0 L183.3 100.1 A172 172 0 0 1 354.6 115.1 L256.0 172.0 Z", "#f0b252"],
] as const;
const OPENING = "M256.0 172.0 L328.7 214.0 L328.7 298.0 L256.0 340.0 L183.3 298.0 L183.3 214.0 Z";

export function Mark({ size }: { size: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="70 70 372 372"
      aria-hidden
      focusable="false"
      stroke="#1a140d"
      strokeWidth="7"
      strokeLinejoin="round"
    >
      <circle cx="256" cy="256" r="184" fill="#1a140d" stroke="none" />
      {BLADES.map(([path, fill]) => (
        <path key={path} d={path} fill={fill} />
      ))}
      <path d={OPENING} fill="#fff3d8" />
    </svg>
  );
}
