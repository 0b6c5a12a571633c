package federation_test

import (
	"testing"

	"corridor/internal/access"
	"corridor/internal/fault"
)

// A fork stays one until a person has looked; what is shown again is refused again, and the evidence stays.
func TestAPersonClearsAForkWithAReason(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	f := managed(t, shanghai, anhui)
	anhui.publish(300)
	follow(t, f)
	anhui.shows(twin(t, anhui, 400))
	refused(t, f, "340000", "federation.forked")
	if err := f.Clear(ctx, clerk, "340000", "looked"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a clerk: %v", err)
	}
	wantFault(t, f.Clear(ctx, keeper, "340000", "  "), "federation.note")
	if err := f.Clear(ctx, keeper, "340000", "asked them on the telephone"); err != nil {
		t.Fatal(err)
	}
	refused(t, f, "340000", "federation.forked") // it shows the other tree still
	anhui.instead(nil)
	anhui.publish(5)
	wantFault(t, f.Follow(ctx), "federation.forked")
	if err := f.Clear(ctx, keeper, "340000", "they have put the true log back"); err != nil {
		t.Fatal(err)
	}
	wantFault(t, f.Clear(ctx, keeper, "340000", "again"), "federation.no_problem")
	follow(t, f)
	if n := state(t, f, "340000"); !n.OK || n.Size != 305 {
		t.Errorf("%+v", n)
	}
	if kept, err := f.Evidence(ctx, "340000"); err != nil || len(kept) == 0 {
		t.Errorf("the evidence is gone: %v", err)
	}
	a, err := access.New(access.Config{DB: shanghai.d, NoCodes: true})
	if err != nil {
		t.Fatal(err)
	}
	lines, _, err := a.Journal(ctx, access.Actor{Person: "01AUDIT", Grants: []access.Grant{{Role: "auditor"}}, Strong: true}, access.JournalQuery{Act: "neighbour.clear"})
	if err != nil || len(lines) != 2 || lines[0].Detail != "federation.forked: they have put the true log back" {
		t.Errorf("%+v, %v", lines, err)
	}
}
