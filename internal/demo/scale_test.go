package demo

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// The purchases of the past are the same each time, add up to what was published, and each is one that its edition lets pass.
func TestThePastAddsUpToWhatWasPublished(t *testing.T) {
	n, sum, crossing := 0, unit.Fen(0), 0
	for _, day := range purchases(wholePast) {
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
	if last := purchases(wholePast)[stepsOfPast-1]; len(last) != 0 {
		t.Errorf("%d purchases on the last day, when nobody pays them any more", len(last))
	}
	if !slices.EqualFunc(purchases(wholePast), purchases(wholePast), slices.Equal[[]purchase]) {
		t.Error("the past is another one each time")
	}
}

// What else happened in the past is the same each time and adds up to what was published, in the years in which it was: a topic is paid by
// two to four treasuries, each of which pays something of the whole, and every call is answered.
func TestTheProgrammesOfThePastAddUp(t *testing.T) {
	took, sums, shares, answers, payers := map[string]int{}, map[string]unit.Fen{}, map[string]int{}, map[*pastCase]int{}, map[string]unit.Fen{}
	for step, all := range programmes(wholePast) {
		year := historyOpens().AddDate(0, 0, firstPurchase+step*daysOfPast).Year()
		seen := map[int]bool{}
		for _, x := range all {
			if seen[x.no] || x.act > 0 && x.acts[x.act-1].step >= step {
				t.Errorf("%s %d acts twice on step %d", x.scheme, x.no, step)
			}
			seen[x.no] = true
			took[fmt.Sprint(x.scheme, " ", x.acts[x.act].name, " ", year)]++
			for _, f := range []string{"line", "others", "intended_sum"} {
				if given := x.acts[x.act].fields[f]; given != "" {
					sum, err := unit.ParseFen(given)
					if err != nil {
						t.Fatal(err)
					}
					if sums[f] += sum; f == "line" {
						payers[x.node] += sum
						shares[x.acts[x.act].fields["topic"]]++
					}
				}
			}
			if x.under != nil && x.act == 0 {
				answers[x.under]++
			}
		}
	}
	want := map[string]int{"research-call submit 2024": 134, "research-call publish 2024": 41, "research-call keep 2024": 93, "innovation-challenge enter_sixth 2024": 1551,
		"innovation-challenge intend 2024": 618, "innovation-challenge enter_seventh 2025": 1986, "innovation-consortium submit 2024": 12, "innovation-consortium recognise 2024": 12,
		"innovation-consortium submit 2025": 12, "innovation-consortium recognise 2025": 12, "innovation-consortium keep 2025": 12, "innovation-challenge publish 2024": 1551, "innovation-challenge publish 2025": 1986}
	both := map[string]int{"research-call close": 41, "joint-topic submit": 43, "joint-topic conclude": 43, "joint-topic report": 43, "joint-topic finish": 43, "call-proposal choose": 41}
	for of, n := range both {
		if got := took[of+" 2024"] + took[of+" 2025"]; got != n {
			t.Errorf("%s: %d, want %d", of, got, n)
		}
	}
	maps.DeleteFunc(took, func(of string, _ int) bool {
		_, counted := want[of]
		return !counted
	})
	if !maps.Equal(took, want) {
		t.Errorf("got %v\nwant %v", took, want)
	}
	if sums["line"] != fiscalOfPast || sums["others"] != othersOfPast || sums["intended_sum"] != intendedOfPast {
		t.Errorf("sums are %v", sums)
	}
	if len(payers) != 4 || len(shares) != topicsOfPast || len(answers) != callsOfPast {
		t.Errorf("payers %v; topics with shares %d; calls with answers %d", payers, len(shares), len(answers))
	}
	for topic, n := range shares {
		if n < 2 || n > 4 {
			t.Errorf("%s is paid by %d", topic, n)
		}
	}
	if !reflect.DeepEqual(programmes(wholePast), programmes(wholePast)) {
		t.Error("the past is another one each time")
	}
}

// TestThePastStandsInTheFiguresOfTheSchemes: a twentieth of the past is lived, and the figures of the schemes that the program carries say
// it: those of the editions of this year, which count the entries of the earlier ones too. Each treasury's shares came out of its own books.
func TestThePastStandsInTheFiguresOfTheSchemes(t *testing.T) {
	const of pastPart = 5
	ctx := context.Background()
	w, err := Start(ctx, Config{Dir: t.TempDir(), BasePort: freeBase(t), Scale: YRD, Percent: int(of), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	got, paid := map[string]int64{}, unit.Fen(0)
	want := map[string]int64{"research-call.open": 3, "research-call.needs": 7, "call-proposal.chosen": 3, "joint-topic.concluded": 3, "joint-topic.finished": 3,
		"joint-topic.others_sum": int64(of.sum(othersOfPast)), "joint-share.paid_sum": int64(of.sum(fiscalOfPast)), "joint-share.confirmed_sum": int64(of.sum(fiscalOfPast)),
		"innovation-challenge.needs": 78 + 100, "innovation-challenge.sixth": 78, "innovation-challenge.seventh": 100, "innovation-challenge.intended": 31,
		"innovation-challenge.intended_sum": int64(of.sum(intendedOfPast)), "innovation-consortium.recognised": 2, "innovation-consortium.kept": 1,
		"vouchers-paid": int64(of.of(purchasesOfYRD)), "voucher-sum-paid": int64(of.sum(supportOfYRD)), "instruments-listed": int64(of.of(publishedInstruments))}
	for _, n := range w.Nodes[1:] { // none has read the others' logs
		for id := range want {
			f, err := n.Indicators.Figure(ctx, id, 1)
			if err != nil {
				t.Fatal(id, err)
			}
			got[id] += f.Value
		}
		spent := unit.Fen(0)
		for _, year := range []string{"2024", "2025"} {
			if err := n.DB.Read(ctx, func(tx *db.Tx) error {
				a, err := n.Ledger.Balance(ctx, tx, n.Node.Code+"/joint-fund/"+year+"/budget")
				spent += budgetOfPast - a.Available
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		f, err := n.Indicators.Figure(ctx, "joint-share.paid_sum", 1)
		if err != nil || f.Fen() != spent {
			t.Errorf("%s: the figure says %s, the budgets %s: %v", n.Node.Code, f.Fen(), spent, err)
		}
		paid += spent
	}
	if !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if paid != of.sum(fiscalOfPast) {
		t.Errorf("the treasuries paid %s", paid)
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
	if err != nil || len(all) != 4*len(earlierPacks) {
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
	for at, want := range map[string]int{dir: 4 * len(earlierPacks), filepath.Join(dir, "31"): 4 * len(earlierPacks), t.TempDir(): 0} { // those who open it later know what it was decided by
		if all, err := Editions(at); err != nil || len(all) != want {
			t.Errorf("%d editions, want %d: %v", len(all), want, err)
		}
	}
}
