/** Requests to addresses that the OpenAPI document does not have yet. */
import { isAbort, asProblem, problemOf } from "./problem";

type Values = Record<string, string | number | boolean | null | undefined>;

export async function call<T>(
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  { query, body, signal }: { query?: Values; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== null) params.set(name, String(value));
  const text = params.toString();
  let response: Response;
  try {
    response = await fetch(`/api${path}${text ? `?${text}` : ""}`, {
      method,
      signal,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    throw isAbort(error) ? error : asProblem(error);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response.status, answer);
  return answer as T;
}
