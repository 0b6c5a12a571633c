package unit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestEveryListSaysItsSource(t *testing.T) {
	files, err := filepath.Glob("data/*.csv")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(b), "# ") || !strings.Contains(string(b), "\n# source: ") {
			t.Errorf("%s does not begin with what it is and its source", f)
		}
	}
}

func TestEveryNoticeHasAnAddress(t *testing.T) {
	n := map[int]int{}
	for row, err := range table(holidaysCSV, "date", "day", "zh", "source") {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(row[3], "http") || row[2] == "" {
			t.Errorf("%s: %s has no notice or no name", row[0], row[2])
		}
		d := day(t, row[0])
		n[d.Year()]++
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		if row[1] == "work" && !weekend && row[0] != "2020-02-03" { // said when the Spring Festival of 2020 was prolonged
			t.Errorf("%s is a weekday and needs no notice to be worked", d)
		}
	}
	for year := 2018; year <= 2026; year++ {
		if n[year] < 20 {
			t.Errorf("%d has only %d rows", year, n[year])
		}
	}
}

func TestEnglishNamesAreOfPlacesInForce(t *testing.T) {
	rs, today := GB2260(), day(t, "2026-06-01")
	for row, err := range table(regionsEN, "code", "en") {
		if err != nil {
			t.Fatal(err)
		}
		if r := Region(row[0]); !rs.InForce(r, today) || row[1] == "" {
			t.Errorf("%s %s is not in force", r, row[1])
		}
	}
	for _, province := range rs.Children("", today) {
		if n := rs.Name(province, today); n[0] == n[1] {
			t.Errorf("%s has no English name", n[0])
		}
	}
	for _, province := range []Region{"310000", "320000", "330000", "340000"} {
		for _, city := range rs.Children(province, today) {
			if n := rs.Name(city, today); n[0] == n[1] {
				t.Errorf("%s %s has no English name", city, n[0])
			}
		}
	}
}
