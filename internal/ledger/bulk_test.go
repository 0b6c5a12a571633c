package ledger

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"corridor/internal/db"
	"corridor/internal/fault"
)

func TestABulkSaysForEachLineWhatHappened(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, "open a ok\nopen b floor ok\npost T0 a -> b 5.00 ok")
		post := func(id, from, to string, amount string) Transfer {
			return Transfer{ID: id, Kind: Post, Debit: from, Credit: to, Amount: fen(t, amount)}
		}
		chains := [][]Transfer{
			{post("T1", "a", "b", "1.00")},
			{post("T2", "b", "a", "99.00")},
			{post("T0", "a", "b", "5.00")},
			{post("T3", "b", "a", "1.00"), post("T4", "b", "a", "5.01")},
			{post("T5", "b", "a", "1.00"), post("T1", "a", "b", "1.00")},
			{post("T1", "a", "b", "2.00")},
			{},
			make([]Transfer, chainMax+1),
			{post("T6", "b", "a", "5.00")},
		}
		want := "T1 +1; ledger.overdrawn; T0 +0; ledger.overdrawn; T5 T1 +1; ledger.id_taken;  +0; ledger.chain_too_long; T6 +1"
		if got := bulk(t, l, chains); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		want = strings.ReplaceAll(want, "+1", "+0") // giving it again is safe
		if got := bulk(t, l, chains); got != want {
			t.Errorf("again:\n got %s\nwant %s", got, want)
		}
		keep(t, l, c, "entries a T0 T1 T5 T6\nbalance b posted 0.00")
		audited(t, l)
	})
}

func bulk(t *testing.T, l *Ledger, chains [][]Transfer) string {
	t.Helper()
	outcomes, err := l.Bulk(context.Background(), chains...)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, o := range outcomes {
		if o.Refused != nil {
			said = append(said, o.Refused.Code)
			continue
		}
		var ids []string
		for _, e := range o.Entries {
			ids = append(ids, e.ID)
		}
		said = append(said, fmt.Sprintf("%s +%d", strings.Join(ids, " "), o.New))
	}
	return strings.Join(said, "; ")
}

func TestALargeBulkIsManyActs(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, "open a ok\nopen b ok")
		var chains [][]Transfer
		for i := range 2*bulkTransfersMax + 7 {
			chains = append(chains, []Transfer{{ID: fmt.Sprint("T", i), Kind: Post, Debit: "a", Credit: "b", Amount: 1}})
		}
		outcomes, err := l.Bulk(context.Background(), chains...)
		if err != nil || len(outcomes) != len(chains) {
			t.Fatalf("%d outcomes: %v", len(outcomes), err)
		}
		times := map[int64]bool{}
		for i, o := range outcomes {
			if o.New != 1 || o.Entries[0].ID != chains[i][0].ID {
				t.Fatalf("chain %d: %+v", i, o)
			}
			times[o.Entries[0].At.UnixMicro()] = true
		}
		if len(times) != 3 {
			t.Errorf("%d acts", len(times))
		}
		keep(t, l, c, "balance b posted 10.07")
	})
}

func TestTheSameIdFromManyClientsAtOnceIsEnteredOnce(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, "open a ok\nopen b ok")
		const clients, rounds = 8, 20
		for round := range rounds {
			entries := make([]Entry, clients)
			errs := make([]error, clients)
			together(clients, func(i int) {
				// Half of the clients ask for one thing, half for another, all by one id.
				tr := Transfer{ID: fmt.Sprint("T", round), Kind: Post, Debit: "a", Credit: "b", Amount: 100, Note: fmt.Sprint(i % 2)}
				errs[i] = l.db.Act(context.Background(), func(tx *db.Tx) error {
					made, err := l.Apply(context.Background(), tx, tr)
					if err == nil {
						entries[i] = made[0]
					}
					return err
				})
			})
			var won []Entry
			for i, err := range errs {
				switch {
				case err == nil:
					won = append(won, entries[i])
				case fault.CodeOf(err) != "ledger.id_taken":
					t.Errorf("client %d: %v", i, err)
				}
			}
			if len(won) != clients/2 {
				t.Errorf("round %d: %d clients were answered", round, len(won))
			}
			for _, e := range won {
				if e != won[0] {
					t.Errorf("round %d: two answers, %+v and %+v", round, e, won[0])
				}
			}
		}
		keep(t, l, c, fmt.Sprintf("balance b posted %d.00", rounds))
		audited(t, l)
	})
}

func TestManyClientsCannotOverspendOneBudget(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, "open t ok\nopen budget floor ok\nopen p ok\npost T0 t -> budget 10.00 ok")
		const clients = 16
		var mu sync.Mutex
		held, refused := 0, 0
		together(clients, func(i int) {
			for n := range 5 {
				err := l.db.Act(context.Background(), func(tx *db.Tx) error {
					_, err := l.Apply(context.Background(), tx, Transfer{ID: fmt.Sprintf("H%d-%d", i, n), Kind: Hold, Debit: "budget", Amount: 30})
					return err
				})
				mu.Lock()
				switch {
				case err == nil:
					held++
				case fault.CodeOf(err) == "ledger.overdrawn":
					refused++
				default:
					t.Error(err)
				}
				mu.Unlock()
			}
		})
		if held != 33 || refused != clients*5-33 {
			t.Errorf("%d held, %d refused", held, refused)
		}
		keep(t, l, c, "balance budget available 0.10 held 9.90 posted 10.00")
		audited(t, l)
	})
}

// together runs n clients at once.
func together(n int, client func(int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			client(i)
		}()
	}
	wg.Wait()
}
