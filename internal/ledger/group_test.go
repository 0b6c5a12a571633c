package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// Sixty-four callers draw on a budget that is enough for half of them; every transfer is given by two clients at once.
func TestEveryCallerOfEnterIsAnsweredForItself(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, "open cash ok\nopen budget floor ok\nopen payee ok\npost T0 cash -> budget 32.00 ok")
		var entered, overdrawn atomic.Int64
		together(128, func(i int) {
			tr := Transfer{ID: fmt.Sprint("P", i/2), Kind: Post, Debit: "budget", Credit: "payee", Amount: fen(t, "1.00")}
			entries, err := l.Enter(context.Background(), tr)
			switch {
			case fault.CodeOf(err) == "ledger.overdrawn":
				overdrawn.Add(1)
			case err != nil || len(entries) != 1 || entries[0].ID != tr.ID || entries[0].Seq == 0:
				t.Errorf("%s: %+v %v", tr.ID, entries, err)
			default:
				entered.Add(1)
			}
		})
		if entered.Load() != 64 || overdrawn.Load() != 64 {
			t.Errorf("%d entered, %d overdrawn; want 64 answers of each", entered.Load(), overdrawn.Load())
		}
		keep(t, l, c, "balance budget available 0.00 held 0.00\nbalance payee posted 32.00")
		audited(t, l)
	})
}

func TestEnterIsApplyAsAnActOfItsOwn(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, "open a ok\nopen b floor ok")
		ctx := context.Background()
		chain := []Transfer{{ID: "T1", Kind: Post, Debit: "a", Credit: "b", Amount: 500}, {ID: "T2", Kind: Hold, Debit: "b", Amount: 501}}
		if _, err := l.Enter(ctx, chain...); fault.CodeOf(err) != "ledger.overdrawn" {
			t.Errorf("%v", err)
		}
		chain[1].Amount = 500
		for range 2 { // given again it is answered as the first time
			if entries, err := l.Enter(ctx, chain...); err != nil || len(entries) != 2 || entries[1].DebitNow.Held != 500 {
				t.Errorf("%+v %v", entries, err)
			}
		}
		if entries, err := l.Enter(ctx); err != nil || len(entries) != 0 {
			t.Errorf("nothing: %+v %v", entries, err)
		}
		keep(t, l, c, "entries b T1 T2\nbalance b available 0.00 held 5.00")
		audited(t, l)
	})
}

// What the database refuses of one caller does not reach the others, although they share its statements.
func TestAChainThatTheDatabaseRefusesFailsAlone(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, "open a ok\nopen b ok")
		ctx := context.Background()
		err := l.db.Act(ctx, func(tx *db.Tx) error { // as a damaged index would, and no rule of ours
			_, err := tx.Exec(ctx, `CREATE UNIQUE INDEX note_once ON ledger_transfer (note) WHERE note <> ''`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var entered, failed atomic.Int64
		together(32, func(i int) {
			tr := Transfer{ID: fmt.Sprint("T", i), Kind: Post, Debit: "a", Credit: "b", Amount: 100}
			if i < 4 {
				tr.Note = "twice"
			}
			if _, err := l.Enter(ctx, tr); err == nil {
				entered.Add(1)
			} else if i < 4 && fault.KindOf(err) == fault.Internal {
				failed.Add(1)
			} else {
				t.Errorf("T%d: %v", i, err)
			}
		})
		if entered.Load() != 29 || failed.Load() != 3 {
			t.Errorf("%d entered, %d failed; want 29 and 3", entered.Load(), failed.Load())
		}
		keep(t, l, c, "balance b posted 29.00")
		audited(t, l)
	})
}

func TestAChainIsWithdrawnBeforeItsTurnOnly(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, "open a ok\nopen b ok")
		hold, held, first := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go l.db.Act(context.Background(), func(*db.Tx) error { close(held); <-hold; return nil })
		<-held
		post := func(id string) Transfer {
			return Transfer{ID: id, Kind: Post, Debit: "a", Credit: "b", Amount: 100}
		}
		go func() { _, err := l.Enter(context.Background(), post("T1")); first <- err }()
		over, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := l.Enter(over, post("T2")); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		close(hold)
		if err := <-first; err != nil {
			t.Error(err)
		}
		keep(t, l, c, "entries b T1")
	})
}
