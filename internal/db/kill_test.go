package db_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

const (
	killWriters  = 64
	killRounds   = 20
	killAfterMin = 3 * killWriters // acknowledged acts of a round before the kill; the first of each writer may be an old one
)

// TestMain is also the process that is killed: with CORRIDOR_KILL_DSN it writes until it dies.
func TestMain(m *testing.M) {
	if dsn := os.Getenv("CORRIDOR_KILL_DSN"); dsn != "" {
		if err := writeUntilKilled(dsn, os.Getenv("CORRIDOR_KILL_EARLY") != ""); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// writeUntilKilled runs 64 writers. Each adds its next number and counts it in one act, then says so: "writer number".
// After a restart a writer asks again for the number whose outcome it does not know, as a client with an idempotency
// key does. A liar says so inside the act, before it is durable: the negative control.
func writeUntilKilled(dsn string, early bool) error {
	d, err := db.Open(ctx, db.Config{DSN: dsn, Wait: 10 * time.Second})
	if err != nil {
		return err
	}
	var mu sync.Mutex
	say := func(w, n int64) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf("%d %d\n", w, n)
	}
	failed := make(chan error)
	for w := range int64(killWriters) {
		go func() {
			var n int64
			if err := d.Read(ctx, func(tx *db.Tx) error {
				return tx.QueryRow(ctx, `SELECT COALESCE(max(n), 0) FROM act WHERE writer = $1`, w).Scan(&n)
			}); err != nil {
				failed <- err
				return
			}
			for n = max(n, 1); ; n++ { // the last one may not have been acknowledged: it is asked for again
				err := d.Act(ctx, func(tx *db.Tx) error {
					added, err := tx.Exec(ctx, `INSERT INTO act (writer, n) VALUES ($1, $2) ON CONFLICT (writer, n) DO NOTHING`, w, n)
					if err != nil || added == 0 {
						return err
					}
					if early {
						say(w, n)
						time.Sleep(time.Millisecond)
					}
					_, err = tx.Exec(ctx, `UPDATE tally SET n = n + 1 WHERE writer = $1`, w)
					return err
				})
				if err != nil {
					failed <- err
					return
				}
				if !early {
					say(w, n)
				}
			}
		}()
	}
	return <-failed
}

func TestNoAcknowledgedActIsLostByAKill(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		rounds := killRounds
		if strings.HasPrefix(dsn, "postgres") {
			rounds = 5 // the server lives on, so there is less to see
		}
		lost, twice, acknowledged := killed(t, dsn, rounds, false)
		if lost != 0 || twice != 0 || acknowledged < int64(rounds*killWriters) {
			t.Errorf("%d of %d acknowledged acts lost, %d writers counted twice", lost, acknowledged, twice)
		}
	})
}

// The test can see loss: a process that acknowledges before the commit loses acts.
func TestTheKillTestSeesLoss(t *testing.T) {
	for range 10 { // a kill while the disk writes loses nothing, and with a slow one that is when most of them come
		lost, _, acknowledged := killed(t, dbtest.SQLite(t), 3, true)
		if lost > 0 {
			return
		}
		t.Logf("none of %d acts that were acknowledged too early were lost", acknowledged)
	}
	t.Error("it does not see loss")
}

// killed starts the writers so many times, kills them, and compares what they said with what is there.
func killed(t *testing.T, dsn string, rounds int, early bool) (lost, twice, acknowledged int64) {
	t.Helper()
	d, err := db.Open(ctx, db.Config{DSN: dsn})
	must(t, err)
	must(t, act(d, `CREATE TABLE act (writer BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (writer, n))`, `CREATE TABLE tally (writer BIGINT PRIMARY KEY, n BIGINT NOT NULL)`))
	must(t, d.Act(ctx, func(tx *db.Tx) error {
		for w := range killWriters {
			if _, err := tx.Exec(ctx, `INSERT INTO tally (writer, n) VALUES ($1, 0)`, w); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, d.Close())
	said := map[[2]int64]bool{}
	for range rounds {
		for _, s := range killOnce(t, dsn, early) {
			said[s] = true
		}
	}
	d, err = db.Open(ctx, db.Config{DSN: dsn, Wait: 10 * time.Second})
	must(t, err)
	defer d.Close()
	there := map[[2]int64]bool{}
	must(t, d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT writer, n FROM act ORDER BY writer, n LIMIT 10000000`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s [2]int64
			if err := rows.Scan(&s[0], &s[1]); err != nil {
				return err
			}
			there[s] = true
		}
		return rows.Err()
	}))
	for s := range said {
		if !there[s] {
			lost++
		}
	}
	twice = number(t, d, `SELECT count(*) FROM tally WHERE n <> (SELECT count(*) FROM act WHERE act.writer = tally.writer)`)
	return lost, twice, int64(len(said))
}

// killOnce starts the writers, kills them with SIGKILL in the middle, and returns what they acknowledged.
func killOnce(t *testing.T, dsn string, early bool) (said [][2]int64) {
	t.Helper()
	c := writers(t, dsn, early)
	out, err := c.StdoutPipe()
	must(t, err)
	c.Stderr = os.Stderr
	must(t, c.Start())
	lines := bufio.NewScanner(out)
	after := killAfterMin + rand.IntN(killAfterMin) // at any moment of a batch
	for lines.Scan() {
		var s [2]int64
		if n, _ := fmt.Sscan(lines.Text(), &s[0], &s[1]); n != 2 || !strings.Contains(lines.Text(), " ") {
			continue // cut off by the kill
		}
		said = append(said, s)
		if len(said) == after {
			must(t, c.Process.Kill())
		}
	}
	if err := c.Wait(); err == nil || len(said) < killAfterMin {
		t.Fatalf("the writers ended by themselves after %d acts: %v", len(said), err)
	}
	return said
}

func writers(t *testing.T, dsn string, early bool) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	c := exec.Command(self)
	c.Env = append(os.Environ(), "CORRIDOR_KILL_DSN="+dsn)
	if early {
		c.Env = append(c.Env, "CORRIDOR_KILL_EARLY=1")
	}
	return c
}
