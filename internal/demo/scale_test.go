package demo

import (
	"fmt"
	"iter"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// The purchases of the past are the same each time, add up to what was published, and each is one that its edition lets pass.
func TestThePastAddsUpToWhatWasPublished(t *testing.T) {
	n, sum, crossing := 0, unit.Fen(0), 0
	for _, day := range purchases() {
		for _, p := range day {
			n, sum = n+1, sum+p.pays
			if p.pays < 500*unit.FenPerYuan || p.pays > 200_000*unit.FenPerYuan || p.pays%unit.FenPerYuan != 0 {
				t.Errorf("purchase %d is paid %s", p.no, p.pays)
			}
			if firm, host := unit.Region(p.firm[2:8]), unit.Region(p.provider[2:8]); string(firm.Province()) != p.node {
				t.Errorf("purchase %d of %s is at %s", p.no, p.firm, p.node)
			} else if firm.Province() != host.Province() {
				crossing++
			}
		}
	}
	if n != purchasesOfYRD || sum != supportOfYRD || n <= 7000 || sum <= 170_000_000*unit.FenPerYuan || crossing < n/4 {
		t.Errorf("%d purchases, %s, %d across a border", n, sum, crossing)
	}
	if last := purchases()[stepsOfPast-1]; len(last) != 0 {
		t.Errorf("%d purchases on the last day, when nobody pays them any more", len(last))
	}
	if !slices.EqualFunc(purchases(), purchases(), slices.Equal[[]purchase]) {
		t.Error("the past is another one each time")
	}
}

// What else happened in the past is the same each time and adds up to what was published, in the years in which it was.
func TestTheProgrammesOfThePastAddUp(t *testing.T) {
	took, sums := map[string]int{}, map[string]unit.Fen{}
	for step, all := range programmes() {
		year := historyOpens().AddDate(0, 0, firstPurchase+step*daysOfPast).Year()
		seen := map[int]bool{}
		for _, x := range all {
			if seen[x.no] || x.act > 0 && x.acts[x.act-1].step >= step {
				t.Errorf("%s %d acts twice on step %d", x.scheme, x.no, step)
			}
			seen[x.no] = true
			took[fmt.Sprint(x.scheme, " ", x.acts[x.act].name, " ", year)]++
			for _, f := range []string{"asked", "others", "intended_sum"} {
				for _, given := range []map[string]string{x.fields, x.more} {
					if given[f] != "" && x.act == len(x.acts)-1 {
						sum, err := unit.ParseFen(given[f])
						if err != nil {
							t.Fatal(err)
						}
						sums[f] += sum
					}
				}
			}
		}
	}
	want := map[string]int{"attack-need file 2024": 134, "attack-need call 2024": 41, "attack-need keep 2024": 93, "challenge-need enter_sixth 2024": 1551,
		"challenge-need intend 2024": 618, "challenge-need enter_seventh 2025": 1986, "consortium file 2024": 12, "consortium found 2024": 12,
		"consortium file 2025": 12, "consortium found 2025": 12, "consortium evaluate 2025": 12}
	for _, action := range []string{"file", "approve", "pay"} {
		if n := took["joint-project "+action+" 2024"] + took["joint-project "+action+" 2025"]; n != 43 {
			t.Errorf("%d projects are %s", n, action)
		}
		delete(took, "joint-project "+action+" 2024")
		delete(took, "joint-project "+action+" 2025")
	}
	if !maps.Equal(took, want) {
		t.Errorf("got %v\nwant %v", took, want)
	}
	if sums["asked"] != fiscalOfPast || sums["others"] != othersOfPast || sums["intended_sum"] != intendedOfPast {
		t.Errorf("sums are %v", sums)
	}
	if !reflect.DeepEqual(programmes(), programmes()) {
		t.Error("the past is another one each time")
	}
}

// Shares of the provinces make the whole, and the instruments of a file are worth what is wanted to the yuan.
func TestInstrumentsAddUpToWhatWasPublished(t *testing.T) {
	for of, total := range []int64{publishedInstruments, int64(publishedWorth / unit.FenPerYuan)} {
		sum := int64(0)
		for _, m := range Members[1:] {
			sum += shareOf(total, m.Code, of)
		}
		if sum != total {
			t.Errorf("the parts make %d of %d", sum, total)
		}
	}
	owners := Owners(20, unit.Region(Jiangsu), offersSeed)
	sum, n := int64(0), 0
	for o := range worthy(500, 600_000, func() iter.Seq[Offer] { return Offers(500, "instrument", owners, historySeed) }) {
		yuan, err := strconv.ParseInt(strings.TrimSuffix(o.Typed["worth"], "元"), 10, 64)
		if err != nil || yuan < 1000 {
			t.Errorf("worth %q", o.Typed["worth"])
		}
		sum, n = sum+yuan, n+1
	}
	if n != 500 || sum != 600_000_000 {
		t.Errorf("%d instruments worth %d yuan", n, sum)
	}
	for _, o := range Owners(ownersOfPast, unit.Region(Anhui), offersSeed) {
		if o.Founded > unit.DayOf(historyOpens(), unit.Beijing()) {
			t.Errorf("%s is founded on %s, after the past begins", o.Code, o.Founded)
		}
	}
}

// The made-up earlier editions pass the check that every pack has to pass, say that they are made up, and are over before this year.
func TestTheEarlierEditionsPassAndSayWhatTheyAre(t *testing.T) {
	all, err := earlier()
	if err != nil || len(all) != 4*5 {
		t.Fatalf("%d editions, %v", len(all), err)
	}
	for _, s := range all {
		if problems := scheme.Check(s); len(problems) > 0 {
			t.Errorf("%s: %s", s.Jurisdiction, problems[0].Words.In(fault.EN))
		}
		if !strings.Contains(s.Title[0], "虚构") || s.Edition != "2025-demo" {
			t.Errorf("%s %s is called %s", s.Jurisdiction, s.Edition, s.Title[0])
		}
	}
}

// A world keeps the size that it was begun with.
func TestAWorldKeepsItsSize(t *testing.T) {
	dir := t.TempDir()
	c, err := openWorld(dir, YRD, historyOpens())
	if err != nil || c.scale() != YRD || !c.Now().Before(opensOn()) {
		t.Fatalf("%s at %s, %v", c.scale(), c.Now(), err)
	}
	if _, err := openWorld(dir, Million, opensOn()); fault.CodeOf(err) != "demo.other_scale" {
		t.Errorf("got %v", err)
	}
	if c, err = OpenClock(dir); err != nil || c.scale() != YRD {
		t.Errorf("%s, %v", c.scale(), err)
	}
	if err := c.to(opensOn()); err != nil || c.Now().Before(opensOn()) {
		t.Errorf("the clock stands at %s, %v", c.Now(), err)
	}
	for at, want := range map[string]int{dir: 20, filepath.Join(dir, "31"): 20, t.TempDir(): 0} { // those who open it later know what it was decided by
		if all, err := Editions(at); err != nil || len(all) != want {
			t.Errorf("%d editions, want %d: %v", len(all), want, err)
		}
	}
}
