package registry_test

import (
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
)

// ask asks for a change of a label, in an act of its own.
func (h house) ask(who access.Actor, c registry.LabelChange) (out registry.LabelChange, err error) {
	err = h.act(func(tx *db.Tx) error {
		out, err = h.ChangeLabel(h.ctx, tx, who, c)
		return err
	})
	return out, err
}

func (h house) holds(org, label, day string) (has bool) {
	h.Helper()
	h.read(func(tx *db.Tx) {
		var err error
		if has, _, err = h.HasLabel(h.ctx, tx, org, label, h.day(day)); err != nil {
			h.Error(err)
		}
	})
	return has
}

// A label on which money hangs is entered and revoked by two officers, in their place, with a reason; one that no money hangs on by one.
func TestTwoOfficersEnterAndRevokeALabel(t *testing.T) {
	each(t, func(h house) {
		h.three()
		enter := registry.LabelChange{Verb: registry.Enters, Reason: "公布名单", Label: registry.Label{Org: firmA, Label: "high_tech", Issuer: "340000.science", Since: h.day("2026-01-01"), Until: h.day("2028-12-31"), Basis: "（演示）1号"}}
		elsewhere := access.Actor{Person: "01H00000000000000000000009", Name: "elsewhere", Grants: []access.Grant{{Role: "science", Region: "310000"}}}
		for _, x := range []struct {
			who  access.Actor
			code string
			set  func(*registry.LabelChange)
		}{
			{nobody, "access.sign_in", func(*registry.LabelChange) {}},
			{ofFirmA, "access.denied", func(*registry.LabelChange) {}},
			{elsewhere, "access.denied", func(*registry.LabelChange) {}},
			{officer, "registry.unknown", func(c *registry.LabelChange) { c.Label.Org = "91310000MA0DEMQ00X" }},
			{officer, "registry.text", func(c *registry.LabelChange) { c.Reason = " " }},
			{officer, "registry.text", func(c *registry.LabelChange) { c.Label.Issuer = "" }},
			{officer, "registry.span", func(c *registry.LabelChange) { c.Label.Until = h.day("2020-01-01") }},
			{officer, "registry.label", func(c *registry.LabelChange) { c.Verb = "lend" }},
			{officer, "registry.label_none", func(c *registry.LabelChange) { c.Verb, c.Day = registry.Revokes, h.day("2026-05-01") }},
			{officer, "registry.label_day", func(c *registry.LabelChange) { c.Verb, c.Day = registry.Revokes, h.day("2026-05-07") }},
		} {
			c := enter
			x.set(&c)
			if _, err := h.ask(x.who, c); fault.CodeOf(err) != x.code {
				t.Errorf("got %v, want %s", err, x.code)
			}
		}
		c, err := h.ask(officer, enter)
		if err != nil || c.State != registry.ChangeProposed || h.holds(firmA, "high_tech", "2026-05-06") {
			t.Fatalf("one officer was enough: %+v %v", c, err)
		}
		if _, err := h.ask(head, enter); fault.CodeOf(err) != "registry.label_asked" {
			t.Errorf("the same waits twice: %v", err)
		}
		if _, err := h.DecideLabels(h.ctx, officer, c.Batch, true, ""); fault.CodeOf(err) != "registry.label_own" {
			t.Errorf("who asked decides: %v", err)
		}
		if _, err := h.DecideLabels(h.ctx, elsewhere, c.Batch, true, ""); fault.KindOf(err) != fault.Denied {
			t.Errorf("an officer of another place decides: %v", err)
		}
		if _, err := h.DecideLabels(h.ctx, head, c.Batch, false, ""); fault.CodeOf(err) != "registry.text" {
			t.Errorf("refused without a word: %v", err)
		}
		if d, err := h.DecideLabels(h.ctx, head, c.Batch, true, ""); err != nil || d.Done != 1 || !h.holds(firmA, "high_tech", "2026-05-06") {
			t.Fatalf("not entered: %+v %v", d, err)
		}
		if _, err := h.DecideLabels(h.ctx, head, c.Batch, true, ""); fault.CodeOf(err) != "registry.label_decided" {
			t.Errorf("decided twice: %v", err)
		}
		if got, o, err := h.LabelChangeOf(h.ctx, ofFirmA, c.ID); err != nil || got.State != registry.ChangeDone || o.Code != firmA || got.Decider != "head" || got.Label.ID == "" {
			t.Errorf("the firm does not read it: %+v %v", got, err)
		}
		if _, _, err := h.LabelChangeOf(h.ctx, elsewhere, c.ID); fault.CodeOf(err) != "registry.label_unknown" {
			t.Errorf("an officer of another place reads it: %v", err)
		}

		back := registry.LabelChange{Verb: registry.Revokes, Reason: "材料不实", Day: h.day("2026-04-01"), Label: registry.Label{Org: firmA, Label: "high_tech"}}
		if c, err = h.ask(head, back); err != nil || c.State != registry.ChangeProposed || c.Label.Issuer != "340000.science" {
			t.Fatalf("%+v %v", c, err)
		}
		if d, err := h.DecideLabels(h.ctx, officer, c.Batch, false, "证据不足"); err != nil || d.Refused != 1 || !h.holds(firmA, "high_tech", "2026-05-06") {
			t.Errorf("a refused revocation: %+v %v", d, err)
		}
		if c, err = h.ask(head, back); err != nil {
			t.Fatal(err)
		}
		if _, err := h.DecideLabels(h.ctx, officer, c.Batch, true, ""); err != nil || h.holds(firmA, "high_tech", "2026-04-01") || !h.holds(firmA, "high_tech", "2026-03-31") {
			t.Errorf("not revoked from its day on: %v", err)
		}

		single := enter
		single.Label.Label = "smart_factory"
		if c, err := h.ask(officer, single); err != nil || c.State != registry.ChangeDone || !h.holds(firmA, "smart_factory", "2026-05-06") {
			t.Errorf("a label that wants one officer: %+v %v", c, err)
		}
		if all, total, err := h.LabelChanges(h.ctx, officer, "", 1); err != nil || total != 4 || len(all) != 4 || all[0].Label.Label != "smart_factory" {
			t.Errorf("the list has %d: %v %v", total, all, err)
		}
		if _, total, err := h.LabelChanges(h.ctx, elsewhere, "", 1); err != nil || total != 0 {
			t.Errorf("another place sees %d: %v", total, err)
		}
	})
}

