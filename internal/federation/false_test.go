package federation_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
)

// twin is another log under the same name and key: what a forked or rolled back neighbour shows.
func twin(t testing.TB, s *station, leaves int) *station {
	t.Helper()
	other := openStation(t, s.code, dbtest.Open(t, nil), s.private)
	other.publish(leaves)
	return other
}

// shows lets a station answer as another does.
func (s *station) shows(other *station) {
	s.instead(func(w http.ResponseWriter, r *http.Request) bool { other.serve(w, r); return true })
}

// refused makes a round that is refused, and checks that all of it shows.
func refused(t testing.TB, f *federation.Service, code, problem string) federation.Neighbour {
	t.Helper()
	before := state(t, f, code)
	wantFault(t, f.Follow(ctx), problem)
	n := state(t, f, code)
	if n.OK || n.Problem == nil || n.Problem.Code != problem {
		t.Errorf("the neighbour shows %+v, want %s", n.Problem, problem)
	}
	if n.Problem != nil && (strings.Contains(n.Problem.Sentence(fault.ZH), "{") || strings.Contains(n.Problem.Sentence(fault.EN), "{")) {
		t.Errorf("its sentence has holes: %s", n.Problem.Sentence(fault.EN))
	}
	if n.Size != before.Size {
		t.Errorf("%d leaves were here and %d are now", before.Size, n.Size)
	}
	kept, err := f.Evidence(ctx, code)
	if err != nil || len(kept) == 0 || kept[0].Problem != problem || kept[0].Got == "" {
		t.Errorf("evidence %+v, %v", kept, err)
	}
	clean(t, f)
	return n
}

func TestAForkIsProvedKeptAndStopsOnlyItself(t *testing.T) {
	for name, sizes := range map[string][2]int{
		"same size": {300, 300}, "longer": {300, 400}, "much longer": {300, 5000}, "first leaf only": {1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			anhui, jiangsu, shanghai := newStation(t, "340000"), newStation(t, "320000"), newStation(t, "310000")
			f := shanghai.follows(quietly, anhui, jiangsu)
			anhui.publish(sizes[0])
			follow(t, f)
			anhui.shows(twin(t, anhui, sizes[1])) // salts differ, so no leaf is the same
			refused(t, f, "340000", "federation.forked")
			evidence, err := f.Evidence(ctx, "340000")
			if err != nil {
				t.Fatal(err)
			}
			provesAFork(t, evidence[0], anhui.log.PublicKey())

			// The true log comes back, and it is still a fork; the other neighbour goes on.
			anhui.instead(nil)
			jiangsu.publish(7)
			wantFault(t, f.Follow(ctx), "federation.forked")
			if n := state(t, f, "320000"); n.Size != 7 || !n.OK {
				t.Errorf("the other neighbour: %+v", n)
			}
		})
	}
}

// provesAFork checks evidence as a stranger would: two signed checkpoints, and a proof that the newer tree begins with another
// root than the older one has.
func provesAFork(t *testing.T, e federation.Evidence, key string) {
	t.Helper()
	had, err := corridorlog.OpenCheckpoint([]byte(e.Had), key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := corridorlog.OpenCheckpoint([]byte(e.Got), key)
	if err != nil {
		t.Fatal(err)
	}
	if had.Size == got.Size {
		if had.Root == got.Root {
			t.Error("the two are the same")
		}
		return
	}
	var size int64
	var root string
	if _, err := fmt.Sscanf(e.Proof, "old %d\n%s\n", &size, &root); err != nil {
		t.Fatal(err)
	}
	old, err := tlog.ParseHash(root)
	if err != nil {
		t.Fatal(err)
	}
	var proof tlog.TreeProof
	for _, line := range strings.Fields(e.Proof)[3:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			t.Fatal(err)
		}
		proof = append(proof, h)
	}
	if size != had.Size || old == had.Root {
		t.Errorf("the proof is about size %d and root %v", size, old)
	}
	if err := tlog.CheckTree(proof, got.Size, got.Root, size, old); err != nil {
		t.Error(err)
	}
}

func TestALogThatHasShrunkIsRefusedUntilItIsWholeAgain(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	f := shanghai.follows(quietly, anhui)
	anhui.publish(3)
	early, err := anhui.log.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	anhui.publish(2)
	follow(t, f)
	anhui.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/log/checkpoint" {
			w.Write(early)
			return true
		}
		return false
	})
	refused(t, f, "340000", "federation.shrunk")
	anhui.instead(nil)
	follow(t, f)
	if n := state(t, f, "340000"); !n.OK || n.Problem != nil {
		t.Errorf("%+v", n)
	}
}

