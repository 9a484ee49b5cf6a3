import { IconPhotoSearch } from "@tabler/icons-react";
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { say } from "~/ui/messages";
import { pictureOf } from "./uploads";
import styles from "./SearchPage.module.css";

interface ZoneProps {
  onFile: (file: File) => void;
  children: ReactNode;
}

/** The page; a picture that is dropped or pasted anywhere on it is searched by. */
export function DropZone({ onFile, children }: ZoneProps) {
  const [over, setOver] = useState(false);
  const latest = useRef(onFile);
  useEffect(() => {
    latest.current = onFile;
  });
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = pictureOf(event.clipboardData);
      if (!file) return;
      event.preventDefault();
      latest.current(file);
    };
    window.addEventListener("paste", onPaste);
    return () => window.removeEventListener("paste", onPaste);
  }, []);
  const carries = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  return (
    // What is dropped can be chosen in the box and pasted by key as well.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <main
      id="main"
      className={styles.page}
      onDragOver={(event) => {
        if (!carries(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        if (!carries(event)) return;
        event.preventDefault(); // else the browser would open it in the page's place
        const file = pictureOf(event.dataTransfer);
        if (file) onFile(file);
        else say({ text: "That is no picture", note: "Drop a photo to find what looks like it." });
      }}
    >
      {children}
      {over && (
        <div className={styles.drop}>
          <IconPhotoSearch size={44} stroke={1.3} aria-hidden />
          Search by this picture
        </div>
      )}
    </main>
  );
}
