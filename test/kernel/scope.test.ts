import { describe, expect, it } from "vitest";

import { type ArtistScope, actorName, cutArtistScope } from "../../src/kernel/scope.ts";

describe("an artist scope", () => {
  it("names its artist and cannot be changed to another", () => {
    const scope = cutArtistScope("art_00000000000000000000000001");
    expect(scope.artistId).toBe("art_00000000000000000000000001");
    expect(Reflect.set(scope, "artistId", "art_00000000000000000000000002")).toBe(false);
    expect(scope.artistId).toBe("art_00000000000000000000000001");
  });

  it("cannot be written by hand", () => {
    // @ts-expect-error the brand is not exported, so only the maker can satisfy the type
    const forged: ArtistScope = { artistId: "art_00000000000000000000000001" };
    expect(forged).not.toEqual(cutArtistScope("art_00000000000000000000000001"));
  });
});

describe("an actor's name", () => {
  it.each([
    [{ kind: "user", userId: "usr_1" }, "user:usr_1"],
    [{ kind: "apiKey", keyId: "key_1" }, "key:key_1"],
    [{ kind: "system", job: "statement.read" }, "system:statement.read"],
    [{ kind: "anonymous" }, "anonymous"],
  ] as const)("%j is %s", (actor, name) => {
    expect(actorName(actor)).toBe(name);
  });
});
