package demo

import (
	"context"
	"embed"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/unit"
)

//go:embed testdata/questions*.csv
var questionFiles embed.FS

// questionOffers is how many listings of a province are asked about: enough that each model that is asked about is offered.
const questionOffers = 840

// offered is an index over what the demonstration's generator makes for its four nodes, and the listings by id.
func offered(t testing.TB) (*find.Index, map[unit.ID]catalogue.Listing) {
	t.Helper()
	set, err := kinds.Load(kinds.Files)
	if err != nil {
		t.Fatal(err)
	}
	today := day(2026, 3, 2)
	words, err := find.StandardWords(unit.GB2260(), today)
	if err != nil {
		t.Fatal(err)
	}
	x, err := find.New(find.Config{Facets: catalogue.Facets(set), Words: words, Origin: find.FacetCity})
	if err != nil {
		t.Fatal(err)
	}
	all := map[unit.ID]catalogue.Listing{}
	var changes []find.Change
	now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	for _, province := range []unit.Region{"310000", "320000", "330000", "340000"} {
		owners := Owners(ownersOfNode, province, offersSeed)
		names := map[string][2]string{}
		for _, o := range owners {
			names[o.Code] = o.Name
		}
		for o := range Offers(questionOffers, "", owners, offersSeed+uint64(province[1])) {
			k, _ := set.Of(o.Kind)
			fields, err := k.Read(o.Typed)
			if err != nil {
				t.Fatalf("%s %v: %v", o.Kind, o.Typed, err)
			}
			now = now.Add(time.Second)
			l := catalogue.Listing{ID: unit.NewID(now), Kind: o.Kind, Owner: o.Owner, OwnerName: names[o.Owner], Region: unit.Region(o.Typed["region"]), State: catalogue.Published,
				Version: 1, Title: [2]string{o.Typed["name"], o.Typed["ename"]}, Fields: fields, Published: now}
			all[l.ID] = l
			changes = append(changes, find.Change{Listing: catalogue.Indexed(set, unit.GB2260(), today, l, nil, time.Time{})})
		}
	}
	if err := x.Apply(1, changes); err != nil {
		t.Fatal(err)
	}
	return x, all
}

// recallOf asks the questions of a file and returns the mean share of what answers them among the first ten.
func recallOf(t testing.TB, file string) (mean float64, n int) {
	t.Helper()
	x, all := offered(t)
	text, err := questionFiles.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(string(text)))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, row := range rows[1:] {
		titles := strings.Split(row[1], "|")
		answers := func(l catalogue.Listing) bool {
			model, of := strings.CutPrefix(row[3], "maker:")
			field := "model"
			if of {
				field = "manufacturer"
			}
			return slices.Contains(titles, l.Title[0]) && strings.HasPrefix(string(l.Region), row[2]) && strings.Contains(l.Fields[field], model)
		}
		want := 0
		for _, l := range all {
			if answers(l) {
				want++
			}
		}
		if want == 0 {
			t.Errorf("%s: nothing in the demonstration answers it", row[0])
			continue
		}
		a, err := x.Search(context.Background(), find.Query{Text: row[0], Limit: 10})
		if err != nil {
			t.Fatalf("%s: %v", row[0], err)
		}
		got := 0
		var titlesFound []string
		for _, h := range a.Hits {
			if answers(all[h.ID]) {
				got++
			}
			titlesFound = append(titlesFound, all[h.ID].Title[0])
		}
		recall := float64(got) / float64(min(want, 10))
		if recall < 1 {
			t.Logf("%-24s %.2f of %d: %v %+v", row[0], recall, want, titlesFound, a.Notes)
		}
		sum += recall
		n++
	}
	return sum / float64(max(n, 1)), n
}

// What people ask is found: recall among the first ten of at least 0.95, over 200 questions and more.
func TestWhatPeopleAskIsFound(t *testing.T) {
	mean, n := recallOf(t, "questions.csv")
	t.Logf("recall@10 %.4f over %d questions", mean, n)
	if mean < 0.95 || n < 200 {
		t.Errorf("recall@10 is %.4f over %d questions", mean, n)
	}
}

// A second list was written before anything was done for it, and mended by causes: it holds as the first does.
func TestTheSecondListIsFound(t *testing.T) {
	mean, n := recallOf(t, "questions-second.csv")
	t.Logf("recall@10 %.4f over %d questions", mean, n)
	if mean < 0.95 || n < 80 {
		t.Errorf("recall@10 is %.4f over %d questions", mean, n)
	}
}

// Questions that were asked once after all mending are only reported, with the figure of the first asking in docs/performance.md: the
// bound keeps them from falling, nothing is tuned for them.
func TestQuestionsKeptApart(t *testing.T) {
	for _, file := range []string{"questions-apart.csv", "questions-unseen.csv", "questions-blind.csv"} {
		mean, n := recallOf(t, file)
		t.Logf("%s: recall@10 %.4f over %d questions", file, mean, n)
		if mean < 0.85 || n < 40 {
			t.Errorf("%s: recall@10 is %.4f over %d questions", file, mean, n)
		}
	}
}
