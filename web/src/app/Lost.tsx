import { Button } from "@mantine/core";
import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { useTitle } from "~/lib/title";
import { Notice } from "~/ui/States";

export function NotFoundPage() {
  useTitle("Not found");
  return (
    <main id="main" className="page">
      <Notice
        title="There is nothing at this address"
        text="The page may have moved, or the link lost a letter on its way."
        action={
          <Button component={Link} to="/">
            To the timeline
          </Button>
        }
      />
    </main>
  );
}

/** A fault of the page itself: says so, and offers a way on. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  useTitle("Something broke");
  return (
    <main id="main" className="page">
      <Notice
        tone="bad"
        title="This page broke"
        text={error instanceof Error ? error.message : String(error)}
        action={<Button onClick={reset}>Try again</Button>}
      />
    </main>
  );
}
