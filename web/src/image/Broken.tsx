import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconPhotoX, IconRefresh } from "@tabler/icons-react";
import { api, originalUrl } from "~/api/client";
import type { ImageFacts, StageState } from "~/api/types";
import { Notice, ProblemNote } from "~/ui/States";

export function failedStages(facts: ImageFacts): StageState[] {
  return facts.stages.filter(({ state }) => state === "failed");
}

/** A file that can't be shown: why, and what can be done. */
export function Broken({ facts, failed }: { facts: ImageFacts; failed: StageState[] }) {
  const reasons = [...new Set(failed.map(({ note, code }) => note ?? code ?? "no reason was given"))];
  const again = useMutation({
    mutationFn: () =>
      api.startJob({
        kind: "stages",
        source_id: facts.source.id,
        stages: failed.map(({ stage }) => stage),
        paths: originalPaths(facts),
        failed: true,
      }),
  });
  return (
    <>
      <Notice
        tone="bad"
        picture={<IconPhotoX size={52} stroke={1.2} aria-hidden />}
        title="This file can’t be shown"
        text={reasons.join(". ")}
        action={
          <>
            <Button
              leftSection={<IconRefresh size={17} aria-hidden />}
              loading={again.isPending}
              disabled={again.isSuccess}
              onClick={() => again.mutate()}
            >
              {again.isSuccess ? "It is being tried again" : "Try again"}
            </Button>
            <Button component="a" href={originalUrl(facts.id)} download variant="default">
              Download the original
            </Button>
          </>
        }
      />
      {again.error && <ProblemNote error={again.error} doing="start this again" />}
    </>
  );
}

/** Relative to the source, as jobs want them. */
function originalPaths(facts: ImageFacts): string[] {
  return facts.files.filter(({ role }) => role === "original").map(({ path }) => path);
}
