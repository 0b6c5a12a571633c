package federation_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
)

// lostOne is a node that lost its database, and then what its neighbours do.
type lostOne struct {
	t        *testing.T
	was, now *station // of Anhui
	jiangsu  *station
	shanghai *station
	private  string // the new key
	note     []byte
}

// loses sets a community of three up in which Anhui's log has size leaves that both others follow; then more are published, of which
// the others cosigned the checkpoint (and shanghai follows them, where it says so), and Anhui loses its database.
func loses(t *testing.T, d *db.DB, size, more int, followed bool, prepare func(shanghai *station)) *lostOne {
	t.Helper()
	c, all := three(t)
	l := &lostOne{t: t, shanghai: all[0], jiangsu: all[1], was: all[2]}
	l.shanghai = openStation(t, "310000", d, all[0].private)
	all[0].shows(l.shanghai)
	all[0] = l.shanghai
	c.Nodes[0].URL = l.shanghai.http.URL
	note := sign(t, c, all...)
	takes := func(s *station) {
		s.keyed()
		if _, err := s.fed.TakeCommunity(ctx, keeper, note); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range all {
		takes(s)
	}
	if prepare != nil {
		prepare(l.shanghai)
	}
	l.was.publish(size)
	follow(t, l.shanghai.fed)
	follow(t, l.jiangsu.fed)
	l.was.publish(more)
	if followed {
		follow(t, l.shanghai.fed)
	} else {
		follow(t, l.was.fed) // asks for cosignatures
	}
	l.now = openStation(t, "340000", dbtest.Open(t, nil), l.was.private)
	takes(l.now)
	l.was.shows(l.now)
	return l
}

// keyed gives a station a service with people who may sign with the key of its log.
func (s *station) keyed() {
	s.t.Helper()
	people, err := access.New(access.Config{DB: s.d, NoCodes: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.follows(func(c *federation.Config) { c.Access, c.Key = people, s.private })
}

// fetchesFrom lets the node fetch back what Jiangsu holds, while Shanghai does not answer.
func (l *lostOne) fetchesFrom() {
	l.t.Helper()
	l.shanghai.instead(func(w http.ResponseWriter, r *http.Request) bool {
		held := strings.HasPrefix(r.URL.Path, "/log/held/")
		if held {
			http.Error(w, "later", http.StatusServiceUnavailable)
		}
		return held
	})
	if _, err := l.now.fed.Recover(ctx, l.now.log); err != nil {
		l.t.Fatal(err)
	}
}

// asks writes the statement, signed by the new key alone.
func (l *lostOne) asks(size int64) {
	l.t.Helper()
	signed, err := l.now.log.Checkpoint(ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	c, err := corridorlog.ParseCheckpoint(signed)
	if err != nil || c.Size != size {
		l.t.Fatalf("the log has %d leaves, want %d, %v", c.Size, size, err)
	}
	private, public := corridorlog.NewKey(l.now.log.Origin())
	w, err := corridorlog.NewCosigner(private)
	if err != nil {
		l.t.Fatal(err)
	}
	e, err := l.now.fed.NextEpoch(ctx, c.Size, c.Root, public, w.PublicKey(), []string{l.now.log.PublicKey()}, "数据库丢失（演示） the database was lost (demo)")
	if err != nil {
		l.t.Fatal(err)
	}
	text, err := e.Text()
	if err != nil {
		l.t.Fatal(err)
	}
	if l.note, err = federation.SignEpoch([]byte(text), private); err != nil {
		l.t.Fatal(err)
	}
	l.private = private
}

// goesOn lets the node sign with the new key.
func (l *lostOne) goesOn() {
	l.t.Helper()
	var err error
	if l.now.log, err = corridorlog.New(corridorlog.Config{DB: l.now.d, Origin: l.now.log.Origin(), Key: l.private}); err != nil {
		l.t.Fatal(err)
	}
	if l.now.witness, err = corridorlog.NewCosigner(l.private); err != nil {
		l.t.Fatal(err)
	}
	l.now.private = l.private
	l.now.keyed()
	if err := l.now.fed.Open(ctx); err != nil {
		l.t.Fatal(err)
	}
}

// shown is what a node shows of a neighbour's log.
func shown(t *testing.T, s *station, code string) string {
	t.Helper()
	n := state(t, s.fed, code)
	problem := "-"
	if n.Problem != nil {
		problem = n.Problem.Code
	}
	all, err := s.fed.Epochs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	epochs := ""
	for _, e := range all {
		epochs += fmt.Sprintf(" epoch %d from %d by %s aside %d", e.Epoch.Epoch, e.Size, strings.Join(e.By, ","), e.Aside)
	}
	return fmt.Sprintf("%d %s%s", n.Size, problem, epochs)
}

func TestANodeThatCannotFetchBackWhatItLostBeginsANewEpochThatItsNeighboursCountersigned(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := loses(t, d, 5, 2, false, nil)
		_, err := l.now.fed.Recover(ctx, l.now.log)
		wantFault(t, err, "federation.recover_lost") // seven were cosigned, five are held
		l.asks(5)
		want := func(s *station, want string) {
			t.Helper()
			if got := shown(t, s, "340000"); got != want {
				t.Errorf("%s shows %q, want %q", s.code, got, want)
			}
		}

		// Declared by itself it counts for nobody: the log under the new key is refused, and the statement kept.
		l.goesOn()
		l.now.publish(1)
		declared := base64.StdEncoding.EncodeToString(l.note) + "\n"
		l.now.instead(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/log/epochs" {
				w.Write([]byte(declared))
			}
			return r.URL.Path == "/log/epochs"
		})
		wantFault(t, l.shanghai.fed.Follow(ctx), "federation.epoch_quorum")
		want(l.shanghai, "5 federation.epoch_quorum")
		if kept, err := l.shanghai.fed.Evidence(ctx, "340000"); err != nil || len(kept) != 1 || kept[0].Got != string(l.note) {
			t.Errorf("kept %+v, %v", kept, err)
		}
		_, _, err = l.now.fed.BeginEpoch(ctx, l.note, l.was.log.PublicKey())
		wantFault(t, err, "federation.epoch_quorum")

		// An officer of each neighbour compares the new key by telephone and countersigns.
		_, err = l.shanghai.fed.Countersign(ctx, clerk, l.note, "")
		wantFault(t, err, "access.not_found")
		_, err = l.shanghai.fed.Countersign(ctx, keeper, l.note, "0000")
		wantFault(t, err, "federation.fingerprint")
		st, err := l.shanghai.fed.ReadEpoch(ctx, keeper, l.note)
		if err != nil || st.Tree != "same" || st.Held != 5 || st.Need != 2 || len(st.By) != 0 {
			t.Fatalf("%+v, %v", st, err)
		}
		one, err := l.shanghai.fed.Countersign(ctx, keeper, l.note, st.NewPrint)
		if err != nil || !slices.Equal(one.By, []string{"310000"}) || one.Holds() {
			t.Fatalf("%+v, %v", one, err)
		}
		_, _, err = l.now.fed.BeginEpoch(ctx, []byte(one.Signed), l.was.log.PublicKey())
		wantFault(t, err, "federation.epoch_quorum")
		two, err := l.jiangsu.fed.Countersign(ctx, keeper, l.note, st.NewPrint)
		if err != nil {
			t.Fatal(err)
		}
		both, err := federation.MergeEpochs([]byte(one.Signed), []byte(two.Signed))
		if err != nil {
			t.Fatal(err)
		}
		if _, by, err := l.now.fed.BeginEpoch(ctx, both, l.was.log.PublicKey()); err != nil || len(by) != 2 {
			t.Fatalf("%v, %v", by, err)
		}
		l.now.sequence()
		l.now.instead(nil)

		// From here on it is followed again, and witnessed; both sides show the epoch, and the old one is kept as evidence.
		for _, s := range []*station{l.shanghai, l.jiangsu} {
			follow(t, s.fed)
			want(s, "7 - epoch 2 from 5 by 310000,320000 aside 0")
			clean(t, s.fed)
		}
		follow(t, l.now.fed)
		follow(t, l.shanghai.fed)
		if n := state(t, l.shanghai.fed, "340000"); !slices.Contains(n.Witnesses, l.shanghai.log.Origin()) && len(n.Witnesses) == 0 {
			t.Errorf("cosigned by %v", n.Witnesses)
		}
		if kept, err := l.shanghai.fed.Evidence(ctx, "340000"); err != nil || kept[0].Problem != "federation.epoch_begun" || !strings.Contains(kept[0].Had, "\n7\n") {
			t.Errorf("kept %+v, %v", kept, err)
		}
		if found, err := l.now.log.Audit(ctx); err != nil || len(found) > 0 {
			t.Errorf("%v, %v", found, err)
		}

		// Who still has the old database and the old key is nobody's neighbour any more.
		l.was.instead(nil)
		l.was.publish(3)
		wantFault(t, l.shanghai.fed.Follow(ctx), "federation.signature")
		want(l.shanghai, "7 federation.signature epoch 2 from 5 by 310000,320000 aside 0")
		l.was.shows(l.now)
		follow(t, l.shanghai.fed)
		want(l.shanghai, "7 - epoch 2 from 5 by 310000,320000 aside 0")
	})
}

