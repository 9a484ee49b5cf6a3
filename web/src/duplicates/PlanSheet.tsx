import { Button, Checkbox, Modal, SegmentedControl } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconArrowRight } from "@tabler/icons-react";
import { useState } from "react";
import { asProblem } from "~/api/problem";
import { review } from "~/api/review";
import type { Plan, PlannedAction, PlanWish } from "~/api/types";
import { count, size } from "~/lib/format";
import { ProblemNote } from "~/ui/States";
import { Thumb } from "~/ui/Thumb";
import { carryOut } from "./act";
import { TIER_WORDS } from "./words";
import styles from "./PlanSheet.module.css";

type Operation = PlannedAction["operation"];
type ResolvedTier = NonNullable<PlanWish["tiers"]>[number];
const TIERS: ResolvedTier[] = ["bytes", "pixels", "picture"];
const REFUSED_SHOWN = 20;

interface SheetProps {
  wish: PlanWish;
  onClose: () => void;
  /** Told once it has begun. */
  onDone: () => void;
}

/** Exactly what would happen, before it does. */
export function PlanSheet({ wish, onClose, onDone }: SheetProps) {
  const [action, setAction] = useState<Operation>();
  const [tiers, setTiers] = useState<ResolvedTier[]>();
  const asked: PlanWish = { ...wish, action, tiers };
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ["plan", asked],
    queryFn: ({ signal }) => review.plan(asked, signal),
    staleTime: 0,
    gcTime: 0,
  });
  const plan = useMutation({
    mutationFn: (seen: Plan) => carryOut(asked, seen),
    onSuccess: onDone,
    onError: () => void refetch(),
  });
  const meant = action ?? data?.actions[0]?.operation ?? "hide";
  return (
    <Modal opened onClose={onClose} title="What will happen" size={920} classNames={{ body: styles.body }}>
      <Choices action={meant} tiers={tiers ?? TIERS} onAction={setAction} onTiers={setTiers} />
      <Refused error={plan.error} />
      {error && (
        <ProblemNote error={error} doing="work out what will happen" onRetry={() => void refetch()} />
      )}
      {!data && !error && <Sketch />}
      {data && <Contents plan={data} />}
      <Foot
        action={meant}
        leaving={data?.leaving ?? 0}
        ready={!isFetching}
        busy={plan.isPending}
        onGo={() => data && plan.mutate(data)}
        onClose={onClose}
      />
    </Modal>
  );
}

/** Why it was not begun: most often because another plan fits by now, which is then shown. */
function Refused({ error }: { error: unknown }) {
  if (!error) return null;
  if (asProblem(error).status !== 409) return <ProblemNote error={error} doing="put the copies away" />;
  return (
    <p className={styles.stale} role="alert">
      Something has changed since. This is what would happen now; nothing has been done yet.
    </p>
  );
}

interface FootProps {
  action: Operation;
  leaving: number;
  ready: boolean;
  busy: boolean;
  onGo: () => void;
  onClose: () => void;
}

function Foot({ action, leaving, ready, busy, onGo, onClose }: FootProps) {
  return (
    <div className={styles.foot}>
      <p className={styles.quiet}>{HINTS[action]}</p>
      <Button variant="default" onClick={onClose}>
        Cancel
      </Button>
      <Button disabled={leaving === 0 || !ready} loading={busy} onClick={onGo} data-autofocus>
        {leaving > 0 ? `${VERBS[action]} ${copies(leaving)}` : "Nothing to do"}
      </Button>
    </div>
  );
}

interface ChoicesProps {
  action: Operation;
  tiers: ResolvedTier[];
  onAction: (action: Operation) => void;
  onTiers: (tiers: ResolvedTier[]) => void;
}

