/** An answer that is not the wanted one, in words a person can act on. */
export class Problem extends Error {
  constructor(
    readonly title: string,
    readonly detail: string,
    readonly status: number,
    /** What is wrong in a query: where it begins and ends, in characters. */
    readonly span: readonly [number, number] | null = null,
  ) {
    super(detail || title);
    this.name = "Problem";
  }

  /** True where nobody answered: the server is stopped or the network is gone. */
  get offline(): boolean {
    return this.status === 0;
  }
}

/** The problem in an answer's body, or one made from its status. */
export function problemOf(status: number, body: unknown): Problem {
  const { title, detail, start, end } = (typeof body === "object" && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  const words = typeof title === "string" ? title : `The server answered ${status}`;
  const span = typeof start === "number" && typeof end === "number" ? ([start, end] as const) : null;
  return new Problem(words, typeof detail === "string" ? detail : "", status, span);
}

/** Whatever was thrown, as a problem; an aborted request stays what it is. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem("Lumina isn’t answering", "The server is stopped or can’t be reached.", 0);
}

/** True for requests that were cancelled on purpose. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
