package log

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// kindWithdrawn is the kind of a leaf that says that the record of another was withdrawn.
const kindWithdrawn = "withdrawn"

const reasonRunesMax = 200

// Record is a public record beside a leaf, with what shows that it is the leaf's.
type Record struct {
	Body   []byte
	Salt   []byte
	Digest string // in the leaf: RecordDigest(Salt, Body)
}

// Withdrawal says why a public record goes. The reason becomes public: it names no person.
type Withdrawal struct {
	Day    unit.Day
	Reason string
}

// Record returns the public record of a leaf. One that was withdrawn is Gone, and the refusal names the leaf that says so;
// a leaf that never had one is NotFound.
func (l *Log) Record(ctx context.Context, index int64) (r Record, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		e, err := selectEntry(ctx, tx, index)
		if err != nil {
			return err
		}
		if e.WithdrawnBy != "" {
			return fault.New(fault.Gone, "log.withdrawn", "index", index, "by", e.WithdrawnBy)
		}
		leaf, err := readLeaf(e.Leaf)
		if err != nil {
			return fmt.Errorf("leaf %d: %w", index, err)
		}
		if leaf.Record == "" {
			return fault.New(fault.NotFound, "log.no_record", "index", index)
		}
		r.Digest = leaf.Record
		r.Body, r.Salt, err = selectRecord(ctx, tx, e.ID)
		if err != nil {
			return fmt.Errorf("record of leaf %d: %w", index, err)
		}
		if RecordDigest(r.Salt, r.Body) != r.Digest {
			return fault.New(fault.Internal, "log.damaged").Because(fmt.Errorf("the record of leaf %d is not the leaf's", index))
		}
		return nil
	})
	return r, err
}

// Beside is a public record as it is handed out in bulk: what it takes to check it against its leaf, or that it is gone.
type Beside struct {
	Index int64
	Record
	Gone bool
}

// Records are the public records of some leaves, in their order, up to a number of bytes: who asks for more asks again for those
// that are not in the answer. A leaf that never had a record, or that is not there, is left out.
func (l *Log) Records(ctx context.Context, indexes []int64, bytesMax int) (all []Beside, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		all = nil
		size := 0
		for _, index := range indexes {
			e, err := selectEntry(ctx, tx, index)
			if fault.KindOf(err) == fault.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			b := Beside{Index: index, Gone: e.WithdrawnBy != ""}
			if b.Digest = RecordOf(e.Leaf); b.Digest == "" && !b.Gone {
				continue
			}
			if !b.Gone {
				if b.Body, b.Salt, err = selectRecord(ctx, tx, e.ID); err != nil {
					return fmt.Errorf("record of leaf %d: %w", index, err)
				}
			}
			if size += len(b.Body); size > bytesMax && len(all) > 0 {
				return nil
			}
			all = append(all, b)
		}
		return nil
	})
	return all, err
}

// RecordOf is the digest of the public record that a leaf names; "" is none, or no leaf of our form.
func RecordOf(leaf []byte) string {
	l, err := readLeaf(leaf)
	if err != nil {
		return ""
	}
	return l.Record
}

// Withdraw takes back what a leaf published, with the caller's act: its public record is erased, if it has one, the leaf
// stays and shows as withdrawn, and a new leaf says which was withdrawn and why. It returns the id of the new leaf. What
// others have copied cannot be called back.
func (l *Log) Withdraw(ctx context.Context, tx *db.Tx, id unit.ID, w Withdrawal) (unit.ID, error) {
	if strings.TrimSpace(w.Reason) == "" || utf8.RuneCountInString(w.Reason) > reasonRunesMax {
		return "", fault.New(fault.Invalid, "log.reason", "most", reasonRunesMax).On("reason")
	}
	e, err := selectByID(ctx, tx, id)
	if err != nil {
		return "", err
	}
	switch {
	case e.Index < 0:
		return "", fault.New(fault.Unavailable, "log.pending")
	case e.Kind == kindWithdrawn:
		return "", fault.New(fault.Conflict, "log.withdraw_withdrawal")
	case e.WithdrawnBy != "":
		return "", fault.New(fault.Conflict, "log.withdrawn", "index", e.Index, "by", e.WithdrawnBy)
	}
	by, err := l.append(ctx, tx, Leaf{Kind: kindWithdrawn, Day: w.Day, Object: e.Object,
		Fields: map[string]any{"index": e.Index, "kind": e.Kind, "reason": w.Reason}})
	if err != nil {
		return "", err
	}
	if err := insertWithdrawal(ctx, tx, e.Index, by); err != nil {
		return "", fmt.Errorf("withdraw leaf %d: %w", e.Index, err)
	}
	return by, deleteRecord(ctx, tx, id)
}

// Withdraws says which leaf a leaf withdraws, if it is of that kind; federation reads neighbours' leaves by it.
func Withdraws(kind string, fields []byte) (index int64, ok bool) {
	if kind != kindWithdrawn {
		return 0, false
	}
	var f struct {
		Index *int64 `json:"index"`
	}
	if err := json.Unmarshal(fields, &f); err != nil || f.Index == nil || *f.Index < 0 {
		return 0, false
	}
	return *f.Index, true
}
