package log_test

import (
	"strings"
	"testing"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	corridorlog "corridor/internal/log"
)

var cosignedAt = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

func witnessOf(t testing.TB, name string) *corridorlog.Cosigner {
	t.Helper()
	private, _ := corridorlog.NewKey(name)
	w, err := corridorlog.NewCosigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// cosign lets a witness sign the newest checkpoint, and gives the line to the log.
func cosign(t testing.TB, l *corridorlog.Log, w *corridorlog.Cosigner) {
	t.Helper()
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c, err := corridorlog.OpenCheckpoint(signed, l.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.AddCosignature(ctx, corridorlog.Cosignature{Size: c.Size, Key: w.PublicKey(), Line: w.Cosign(c.Text, cosignedAt)}); err != nil {
		t.Fatal(err)
	}
}

// The transparency-dev library reads our cosignatures, and we read theirs.
func TestCosignaturesAreThoseOfC2SP(t *testing.T) {
	private, public := corridorlog.NewKey("31.corridor.example/log")
	w, err := corridorlog.NewCosigner(private)
	if err != nil {
		t.Fatal(err)
	}
	const text = "34.corridor.example/log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
	signedBy, ownKey := corridorlog.NewKey("34.corridor.example/log")
	own, err := note.NewSigner(signedBy)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: text}, own)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := fnote.NewVerifierForCosignatureV1(w.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open([]byte(string(signed)+w.Cosign(text, cosignedAt)), note.VerifierList(theirs))
	if err != nil || len(n.Sigs) != 1 {
		t.Fatalf("their library does not read our cosignature: %v", err)
	}
	if at, err := fnote.CoSigV1Timestamp(n.Sigs[0]); err != nil || !at.Equal(cosignedAt) {
		t.Errorf("it says %v, %v; want %v", at, err, cosignedAt)
	}

	foreign, err := fnote.NewSignerForCosignatureV1(private)
	if err != nil {
		t.Fatal(err)
	}
	both, err := note.Sign(&note.Note{Text: text}, own, foreign)
	if err != nil {
		t.Fatal(err)
	}
	key, err := fnote.VKeyToCosignatureV1(public)
	if err != nil {
		t.Fatal(err)
	}
	c, err := corridorlog.OpenCheckpoint(both, ownKey+"\n"+key)
	if err != nil || len(c.Witnesses) != 1 {
		t.Errorf("we do not read their cosignature: %+v, %v", c, err)
	}
	if w.PublicKey() == key {
		t.Error("the witness signs with the key of the log")
	}
}

func TestOnlyATrueCosignatureIsKept(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := newLog(t, d)
		ids := fill(t, d, l, 3)
		w, other := witnessOf(t, "31.corridor.example/log"), witnessOf(t, "33.corridor.example/log")
		cosign(t, l, w)
		signed, err := l.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		c, err := corridorlog.OpenCheckpoint(signed, l.PublicKey()+"\n"+w.PublicKey())
		if err != nil || strings.Join(c.Witnesses, " ") != "31.corridor.example/log/witness" {
			t.Fatalf("witnesses %v, %v", c.Witnesses, err)
		}
		for name, x := range map[string]corridorlog.Cosignature{
			"over another text": {Size: 3, Key: other.PublicKey(), Line: other.Cosign("x\n1\ny\n", cosignedAt)},
			"of another key":    {Size: 3, Key: other.PublicKey(), Line: w.Cosign(c.Text, cosignedAt)},
			"two lines":         {Size: 3, Key: other.PublicKey(), Line: other.Cosign(c.Text, cosignedAt) + "\nmore\n"},
			"no line":           {Size: 3, Key: other.PublicKey()},
		} {
			if err := l.AddCosignature(ctx, x); err == nil {
				t.Errorf("a cosignature %s was kept", name)
			}
		}
		wantFault(t, l.AddCosignature(ctx, corridorlog.Cosignature{Size: 2, Key: w.PublicKey()}), "log.no_checkpoint_of")
		wantFault(t, l.AddCosignature(ctx, corridorlog.Cosignature{Size: 3, Key: l.PublicKey()}), "log.key")
		clean(t, l)

		// The log goes on; the receipt of an old leaf is by the checkpoint that was cosigned.
		fill(t, d, l, 2)
		b, err := l.Receipt(ctx, ids[0], false)
		if err != nil {
			t.Fatal(err)
		}
		v, err := corridorlog.VerifyReceipt(b, l.PublicKey()+"\n"+w.PublicKey())
		if err != nil || v.Size != 3 || len(v.Witnesses) != 1 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

func TestConsistencyIsProvedBetweenCheckpoints(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		l := newLog(t, d)
		roots := map[int64]corridorlog.Checkpoint{}
		for _, n := range []int{1, 2, 253, 1, 300} {
			fill(t, d, l, n)
			signed, err := l.Checkpoint(ctx)
			if err != nil {
				t.Fatal(err)
			}
			c, err := corridorlog.OpenCheckpoint(signed, l.PublicKey())
			if err != nil {
				t.Fatal(err)
			}
			roots[c.Size] = c
		}
		for from, a := range roots {
			for to, b := range roots {
				if from > to {
					continue
				}
				p, err := l.Consistency(ctx, from, to)
				if err != nil {
					t.Fatal(err)
				}
				if from < to {
					err = tlog.CheckTree(p, to, b.Root, from, a.Root)
				}
				if err != nil {
					t.Errorf("from %d to %d: %v", from, to, err)
				}
			}
		}
		if p, err := l.Consistency(ctx, 0, 257); err != nil || len(p) != 0 {
			t.Errorf("from nothing: %v, %v", p, err)
		}
		_, err := l.Consistency(ctx, 300, 257)
		wantFault(t, err, "log.sizes")
		_, err = l.Consistency(ctx, 1, 200)
		wantFault(t, err, "log.no_checkpoint_of")
	})
}
