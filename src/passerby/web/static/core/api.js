// The one place that speaks to the server. All addresses are relative: the page lives below a
// secret path.

/** The server said no. `current` is the present picture after a conflict. */
export class Refusal extends Error {
  constructor(status, body) {
    const error = body?.error ?? {};
    super(error.message || "The server refused this.");
    this.status = status;
    this.code = error.code ?? "";
    this.advice = error.advice ?? "";
    this.current = body?.current ?? null;
  }
}

/** The server did not answer. */
export class Silence extends Error {
  constructor() {
    super("Passerby does not answer.");
  }
}

async function call(method, path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { method, credentials: "same-origin", cache: "no-store",
      redirect: "error", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Silence();
  }
  if (!answer.ok) throw new Refusal(answer.status, await body(answer));
  return answer;
}

async function body(answer) {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

/** Returns the JSON of an address. Raises Refusal and Silence. */
export async function get(path, options) {
  return body(await call("GET", path, options));
}

/** Sends JSON and returns the JSON of the answer. Raises Refusal and Silence. */
export async function send(method, path, value) {
  const headers = { "X-Passerby": "1", "Content-Type": "application/json" };
  return body(await call(method, path, { headers, body: JSON.stringify(value ?? {}) }));
}

/** Sends a file as it is. Raises Refusal and Silence. */
export async function upload(path, file, signal) {
  const headers = { "X-Passerby": "1", "Content-Type": "application/octet-stream" };
  return body(await call("PUT", path, { headers, body: file, signal }));
}

/** Returns the pixels at an address as a blob, null while they are being made. */
export async function pixels(path, signal) {
  const answer = await call("GET", path, { signal });
  return answer.status === 200 ? answer.blob() : null;
}

/** Returns the address of something of a picture. */
export function of(id, what) {
  return `pictures/${encodeURIComponent(id)}/${what}`;
}

/** Returns the address of a picture in the interface for programs. */
export function api(id, what = "") {
  return `api/pictures/${encodeURIComponent(id)}${what}`;
}
