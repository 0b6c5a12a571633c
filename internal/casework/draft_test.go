package casework_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

var clerk = who("clerk", "org_member", "", small)

// saves a draft as somebody who saw a version.
func (w *world) draft(a access.Actor, c casework.Case, version int64, typed map[string]string) casework.Saved {
	w.t.Helper()
	out, err := w.cases.SaveDraft(context.Background(), a, c.ID, casework.Draft{Version: version, Typed: typed})
	w.must(err)
	return out
}

func TestADraftIsSavedWithWhatCannotBeRead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, err := w.cases.Create(context.Background(), firm, "voucher", small, "")
		w.must(err)
		out := w.draft(firm, c, c.Version, map[string]string{"provider": lab, "purpose": "测试", "contract_sum": "四万八", "invoiced": "48000"})
		if len(out.Wrong) != 1 || out.Wrong[0].Field != "contract_sum" {
			t.Fatalf("wrong %v", out.Wrong)
		}
		if c = out.Case; c.Fields["contract_sum"].Known() || c.Fields["invoiced"].Fen() != 48_000_00 {
			t.Errorf("fields %v", c.Fields)
		}
		steps, err := w.cases.Steps(context.Background(), firm, c.ID)
		w.must(err)
		got := ""
		for _, s := range steps.Steps {
			got += string(s.State) + " "
			for _, f := range s.Fields {
				if f.Typed != "" {
					got += f.Name + "=" + f.Typed + " "
				}
			}
		}
		if want := "done wrong contract_sum=四万八 "; got != want {
			t.Errorf("steps %q, want %q", got, want)
		}

		// It is not lost unsaid: submitting waits until it is put right.
		_, err = w.act(firm, c, "file", "")
		code(t, err, "casework.field_missing")
		out = w.draft(firm, c, c.Version, map[string]string{"contract_sum": "48000", "invoiced": "许多"})
		c, err = w.cases.Save(context.Background(), firm, c.ID, 0, map[string]string{"contract_sum": "48001"})
		w.must(err)
		_, err = w.act(firm, out.Case, "file", "")
		if got := fault.CodeOf(err); got != "casework.field_missing" && got != "casework.field_unreadable" {
			t.Errorf("submitted with an unreadable field: %v", err)
		}
		out = w.draft(firm, c, c.Version, map[string]string{"invoiced": "48000"})
		_, err = w.act(firm, out.Case, "file", "")
		w.must(err)
		w.clean()
	})
}

func TestTwoPeopleOnOneDraft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, err := w.cases.Create(context.Background(), firm, "voucher", small, "")
		w.must(err)
		c = w.draft(firm, c, c.Version, map[string]string{"purpose": "测试", "contract_sum": "48000"}).Case
		seen := c.Version // by both

		// Each sends the whole form; only what they touched counts, and both win.
		w.draft(firm, c, seen, map[string]string{"purpose": "表征", "contract_sum": "48000"})
		out := w.draft(clerk, c, seen, map[string]string{"purpose": "测试", "contract_sum": "50000"})
		if len(out.Clashes) != 0 || out.Case.Fields["purpose"].Text != "表征" || out.Case.Fields["contract_sum"].Fen() != 50_000_00 {
			t.Errorf("clashes %v, fields %v", out.Clashes, out.Case.Fields)
		}

		// The same field: the second is shown both, and nothing of theirs is written over; another field of theirs is saved.
		out = w.draft(clerk, c, seen, map[string]string{"purpose": "对照试验", "invoiced": "50000"})
		if len(out.Clashes) != 1 || out.Clashes[0].Mine != "对照试验" || out.Clashes[0].Last.Becomes.Value.Text != "表征" || out.Clashes[0].Last.By != "firm" {
			t.Fatalf("clashes %+v", out.Clashes)
		}
		if f := out.Case.Fields; f["purpose"].Text != "表征" || f["invoiced"].Fen() != 50_000_00 {
			t.Errorf("fields %v", f)
		}
		_, err = w.cases.Save(context.Background(), clerk, c.ID, seen, map[string]string{"purpose": "对照试验"})
		code(t, err, "casework.clash")
		out = w.draft(clerk, c, out.Case.Version, map[string]string{"purpose": "对照试验"})
		if len(out.Clashes) != 0 || out.Case.Fields["purpose"].Text != "对照试验" {
			t.Errorf("the choice is not taken: %v", out.Case.Fields)
		}

		changes, err := w.cases.Changes(context.Background(), firm, c.ID)
		w.must(err)
		got := ""
		for _, x := range changes {
			if x.Field == "purpose" {
				got += x.By + ":" + x.Becomes.Value.Text + " "
			}
		}
		if want := "clerk:对照试验 firm:表征 firm:测试 "; got != want {
			t.Errorf("changes %q, want %q", got, want)
		}
		c, err = w.cases.Restore(context.Background(), firm, c.ID, changes[0].ID)
		w.must(err)
		if c.Fields["purpose"].Text != "表征" {
			t.Errorf("restored to %v", c.Fields["purpose"])
		}
		_, err = w.cases.Changes(context.Background(), reviewer, c.ID)
		code(t, err, "casework.changes_unknown")
	})
}

