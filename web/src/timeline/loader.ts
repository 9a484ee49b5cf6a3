/** Loads the buckets that are wanted, nearest first, a few at a time; what is no longer wanted is cancelled. */
import { isAbort } from "~/api/problem";

const PARALLEL = 3;

export class Loader<T> {
  private wanted: string[] = [];
  private readonly running = new Map<string, AbortController>();
  private readonly failed = new Map<string, unknown>();

  constructor(
    private readonly load: (key: string, signal: AbortSignal) => Promise<T>,
    private readonly onLoaded: (key: string, value: T) => void,
    private readonly onFailed: (key: string, error: unknown) => void,
  ) {}

  /** Sets what is wanted, most urgent first. Anything else that runs is cancelled. */
  want(keys: string[]): void {
    this.wanted = keys;
    for (const [key, controller] of this.running) {
      if (keys.includes(key)) continue;
      controller.abort();
      this.running.delete(key);
    }
    this.next();
  }

  /** Why a key could not be loaded. */
  error(key: string): unknown {
    return this.failed.get(key);
  }

  /** Tries everything again that failed. */
  retry(): void {
    this.failed.clear();
    this.next();
  }

  stop(): void {
    this.want([]);
  }

  private next(): void {
    for (const key of this.wanted) {
      if (this.running.size >= PARALLEL) return;
      if (!this.running.has(key) && !this.failed.has(key)) void this.run(key);
    }
  }

  private async run(key: string): Promise<void> {
    const controller = new AbortController();
    this.running.set(key, controller);
    try {
      const value = await this.load(key, controller.signal);
      if (controller.signal.aborted) return;
      this.wanted = this.wanted.filter((other) => other !== key);
      this.onLoaded(key, value);
    } catch (error) {
      if (controller.signal.aborted || isAbort(error)) return;
      this.failed.set(key, error);
      this.onFailed(key, error);
    } finally {
      if (this.running.get(key) === controller) this.running.delete(key);
      this.next();
    }
  }
}
