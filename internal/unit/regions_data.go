package unit

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"sync"

	"corridor/internal/fault"
)

//go:embed data/regions.csv
var regionsCSV string

//go:embed data/regions_en.csv
var regionsEN string

// gb2260Edition names the lists that data/regions.csv was made from.
const gb2260Edition = "GB/T 2260, ministry lists 1980-12 to 2019-04 and the list of 2026-04"

// GB2260 is the list of all China that the program carries.
func GB2260() *Regions { return gb2260() }

var gb2260 = sync.OnceValue(func() *Regions {
	rs, err := readRegions(regionsCSV, regionsEN)
	if err != nil {
		panic("unit: data/regions.csv: " + err.Error()) // the file is part of the program and tested
	}
	return rs
})

// readRegions reads the columns code, zh, from, to, successors and the English names, code and en.
func readRegions(list, english string) (*Regions, error) {
	en := map[Region]string{}
	for row, err := range table(english, "code", "en") {
		if err != nil {
			return nil, err
		}
		en[Region(row[0])] = row[1]
	}
	rs := &Regions{edition: gb2260Edition, places: map[Region][]place{}, local: map[Region]Region{}}
	for row, err := range table(list, "code", "zh", "from", "to", "successors") {
		if err != nil {
			return nil, err
		}
		r, err := ParseRegion(row[0])
		if err != nil {
			return nil, err
		}
		p := place{name: fault.Words{row[1], row[1]}}
		if w, ok := en[r]; ok {
			p.name[1] = w
		}
		if err := p.from.UnmarshalText([]byte(row[2])); err != nil {
			return nil, fmt.Errorf("%s: %w", r, err)
		}
		if row[3] == "-" {
			p.never = true
		} else if err := p.to.UnmarshalText([]byte(row[3])); err != nil {
			return nil, fmt.Errorf("%s: %w", r, err)
		}
		for _, h := range strings.FieldsFunc(row[4], func(c rune) bool { return c == '|' }) {
			p.heirs = append(p.heirs, Region(h))
		}
		rs.add(r, p)
	}
	rs.index()
	return rs, nil
}

// table yields the rows of a comma-separated file whose comments begin with # and whose first row names
// the columns, as given.
func table(text string, columns ...string) func(yield func([]string, error) bool) {
	return func(yield func([]string, error) bool) {
		r := csv.NewReader(strings.NewReader(text))
		r.Comment = '#'
		r.FieldsPerRecord = len(columns)
		for first := true; ; first = false {
			row, err := r.Read()
			if err == io.EOF {
				return
			}
			if err == nil && first {
				if got, want := strings.Join(row, ","), strings.Join(columns, ","); got != want {
					err = fmt.Errorf("columns are %q, want %q", got, want)
				} else {
					continue
				}
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
