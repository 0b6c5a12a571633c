package registry

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/db"
)

// foundMax is how many faults an audit lists before it stops.
const foundMax = 200

// Audit reads the registry through and says what does not hold, nothing when all does:
//
//   - the names under which an organisation is found are those of its statements, and the index has every word of them;
//   - the statement that counts is the newest;
//   - no organisation has one label twice on one day;
//   - an erased person has no personal data left.
//
// It reads in chunks, each a snapshot of its own, so that it holds nothing up.
func (r *Registry) Audit(ctx context.Context) (faults []string, err error) {
	ctx = db.Afresh(ctx)
	add := func(more []string, err error) error {
		faults = append(faults, more...)
		return err
	}
	for after, more := "", true; more && err == nil && len(faults) < foundMax; {
		err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
			all, err := r.Each(ctx, tx, after, chunkRows)
			if err != nil {
				return err
			}
			if more = len(all) == chunkRows; len(all) > 0 {
				after = all[len(all)-1].Code
			}
			for _, o := range all {
				if err := add(r.auditOrg(ctx, tx, o)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return faults, fmt.Errorf("audit organisations: %w", err)
	}
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if err := add(r.auditLabels(ctx, tx)); err != nil {
			return fmt.Errorf("audit labels: %w", err)
		}
		ids, err := selectHalfErased(ctx, tx)
		for _, id := range ids {
			faults = append(faults, "person "+id+" is erased and has personal data")
		}
		if err != nil {
			return fmt.Errorf("audit people: %w", err)
		}
		return nil
	})
	return faults, err
}

func (r *Registry) auditOrg(ctx context.Context, tx *db.Tx, o Org) (faults []string, err error) {
	say := func(format string, args ...any) {
		faults = append(faults, "organisation "+o.Code+" "+fmt.Sprintf(format, args...))
	}
	want, err := r.namesOf(ctx, tx, o)
	if err != nil {
		return nil, err
	}
	no, got, err := selectFind(ctx, tx, o.Code)
	if err != nil {
		return nil, err
	}
	if got != want {
		say("is found by %s, and its names are %s", got, want)
	}
	there, err := hasGrams(ctx, tx, no, grams(want, o.Kind, o.Region))
	if err != nil {
		return nil, err
	}
	if !there {
		say("is not in the index by all its names")
	}
	past, err := selectStates(ctx, tx, o.Code)
	if err != nil {
		return nil, err
	}
	if len(past) > 0 && (past[0].Since > o.Since || past[0].Since == o.Since && past[0].Entered.After(o.Entered)) {
		say("has a newer statement than the one that counts: of %s", past[0].Since)
	}
	return faults, nil
}

// auditLabels looks at the organisations that hold a label more than once.
func (r *Registry) auditLabels(ctx context.Context, tx *db.Tx) (faults []string, err error) {
	pairs, err := selectLabelsTwice(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		all, err := r.labelsOf(ctx, tx, p[0], p[1])
		if err != nil {
			return faults, err
		}
		for i, a := range all {
			for _, b := range all[i+1:] {
				if overlaps(a, b) {
					faults = append(faults, strings.Join([]string{"organisation", p[0], "holds", p[1], "twice:", string(a.ID), string(b.ID)}, " "))
				}
			}
		}
	}
	return faults, nil
}
