package ledger

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const march = `
open     treasury                        ok
open     budget  floor                   ok
open     payee                           ok
day      2026-03-01
post     T1 treasury -> budget  100.00   ok
day      2026-03-10
hold     H1 budget               40.00   ok
day      2026-03-31
capture  C1 of H1 -> payee       30.00   ok
post     T2 budget -> payee       5.00   ok
day      2026-04-01
release  R1 of H1                        ok
mirror   M1 of T2                        ok
asof     budget 2026-02-28  available 0.00   held 0.00  posted 0.00
asof     budget 2026-03-01  available 100.00 held 0.00  posted 100.00
asof     budget 2026-03-09  available 100.00 held 0.00  posted 100.00
asof     budget 2026-03-10  available 60.00  held 40.00 posted 100.00
asof     budget 2026-03-31  available 55.00  held 10.00 posted 65.00
asof     budget 2026-04-01  available 70.00  held 0.00  posted 70.00
asof     budget 9999-12-31  available 70.00  held 0.00  posted 70.00
asof     payee  2026-03-31  posted 35.00
`

func TestAStatementSaysWhatWasBeforeAndAfter(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, march)
		for _, x := range []struct {
			path, from, to, want string
		}{
			{"budget", "2026-03-01", "2026-03-31", "0.00 > 65.00 held 10.00, in 100.00 out 35.00, 4: T1 H1 C1 T2"},
			{"budget", "2026-03-02", "2026-03-30", "100.00 > 100.00 held 40.00, in 0.00 out 0.00, 1: H1"},
			{"budget", "2026-03-11", "2026-03-30", "100.00 > 100.00 held 40.00, in 0.00 out 0.00, 0:"},
			{"budget", "2026-04-01", "2026-04-01", "65.00 > 70.00 held 0.00, in 5.00 out 0.00, 2: R1 M1"},
			{"payee", "2026-03-01", "2026-12-31", "0.00 > 30.00 held 0.00, in 35.00 out 5.00, 3: C1 T2 M1"},
			{"treasury", "2025-01-01", "2025-12-31", "0.00 > 0.00 held 0.00, in 0.00 out 0.00, 0:"},
		} {
			for _, limit := range []int{0, 1} {
				if got := said(t, l, x.path, x.from, x.to, limit); got != x.want {
					t.Errorf("%s %s to %s, pages of %d:\n got %s\nwant %s", x.path, x.from, x.to, limit, got, x.want)
				}
			}
		}
		for _, x := range []struct{ path, from, to, after, code string }{
			{"nix", "2026-03-01", "2026-03-31", "", "ledger.no_account"},
			{"budget", "2026-03-02", "2026-03-01", "", "ledger.period"},
			{"budget", "", "2026-03-01", "", "ledger.period"},
			{"budget", "2026-03-01", "2026-03-01", "17", "ledger.page"},
			{"budget", "2026-03-01", "2026-03-01", "1.2;", "ledger.page"},
		} {
			if _, err := statement(t, l, x.path, x.from, x.to, x.after, 0); fault.CodeOf(err) != x.code {
				t.Errorf("%+v: got %v", x, err)
			}
		}
	})
}

// said writes a statement in a line, all its pages read.
func said(t *testing.T, l *Ledger, path, from, to string, limit int) string {
	t.Helper()
	var b strings.Builder
	after := ""
	for {
		s, err := statement(t, l, path, from, to, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		if after == "" {
			fmt.Fprintf(&b, "%s > %s held %s, in %s out %s, %d:", s.Opening.Posted, s.Closing.Posted, s.Closing.Held, s.In, s.Out, s.Count)
		}
		for _, e := range s.Entries {
			b.WriteString(" " + e.ID)
		}
		if after = s.Next; after == "" {
			return b.String()
		}
	}
}

func statement(t *testing.T, l *Ledger, path, from, to, after string, limit int) (s Statement, err error) {
	t.Helper()
	ctx := context.Background()
	var days [2]unit.Day
	for i, text := range []string{from, to} {
		if text != "" {
			if days[i], err = unit.ParseDay(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		s, err = l.Statement(ctx, tx, path, days[0], days[1], after, limit)
		return err
	})
	return s, err
}

func TestEveryListHasPages(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		var text strings.Builder
		text.WriteString("open a ok\nopen b ok\nopen b/c ok\n")
		var want []string
		for i := range 25 {
			id := fmt.Sprintf("T%02d", i)
			want = append(want, id)
			from, to := "a", "b"
			if i%3 == 0 {
				from, to = to, from
			}
			fmt.Fprintf(&text, "post %s %s -> %s 1.00 ref=case/1 ok\n", id, from, to)
		}
		keep(t, l, c, text.String())
		ctx := context.Background()
		err := l.db.Read(ctx, func(tx *db.Tx) error {
			var got []string
			for after, more := "", true; more; more = after != "" {
				page, next, err := l.Entries(ctx, tx, "a", after, 4)
				if err != nil {
					return err
				}
				if len(page) > 4 {
					t.Errorf("a page of %d", len(page))
				}
				for _, e := range page {
					got = append(got, e.ID)
				}
				after = next
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("got %v", got)
			}
			page, next, err := l.Accounts(ctx, tx, "b", "", 1)
			if err != nil || len(page) != 1 || page[0].Path != "b" || page[0].Entries != 25 || next != "b" {
				t.Errorf("got %+v, %q, %v", page, next, err)
			}
			page, next, err = l.Accounts(ctx, tx, "b", next, 1)
			if err != nil || len(page) != 1 || page[0].Path != "b/c" || next != "" {
				t.Errorf("got %+v, %q, %v", page, next, err)
			}
			found, err := l.Find(ctx, tx, "case/1")
			if err != nil || len(found) != 25 {
				t.Errorf("found %d, %v", len(found), err)
			}
			if found, err := l.Find(ctx, tx, ""); err != nil || len(found) != 0 {
				t.Errorf("no ref finds %d, %v", len(found), err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		ctx := context.Background()
		for _, name := range []string{"nix", "", "\xff", "\x00"} {
			err := l.db.Read(ctx, func(tx *db.Tx) error {
				_, err1 := l.Balance(ctx, tx, name)
				_, _, err2 := l.Entries(ctx, tx, name, "", 0)
				_, _, err3 := l.Hold(ctx, tx, name)
				_, err4 := l.Entry(ctx, tx, name)
				for i, err := range []error{err1, err2, err3, err4} {
					if fault.KindOf(err) != fault.NotFound {
						t.Errorf("%q, reading %d: got %v", name, i, err)
					}
				}
				page, next, err := l.Accounts(ctx, tx, name, "", 0)
				if len(page) != 0 || next != "" {
					t.Errorf("%q: %d accounts", name, len(page))
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}
