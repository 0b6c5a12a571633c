package catalogue_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/db"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// publish takes a listing through its life until everybody finds it.
func (h house) publish(l catalogue.Listing) catalogue.Listing {
	h.Helper()
	for _, act := range []catalogue.Act{catalogue.Submit, catalogue.Publish} {
		var err error
		l, err = h.Step(h.ctx, admin, l.ID, l.Version, act, "")
		h.ok(err)
	}
	return l
}

func (h house) finder(path string, said *bytes.Buffer) *catalogue.Finder {
	h.Helper()
	f, err := catalogue.NewFinder(catalogue.FinderConfig{Catalogue: h.Service, Path: path, Logger: slog.New(slog.NewTextHandler(said, nil))})
	h.ok(err)
	return f
}

func (h house) finds(f *catalogue.Finder, text string, want ...unit.ID) {
	h.Helper()
	a, err := f.Search(h.ctx, nobody, find.Query{Text: text, Limit: 20})
	h.ok(err)
	var got []unit.ID
	for _, l := range a.Listings {
		got = append(got, l.ID)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || a.Total != len(want) {
		h.Fatalf("%s: found %v of %d, want %v", text, got, a.Total, want)
	}
}

// Every act is found by the next search: what is published, changed, withdrawn; and nothing that is private.
func TestTheIndexFollowsEveryAct(t *testing.T) {
	each(t, func(h house) {
		var said bytes.Buffer
		f := h.finder("", &said)
		l := h.added()
		h.finds(f, "冷冻电镜")
		l = h.publish(l)
		h.finds(f, "冷冻电镜", l.ID)
		h.finds(f, "titan krios", l.ID)
		h.finds(f, "示范电镜中心", l.ID)
		h.finds(f, "浦东 冷冻电镜", l.ID)
		h.finds(f, "值班室") // the contact is private
		l, err := h.Change(h.ctx, operator, l.ID, l.Version, cryo("name", "双束电镜", "ename", "", "model", "Helios 5", "function", "制样"), "")
		h.ok(err)
		h.finds(f, "冷冻电镜")
		h.finds(f, "FIB helios", l.ID)
		l, err = h.Step(h.ctx, admin, l.ID, l.Version, catalogue.Suspend, "检修")
		h.ok(err)
		h.finds(f, "helios")
		l, err = h.Step(h.ctx, admin, l.ID, l.Version, catalogue.Resume, "")
		h.ok(err)
		h.finds(f, "helios", l.ID)
		lines, err := f.Audit(h.ctx)
		if err != nil || len(lines) > 0 {
			t.Fatalf("audit: %v %v", lines, err)
		}
	})
}

// A start takes the snapshot and what changed since, also after a kill in which nothing was saved; a damaged one is made anew
// and said so.
func TestAStartTakesTheSnapshot(t *testing.T) {
	each(t, func(h house) {
		path := filepath.Join(t.TempDir(), "index")
		run := func(f *catalogue.Finder) {
			ctx, stop := context.WithCancel(h.ctx)
			done := make(chan error)
			go func() { done <- f.Run(ctx) }()
			h.finds(f, "没有的东西")
			stop()
			h.ok(<-done)
		}
		a := h.publish(h.added())
		var said bytes.Buffer
		run(h.finder(path, &said)) // saves as it ends
		b := h.publish(h.added("inner_id", "EM-0002", "name", "扫描电镜", "ename", "", "model", "Sigma 300", "function", "形貌", "service_content", "测试"))

		// The index that was saved knows nothing of b, as after a kill.
		f := h.finder(path, &said)
		h.finds(f, "冷冻电镜", a.ID)
		h.finds(f, "SEM", b.ID)
		if lines, err := f.Audit(h.ctx); err != nil || len(lines) > 0 || said.Len() > 0 {
			t.Fatalf("audit after a start: %v %v; said %s", lines, err, said.String())
		}
		whole, err := os.ReadFile(path)
		h.ok(err)
		whole[len(whole)/2] ^= 1
		h.ok(os.WriteFile(path, whole, 0o600))
		f = h.finder(path, &said)
		h.finds(f, "SEM", b.ID)
		if !strings.Contains(said.String(), "damaged") {
			t.Errorf("said %q of a damaged snapshot", said.String())
		}
	})
}

// The audit finds what somebody changed in the table behind the room's back.
func TestTheAuditOfTheIndex(t *testing.T) {
	each(t, func(h house) {
		var said bytes.Buffer
		f := h.finder("", &said)
		a, b := h.publish(h.added()), h.publish(h.added("inner_id", "EM-0002"))
		h.finds(f, "冷冻电镜", a.ID, b.ID)
		h.ok(h.db.Act(h.ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(h.ctx, `UPDATE catalogue_listing SET state = 'retired' WHERE id = $1`, string(a.ID)); err != nil {
				return err
			}
			_, err := tx.Exec(h.ctx, `UPDATE catalogue_listing SET version = version + 1 WHERE id = $1`, string(b.ID))
			return err
		}))
		lines, err := f.Audit(h.ctx)
		h.ok(err)
		if got := strings.Join(lines, "\n"); got != fmt.Sprintf("listing %s is in the index and not published\nlisting %s is version %d, in the index %d", a.ID, b.ID, b.Version+1, b.Version) {
			t.Errorf("audit says\n%s", got)
		}
	})
}

// What the owner is recognised for here is a facet.
func TestRecognisedHere(t *testing.T) {
	each(t, func(h house) {
		h.ok(h.db.Act(h.ctx, func(tx *db.Tx) error {
			d, _ := unit.ParseDay("2026-01-01")
			_, err := h.registry.IssueLabel(h.ctx, tx, access.System("test"), registry.Label{Org: lab, Label: "voucher_provider", Issuer: "340000", Since: d})
			return err
		}))
		l := h.publish(h.added())
		var said bytes.Buffer
		f := h.finder("", &said)
		a, err := f.Search(h.ctx, nobody, find.Query{Filter: map[string][]string{catalogue.FacetLabel: {"voucher_provider"}}, Facets: []string{catalogue.FacetLabel, catalogue.FacetBand, "class"}, Limit: 5})
		h.ok(err)
		if a.Total != 1 || a.Hits[0].ID != l.ID || fmt.Sprint(a.Facets) != "map[band:[{3000 1}] class:[{010100 1}] label:[{voucher_provider 1}]]" {
			t.Errorf("found %+v", a.Answer)
		}
	})
}

// A list that changes shows at once, not at the next sweep.
func TestAListThatChangesIsFoundByAtOnce(t *testing.T) {
	each(t, func(h house) {
		h.publish(h.added())
		var said bytes.Buffer
		f := h.finder("", &said)
		ctx, stop := context.WithCancel(h.ctx)
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx) }()
		defer func() { stop(); <-ended }()
		found := func() int {
			a, err := f.Search(h.ctx, nobody, find.Query{Filter: map[string][]string{catalogue.FacetLabel: {"voucher_provider"}}, Limit: 5})
			h.ok(err)
			return a.Total
		}
		if n := found(); n != 0 {
			t.Fatalf("%d are found before", n)
		}
		h.ok(h.db.Act(h.ctx, func(tx *db.Tx) error {
			d, _ := unit.ParseDay("2026-01-01")
			_, err := h.registry.IssueLabel(h.ctx, tx, access.System("test"), registry.Label{Org: lab, Label: "voucher_provider", Issuer: "340000", Since: d})
			return err
		}))
		f.Recheck()
		for end := time.Now().Add(time.Minute); found() != 1; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("it is not found by what it is recognised for")
			}
		}
	})
}
