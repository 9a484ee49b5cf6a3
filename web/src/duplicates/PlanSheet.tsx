import { Button, Checkbox, Modal, SegmentedControl } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowRight } from "@tabler/icons-react";
import { useState } from "react";
import { asProblem } from "~/api/problem";
import { review } from "~/api/review";
import type { TierName } from "~/api/types";
import type { Plan, PlannedAction, PlanWish } from "~/api/shapes";
import { count, size } from "~/lib/format";
import { ProblemNote } from "~/ui/States";
import { Thumb } from "~/ui/Thumb";
import { carryOut } from "./act";
import { TIER_WORDS } from "./words";
import styles from "./PlanSheet.module.css";

const TIERS: TierName[] = ["bytes", "pixels", "picture"];
const REFUSED_SHOWN = 20;

interface SheetProps {
  wish: PlanWish;
  onClose: () => void;
  /** Told once it has begun. */
  onDone: () => void;
}

/** Exactly what would happen, before it does. */
export function PlanSheet({ wish, onClose, onDone }: SheetProps) {
  const client = useQueryClient();
  const [action, setAction] = useState<"hide" | "trash">("hide");
  const [tiers, setTiers] = useState<TierName[]>(TIERS);
  const [busy, setBusy] = useState(false);
  const [stale, setStale] = useState(false);
  const asked: PlanWish = { ...wish, action, tiers };
  const key = ["plan", asked];
  const {
    data: plan,
    error,
    refetch,
    isFetching,
  } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => review.plan(asked, signal),
    staleTime: 0,
    gcTime: 0,
  });
  const go = async (seen: Plan) => {
    setBusy(true);
    try {
      await carryOut(asked, seen);
      onDone();
    } catch (problem) {
      setStale(asProblem(problem).status === 409);
      if (asProblem(problem).status === 409) await refetch();
      else client.setQueryData(key, () => undefined);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="What will happen" size={920} classNames={{ body: styles.body }}>
      <div className={styles.choices}>
        <SegmentedControl
          aria-label="Where the copies go"
          value={action}
          onChange={(value) => setAction(value as "hide" | "trash")}
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
              onChange={() =>
                setTiers(tiers.includes(tier) ? tiers.filter((one) => one !== tier) : [...tiers, tier])
              }
            />
          ))}
        </div>
      </div>
      {stale && (
        <p className={styles.stale} role="alert">
          Something has changed since. This is what would happen now; nothing has been done yet.
        </p>
      )}
      {error && (
        <ProblemNote error={error} doing="work out what will happen" onRetry={() => void refetch()} />
      )}
      {!plan && !error && <Sketch />}
      {plan && <Contents plan={plan} />}
      <div className={styles.foot}>
        <p className={styles.quiet}>{HINTS[action]}</p>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={!plan || plan.leaving === 0 || isFetching}
          loading={busy}
          onClick={() => plan && void go(plan)}
          data-autofocus
        >
          {plan && plan.leaving > 0 ? `${VERBS[action]} ${copies(plan.leaving)}` : "Nothing to do"}
        </Button>
      </div>
    </Modal>
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
        <Figure name="Kept" value={count(plan.kept)} />
        <Figure name="Leave" value={count(plan.leaving)} strong />
        <Figure name="Gained" value={size(plan.freed)} />
        <Figure name="Left for you" value={count(plan.undecided)} note="too close to call" />
        {plan.refused.length > 0 && <Figure name="Refused" value={count(plan.refused.length)} />}
      </dl>
      {plan.refused.length > 0 && (
        <details className={styles.refused}>
          <summary>Why {count(plan.refused.length)} can’t be put away</summary>
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
