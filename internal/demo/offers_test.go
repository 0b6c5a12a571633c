package demo

import (
	"bytes"
	"slices"
	"testing"

	"corridor/internal/catalogue/kinds"
	"corridor/internal/sheets"
)

// The same seed makes the same offers; every kind is among them, and each has what its kind needs to be published.
func TestOffersAreMadeBySeed(t *testing.T) {
	set, err := kinds.Load(kinds.Files)
	if err != nil {
		t.Fatal(err)
	}
	owners := Owners(200, Anhui, 1)
	codes, names := map[string]bool{}, map[string]bool{}
	for _, o := range owners {
		codes[o.Code], names[o.Name[0]] = true, true
	}
	if len(codes) != len(owners) || len(names) != len(owners) {
		t.Errorf("%d owners have %d codes and %d names", len(owners), len(codes), len(names))
	}
	file := func() string {
		var b bytes.Buffer
		for _, k := range set.All {
			if err := WriteOffers(&b, sheets.CSV, k, Offers(500, "", owners, 7)); err != nil {
				t.Fatal(err)
			}
		}
		return b.String()
	}
	if once, again := file(), file(); once != again {
		t.Error("the same seed made other offers")
	}
	n := map[string]int{}
	for o := range Offers(offersOfNode, "", owners, 7) {
		k, _ := set.Of(o.Kind)
		fields, err := k.Read(o.Typed)
		if err != nil {
			t.Fatalf("%s: %v", o.Kind, err)
		}
		if wrong := k.Missing(fields, kinds.ToPublish); len(wrong) > 0 {
			t.Fatalf("%s: %v", o.Kind, wrong)
		}
		n[o.Kind]++
	}
	for _, k := range set.All {
		if n[k.ID] == 0 {
			t.Errorf("no %s among %v", k.ID, n)
		}
	}
	if all := slices.Collect(Offers(5, "demand", owners, 7)); len(all) != 5 || all[4].Kind != "demand" {
		t.Errorf("offers of one kind: %v", all)
	}
}
