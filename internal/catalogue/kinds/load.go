package kinds

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
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
	slices.SortFunc(s.All, func(a, b *Kind) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID)) })
	return s, nil
}

// read parses one kind and checks what it says of itself.
func read(name string, text []byte, lists map[string][]Code) (*Kind, error) {
	if len(text) > fileMax {
		return nil, fmt.Errorf("%s: larger than %d KiB", name, fileMax>>10)
	}
	k := &Kind{file: name, index: map[string]int{}}
	if err := yaml.UnmarshalWithOptions(text, k, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i := range k.Fields {
		f := &k.Fields[i]
		if _, twice := k.index[f.ID]; twice {
			return nil, fmt.Errorf("%s: the field %s stands twice", name, f.ID)
		}
		k.index[f.ID] = i
		if f.Codes != "" {
			f.Of = lists[f.Codes]
		}
	}
	if err := k.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return k, nil
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func (k *Kind) check() error {
	named := func(what string, ids ...string) error {
		for _, id := range ids {
			if _, ok := k.index[id]; !ok && id != "" {
				return fmt.Errorf("%s names the field %s, which is not there", what, id)
			}
		}
		return nil
	}
	switch {
	case !idForm.MatchString(k.ID) || k.ID+".yaml" != path.Base(k.file):
		return fmt.Errorf("the id %q has to be the name of the file", k.ID)
	case k.ZH == "" || k.EN == "":
		return fmt.Errorf("the kind has to have a name in zh and en")
	case k.Title.ZH == "":
		return fmt.Errorf("title.zh has to name the field that a listing is called by")
	case len(k.Fields) == 0 || len(k.Fields) > fieldsMax:
		return fmt.Errorf("%d fields; 1 to %d are expected", len(k.Fields), fieldsMax)
	}
	for _, err := range []error{named("title", k.Title.ZH, k.Title.EN), named("key", k.Key), named("place", k.Place), named("price", k.Price), named("list_from", k.From),
		named("summary", k.Summary...), named("leaf", k.Leaf...)} {
		if err != nil {
			return err
		}
	}
	for _, deed := range k.Do {
		if !slices.Contains(Deeds, deed) {
			return fmt.Errorf("do: %s is none of %s", deed, strings.Join(Deeds, ", "))
		}
	}
	for _, f := range k.Fields {
		if err := k.checkField(f); err != nil {
			return fmt.Errorf("field %s: %w", f.ID, err)
		}
	}
	for _, id := range append(slices.Clone(k.Leaf), k.Summary...) {
		if f, _ := k.Field(id); f.Private {
			return fmt.Errorf("leaf or summary names the field %s, which is private", id)
		}
	}
	return nil
}

func (k *Kind) checkField(f Field) error {
	codes := map[string]bool{}
	for _, c := range f.Of {
		if c.Code == "" || c.ZH == "" || c.EN == "" || codes[c.Code] {
			return fmt.Errorf("the code %q has no words in zh and en, or stands twice", c.Code)
		}
		codes[c.Code] = true
	}
	switch {
	case !idForm.MatchString(f.ID):
		return fmt.Errorf("an id has small letters, digits and _, at most 40")
	case f.ZH == "" || f.EN == "":
		return fmt.Errorf("the field has to have a name in zh and en")
	case !slices.Contains(Types, f.Type):
		return fmt.Errorf("the type %q is none of %s", f.Type, strings.Join(Types, ", "))
	case !slices.ContainsFunc(k.Groups, func(g Group) bool { return g.ID == f.Group }):
		return fmt.Errorf("the group %q is not there", f.Group)
	case f.Need != Optional && f.Need != ToSave && f.Need != ToPublish:
		return fmt.Errorf("need is save, publish or left out")
	case f.Coded() && (len(f.Of) == 0 || len(f.Of) > codesMax):
		return fmt.Errorf("%d codes; 1 to %d are expected, under of or in codes/%s.csv", len(f.Of), codesMax, f.Codes)
	case !f.Coded() && len(f.Of) > 0:
		return fmt.Errorf("a field of type %s has no codes", f.Type)
	case f.Weight < 0 || f.Weight > weightMax:
		return fmt.Errorf("weight is 0 to %d", weightMax)
	case f.Step < 0 || f.Step > decimalMax || f.Step > 0 != (f.Type == "decimal"):
		return fmt.Errorf("a decimal says its digits after the point in step, 1 to %d; nothing else does", decimalMax)
	case f.Private && (f.Facet || f.Weight > 0):
		return fmt.Errorf("what is private is neither searched nor counted")
	}
	if f.When.Field != "" {
		if _, ok := k.index[f.When.Field]; !ok {
			return fmt.Errorf("need_when names the field %s, which is not there", f.When.Field)
		}
	}
	return nil
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
