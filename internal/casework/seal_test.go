package casework_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
)

func TestWhatIsSealedIsOpenedByNobodyBeforeItsDay(t *testing.T) {
	eachLooks(t, "inspection.yaml", func(t *testing.T, l *looks, h *hand) {
		ctx := context.Background()
		c, err := l.cases.Create(ctx, firm, "look-over", small, "")
		l.must(err)
		_, err = l.cases.Act(ctx, firm, c.ID, casework.Action{Name: "hand_in"})
		code(t, err, "casework.field_missing")
		a, err := l.cases.Attach(ctx, firm, c.ID, "图.txt", bytes.NewReader([]byte("秘密图纸")))
		l.must(err)
		l.save("firm", c, map[string]string{"thing": "x", "size": "small", "quiet": "false", "bid": "封标价九万", "plan": string(a.Digest)})
		c = l.save("firm", c, map[string]string{"bid": "", "thing": "y"}) // an empty text takes nothing away
		c = l.do("firm", c, "hand_in")
		l.save("window", c, map[string]string{"offices": "340100.fire", "unit": "340100.build"})
		l.do("window", c, "send_out")
		readers := []string{"firm", "window", "boss", "build", "fire", "auditor"}
		for _, reader := range readers {
			for _, leak := range l.everything(l.actor(reader), c, "封标价九万") {
				t.Errorf("%s: %s", reader, leak)
			}
			if got := l.get(reader, c); got.Veiled["bid"] != "sealed" || got.Fields["plan"].Known() {
				t.Errorf("%s is not told that the bid is sealed: %v", reader, got.Veiled)
			}
			_, err := l.cases.OpenSealed(ctx, l.actor(reader), c.ID, "bid")
			code(t, err, "casework.sealed")
			if reader != "firm" {
				_, _, err = l.cases.Attachment(ctx, l.actor(reader), c.ID, a.Digest)
				code(t, err, "casework.file_unknown")
			}
		}
		tried := 0
		l.must(l.db.Read(ctx, func(tx *db.Tx) error {
			// What a backup of the tables would show.
			for _, column := range []string{"fields || purse || answers FROM casework_case", "decision FROM casework_step", "box || digest FROM casework_sealed"} {
				var text string
				if err := tx.QueryRow(ctx, "SELECT "+column+" LIMIT 1").Scan(&text); err != nil {
					return err
				}
				if strings.Contains(text, "封标价九万") {
					t.Errorf("%s holds it in the clear", column)
				}
			}
			return tx.QueryRow(ctx, "SELECT count(*) FROM access_journal WHERE act = 'case.seal_tried'").Scan(&tried)
		}))
		if tried != 2*len(readers)-1 {
			t.Errorf("%d tries stand in the journal, want %d", tried, 2*len(readers)-1)
		}
		h.move(4 * 24 * time.Hour) // 5 March is over
		for reader, want := range map[string]string{"firm": "封标价九万", "window": "封标价九万", "auditor": "封标价九万"} {
			v, err := l.cases.OpenSealed(ctx, l.actor(reader), c.ID, "bid")
			if err != nil || v.Text != want || l.get(reader, c).Fields["bid"].Text != want {
				t.Errorf("%s opens %q, %v", reader, v.Text, err)
			}
		}
		_, content, err := l.cases.Attachment(ctx, l.actor("window"), c.ID, a.Digest)
		if err != nil || string(content) != "秘密图纸" {
			t.Errorf("after its day the file is %q, %v", content, err)
		}
		_, again, err := l.cases.Replay(ctx, l.actor("window"), c.ID)
		l.must(err)
		for _, r := range again {
			if len(r.Differ) > 0 {
				t.Errorf("%s differs when judged again: %v", r.Step.Action, r.Differ)
			}
		}
		_, err = l.cases.OpenSealed(ctx, access.Actor{}, c.ID, "bid")
		code(t, err, "access.sign_in")
	})
}
