package casework_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"corridor/internal/casework"
)

func TestAnybodyObjectsWhileAPublicNoticeStands(t *testing.T) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		ctx := context.Background()
		open := func(past bool, want int) []casework.PublicNotice {
			t.Helper()
			all, n, err := w.cases.PublicNotices(ctx, past, "", 1, 0)
			w.must(err)
			if n != want || len(all) != want {
				t.Errorf("past %v: %d notices, %d on the page; want %d", past, n, len(all), want)
			}
			return all
		}
		c := w.shown(firm)
		open(false, 0)
		c, err := w.act(reviewer, c, "approve", "")
		w.must(err)
		p := open(false, 1)[0]
		if p.Fields["form.kind"] != "show" || p.Fields["firm.region"] != "340100" || len(p.Fields) != 2 || p.Leaf == "" || p.Until.IsZero() || len(p.Asks) != 1 {
			t.Errorf("shown: %+v", p)
		}

		_, err = w.cases.Object(ctx, p.ID, "", "", nil)
		var many casework.FieldErrors
		if !errors.As(err, &many) || many[0].Field != "objection" {
			t.Errorf("an objection without words: %v", err)
		}
		_, err = w.cases.Object(ctx, p.ID, strings.Repeat("长", 201), "", map[string]string{"objection": "x"})
		code(t, err, "casework.contact_long")
		first, err := w.cases.Object(ctx, p.ID, "某人", "someone@example.com", map[string]string{"objection": "所述不实"})
		w.must(err)
		second, err := w.cases.Object(ctx, p.ID, "", "", map[string]string{"objection": "还有一点"}) // within the time, the case is back at its desk
		w.must(err)
		c, err = w.cases.Get(ctx, reviewer, c.ID)
		w.must(err)
		if c.Stage != "filed" || c.Fields["objection"].Text != "所述不实" || first.Step != 3 || second.Step != 0 {
			t.Errorf("stands in %s with %q, steps %d and %d", c.Stage, c.Fields["objection"].Text, first.Step, second.Step)
		}
		if h := c.History[2]; h.By == "某人" || h.Person != "" {
			t.Errorf("the history names who objected: %+v", h)
		}
		all, err := w.cases.Objections(ctx, reviewer, c.ID)
		w.must(err)
		if len(all) != 2 || all[0].Name != "某人" {
			t.Errorf("the desk reads %+v", all)
		}
		if all, err = w.cases.Objections(ctx, firm, c.ID); err != nil || len(all) != 0 {
			t.Errorf("the firm reads who objected: %v, %v", all, err)
		}
		receipt, _, err := w.cases.Objection(ctx, first.ID)
		w.must(err)
		if receipt.Contact != "" || receipt.Settled {
			t.Errorf("the receipt: %+v", receipt)
		}
		if past := open(true, 1)[0]; past.How != "object" || past.Ended.IsZero() {
			t.Errorf("it ended by %q", past.How)
		}

		// Shown again; when the time has passed nobody objects any more.
		_, err = w.act(reviewer, c, "approve", "")
		w.must(err)
		p = open(false, 1)[0]
		h.move(20 * 24 * time.Hour)
		_, err = w.cases.Object(ctx, p.ID, "", "", map[string]string{"objection": "晚了"})
		code(t, err, "casework.public_over")
		_, err = w.cases.Tick(ctx)
		w.must(err)
		open(false, 0)
		open(true, 2)
		_, err = w.cases.PublicNotice(ctx, c.ID)
		code(t, err, "casework.public_unknown")
		w.clean()
	})
}
