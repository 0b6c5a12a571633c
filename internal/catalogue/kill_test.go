package catalogue_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
)

const killEnv = "CORRIDOR_TEST_KILL" // database and snapshot of the process that is killed

// publishAndSave publishes listings and saves the index after each, until the process is killed.
func publishAndSave(t *testing.T, dsn, path string) {
	d, err := db.Open(t.Context(), db.Config{DSN: dsn, Wait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, d)
	for n := 0; ; n++ {
		h.publish(h.added("inner_id", fmt.Sprintf("K-%d-%d", os.Getpid(), n)))
		var said bytes.Buffer
		f := h.finder(path, &said)
		ctx, stop := context.WithCancel(h.ctx)
		done := make(chan error)
		go func() { done <- f.Run(ctx) }()
		_, err := f.Search(h.ctx, nobody, find.Query{Text: "冷冻电镜", Limit: 1})
		h.ok(err)
		stop()
		h.ok(<-done)
	}
}

// A process that publishes and saves snapshots is killed at any moment: the next one takes the snapshot, which is whole, makes
// nothing anew, and finds every listing that was published.
func TestTheIndexSurvivesKills(t *testing.T) {
	if at := os.Getenv(killEnv); at != "" {
		dsn, path, _ := strings.Cut(at, " ")
		publishAndSave(t, dsn, path)
	}
	dir := t.TempDir()
	dsn, path := dbtest.SQLite(t), filepath.Join(dir, "index")
	var said bytes.Buffer
	last := 0
	for round := range 6 {
		c := exec.Command(os.Args[0], "-test.run", "^TestTheIndexSurvivesKills$")
		c.Env = append(os.Environ(), killEnv+"="+dsn+" "+path, "TMPDIR="+dir)
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for began := time.Now(); ; time.Sleep(5 * time.Millisecond) { // the first round until there is a snapshot
			if _, err := os.Stat(path); err == nil && time.Since(began) > time.Duration(150+round*37)*time.Millisecond {
				break
			}
			if time.Since(began) > time.Minute {
				t.Fatalf("nothing was saved: %s", out.String())
			}
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait() // killed
		func() {
			d, err := db.Open(t.Context(), db.Config{DSN: dsn, Wait: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			h := open(t, d)
			f := h.finder(path, &said)
			found, err := f.Search(h.ctx, nobody, find.Query{Text: "冷冻电镜", Limit: 1})
			h.ok(err)
			n := 0
			h.ok(d.Read(h.ctx, func(tx *db.Tx) error {
				all, err := h.Every(h.ctx, tx, "", 1000)
				for _, l := range all {
					if l.State == catalogue.Published {
						n++
					}
				}
				return err
			}))
			if found.Total != n || n < last {
				t.Errorf("round %d: %d found, %d published, %d before", round, found.Total, n, last)
			}
			last = n
			if lines, err := f.Audit(h.ctx); err != nil || len(lines) > 0 || said.Len() > 0 {
				t.Fatalf("round %d: audit %v %v, said %s", round, lines, err, said.String())
			}
		}()
	}
	if last == 0 {
		t.Error("no listing was published")
	}
}
