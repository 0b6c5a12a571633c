package log_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
)

// receiptOf makes a receipt with every part there is: private record, public record, proof, cosignature.
func receiptOf(t testing.TB) (receipt []byte, key, witness string) {
	t.Helper()
	d := dbtest.Open(t, nil)
	l := newLog(t, d)
	fill(t, d, l, 5)
	leaf := paid(5)
	leaf.Record = []byte("公开记录 a public record")
	id := appendLeaf(t, d, l, leaf)
	sequence(t, l)
	w := witnessOf(t, "31.corridor.example/log")
	cosign(t, l, w)
	receipt, err := l.Receipt(ctx, id, true)
	if err != nil {
		t.Fatal(err)
	}
	return receipt, l.PublicKey(), w.PublicKey()
}

func TestNoByteOfAReceiptCanBeChanged(t *testing.T) {
	receipt, key, witness := receiptOf(t)
	for _, keys := range []string{key, key + "\n" + witness} {
		v, err := corridorlog.VerifyReceipt(receipt, keys)
		if err != nil {
			t.Fatalf("%v\n%s", err, receipt)
		}
		if v.Unchecked+len(v.Witnesses) != 1 {
			t.Errorf("witnesses %v, %d unchecked", v.Witnesses, v.Unchecked)
		}
		for at := range receipt {
			for bit := range 8 {
				damaged := append([]byte(nil), receipt...)
				damaged[at] ^= 1 << bit
				if _, err := corridorlog.VerifyReceipt(damaged, keys); err == nil {
					t.Fatalf("byte %d, bit %d: %q became %q and the receipt verifies", at, bit, receipt[at], damaged[at])
				}
			}
		}
	}
}

func TestAReceiptCutOrStretchedIsNone(t *testing.T) {
	receipt, key, _ := receiptOf(t)
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(receipt)-1).Draw(t, "at")
		n := rapid.IntRange(0, 40).Draw(t, "n")
		put := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "put")
		b := append([]byte(nil), receipt[:at]...)
		b = append(b, put...)
		b = append(b, receipt[min(at+n, len(receipt)):]...)
		if string(b) == string(receipt) {
			return
		}
		if _, err := corridorlog.VerifyReceipt(b, key); err == nil {
			t.Fatalf("verifies:\n%s", b)
		}
	})
}

// Each part that is false is named, and the register of parts is complete.
func TestARefusalNamesTheFalsePart(t *testing.T) {
	receipt, key, witness := receiptOf(t)
	text := string(receipt)
	after := func(what string, skip int) func() string {
		return func() string {
			at := strings.Index(text, what)
			if at < 0 {
				t.Fatalf("no %q in the receipt", what)
			}
			at += len(what) + skip
			c := byte('A')
			if text[at] == c {
				c = 'B'
			}
			return text[:at] + string(c) + text[at+1:]
		}
	}
	for _, tc := range []struct {
		part, field, code string
		change            func() string
	}{
		{"head", "head", "log.receipt_form", after("corridor ", 0)},
		{"sum", "sum", "log.sum", after("sum sha256:", 3)},
		{"log", "log", "log.checkpoint_origin", after("log ", 2)},
		{"index", "proof", "log.inclusion", func() string { return strings.Replace(text, "index 5", "index 4", 1) }},
		{"leaf", "leaf", "log.leaf_changed", func() string { return strings.Replace(text, `"amount_fen":500`, `"amount_fen":900`, 1) }},
		{"leaf-hash", "leaf", "log.leaf_changed", after("leaf-hash sha256:", 5)},
		{"salt", "private", "log.commitment", after("\nsalt ", 5)},
		{"private", "private", "log.commitment", func() string { return strings.Replace(text, "case/5", "case/6", 1) }},
		{"record-salt", "record", "log.record", after("record-salt ", 5)},
		{"record", "record", "log.record", after("record ", 5)},
		{"proof", "proof", "log.inclusion", after("proof ", 5)},
		{"checkpoint", "checkpoint", "log.signature", func() string { return strings.Replace(text, "\n6\n", "\n7\n", 1) }},
		{"signature", "checkpoint", "log.signature", after("— "+origin+" ", 12)},
		{"key of the signature", "key", "log.other_key", after("— "+origin+" ", 0)},
		{"cosignature", "sum", "log.sum", after("/witness ", 30)},
		{"a part missing", "log", "log.receipt_form", func() string { return strings.Replace(text, "log "+origin+"\n", "", 1) }},
		{"a part more", "form", "log.receipt_form", func() string { return strings.Replace(text, "\n\n", "\nmore x\n\n", 1) }},
	} {
		_, err := corridorlog.VerifyReceipt([]byte(tc.change()), key+"\n"+witness)
		f := fault.Of(err)
		if f == nil || f.Code != tc.code || f.Field != tc.field {
			t.Errorf("%s: got %v, want %s on %s", tc.part, err, tc.code, tc.field)
		}
	}
}

func FuzzVerifyReceipt(f *testing.F) {
	receipt, key, _ := receiptOf(f)
	f.Add(receipt)
	f.Add([]byte("corridor receipt v1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := corridorlog.VerifyReceipt(b, key); err == nil && string(b) != string(receipt) {
			t.Errorf("verifies: %+v\n%s", v, b)
		}
	})
}
