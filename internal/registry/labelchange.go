package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// Bounds of what officers enter and revoke.
const (
	changeRows    = 50   // of one page
	changesAtOnce = 200  // that one act carries out
	batchMax      = 5000 // of one list, as many as one act takes from a file
)

// What an officer does with a label outside a case.
const (
	Enters  = "enter"
	Revokes = "revoke"
)

// How a change of a label stands.
const (
	ChangeProposed = "proposed" // another officer has to decide
	ChangeDone     = "done"
	ChangeRefused  = "refused"
	ChangeVoid     = "void" // it was adopted and could not be carried out any more; Note is the code of the fault
)

// LabelChange is that an officer enters a label which was given outside this node, or takes one back, outside a case.
type LabelChange struct {
	ID       unit.ID
	Batch    unit.ID  // what was asked for together is decided on together
	Verb     string   // Enters or Revokes
	Label    Label    // to enter; of one to revoke Org and Label are given and the rest is found
	Day      unit.Day // Revokes: first day without it, not after today
	Reason   string
	File     string // digest of the document; "" for a row of a list that came without one
	FileName string
	Region   unit.Region // of the organisation
	State    string
	AskedBy  unit.ID
	Asked    time.Time
	By       string // name of who asked
	Decider  string
	Decided  time.Time
	Note     string

	decidedBy unit.ID
}

// errNoLabelChange is said of what is not there and of what the actor may not know of.
var errNoLabelChange = fault.New(fault.NotFound, "registry.label_unknown")

// Object names the change in the journal and in notices.
func (c LabelChange) Object() string { return "label/" + string(c.ID) }

// ChangeLabel asks to enter or revoke a label outside a case. It is carried out in this act where one officer is enough, and else waits for
// another. Refused, in this order: who may not, an organisation that is not known, no reason, what the label lacks, one that is there
// already, one that is not held, a day after today, what waits already.
func (r *Registry) ChangeLabel(ctx context.Context, tx *db.Tx, who access.Actor, c LabelChange) (LabelChange, error) {
	c.Batch = unit.NewID(tx.Now())
	c, err := r.changeIn(ctx, tx, who, c)
	if err != nil || c.State != ChangeProposed {
		return c, err
	}
	return c, r.tellDeciders(ctx, tx, c, 1)
}

// changeIn is ChangeLabel for one of a batch; whoever has to decide is not told.
func (r *Registry) changeIn(ctx context.Context, tx *db.Tx, who access.Actor, c LabelChange) (LabelChange, error) {
	if !who.System() {
		if err := access.MaySomewhere(who, access.LabelEdit); err != nil {
			return c, err
		}
	}
	o, err := r.stateOn(ctx, tx, c.Label.Org, r.Today(tx))
	if err != nil {
		return c, err
	}
	mandate, err := mayChangeLabel(who, o.Region)
	if err != nil {
		return c, err
	}
	c.Label.Org, c.Region = o.Code, o.Region
	if err := checkText("reason", c.Reason, true); err != nil {
		return c, err
	}
	if c, err = r.checkChange(ctx, tx, c); err != nil {
		return c, err
	}
	if waits, err := labelAsked(ctx, tx, c); err != nil || waits {
		return c, cmp.Or(err, error(fault.New(fault.Conflict, "registry.label_asked")))
	}
	c.ID, c.State, c.AskedBy, c.By, c.Asked = unit.NewID(tx.Now()), ChangeProposed, who.Person, who.Name, tx.Now()
	if err := insertLabelChange(ctx, tx, c); err != nil {
		return c, fmt.Errorf("ask to %s label %s of %s: %w", c.Verb, c.Label.Label, c.Label.Org, err)
	}
	if err := r.c.Access.Record(ctx, tx, who, access.Entry{Act: "label.ask_" + c.Verb, Object: c.Object(), Region: o.Region, Mandate: mandate, Detail: o.Code + " " + c.Label.Label}); err != nil {
		return c, err
	}
	if TwoFor(c.Label.Label) && !who.System() {
		return c, nil
	}
	return c, r.carryOut(ctx, tx, who, &c)
}

func mayChangeLabel(who access.Actor, region unit.Region) (string, error) {
	if who.System() {
		return "", nil
	}
	return access.Mandate(who, access.LabelEdit, access.Scope{Region: region})
}

