/** The states that every page has: loading, nothing there, something went wrong. */
import { Button } from "@mantine/core";
import { IconAlertTriangle, IconPlugConnectedX, IconRefresh } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { asProblem } from "~/api/problem";
import styles from "./States.module.css";

interface NoticeProps {
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  picture?: ReactNode;
  tone?: "calm" | "bad";
}

/** One message in the middle of an empty page, with the one next thing to do. */
export function Notice({ title, text, action, picture, tone = "calm" }: NoticeProps) {
  return (
    <div className={styles.notice} data-tone={tone} role={tone === "bad" ? "alert" : undefined}>
      {picture}
      <h1 className={styles.title}>{title}</h1>
      {text && <p className={styles.text}>{text}</p>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

/** What went wrong and how to try again; stands above whatever was loaded before. */
export function ProblemNote({
  error,
  onRetry,
  doing,
}: {
  error: unknown;
  onRetry?: () => void;
  doing: string;
}) {
  const problem = asProblem(error);
  const Icon = problem.offline ? IconPlugConnectedX : IconAlertTriangle;
  return (
    <div className={styles.problem} role="alert">
      <Icon size={20} aria-hidden />
      <div>
        <strong>{problem.offline ? problem.title : `Couldn’t ${doing}`}</strong>
        <p>{problem.offline ? problem.detail : [problem.title, problem.detail].filter(Boolean).join(": ")}</p>
      </div>
      {onRetry && (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconRefresh size={14} aria-hidden />}
          onClick={onRetry}
        >
          Try again
        </Button>
      )}
    </div>
  );
}

/** Grey shapes of a page that is on its way. */
export function PageSkeleton() {
  return (
    <div className="page" role="status" aria-label="Loading">
      <div className={styles.bars}>
        {[38, 92, 88, 94, 60].map((width, i) => (
          <span key={i} className={styles.bar} style={{ width: `${width}%` }} />
        ))}
      </div>
    </div>
  );
}
