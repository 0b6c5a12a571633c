package catalogue_test

import (
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/fault"
)

// A listing is entered, reviewed, published, suspended, resumed and retired; nobody finds it before it was published.
func TestALifeOfAListing(t *testing.T) {
	each(t, func(h house) {
		l := h.added()
		if l.State != catalogue.Registered || l.Version != 1 || l.Fields["worth"] != "5300000000" || l.Title[1] != "Cryo transmission electron microscope" || !l.Synthetic {
			t.Fatalf("entered: %+v", l)
		}
		_, err := h.Get(h.ctx, nobody, l.ID)
		h.refused(err, "catalogue.unknown")
		_, err = h.Get(h.ctx, ofFirm, l.ID)
		h.refused(err, "catalogue.unknown")
		for _, s := range []struct {
			who    access.Actor
			act    catalogue.Act
			reason string
			to     catalogue.State
			code   string
		}{
			{operator, catalogue.Publish, "", "", "catalogue.state"},
			{operator, catalogue.Submit, "", catalogue.Review, ""},
			{operator, catalogue.Publish, "", "", "access.denied"},
			{ofFirm, catalogue.Publish, "", "", "catalogue.unknown"},
			{far, catalogue.Publish, "", "", "catalogue.unknown"},
			{admin, catalogue.Return, "", "", "catalogue.reason_missing"},
			{admin, catalogue.Return, "指标不全", catalogue.Registered, ""},
			{operator, catalogue.Submit, "", catalogue.Review, ""},
			{officer, catalogue.Publish, "", catalogue.Published, ""},
			{ofFirm, catalogue.Suspend, "故障", "", "access.denied"},
			{admin, catalogue.Suspend, "维修", catalogue.Suspended, ""},
			{admin, catalogue.Submit, "", "", "catalogue.state"},
			{operator, catalogue.Confirm, "", catalogue.Suspended, ""},
			{admin, catalogue.Resume, "", catalogue.Published, ""},
			{officer, catalogue.Retire, "报废", catalogue.Retired, ""},
			{admin, catalogue.Resume, "", "", "catalogue.state"},
		} {
			got, err := h.Step(h.ctx, s.who, l.ID, l.Version, s.act, s.reason)
			if fault.CodeOf(err) != s.code || err == nil && got.State != s.to {
				t.Fatalf("%s by %s: got %s %v, want %s %s", s.act, s.who.Name, got.State, err, s.to, s.code)
			}
			if err == nil {
				l = got
			}
		}
		if got, err := h.Get(h.ctx, nobody, l.ID); err != nil || got.State != catalogue.Retired || got.Fields["phone"] != "" || got.Fields["name"] == "" {
			t.Fatalf("its address stays, without what is private: %+v %v", got.Fields, err)
		}
		h.ok(h.db.Read(h.ctx, func(tx *db.Tx) error {
			leaves, err := h.log.ByObject(h.ctx, tx, l.Object())
			if len(leaves) != 5 { // published, suspended, confirmed, resumed, retired
				t.Errorf("%d leaves", len(leaves))
			}
			return err
		}))
	})
}

// Every pair of a state and an act that is not in the table is refused.
func TestWhatTheTableDoesNotHaveIsRefused(t *testing.T) {
	acts := []catalogue.Act{catalogue.Submit, catalogue.Return, catalogue.Publish, catalogue.Suspend, catalogue.Resume, catalogue.Move, catalogue.Retire, catalogue.Confirm}
	each(t, func(h house) {
		for _, way := range [][]catalogue.Act{{}, {catalogue.Submit}, {catalogue.Submit, catalogue.Publish}, {catalogue.Submit, catalogue.Publish, catalogue.Suspend},
			{catalogue.Submit, catalogue.Publish, catalogue.Move}, {catalogue.Retire}} {
			l := h.added("inner_id", "EM-"+strings.Repeat("1", len(way))+join(way))
			var err error
			for _, act := range way {
				l, err = h.Step(h.ctx, admin, l.ID, l.Version, act, "原因")
				h.ok(err)
			}
			allowed := ""
			for _, p := range h.Allowed(admin, l) {
				allowed += " " + string(p.Act)
			}
			for _, act := range acts {
				if strings.Contains(" "+allowed+" ", " "+string(act)+" ") {
					continue
				}
				_, err := h.Step(h.ctx, admin, l.ID, l.Version, act, "原因")
				h.refused(err, "catalogue.state")
			}
		}
	})
}