// checkChange refuses what could not be carried out today; of a label to revoke it finds the rest.
func (r *Registry) checkChange(ctx context.Context, tx *db.Tx, c LabelChange) (LabelChange, error) {
	switch c.Verb {
	case Enters:
		c.Label.ID, c.Day = "", 0
		if err := checkLabel(c.Label); err != nil {
			return c, err
		}
		fresh, err := r.freshLabel(ctx, tx, c.Label)
		if err == nil && !fresh {
			err = fault.New(fault.Conflict, "registry.label_there", "label", LabelWords(c.Label.Label))
		}
		return c, err
	case Revokes:
		if !c.Day.Valid() || c.Day > r.Today(tx) {
			return c, fault.New(fault.Invalid, "registry.label_day").On("day")
		}
		_, l, err := r.inForce(ctx, tx, c.Label.Org, c.Label.Label, c.Day)
		c.Label = l
		return c, err
	}
	return c, fault.New(fault.Invalid, "registry.label").On("verb")
}

// carryOut enters or revokes the label, and tells the organisation.
func (r *Registry) carryOut(ctx context.Context, tx *db.Tx, who access.Actor, c *LabelChange) error {
	switch c.Verb {
	case Enters:
		l := c.Label
		l.ID = ""
		l, err := r.IssueLabel(ctx, tx, who, l)
		if err != nil {
			return err
		}
		c.Label.ID = l.ID
	case Revokes:
		if err := r.RevokeLabel(ctx, tx, who, c.Label.Org, c.Label.Label, c.Day); err != nil {
			return err
		}
	}
	if err := r.decided(ctx, tx, who, c, ChangeDone, c.Note); err != nil {
		return err
	}
	return r.tellHolder(ctx, tx, *c)
}

func (r *Registry) decided(ctx context.Context, tx *db.Tx, who access.Actor, c *LabelChange, state, note string) error {
	c.State, c.Decider, c.decidedBy, c.Decided, c.Note = state, who.Name, who.Person, tx.Now(), note
	if err := updateLabelChange(ctx, tx, *c); err != nil {
		return fmt.Errorf("decide on %s: %w", c.Object(), err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "label." + state, Object: c.Object(), Region: c.Region, Detail: c.Verb + " " + c.Label.Org + " " + c.Label.Label})
}

// Decided is how many changes of a batch went which way.
type Decided struct{ Done, Refused, Void int }

// DecideLabels adopts what another officer asked for together, or refuses it with a note. Nobody decides on what they asked for. A list is
// carried out in several acts; what cannot be carried out any more becomes void and says why, and the rest goes on. Asked again after a
// cut it does what is left.
func (r *Registry) DecideLabels(ctx context.Context, who access.Actor, batch unit.ID, adopt bool, note string) (d Decided, err error) {
	if err := access.MaySomewhere(who, access.LabelEdit); err != nil {
		return d, err
	}
	if err := checkText("note", note, !adopt); err != nil {
		return d, err
	}
	for {
		n := 0
		var now Decided
		err := r.c.DB.Act(ctx, func(tx *db.Tx) error {
			n, now = 0, Decided{}
			all, err := selectLabelBatch(ctx, tx, batch, changesAtOnce)
			if err != nil {
				return fmt.Errorf("batch %s of labels: %w", batch, err)
			}
			for i := range all {
				if err := r.decideOne(ctx, tx, who, &all[i], adopt, note, &now); err != nil {
					return err
				}
			}
			n = len(all)
			return nil
		})
		if err != nil {
			return d, err
		}
		d.Done, d.Refused, d.Void = d.Done+now.Done, d.Refused+now.Refused, d.Void+now.Void
		if n == 0 && d == (Decided{}) {
			return d, fault.New(fault.Conflict, "registry.label_decided")
		}
		if n < changesAtOnce {
			return d, nil
		}
	}
}

func (r *Registry) decideOne(ctx context.Context, tx *db.Tx, who access.Actor, c *LabelChange, adopt bool, note string, d *Decided) error {
	if _, err := mayChangeLabel(who, c.Region); err != nil {
		return err
	}
	if c.AskedBy == who.Person {
		return fault.New(fault.Denied, "registry.label_own")
	}
	if !adopt {
		d.Refused++
		return r.decided(ctx, tx, who, c, ChangeRefused, note)
	}
	// What stands in the way is looked for before anything is written, so that one row that is void leaves nothing half done.
	checked, err := r.checkChange(ctx, tx, *c)
	if f := fault.Of(err); err != nil && f.Kind != fault.Internal {
		d.Void++
		return r.decided(ctx, tx, who, c, ChangeVoid, f.Code)
	}
	if err != nil {
		return err
	}
	checked.Note = note
	d.Done++
	return r.carryOut(ctx, tx, who, &checked)
}

