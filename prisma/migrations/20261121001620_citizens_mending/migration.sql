-- How many wrong codes an authenticator app was given since the last proof: whoever guesses is stopped, however slowly.
ALTER TABLE totp_factor ADD COLUMN wrong_codes smallint NOT NULL DEFAULT 0 CHECK (wrong_codes BETWEEN 0 AND 100);

-- Since when a citizen has had a verified address without a break. A changed address is verified later than that.
ALTER TABLE contact_email ADD COLUMN reachable_since timestamptz(3);
UPDATE contact_email SET reachable_since = verified_at;
ALTER TABLE contact_email ALTER COLUMN reachable_since SET NOT NULL;
