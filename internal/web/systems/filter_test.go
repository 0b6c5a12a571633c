package systems

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/fault"
)

func TestFilterNarrowsByEveryField(t *testing.T) {
	ids := func(q Query) []int {
		t.Helper()
		found, err := Filter(q)
		if err != nil {
			t.Fatal(err)
		}
		var n []int
		for _, s := range found {
			n = append(n, s.ID)
		}
		return n
	}
	if got, want := len(ids(Query{})), 177; got != want {
		t.Errorf("an empty query finds %d, want %d", got, want)
	}
	for _, c := range []struct {
		q    Query
		want []int
	}{
		{Query{Capability: "booking"}, []int{67, 89, 147, 158}},
		{Query{Room: "fund"}, []int{87, 117}},
		{Query{Room: "receivable", Capability: "log"}, []int{176, 177}},
		{Query{Text: "创新券 兑付"}, []int{90}},
		{Query{Text: "Innovation Voucher"}, []int{72, 90}},
		{Query{Text: "177"}, []int{177}},
		{Query{Text: "no such words"}, nil},
	} {
		if diff := cmp.Diff(c.want, ids(c.q)); diff != "" {
			t.Errorf("%+v: %s", c.q, diff)
		}
	}
	total := 0
	for _, st := range States() {
		total += len(ids(Query{State: st}))
	}
	if total != 177 {
		t.Errorf("the three states hold %d systems, want 177", total)
	}
}

func TestFilterRefusesUnknownWords(t *testing.T) {
	for _, c := range []struct {
		q           Query
		code, field string
	}{
		{Query{State: "soon", Room: "attic"}, "systems.unknown_state", "state"},
		{Query{Capability: "flying", Room: "attic"}, "systems.unknown_capability", "capability"},
		{Query{Room: "attic"}, "systems.unknown_room", "room"},
	} {
		_, err := Filter(c.q)
		f := fault.Of(err)
		if f == nil || f.Code != c.code || f.Field != c.field || f.Kind != fault.Invalid {
			t.Errorf("%+v: got %v, want %s on %s", c.q, err, c.code, c.field)
		}
		if f != nil && (f.Sentence(fault.ZH) == c.code || f.Sentence(fault.EN) == c.code) {
			t.Errorf("%s has no sentence", c.code)
		}
	}
}

func TestCountsNameEveryState(t *testing.T) {
	n := Counts([]System{{State: Works}, {State: NotYet}, {State: NotYet}})
	if diff := cmp.Diff(map[State]int{Works: 1, Partly: 0, NotYet: 2}, n); diff != "" {
		t.Error(diff)
	}
}
