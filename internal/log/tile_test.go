package log_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
)

// serve puts a log behind HTTP at the addresses of C2SP tlog-tiles.
func serve(t testing.TB, l *corridorlog.Log) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b []byte
		var err error
		if path := strings.TrimPrefix(r.URL.Path, "/log/"); path == "checkpoint" {
			b, err = l.Checkpoint(r.Context())
		} else {
			b, err = l.Tile(r.Context(), path)
		}
		if err != nil {
			http.Error(w, err.Error(), fault.KindOf(err).Status())
			return
		}
		w.Write(b)
	}))
	t.Cleanup(s.Close)
	return s
}

func grown(t *testing.T, d *db.DB, size int) *corridorlog.Log {
	l := newLog(t, d)
	n := 0
	if _, err := l.Import(ctx, func() (corridorlog.Leaf, bool) { n++; return paid(n), n <= size }); err != nil {
		t.Fatal(err)
	}
	return l
}

// The client of the Tessera project reads our log: checkpoint, inclusion, consistency, entries.
func TestAClientWeDidNotWriteReadsTheLog(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := grown(t, d, 700)
		s := serve(t, l)
		root, err := url.Parse(s.URL + "/log/")
		if err != nil {
			t.Fatal(err)
		}
		f, err := client.NewHTTPFetcher(root, s.Client())
		if err != nil {
			t.Fatal(err)
		}
		v, err := note.NewVerifier(l.PublicKey())
		if err != nil {
			t.Fatal(err)
		}
		tracker, err := client.NewLogStateTracker(ctx, f.ReadTile, nil, v, l.Origin(), client.UnilateralConsensus(f.ReadCheckpoint))
		if err != nil {
			t.Fatal(err)
		}
		checkpoint := tracker.Latest()
		if checkpoint.Size != 700 {
			t.Fatalf("it sees %d leaves", checkpoint.Size)
		}
		builder, err := client.NewProofBuilder(ctx, checkpoint.Size, f.ReadTile)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []uint64{0, 255, 256, 511, 512, 699} {
			p, err := builder.InclusionProof(ctx, n)
			if err != nil {
				t.Fatal(err)
			}
			bundle, err := client.GetEntryBundle(ctx, f.ReadEntryBundle, n/256, checkpoint.Size)
			if err != nil {
				t.Fatal(err)
			}
			leaf := bundle.Entries[n%256]
			e, err := l.Entry(ctx, int64(n))
			if err != nil || string(e.Leaf) != string(leaf) {
				t.Errorf("entry %d is %q, %v", n, leaf, err)
			}
			if err := proof.VerifyInclusion(rfc6962.DefaultHasher, n, checkpoint.Size, rfc6962.DefaultHasher.HashLeaf(leaf), p, checkpoint.Hash); err != nil {
				t.Errorf("leaf %d: %v", n, err)
			}
		}
		fill(t, d, l, 400)
		if _, p, _, err := tracker.Update(ctx); err != nil || len(p) == 0 {
			t.Errorf("the log grew and the client says: proof of %d hashes, %v", len(p), err)
		}
		if got := tracker.Latest().Size; got != 1100 {
			t.Errorf("it sees %d leaves", got)
		}
		// Its format of bundles is ours.
		b, err := l.Tile(ctx, "tile/entries/000")
		if err != nil {
			t.Fatal(err)
		}
		var theirs api.EntryBundle
		if err := theirs.UnmarshalText(b); err != nil || len(theirs.Entries) != 256 {
			t.Errorf("%d entries, %v", len(theirs.Entries), err)
		}
	})
}

// remote is tlog.TileReader over HTTP, as a client of the Go checksum database has it.
type remote struct {
	t   testing.TB
	url string
}

func (r remote) Height() int { return 8 }

func (r remote) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		answer, err := http.Get(r.url + "/log/" + corridorlog.TilePath(t.L, t.N, t.W))
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			return nil, errors.Join(err, fmt.Errorf("%s: %s", t.Path(), answer.Status))
		}
		out = append(out, b)
	}
	return out, nil
}

