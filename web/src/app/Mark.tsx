/** Lumina's mark: an aperture, its opening the light. The same drawing as public/icon.svg. */
const BLADES = [0, 60, 120, 180, 240, 300];

export function Mark({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden focusable="false">
      <circle cx="32" cy="32" r="30" fill="#231c12" />
      {BLADES.map((turn, i) => (
        <path
          key={turn}
          d="M32 3.5 A28.5 28.5 0 0 1 56.7 17.75 L32 17.75 L19.7 24.9 Z"
          fill={FILLS[i]}
          transform={`rotate(${turn} 32 32)`}
        />
      ))}
      <circle cx="32" cy="32" r="9.2" fill="#fff6df" />
    </svg>
  );
}

const FILLS = ["#f7c66f", "#f2b75c", "#e79f3c", "#cf8322", "#e0982f", "#f0b04e"];
