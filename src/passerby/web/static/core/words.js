// What the page says, in one place.

export const STATES = ["unseen", "needs-look", "decided", "published", "failed"];

export const STATE_NAMES = {
  unseen: "Unseen",
  "needs-look": "Needs a look",
  decided: "Decided",
  published: "Published",
  failed: "Failed",
};

export const ACTIONS = { hide: "Hide", keep: "Keep", ask: "Ask" };

export const ACTION_WORDS = {
  hide: "hidden",
  keep: "stays visible",
  ask: "to be decided",
};

export const ORIGINS = {
  found: "Found",
  "second-look": "Found in the second look",
  suggested: "Suggestion",
  drawn: "Drawn",
  copied: "From a neighbour",
};

export const FIELD_NAMES = {
  caption: "Caption",
  title: "Title",
  headline: "Headline",
  byline: "Byline",
  credit: "Credit",
  source: "Source",
  copyright: "Copyright",
  keywords: "Keywords",
  date: "Day of taking",
  time: "Time of taking",
};

/** Grounds that are offered before anybody stated one. */
export const COMMON_GROUNDS = [
  "Not a face",
  "A speaker in public",
  "Public office, on duty",
  "A picture or statue, not a person",
];

/** Returns a number with its noun. */
export function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** Returns how sure the detector was, in words. */
export function percent(score) {
  return `${Math.round(score * 100)} %`;
}

/** Whether a suggestion was accepted by nobody. */
export function faint(face) {
  return face.origin === "suggested" && face.action === "ask";
}

/** Returns what is decided of a face, in words. */
export function decided(face) {
  if (faint(face)) return "below the threshold, stays visible unless accepted";
  if (face.proposal) return `proposed: ${proposed(face.proposal)}`;
  if (face.action === "keep") {
    const why = [face.consent ? "consent on record" : "", face.reason].filter(Boolean).join(", ");
    return `stays visible: ${why || "no ground"}`;
  }
  if (face.action === "ask") return "to be decided, hidden until then";
  return face.by && face.by !== "passerby" ? "hidden, confirmed" : "hidden";
}

/** Returns what a neighbour's decision would do here. */
export function proposed(proposal) {
  if (proposal.action !== "keep") return ACTION_WORDS[proposal.action] ?? proposal.action;
  return `stays visible (${proposal.reason || "consent on record"})`;
}

/** Returns where a face came from and how sure the detector was. */
export function origin(face) {
  const name = ORIGINS[face.origin] ?? face.origin;
  const sure = face.origin === "drawn" || face.origin === "copied" ? "" : percent(face.score);
  return sure ? `${name}, ${sure} certain` : name;
}

/** Returns the counts of a picture, in words. */
export function counts(row) {
  const parts = [];
  if (row.ask) parts.push(`${row.ask} to decide`);
  if (row.hide) parts.push(`${row.hide} hidden`);
  if (row.keep) parts.push(`${row.keep} visible`);
  if (row.suggested) parts.push(plural(row.suggested, "suggestion"));
  if (!parts.length) parts.push(row.detected === false ? "not looked at yet" : "no face found");
  return parts.join(", ");
}

/** Returns a moment as a person writes it. */
export function moment(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return "";
  return at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
