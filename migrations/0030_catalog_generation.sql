-- Which state an artist's catalog is in, read at sign-in with the artist: what was answered of one state is kept for the next
-- who asks, unless something is secret, for then answers differ with who asks and when.
ALTER TABLE artists ADD COLUMN catalog_generation INTEGER NOT NULL DEFAULT 0;
-- The last instant at which something of the catalog is secret; 0 when nothing ever was.
ALTER TABLE artists ADD COLUMN secrets_until INTEGER NOT NULL DEFAULT 0;

UPDATE artists SET secrets_until =
  coalesce((SELECT max(lifts_at) FROM catalog_embargoes WHERE artist_id = artists.id), 0);

CREATE TRIGGER catalog_items_come_anew AFTER INSERT ON catalog_items WHEN new.kind <> 'party'
BEGIN
  UPDATE artists SET catalog_generation = catalog_generation + 1 WHERE id = new.artist_id;
END;

CREATE TRIGGER catalog_items_go_away AFTER DELETE ON catalog_items WHEN old.kind <> 'party'
BEGIN
  UPDATE artists SET catalog_generation = catalog_generation + 1 WHERE id = old.artist_id;
END;

-- As the search and the counts change, so does what is answered of them.
CREATE TRIGGER catalog_items_show_anew AFTER UPDATE OF title, artists, code, type, status, words ON catalog_items
WHEN new.kind <> 'party' AND ((new.title, new.artists, new.words) <> (old.title, old.artists, old.words)
  OR new.code IS NOT old.code OR new.type IS NOT old.type OR new.status IS NOT old.status)
BEGIN
  UPDATE artists SET catalog_generation = catalog_generation + 1 WHERE id = new.artist_id;
END;

CREATE TRIGGER catalog_embargoes_come AFTER INSERT ON catalog_embargoes
BEGIN
  UPDATE artists SET catalog_generation = catalog_generation + 1, secrets_until =
    (SELECT max(lifts_at) FROM catalog_embargoes WHERE artist_id = new.artist_id)
  WHERE id = new.artist_id;
END;

CREATE TRIGGER catalog_embargoes_change AFTER UPDATE ON catalog_embargoes
BEGIN
  UPDATE artists SET catalog_generation = catalog_generation + 1, secrets_until =
    (SELECT max(lifts_at) FROM catalog_embargoes WHERE artist_id = new.artist_id)
  WHERE id = new.artist_id;
END;

CREATE TRIGGER catalog_embargoes_go AFTER DELETE ON catalog_embargoes
BEGIN
  UPDATE artists SET catalog_generation = catalog_generation + 1, secrets_until =
    coalesce((SELECT max(lifts_at) FROM catalog_embargoes WHERE artist_id = old.artist_id), 0)
  WHERE id = old.artist_id;
END;