// A change that was overtaken is refused; a number is listed once; a private field never leaves; a published listing keeps what its
// kind needs.
func TestChangingAListing(t *testing.T) {
	each(t, func(h house) {
		l := h.published()
		_, err := h.Add(h.ctx, operator, catalogue.Draft{Kind: "instrument", Owner: lab, Typed: cryo()})
		h.refused(err, "catalogue.own_no")
		_, err = h.Add(h.ctx, ofFirm, catalogue.Draft{Kind: "instrument", Owner: lab, Typed: cryo("inner_id", "EM-2")})
		h.refused(err, "access.denied")
		_, err = h.Change(h.ctx, operator, l.ID, l.Version-1, cryo(), "")
		h.refused(err, "catalogue.changed_meanwhile")
		_, err = h.Change(h.ctx, operator, l.ID, l.Version, cryo("technical", ""), "")
		h.refused(err, "catalogue.field_missing")
		_, err = h.Change(h.ctx, operator, l.ID, l.Version, cryo("duty_free", "是"), "")
		if many, ok := err.(fault.Many); !ok || len(many) != 5 {
			t.Errorf("the customs block is needed for what came in duty-free: %v", err)
		}
		same, err := h.Change(h.ctx, operator, l.ID, l.Version, cryo(), "")
		if h.ok(err); same.Version != l.Version {
			t.Errorf("nothing new made version %d", same.Version)
		}
		l, err = h.Change(h.ctx, operator, l.ID, l.Version, cryo("price_hour", "6,500.00", "class", "010100 电子光学仪器"), "调价")
		h.ok(err)
		all, err := h.Versions(h.ctx, nobody, l.ID)
		h.ok(err)
		if len(all) != 2 || all[0].Fields["price_hour"] != "650000" || all[1].Fields["price_hour"] != "600000" || all[0].Fields["contact"] != "" || all[0].Person != "" {
			t.Errorf("public versions: %+v", all)
		}
		c, err := h.Copy(h.ctx, operator, l.ID, "")
		if h.ok(err); c.State != catalogue.Registered || c.OwnNo == l.OwnNo || c.Fields["price_hour"] != "650000" || c.Fields["contact"] == "" {
			t.Errorf("a copy: %+v", c)
		}
	})
}

// What follows the catalogue by its number misses no change, and sees nothing private.
func TestChangesInOrder(t *testing.T) {
	each(t, func(h house) {
		a, b := h.published(), h.added("inner_id", "EM-0002")
		var seen []string
		var last int64
		h.ok(h.db.Read(h.ctx, func(tx *db.Tx) error {
			for {
				some, err := h.Changes(h.ctx, tx, last, 2)
				if err != nil || len(some) == 0 {
					return err
				}
				for _, c := range some {
					if c.Seq <= last || c.Listing.Fields["phone"] != "" {
						t.Errorf("change %+v", c)
					}
					last = c.Seq
					seen = append(seen, string(c.Listing.ID))
				}
			}
		}))
		want := strings.Join([]string{string(a.ID), string(a.ID), string(a.ID), string(b.ID)}, " ")
		if got := strings.Join(seen, " "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// A page goes on where the last one ended; what is not published is listed to its owner and to the offices of its region.
func TestPagesOfListings(t *testing.T) {
	each(t, func(h house) {
		h.published()
		for _, no := range []string{"EM-2", "EM-3", "EM-4"} {
			h.added("inner_id", no)
		}
		count := func(who access.Actor, q catalogue.Query, want int) {
			t.Helper()
			q.Rows = 2
			n := 0
			for {
				page, next, err := h.List(h.ctx, who, q)
				h.ok(err)
				if n += len(page); next == "" {
					break
				}
				q.After = next
			}
			if n != want {
				t.Errorf("%+v: %d, want %d", q, n, want)
			}
		}
		count(nobody, catalogue.Query{}, 1)
		count(nobody, catalogue.Query{Kind: "instrument", Region: "310000"}, 1)
		count(nobody, catalogue.Query{Region: "340000"}, 0)
		count(operator, catalogue.Query{Owner: lab, All: true}, 4)
		count(operator, catalogue.Query{Owner: lab, All: true, State: catalogue.Registered}, 3)
		count(officer, catalogue.Query{Region: "310000", All: true}, 4)
		for _, who := range []access.Actor{ofFirm, far} {
			_, _, err := h.List(h.ctx, who, catalogue.Query{Owner: lab, All: true})
			h.refused(err, "access.denied")
		}
	})
}

func join(all []catalogue.Act) string {
	var s []string
	for _, a := range all {
		s = append(s, string(a))
	}
	return strings.Join(s, " ")
}

// What does not fit its versions, its kind or the order of changes is found; what fits is not.
func TestTheAuditOfListings(t *testing.T) {
	each(t, func(h house) {
		l := h.published()
		h.added("inner_id", "EM-0002")
		found, err := h.Audit(h.ctx)
		if h.ok(err); len(found) != 0 {
			t.Fatalf("nothing is wrong: %v", found)
		}
		h.ok(h.db.Act(h.ctx, func(tx *db.Tx) error {
			for _, damage := range []string{"UPDATE catalogue_listing SET title_zh = 'x', state = 'suspended', fields = '{}' WHERE id = $1", "DELETE FROM catalogue_change WHERE listing = $1"} {
				if _, err := tx.Exec(h.ctx, damage, string(l.ID)); err != nil {
					return err
				}
			}
			return nil
		}))
		found, err = h.Audit(h.ctx)
		if h.ok(err); len(found) != 4 {
			t.Errorf("found %s", strings.Join(found, "\n"))
		}
	})
}

// A listing is stale when nobody has looked at it for longer than its kind asks for; a new one is to be published in time.
func TestWhatIsStaleAndWhatIsLate(t *testing.T) {
	each(t, func(h house) {
		l := h.published()
		if n := h.Stale(l, l.Refreshed.AddDate(0, 0, 365)); n != 0 {
			t.Errorf("stale after a year: %d", n)
		}
		if n := h.Stale(l, l.Refreshed.AddDate(0, 0, 366)); n != 366 {
			t.Errorf("stale after 366 days: %d", n)
		}
		draft := h.added("inner_id", "EM-9", "accepted_on", "2026-03-02")
		if due, late := h.PublishBy(draft, day(t, "2026-05-06")); due.String() != "2026-04-14" || !late {
			t.Errorf("to be published by %s, late %t", due, late)
		}
	})
}
