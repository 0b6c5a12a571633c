package federation_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
)

// village is stations that all follow, and witness, one another.
func village(t *testing.T, codes ...string) []*station {
	t.Helper()
	var all []*station
	for _, code := range codes {
		all = append(all, newStation(t, code))
	}
	for i, s := range all {
		var others []*station
		for k, o := range all {
			if k != i {
				others = append(others, o)
			}
		}
		s.follows(nil, others...)
	}
	return all
}

func TestNeighboursWitnessOneAnother(t *testing.T) {
	all := village(t, "310000", "320000", "340000")
	anhui := all[2]
	keys := anhui.log.PublicKey() + "\n" + all[0].witness.PublicKey() + "\n" + all[1].witness.PublicKey()
	for round := range 3 {
		anhui.publish(10 + round)
		follow(t, anhui.fed) // asks the others
		signed, err := anhui.log.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		c, err := corridorlog.OpenCheckpoint(signed, keys)
		if err != nil || len(c.Witnesses) != 2 {
			t.Fatalf("round %d: %v, %v", round, c.Witnesses, err)
		}
	}
	follow(t, all[0].fed) // sees what the other one signed, too
	if n := state(t, all[0].fed, "340000"); len(n.Witnesses) != 2 || n.Size != 33 {
		t.Errorf("%+v", n)
	}
	e, err := anhui.log.Entry(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := anhui.log.Receipt(ctx, e.ID, false)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := corridorlog.VerifyReceipt(receipt, keys); err != nil || len(v.Witnesses) != 2 {
		t.Errorf("the receipt has %v, %v", v.Witnesses, err)
	}
	if found, err := anhui.log.Audit(ctx); err != nil || len(found) != 0 {
		t.Errorf("audit %v, %v", found, err)
	}
	before := all[0].asked.Load()
	follow(t, anhui.fed)
	if n := all[0].asked.Load() - before; n != 1 {
		t.Errorf("without news a neighbour is asked %d times", n)
	}
}

// A node that starts again does not know what it was given before; the witness tells it.
func TestAWitnessSaysWhatItSignedLast(t *testing.T) {
	all := village(t, "310000", "340000")
	shanghai, anhui := all[0], all[1]
	anhui.publish(3)
	follow(t, anhui.fed)
	anhui.follows(nil, shanghai) // a new process
	anhui.publish(4)
	follow(t, anhui.fed)
	signed, err := anhui.log.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := corridorlog.OpenCheckpoint(signed, anhui.log.PublicKey()+"\n"+shanghai.witness.PublicKey()); err != nil || len(c.Witnesses) != 1 || c.Size != 7 {
		t.Errorf("%+v, %v", c, err)
	}
}

// request is the body of add-checkpoint for a log from one size on.
func request(t testing.TB, l *corridorlog.Log, old int64) string {
	t.Helper()
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c, err := corridorlog.ParseCheckpoint(signed)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := l.Consistency(ctx, min(old, c.Size), c.Size)
	if err != nil {
		t.Fatal(err)
	}
	return requestOf(old, proof, string(signed))
}

func requestOf(old int64, proof tlog.TreeProof, signed string) string {
	b := fmt.Sprintf("old %d\n", old)
	for _, h := range proof {
		b += h.String() + "\n"
	}
	return b + "\n" + signed
}

// The statuses are those of C2SP tlog-witness.
func TestAWitnessAnswersByTheBook(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		anhui := newStation(t, "340000")
		shanghai := openStation(t, "310000", d, "")
		f := shanghai.follows(quietly, anhui)
		anhui.publish(5)
		first, err := anhui.log.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		post := func(body string, status int, want string) federation.Answer {
			t.Helper()
			a, err := f.AddCheckpoint(ctx, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if a.Status != status || !strings.HasPrefix(string(a.Body), want) {
				t.Errorf("got %d %q, want %d %q", a.Status, a.Body, status, want)
			}
			return a
		}
		post("", 400, "")
		post("old x\n\n"+string(first), 400, "the first line")
		post("old 01\n\n"+string(first), 400, "the first line")
		post("old 0\nnohash\n\n"+string(first), 400, "a line of the proof")
		post("old 0\n"+strings.Repeat(tlog.Hash{}.String()+"\n", 64)+"\n"+string(first), 400, "the proof is too long")
		post("old 0\n\nno checkpoint", 400, "this is no checkpoint")
		post("old 6\n\n"+string(first), 400, "the old size is over")
		post("old 0\n\n"+strings.Repeat("x", 70_000), 400, "the request is too large")
		post("old 0\n\n"+strings.Replace(string(first), "\n5\n", "\n6\n", 1), 403, "")
		post(requestOf(0, nil, strings.ReplaceAll(string(first), "34.corridor", "35.corridor")), 404, "the log is not")
		post(requestOf(3, nil, string(first)), 409, "0\n")
		post(requestOf(0, tlog.TreeProof{{}}, string(first)), 422, "there is nothing")

		ok := post(requestOf(0, nil, string(first)), 200, "— 31.corridor.example/log/witness ")
		if c, err := corridorlog.OpenCheckpoint(append(append([]byte(nil), first...), ok.Body...), anhui.log.PublicKey()+"\n"+shanghai.witness.PublicKey()); err != nil || len(c.Witnesses) != 1 {
			t.Errorf("%+v, %v", c, err)
		}
		if a := post(requestOf(0, nil, string(first)), 409, "5\n"); a.Type != "text/x.tlog.size" {
			t.Errorf("the type is %q", a.Type)
		}
		post(requestOf(5, nil, string(first)), 200, "— ") // the same again
		anhui.publish(4)
		second, err := anhui.log.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		post(requestOf(5, nil, string(second)), 422, "the consistency proof")
		post(requestOf(5, tlog.TreeProof{{}, {}}, string(second)), 422, "the consistency proof")
		post(request(t, anhui.log, 5), 200, "— ")
		post(requestOf(5, nil, string(first)), 409, "9\n") // back is no way
		none, err := federation.New(federation.Config{DB: d, Self: "310000", Networks: loopback, Peers: []federation.Peer{anhui.peer()}})
		if err != nil {
			t.Fatal(err)
		}
		if a, err := none.AddCheckpoint(ctx, []byte(request(t, anhui.log, 9))); err != nil || a.Status != 404 {
			t.Errorf("a node that is no witness says %+v, %v", a, err)
		}
	})
}

