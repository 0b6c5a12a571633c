package casework

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// BankPayment is a payment of a case that the bank was told to make and has not answered.
type BankPayment struct {
	Ref    string // how files name it: FK-34-2026-0001-003
	Action string // of the case, by which it is entered as paid
}

// notWithBank refuses to let a case leave the stage in which it waits for a payment while the bank has that payment, whoever would move
// it: money that may be out already has to be entered where it is due, and what waits for it then goes by what the bank said.
func (s *Service) notWithBank(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, action string) error {
	row, ok := sch.Row(c.Stage, action)
	if s.c.WithBank == nil || !ok || row.To == c.Stage || !paysFrom(sch, c.Stage, "") {
		return nil
	}
	p, is, err := s.c.WithBank(ctx, tx, c.ID)
	if err != nil {
		return fmt.Errorf("payment of case %s with the bank: %w", c.No, err)
	}
	if !is || !paysFrom(sch, c.Stage, p.Action) {
		return nil
	}
	return fault.New(fault.Conflict, "casework.with_bank", "ref", p.Ref)
}

// paysFrom says whether a payment is made out of a stage, by that action or, where it is "", by any.
func paysFrom(sch *scheme.Scheme, stage, action string) bool {
	for _, r := range sch.RowsFrom(stage) {
		if (action == "" || r.Action == action) && sch.Pays(r) {
			return true
		}
	}
	return false
}

// WaitsForBank says whether a case stands where a payment by that action is awaited, so that nothing goes while the bank has it.
func (s *Service) WaitsForBank(c Case, action string) bool {
	sch, err := s.edition(c)
	return err == nil && paysFrom(sch, c.Stage, action)
}

// GoOn takes what now goes by itself in a case, after the bank has sent back what it was told to pay.
func (s *Service) GoOn(ctx context.Context, tx *db.Tx, id unit.ID) error {
	return s.goOn(ctx, tx, id, func(context.Context, *db.Tx, *scheme.Scheme, Case) error { return nil })
}
