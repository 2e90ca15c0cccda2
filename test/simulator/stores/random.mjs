// The home of chance in the stores: numbers that follow from a seed and a name, so that a truth can be asked for twice.

/** A number from 0 to 1 that follows from a text. */
export function drawn(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A whole number from `from` to `to`. */
export function whole(text, from, to) {
  return from + Math.floor(drawn(text) * (to - from + 1));
}

/** A source of numbers, one after another, that comes out the same again. */
export function sequence(seed) {
  let count = 0;
  return () => {
    count += 1;
    return drawn(`${seed} ${count}`);
  };
}

export const DAY_MS = 86_400_000;

/** The UTC day of an instant. */
export function dayOf(at) {
  return new Date(at).toISOString().slice(0, 10);
}

/** Moves a day. */
export function addDays(day, days) {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

/** Lists the days of a range, both ends included. */
export function daysBetween(from, to) {
  const days = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}
