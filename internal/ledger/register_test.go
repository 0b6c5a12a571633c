package ledger

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// A register is a test that reads like the books it checks. Each line is a verb, its operands, name=value
// fields, and what comes of it: "ok", "again" (ok, and nothing new is entered) or "fault CODE [FIELD]".
//
//	day      2026-03-01                                      the clock is set to noon of this day
//	open     PATH [ASSET] [floor]
//	post     ID DEBIT -> CREDIT AMOUNT
//	hold     ID DEBIT AMOUNT
//	capture  ID of HOLD -> CREDIT AMOUNT [last]
//	release  ID of HOLD
//	mirror   ID of ENTRY                                     what Mirror makes of the entry
//	transfer name=value …                                    any transfer, however wrong
//	chain … end                                              the lines between are linked; end says what comes of it
//	balance  PATH available A held H posted P
//	asof     PATH DAY available A held H posted P
//	left     HOLD AMOUNT open|gone
//	entries  PATH ID …                                       all entries of the account, in order
type register struct {
	t     *testing.T
	l     *Ledger
	clock *clock
	chain []Transfer // between chain and end
	open  bool       // in a chain
	line  string
}

// clock is a clock that the test sets.
type clock struct {
	sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.Lock()
	defer c.Unlock()
	return c.at
}

func (c *clock) set(t time.Time) {
	c.Lock()
	defer c.Unlock()
	c.at = t
}

func noon(t testing.TB, day string) time.Time {
	t.Helper()
	d, err := unit.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	return d.Start(unit.Beijing()).Add(12 * time.Hour)
}

// books opens empty books on every database.
func books(t *testing.T, test func(t *testing.T, l *Ledger, c *clock)) {
	c := &clock{at: noon(t, "2026-03-01")}
	dbtest.Each(t, c.now, func(t *testing.T, d *db.DB) {
		t.Cleanup(func() { c.set(noon(t, "2026-03-01")) }) // before the next database is opened
		l, err := New(Config{DB: d})
		if err != nil {
			t.Fatal(err)
		}
		test(t, l, c)
	})
}

// checkRegister keeps a register on every database, and then audits the books.
func checkRegister(t *testing.T, text string) {
	t.Helper()
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, text)
		audited(t, l)
	})
}

func keep(t *testing.T, l *Ledger, c *clock, text string) {
	t.Helper()
	r := &register{t: t, l: l, clock: c}
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if f := strings.Fields(line); len(f) > 0 {
			r.line = strings.TrimSpace(line)
			r.one(f[0], f[1:])
		}
	}
}

func audited(t *testing.T, l *Ledger) {
	t.Helper()
	found, err := l.Audit(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("audit: %s", f)
	}
}

func (r *register) one(verb string, f []string) {
	r.t.Helper()
	switch verb {
	case "day":
		r.clock.set(noon(r.t, f[0]))
	case "open":
		want, f := r.outcome(f)
		a := Account{Path: f[0], Asset: "CNY"}
		for _, w := range f[1:] {
			if w == "floor" {
				a.Floor = true
			} else {
				a.Asset = w
			}
		}
		r.expect(want, r.act(func(ctx context.Context, tx *db.Tx) error { return r.l.Open(ctx, tx, a) }), 0)
	case "chain":
		r.open, r.chain = true, nil
	case "end":
		want, _ := r.outcome(f)
		r.open = false
		r.apply(want, r.chain...)
	case "balance":
		r.balance(f[0], f[1:], func(ctx context.Context, tx *db.Tx) (Balance, error) { return r.l.Balance(ctx, tx, f[0]) })
	case "asof":
		day, err := unit.ParseDay(f[1])
		if err != nil {
			r.t.Fatal(err)
		}
		r.balance(f[0], f[2:], func(ctx context.Context, tx *db.Tx) (Balance, error) { return r.l.BalanceAsOf(ctx, tx, f[0], day) })
	case "left":
		r.left(f)
	case "entries":
		r.entries(f[0], f[1:])
	default:
		want, f := r.outcome(f)
		tr := r.transfer(verb, f)
		if r.open {
			r.chain = append(r.chain, tr)
			return
		}
		r.apply(want, tr)
	}
}

// outcome parts what a line says from what comes of it.
func (r *register) outcome(f []string) (want, rest []string) {
	for i, w := range f {
		if w == "ok" || w == "again" || w == "fault" {
			return f[i:], f[:i]
		}
	}
	if !r.open {
		r.t.Fatalf("%s: nothing said of what comes of it", r.line)
	}
	return nil, f
}

func (r *register) transfer(verb string, f []string) Transfer {
	tr := Transfer{Kind: Kind(verb)}
	var plain []string
	for _, w := range f {
		name, value, named := strings.Cut(w, "=")
		switch {
		case named:
			r.set(&tr, name, value)
		case w == "last":
			tr.Last = true
		case w != "->" && w != "of":
			plain = append(plain, w)
		}
	}
	if verb == "transfer" {
		return tr
	}
	tr.ID = plain[0]
	switch Kind(verb) {
	case Post:
		tr.Debit, tr.Credit, tr.Amount = plain[1], plain[2], fen(r.t, plain[3])
	case Hold:
		tr.Debit, tr.Amount = plain[1], fen(r.t, plain[2])
	case Capture:
		tr.Of, tr.Credit, tr.Amount = plain[1], plain[2], fen(r.t, plain[3])
	case Release:
		tr.Of = plain[1]
	case "mirror":
		r.read(func(ctx context.Context, tx *db.Tx) error {
			e, err := r.l.Entry(ctx, tx, plain[1])
			tr = Mirror(e, plain[0], tr.Note)
			return err
		})
	default:
		r.t.Fatalf("%s: no such verb", r.line)
	}
	return tr
}

