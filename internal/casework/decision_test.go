package casework_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// appealPack is the appeal of the province as an edition that begins in April; its shared layer stands in the program.
func appealPack(t *testing.T) (out []scheme.GivenFile) {
	t.Helper()
	for _, name := range []string{"scheme.yaml", "form.yaml", "tests.yaml"} {
		b, err := fs.ReadFile(schemes.FS, "cn-340000/enterprise-appeal/2026/"+name)
		if err != nil {
			continue // a local pack may leave it out
		}
		text := strings.NewReplacer("2026-1", "2026-2", "2026-01-01", "2026-04-01").Replace(string(b))
		out = append(out, scheme.GivenFile{Name: name, Content: []byte(text)})
	}
	return out
}

func TestARefusalIsARecordThatSaysWhatWouldHavePassed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		c := w.open(firm, small)
		c, err := w.act(firm, c, "file", "")
		w.must(err)
		w.must(w.db.Act(ctx, func(tx *db.Tx) error {
			return w.reg.PutYear(ctx, tx, admin, small, registry.YearFacts{Year: 2025, Staff: 900, Revenue: 28_600_000_00, Source: "test", Filed: unit.Date(2026, 3, 1)})
		}))
		c, err = w.act(reviewer, c, "refuse", "人数超过上限")
		w.must(err)
		r, err := w.cases.Decision(ctx, firm, c.ID, 2)
		w.must(err)
		if r.Step.By != "reviewer" || r.Step.Mandate == "" || len(r.Digest) != 64 || len(r.Differ) != 0 || r.Edition.Digest != c.EditionDigest {
			t.Errorf("record %+v", r.Replayed)
		}
		stood := r.Step.Decision.Stood
		if len(stood) != 1 || stood[0].Action != "approve" || stood[0].Verdict != scheme.Fail {
			t.Fatalf("what stood in the way: %+v", stood)
		}
		for _, a := range stood[0].Answers {
			if a.Need == "small_staff" && (a.Result != scheme.Fail || a.WouldPass[0] != "从业人数 ≤ 500" || a.Saw[0].Value.Int != 900 || a.Saw[0].Vouched.By == "" || a.Basis == "" || a.Verified) {
				t.Errorf("answer %+v", a)
			}
		}
		// The digest is that of the kept text; a replay of all steps gives the same.
		_, all, err := w.cases.Replay(ctx, reviewer, c.ID)
		w.must(err)
		if all[1].Digest != r.Digest || len(all[1].Differ) != 0 {
			t.Errorf("replayed %+v", all[1])
		}
		_, err = w.cases.Decision(ctx, firm, c.ID, 3)
		code(t, err, "casework.decision_unknown")
		_, err = w.cases.Decision(ctx, big, c.ID, 2)
		code(t, err, "casework.unknown")
	})
}

func TestAnAppealIsBoundToTheDigestOfTheDecision(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		w.adopted(appealPack(t))
		h.move(31 * 24 * time.Hour)
		c := w.open(firm, small)
		c, err := w.act(firm, c, "file", "")
		w.must(err)
		c, err = w.act(reviewer, c, "refuse", "材料不实")
		w.must(err)
		r, err := w.cases.Decision(ctx, firm, c.ID, 2)
		w.must(err)
		if len(r.Offers) != 1 || len(r.Appeals) != 0 {
			t.Fatalf("offers %+v", r.Offers)
		}
		if own, _ := w.cases.Decision(ctx, firm, c.ID, 1); len(own.Offers) != 0 {
			t.Error("a firm may appeal against its own filing")
		}
		if desk, _ := w.cases.Decision(ctx, reviewer, c.ID, 2); len(desk.Offers) != 0 {
			t.Error("a desk may appeal")
		}
		appeal, err := w.cases.Appeal(ctx, firm, c.ID, 2, r.Offers[0].Scheme, "k1")
		w.must(err)
		again, err := w.cases.Appeal(ctx, firm, c.ID, 2, r.Offers[0].Scheme, "k1")
		w.must(err)
		if appeal.ID != again.ID || appeal.Org != small || appeal.Fields["against"].Text != r.Ref() {
			t.Errorf("appeal %s against %q, want %q", appeal.No, appeal.Fields["against"].Text, r.Ref())
		}
		if id, no, err := w.cases.FindDecision(ctx, firm, r.Ref()); err != nil || id != c.ID || no != 2 {
			t.Errorf("the reference leads to %s %d, %v", id, no, err)
		}
		for typed, want := range map[string]string{
			r.Case.No + "@" + r.Digest[:8]:                     "",
			strings.ToUpper(r.Case.No + " @ " + r.Digest[:12]): "",
			r.Case.No + "@" + r.Digest[:7]:                     "casework.decision_none",
			r.Case.No + "@" + strings.Repeat("0", 64):          "casework.decision_none",
			"34-2026-999999@" + r.Digest:                       "casework.decision_none",
			appeal.No + "@" + r.Digest:                         "casework.decision_none",
			"a sentence":                                       "casework.decision_none",
		} {
			got, err := w.cases.Save(ctx, firm, appeal.ID, 0, map[string]string{"against": typed})
			code(t, err, want)
			if err == nil && got.Fields["against"].Text != r.Ref() {
				t.Errorf("%q is kept as %q", typed, got.Fields["against"].Text)
			}
		}
		// What somebody else may not see they cannot name either.
		other, err := w.cases.Create(ctx, big, appeal.Scheme, large, "")
		w.must(err)
		_, err = w.cases.Save(ctx, big, other.ID, 0, map[string]string{"against": r.Ref()})
		code(t, err, "casework.decision_none")
		r, err = w.cases.Decision(ctx, firm, c.ID, 2)
		w.must(err)
		if len(r.Appeals) != 1 || r.Appeals[0].ID != appeal.ID {
			t.Errorf("appeals %+v", r.Appeals)
		}
		if seen, _ := w.cases.Decision(ctx, stranger, c.ID, 2); len(seen.Appeals) != 0 {
			t.Error("a stranger sees the appeal")
		}
		w.clean()
		_, err = w.cases.Save(ctx, firm, appeal.ID, 0, map[string]string{"against": ""})
		w.must(err)
		if r, _ = w.cases.Decision(ctx, firm, c.ID, 2); len(r.Appeals) != 0 {
			t.Errorf("appeals %+v after the field was emptied", r.Appeals)
		}
		w.clean()
	})
}

