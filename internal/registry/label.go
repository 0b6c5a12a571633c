package registry

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Label is an entry that an issuer gave to an organisation, as it stands after its newest step.
type Label struct {
	ID      unit.ID
	Org     string
	Label   string
	Level   string // where the label has levels
	Issuer  string // authority, node or office that gave it
	Since   unit.Day
	Until   unit.Day // last day; no day: without end
	Revoked unit.Day // first day without it
	Basis   string   // the case or document that it rests on
}

// On says whether the label is in force on a day.
func (l Label) On(d unit.Day) bool {
	return l.Since <= d && (!l.Until.Valid() || l.Until >= d) && (!l.Revoked.Valid() || l.Revoked > d)
}

// IssueLabel gives a label, in the caller's act, which has decided on it and asked for the permission to. A label that is
// in force already on a day of the new one is refused.
func (r *Registry) IssueLabel(ctx context.Context, tx *db.Tx, who access.Actor, l Label) (Label, error) {
	o, err := r.stateOn(ctx, tx, l.Org, r.Today(tx))
	if err != nil {
		return l, err
	}
	l.Org = o.Code
	if err := checkLabel(l); err != nil {
		return l, err
	}
	all, err := r.labelsOf(ctx, tx, l.Org, l.Label)
	if err != nil {
		return l, err
	}
	for _, old := range all {
		if overlaps(old, l) {
			return l, fault.New(fault.Conflict, "registry.label_there", "label", LabelWords(l.Label))
		}
	}
	l.ID = unit.NewID(tx.Now())
	return l, r.step(ctx, tx, who, o, l, "issue")
}

func checkLabel(l Label) error {
	if l.Label == "" || len(l.Label) > codeMax {
		return fault.New(fault.Invalid, "registry.label").On("label")
	}
	if l.Revoked.Valid() || l.ID != "" {
		return fault.New(fault.Invalid, "registry.label").On("revoked")
	}
	if err := checkSpan(l.Since, l.Until); err != nil {
		return err
	}
	for field, s := range map[string]string{"level": l.Level, "basis": l.Basis} {
		if err := checkText(field, s, false); err != nil {
			return err
		}
	}
	return checkText("issuer", l.Issuer, true)
}

// overlaps says whether two labels are in force on one day.
func overlaps(a, b Label) bool { return b.On(max(a.Since, b.Since)) && a.On(max(a.Since, b.Since)) }

// RenewLabel lengthens a label that is in force on a day to a new last day, in the caller's act, which has decided on it.
// No day is without end; a last day before the old one is refused.
func (r *Registry) RenewLabel(ctx context.Context, tx *db.Tx, who access.Actor, org, label string, day, until unit.Day) (Label, error) {
	o, l, err := r.inForce(ctx, tx, org, label, day)
	if err != nil {
		return l, err
	}
	if until.Valid() && (!l.Until.Valid() || until < l.Until) {
		return l, fault.New(fault.Invalid, "registry.label_shorter", "until", l.Until).On("until")
	}
	l.Until = until
	return l, r.step(ctx, tx, who, o, l, "renew")
}

// RevokeLabel takes a label back from a day on, in the caller's act, which has decided on it.
func (r *Registry) RevokeLabel(ctx context.Context, tx *db.Tx, who access.Actor, org, label string, day unit.Day) error {
	o, l, err := r.inForce(ctx, tx, org, label, day)
	if err != nil {
		return err
	}
	l.Revoked = day
	if err := r.step(ctx, tx, who, o, l, "revoke"); err != nil {
		return err
	}
	for _, tell := range []func(context.Context, *db.Tx, Label) error{r.c.Revoked, r.c.Lost} {
		if tell == nil {
			continue
		}
		if err := tell(ctx, tx, l); err != nil {
			return err
		}
	}
	return nil
}

// inForce finds the label that an organisation holds on a day.
func (r *Registry) inForce(ctx context.Context, tx *db.Tx, org, label string, day unit.Day) (Org, Label, error) {
	o, err := r.stateOn(ctx, tx, org, r.Today(tx))
	if err != nil {
		return o, Label{}, err
	}
	all, err := r.labelsOf(ctx, tx, o.Code, label)
	if err != nil {
		return o, Label{}, err
	}
	for _, l := range all {
		if l.On(day) {
			return o, l, nil
		}
	}
	return o, Label{}, fault.New(fault.Conflict, "registry.label_none", "label", LabelWords(label))
}