func (r *register) set(tr *Transfer, name, value string) {
	value = strings.NewReplacer("_", " ", `\t`, "\t", `\xff`, "\xff", "LONG", strings.Repeat("x", 129)).Replace(value)
	switch name {
	case "id":
		tr.ID = value
	case "kind":
		tr.Kind = Kind(value)
	case "debit":
		tr.Debit = value
	case "credit":
		tr.Credit = value
	case "amount":
		tr.Amount = fen(r.t, value)
	case "of":
		tr.Of = value
	case "ref":
		tr.Ref = value
	case "note":
		tr.Note = value
	case "reverses":
		tr.Reverses = value
	default:
		r.t.Fatalf("%s: no field %s", r.line, name)
	}
}

func (r *register) apply(want []string, chain ...Transfer) {
	r.t.Helper()
	var entries []Entry
	var made int
	err := r.act(func(ctx context.Context, tx *db.Tx) (err error) {
		out, err := enterAll(ctx, tx, [][]Transfer{chain})
		if err == nil && out[0].Refused != nil {
			err = out[0].Refused
		}
		if err == nil {
			entries, made = out[0].Entries, out[0].New
		}
		return err
	})
	r.expect(want, err, made)
	if err == nil && len(entries) != len(chain) {
		r.t.Errorf("%s: %d transfers, %d entries", r.line, len(chain), len(entries))
	}
	for i, e := range entries {
		if e.ID != chain[i].ID || e.Asset == "" {
			r.t.Errorf("%s: entry %d is %+v", r.line, i, e)
		}
	}
}

func (r *register) expect(want []string, err error, made int) {
	r.t.Helper()
	if want[0] != "fault" {
		if err != nil {
			r.t.Errorf("%s: %v", r.line, err)
		}
		if want[0] == "again" && made != 0 {
			r.t.Errorf("%s: %d entered anew", r.line, made)
		}
		return
	}
	if got := fault.CodeOf(err); got != want[1] {
		r.t.Errorf("%s: got %q (%v)", r.line, got, err)
		return
	}
	f := fault.Of(err)
	if len(want) > 2 && f.Field != want[2] {
		r.t.Errorf("%s: on %q", r.line, f.Field)
	}
	for _, lang := range []fault.Lang{fault.ZH, fault.EN} {
		if s := f.Sentence(lang); s == f.Code || strings.ContainsAny(s, "{}") {
			r.t.Errorf("%s: the reader gets %q", r.line, s)
		}
	}
}

func (r *register) balance(path string, f []string, read func(context.Context, *db.Tx) (Balance, error)) {
	r.t.Helper()
	var got Balance
	r.read(func(ctx context.Context, tx *db.Tx) (err error) {
		got, err = read(ctx, tx)
		return err
	})
	for i := 0; i+1 < len(f); i += 2 {
		of := map[string]unit.Fen{"available": got.Available, "held": got.Held, "posted": got.Posted}
		is, ok := of[f[i]]
		if want := fen(r.t, f[i+1]); !ok || is != want {
			r.t.Errorf("%s: got %s %s, want %s", r.line, f[i], is, want)
		}
	}
}

func (r *register) left(f []string) {
	r.t.Helper()
	r.read(func(ctx context.Context, tx *db.Tx) error {
		left, open, err := r.l.Hold(ctx, tx, f[0])
		if got := fmt.Sprintf("%s %t", left, open); err == nil && got != fmt.Sprintf("%s %t", fen(r.t, f[1]), f[2] == "open") {
			r.t.Errorf("%s: got %s", r.line, got)
		}
		return err
	})
}

func (r *register) entries(path string, want []string) {
	r.t.Helper()
	r.read(func(ctx context.Context, tx *db.Tx) error {
		page, _, err := r.l.Entries(ctx, tx, path, "", 0)
		var got []string
		for _, e := range page {
			got = append(got, e.ID)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			r.t.Errorf("%s: got %v", r.line, got)
		}
		return err
	})
}

func (r *register) act(fn func(context.Context, *db.Tx) error) error {
	ctx := context.Background()
	return r.l.db.Act(ctx, func(tx *db.Tx) error { return fn(ctx, tx) })
}

func (r *register) read(fn func(context.Context, *db.Tx) error) {
	r.t.Helper()
	ctx := context.Background()
	if err := r.l.db.Read(ctx, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		r.t.Errorf("%s: %v", r.line, err)
	}
}

// fen reads an amount of a register; MAX and OVER are the largest amount and one fen more.
func fen(t testing.TB, s string) unit.Fen {
	t.Helper()
	switch s {
	case "MAX":
		return unit.FenMax
	case "-MAX":
		return -unit.FenMax
	case "OVER":
		return unit.FenMax + 1
	}
	f, err := unit.ParseFen(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
