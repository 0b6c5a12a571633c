package settlement

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Treasury is one that this node has payments made by: the node's own, or that of an authority which it hosts. Whose a
// payment is follows from the account that leaves the books, and from nothing else.
type Treasury struct {
	Path   string      // first part of its accounts in the books: 340000, 320500, 340000/science
	Region unit.Region // whose officers keep it, with everybody above them
	Name   fault.Words
	Own    bool // the node's own
}

// Treasuries knows who has a treasury. It may be called concurrently, inside the caller's act or reading.
type Treasuries interface {
	// Treasuries lists those of the authorities that this node answers for, on a day, by path; the node's own may be missing.
	Treasuries(ctx context.Context, tx *db.Tx, day unit.Day) ([]Treasury, error)
}

// key is how a list names its treasury: "" for the node's own.
func (t Treasury) key() string {
	if t.Own {
		return ""
	}
	return t.Path
}

// mark is what stands in the numbers of its lists: 34, 3205, 34-SCIENCE.
func (t Treasury) mark() string {
	region, office, _ := strings.Cut(t.Path, "/")
	for len(region) > 2 && strings.HasSuffix(region, "00") {
		region = region[:len(region)-2]
	}
	return strings.ToUpper(strings.Trim(region+"-"+strings.ReplaceAll(office, "/", "-"), "-"))
}

// treasuries are all of this node, its own first.
func (d *Desk) treasuries(ctx context.Context, tx *db.Tx) ([]Treasury, error) {
	own := Treasury{Path: string(d.c.Region), Region: d.c.Region, Name: fault.Words{"本级财政", "the treasury of this node"}, Own: true}
	out := []Treasury{own}
	if d.c.Treasuries == nil {
		return out, nil
	}
	all, err := d.c.Treasuries.Treasuries(ctx, tx, d.today(tx.Now()))
	if err != nil {
		return nil, fmt.Errorf("treasuries: %w", err)
	}
	for _, t := range all {
		if t.Path == own.Path {
			out[0].Name = t.Name
			continue
		}
		out = append(out, t)
	}
	return out, nil
}

// treasuryOf is that of an account of the books: the one with the longest path above it. An account of a region that is
// not the node's, with no treasury known, is nobody's to pay.
func treasuryOf(all []Treasury, path string) (found Treasury, ok bool) {
	for _, t := range all {
		if (path == t.Path || strings.HasPrefix(path, t.Path+"/")) && len(t.Path) > len(found.Path) {
			found, ok = t, true
		}
	}
	return found, ok
}

// kept are the treasuries for which the actor has a permission; the refusal if there is none.
func (d *Desk) kept(ctx context.Context, tx *db.Tx, who access.Actor, p access.Permission) (out []Treasury, err error) {
	all, err := d.treasuries(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if d.may(who, p, t.Region) == nil {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return nil, d.may(who, p, d.c.Region)
	}
	return out, nil
}

// keptOne narrows the treasuries of the actor to one by its path; "" leaves them as they are. One that the actor does not
// keep does not exist.
func (d *Desk) keptOne(ctx context.Context, tx *db.Tx, who access.Actor, p access.Permission, path string) ([]Treasury, error) {
	all, err := d.kept(ctx, tx, who, p)
	if err != nil || path == "" {
		return all, err
	}
	for _, t := range all {
		if t.Path == path {
			return []Treasury{t}, nil
		}
	}
	return nil, fault.New(fault.NotFound, "settlement.treasury_unknown", "treasury", path).On("treasury")
}

// Treasuries are those for which the actor may read payments, the node's own first.
func (d *Desk) Treasuries(ctx context.Context, who access.Actor) (out []Treasury, err error) {
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = d.kept(ctx, tx, who, access.PaymentRead)
		return err
	})
	return out, err
}

// has says whether a list or an answer that names a treasury by its key is of one of these.
func has(all []Treasury, key string) bool {
	return slices.ContainsFunc(all, func(t Treasury) bool { return t.key() == key })
}

// ownAmong says whether the node's own treasury is among them.
func ownAmong(all []Treasury) bool { return has(all, "") }

func keysOf(all []Treasury) (out []string) {
	for _, t := range all {
		out = append(out, t.key())
	}
	return out
}

// treasuryNamed is the treasury that a list names by its key.
func treasuryNamed(all []Treasury, key string) Treasury {
	for _, t := range all {
		if t.key() == key {
			return t
		}
	}
	return Treasury{Path: key, Name: fault.Words{key, key}} // its authority is gone since
}
