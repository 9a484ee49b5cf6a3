import { ActionIcon, Button } from "@mantine/core";
import {
  IconArrowLeft,
  IconArrowsDiff,
  IconCheck,
  IconEqualNot,
  IconPlayerSkipForward,
} from "@tabler/icons-react";
import type { DuplicateGroup } from "~/api/types";
import { count, size } from "~/lib/format";
import { MemberCard } from "./MemberCard";
import { inOrder, share, TIER_HINTS, TIER_WORDS } from "./words";
import panes from "~/ui/Panes.module.css";
import styles from "./Duplicates.module.css";

export interface GroupActs {
  keepBest: () => void;
  apart: () => void;
  skip: () => void;
  compare: (image?: number) => void;
  keep: (image: number) => void;
  focus: (image: number) => void;
  back: () => void;
}

interface DetailProps {
  group: DuplicateGroup;
  /** Member that the keyboard is on. */
  current: number;
  busy: boolean;
  acts: GroupActs;
}

/** One group: the kept one, each other beside it, and what can be done. */
export function GroupDetail({ group, current, busy, acts }: DetailProps) {
  const members = inOrder(group);
  const keeper = members[0]!.image;
  const copies = members.length - 1;
  return (
    <section className={`${panes.detail} ${styles.detail}`} aria-label={`Group of ${keeper.name}`}>
      <header className={styles.head}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={panes.back}
          aria-label="Back to the list"
          onClick={acts.back}
        >
          <IconArrowLeft size={22} stroke={1.7} />
        </ActionIcon>
        <div>
          <h2>
            {copies === 1 ? "One copy" : `${count(copies)} copies`} of {keeper.name}
          </h2>
          <p className={styles.quiet}>
            {TIER_WORDS[group.tier]}. {TIER_HINTS[group.tier]}
            {group.tier === "picture" && ` At least ${share(group.similarity)} alike.`} {size(group.gain)} to
            gain.
          </p>
        </div>
      </header>
      {!group.decided && (
        <p className={styles.undecided} role="note">
          <strong>Too close to call.</strong> The best two are only {group.margin.toFixed(1)} points apart.
          Choose the one to keep by its number, or keep the first.
        </p>
      )}
      <ol className={styles.members} aria-label="Members">
        {members.map((member, i) => (
          <MemberCard
            key={member.image.id}
            member={member}
            keeper={keeper}
            number={i + 1}
            kept={i === 0}
            reasons={group.reasons}
            current={member.image.id === current}
            onFocus={() => acts.focus(member.image.id)}
            onKeep={() => acts.keep(member.image.id)}
            onCompare={() => acts.compare(member.image.id)}
          />
        ))}
      </ol>
      <footer className={styles.foot}>
        <Button leftSection={<IconCheck size={18} aria-hidden />} loading={busy} onClick={acts.keepBest}>
          Keep the best <kbd className={styles.cap}>K</kbd>
        </Button>
        <Button variant="default" leftSection={<IconEqualNot size={18} aria-hidden />} onClick={acts.apart}>
          Not duplicates <kbd className={styles.cap}>D</kbd>
        </Button>
        <Button
          variant="default"
          className={styles.wide}
          leftSection={<IconArrowsDiff size={18} aria-hidden />}
          onClick={() => acts.compare()}
        >
          Compare <kbd className={styles.cap}>C</kbd>
        </Button>
        <Button
          variant="default"
          leftSection={<IconPlayerSkipForward size={17} aria-hidden />}
          onClick={acts.skip}
        >
          Skip <kbd className={styles.cap}>S</kbd>
        </Button>
      </footer>
    </section>
  );
}
