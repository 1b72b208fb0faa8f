// Posting in the background to our own server: JSON, or a form with a file.
import { csrfToken } from "./csrf.js";
import { sessionTouched } from "./session.js";

const RETRY = [2000, 4000, 8000, 15000, 30000, 60000];
const REFUSED = [400, 403, 404, 409, 413, 422];

/** Milliseconds to wait before the next attempt after so many failures in a row. */
export const retryAfter = (failures) => RETRY[Math.min(failures, RETRY.length - 1)];

/**
 * The server's JSON answer. Throws {status, error, message, errors} when the server refuses, and
 * the browser's own error when it cannot be reached.
 */
export async function post(url, body, { keepalive = false } = {}) {
  const isForm = body instanceof FormData;
  const response = await fetch(url, {
    method: "POST",
    keepalive,
    redirect: "error",
    headers: { Accept: "application/json", "X-CSRFToken": csrfToken(), ...(isForm ? {} : { "Content-Type": "application/json" }) },
    body: isForm ? body : JSON.stringify(body),
  });
  const isJson = response.headers.get("Content-Type")?.includes("application/json");
  if (response.ok && isJson) {
    sessionTouched();
    return response.json();
  }
  throw { status: response.status, ...(isJson ? await response.json() : {}) };
}

/** What a failure means: "session" (log in again), "refused" (for good, with a sentence), "offline" (again later). */
export function meaningOf(problem) {
  if (problem.status === 401) return "session";
  return problem.message && REFUSED.includes(problem.status) ? "refused" : "offline";
}