func TestAFalseAnswerIsRefusedAndHeals(t *testing.T) {
	for _, tc := range []struct {
		name, problem string
		answer        func(s *station) func(path string, b []byte) []byte
	}{
		{"a signature of another", "federation.signature", func(s *station) func(string, []byte) []byte {
			private, _ := corridorlog.NewKey(s.log.Origin())
			signer, err := note.NewSigner(private)
			if err != nil {
				t.Fatal(err)
			}
			return func(path string, b []byte) []byte {
				if path != "/log/checkpoint" {
					return b
				}
				c, err := corridorlog.ParseCheckpoint(b)
				if err != nil {
					t.Fatal(err)
				}
				signed, err := note.Sign(&note.Note{Text: c.Text}, signer)
				if err != nil {
					t.Fatal(err)
				}
				return signed
			}
		}},
		{"a changed checkpoint", "federation.signature", change("/log/checkpoint", func(b []byte) []byte { return bytes.Replace(b, []byte("\n400\n"), []byte("\n401\n"), 1) })},
		{"no checkpoint at all", "federation.signature", change("/log/checkpoint", func([]byte) []byte { return []byte("\xff\x00<html>") })},
		{"a tampered leaf", "federation.root", change("/log/tile/entries/001.p/144", func(b []byte) []byte { return bytes.Replace(b, []byte(":10000}"), []byte(":90000}"), 1) })},
		{"a leaf less", "federation.entries", change("/log/tile/entries/001.p/144", func(b []byte) []byte { return b[:2+(int(b[0])<<8|int(b[1]))] })},
		{"a bundle cut short", "federation.entries", change("/log/tile/entries/001.p/144", func(b []byte) []byte { return b[:len(b)-1] })},
		{"an endless answer", "federation.entries", change("/log/tile/entries/001.p/144", func(b []byte) []byte { return make([]byte, 17<<20) })},
		{"a tampered leaf and tile", "federation.tiles", func(*station) func(string, []byte) []byte {
			return func(path string, b []byte) []byte {
				switch path {
				case "/log/tile/entries/001.p/144":
					return bytes.Replace(b, []byte(":10000}"), []byte(":90000}"), 1)
				case "/log/tile/0/001.p/144":
					b = append([]byte(nil), b...)
					b[100] ^= 1
				}
				return b
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
			f := shanghai.follows(quietly, anhui)
			anhui.publish(300)
			follow(t, f)
			anhui.publish(100)
			answer := tc.answer(anhui)
			anhui.instead(func(w http.ResponseWriter, r *http.Request) bool {
				var b []byte
				var err error
				if r.URL.Path == "/log/checkpoint" {
					b, err = anhui.log.Checkpoint(ctx)
				} else {
					b, err = anhui.log.Tile(ctx, strings.TrimPrefix(r.URL.Path, "/log/"))
				}
				if err != nil {
					http.Error(w, err.Error(), fault.KindOf(err).Status())
					return true
				}
				w.Write(answer(r.URL.Path, b))
				return true
			})
			refused(t, f, "340000", tc.problem)
			refused(t, f, "340000", tc.problem)
			if kept, _ := f.Evidence(ctx, "340000"); len(kept) != 1 {
				t.Errorf("the same is kept %d times", len(kept))
			}
			anhui.instead(nil)
			follow(t, f)
			if n := state(t, f, "340000"); n.Size != 400 || !n.OK {
				t.Errorf("it does not heal: %+v", n)
			}
			clean(t, f)
		})
	}
}

// change lets what stands at a path be changed.
func change(path string, how func([]byte) []byte) func(*station) func(string, []byte) []byte {
	return func(*station) func(string, []byte) []byte {
		return func(at string, b []byte) []byte {
			if at == path {
				return how(b)
			}
			return b
		}
	}
}

func TestANeighbourMayNotSendUsElsewhereOrKeepUs(t *testing.T) {
	anhui, other, shanghai := newStation(t, "340000"), newStation(t, "330000"), newStation(t, "310000")
	f := shanghai.follows(func(c *federation.Config) {
		quietly(c)
		c.AnswerTime = 200 * time.Millisecond
	}, anhui)
	anhui.publish(3)
	before := other.asked.Load()
	anhui.instead(func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, other.http.URL+r.URL.Path, http.StatusFound)
		return true
	})
	if err := f.Follow(ctx); err == nil || other.asked.Load() != before {
		t.Errorf("we went where it sent us: %v", err)
	}
	anhui.instead(func(w http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done() // as long as we wait
		return true
	})
	kept := make(chan error, 1)
	go func() { kept <- f.Follow(ctx) }()
	select {
	case err := <-kept:
		if err == nil {
			t.Error("a neighbour that never answers is followed")
		}
	case <-time.After(time.Minute):
		t.Fatal("it keeps us")
	}
}

// A log that drops partial bundles for finished ones, as tlog-tiles allows, is followed; so is one whose leaves are not ours.
func TestALogOfOtherSoftwareIsFollowed(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	f := shanghai.follows(quietly, anhui)
	anhui.publish(100)
	old, err := anhui.log.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	anhui.publish(200)
	anhui.instead(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path == "/log/checkpoint":
			w.Write(old)
		case strings.Contains(r.URL.Path, ".p/"):
			http.Error(w, "dropped", http.StatusNotFound)
		default:
			return false
		}
		return true
	})
	follow(t, f)
	if n := state(t, f, "340000"); n.Size != 100 || !n.OK {
		t.Errorf("%+v", n)
	}
	clean(t, f)
}

func TestALeafThatIsNotInOurFormIsKeptAndNotShown(t *testing.T) {
	const origin = "33.corridor.example/log"
	private, public := corridorlog.NewKey(origin)
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	leaf := []byte("a leaf of another time")
	root := tlog.RecordHash(leaf)
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n1\n%s\n", origin, root)}, signer)
	if err != nil {
		t.Fatal(err)
	}
	strange, shanghai := newStation(t, "330000"), newStation(t, "310000")
	strange.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/log/checkpoint" {
			w.Write(signed)
		} else {
			w.Write(append([]byte{0, byte(len(leaf))}, leaf...))
		}
		return true
	})
	f := shanghai.follows(func(c *federation.Config) { quietly(c); c.Peers[0].Key = public }, strange)
	follow(t, f)
	l, err := f.Leaf(ctx, origin, 0)
	if err != nil || l.Kind != "" || string(l.Bytes) != string(leaf) {
		t.Errorf("%+v, %v", l, err)
	}
	if n := shanghai.publicLeaves(); n != 0 {
		t.Errorf("%d leaves show", n)
	}
	clean(t, f)
}
