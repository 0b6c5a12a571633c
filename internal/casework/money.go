package casework

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/ledger"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	assetMoney = "CNY"
	assetQuota = "QUOTA"         // what limits are counted in: not money, never mixed with it
	quotaFrom  = "quota/opening" // where a limit's first balance comes from; below zero by as much as was opened
)

// book posts what follows from an action, all or none, each posting under the case's reference.
func (s *Service) book(ctx context.Context, tx *db.Tx, c Case, out scheme.Outcome) error {
	for _, p := range out.Postings {
		if p.Verb == scheme.Hold || p.Verb == scheme.Post {
			s.c.Ledger.WillAsk(ctx, tx, placePath(c, p.From))
		}
		if p.Verb == scheme.Capture || p.Verb == scheme.Post {
			s.c.Ledger.WillAsk(ctx, tx, placePath(c, p.To))
		}
	}
	var transfers []ledger.Transfer
	for _, p := range out.Postings {
		t := ledger.Transfer{ID: p.ID, Kind: ledger.Kind(p.Verb), Amount: p.Amount, Ref: c.Object(), Last: p.Last, Note: p.Name}
		var err error
		if p.Verb == scheme.Hold || p.Verb == scheme.Post {
			if t.Debit, err = s.account(ctx, tx, c, p.From); err != nil {
				return err
			}
		}
		if p.Verb == scheme.Capture || p.Verb == scheme.Post {
			if t.Credit, err = s.account(ctx, tx, c, p.To); err != nil {
				return err
			}
		}
		if p.Verb == scheme.Capture || p.Verb == scheme.Release {
			t.Of = p.HoldID
		}
		if p.Rest {
			// The rest is what the lines before have left there, so they are entered first; the act undoes all or none.
			if err := s.apply(ctx, tx, c, transfers); err != nil {
				return err
			}
			transfers = nil
			b, err := s.c.Ledger.Balance(ctx, tx, t.Debit)
			if err != nil {
				return err
			}
			t.Amount = b.Available
		}
		transfers = append(transfers, t)
	}
	return s.apply(ctx, tx, c, transfers)
}

func (s *Service) apply(ctx context.Context, tx *db.Tx, c Case, transfers []ledger.Transfer) error {
	if len(transfers) == 0 {
		return nil
	}
	if _, err := s.c.Ledger.Apply(ctx, tx, transfers...); err != nil {
		return fmt.Errorf("books of case %s: %w", c.No, err)
	}
	return nil
}

// account opens the account of a place where it is needed for the first time, and returns its path.
func (s *Service) account(ctx context.Context, tx *db.Tx, c Case, p scheme.Place) (string, error) {
	a := ledger.Account{Path: placePath(c, p), Asset: assetMoney, Floor: true}
	switch p.Kind {
	case scheme.Out:
		a.Floor = false
	case scheme.Limit:
		a.Asset = assetQuota
	}
	if err := s.c.Ledger.Open(ctx, tx, a); err != nil {
		return "", fmt.Errorf("open %s: %w", a.Path, err)
	}
	if p.Kind == scheme.Limit && p.OpensWith != nil {
		return a.Path, s.openLimit(ctx, tx, a.Path, *p.OpensWith)
	}
	return a.Path, nil
}

// openLimit gives a limit its first balance, once: the transfer's id is the limit's own.
func (s *Service) openLimit(ctx context.Context, tx *db.Tx, path string, with unit.Fen) error {
	b, err := s.c.Ledger.Find(ctx, tx, "opening/"+path)
	if err != nil || len(b) > 0 {
		return err
	}
	if err := s.c.Ledger.Open(ctx, tx, ledger.Account{Path: quotaFrom, Asset: assetQuota}); err != nil {
		return err
	}
	_, err = s.c.Ledger.Apply(ctx, tx, ledger.Transfer{ID: "opening/" + path, Kind: ledger.Post, Debit: quotaFrom, Credit: path, Amount: with, Ref: "opening/" + path})
	return err
}

// placePath is where a place stands in the books: a case's own accounts stand under the case.
func placePath(c Case, p scheme.Place) string {
	switch p.Kind {
	case scheme.Own:
		return c.Object() + "/" + p.Path
	case scheme.FromParent:
		return Case{ID: c.Parent}.Object() + "/" + p.Path
	}
	return p.Path
}
