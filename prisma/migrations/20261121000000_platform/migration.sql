-- The mode is written by prisma/migrate.ts right after this migration and never changes.
CREATE TABLE database_stamp (
  id         integer PRIMARY KEY CHECK (id = 1),
  mode       text NOT NULL CHECK (mode IN ('sandbox', 'live')),
  stamped_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
REVOKE INSERT, UPDATE, DELETE ON database_stamp FROM cascade_app;

CREATE TABLE inbox_event (
  id              uuid PRIMARY KEY,
  source          text NOT NULL CHECK (length(source) <= 40),
  event_id        text NOT NULL CHECK (length(event_id) <= 255),
  type            text NOT NULL CHECK (length(type) <= 255),
  payload         text NOT NULL,
  state           text NOT NULL CHECK (state IN ('received', 'handled', 'ignored', 'failed')),
  attempts        integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  last_error      text,
  next_attempt_at timestamptz(3) NOT NULL,
  received_at     timestamptz(3) NOT NULL,
  handled_at      timestamptz(3),
  CONSTRAINT inbox_event_source_event_id_key UNIQUE (source, event_id)
);
CREATE INDEX inbox_event_state_next_attempt_at_idx ON inbox_event (state, next_attempt_at);

-- xid and position order the rows for a reader that must not skip a slower writer's event.
CREATE TABLE outbox_event (
  id          uuid PRIMARY KEY,
  type        text NOT NULL CHECK (length(type) <= 100),
  subject     text NOT NULL CHECK (length(subject) <= 100),
  payload     jsonb NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
  position    bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX outbox_event_xid_position_idx ON outbox_event (xid, position);
CREATE INDEX outbox_event_type_occurred_at_idx ON outbox_event (type, occurred_at);
