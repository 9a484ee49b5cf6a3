import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import {
  IconFlag,
  IconFlagFilled,
  IconHeart,
  IconHeartFilled,
  IconStar,
  IconStarFilled,
  IconTag,
  IconX,
} from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import type { Changes } from "~/api/types";
import { LABEL_WORDS, LABELS, type Marks, stars } from "./marks";
import styles from "./Curation.module.css";

interface BarProps {
  /** What all of the images have in common; a change takes the place of it. */
  marks: Marks;
  onChange: (changes: Changes) => void;
  children?: ReactNode;
}

/** Stars, pick and reject, favourite and colour: what the keys do, for the pointer. */
export function MarksBar({ marks, onChange, children }: BarProps) {
  const { flag, favourite } = marks;
  return (
    <div className={styles.bar} role="group" aria-label="Rate and mark">
      <StarRow rating={marks.rating} onRate={(rating) => onChange({ rating })} />
      <span className={styles.rule} />
      <Mark
        label="Pick (P)"
        on={flag === "pick"}
        onClick={() => onChange({ flag: flag === "pick" ? null : "pick" })}
      >
        {flag === "pick" ? <IconFlagFilled size={19} /> : <IconFlag size={19} stroke={1.7} />}
      </Mark>
      <Mark
        label="Reject (X)"
        on={flag === "reject"}
        onClick={() => onChange({ flag: flag === "reject" ? null : "reject" })}
      >
        <IconX size={20} stroke={flag === "reject" ? 2.8 : 1.7} />
      </Mark>
      <Mark label="Favourite (L)" on={favourite} onClick={() => onChange({ favourite: !favourite })}>
        {favourite ? <IconHeartFilled size={19} /> : <IconHeart size={19} stroke={1.7} />}
      </Mark>
      <LabelMenu marks={marks} onChange={onChange} />
      {children && <span className={styles.rule} />}
      {children}
    </div>
  );
}

/** One button of a bar. */
export function Mark({
  label,
  on,
  onClick,
  children,
}: {
  label: string;
  on?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        className={styles.mark}
        aria-label={label.replace(/ \(.*/, "")}
        aria-pressed={on}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function StarRow({ rating, onRate }: { rating: number; onRate: (rating: number) => void }) {
  const [over, setOver] = useState(0);
  return (
    <span
      className={styles.stars}
      role="group"
      aria-label={`Rating: ${rating === 0 ? "none" : stars(rating)}`}
    >
      {[1, 2, 3, 4, 5].map((value) => {
        const lit = value <= (over || rating);
        const Icon = lit ? IconStarFilled : IconStar;
        return (
          <button
            key={value}
            type="button"
            className={styles.star}
            data-lit={lit || undefined}
            aria-label={value === rating ? "Take the rating away" : `Rate ${stars(value)}`}
            aria-pressed={value === rating}
            onClick={() => onRate(value === rating ? 0 : value)}
            onPointerEnter={(event) => event.pointerType === "mouse" && setOver(value)}
            onPointerLeave={() => setOver(0)}
          >
            <Icon size={18} stroke={1.6} aria-hidden />
          </button>
        );
      })}
    </span>
  );
}

function LabelMenu({ marks, onChange }: { marks: Marks; onChange: (changes: Changes) => void }) {
  return (
    <Menu position="top" width={190} withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={styles.mark}
          aria-label={`Colour label: ${marks.label ? LABEL_WORDS[marks.label] : "none"}`}
        >
          {marks.label ? (
            <span className={styles.dot} data-label={marks.label} />
          ) : (
            <IconTag size={19} stroke={1.7} />
          )}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {LABELS.map((label, i) => (
          <Menu.Item
            key={label}
            data-autofocus={i === 0 || undefined}
            leftSection={<span className={styles.dot} data-label={label} />}
            rightSection={i < 4 ? <kbd>{6 + i}</kbd> : undefined}
            onClick={() => onChange({ label })}
          >
            {LABEL_WORDS[label]}
          </Menu.Item>
        ))}
        <Menu.Item leftSection={<span className={styles.dot} />} onClick={() => onChange({ label: null })}>
          No label
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
