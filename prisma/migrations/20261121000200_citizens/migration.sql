-- Venice is the truth about citizens: this is the minimum CASCADE needs to go on while Venice is away.
-- No wallet address, no messenger id, no balance is ever stored.
CREATE TABLE citizen (
  id            uuid PRIMARY KEY,
  username      text NOT NULL CHECK (username ~ '^[A-Za-z0-9_.-]{1,64}$'),
  display_name  text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 120),
  social_class  text CHECK (length(social_class) BETWEEN 1 AND 40),
  tier          text NOT NULL CHECK (tier IN ('observer', 'participant', 'creator', 'enterprise')),
  is_ai         boolean NOT NULL,
  role          text NOT NULL CHECK (role IN ('citizen', 'operator')),
  first_seen_at timestamptz(3) NOT NULL,
  refreshed_at  timestamptz(3) NOT NULL,
  CONSTRAINT citizen_username_key UNIQUE (username)
);

CREATE TABLE session (
  id           uuid PRIMARY KEY,
  citizen_id   uuid NOT NULL REFERENCES citizen (id),
  created_at   timestamptz(3) NOT NULL,
  last_seen_at timestamptz(3) NOT NULL,
  expires_at   timestamptz(3) NOT NULL CHECK (expires_at > created_at),
  ended_at     timestamptz(3)
);
CREATE INDEX session_citizen_id_expires_at_idx ON session (citizen_id, expires_at);
