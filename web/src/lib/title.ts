import { useEffect } from "react";

/** Sets the page's title; screen readers and tabs tell pages apart by it. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "Lumina" ? title : `${title} · Lumina`;
  }, [title]);
}
