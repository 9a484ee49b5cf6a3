import { useEffect } from "react";
import { tinykeys } from "tinykeys";
import { type Action, actionGroups, belongsToElement, inOrder } from "~/lib/actions";
import { useStore } from "~/lib/store";

/** Binds the keys of everything that can be done now. A later page's key wins over the shell's. */
export function Keyboard() {
  const groups = useStore(actionGroups);
  useEffect(() => {
    const byKey = new Map<string, Action>();
    for (const { actions } of inOrder(groups).reverse()) {
      for (const action of actions) for (const key of action.keys ?? []) byKey.set(key, action);
    }
    const bindings = Object.fromEntries([...byKey].map(([keys, action]) => [keys, handler(action)]));
    return tinykeys(window, bindings, { capture: true }); // before a tooltip takes the Escape key
  }, [groups]);
  return null;
}

function handler(action: Action) {
  return (event: KeyboardEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || belongsToElement(target, event.key, event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    action.run();
  };
}
