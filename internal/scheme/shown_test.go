package scheme

import (
	"testing"

	"corridor/schemes"
)

func TestAFieldIsShownWhereItsConditionHolds(t *testing.T) {
	s, problems := Load(schemes.FS, "yrd/voucher-entitlement")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, x := range []struct {
		field, stage string
		want         bool
	}{{"asked", "draft", true}, {"more", "draft", false}, {"more", "supplement", true}} {
		if got := s.Shows(x.field, x.stage, nil); got != x.want {
			t.Errorf("%s in %s is shown: %t", x.field, x.stage, got)
		}
	}
}
