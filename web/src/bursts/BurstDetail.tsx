import { ActionIcon, Button } from "@mantine/core";
import { IconArrowLeft, IconArrowsDiff, IconCheck, IconStarFilled } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import type { Burst, BurstMember } from "~/api/types";
import { MarkSigns } from "~/curation/MarkSigns";
import { describeMarks } from "~/curation/marks";
import { fullTime } from "~/lib/format";
import { ImageLink } from "~/ui/ImageLink";
import { Thumb } from "~/ui/Thumb";
import { extent, keptFrame, KEPT_WHOLE, KIND_WORDS } from "./words";
import panes from "~/ui/Panes.module.css";
import styles from "./Bursts.module.css";

interface DetailProps {
  burst: Burst;
  current: number;
  onFocus: (image: number) => void;
  onKeep: () => void;
  onCompare: () => void;
  onBack: () => void;
}

/** One sequence: the frame that is looked at, large, above the strip of all. */
export function BurstDetail({ burst, current, onFocus, onKeep, onCompare, onBack }: DetailProps) {
  const member = burst.members.find(({ image }) => image.id === current) ?? burst.members[0]!;
  const best = current === burst.best;
  const whole = KEPT_WHOLE[burst.kind];
  return (
    <section
      className={`${panes.detail} ${styles.detail}`}
      aria-label={`${KIND_WORDS[burst.kind]} of ${fullTime(burst.started_at)}`}
    >
      <header className={styles.head}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={panes.back}
          aria-label="Back to the list"
          onClick={onBack}
        >
          <IconArrowLeft size={22} stroke={1.7} />
        </ActionIcon>
        <div>
          <h2>{fullTime(burst.started_at)}</h2>
          <p className={styles.quiet}>
            {[KIND_WORDS[burst.kind], extent(burst), burst.camera].filter(Boolean).join(", ")}
          </p>
        </div>
      </header>
      <div className={styles.stage} data-best={best || undefined}>
        <Thumb card={member.image} large whole alt={member.image.name} />
        {best && (
          <span className={styles.best}>
            <IconStarFilled size={14} aria-hidden /> {whole ? "Stands for all" : "Best frame"}
          </span>
        )}
      </div>
      <Why burst={burst} member={member} best={best} />
      <Strip burst={burst} current={current} onFocus={onFocus} />
      <footer className={styles.foot}>
        {whole ? (
          <p className={styles.quiet}>{whole}</p>
        ) : (
          <Button leftSection={<IconCheck size={18} aria-hidden />} onClick={onKeep}>
            {best ? "Keep the best, reject the rest" : "Keep this one, reject the rest"}
            <kbd className={styles.cap}>{best ? "K" : "Shift P"}</kbd>
          </Button>
        )}
        {!best && (
          <Button
            variant="default"
            leftSection={<IconArrowsDiff size={18} aria-hidden />}
            onClick={onCompare}
          >
            Compare with the best <kbd className={styles.cap}>C</kbd>
          </Button>
        )}
      </footer>
    </section>
  );
}

function Why({ burst, member, best }: { burst: Burst; member: BurstMember; best: boolean }) {
  const reasons = best ? burst.reasons : member.reasons;
  const { image, score } = member;
  return (
    <div className={styles.why}>
      <p>
        <ImageLink id={image.id} from="bursts">
          {image.name}
        </ImageLink>{" "}
        <span className={styles.quiet}>
          {score.toFixed(0)} of 100 among these frames
          {describeMarks(image) && `, ${describeMarks(image)}`}
        </span>
      </p>
      {reasons.length > 0 && (
        <ul aria-label={best ? "Why it is the best" : "What sets it apart from the best"}>
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Strip({
  burst,
  current,
  onFocus,
}: {
  burst: Burst;
  current: number;
  onFocus: (image: number) => void;
}) {
  const strip = useRef<HTMLOListElement>(null);
  useEffect(() => {
    strip.current
      ?.querySelector("[aria-current=true]")
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current]);
  const kept = keptFrame(burst);
  return (
    <ol ref={strip} className={styles.film} aria-label="Frames">
      {burst.members.map(({ image, position, score }) => (
        <li key={image.id} className={styles.cell}>
          <button
            type="button"
            className={styles.frame}
            data-page-keys
            data-best={image.id === burst.best || undefined}
            data-rejected={image.flag === "reject" || undefined}
            aria-current={image.id === current}
            aria-label={`Frame ${position + 1}${image.id === burst.best ? ", the best" : ""}${image.id === kept ? ", kept" : ""}, ${describeMarks(image) || "not marked"}`}
            tabIndex={image.id === current ? 0 : -1}
            style={{
              aspectRatio: image.width && image.height ? `${image.width} / ${image.height}` : "3 / 2",
            }}
            onClick={() => onFocus(image.id)}
          >
            <Thumb card={image} />
          </button>
          <MarkSigns marks={image} narrow />
          <span className={styles.score} aria-hidden>
            {score.toFixed(0)}
          </span>
        </li>
      ))}
    </ol>
  );
}