func TestWhoIsInvitedFillsInAndDoesNotSubmit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		lead := w.member("lead@firm.example", "org_admin", small)
		mate := w.member("mate@firm.example", "org_member", small)
		other := w.member("other@big.example", "org_member", large)
		c := w.open(lead, small)

		_, err := w.cases.Invite(ctx, lead, c.ID, "nobody@firm.example", casework.MayEdit)
		code(t, err, "casework.member_unknown")
		_, err = w.cases.Invite(ctx, lead, c.ID, "other@big.example", casework.MayEdit)
		code(t, err, "casework.member_unknown") // the form names no partner
		_, err = w.cases.Get(ctx, other, c.ID)
		code(t, err, "casework.unknown")

		m, err := w.cases.Invite(ctx, lead, c.ID, "mate@firm.example", casework.MayView)
		w.must(err)
		w.wantTold(mate.Person, "case.invited")
		_, err = w.cases.Save(ctx, mate, c.ID, 0, map[string]string{"purpose": "x"})
		code(t, err, "casework.field_not_yours")
		_, err = w.act(mate, c, "file", "")
		code(t, err, "casework.not_your_role")
		_, err = w.cases.Invite(ctx, mate, c.ID, "lead@firm.example", casework.MayView)
		code(t, err, "casework.members_not_yours")
		_, err = w.cases.Invite(ctx, lead, c.ID, "mate@firm.example", casework.MayEdit)
		w.must(err)
		_, err = w.cases.Save(ctx, mate, c.ID, 0, map[string]string{"purpose": "x"})
		w.must(err)
		w.must(w.cases.Uninvite(ctx, lead, c.ID, m.Person))
		w.wantTold(mate.Person, "case.uninvited")

		// A partner that the form names: its people can be invited to fill in, and submitting stays with the firm.
		c, err = w.cases.Create(ctx, lead, "display", small, "")
		w.must(err)
		c, err = w.cases.Save(ctx, lead, c.ID, 0, map[string]string{"partner": large})
		w.must(err)
		_, err = w.cases.Save(ctx, other, c.ID, 0, map[string]string{"purpose": "x"})
		code(t, err, "casework.field_not_yours")
		_, err = w.cases.Invite(ctx, lead, c.ID, "other@big.example", casework.MayEdit)
		w.must(err)
		c, err = w.cases.Save(ctx, other, c.ID, 0, map[string]string{"purpose": "由合作方填写"})
		w.must(err)
		_, err = w.act(other, c, "file", "")
		code(t, err, "casework.not_your_role")
		all, _, err := w.cases.List(ctx, other, casework.Filter{})
		w.must(err)
		if len(all) != 1 {
			t.Errorf("the invited person sees %d cases, want 1", len(all))
		}
		w.must(w.cases.Uninvite(ctx, other, c.ID, other.Person)) // oneself
		_, err = w.cases.Save(ctx, other, c.ID, 0, map[string]string{"purpose": "y"})
		code(t, err, "casework.field_not_yours")
	})
}

// wantTold wants that a person was told something of a kind.
func (w *world) wantTold(person unit.ID, kind string) {
	w.t.Helper()
	page, _, err := w.told.List(context.Background(), person, notice.Query{Kind: kind})
	w.must(err)
	if len(page) == 0 {
		w.t.Errorf("nobody was told %s", kind)
	}
}

