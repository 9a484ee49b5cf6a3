/** The query while it is typed: the address, which is what counts, follows the keys at a little distance. */
import { useEffect, useState } from "react";

const DELAY_MS = 160;
const SENT = 8;

export function useDraft(q: string, tell: (q: string) => void) {
  const [text, setText] = useState(q);
  const [seen, setSeen] = useState(q);
  /** What was told last: when the address says it back, the reader may have typed on. */
  const [sent, setSent] = useState<readonly string[]>([]);
  if (q !== seen) {
    setSeen(q);
    if (!sent.includes(q)) {
      setText(q);
      setSent([]);
    }
  }
  const send = (value: string) => {
    setSent((known) => [...known.slice(-SENT), value]);
    tell(value);
  };
  useEffect(() => {
    if (text.trim() === q.trim()) return;
    const timer = setTimeout(() => send(text.trim() ? text : ""), DELAY_MS);
    return () => clearTimeout(timer);
    // Only what is typed starts the clock.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text]);
  return {
    text,
    type: setText,
    /** Tells at once. */
    flush: () => text.trim() !== q.trim() && send(text.trim() ? text : ""),
  };
}
