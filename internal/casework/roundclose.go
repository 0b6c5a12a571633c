package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/ledger"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// pieces bound what is done in one act where there may be many cases.
type pieces struct {
	roundAct   int // cases of a round of which the steps are taken in the act of the decision
	roundPiece int // cases of one later piece
	startPiece int // organisations that one act looks at
}

var piecesDefault = pieces{roundAct: 200, roundPiece: 100, startPiece: 500}

// CloseRound decides a round: every case that waits for it is admitted or passed over, by one decision in one act, of the
// role that the scheme names. seen is the digest of the ranking that the officer looked at; another one is refused. With
// many cases the steps follow in pieces (Tick); till then the cases take no other action, and what the admitted ones will
// take from the account is set aside.
func (s *Service) CloseRound(ctx context.Context, who access.Actor, id, seen string) (closing unit.ID, err error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return "", err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		sch, day, err := s.seenRound(who, id)
		if err != nil {
			return err
		}
		p, err := s.planned(ctx, tx, sch, day)
		if err != nil {
			return err
		}
		by, err := s.mayClose(tx, who, p, seen)
		if err != nil {
			return err
		}
		cl := decided{id: unit.NewID(tx.Now()), sch: sch, day: day, who: who, by: by}
		closing = cl.id
		if err := insertRound(ctx, tx, cl, p); err != nil {
			return fmt.Errorf("round %s: %w", id, err)
		}
		if err := s.c.Access.Record(ctx, tx, who, access.Entry{Act: "round.close", Object: "round/" + id, Region: unit.Region(sch.Jurisdiction),
			Mandate: by.mandate, Detail: fmt.Sprintf("%s %d", sch.ID, len(p.ranked))}); err != nil {
			return err
		}
		if len(p.ranked) > s.pieces.roundAct {
			return s.setAside(ctx, tx, cl)
		}
		_, err = s.piece(ctx, tx, cl, s.pieces.roundAct)
		return err
	})
	return closing, err
}

// decided is a closing whose steps are being taken.
type decided struct {
	id     unit.ID
	digest string // of the edition
	sch    *scheme.Scheme
	day    unit.Day
	who    access.Actor
	by     part
	piece  int // how many were taken before
}

// mayClose refuses, in this order: a ranking that was not the one seen, a day that has not come, cases that cannot be
// ranked, an actor who does not play the role in every case, one who did what another has to, a payer that gets back less or more
// than the scheme lets it.
func (s *Service) mayClose(tx *db.Tx, who access.Actor, p plan, seen string) (by part, err error) {
	switch {
	case len(p.ranked) == 0:
		return by, fault.New(fault.Conflict, "casework.round_empty")
	case seen != p.digest():
		return by, fault.New(fault.Conflict, "casework.round_changed").On("plan")
	case p.closes.IsZero() || tx.Now().Before(p.closes):
		return by, fault.New(fault.Conflict, "casework.round_early", "day", p.day)
	case p.unknown() > 0:
		return by, fault.New(fault.Conflict, "casework.round_not_known", "cases", p.unknown())
	}
	for _, r := range p.ranked {
		m, ok := s.holds(p.sch, r.Case, who, p.sch.Round.By)
		if !ok {
			return by, fault.New(fault.Denied, "casework.not_your_role", "role", p.sch.Say(p.sch.Round.By))
		}
		by = part{p.sch.Round.By, m}
		if err := apart(p.sch, r.Case, who, actionOf(p.sch, r.Takes)); err != nil {
			return by, err
		}
	}
	return by, p.within()
}

func actionOf(sch *scheme.Scheme, takes bool) string {
	if takes {
		return sch.Round.Takes
	}
	return sch.Round.Leaves
}

// piece takes the steps of so many cases of a closing, in the order of the ranking, and says whether it is over.
func (s *Service) piece(ctx context.Context, tx *db.Tx, cl decided, most int) (over bool, err error) {
	if err := s.setFree(ctx, tx, cl); err != nil {
		return false, err
	}
	lines, err := selectUndone(ctx, tx, cl.id, most)
	if err != nil {
		return false, err
	}
	for _, l := range lines {
		if err := s.roundStep(ctx, tx, cl, l); err != nil {
			return false, fmt.Errorf("%s of case %s: %w", actionOf(cl.sch, l.takes), l.id, err)
		}
		if err := markLine(ctx, tx, cl.id, l.rank); err != nil {
			return false, err
		}
	}
	cl.piece++
	over = len(lines) < most
	if err := markPiece(ctx, tx, cl.id, cl.piece, over); err != nil || over {
		return over, err
	}
	return false, s.setAside(ctx, tx, cl)
}

