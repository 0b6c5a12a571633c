package casework_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// told lists what an organisation or person was told of a kind, in Chinese: title, then text.
func (w *world) toldOf(kind, audience string) (out []string) {
	w.t.Helper()
	w.must(w.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		out, err = db.Collect(context.Background(), tx, "told", func(scan func(...any) error) (s string, err error) {
			var title, text string
			err = scan(&title, &text)
			return title + " | " + text, err
		}, "SELECT title_zh, text_zh FROM notice_notice WHERE kind = $1 AND audience = $2 ORDER BY id LIMIT 10", kind, audience)
		return err
	}))
	return out
}

// TestADraftIsPutAwayAndTakenUpAgain: by its own organisation, whatever the pack says of it; nothing is done with it
// meanwhile; it comes back as it was, until its day and not after.
func TestADraftIsPutAwayAndTakenUpAgain(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		c := w.open(firm, small)
		filed := w.filed(firm, small)
		_, err := w.cases.Discard(ctx, reviewer, c.ID, 0)
		code(t, err, "casework.draft_not_yours")
		_, err = w.cases.Discard(ctx, firm, filed.ID, 0)
		code(t, err, "casework.no_draft")
		_, err = w.cases.Reopen(ctx, firm, c.ID)
		code(t, err, "casework.not_away")
		_, err = w.cases.Discard(ctx, firm, c.ID, c.Version+7)
		code(t, err, "casework.changed_meanwhile")
		gone, err := w.cases.Discard(ctx, firm, c.ID, c.Version)
		w.must(err)
		if gone.End != scheme.Ended || len(gone.Waits) != 0 || len(gone.History) != 0 {
			t.Errorf("put away it ends as %q, waits for %v", gone.End, gone.Waits)
		}
		d, ok, err := w.cases.DiscardOf(ctx, firm, c.ID)
		if err != nil || !ok || !d.Reopens || d.Verified || d.Last != unit.DayOf(h.now(), unit.Beijing()).Add(30) {
			t.Errorf("how it was put away: %+v %v", d, err)
		}
		if all, err := w.cases.Allowed(ctx, firm, c.ID); err != nil || len(all) != 0 {
			t.Errorf("a draft that was put away offers %v (%v)", all, err)
		}
		_, err = w.act(firm, gone, "file", "")
		code(t, err, "casework.is_away")
		_, err = w.cases.Save(ctx, firm, c.ID, 0, map[string]string{"purpose": "另一项"})
		code(t, err, "casework.is_away")
		_, err = w.cases.Discard(ctx, firm, c.ID, 0)
		code(t, err, "casework.no_draft")
		w.clean()
		h.move(10 * 24 * time.Hour)
		back, err := w.cases.Reopen(ctx, firm, c.ID)
		w.must(err)
		if back.End != "" || back.Fields["purpose"].Text != "测试" || len(back.Waits) == 0 {
			t.Errorf("taken up again: end %q, fields %v", back.End, back.Fields)
		}
		w.clean()
		if _, err = w.act(firm, back, "file", ""); err != nil {
			t.Errorf("taken up again it is not submitted: %v", err)
		}
		other := w.open(firm, small)
		_, err = w.cases.Discard(ctx, firm, other.ID, 0)
		w.must(err)
		h.move(31 * 24 * time.Hour)
		if n, err := w.cases.Tick(ctx); err != nil {
			t.Errorf("the clock on what was put away: %d %v", n, err)
		}
		_, err = w.cases.Reopen(ctx, firm, other.ID)
		code(t, err, "casework.away_for_good")
		w.clean()
	})
}

// TestEveryPackHasItsDraftsPutAway: no pack needs an action of its own for it.
func TestEveryPackHasItsDraftsPutAway(t *testing.T) {
	eachStage(t, "340000", func(p *stage) {
		ctx := context.Background()
		for _, s := range p.packs {
			if s.Parent != "" || s.Starts != nil {
				continue // opened under a case, for which TestADraftIsPutAway… holds as for all; or by the clock, which opens no draft
			}
			at := p.firm()
			c, err := p.cases.Create(ctx, who("of "+at, "org_admin", "", at), s.ID, at, "")
			p.must(err)
			_, err = p.cases.Discard(ctx, who("of "+at, "org_admin", "", at), c.ID, 0)
			p.must(err)
			c, err = p.cases.Reopen(ctx, who("of "+at, "org_admin", "", at), c.ID)
			if err != nil || c.End != "" || c.Stage != s.Start() {
				t.Errorf("%s: %q in %s (%v)", s.ID, c.End, c.Stage, err)
			}
		}
	})
}

// TestWhoHasDraftsIsToldOfAnotherEditionAndOfAnEnd: with what the way over changes in what they typed.
func TestWhoHasDraftsIsToldOfAnotherEditionAndOfAnEnd(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		w.open(firm, small)
		w.open(firm, small)
		w.filed(firm, small)
		w.adopted(nextYear(t, "purpose:", "aim:", "[purpose,", "[aim,", ", purpose", ", aim", "form.purpose", "form.aim", "unknown purpose", "unknown aim",
			"\nparams:", "\nmigrate: {from: 2026-1, fields: {purpose: aim, invoiced: drop}}\n\nparams:", "{value: 30 d,", "{value: 900 d,"))
		got := w.toldOf("edition.draft", "/"+small)
		if len(got) != 1 || !strings.Contains(got[0], "自 2027-01-01 起适用 2027-1 版") || !strings.Contains(got[0], "草稿 2 件") || !strings.Contains(got[0], "研发用途→研发用途") || !strings.Contains(got[0], "不再带过来的内容：发票金额合计") {
			t.Errorf("of the next edition the firm is told %q", got)
		}
		standing := ""
		for _, s := range w.cases.Schemes() {
			if s.Edition == "2026-1" {
				standing = s.Digest
			}
		}
		_, err := w.cases.ProposeEnding(ctx, proposer, standing, unit.Date(2026, time.June, 30), "预算用完")
		w.must(err)
		if got := w.toldOf("edition.draft", "/"+small); len(got) != 1 {
			t.Errorf("a proposal to end it was told to the firm: %q", got)
		}
		_, err = w.cases.ConfirmEnding(ctx, adopter, standing)
		w.must(err)
		if got = w.toldOf("edition.draft", "/"+small); len(got) != 2 || !strings.Contains(got[1], "2026-06-30 截止") || !strings.Contains(got[1], "草稿不能再提交") {
			t.Errorf("of the end the firm is told %q", got)
		}
		if got := w.toldOf("edition.draft", "/"+large); len(got) != 0 {
			t.Errorf("a firm without drafts is told %q", got)
		}
	})
}
