import { Button } from "@mantine/core";
import { IconArrowsDiff, IconCircleCheckFilled } from "@tabler/icons-react";
import type { GroupMember, ImageCard, ScoreParts } from "~/api/types";
import { MarkSigns } from "~/curation/MarkSigns";
import { fullTime, size } from "~/lib/format";
import { ImageLink } from "~/ui/ImageLink";
import { Thumb } from "~/ui/Thumb";
import { evidence, folder, shape, TIER_HINTS, TIER_WORDS } from "./words";
import styles from "./Duplicates.module.css";

interface CardProps {
  member: GroupMember;
  keeper: ImageCard;
  /** Number on the keyboard, from 1. */
  number: number;
  current: boolean;
  kept: boolean;
  /** Why the kept one is kept. */
  reasons?: string[];
  onFocus: () => void;
  onKeep: () => void;
  onCompare: () => void;
}

/** One member: its picture, what it is, why it stays or goes. */
export function MemberCard(props: CardProps) {
  const { member, keeper, number, current, kept, reasons = [], onFocus, onKeep, onCompare } = props;
  const { image } = member;
  return (
    <li className={styles.member} data-current={current || undefined} data-kept={kept || undefined}>
      <button
        type="button"
        className={styles.picture}
        data-page-keys
        aria-label={`${kept ? "Kept" : `Copy ${number - 1}`}: ${image.name}`}
        aria-current={current}
        tabIndex={current ? 0 : -1}
        onClick={onFocus}
        onDoubleClick={onCompare}
      >
        <Thumb card={image} large whole />
        <MarkSigns marks={image} />
      </button>
      <span className={styles.number} aria-hidden>
        {kept ? <IconCircleCheckFilled size={17} /> : number}
      </span>
      <div className={styles.about}>
        <p className={styles.verdict}>{kept ? <strong>Stays</strong> : <Evidence member={member} />}</p>
        <p className={styles.name}>
          <ImageLink id={image.id} from="duplicates">
            {image.name}
          </ImageLink>
          <span className={styles.quiet}>{folder(image) || "/"}</span>
        </p>
        <Reasons kept={kept} reasons={kept ? reasons : member.reasons} />
        <Facts member={member} keeper={kept ? null : keeper} />
        {!kept && <Choices onKeep={onKeep} onCompare={onCompare} />}
      </div>
    </li>
  );
}

function Evidence({ member }: { member: GroupMember }) {
  return (
    <>
      <span className={styles.tier} data-tier={member.tier} title={TIER_HINTS[member.tier]}>
        {TIER_WORDS[member.tier]}
      </span>
      <span className={styles.quiet}>{evidence(member)}</span>
    </>
  );
}

function Reasons({ kept, reasons }: { kept: boolean; reasons: string[] }) {
  if (reasons.length === 0) return null;
  return (
    <ul className={styles.reasons} aria-label={kept ? "Why it stays" : "Why it goes"}>
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}

function Choices({ onKeep, onCompare }: { onKeep: () => void; onCompare: () => void }) {
  return (
    <div className={styles.acts}>
      <Button size="xs" variant="default" onClick={onKeep}>
        Keep this one
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconArrowsDiff size={15} aria-hidden />}
        onClick={onCompare}
      >
        Compare
      </Button>
    </div>
  );
}

const PARTS: [keyof ScoreParts, string, number][] = [
  ["format", "format", 40],
  ["resolution", "resolution", 30],
  ["size", "data", 20],
  ["sharpness", "sharpness", 10],
];

/** What can be told apart in words; what differs from the kept one stands out. */
function Facts({ member, keeper }: { member: GroupMember; keeper: ImageCard | null }) {
  const { image, score, score_parts: parts } = member;
  const rows: [string, string | null, boolean][] = [
    ["Pixels", shape(image), keeper !== null && shape(keeper) !== shape(image)],
    ["Format", image.format?.toUpperCase() ?? null, keeper !== null && keeper.format !== image.format],
    ["Size", size(image.size), keeper !== null && keeper.size !== image.size],
    [
      "Taken",
      image.taken_at ? fullTime(image.taken_at) : "Without a date",
      keeper !== null && keeper.taken_at !== image.taken_at,
    ],
  ];
  return (
    <dl className={styles.facts}>
      {rows.map(([name, value, differs]) => (
        <div key={name} data-differs={differs || undefined}>
          <dt>{name}</dt>
          <dd>{value ?? "unknown"}</dd>
        </div>
      ))}
      {score !== null && (
        <div>
          <dt>Quality</dt>
          <dd>
            <Score score={score} parts={parts} />
          </dd>
        </div>
      )}
    </dl>
  );
}

/** 0 to 100, and which part gives how much of it. */
function Score({ score, parts }: { score: number; parts: ScoreParts | null }) {
  const words = parts
    ? PARTS.map(([name, word, most]) => `${word} ${parts[name].toFixed(0)} of ${most}`).join(", ")
    : undefined;
  return (
    <span className={styles.score} title={words}>
      <span>{score.toFixed(0)}</span>
      {parts && (
        <span className={styles.meter} role="img" aria-label={words}>
          {PARTS.map(([name]) => (
            <span key={name} data-part={name} style={{ width: `${parts[name]}%` }} />
          ))}
        </span>
      )}
    </span>
  );
}
