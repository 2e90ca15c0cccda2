// The home of an element as it was read: a small tree, and the questions asked of it.

import { detached } from "../../../kernel/text.ts";
import type { Attributes } from "../../../kernel/xml.ts";

/** An element of a message with everything in it. */
export interface Element {
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: Element[];
  /** What stands directly in it, as printed. */
  text: string;
  /** The line of the message on which it begins. */
  readonly line: number;
}

/** Every element that a path of names leads to, `PartyName/FullName`, in the order of the message. */
export function all(from: Element, path: string): Element[] {
  return path
    .split("/")
    .reduce<readonly Element[]>(
      (found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)),
      [from],
    )
    .slice();
}

/** The first element that a path leads to. */
export function first(from: Element, path: string): Element | null {
  return all(from, path)[0] ?? null;
}

/** What an element says, without the blanks around it; null where that is nothing. */
export function textOf(element: Element | null | undefined): string | null {
  const text = element?.text.trim() ?? "";
  return text === "" ? null : detached(text);
}

/** What the first of several paths says that leads to any words. */
export function textAt(from: Element, ...paths: readonly string[]): string | null {
  for (const path of paths) {
    for (const element of all(from, path)) {
      const text = textOf(element);
      if (text !== null) return text;
    }
  }
  return null;
}

/** What every element at a path says; those that say nothing are left out. */
export function textsAt(from: Element, path: string): string[] {
  return all(from, path).flatMap((element) => textOf(element) ?? []);
}

/** An attribute; null where it is missing or empty. */
export function attribute(element: Element, name: string): string | null {
  const value = element.attributes.get(name)?.trim() ?? "";
  return value === "" ? null : detached(value);
}

/** Whether an element at a path says yes. */
export function isSet(from: Element, path: string): boolean {
  return textsAt(from, path).some((text) => text === "true" || text === "1");
}
