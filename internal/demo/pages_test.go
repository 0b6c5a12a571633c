package demo

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/node"
	"corridor/internal/unit"
)

// town is one node of the world over a database of the test, used as people use it: by its pages, over HTTP.
type town struct {
	*testing.T
	*walker
	node *node.Node
	now  time.Time
	list string // address of a payment list
}

// walksAs joins a town with whoever goes ways in it.
func (w *town) walksAs(n *node.Node, at string) *town {
	w.node = n
	w.walker = &walker{at: at, code: n.Node.Code, who: map[string]*http.Client{}, cases: map[string]string{}, clock: func() time.Time { return w.now },
		move: func(days int) { w.passes(time.Duration(days) * 24 * time.Hour) }, shared: w.sharedLastYear, fail: w.T.Fatalf,
		stands: func(account string) (left unit.Fen) {
			w.must(n.DB.Read(context.Background(), func(tx *db.Tx) error {
				a, err := n.Ledger.Balance(context.Background(), tx, account)
				if left = a.Available; fault.KindOf(err) == fault.NotFound { // nothing has moved there yet
					return nil
				}
				return err
			}))
			return left
		},
		again: func() {
			_, err := n.Cases.Tick(context.Background())
			w.must(err)
		}}
	return w
}

// eachTown opens a jurisdiction's node on every database, with everybody and everything of the demonstration.
func eachTown(t *testing.T, code string, test func(*town)) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		w := openTown(t, code, dsn)
		test(w)
		lines, err := w.node.Cases.Audit(context.Background())
		if err != nil || len(lines) > 0 {
			t.Error("audit:", lines, err)
		}
	})
}

// allPacks are read once for all towns: nobody changes them.
var allPacks = sync.OnceValues(node.Packs)

// openTown opens a jurisdiction's node over a database.
func openTown(t *testing.T, code, dsn string) *town {
	t.Helper()
	w := &town{T: t, now: opensOn()}
	m := memberOf(code)
	packs, err := allPacks()
	w.must(err)
	private, _ := corridorlog.NewKey(origin(m))
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	n, err := node.Open(context.Background(), node.Config{Node: m.face(), Dir: filepath.Join(t.TempDir(), m.Short()), DSN: dsn, Origin: origin(m), Key: private,
		Schemes: node.PacksOf(packs, code), Now: func() time.Time { return w.now }, NoCodes: true, Logger: quiet, Extract: inHere{}})
	w.must(err)
	t.Cleanup(func() { n.Close() })
	w.must(build(context.Background(), n, nil))
	s := httptest.NewServer(n.Web)
	t.Cleanup(s.Close)
	return w.walksAs(n, s.URL)
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// passes moves the clock and lets what is due happen.
func (w *town) passes(d time.Duration) {
	w.Helper()
	w.now = w.now.Add(d)
	_, err := w.node.Cases.Tick(context.Background())
	w.must(err)
	clear(w.who) // sessions have ended
}
