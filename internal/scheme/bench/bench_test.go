package bench

import (
	"context"
	"os"
	"strings"
	"testing"

	"corridor/internal/scheme"
)

// TestRun: both ways are asked, agree, and are shown; a scheme of which the registry decides nothing is refused.
func TestRun(t *testing.T) {
	s, problems := scheme.Load(os.DirFS("../../../schemes"), "cn-340000/voucher-entitlement/2026")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	firms := func(yield func(scheme.Firm, error) bool) {
		for i := range 300 {
			f := map[string]scheme.Value{"firm.staff": scheme.CountValue(int64(i * 4)), "firm.region": scheme.RegionValue("340100"),
				"firm.operating": scheme.YesNoValue(i%5 > 0), "firm.tax_normal": scheme.YesNoValue(i%7 > 0), "firm.listed_untrustworthy": scheme.YesNoValue(i%11 == 0)}
			if !yield(scheme.Firm{ID: "F", Facts: f}, nil) {
				return
			}
		}
	}
	f, err := Run(context.Background(), Options{Scheme: s, Orgs: 250, Rows: 100, Firms: firms})
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for i := range 250 {
		if i*4 <= 500 && i%5 > 0 && i%7 > 0 && i%11 > 0 {
			want++
		}
	}
	if f.Orgs != 250 || f.Rows != 100 || f.Qualify != want || len(f.Aside) != 0 {
		t.Errorf("%+v, want %d that qualify", f, want)
	}
	var b strings.Builder
	if err := f.Write(&b); err != nil || !strings.Contains(b.String(), "by columns") {
		t.Errorf("%s %v", b.String(), err)
	}
	if _, err := Run(context.Background(), Options{Scheme: s, Orgs: 0, Rows: 1}); err == nil {
		t.Error("no organisations, and no error")
	}
}
