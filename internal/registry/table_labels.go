package registry

import (
	"context"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
)

var reasonColumn = column{id: "reason", zh: "理由", en: "Reason", also: []string{"原因", "事由"}}

// labelRow is a row of a file of labels.
type labelRow struct {
	change LabelChange
}

// labels is a file of labels that were given outside this node. What an officer brings is asked for as one batch (see ChangeLabel); what
// the node itself takes in holds at once.
var labels = table{id: "labels", zh: "资质", en: "Labels", perm: access.LabelEdit,
	columns: []column{codeColumn,
		{id: "label", zh: "资质", en: "Label", also: []string{"资质名称", "称号"}, needed: true},
		{id: "level", zh: "级别", en: "Level", also: []string{"等级"}},
		{id: "issuer", zh: "颁发单位", en: "Issuer", also: []string{"认定单位", "发证机关"}, needed: true},
		withNeed(sinceColumn), untilColumn, basisColumn, reasonColumn},
	read: func(_ *Registry, y *line) any {
		l := Label{Org: y.org(), Label: labelNamed(y.text("label", true)), Level: y.text("level", false), Issuer: y.text("issuer", true),
			Since: y.day("since", true), Until: y.day("until", false), Basis: y.text("basis", false)}
		if len(y.it.bad) == 0 {
			if err := checkLabel(l); err != nil {
				y.refuse(fieldOr(err, y.t, "label"), err)
			}
		}
		y.key = []string{l.Org, l.Label, l.Since.String()}
		return labelRow{LabelChange{Verb: Enters, Label: l, Reason: y.text("reason", false)}}
	},
	meet: func(ctx context.Context, c *taking, tx *db.Tx, it *item, o Org, known bool) (newness, error) {
		if !c.home(it, o, known) {
			return isSame, nil
		}
		fresh, err := c.r.freshLabel(ctx, tx, it.v.(labelRow).change.Label)
		if fault.CodeOf(err) == "registry.label_there" {
			it.refuse(nil, c.t, "since", err)
			return isSame, nil
		}
		if !fresh || err != nil {
			return isSame, err
		}
		waits, err := labelAsked(ctx, tx, it.v.(labelRow).change)
		if waits {
			return isSame, err
		}
		return isNew, err
	},
	write: labelList(func(ctx context.Context, c *taking, tx *db.Tx, it *item) (LabelChange, error) {
		x := it.v.(labelRow).change
		if fresh, err := c.r.freshLabel(ctx, tx, x.Label); !fresh || err != nil {
			return x, err
		}
		if c.who.System() {
			_, err := c.r.IssueLabel(ctx, tx, c.who, x.Label)
			return x, err
		}
		return c.ask(ctx, tx, x)
	}),
}

// revocations is a file of labels that whoever gave them took back.
var revocations = table{id: "revocations", zh: "撤销资质", en: "Revoked labels", perm: access.LabelEdit,
	columns: []column{codeColumn,
		{id: "label", zh: "资质", en: "Label", also: []string{"资质名称", "称号"}, needed: true},
		{id: "day", zh: "撤销日期", en: "Revoked on", also: []string{"自何日起"}, needed: true, shape: isDay},
		basisColumn, reasonColumn},
	read: func(_ *Registry, y *line) any {
		x := LabelChange{Verb: Revokes, Label: Label{Org: y.org(), Label: labelNamed(y.text("label", true)), Basis: y.text("basis", false)}, Day: y.pastDay("day", true), Reason: y.text("reason", false)}
		y.key = []string{x.Label.Org, x.Label.Label}
		return labelRow{x}
	},
	meet: func(ctx context.Context, c *taking, tx *db.Tx, it *item, o Org, known bool) (newness, error) {
		if !c.home(it, o, known) {
			return isSame, nil
		}
		_, err := c.r.checkChange(ctx, tx, it.v.(labelRow).change)
		switch fault.CodeOf(err) {
		case "registry.label_none":
			it.refuse(nil, c.t, "label", err)
			return isSame, nil
		case "registry.label_day":
			it.refuse(nil, c.t, "day", err)
			return isSame, nil
		}
		if err != nil {
			return isSame, err
		}
		waits, err := labelAsked(ctx, tx, it.v.(labelRow).change)
		if waits {
			return isSame, err
		}
		return isChange, err
	},
	write: labelList(func(ctx context.Context, c *taking, tx *db.Tx, it *item) (LabelChange, error) {
		return c.ask(ctx, tx, it.v.(labelRow).change)
	}),
}

// labelNamed is the id of a label that a file calls by its name.
func labelNamed(text string) string {
	for _, w := range labelWords {
		if plain(text) == plain(w.ZH) || plain(text) == plain(w.EN) {
			return w.ID
		}
	}
	return text
}

// ask asks for a row, with what the whole list says; one that waits already is left alone.
func (c *taking) ask(ctx context.Context, tx *db.Tx, x LabelChange) (LabelChange, error) {
	x.Batch, x.File, x.FileName = c.id, c.in.Document, c.in.DocName
	for _, reason := range []string{c.in.Reason, c.in.Source, c.in.Name} {
		if strings.TrimSpace(x.Reason) == "" {
			x.Reason = reason
		}
	}
	asked, err := c.r.changeIn(ctx, tx, c.who, x)
	if fault.CodeOf(err) == "registry.label_asked" {
		return x, nil
	}
	return asked, err
}

// labelList writes the rows of a list and tells whoever decides on it, once.
func labelList(one func(context.Context, *taking, *db.Tx, *item) (LabelChange, error)) func(context.Context, *taking, *db.Tx, []*item) error {
	return func(ctx context.Context, c *taking, tx *db.Tx, items []*item) error {
		if !c.who.System() && c.rep.Good > batchMax {
			return fault.New(fault.TooLarge, "registry.import_rows", "most", batchMax)
		}
		var waits []LabelChange
		write := each(func(ctx context.Context, c *taking, tx *db.Tx, it *item) error {
			x, err := one(ctx, c, tx, it)
			if x.State == ChangeProposed {
				waits = append(waits, x)
			}
			return err
		})
		if err := write(ctx, c, tx, items); err != nil || len(waits) == 0 {
			return err
		}
		return c.r.tellDeciders(ctx, tx, waits[0], len(waits))
	}
}

// freshLabel says whether a label is not there already. One that overlaps with another of the same name is refused.
func (r *Registry) freshLabel(ctx context.Context, tx *db.Tx, l Label) (bool, error) {
	all, err := r.labelsOf(ctx, tx, l.Org, l.Label)
	for _, t := range all {
		if t.Since == l.Since && t.Issuer == l.Issuer {
			return false, err
		}
		if overlaps(t, l) {
			return false, fault.New(fault.Conflict, "registry.label_there", "label", LabelWords(l.Label))
		}
	}
	return true, err
}
