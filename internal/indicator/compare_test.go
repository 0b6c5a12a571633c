package indicator_test

import (
	"testing"

	"corridor/internal/indicator"
)

func TestAReportIsHeldAgainstWhatTheLogsShow(t *testing.T) {
	count := indicator.Definition{Value: indicator.Count}
	money := indicator.Definition{Value: indicator.Sum}
	for _, c := range []struct {
		of     indicator.Definition
		shows  int64
		says   string
		approx string
		want   indicator.Agreement
		off    string
	}{
		{count, 46_441, "46441", "exact", indicator.Agrees, "0"},
		{count, 46_441, "46414", "exact", indicator.Differs, "27"},
		{count, 7_012, "7000", "over", indicator.Agrees, "12"},
		{count, 6_999, "7000", "over", indicator.Differs, "-1"},
		{money, 5_600_000_000_000, "5.6e+10", "about", indicator.Agrees, "0"},
		{money, 5_649_999_999_900, "56000000000", "about", indicator.Agrees, "499999999"},
		{money, 5_650_000_000_100, "56000000000", "about", indicator.Differs, "500000001"},
		{money, 150, "1.4", "about", indicator.Differs, "1/10"},
		{money, 145, "1.4", "about", indicator.Agrees, "1/20"},
		{count, 4, "5", "nearly", indicator.Unclear, "-1"},
		{count, 4, "a dozen", "exact", indicator.Unclear, ""},
	} {
		got, off := indicator.Figure{Definition: c.of, Value: c.shows}.Compare(indicator.Report{Value: c.says, Approx: c.approx})
		by := ""
		if off != nil {
			by = off.RatString()
		}
		if got != c.want || by != c.off {
			t.Errorf("%s %s beside %d: %s by %s, want %s by %s", c.approx, c.says, c.shows, got, by, c.want, c.off)
		}
	}
}
