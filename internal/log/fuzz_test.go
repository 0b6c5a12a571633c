package log_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"corridor/internal/db/dbtest"
	corridorlog "corridor/internal/log"
)

func FuzzOpenCheckpoint(f *testing.F) {
	d := dbtest.Open(f, nil)
	l := newLog(f, d)
	fill(f, d, l, 3)
	w := witnessOf(f, "31.corridor.example/log")
	cosign(f, l, w)
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		f.Fatal(err)
	}
	key := l.PublicKey() + "\n" + w.PublicKey()
	f.Add(signed)
	f.Add([]byte("a\n1\nb\n\n— a b\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = corridorlog.ParseCheckpoint(b)
		c, err := corridorlog.OpenCheckpoint(b, key)
		if err == nil && (c.Size != 3 || c.Origin != origin) {
			t.Errorf("%q says %+v", b, c)
		}
	})
}

func FuzzBundle(f *testing.F) {
	f.Add([]byte{0, 1, 'a', 0, 0})
	f.Add([]byte{0, 9, 'a'})
	f.Fuzz(func(t *testing.T, b []byte) {
		leaves, err := corridorlog.Bundle(b)
		if err != nil {
			return
		}
		var again []byte
		for _, leaf := range leaves {
			again = binary.BigEndian.AppendUint16(again, uint16(len(leaf)))
			again = append(again, leaf...)
		}
		if !bytes.Equal(again, b) {
			t.Errorf("%x became %x", b, again)
		}
	})
}

func FuzzReadLeaf(f *testing.F) {
	f.Add([]byte(`{"commitment":"sha256:x","day":"2026-03-02","fields":{},"kind":"a","v":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		kind, day, fields, err := corridorlog.ReadLeaf(b)
		if err == nil && (kind == "" || !day.Valid() || len(fields) == 0) {
			t.Errorf("%q is read as %q %v %q", b, kind, day, fields)
		}
		corridorlog.Withdraws("withdrawn", b)
		corridorlog.SplitKeys(string(b))
		_ = corridorlog.CheckKeys(string(b), string(b))
	})
}
