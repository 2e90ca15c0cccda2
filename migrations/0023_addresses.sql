-- A link may prove an address to a person who has none, instead of signing in: it then works for that person alone.
ALTER TABLE email_links ADD COLUMN user_id TEXT REFERENCES users (id);
