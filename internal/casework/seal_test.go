package casework_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
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
		kept := ""
		l.must(filepath.WalkDir(l.dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				b, err := os.ReadFile(path)
				kept += string(b)
				return err
			}
			return err
		}))
		if !strings.Contains(kept, "corridor sealed file 1") || strings.Contains(kept, "秘密图纸") {
			t.Error("the folder of files holds the plan in the clear")
		}
		code(t, l.cases.AskOpening(ctx, l.actor("window"), c.ID, "开标"), "casework.sealed")
		h.move(4 * 24 * time.Hour) // 5 March is over
		_, err = l.cases.OpenSealed(ctx, l.actor("window"), c.ID, "bid")
		code(t, err, "casework.sealed") // its day is over and nobody has opened it
		_, err = l.cases.Save(ctx, l.actor("firm"), c.ID, 0, map[string]string{"bid": "八万"})
		code(t, err, "casework.seal_over")
		code(t, l.cases.AskOpening(ctx, l.actor("window"), c.ID, " "), "casework.reason_missing")
		code(t, l.cases.AskOpening(ctx, l.actor("auditor"), c.ID, "看看"), "access.not_found")
		code(t, l.cases.AskOpening(ctx, firm, c.ID, "看看"), "casework.opening_desk")
		code(t, l.cases.Unseal(ctx, l.actor("boss"), c.ID), "casework.opening_not_asked")
		l.must(l.cases.AskOpening(ctx, l.actor("window"), c.ID, "开标"))
		code(t, l.cases.Unseal(ctx, l.actor("window"), c.ID), "casework.opening_second")
		code(t, l.cases.AskOpening(ctx, l.actor("boss"), c.ID, "也要开"), "casework.opening_waits")
		l.must(l.cases.EndOpening(ctx, l.actor("window"), c.ID))
		code(t, l.cases.Unseal(ctx, l.actor("boss"), c.ID), "casework.opening_not_asked")
		h.move(time.Minute)
		l.must(l.cases.AskOpening(ctx, l.actor("window"), c.ID, "开标会"))
		l.must(l.cases.Unseal(ctx, l.actor("boss"), c.ID))
		in, err := l.cases.SealedIn(ctx, firm, c.ID)
		l.must(err)
		if o := in.Openings[0]; len(in.Openings) != 2 || !o.Opens() || o.Reason != "开标会" || o.By != string(l.actor("window").Person) || o.OpenedBy != string(l.actor("boss").Person) || len(o.Fields) != 2 {
			t.Errorf("how it was opened: %+v", in.Openings)
		}
		var to, says string
		l.must(l.db.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, "SELECT audience, text_en FROM notice_notice WHERE kind = 'case.opened'").Scan(&to, &says)
		}))
		if !strings.Contains(to, small) || !strings.Contains(says, "Reason: 开标会") {
			t.Errorf("%s is told: %s", to, says)
		}
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
