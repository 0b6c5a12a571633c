// Package search compares the search of the catalogue with other engines: the same listings, the same questions, one machine, one run.
// It is a module of its own, so that the engines do not enter Corridor's.
package search

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"corridor/internal/catalogue"
	"corridor/internal/catalogue/find"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/demo"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

var (
	today     = unit.Date(2026, 3, 2)
	provinces = []unit.Region{"310000", "320000", "330000", "340000"}
)

// facets are what every engine filters by and counts.
var facets = []string{find.FacetProvince, catalogue.FacetKind}

// doc is a listing as every engine gets it.
type doc struct {
	no      int
	listing catalogue.Listing
	indexed find.Listing
	text    string // all that can be found, in one
}

func (d doc) code(facet string) string {
	if codes := d.indexed.Codes[facet]; len(codes) > 0 {
		return codes[0]
	}
	return ""
}

// corpus is what the demonstration's generator offers: n listings of owners in four provinces.
func corpus(t testing.TB, n, owners int) (docs []doc, config find.Config) {
	t.Helper()
	set, err := kinds.Load(kinds.Files)
	if err != nil {
		t.Fatal(err)
	}
	words, err := find.StandardWords(unit.GB2260(), today)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, province := range provinces {
		from := demo.Owners(owners, province, 1)
		of := map[string]registry.Org{}
		for _, o := range from {
			of[o.Code] = o
		}
		for offer := range demo.Offers((n+i)/len(provinces), "", from, uint64(1+i)) {
			k, _ := set.Of(offer.Kind)
			fields, err := k.Read(offer.Typed)
			if err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Second)
			l := catalogue.Listing{ID: unit.NewID(now), Kind: offer.Kind, Owner: offer.Owner, OwnerName: of[offer.Owner].Name, Region: unit.Region(offer.Typed["region"]),
				State: catalogue.Published, Version: 1, Title: [2]string{offer.Typed["name"], offer.Typed["ename"]}, Fields: fields, Published: now}
			d := doc{no: len(docs), listing: l, indexed: catalogue.Indexed(set, unit.GB2260(), today, l, nil, time.Time{})}
			var all []string
			for _, x := range d.indexed.Texts {
				all = append(all, x.Text)
			}
			d.text = strings.Join(all, " ")
			docs = append(docs, d)
		}
	}
	return docs, find.Config{Facets: catalogue.Facets(set), Words: words, Origin: find.FacetCity}
}

// grams cuts a text as engines without Chinese are usually helped: runs of Chinese into neighbouring pairs, the rest into words.
func grams(text string) (all []string) {
	var run []rune
	var word strings.Builder
	end := func() {
		for i := 0; i+1 < len(run); i++ {
			all = append(all, string(run[i:i+2]))
		}
		if len(run) == 1 {
			all = append(all, string(run))
		}
		run = run[:0]
		if word.Len() > 0 {
			all = append(all, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			if word.Len() > 0 {
				end()
			}
			run = append(run, r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if len(run) > 0 {
				end()
			}
			word.WriteRune(r)
		default:
			end()
		}
	}
	end()
	return all
}

// asked is a question whose answers are known: what answers it is said by title, place and model.
type asked struct {
	text    string
	answers func(doc) bool
}

// questions are those that the search was not tuned with.
func questions(t testing.TB) (all []asked) {
	t.Helper()
	f, err := os.Open("../../internal/demo/testdata/questions-apart.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		titles := strings.Split(row[1], "|")
		model, ofMaker := strings.CutPrefix(row[3], "maker:")
		field := "model"
		if ofMaker {
			field = "manufacturer"
		}
		all = append(all, asked{row[0], func(d doc) bool {
			l := d.listing
			return slices.Contains(titles, l.Title[0]) && strings.HasPrefix(string(l.Region), row[2]) && strings.Contains(l.Fields[field], model)
		}})
	}
	return all
}