// member makes an account that holds a role in an organisation, and its actor.
func (w *world) member(email, role, org string) access.Actor {
	w.t.Helper()
	ctx := context.Background()
	token, p, err := w.access.Invite(ctx, admin, access.Invitation{Email: email, Name: email, Org: org, Roles: []access.Grant{{Role: role, Org: org}}})
	w.must(err)
	w.must(w.access.AcceptInvitation(ctx, token, "a long word of a test"))
	return access.Actor{Person: p.ID, Name: p.Name, Session: "s-" + email, Grants: []access.Grant{{Role: role, Org: org}}}
}

func TestTheRegistryFillsInADraftAndKeepsItUpToDate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c, err := w.cases.Create(ctx, firm, "display", small, "")
		w.must(err)
		if c.Fields["staff"].Int != 46 || c.Fields["founded"].Day() != unit.Date(2019, 5, 20) || c.Fields["region"].Text != "340100" {
			t.Fatalf("prefilled %v", c.Fields)
		}
		from, err := w.cases.Prefilled(ctx, firm, c.ID)
		w.must(err)
		if p := from["staff"]; p.Source != "test" || p.Day != unit.Date(2026, time.January, 20) || !p.Editable || p.Differs {
			t.Errorf("staff is from %+v", p)
		}
		_, err = w.cases.Save(ctx, firm, c.ID, 0, map[string]string{"founded": "2018-01-01"})
		code(t, err, "casework.field_from_registry")
		_, err = w.cases.Save(ctx, firm, c.ID, 0, map[string]string{"founded": ""})
		code(t, err, "casework.field_from_registry")

		// The registry changes: what nobody touched follows and says so, what people wrote stays and is marked.
		filed := func(staff int64) {
			w.must(w.db.Act(ctx, func(tx *db.Tx) error {
				return w.reg.PutYear(ctx, tx, admin, small, registry.YearFacts{Year: 2026, Staff: staff, Source: "报表", Filed: unit.Date(2026, time.March, 1)})
			}))
		}
		filed(52)
		c, err = w.cases.Get(ctx, firm, c.ID)
		w.must(err)
		from, err = w.cases.Prefilled(ctx, firm, c.ID)
		w.must(err)
		if p := from["staff"]; c.Fields["staff"].Int != 52 || p.Was.Int != 46 || p.Source != "报表" {
			t.Errorf("staff %v from %+v", c.Fields["staff"], p)
		}
		_, err = w.cases.Save(ctx, firm, c.ID, 0, map[string]string{"staff": "60", "kind": "show", "purpose": "试用"})
		w.must(err)
		filed(53)
		c, err = w.cases.Get(ctx, firm, c.ID)
		w.must(err)
		from, err = w.cases.Prefilled(ctx, firm, c.ID)
		w.must(err)
		if c.Fields["staff"].Int != 60 || !from["staff"].Differs || from["staff"].Value.Int != 53 {
			t.Errorf("staff %v from %+v", c.Fields["staff"], from["staff"])
		}

		// Once it is submitted it stays as it was.
		c, err = w.act(firm, c, "file", "")
		w.must(err)
		filed(54)
		_, err = w.cases.Get(ctx, reviewer, c.ID)
		w.must(err)
		from, err = w.cases.Prefilled(ctx, reviewer, c.ID)
		w.must(err)
		if from["staff"].Value.Int != 53 {
			t.Errorf("a submitted case follows the registry: %+v", from["staff"])
		}
	})
}

