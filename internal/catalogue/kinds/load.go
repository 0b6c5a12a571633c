package kinds

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Set is the kinds of one node.
type Set struct {
	All  []*Kind // in the order in which they are shown
	byID map[string]*Kind
}

// Of finds a kind.
func (s *Set) Of(id string) (*Kind, bool) {
	k, ok := s.byID[id]
	return k, ok
}

// Load reads the kinds of several folders, a later one adding to the earlier: NAME.yaml is a kind, codes/NAME.csv a list
// of codes. A kind that stands in two folders is refused.
func Load(folders ...fs.FS) (*Set, error) {
	s := &Set{byID: map[string]*Kind{}}
	lists := map[string][]Code{}
	for _, dir := range folders {
		names, err := fs.Glob(dir, "codes/*.csv")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if lists[strings.TrimSuffix(path.Base(name), ".csv")], err = readCodes(dir, name); err != nil {
				return nil, err
			}
		}
	}
	for _, dir := range folders {
		names, err := fs.Glob(dir, "*.yaml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			text, err := fs.ReadFile(dir, name)
			if err != nil {
				return nil, err
			}
			k, err := read(name, text, lists)
			if err != nil {
				return nil, err
			}
			if was, twice := s.byID[k.ID]; twice {
				return nil, fmt.Errorf("%s: the kind %s stands in %s, too", name, k.ID, was.file)
			}
			s.byID[k.ID] = k
			s.All = append(s.All, k)
		}
	}
	if len(s.All) == 0 || len(s.All) > kindsMax {
		return nil, fmt.Errorf("%d kinds of listing; 1 to %d are expected", len(s.All), kindsMax)
	}
	if err := s.answered(); err != nil {
		return nil, err
	}
	slices.SortFunc(s.All, func(a, b *Kind) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID)) })
	return s, nil
}

// read parses one kind and checks what it says of itself.
func read(name string, text []byte, lists map[string][]Code) (*Kind, error) {
	k, problems := parse(name, text, lists)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	return k, nil
}

// readCodes reads a list with the columns code, parent, zh and en.
func readCodes(dir fs.FS, name string) ([]Code, error) {
	file, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord, r.Comment = 4, '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var all []Code
	for i, row := range rows {
		if i > 0 {
			all = append(all, Code{Code: row[0], Parent: row[1], ZH: row[2], EN: row[3]})
		}
	}
	return all, nil
}
