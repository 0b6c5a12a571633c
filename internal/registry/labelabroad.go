package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// LabelAbroad is a label that another jurisdiction gave and published as a certificate: a row of this registry, marked with where it
// comes from and what proves it. It is a label there. What it counts for here is what the lists of recognition say.
type LabelAbroad struct {
	Label
	Node   string      // region code of the node that published it
	Log    string      // whose leaf proves it
	Index  int64       // of the leaf
	Holder fault.Words // as that node calls the organisation
	Title  fault.Words // and the label
}

// Published is a certificate as a neighbour's log has it, proved; Gone says that it was withdrawn there.
type Published struct {
	Node, Log      string
	Index          int64
	Fields, Record []byte // JSON of the leaf, and of its public record
	Gone           bool
}

// TakeLabels makes rows of what neighbours certify, in the caller's act, and takes out what they withdrew; it returns what it refuses.
func (r *Registry) TakeLabels(ctx context.Context, tx *db.Tx, all []Published) ([]error, error) {
	refused := make([]error, len(all))
	for i, p := range all {
		if p.Gone {
			if err := r.labelGone(ctx, tx, p); err != nil {
				return nil, err
			}
			if err := deleteLabelAbroad(ctx, tx, p.Log, p.Index); err != nil {
				return nil, fmt.Errorf("take out the label of leaf %d of %s: %w", p.Index, p.Log, err)
			}
			continue
		}
		l, err := readLabelAbroad(p)
		if err != nil {
			refused[i] = err
			continue
		}
		if err := insertLabelAbroad(ctx, tx, l); err != nil {
			return nil, fmt.Errorf("label of leaf %d of %s: %w", p.Index, p.Log, err)
		}
	}
	return refused, nil
}

// labelGone tells of a label that was taken back. Decisions may rest on it although no row was made of it here: rules ask the log that
// is followed, which may be ahead of the registry.
func (r *Registry) labelGone(ctx context.Context, tx *db.Tx, p Published) error {
	l, there, err := selectLabelAbroad(ctx, tx, p.Log, p.Index)
	if err != nil {
		return fmt.Errorf("label of leaf %d of %s: %w", p.Index, p.Log, err)
	}
	if !there {
		l, _ = readLabelAbroad(p) // what is refused here beside its organisation and label may have counted all the same
	}
	return r.tellGone(ctx, tx, l)
}

func (r *Registry) tellGone(ctx context.Context, tx *db.Tx, l LabelAbroad) error {
	if l.Org == "" || r.c.LostAbroad == nil {
		return nil
	}
	l.Revoked = r.Today(tx)
	return r.c.LostAbroad(ctx, tx, l)
}

// LabelsAside tells of the labels whose leaves a new epoch of a log has set aside, once all that stands on was handed over again: a
// decision that rested on one of them rests on nothing, unless it was given again.
func (r *Registry) LabelsAside(ctx context.Context, tx *db.Tx, all []Published) error {
	for _, p := range all {
		l, _ := readLabelAbroad(p)
		if err := r.tellGone(ctx, tx, l); err != nil {
			return fmt.Errorf("label of leaf %d of %s, set aside: %w", p.Index, p.Log, err)
		}
	}
	return nil
}

// CutLabels takes out the labels of a log from a leaf on: a new epoch of that log has set them aside.
func (r *Registry) CutLabels(ctx context.Context, tx *db.Tx, log string, index int64) error {
	return deleteLabelsAbroadFrom(ctx, tx, log, index)
}

// readLabelAbroad reads a leaf and its record; the first that fails is refused: form, code, label, days, texts.
func readLabelAbroad(p Published) (l LabelAbroad, err error) {
	var leaf struct {
		Org, Label, Level, Issuer string
		Since, Until              unit.Day
	}
	var record struct{ Holder, Title fault.Words }
	bad := func(field string) (LabelAbroad, error) {
		return l, fault.New(fault.Invalid, "registry.label").On(field)
	}
	if json.Unmarshal(p.Fields, &leaf) != nil || len(p.Record) > 0 && json.Unmarshal(p.Record, &record) != nil {
		return bad("label")
	}
	code, err := unit.ParseUSCC(leaf.Org)
	if err != nil {
		return bad("org")
	}
	l = LabelAbroad{Label: Label{Org: string(code), Label: leaf.Label, Level: leaf.Level, Issuer: leaf.Issuer, Since: leaf.Since, Until: leaf.Until},
		Node: p.Node, Log: p.Log, Index: p.Index, Holder: record.Holder, Title: record.Title}
	if err := checkLabel(l.Label); err != nil {
		return l, err
	}
	for _, s := range []string{l.Holder[0], l.Holder[1], l.Title[0], l.Title[1]} {
		if utf8.RuneCountInString(s) > textMax {
			return bad("title")
		}
	}
	return l, nil
}

// LabelsAbroad lists the labels that an organisation holds elsewhere and shows here, the newest first. It may be unknown here.
func (r *Registry) LabelsAbroad(ctx context.Context, tx *db.Tx, org string) ([]LabelAbroad, error) {
	all, err := selectLabelsAbroad(ctx, tx, org)
	if err != nil {
		return nil, fmt.Errorf("labels of %s from elsewhere: %w", org, err)
	}
	return all, nil
}

// EachLabelAbroad calls a function for every label from elsewhere, for an audit.
func (r *Registry) EachLabelAbroad(ctx context.Context, do func(LabelAbroad)) error {
	for log, index := "", int64(-1); ; {
		var page []LabelAbroad
		if err := r.c.DB.Read(ctx, func(tx *db.Tx) (err error) {
			page, err = selectLabelsAbroadAfter(ctx, tx, log, index)
			return err
		}); err != nil {
			return fmt.Errorf("labels from elsewhere: %w", err)
		}
		for _, l := range page {
			log, index = l.Log, l.Index
			do(l)
		}
		if len(page) < labelsMax {
			return nil
		}
	}
}