func TestWhatStoodBehindTheBeginningOfANewEpochIsSetAside(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		cuts, handed, aside := []int64{}, []int64{}, []int64{}
		l := loses(t, d, 260, 300, true, func(s *station) {
			s.fed.Mirror(federation.Mirror{Kind: "voucher.paid",
				Take: func(_ context.Context, _ *db.Tx, _ federation.Peer, all []federation.Published) ([]error, error) {
					for _, p := range all {
						handed = append(handed, p.Index)
					}
					return make([]error, len(all)), nil
				},
				Cut: func(_ context.Context, _ *db.Tx, _ federation.Peer, _ string, index int64) error {
					cuts = append(cuts, index)
					return nil
				},
				Aside: func(_ context.Context, _ *db.Tx, _ federation.Peer, all []federation.Published) error {
					if !slices.Contains(handed, 259) {
						t.Errorf("told of what was set aside after %d leaves", len(handed))
					}
					for _, p := range all {
						aside = append(aside, p.Index)
						if !p.Gone || len(p.Fields) < 10 {
							t.Errorf("set aside is %+v", p)
						}
					}
					return nil
				}})
		})
		l.fetchesFrom()
		l.asks(260)
		st, err := l.shanghai.fed.ReadEpoch(ctx, keeper, l.note)
		if err != nil || st.Tree != "same" || st.Held != 560 {
			t.Fatalf("%+v, %v", st, err)
		}
		both := l.note
		for _, s := range []*station{l.shanghai, l.jiangsu} {
			x, err := s.fed.Countersign(ctx, keeper, both, st.NewPrint)
			if err != nil {
				t.Fatal(err)
			}
			both = []byte(x.Signed)
		}
		l.goesOn()
		if _, _, err := l.now.fed.BeginEpoch(ctx, both, l.was.log.PublicKey()); err != nil {
			t.Fatal(err)
		}
		l.now.sequence()
		l.now.publish(10)
		handed = nil
		follow(t, l.shanghai.fed)
		if got, want := shown(t, l.shanghai, "340000"), "271 - epoch 2 from 260 by 310000,320000 aside 300"; got != want {
			t.Errorf("it shows %q, want %q", got, want)
		}
		if !slices.Equal(cuts, []int64{260}) || len(handed) != 270 || handed[0] != 0 || handed[269] != 270 {
			t.Errorf("cut at %v, %d handed over again", cuts, len(handed))
		}
		if len(aside) != 300 || aside[0] != 260 || aside[299] != 559 {
			t.Errorf("%d were set aside: %v", len(aside), aside)
		}
		clean(t, l.shanghai.fed)
		follow(t, l.shanghai.fed)
		if n := l.shanghai.publicLeaves(); n != 271 {
			t.Errorf("%d leaves are public", n)
		}
		// Nobody takes a leaf out of a log by other ways than an epoch.
		if err := d.Act(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM federation_leaf WHERE idx = 270`)
			return err
		}); err == nil {
			t.Error("a verified leaf can be deleted")
		}
	})
}

func TestWhatIsNoStatementOfANewEpoch(t *testing.T) {
	l := loses(t, dbtest.Open(t, nil), 5, 2, true, nil)
	l.fetchesFrom()
	l.asks(5)
	text, _, _ := strings.Cut(string(l.note), "\n\n")
	signed := func(old, new string) []byte {
		b, err := federation.SignEpoch([]byte(strings.Replace(text, old, new, 1)+"\n"), l.private)
		if err != nil {
			return []byte(strings.Replace(text, old, new, 1) + "\n")
		}
		return b
	}
	_, other := corridorlog.NewKey(l.was.log.Origin())
	for name, tc := range map[string]struct {
		note []byte
		want string
	}{
		"another form":               {[]byte("corridor epoch v2\n{}\n"), "federation.epoch_form"},
		"a field that is unknown":    {signed(`"code"`, `"cod"`), "federation.epoch_form"},
		"of nobody that is known":    {signed(`"code":"340000"`, `"code":"360000"`), "federation.epoch_of"},
		"of another neighbour":       {signed(`"code":"340000"`, `"code":"320000"`), "federation.epoch_of"},
		"a number too far":           {signed(`"before":""`, `"before":"sha256:x"`), "federation.epoch_form"},
		"an old key that would stay": {signed(l.was.log.PublicKey(), other), "federation.epoch_ended"},
		"not signed by its key":      {[]byte(text + "\n"), "federation.epoch_key"},
		"of another tree":            {signed(`"size":5`, `"size":4`), "federation.epoch_tree"},
	} {
		st, err := l.shanghai.fed.ReadEpoch(ctx, keeper, tc.note)
		print := st.NewPrint
		if err == nil {
			_, err = l.shanghai.fed.Countersign(ctx, keeper, tc.note, print)
		}
		t.Run(name, func(t *testing.T) { wantFault(t, err, tc.want) })
	}
}
