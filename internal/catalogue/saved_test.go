package catalogue_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/notice"
)

// Who keeps a search is told of what is published afterwards and answers it, once, until they end it.
func TestAKeptSearchTells(t *testing.T) {
	now := time.Date(2026, 5, 6, 4, 0, 0, 0, time.UTC)
	dbtest.Each(t, func() time.Time { return now }, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		tellers, err := access.New(access.Config{DB: d})
		h.ok(err)
		n, err := notice.New(notice.Config{DB: d, People: tellers, Issuer: "test"})
		h.ok(err)
		h.ok(h.withNotices(n))
		reader := access.Actor{Person: "01H00000000000000000000009", Name: "reader", Grants: []access.Grant{{Role: "org_admin", Org: firm}}}
		var said bytes.Buffer
		f := h.finder("", &said)
		old := h.publish(h.added())
		now = now.Add(time.Minute)
		_, err = f.Keep(h.ctx, nobody, catalogue.Question{Text: "冷冻电镜"})
		h.refused(err, "catalogue.saved_whom")
		_, err = f.Keep(h.ctx, reader, catalogue.Question{})
		h.refused(err, "catalogue.saved_empty")
		_, err = f.Keep(h.ctx, reader, catalogue.Question{Text: strings.Repeat("镜", 300)})
		h.refused(err, "find.question_long")
		kept, err := f.Keep(h.ctx, reader, catalogue.Question{Text: "冷冻电镜", Filter: map[string][]string{"province": {"310000"}}})
		h.ok(err)
		again, err := f.Keep(h.ctx, reader, catalogue.Question{Text: "冷冻电镜", Filter: map[string][]string{"province": {"310000"}}})
		h.ok(err)
		if again.ID != kept.ID {
			t.Errorf("the same search is kept twice: %s, %s", kept.ID, again.ID)
		}
		told := func(want int) {
			t.Helper()
			now = now.Add(2 * time.Second)
			_, err := f.Tell(h.ctx)
			h.ok(err)
			_, err = f.Tell(h.ctx) // again, and nothing is told twice
			h.ok(err)
			all, _, err := n.List(h.ctx, reader.Person, notice.Query{})
			h.ok(err)
			if len(all) != want {
				t.Fatalf("told %d times, want %d: %+v", len(all), want, all)
			}
		}
		now = now.Add(time.Minute)
		told(0) // what was there before is not new
		h.publish(h.added("inner_id", "EM-0002"))
		told(1)
		h.publish(h.added("inner_id", "SM-0003", "name", "示波器", "ename", "oscilloscope", "model", "MXR608A", "function", "高速信号", "service_content", "示波"))
		told(1) // another thing
		_, err = h.Change(h.ctx, operator, old.ID, old.Version, cryo("function", "单颗粒与断层"), "")
		h.ok(err)
		told(1) // changed is not new
		h.refused(f.Drop(h.ctx, ofFirm, kept.ID), "catalogue.saved_unknown")
		h.ok(f.Drop(h.ctx, reader, kept.ID))
		now = now.Add(time.Minute)
		h.publish(h.added("inner_id", "EM-0004"))
		told(1) // ended
	})
}
