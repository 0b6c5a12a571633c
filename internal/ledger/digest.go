package ledger

import (
	"crypto/sha256"
	"encoding/binary"
)

// content gathers what a digest covers. Every text is preceded by its length, so that no two contents read
// the same.
type content []byte

func (c *content) text(texts ...string) {
	for _, s := range texts {
		c.number(int64(len(s)))
		*c = append(*c, s...)
	}
}

func (c *content) number(numbers ...int64) {
	for _, n := range numbers {
		*c = binary.BigEndian.AppendUint64(*c, uint64(n))
	}
}

func (c *content) yes(b bool) {
	if b {
		c.number(1)
	} else {
		c.number(0)
	}
}

// opening is the digest of an account that has no entry yet.
func opening(a Account) [32]byte {
	c := make(content, 0, 256)
	c.text("corridor/ledger/account/1", a.Path, a.Asset)
	c.yes(a.Floor)
	c.number(a.OpenedAt.UnixMicro())
	return sha256.Sum256(c)
}

// digest is SHA-256 over the content of an entry and over the digests before it in both accounts.
func digest(e Entry, debitHead, creditHead []byte) [32]byte {
	c := make(content, 0, 768)
	c.text("corridor/ledger/1", e.ID, string(e.Kind), e.Asset, e.Debit, e.Credit, e.Of, e.Ref, e.Note, e.Reverses)
	c.yes(e.Last)
	c.number(int64(e.Amount), e.At.UnixMicro(), int64(e.Moved), int64(e.HeldChange), e.DebitNo, e.CreditNo,
		int64(e.DebitNow.Posted), int64(e.DebitNow.Held), int64(e.CreditNow.Posted), int64(e.CreditNow.Held))
	c.text(string(debitHead), string(creditHead))
	return sha256.Sum256(c)
}