func (r *Registry) step(ctx context.Context, tx *db.Tx, who access.Actor, o Org, l Label, step string) error {
	if err := insertLabel(ctx, tx, l, step); err != nil {
		return fmt.Errorf("%s label %s of %s: %w", step, l.Label, l.Org, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.label_" + step, Object: "org/" + o.Code, Region: o.Region, Detail: l.Label})
}

// HasLabel says whether an organisation held a label on a day. known is false when it is not in the registry, or when
// another node answers for it and has not told of the label.
func (r *Registry) HasLabel(ctx context.Context, tx *db.Tx, org, label string, day unit.Day) (has, known bool, err error) {
	o, err := r.stateOn(ctx, tx, org, r.Today(tx))
	if fault.KindOf(err) == fault.NotFound {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	all, err := r.labelsOf(ctx, tx, o.Code, label)
	if err != nil {
		return false, false, err
	}
	for _, l := range all {
		if l.On(day) {
			return true, true, nil
		}
	}
	return false, len(all) > 0 || r.c.Self == "" || o.Home == r.c.Self, nil
}

// NewestLabel is the label of a name that an organisation was given last, as it stands; false where it was given none, or is not in the registry.
func (r *Registry) NewestLabel(ctx context.Context, tx *db.Tx, org, label string) (l Label, there bool, err error) {
	o, err := r.stateOn(ctx, tx, org, r.Today(tx))
	if fault.KindOf(err) == fault.NotFound {
		return l, false, nil
	}
	if err != nil {
		return l, false, err
	}
	all, err := r.labelsOf(ctx, tx, o.Code, label)
	for _, x := range all {
		if !there || newer(x, l) {
			l, there = x, true
		}
	}
	return l, there, err
}

// newer says whether a label came after another: it began later, or on the day on which the other was taken back, or runs for longer.
func newer(a, b Label) bool {
	switch {
	case a.Since != b.Since:
		return a.Since > b.Since
	case a.Revoked.Valid() != b.Revoked.Valid():
		return b.Revoked.Valid()
	}
	return a.Until > b.Until
}

// LabelEnded says whether an organisation held a label before a day and holds it no longer: it ran out, or was taken back. known is as
// with HasLabel.
func (r *Registry) LabelEnded(ctx context.Context, tx *db.Tx, org, label string, day unit.Day) (ended, known bool, err error) {
	has, known, err := r.HasLabel(ctx, tx, org, label, day)
	if err != nil || has || !known {
		return false, known, err
	}
	all, err := r.labelsOf(ctx, tx, org, label)
	for _, l := range all {
		ended = ended || l.Since <= day
	}
	return ended, err == nil, err
}

// LabelEndsBy says whether an organisation holds a label on a day whose last day is not after another. One without end does not end.
// known is as with HasLabel.
func (r *Registry) LabelEndsBy(ctx context.Context, tx *db.Tx, org, label string, day, by unit.Day) (ends, known bool, err error) {
	has, known, err := r.HasLabel(ctx, tx, org, label, day)
	if err != nil || !has {
		return false, known, err
	}
	all, err := r.labelsOf(ctx, tx, org, label)
	for _, l := range all {
		ends = ends || l.On(day) && l.Until.Valid() && l.Until <= by
	}
	return ends, err == nil, err
}

// LabelRevoked says whether an organisation held a label that whoever gave it took back by a day, and holds it no longer. One that ran
// out, or that it never had, was not taken back. known is as with HasLabel.
func (r *Registry) LabelRevoked(ctx context.Context, tx *db.Tx, org, label string, day unit.Day) (revoked, known bool, err error) {
	has, known, err := r.HasLabel(ctx, tx, org, label, day)
	if err != nil || has || !known {
		return false, known, err
	}
	all, err := r.labelsOf(ctx, tx, org, label)
	for _, l := range all {
		revoked = revoked || l.Revoked.Valid() && l.Revoked <= day
	}
	return revoked, err == nil, err
}

// Labels lists the labels of an organisation, newest first.
func (r *Registry) Labels(ctx context.Context, tx *db.Tx, org string) ([]Label, error) {
	all, err := selectLabels(ctx, tx, org, r.known)
	if err != nil {
		return nil, fmt.Errorf("labels of %s: %w", org, err)
	}
	return all, nil
}

func (r *Registry) labelsOf(ctx context.Context, tx *db.Tx, org, label string) ([]Label, error) {
	all, err := r.Labels(ctx, tx, org)
	var of []Label
	for _, l := range all {
		if l.Label == label {
			of = append(of, l)
		}
	}
	return of, err
}
