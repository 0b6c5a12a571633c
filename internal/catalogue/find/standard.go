package find

import (
	"bytes"
	"embed"
	"fmt"
	"strconv"
	"strings"

	"corridor/internal/unit"
)

//go:embed words/*.csv
var wordFiles embed.FS

// Names of the facets that places are of.
const (
	FacetProvince = "province"
	FacetCity     = "city"
)

// StandardWords are the words that the program carries, with the places of a list: provinces and cities by their names,
// districts as the city they lie in. Codes of the facets are region codes.
func StandardWords(regions *unit.Regions, day unit.Day) (*Words, error) {
	read := func(name string) (*bytes.Reader, error) {
		b, err := wordFiles.ReadFile("words/" + name)
		return bytes.NewReader(b), err
	}
	synonyms, err := read("synonyms.csv")
	if err != nil {
		return nil, err
	}
	wishes, err := read("wishes.csv")
	if err != nil {
		return nil, err
	}
	w, err := NewWords(synonyms, wishes)
	if err != nil {
		return nil, err
	}
	points, err := read("points.csv")
	if err != nil {
		return nil, err
	}
	var coded []unit.Region
	err = lines(points, func(no int, cells []string) error {
		if len(cells) != 3 {
			return fmt.Errorf("line %d: region, latitude, longitude", no)
		}
		r, err := unit.ParseRegion(cells[0])
		if err != nil {
			return fmt.Errorf("line %d: %w", no, err)
		}
		lat, err := strconv.ParseFloat(cells[1], 64)
		if err != nil {
			return fmt.Errorf("line %d: %w", no, err)
		}
		lon, err := strconv.ParseFloat(cells[2], 64)
		if err != nil {
			return fmt.Errorf("line %d: %w", no, err)
		}
		w.AddPoint(string(r), Point{lat, lon})
		coded = append(coded, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("points: %w", err)
	}
	provinces := map[unit.Region]bool{}
	for _, r := range coded {
		p := regions.Province(r)
		if !provinces[p] {
			provinces[p] = true
			w.AddPlace(FacetProvince, string(p), placeNames(regions.Name(p, day))...)
		}
	}
	for _, r := range coded {
		if regions.Province(r) == r {
			continue // a municipality is a province
		}
		w.AddPlace(FacetCity, string(r), placeNames(regions.Name(r, day))...)
		w.AddWithin(string(r), string(regions.Province(r)))
	}
	for _, r := range coded {
		for _, d := range regions.Children(r, day) {
			facet := FacetCity
			if regions.Province(r) == r {
				facet = FacetProvince
			}
			names := placeNames(regions.Name(d, day))
			if len(names) > 0 && len([]rune(names[0])) > 2 { // 城区 and the like are words of the language
				w.AddPlace(facet, string(r), names...)
			}
		}
	}
	return w, nil
}

// placeNames are the names that people write: with and without what says the level.
func placeNames(name [2]string) []string {
	full := name[0]
	if full == "" {
		return nil
	}
	all := []string{full}
	for _, end := range []string{"特别行政区", "自治区", "自治州", "地区", "新区", "省", "市", "区", "县"} {
		if short, ok := strings.CutSuffix(full, end); ok && len([]rune(short)) > 1 {
			all = append(all, short)
			break
		}
	}
	if name[1] != "" {
		all = append(all, name[1])
		for _, end := range []string{" Province", " Municipality", " City", " District", " County"} {
			if short, ok := strings.CutSuffix(name[1], end); ok {
				all = append(all, short)
			}
		}
	}
	return all
}