// A list is decided on as a whole; a row that cannot be carried out any more is void, says why, and holds up no other.
func TestAListOfRevokedLabelsIsDecidedAsAWhole(t *testing.T) {
	each(t, func(h house) {
		h.three()
		h.must(func(tx *db.Tx) error {
			for _, org := range []string{firmA, firmB} {
				if _, err := h.IssueLabel(h.ctx, tx, admin, registry.Label{Org: org, Label: "tech_sme", Issuer: "x", Since: h.day("2026-01-01")}); err != nil {
					return err
				}
			}
			return nil
		})
		file := "代码,资质,撤销日期,理由\n" + firmA + ",科技型中小企业,2026-05-01,\n" + firmB + ",tech_sme,2026-05-02,自行申请\n" + lab + ",tech_sme,2026-05-02,\n" + firmB + ",high_tech,2027-05-02,\n"
		rep, err := h.take(officer, "revocations", "r.csv", h.text(file), partial, func(in *registry.Import) { in.Reason, in.Document, in.DocName = "名单公布", "ab12", "名单.pdf" })
		if err != nil || rep.Good != 2 || rep.Written != 2 || rep.BadRows != 2 {
			t.Fatalf("%s %v %v", counts(rep), named(rep), err)
		}
		waits, err := h.LabelBatches(h.ctx, officer)
		if err != nil || len(waits) != 1 || waits[0].Rows != 2 || !waits[0].Own || waits[0].Reason != "名单公布" || waits[0].FileName != "名单.pdf" {
			t.Fatalf("%+v %v", waits, err)
		}
		h.must(func(tx *db.Tx) error { // a case was quicker
			return h.RevokeLabel(h.ctx, tx, admin, firmB, "tech_sme", h.day("2026-03-01"))
		})
		if d, err := h.DecideLabels(h.ctx, head, waits[0].Batch, true, ""); err != nil || d != (registry.Decided{Done: 1, Void: 1}) {
			t.Errorf("%+v %v", d, err)
		}
		if h.holds(firmA, "tech_sme", "2026-05-01") {
			t.Error("not revoked")
		}
		all, _, err := h.LabelChanges(h.ctx, head, registry.ChangeVoid, 1)
		if err != nil || len(all) != 1 || all[0].Note != "registry.label_none" || all[0].Reason != "自行申请" {
			t.Errorf("%+v %v", all, err)
		}
		if got, err := h.Audit(h.ctx); err != nil || len(got) != 0 {
			t.Errorf("%v %v", got, err)
		}
	})
}