/** Where the copies go, and which of them. */
function Choices({ action, tiers, onAction, onTiers }: ChoicesProps) {
  const turn = (tier: ResolvedTier) =>
    tiers.includes(tier) ? tiers.filter((one) => one !== tier) : [...tiers, tier];
  return (
    <div className={styles.choices}>
      <SegmentedControl
        aria-label="Where the copies go"
        value={action}
        onChange={(value) => onAction(value as Operation)}
        data={[
          { value: "hide", label: "Hide the copies" },
          { value: "trash", label: "Move files to the trash" },
        ]}
      />
      <div className={styles.tiers} role="group" aria-label="Which copies">
        {TIERS.map((tier) => (
          <Checkbox
            key={tier}
            label={TIER_WORDS[tier]}
            checked={tiers.includes(tier)}
            onChange={() => onTiers(turn(tier))}
          />
        ))}
      </div>
    </div>
  );
}

const VERBS = { hide: "Hide", trash: "Move" };
const HINTS = {
  hide: "Hidden copies stay on disk, untouched. All of it can be undone.",
  trash:
    "Files move into Lumina’s own trash after the kept one was read and checked again. All of it can be undone.",
};

function copies(many: number): string {
  return many === 1 ? "1 copy" : `${count(many)} copies`;
}

function Contents({ plan }: { plan: Plan }) {
  return (
    <>
      <dl className={styles.figures}>
        <Figure name="Groups" value={count(plan.groups)} />
        <Figure name="Copies that leave" value={count(plan.leaving)} strong />
        {plan.freed > 0 ? (
          <Figure name="Freed" value={size(plan.freed)} />
        ) : (
          <Figure name="Out of sight" value={size(plan.size)} />
        )}
        {plan.undecided > 0 && (
          <Figure name="Left for you" value={count(plan.undecided)} note="too close to call" />
        )}
        {plan.kept > 0 && <Figure name="Stay" value={count(plan.kept)} note="beside the kept ones" />}
      </dl>
      {plan.notes.map((note) => (
        <p key={note} className={styles.stale}>
          {note}
        </p>
      ))}
      {plan.refused.length > 0 && (
        <details className={styles.refused}>
          <summary>Why some stay</summary>
          <ul>
            {plan.refused.slice(0, REFUSED_SHOWN).map(({ group, image, reason }) => (
              <li key={`${group}/${image}`}>{reason}</li>
            ))}
          </ul>
        </details>
      )}
      {plan.actions.length > 0 && (
        <ul className={styles.actions} aria-label="Each copy and what stands for it">
          {plan.actions.map((action) => (
            <Step key={`${action.group}/${action.image.id}`} action={action} />
          ))}
        </ul>
      )}
      {plan.left_off > 0 && <p className={styles.quiet}>And {count(plan.left_off)} more of the same kind.</p>}
    </>
  );
}

function Figure({
  name,
  value,
  note,
  strong,
}: {
  name: string;
  value: string;
  note?: string;
  strong?: boolean;
}) {
  return (
    <div data-strong={strong || undefined}>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {note && <dd className={styles.quiet}>{note}</dd>}
    </div>
  );
}

function Step({ action: { image, keeper, operation, merged, reasons } }: { action: PlannedAction }) {
  return (
    <li>
      <span className={styles.thumb} data-leaving>
        <Thumb card={image} />
      </span>
      <IconArrowRight size={17} aria-hidden />
      <span className={styles.thumb}>
        <Thumb card={keeper} />
      </span>
      <span className={styles.said}>
        <span>
          {operation === "hide" ? "Hide" : "Move to the trash"} <strong>{image.relative}</strong>
        </span>
        <span className={styles.quiet}>
          {keeper.relative} stays{reasons.length > 0 && `: ${reasons.join(", ")}`}
          {merged.length > 0 && `. It takes over ${merged.join(", ")}.`}
        </span>
      </span>
    </li>
  );
}

function Sketch() {
  return (
    <div className={styles.sketch} role="status" aria-label="Working out what will happen">
      {[0, 1, 2, 3].map((i) => (
        <span key={i} />
      ))}
    </div>
  );
}
