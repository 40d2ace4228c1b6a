-- Events are listed and paged by their ids, which are made in order of time. Nothing asks for this order, and every event
-- paid for it.
DROP INDEX inbox_event_received_at_idx;