// tellDeciders tells whoever else may decide on a batch.
func (r *Registry) tellDeciders(ctx context.Context, tx *db.Tx, c LabelChange, rows int) error {
	if r.c.Notices == nil {
		return nil
	}
	words := LabelWords(c.Label.Label)
	n := notice.Notice{Kind: "label.proposed", Object: c.Object(), Path: "/labels#b-" + string(c.Batch), Key: "label/batch/" + string(c.Batch),
		Title: fault.Words{fmt.Sprintf("资质登记待第二人决定：%s（%d 项）", words[0], rows), fmt.Sprintf("Labels wait for a second officer: %s (%d)", words[1], rows)}}
	var to []notice.Audience
	for _, role := range access.Holders(access.LabelEdit) {
		to = append(to, notice.Audience{Role: role, Region: c.Region, Except: c.AskedBy})
	}
	return r.c.Notices.TellEach(ctx, tx, n, to...)
}

// tellHolder tells the organisation, which finds the letter behind the notice.
func (r *Registry) tellHolder(ctx context.Context, tx *db.Tx, c LabelChange) error {
	if r.c.Notices == nil {
		return nil
	}
	w := LabelWords(c.Label.Label)
	title := fault.Words{"已登记你单位的资质：" + w[0], "A label of yours was entered: " + w[1]}
	if c.Verb == Revokes {
		title = fault.Words{fmt.Sprintf("你单位的资质自 %s 起被撤销：%s", c.Day, w[0]), fmt.Sprintf("A label of yours is revoked from %s on: %s", c.Day, w[1])}
	}
	_, err := r.c.Notices.Tell(ctx, tx, notice.Notice{To: notice.Audience{Org: c.Label.Org}, Kind: "label." + c.Verb + "ed", Object: c.Object(), Path: "/labels/" + string(c.ID), Org: c.Label.Org,
		Title: title, Key: c.Object() + "/told"})
	return err
}

// LabelChanges lists what officers asked for in the actor's places, the newest first, and how many there are. state narrows; "" is all.
func (r *Registry) LabelChanges(ctx context.Context, who access.Actor, state string, page int) (all []LabelChange, total int, err error) {
	if err := access.MaySomewhere(who, access.LabelEdit); err != nil {
		return nil, 0, err
	}
	page = min(max(page, 1), pageMax)
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		w := changesIn(access.ReachOf(who, access.LabelEdit), state)
		if total, err = countLabelChanges(ctx, tx, w); err != nil {
			return fmt.Errorf("changes of labels: %w", err)
		}
		all, err = selectLabelChanges(ctx, tx, w, changeRows, (page-1)*changeRows)
		return err
	})
	return all, total, err
}

// LabelBatch is what was asked for together and waits.
type LabelBatch struct {
	LabelChange      // the first of them
	Rows        int  // that wait
	Own         bool // the actor asked for it
}

// LabelBatches are the batches that wait in the actor's places, the oldest first.
func (r *Registry) LabelBatches(ctx context.Context, who access.Actor) (out []LabelBatch, err error) {
	if err := access.MaySomewhere(who, access.LabelEdit); err != nil {
		return nil, err
	}
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		reach := access.ReachOf(who, access.LabelEdit)
		all, err := selectBatches(ctx, tx, changesIn(reach, ChangeProposed))
		if err != nil {
			return fmt.Errorf("batches of labels: %w", err)
		}
		for _, b := range all {
			if b.LabelChange, err = selectLabelChange(ctx, tx, b.ID); err != nil {
				return err
			}
			b.Own = b.AskedBy == who.Person
			out = append(out, b)
		}
		return nil
	})
	return out, err
}

// LabelChangeOf is one change: for officers of the place and, once it is carried out, for people of the organisation.
func (r *Registry) LabelChangeOf(ctx context.Context, who access.Actor, id unit.ID) (c LabelChange, o Org, err error) {
	err = r.c.DB.Read(ctx, func(tx *db.Tx) error {
		if c, err = selectLabelChange(ctx, tx, id); err != nil {
			return err
		}
		theirs := c.State == ChangeDone && slices.ContainsFunc(who.Grants, func(g access.Grant) bool { return g.Org == c.Label.Org })
		if _, err := mayChangeLabel(who, c.Region); err != nil && !theirs {
			return errNoLabelChange
		}
		o, err = r.Org(ctx, tx, c.Label.Org)
		return err
	})
	return c, o, err
}