func TestADraftMovesToTheNewEditionAndASubmittedCaseDoesNot(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		renamed := []string{"purpose:", "aim:", "[purpose,", "[aim,", ", purpose", ", aim", "form.purpose", "form.aim", "unknown purpose", "unknown aim",
			"\nparams:", "\nmigrate: {from: 2026-1, fields: {purpose: aim, invoiced: drop}}\n\nparams:", "{value: 30 d,", "{value: 900 d,"}
		draft, submitted := w.open(firm, small), w.open(firm, small)
		submitted, err := w.act(firm, submitted, "file", "")
		w.must(err)
		e := w.adopted(nextYear(t, renamed...))
		h.move(24 * time.Hour)
		if c, err := w.cases.Get(ctx, firm, draft.ID); err != nil || c.Edition != "2026-1" {
			t.Fatalf("before the day it stands in %s, %v", c.Edition, err)
		}
		h.toNextYear()
		// An officer's look moves nothing; the firm's first opening does.
		if c, err := w.cases.Get(ctx, reviewer, draft.ID); err != nil || c.Edition != "2026-1" {
			t.Errorf("the reviewer's look: edition %s, %v", c.Edition, err)
		}
		c, err := w.cases.Get(ctx, firm, draft.ID)
		w.must(err)
		if c.Edition != "2027-1" || c.EditionDigest != e.Digest || c.Stage != "draft" || c.Version <= draft.Version || c.Fields["aim"].Text != "测试" ||
			c.Fields["purpose"].Known() || c.Fields["invoiced"].Known() || !c.Fields["contract_sum"].Known() {
			t.Errorf("after it: %s %s %+v", c.Edition, c.Stage, c.Fields)
		}
		m, ok, err := w.cases.Moved(ctx, firm, draft.ID)
		w.must(err)
		if !ok || m.FromEdition != "2026-1" || len(m.Dropped) != 1 || m.Dropped[0].Field != "invoiced" || m.Dropped[0].Words[0] == "" || len(m.Renamed) != 1 || m.Renamed[0].To != "aim" {
			t.Errorf("the move %+v", m)
		}
		// The rules are those of the new edition: what was dropped is asked for again.
		if c, err = w.cases.Save(ctx, firm, c.ID, c.Version, map[string]string{"invoiced": "48000"}); err != nil {
			t.Fatal(err)
		}
		if c, err = w.act(firm, c, "file", ""); err != nil || c.Stage != "filed" {
			t.Errorf("filed: %s %v", c.Stage, err)
		}
		if s, err := w.cases.Get(ctx, firm, submitted.ID); err != nil || s.Edition != "2026-1" || s.EditionDigest == e.Digest {
			t.Errorf("the submitted case stands in %s, %v", s.Edition, err)
		}
		if s, err := w.act(reviewer, submitted, "approve", ""); err != nil || s.Edition != "2026-1" {
			t.Errorf("the submitted case is decided by %s, %v", s.Edition, err)
		}
		w.clean()
	})
}

func TestADraftOfAnEndedEditionIsNotSubmittedUnseen(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		a, b := w.open(firm, small), w.open(firm, small)
		w.adopted(nextYear(t, "[2027-01-01", "[2027-01-05"))
		h.toNextYear() // the 4th: none is in force
		_, err := w.act(firm, a, "file", "")
		code(t, err, "casework.not_in_force")
		h.move(24 * time.Hour)
		_, err = w.act(firm, a, "file", "") // without a look at it before
		code(t, err, "casework.draft_moved")
		_, err = w.cases.Save(ctx, firm, b.ID, b.Version, map[string]string{"purpose": "另一个"})
		code(t, err, "casework.draft_moved")
		if c, err := w.act(firm, a, "file", ""); err != nil || c.Edition != "2027-1" {
			t.Errorf("%s %v", c.Edition, err)
		}
		w.clean()
	})
}
