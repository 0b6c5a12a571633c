package reader

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Decision is what a person says of a finding.
type Decision struct {
	Accept    bool
	Reason    string            // needed to reject, and to correct
	Indicator string            // for a figure: the indicator that it reports; "" only keeps it as accepted
	Correct   map[string]string // fields that a person makes right before accepting, by the names of Fields
}

// Step is one thing that was done to a finding.
type Step struct {
	No     int
	At     time.Time
	Act    string // accepted, corrected, rejected, undone
	By     string
	Reason string
}

// Decide accepts or rejects one finding, corrected or as it was read. A finding is decided once, until that is undone.
// The refusals, in this order: reader.reason_missing, reader.reason_long, reader.unknown, reader.finding_unknown,
// reader.decided, those of Corrected, those of the room that it goes to.
func (k *Desk) Decide(ctx context.Context, who access.Actor, document unit.ID, no int, dec Decision) (f Finding, err error) {
	dec.Reason = strings.TrimSpace(dec.Reason)
	if !dec.Accept && dec.Reason == "" {
		return f, fault.New(fault.Invalid, "reader.reason_missing").On("reason")
	}
	if len([]rune(dec.Reason)) > reasonMax {
		return f, fault.New(fault.Invalid, "reader.reason_long", "most", reasonMax).On("reason")
	}
	err = k.c.DB.Act(ctx, func(tx *db.Tx) error {
		d, err := selectDocument(ctx, tx, document)
		if err != nil {
			return err
		}
		if f, err = selectFinding(ctx, tx, document, no); err != nil {
			return err
		}
		if f.State != Waiting {
			return fault.New(fault.Conflict, "reader.decided", "by", f.By)
		}
		return k.counted(ctx, tx, d.ID, func() error { return k.decide(ctx, tx, who, d, &f, dec) })
	})
	return f, err
}

func (k *Desk) decide(ctx context.Context, tx *db.Tx, who access.Actor, d Document, f *Finding, dec Decision) (err error) {
	act := string(Rejected)
	f.State, f.Reason, f.By, f.At = Rejected, dec.Reason, who.Name, tx.Now()
	if dec.Accept {
		f.State, act = Accepted, string(Accepted)
		fixed, changed, err := f.Corrected(dec.Correct)
		if err != nil {
			return err
		}
		if changed {
			if dec.Reason == "" {
				return fault.New(fault.Invalid, "reader.correct_reason").On("reason")
			}
			*f, act = fixed, "corrected"
			if err := k.mentionAgain(ctx, tx, d, *f); err != nil {
				return err
			}
		}
		if f.Became, err = k.become(ctx, tx, who, d, *f, dec.Indicator); err != nil {
			return err
		}
	}
	return k.settle(ctx, tx, who, *f, Waiting, act, dec.Reason)
}

// settle writes a finding down as it stands now, with the step that led there and the journal's entry.
func (k *Desk) settle(ctx context.Context, tx *db.Tx, who access.Actor, f Finding, was State, act, reason string) error {
	if err := updateFinding(ctx, tx, f, was); err != nil {
		return fmt.Errorf("%s finding %d of %s: %w", act, f.No, f.Document, err)
	}
	if err := insertStep(ctx, tx, f, Step{No: f.No, At: tx.Now(), Act: act, By: who.Name, Reason: reason}); err != nil {
		return fmt.Errorf("step of finding %d of %s: %w", f.No, f.Document, err)
	}
	return k.c.Access.Record(ctx, tx, who, access.Entry{Act: "document." + act, Object: fmt.Sprintf("document/%s/%d", f.Document, f.No)})
}

// become hands an accepted finding to the room that owns such things.
func (k *Desk) become(ctx context.Context, tx *db.Tx, who access.Actor, d Document, f Finding, indicator string) (string, error) {
	switch {
	case f.Kind == Agreement:
		return k.c.Agreements.EnterFound(ctx, tx, who, d, f)
	case f.Kind == Figure && indicator != "":
		return k.c.Figures.ReportFound(ctx, tx, who, d, f, indicator)
	}
	return "", nil
}

// Undo lets a decided finding wait again, as it was read. What stands beside an indicator is taken from there in the same
// act; an agreement in the register has a life of its own and is mended there: reader.became.
func (k *Desk) Undo(ctx context.Context, who access.Actor, document unit.ID, no int) (f Finding, err error) {
	err = k.c.DB.Act(ctx, func(tx *db.Tx) error {
		d, err := selectDocument(ctx, tx, document)
		if err != nil {
			return err
		}
		if f, err = selectFinding(ctx, tx, document, no); err != nil {
			return err
		}
		switch {
		case f.State == Waiting:
			return fault.New(fault.Conflict, "reader.waits")
		case f.Became != "" && f.Kind == Agreement:
			return fault.New(fault.Conflict, "reader.became", "path", f.Became)
		case f.Became != "":
			if err := k.c.Figures.WithdrawFound(ctx, tx, who, d, f); err != nil {
				return err
			}
		}
		return k.counted(ctx, tx, d.ID, func() error {
			was := f.State
			if f.Read != nil {
				f.Said, f.Read = *f.Read, nil
				if err := k.mentionAgain(ctx, tx, d, f); err != nil {
					return err
				}
			}
			f.State, f.Reason, f.By, f.At, f.Became = Waiting, "", "", time.Time{}, ""
			return k.settle(ctx, tx, who, f, was, "undone", "")
		})
	})
	return f, err
}

// Steps lists what was done to the findings of a document, oldest first, at most stepsMax.
func (k *Desk) Steps(ctx context.Context, document unit.ID) (all []Step, err error) {
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectSteps(ctx, tx, document)
		return err
	})
	return all, err
}

// Publish shows or hides the accepted facts of a document to everybody. The text itself stays with the officers: it is
// somebody else's; a reader gets the sentence, where it stands, and the digest of the original.
func (k *Desk) Publish(ctx context.Context, who access.Actor, id unit.ID, public bool) error {
	return k.c.DB.Act(ctx, func(tx *db.Tx) error {
		d, err := selectDocument(ctx, tx, id)
		if err != nil {
			return err
		}
		by, act := "", "document.hide"
		if public {
			by, act = who.Name, "document.publish"
		}
		if (d.PublishedBy != "") == public {
			return nil
		}
		if err := k.counted(ctx, tx, id, func() error { return updatePublished(ctx, tx, id, by) }); err != nil {
			return fmt.Errorf("publish %s: %w", id, err)
		}
		return k.c.Access.Record(ctx, tx, who, access.Entry{Act: act, Object: "document/" + string(id)})
	})
}
