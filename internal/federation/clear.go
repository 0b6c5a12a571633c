package federation

import (
	"context"
	"strings"
	"unicode/utf8"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
)

const reasonMax = 300 // characters

// Clear takes a neighbour's problem away after a person has looked: its log is followed again from what is here. The evidence
// stays, and what cannot be true is refused again as soon as it is shown again: clearing a log that still shows two trees
// changes nothing but the journal.
func (s *Service) Clear(ctx context.Context, who access.Actor, code, reason string) error {
	mandate, err := s.mayKeep(who)
	if err != nil {
		return err
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(reason)); n == 0 || n > reasonMax {
		return fault.New(fault.Invalid, "federation.note", "most", reasonMax).On("reason")
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		row, err := selectPeer(ctx, tx, code)
		if err != nil {
			return err
		}
		if row.problem == "" {
			return fault.New(fault.Conflict, "federation.no_problem", "code", clip(code))
		}
		was := row.problem
		row.problem, row.problemAt = "", 0
		if err := putPeer(ctx, tx, row); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "neighbour.clear", Object: "neighbour/" + code, Mandate: mandate, Detail: was + ": " + strings.TrimSpace(reason)})
	})
}
