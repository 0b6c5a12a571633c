-- owner: casework
-- Opinions that are asked for at once, and who may see a case besides those whose case it is.
-- Times are microseconds since 1970 in UTC; 0 is "not yet" or "never".

CREATE TABLE casework_asked (        -- an ask, each time that it was opened
  case_id   TEXT NOT NULL REFERENCES casework_case (id),
  ask       TEXT NOT NULL,
  opening   BIGINT NOT NULL,         -- 1 for the first
  step      BIGINT NOT NULL,         -- of the case, that opened it
  opened_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,         -- when an action was taken on what it brought, or it was opened again
  PRIMARY KEY (case_id, ask, opening)
);

CREATE TABLE casework_seat (         -- who is asked
  case_id     TEXT NOT NULL,
  ask         TEXT NOT NULL,
  opening     BIGINT NOT NULL,
  seat        TEXT NOT NULL,         -- id of an office, or of a person with an account
  kind        TEXT NOT NULL CHECK (kind IN ('office', 'person')),
  no          BIGINT NOT NULL,       -- their order
  holds       BIGINT NOT NULL,       -- the opening whose answer counts: an earlier one where it is not asked again
  waiting     BOOLEAN NOT NULL,      -- for its answer
  asked_at    BIGINT NOT NULL,
  due_at      BIGINT NOT NULL,       -- 0 when no time is counted
  provisional BOOLEAN NOT NULL,      -- the due time lies beyond the published calendar
  late_told   BOOLEAN NOT NULL,
  struck_at   BIGINT NOT NULL,       -- when it fell out: declined, late, in conflict
  struck_why  TEXT NOT NULL,
  PRIMARY KEY (case_id, ask, opening, seat),
  FOREIGN KEY (case_id, ask, opening) REFERENCES casework_asked (case_id, ask, opening)
);
CREATE INDEX casework_seat_waiting ON casework_seat (seat, case_id) WHERE waiting;
CREATE INDEX casework_seat_due ON casework_seat (due_at, case_id) WHERE waiting AND NOT late_told;

CREATE TABLE casework_answer (       -- what a seat answered: once, and append only
  case_id    TEXT NOT NULL,
  ask        TEXT NOT NULL,
  opening    BIGINT NOT NULL,
  seat       TEXT NOT NULL,
  at         BIGINT NOT NULL,
  person     TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  mandate    TEXT NOT NULL,
  instead    TEXT NOT NULL,          -- the role that answered for a silent seat; '' is the seat itself
  reason     TEXT NOT NULL,
  answer     TEXT NOT NULL,          -- JSON: verdict, scores and what else was asked
  answer_key TEXT NOT NULL,          -- the caller's idempotency key; '' is none
  PRIMARY KEY (case_id, ask, opening, seat),
  FOREIGN KEY (case_id, ask, opening, seat) REFERENCES casework_seat (case_id, ask, opening, seat)
);
CREATE UNIQUE INDEX casework_answer_key ON casework_answer (case_id, person, answer_key) WHERE answer_key <> '';

CREATE TABLE casework_reader (       -- who may see a case besides its organisation and the desks of its place
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  code    TEXT NOT NULL,             -- of an organisation, an office, a person with an account
  why     TEXT NOT NULL CHECK (why IN ('field', 'seat')),
  PRIMARY KEY (case_id, code, why)
);
CREATE INDEX casework_reader_code ON casework_reader (code, case_id);

CREATE TABLE casework_veil (         -- cases of which only some are told whose they are: none is found by its organisation
  case_id TEXT PRIMARY KEY REFERENCES casework_case (id)
);

-- only: sqlite
CREATE TRIGGER casework_answer_kept_update BEFORE UPDATE ON casework_answer
BEGIN SELECT RAISE(ABORT, 'casework_answer is append only'); END;
CREATE TRIGGER casework_answer_kept_delete BEFORE DELETE ON casework_answer
BEGIN SELECT RAISE(ABORT, 'casework_answer is append only'); END;
-- end
-- only: postgres
CREATE TRIGGER casework_answer_kept BEFORE UPDATE OR DELETE ON casework_answer
FOR EACH ROW EXECUTE FUNCTION casework_kept();
-- end
