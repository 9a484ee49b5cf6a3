import { Popover } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import styles from "./FilterRow.module.css";

interface PillProps {
  name: string;
  /** Its value in words, where it has one. */
  said: string | null;
  children: (close: () => void) => ReactNode;
}

/** A button that opens a filter. */
export function Pill({ name, said, children }: PillProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-start"
      width={270}
      trapFocus
      returnFocus
      withRoles={false}
    >
      <Popover.Target>
        <button
          type="button"
          className={styles.pill}
          data-on={said ? "" : undefined}
          aria-expanded={open}
          aria-label={said ? `${name}: ${said}` : name}
          onClick={() => setOpen(!open)}
        >
          <span>{said ?? name}</span>
          <IconChevronDown size={14} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown className={styles.panel} role="dialog" aria-label={name}>
        {children(() => setOpen(false))}
      </Popover.Dropdown>
    </Popover>
  );
}
