-- What this deployment may still ask of a provider, shared by all that runs at once. One row per limit.
CREATE TABLE provider_budgets (
  provider TEXT NOT NULL,
  name     TEXT NOT NULL,
  -- For calls per time: the moment at which all calls taken so far will have been paid for.
  paid_at  INTEGER NOT NULL DEFAULT 0,
  -- For units per day: the provider's own day, and what was taken of it.
  period   TEXT NOT NULL DEFAULT '',
  used     INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (provider, name)
) STRICT, WITHOUT ROWID;
