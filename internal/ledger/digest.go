package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

// digest is SHA-256 over the content of an entry and over the digests before it in both accounts. Every text is
// preceded by its length, so that no two contents read the same.
func digest(e Entry, debitHead, creditHead []byte) [32]byte {
	h := sha256.New()
	text := func(s string) {
		number(h, int64(len(s)))
		h.Write([]byte(s))
	}
	for _, s := range []string{"corridor/ledger/1", e.ID, string(e.Kind), e.Asset, e.Debit, e.Credit, e.Of, e.Ref, e.Note, e.Reverses, fmt.Sprint(e.Last)} {
		text(s)
	}
	for _, n := range []int64{int64(e.Amount), e.At.UnixMicro(), int64(e.Moved), int64(e.HeldChange), e.DebitNo, e.CreditNo,
		int64(e.DebitNow.Posted), int64(e.DebitNow.Held), int64(e.CreditNow.Posted), int64(e.CreditNow.Held)} {
		number(h, n)
	}
	text(string(debitHead))
	text(string(creditHead))
	return [32]byte(h.Sum(nil))
}

func number(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}