// roundStep moves one case by the decision.
func (s *Service) roundStep(ctx context.Context, tx *db.Tx, cl decided, l roundLine) error {
	c, _, err := s.load(ctx, tx, l.id)
	if err != nil {
		return err
	}
	action := actionOf(cl.sch, l.takes)
	q := scheme.Question{Stage: c.Stage, Action: action, Answers: c.Answers, Purse: c.Purse, Facts: s.facts(ctx, tx, cl.sch, c)}
	j, err := cl.sch.Judge(q)
	if err != nil {
		return err
	}
	if !j.Goes {
		return refusal(cl.sch, j)
	}
	if err := s.notWithBank(ctx, tx, cl.sch, c, action); err != nil {
		return err
	}
	if err := s.commit(ctx, tx, cl.who, cl.sch, &c, j, q, cl.by, Action{Name: action, Reason: l.reason}); err != nil {
		return err
	}
	return s.onwards(ctx, tx, cl.sch, &c)
}

// setAside holds what the admitted cases whose steps are still to come will take, so that nobody else takes it; setFree
// gives it back to them, in the act of the next piece.
func (s *Service) setAside(ctx context.Context, tx *db.Tx, cl decided) error {
	return s.aside(ctx, tx, cl, func(path string, sum unit.Fen) ledger.Transfer {
		return ledger.Transfer{ID: asideID(cl, path), Kind: ledger.Hold, Debit: path, Amount: sum, Ref: "round/" + string(cl.id)}
	})
}

func (s *Service) setFree(ctx context.Context, tx *db.Tx, cl decided) error {
	return s.aside(ctx, tx, cl, func(path string, _ unit.Fen) ledger.Transfer {
		return ledger.Transfer{ID: "free/" + asideID(cl, path), Kind: ledger.Release, Of: asideID(cl, path), Ref: "round/" + string(cl.id)}
	})
}

func asideID(cl decided, path string) string {
	return fmt.Sprintf("round/%s/%d/%s", cl.id, cl.piece, path)
}

func (s *Service) aside(ctx context.Context, tx *db.Tx, cl decided, make func(string, unit.Fen) ledger.Transfer) error {
	if !cl.sch.Accounts.Has(cl.sch.Round.Within) {
		return nil
	}
	sums, err := selectAside(ctx, tx, cl.id)
	if err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(sums)) {
		t := make(path, sums[path])
		if t.Kind == ledger.Release {
			_, open, err := s.c.Ledger.Hold(ctx, tx, t.Of)
			if fault.KindOf(err) == fault.NotFound || err == nil && !open {
				continue // the first piece of a small round has set nothing aside
			}
			if err != nil {
				return err
			}
		}
		if _, err := s.c.Ledger.Apply(ctx, tx, t); err != nil {
			return fmt.Errorf("set aside for round %s: %w", cl.id, err)
		}
	}
	return nil
}

// closeOn takes the next piece of every closing that is not over, each in an act of its own, and says how many it took.
func (s *Service) closeOn(ctx context.Context) (done int, err error) {
	var open []decided
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		open, err = selectOpenRounds(ctx, tx)
		return err
	}); err != nil {
		return 0, fmt.Errorf("rounds that are being closed: %w", err)
	}
	for _, cl := range open {
		err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
			now, err := selectOpenRound(ctx, tx, cl.id) // another process may have gone on meanwhile
			if db.NoRows(err) {
				return nil
			}
			if err != nil {
				return err
			}
			if now.sch, err = s.edition(Case{EditionDigest: now.digest}); err != nil {
				return err
			}
			_, err = s.piece(ctx, tx, now, s.pieces.roundPiece)
			return err
		})
		if err != nil {
			return done, fmt.Errorf("round %s: %w", cl.id, err)
		}
		done++
	}
	return done, nil
}

// notClosing refuses an action in a case about which a round has decided and whose step is still to come.
func (s *Service) notClosing(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if sch.Round == nil || c.Stage != sch.Round.Waits {
		return nil
	}
	n, err := countUndone(ctx, tx, c.ID)
	if err == nil && n > 0 {
		err = fault.New(fault.Conflict, "casework.round_closing")
	}
	return err
}
