package demo

import (
	"fmt"
	"math/rand/v2"

	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// populationParts says in a thousand how many firms of the made-up population are not in operation, not normal with
// their taxes, listed as untrustworthy, or have not filed last year's figures. It is made up as the firms are.
const (
	notOperating  = 40
	taxNotNormal  = 50
	untrustworthy = 10
	notFiled      = 60
	elsewhere     = 80
)

// industriesOf are those that the made-up firms belong to.
var industriesOf = []string{"C2770", "C3563", "C3841", "C3985", "C4014", "I6513", "I6550", "M7320", "M7340", "M7452", "F5162", "A0149"}

// Population makes n firms of a jurisdiction and its neighbours, the same ones for the same seed: most are small, a
// few very large. They are made up and say nothing of any real place; a node's own registry does.
func Population(n int, home unit.Region, day unit.Day, seed uint64) scheme.Firms {
	return func(yield func(scheme.Firm, error) bool) {
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		regions := unit.GB2260()
		here := citiesOf(regions, home, day)
		var others []unit.Region
		for _, p := range []unit.Region{"310000", "320000", "330000", "340000"} {
			if p != home {
				others = append(others, citiesOf(regions, p, day)...)
			}
		}
		for i := range n {
			at := here[min(r.IntN(len(here)), r.IntN(len(here)))] // the first of the list is the largest city
			if r.IntN(1000) < elsewhere {
				at = others[r.IntN(len(others))]
			}
			code, err := unit.MakeUSCC(fmt.Sprintf("91%s%09d", at, i))
			if !yield(scheme.Firm{ID: string(code), Facts: madeUp(r, string(code), at, regions, day)}, err) {
				return
			}
		}
	}
}

func citiesOf(regions *unit.Regions, home unit.Region, day unit.Day) []unit.Region {
	if all := regions.Children(home, day); len(all) > 0 {
		return all
	}
	return []unit.Region{home}
}

// madeUp are the facts of one firm; what is not filed is not there.
func madeUp(r *rand.Rand, code string, at unit.Region, regions *unit.Regions, day unit.Day) map[string]scheme.Value {
	f := map[string]scheme.Value{
		"firm.id": scheme.OrgValue(code), "firm.controller": scheme.OrgValue(code), "firm.region": scheme.RegionValue(at),
		"firm.industry":             scheme.TextOf(scheme.Code, industriesOf[r.IntN(len(industriesOf))]),
		"firm.founded":              scheme.DayValue(day.Add(-200 - r.IntN(7000))),
		"firm.operating":            scheme.YesNoValue(r.IntN(1000) >= notOperating),
		"firm.tax_normal":           scheme.YesNoValue(r.IntN(1000) >= taxNotNormal),
		"firm.listed_untrustworthy": scheme.YesNoValue(r.IntN(1000) < untrustworthy),
	}
	if city := regions.City(at); city != "" {
		f["firm.city"] = scheme.RegionValue(city)
	}
	if r.IntN(1000) < notFiled {
		return f
	}
	staff := 1 + int64(r.ExpFloat64()*60)
	if r.IntN(50) == 0 {
		staff *= 40
	}
	revenue := staff * (20_000_000 + r.Int64N(180_000_000)) // fen, 200,000 to 2,000,000 yuan a head
	f["firm.staff"] = scheme.CountValue(staff)
	f["firm.revenue"] = scheme.MoneyValue(unit.Fen(revenue))
	f["firm.rnd_spend"] = scheme.MoneyValue(unit.Fen(revenue / 1000 * r.Int64N(120)))
	return f
}
