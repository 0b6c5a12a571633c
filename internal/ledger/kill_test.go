package ledger

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/unit"
)

const (
	leaseWait   = 10 * time.Second // for the lease of a process that was just killed
	killRounds  = 20
	killWriters = 64
	killAfter   = 120 * time.Millisecond // of writing
)

// killedEnv tells the test's own program to be the one that is killed: its database, the round, and whether it
// acknowledges honestly.
const killedEnv = "CORRIDOR_LEDGER_KILLED"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(killedEnv); dsn != "" {
		f := strings.SplitN(dsn, " ", 3)
		writeUntilKilled(f[2], f[0], f[1] == "honest")
		return
	}
	os.Exit(m.Run())
}

func TestNoAcknowledgedTransferIsLostByKill(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		acked, lost := killed(t, dsn, killRounds, "honest")
		if lost != 0 {
			t.Errorf("%d of %d acknowledged transfers are lost", lost, acked)
		}
		if acked < killRounds*10 {
			t.Errorf("only %d transfers were acknowledged: too few to say anything", acked)
		}
		t.Logf("%d kills, %d acknowledged, %d lost", killRounds, acked, lost)
	})
}

// The negative control: a program that acknowledges before its act is durable is caught by the same test.
func TestKillSeesALoss(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		if acked, lost := killed(t, dsn, 40, "hasty"); lost == 0 {
			t.Errorf("%d acknowledged too early, and no loss seen", acked)
		}
	})
}

// killed runs rounds of writing and kill -9 on one database, and counts what was acknowledged and is not there.
// In the end all of it is given again, as clients do that got no answer.
func killed(t *testing.T, dsn string, rounds int, manner string) (acked, lost int) {
	ctx := context.Background()
	openBooks(t, dsn, func(l *Ledger) {
		err := l.db.Act(ctx, func(tx *db.Tx) error {
			for _, path := range []string{"a", "b"} {
				if err := l.Open(ctx, tx, Account{Path: path, Asset: "CNY"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	var all []string
	for round := range rounds {
		ids := runAndKill(t, dsn, round, manner)
		acked += len(ids)
		all = append(all, ids...)
		openBooks(t, dsn, func(l *Ledger) {
			lost += missing(t, l, ids)
			total := 0
			for _, a := range accounts(t, l) {
				if a.Path == "b" {
					total = int(a.Entries)
					if a.Posted != unit.Fen(a.Entries) { // each transfer is one fen
						t.Errorf("%d entries made %s", a.Entries, a.Posted)
					}
				}
			}
			if manner == "honest" && total < len(all) {
				t.Errorf("round %d: %d entries, %d acknowledged", round, total, len(all))
			}
		})
		if lost > 0 {
			return acked, lost
		}
	}
	openBooks(t, dsn, func(l *Ledger) { // whole, and each once, however often it is given
		lost += missing(t, l, all)
		audited(t, l)
		var again [][]Transfer
		for _, id := range all {
			again = append(again, []Transfer{one(id)})
		}
		outcomes, err := l.Bulk(ctx, again...)
		for _, o := range outcomes {
			if o.New != 0 || o.Refused != nil {
				t.Errorf("given again: %+v", o)
			}
		}
		if err != nil {
			t.Error(err)
		}
	})
	return acked, lost
}

func openBooks(t *testing.T, dsn string, do func(*Ledger)) {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{DSN: dsn, Wait: leaseWait})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	l, err := New(Config{DB: d})
	if err != nil {
		t.Fatal(err)
	}
	do(l)
}

func missing(t *testing.T, l *Ledger, ids []string) (n int) {
	t.Helper()
	err := l.db.Read(context.Background(), func(tx *db.Tx) error {
		for _, id := range ids {
			e, err := selectEntry(context.Background(), tx, id)
			if err != nil {
				return err
			}
			if e == nil {
				n++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// runAndKill starts the writers in a process of their own, kills it, and returns what it had acknowledged.
func runAndKill(t *testing.T, dsn string, round int, manner string) (ids []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s %s", killedEnv, round, manner, dsn))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if len(ids) == 0 { // the moment of death is counted from the first answer
			time.AfterFunc(killAfter+time.Duration(round)*time.Millisecond, func() { cmd.Process.Kill() })
		}
		if id, whole := strings.CutSuffix(lines.Text(), "."); whole { // a torn last line acknowledges nothing
			ids = append(ids, id)
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("it ended by itself")
	}
	return ids
}

func one(id string) Transfer { return Transfer{ID: id, Kind: Post, Debit: "a", Credit: "b", Amount: 1} }

// writeUntilKilled is the other process.
func writeUntilKilled(dsn, round string, honest bool) {
	d, err := db.Open(context.Background(), db.Config{DSN: dsn, Wait: leaseWait})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	l, err := New(Config{DB: d})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx := context.Background()
	together(killWriters, func(w int) {
		for n := 0; ; n++ {
			id := fmt.Sprintf("r%s-w%d-%d", round, w, n)
			if !honest {
				os.Stdout.WriteString(id + ".\n")
			}
			if err := enterEitherWay(ctx, l, w, one(id)); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			if honest {
				os.Stdout.WriteString(id + ".\n") // one write call: whole or not at all
			}
		}
	})
}

// enterEitherWay lets some writers have an act of their own, and the others share one.
func enterEitherWay(ctx context.Context, l *Ledger, w int, t Transfer) error {
	if w%2 == 0 {
		_, err := l.Enter(ctx, t)
		return err
	}
	return l.db.Act(ctx, func(tx *db.Tx) error {
		_, err := l.Apply(ctx, tx, t)
		return err
	})
}
