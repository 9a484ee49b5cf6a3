import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";
import { asProblem } from "~/api/problem";
import type { MarketFollow } from "~/api/types";
import { useFollow } from "./useMarkets";
import styles from "./Begin.module.css";

const KINDS: readonly [MarketFollow["kind"], string, string][] = [
  ["keywords", "Words", "stoneware mug"],
  ["shop", "Shop", "its name or number"],
  ["taxonomy", "Category", "its number"],
];

/** Says what to follow of a marketplace. */
export function FollowForm({ market }: { market: string }) {
  const [kind, choose] = useState<MarketFollow["kind"]>("keywords");
  const [value, setValue] = useState("");
  const follow = useFollow();
  const label = useId();
  const example = KINDS.find(([one]) => one === kind)![2];
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (value.trim()) follow.mutate({ market, kind, value: value.trim() }, { onSuccess: () => setValue("") });
  };
  return (
    <form className={styles.form} onSubmit={send}>
      <select
        className={styles.select}
        aria-label="What to follow"
        value={kind}
        onChange={(event) => choose(event.currentTarget.value as MarketFollow["kind"])}
      >
        {KINDS.map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
      <TextInput
        id={label}
        className={styles.value}
        aria-label={KINDS.find(([one]) => one === kind)![1]}
        placeholder={example}
        maxLength={200}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!value.trim()} loading={follow.isPending}>
        Follow
      </Button>
      {follow.error && (
        <p className={styles.wrong} role="alert">
          {asProblem(follow.error).message}
        </p>
      )}
    </form>
  );
}