func TestMoreIsAskedForAndTheClockStandsStill(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		lead := w.member("lead@firm.example", "org_admin", small)
		c, err := w.cases.Create(ctx, lead, "display", small, "")
		w.must(err)
		c, err = w.cases.Save(ctx, lead, c.ID, 0, map[string]string{"kind": "show", "purpose": "试用"})
		w.must(err)
		c, err = w.act(lead, c, "file", "")
		w.must(err)
		h.pass(3) // working days of the ten

		ask := func(fields ...string) error {
			_, err := w.cases.Act(ctx, reviewer, c.ID, casework.Action{Name: "ask_more", Reason: "用途不清", Wanted: fields})
			return err
		}
		code(t, ask("objection"), "casework.wanted_unknown") // nobody fills that in there
		w.must(ask("purpose", "more"))
		page, _, err := w.told.List(ctx, lead.Person, notice.Query{Kind: "case.turn"})
		w.must(err)
		if len(page) == 0 || !strings.Contains(page[0].Title[0], "请于 2026-03-19 前补充") || page[0].Text[0] != "需要补充：补正说明、用途。" {
			t.Errorf("told %+v", page)
		}
		r, back, err := w.cases.Returned(ctx, lead, c.ID)
		w.must(err)
		if !back || r.Step.Reason != "用途不清" || len(r.Fields) != 2 || r.Due.IsZero() || r.Stage != "filed" {
			t.Fatalf("returned %+v", r)
		}
		for _, p := range r.Paused {
			if p.Left.Int != 7 || p.Left.Text != "wd" || !p.Since.Equal(r.Step.At) {
				t.Errorf("%s stands still with %d %s left since %v", p.Action, p.Left.Int, p.Left.Text, p.Since)
			}
		}
		steps, err := w.cases.Steps(ctx, lead, c.ID)
		w.must(err)
		got := ""
		for _, s := range steps.Steps {
			for _, f := range s.Fields {
				if f.Wanted {
					got += f.Name + " "
				}
			}
		}
		if want := "purpose more "; got != want {
			t.Errorf("marked %q, want %q", got, want)
		}

		h.pass(5)
		_, err = w.cases.Save(ctx, lead, c.ID, 0, map[string]string{"more": "说明"})
		w.must(err)
		c, err = w.act(lead, c, "answer", "")
		w.must(err)
		if _, back, _ = w.cases.Returned(ctx, lead, c.ID); back {
			t.Error("it is still said to be returned")
		}
		for _, x := range c.Waits { // seven working days from the return on
			if x.Action == "approve" && unit.DayOf(x.Due.Add(-time.Second), unit.Beijing()) != unit.Date(2026, time.March, 23) {
				t.Errorf("due %v", x.Due)
			}
		}
	})
}

// pass moves the clock on by working days of a month without holidays.
func (h *hand) pass(days int) {
	for days > 0 {
		h.move(24 * time.Hour)
		if d := h.now().Weekday(); d != time.Saturday && d != time.Sunday {
			days--
		}
	}
}

func TestWhoHasToActIsRemindedOnceBeforeItIsDue(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		officer, second := w.officer("first@node.example", "voucher_review"), w.officer("second@node.example", "voucher_review")
		chief := w.officer("chief@node.example", "voucher_supervise")
		lead := w.member("lead@firm.example", "org_admin", small)
		c := w.shown(lead)
		c, err := w.cases.Get(ctx, lead, c.ID)
		w.must(err)
		c, err = w.act(reviewer, c, "ask_more", "用途不清") // to be answered within ten working days, by the 16th
		w.must(err)
		reminded := func(who access.Actor, kind, want string) {
			t.Helper()
			for range 3 { // and after a restart: a service of its own
				if _, err := w.again().Tick(ctx); err != nil {
					t.Fatal(err)
				}
			}
			page, _, err := w.told.List(ctx, who.Person, notice.Query{Kind: kind})
			w.must(err)
			got := ""
			for _, n := range page {
				got += n.Title[1] + "|"
			}
			if got != want {
				t.Errorf("%s: told %q, want %q", kind, got, want)
			}
		}
		h.move(9 * 24 * time.Hour)
		reminded(lead, "case.soon", "")
		h.move(4 * 24 * time.Hour) // Sunday the 15th
		said := "Due soon: A thing under notice " + c.No + " (more is asked for, 2026-03-16)|"
		reminded(lead, "case.soon", said)
		_, err = w.cases.Save(ctx, lead, c.ID, 0, map[string]string{"more": "说明"})
		w.must(err)
		reminded(lead, "case.soon", said) // saving does not remind again
		c, err = w.act(lead, c, "answer", "")
		w.must(err)
		_, err = w.cases.Take(ctx, officer, c.ID)
		w.must(err)
		h.move(11 * 24 * time.Hour)
		reminded(second, "case.soon", "") // who took it is reminded, not the whole desk
		reminded(officer, "case.soon", "Due soon: A thing under notice "+c.No+" (filed, 2026-03-27)|")
		reminded(chief, "case.late", "")
		h.move(3 * 24 * time.Hour)
		reminded(chief, "case.late", "Late: A thing under notice "+c.No+" (filed)|")
		reminded(officer, "case.soon", "Due soon: A thing under notice "+c.No+" (filed, 2026-03-27)|")
	})
}

// again is a service of its own over the same database, as after a restart.
func (w *world) again() *casework.Service {
	w.t.Helper()
	s, err := casework.New(w.config)
	w.must(err)
	return s
}
