-- owner: casework
-- An expert's own record is read by the expert.

CREATE INDEX casework_seat_person ON casework_seat (seat, asked_at) WHERE kind = 'person';
