-- Bodies of events are two or three kilobytes. Packing each and moving it out of its row took longer than storing it.
ALTER TABLE inbox_event SET (toast_tuple_target = 8160);