func (r remote) SaveTiles([]tlog.Tile, [][]byte) {}

func TestTheTileReaderOfGoReadsTheLog(t *testing.T) {
	d := dbtest.Open(t, nil)
	l := grown(t, d, 3000)
	s := serve(t, l)
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c, err := corridorlog.OpenCheckpoint(signed, l.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	r := tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, remote{t, s.URL})
	for _, n := range []int64{0, 255, 2559, 2999} {
		p, err := tlog.ProveRecord(c.Size, n, r)
		if err != nil {
			t.Fatal(err)
		}
		e, err := l.Entry(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(p, c.Size, c.Root, n, tlog.RecordHash(e.Leaf)); err != nil {
			t.Errorf("leaf %d: %v", n, err)
		}
	}
	clean(t, l)
}

func TestOnlyTilesOfTheTreeAreThere(t *testing.T) {
	d := dbtest.Open(t, nil)
	l := grown(t, d, 300)
	for path, want := range map[string]int{
		"tile/0/000":       256 * 32,
		"tile/0/000.p/255": 255 * 32,
		"tile/0/001.p/44":  44 * 32,
		"tile/0/001.p/1":   32,
		"tile/1/000.p/1":   32,
		"tile/0/001":       0,
		"tile/0/001.p/45":  0,
		"tile/0/002":       0,
		"tile/1/000.p/2":   0,
		"tile/2/000.p/1":   0,
		"tile/7/000.p/1":   0,
		"tile/8/000.p/1":   0,
		"tile/63/000.p/1":  0,
		"tile/data/000":    0,
		"tile/0/000.p/256": 0,
		"tile/0/000.p/0":   0,
		"tile/0/0":         0,
		"tile/00/000":      0,
		"tile/-1/000":      0,
		"tile/entries/-01": 0,
		"tile/entries/002": 0,
		"tile/8/0/000":     0,
		"checkpoint":       0,
		"":                 0,
		"tile/0/x999/x999/x999/x999/x999/x999/999": 0,
	} {
		for range 2 { // from the database, then from memory
			b, err := l.Tile(ctx, path)
			if want == 0 && fault.CodeOf(err) != "log.no_tile" {
				t.Errorf("%s: %d bytes, %v", path, len(b), err)
			}
			if want > 0 && (err != nil || len(b) != want) {
				t.Errorf("%s: %d bytes, %v; want %d", path, len(b), err, want)
			}
		}
	}
	whole, err := l.Tile(ctx, "tile/entries/000")
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := corridorlog.Bundle(whole)
	if err != nil || len(leaves) != 256 {
		t.Fatalf("%d leaves, %v", len(leaves), err)
	}
	part, err := l.Tile(ctx, "tile/entries/000.p/3")
	if err != nil {
		t.Fatal(err)
	}
	if some, err := corridorlog.Bundle(part); err != nil || len(some) != 3 || string(some[2]) != string(leaves[2]) {
		t.Errorf("%d leaves, %v", len(some), err)
	}
	_, err = corridorlog.Bundle(part[:len(part)-1])
	wantFault(t, err, "log.bundle")
}

// A proof in the format of C2SP tlog-proof is read by hand, with nothing of ours.
func TestAProofForOtherPrograms(t *testing.T) {
	d := dbtest.Open(t, nil)
	l := grown(t, d, 300)
	w := witnessOf(t, "31.corridor.example/log")
	cosign(t, l, w)
	b, err := l.Proof(context.Background(), 299)
	if err != nil {
		t.Fatal(err)
	}
	head, signed, ok := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != "index 299" {
		t.Fatalf("%s", b)
	}
	var p [][]byte
	for _, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			t.Fatal(err)
		}
		p = append(p, h[:])
	}
	c, err := corridorlog.OpenCheckpoint([]byte(signed), l.PublicKey()+"\n"+w.PublicKey())
	if err != nil || len(c.Witnesses) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	e, err := l.Entry(ctx, 299)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(append([]byte{0}, e.Leaf...))
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, 299, 300, hash[:], p, c.Root[:]); err != nil {
		t.Error(err)
	}
}