// A log that shows its witness one tree and its followers another is found out, whichever sees the false one first.
func TestATreeForWitnessesOnlyIsAFork(t *testing.T) {
	t.Run("of the same size", func(t *testing.T) {
		anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
		f := shanghai.follows(quietly, anhui)
		anhui.publish(5)
		if a, err := f.AddCheckpoint(ctx, []byte(request(t, anhui.log, 0))); err != nil || a.Status != 200 {
			t.Fatalf("%+v, %v", a, err)
		}
		if a, err := f.AddCheckpoint(ctx, []byte(request(t, twin(t, anhui, 5).log, 5))); err != nil || a.Status != 409 {
			t.Errorf("%+v, %v", a, err)
		}
		wantFault(t, f.Follow(ctx), "federation.forked")
	})
	t.Run("followed first", func(t *testing.T) {
		anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
		f := shanghai.follows(quietly, anhui)
		anhui.publish(9)
		follow(t, f)
		if a, err := f.AddCheckpoint(ctx, []byte(request(t, twin(t, anhui, 5).log, 0))); err != nil || a.Status != 409 {
			t.Errorf("%+v, %v", a, err)
		}
		if n := state(t, f, "340000"); n.Problem == nil || n.Problem.Code != "federation.forked" {
			t.Errorf("%+v", n)
		}
		if a, err := f.AddCheckpoint(ctx, []byte(request(t, anhui.log, 0))); err != nil || a.Status != 403 {
			t.Errorf("a forked log is still signed: %+v, %v", a, err)
		}
	})
	t.Run("followed further than signed", func(t *testing.T) {
		anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
		f := shanghai.follows(quietly, anhui)
		anhui.publish(9)
		follow(t, f)
		other := twin(t, anhui, 12)
		for old, status := range map[int64]int{0: 409, 9: 422} {
			if a, err := f.AddCheckpoint(ctx, []byte(request(t, other.log, old))); err != nil || a.Status != status {
				t.Errorf("another tree from %d on: %+v, %v", old, a, err)
			}
		}
		anhui.publish(3)
		if a, err := f.AddCheckpoint(ctx, []byte(request(t, anhui.log, 9))); err != nil || a.Status != 200 {
			t.Errorf("the tree that is followed: %+v, %v", a, err)
		}
	})
	t.Run("signed one, followed another", func(t *testing.T) {
		anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
		f := managed(t, shanghai, anhui)
		if a, err := f.AddCheckpoint(ctx, []byte(request(t, twin(t, anhui, 5).log, 0))); err != nil || a.Status != 200 {
			t.Fatalf("%+v, %v", a, err)
		}
		anhui.publish(9)
		wantFault(t, f.Follow(ctx), "federation.forked")
		if err := f.Clear(ctx, keeper, "340000", "looked"); err != nil {
			t.Fatal(err)
		}
		anhui.publish(3)
		if a, err := f.AddCheckpoint(ctx, []byte(request(t, anhui.log, 9))); err != nil || a.Status != 409 || state(t, f, "340000").Problem == nil {
			t.Errorf("a tree that does not continue what was signed: %+v, %v", a, err)
		}
	})
	t.Run("witnessed first", func(t *testing.T) {
		anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
		f := shanghai.follows(quietly, anhui)
		if a, err := f.AddCheckpoint(ctx, []byte(request(t, twin(t, anhui, 5).log, 0))); err != nil || a.Status != 200 {
			t.Fatalf("%+v, %v", a, err)
		}
		anhui.publish(9)
		wantFault(t, f.Follow(ctx), "federation.forked")
		kept, err := f.Evidence(ctx, "340000")
		if err != nil || len(kept) != 1 || kept[0].Had == "" {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

// Many ask at once with the same old size: one is signed, no size is ever signed twice with two roots, the state never goes back.
func TestAWitnessDecidesOneAfterTheOther(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	f := shanghai.follows(quietly, anhui)
	var bodies []string
	for range 8 {
		anhui.publish(1)
		signed, err := anhui.log.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, requestOf(0, nil, string(signed)))
	}
	var mu sync.Mutex
	signed := 0
	var all sync.WaitGroup
	for _, body := range bodies {
		all.Go(func() {
			a, err := f.AddCheckpoint(ctx, []byte(body))
			mu.Lock()
			defer mu.Unlock()
			if err != nil || a.Status != 200 && a.Status != 409 {
				t.Errorf("%+v, %v", a, err)
			}
			if a.Status == 200 {
				signed++
			}
		})
	}
	all.Wait()
	if signed != 1 {
		t.Errorf("%d were signed from nothing", signed)
	}
}

func TestAWitnessThatLiesIsNotBelieved(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"no signature":      func(w http.ResponseWriter) { io.WriteString(w, "thank you") },
		"a false signature": func(w http.ResponseWriter) { io.WriteString(w, "— 31.corridor.example/log/witness AAAA\n") },
		"a size over ours": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/x.tlog.size")
			w.WriteHeader(409)
			io.WriteString(w, "99999\n")
		},
		"never content": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/x.tlog.size")
			w.WriteHeader(409)
			io.WriteString(w, "1\n")
		},
		"an endless answer": func(w http.ResponseWriter) { w.Write(make([]byte, 1<<20)) },
		"an error":          func(w http.ResponseWriter) { w.WriteHeader(500) },
	} {
		all := village(t, "310000", "340000")
		shanghai, anhui := all[0], all[1]
		anhui.publish(3)
		shanghai.instead(func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/add-checkpoint") {
				return false
			}
			answer(w)
			return true
		})
		if err := anhui.fed.Follow(ctx); err == nil {
			t.Errorf("%s: nothing is said", name)
		}
		if n := state(t, anhui.fed, "310000"); n.Problem != nil || !n.OK {
			t.Errorf("%s: a bad witness is no bad log: %+v", name, n)
		}
		if found, err := anhui.log.Audit(ctx); err != nil || len(found) != 0 {
			t.Errorf("%s: audit %v, %v", name, found, err)
		}
	}
}
